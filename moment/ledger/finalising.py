"""Finalising: drafts get their numbers, and are never changed after that.

One or many, it is done in one way: what is read is read once for all, and what keeps one from being
finalised leaves that one out. Credit notes go one by one, each seeing what those before it took.
"""

import copy
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import invoice_parties, numbers
from customers.logged import log_updates
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

logger = logging.getLogger(__name__)

CHUNK = 50  # drafts in one transaction: others wait no longer than that takes
# All that saving a draft writes.
_COLUMNS = [field.name for field in Invoice._meta.concrete_fields if not field.primary_key]


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


# What became of a draft: it is final, or why it is not.
_Outcome = Invoice | ChangedMeanwhile | CannotFinalise


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
    go = _Go(by, ours or Ours.now(), timezone.localdate(at), at)
    outcome = go.finalise({draft.pk: (draft, version)})[draft.pk]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def finalise_all(
    drafts: Iterable[Invoice], by: User, at: datetime | None = None
) -> tuple[list[Invoice], list[NotFinal]]:
    """Finalise drafts as they are shown, and return those done and those not, with the reasons.

    Numbers follow the dates of issue, then the order in which the drafts are given. None keeps the
    others back: what fails for all of a transaction is tried again one by one. One that is final
    already is neither.
    """
    today = timezone.localdate(at)
    go, done, failed = _Go(by, Ours.now(), today, at), [], []
    once = {draft.pk: draft for draft in drafts}
    ordered = sorted(once.values(), key=lambda draft: draft.issued_on or today)
    for chunk in _chunks(ordered):
        for draft, outcome in zip(chunk, _outcomes(go, chunk), strict=True):
            if isinstance(outcome, Invoice):
                done.append(outcome)
            elif texts := _texts(outcome):
                failed.append(NotFinal(draft, texts))
    return done, failed


def look(drafts: Sequence[Invoice]) -> tuple[list[Invoice], list[NotFinal]]:
    """Return the drafts that could be finalised now and those that could not; nothing is saved.

    Customers come with them. At most twelve queries.
    """
    ours, ready, failed = Ours.now(), [], []
    rows = [copy.copy(draft) for draft in drafts]
    wrong = _problems(rows, ours, timezone.localdate())
    for draft, row, problems in zip(drafts, rows, wrong, strict=True):
        draft.net, draft.vat, draft.gross = row.net, row.vat, row.gross
        if problems:
            failed.append(NotFinal(draft, [problem.text for problem in problems]))
        else:
            ready.append(draft)
    return ready, failed


@dataclass(frozen=True)
class _Go:
    """Who finalises, when, and with what all of one go are made.

    `at` is None for now: that is when the customers are locked, so that credit notes of one invoice
    are final one after the other (`totals`).
    """

    by: User
    ours: Ours
    today: date
    at: datetime | None

    def finalise(self, drafts: Mapping[int, tuple[Invoice, int]]) -> dict[int, _Outcome]:
        """Finalise drafts by key, each with the version that was shown, in one transaction.

        All in the order given, one credit note at most. A fixed number of queries. What concerns
        one of them alone is returned; whatever is raised concerns all, and nothing was saved.
        """
        with in_turn(), transaction.atomic():
            customers = holding.look_and_lock({one.customer_id for one, _v in drafts.values()})
            stored = holding.lock_found(customers, list(drafts))
            found: dict[int, _Outcome] = {}
            for key, (_draft, version) in drafts.items():
                row = stored.get(key)
                if row is None or row.is_final or row.version != version:
                    found[key] = ChangedMeanwhile(row)
            rows = [stored[key] for key in drafts if key not in found]
            before = {row.pk: copy.copy(row) for row in rows}
            wrong = _problems(rows, self.ours, self.today)
            for row, problems in zip(rows, wrong, strict=True):
                found[row.pk] = CannotFinalise(problems) if problems else row
            ready = [row for row in rows if found[row.pk] is row]
            if ready:
                found |= self._save(ready, before)
        return {key: found[key] for key in drafts}

    def _save(
        self, rows: Sequence[Invoice], before: Mapping[int, Invoice]
    ) -> Mapping[int, _Outcome]:
        at = self.at or timezone.now()
        for row in rows:
            self._write_down(row, at)
        # From here on everybody else who finalises waits, so as little as can be is left to do.
        block = numbers.block(len(rows), INVOICES)
        found: dict[int, _Outcome] = {}
        free = iter(block.numbers)
        number = next(free)
        for row in rows:
            problem = self._number(row, number)
            found[row.pk] = problem or row
            if problem is None:  # else the number is left to the next
                number = next(free, "")
        done = [row for row in rows if found[row.pk] is row]
        block.take(len(done))
        if done:
            attaching.attach(done)
            # Each row is there and locked: it is the quickest way to write many at once, and makes
            # their keys as saving them would.
            Invoice.objects.bulk_create(
                done, update_conflicts=True, unique_fields=["pk"], update_fields=_COLUMNS
            )
            log_updates([(before[row.pk], row) for row in done])
            holding.touch(row.customer_id for row in done)
            for row in done:
                crediting.settle(row, by=self.by)
        return found

    def _write_down(self, invoice: Invoice, at: datetime) -> None:
        if invoice.rate is None:
            invoice.rate = Decimal(1)
        if invoice.issued_on is None:
            invoice.issued_on = self.today
        invoice.delivered_on = invoice.delivered_by(invoice.lines.all())
        invoice.due_on = invoice.due_by_terms()
        invoice.remaining, invoice.is_open = invoice.gross, bool(invoice.gross)
        invoice.settled_on = None if invoice.is_open else invoice.issued_on
        invoice.finalised_at, invoice.finalised_by = at, self.by

    def _number(self, invoice: Invoice, number: str) -> CannotFinalise | None:
        """Give an invoice a number and its KID, or return why there is none: it has neither."""
        invoice.number = number
        try:
            invoice.kid = _kid(invoice, self.ours)
        except CannotFinalise as error:
            invoice.number = None
            return error
        return None


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


def _problems(drafts: Sequence[Invoice], ours: Ours, today: date) -> list[list[Problem]]:
    """Return what is wrong with each draft, which gets its sums and parties; saves nothing."""
    models.prefetch_related_objects(drafts, "lines")
    parties.write_down(drafts, ours)
    lines = [(draft, list(draft.lines.all())) for draft in drafts]
    totals.write_down_all(lines)
    credited = crediting.problems_of(lines, today)
    return [
        checks.of(draft, rows, ours.company) + wrong
        for (draft, rows), wrong in zip(lines, credited, strict=True)
    ]


def _chunks(drafts: Iterable[Invoice]) -> Iterator[list[Invoice]]:
    """Yield drafts in their order, so many at a time, credit notes by themselves."""
    chunk: list[Invoice] = []
    for draft in drafts:
        if chunk and (draft.is_credit_note or len(chunk) == CHUNK or chunk[-1].is_credit_note):
            yield chunk
            chunk = []
        chunk.append(draft)
    if chunk:
        yield chunk


def _outcomes(go: _Go, chunk: Sequence[Invoice]) -> list[_Outcome | Exception]:
    """Return what became of each draft. What fails for all of them is tried one by one."""
    try:
        return list(go.finalise({one.pk: (one, one.version) for one in chunk}).values())
    except Exception as error:
        # Whatever it is: nothing was saved, and the others are not to wait for it.
        if len(chunk) == 1:
            return [error]
    return [outcome for one in chunk for outcome in _outcomes(go, [one])]


def _texts(why: Exception) -> Sequence[str]:
    """Return in words why a draft is not final; none where it was before."""
    match why:
        case ChangedMeanwhile():
            is_final = why.stored is not None and why.stored.is_final
            return [] if is_final else [_("Somebody has changed it meanwhile.")]
        case CannotFinalise():
            return [problem.text for problem in why.problems]
        case ValidationError():
            return why.messages
        case NotSaved():
            return [str(why)]
    logger.error("A draft could not be finalised with others", exc_info=why)
    return [_("Something went wrong. Nothing of it was saved.")]
