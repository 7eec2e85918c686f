"""Finalising: a draft gets its number, and is never changed after that."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from customers import invoice_parties, invoicing
from customers.numbers import allocate
from moment import kid
from moment.ledger import checks, crediting, holding, parties, totals
from moment.ledger.checks import Problem
from moment.ledger.holding import ChangedMeanwhile
from moment.ledger.models import Invoice
from moment.ledger.numbers import INVOICES
from moment.models import CompanySettings, User
from moment.turns import in_turn

__all__ = ["CannotFinalise", "ChangedMeanwhile", "finalise"]


class CannotFinalise(Exception):
    """Something is wrong with the draft. Nothing was saved, and no number was taken."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.text for problem in problems))
        self.problems = problems


def finalise(draft: Invoice, *, version: int, by: User) -> Invoice:
    """Give a draft its number, dates, KID, buyer and seller, and return it as it is from now on.

    `version` is the one that was shown. The number is the next of the series, taken in the same
    transaction as all else: whatever fails, there is no gap. Raises ChangedMeanwhile where the
    draft was changed, finalised or discarded meanwhile, CannotFinalise, SeriesUsedUp and
    MergedMeanwhile.
    """
    with in_turn(), transaction.atomic():
        stored = holding.lock(draft)
        if stored.is_final or stored.version != version:
            raise ChangedMeanwhile(stored)
        company = CompanySettings.current()
        lines = list(stored.lines.all())
        totals.write_down(stored, lines)
        if problems := checks.of(stored, lines, company) + crediting.problems(stored, lines):
            raise CannotFinalise(problems)
        _write_down(stored, company, by)
        # Last, since everybody else who finalises waits from here on.
        stored.number = allocate(what=INVOICES)
        stored.kid = _kid(stored)
        stored.save()
        crediting.settle(stored, by=by)
    return stored


def _write_down(invoice: Invoice, company: CompanySettings, by: User) -> None:
    customer = invoice.customer
    parties.write_down_seller(invoice, company)
    parties.write_down_buyer(invoice, customer, invoicing.effective(customer, invoice.project))
    if invoice.rate is None:
        invoice.rate = Decimal(1)
    if invoice.issued_on is None:
        invoice.issued_on = timezone.localdate()
    # A credit note is due at once: it is there to be matched.
    terms = 0 if invoice.is_credit_note else invoice.written.value("credit_terms")
    invoice.due_on = invoice.issued_on + timedelta(days=terms)
    invoice.remaining, invoice.is_open = invoice.gross, bool(invoice.gross)
    invoice.settled_on = None if invoice.is_open else invoice.issued_on
    invoice.finalised_at, invoice.finalised_by = timezone.now(), by


def _kid(invoice: Invoice) -> str:
    """Return the KID by the rule of the account that is paid to. Raises CannotFinalise."""
    account = invoice_parties.account_for(invoice.currency)
    if account is None or invoice.is_credit_note:
        return ""
    assert invoice.number
    try:
        return kid.kid(account, invoice.buyer_number, invoice.number)
    except ValueError as error:
        raise CannotFinalise([Problem(invoice_parties.why_no_kid(error))]) from error
