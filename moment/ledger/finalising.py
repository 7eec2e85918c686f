"""Finalising: a draft gets its number, and is never changed after that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import invoice_parties
from customers.numbers import allocate
from moment import kid
from moment.ledger import attaching, checks, crediting, holding, parties, totals
from moment.ledger.checks import Problem
from moment.ledger.holding import ChangedMeanwhile
from moment.ledger.models import Invoice
from moment.ledger.numbers import INVOICES
from moment.ledger.parties import Ours
from moment.models import User
from moment.turns import in_turn
from moment.unsent import NotSaved

__all__ = ["CannotFinalise", "ChangedMeanwhile", "NotFinal", "finalise", "finalise_all"]


class CannotFinalise(Exception):
    """Something is wrong with the draft. Nothing was saved, and no number was taken."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.text for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class NotFinal:
    """A draft that could not be finalised with others, and why, in words."""

    draft: Invoice
    texts: Sequence[str]


def finalise(
    draft: Invoice,
    *,
    version: int,
    by: User,
    ours: Ours | None = None,
    at: datetime | None = None,
) -> Invoice:
    """Give a draft its number, dates, KID, buyer and seller, and return it as it is from now on.

    `version` is the one that was shown, `ours` what all of one go are made with, `at` when it is
    done where that is not now. The number is the next of the series, taken in the same transaction
    as all else: whatever fails, there is no gap.
    Raises ChangedMeanwhile where the draft was changed, finalised or discarded meanwhile,
    CannotFinalise, SeriesUsedUp and MergedMeanwhile.
    """
    ours = ours or Ours.now()
    with in_turn(), transaction.atomic():
        stored = _locked(draft)
        if stored.is_final or stored.version != version:
            raise ChangedMeanwhile(stored)
        lines = list(stored.lines.all())
        totals.write_down(stored, lines)
        parties.write_down(stored, ours)
        found = checks.of(stored, lines, ours.company) + crediting.problems(stored, lines)
        if found:
            raise CannotFinalise(found)
        _write_down(stored, by, at or timezone.now())
        attaching.attach(stored)
        # Last, since everybody else who finalises waits from here on.
        stored.number = allocate(what=INVOICES)
        stored.kid = _kid(stored, ours)
        stored.save()
        crediting.settle(stored, by=by)
    return stored


def finalise_all(drafts: Iterable[Invoice], by: User) -> tuple[list[Invoice], list[NotFinal]]:
    """Finalise drafts as they are shown, each by itself, and return those done and those not.

    One that is final already is neither.
    """
    ours = Ours.now()
    done, failed = [], []
    for draft in drafts:
        try:
            done.append(finalise(draft, version=draft.version, by=by, ours=ours))
        except ChangedMeanwhile as error:
            if error.stored is None or not error.stored.is_final:
                failed.append(NotFinal(draft, [_("Somebody has changed it meanwhile.")]))
        except CannotFinalise as error:
            failed.append(NotFinal(draft, [problem.text for problem in error.problems]))
        except (ValidationError, NotSaved) as error:
            failed.append(NotFinal(draft, getattr(error, "messages", [str(error)])))
    return done, failed


def due_on(invoice: Invoice) -> date:
    """Return when it is to be paid, by its date, for a draft without one by today's.

    A credit note is due at once: it is there to be matched.
    """
    terms = 0 if invoice.is_credit_note else invoice.written.value("credit_terms")
    return (invoice.issued_on or timezone.localdate()) + timedelta(days=terms)


def _locked(draft: Invoice) -> Invoice:
    """Return the draft as it is now, locked with its customer, in as few queries as can be."""
    customer = holding.lock_customers([draft.customer_id])[draft.customer_id]
    return holding.lock_invoices(customer, [draft.pk])[draft.pk]


def _write_down(invoice: Invoice, by: User, at: datetime) -> None:
    if invoice.rate is None:
        invoice.rate = Decimal(1)
    if invoice.issued_on is None:
        invoice.issued_on = timezone.localdate(at)
    invoice.due_on = due_on(invoice)
    invoice.remaining, invoice.is_open = invoice.gross, bool(invoice.gross)
    invoice.settled_on = None if invoice.is_open else invoice.issued_on
    invoice.finalised_at, invoice.finalised_by = at, by


def _kid(invoice: Invoice, ours: Ours) -> str:
    """Return the KID by the rule of the account that is paid to. Raises CannotFinalise."""
    account = ours.account_for(invoice.currency)
    if account is None or invoice.is_credit_note:
        return ""
    assert invoice.number
    try:
        return kid.kid(account, invoice.buyer_number, invoice.number)
    except ValueError as error:
        raise CannotFinalise([Problem(invoice_parties.why_no_kid(error))]) from error
