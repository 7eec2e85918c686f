"""Credit notes: what of an invoice they take back, what they settle, and what they set free."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from moment.ledger import holding, matching, totals
from moment.ledger.checks import Problem
from moment.ledger.holding import ChangedMeanwhile
from moment.ledger.models import BILLED, Invoice, InvoiceLine
from moment.models import User
from moment.money import rounded
from moment.projects.percents import in_words
from moment.turns import in_turn

# A credit note goes out without what was attached to the invoice.
_WITHOUT: Mapping[str, Any] = {
    **{"hours_specification": "none", "summary": "none"},
    **{"attach_files": False, "attach_receipts": False},
}


class CannotCredit(Exception):
    """This cannot be credited, or not so much of it; the text says why. Nothing was saved."""


@dataclass(frozen=True)
class Left:
    """A line of an invoice with what credit notes take back of it. Amounts have its sign."""

    line: InvoiceLine
    credited: Decimal
    is_credited: bool  # there is a credit note about it, even if it comes to nothing

    @property
    def amount(self) -> Decimal:
        """Return what is not credited yet."""
        return self.line.amount - self.credited

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is left to be credited."""
        return not self.amount and (self.is_credited or bool(self.credited))

    def has_coins_for(self, amount: Decimal) -> bool:
        """Whether there are coins for an amount; all that is left can be credited in any case."""
        whole = abs(amount) == abs(self.amount)
        return whole or amount == rounded(amount, self.line.invoice.currency)


def left(invoice: Invoice) -> list[Left]:
    """Return what is left of each line; what drafts of credit notes take counts. Two queries."""
    return _left(invoice.lines.all(), _taken(InvoiceLine.objects.filter(credited__invoice=invoice)))


def is_whole(lines: Iterable[Left]) -> bool:
    """Tell whether nothing is left to be credited."""
    return all(one.is_whole for one in lines)


def seen(lines: Iterable[Left]) -> str:
    """Return what a form keeps of what was left as it was shown."""
    return " ".join(f"{one.line.pk}:{one.amount}" for one in lines)


def draft_credit(
    invoice: Invoice,
    *,
    parts: Mapping[int, Decimal] | None,
    release: bool,
    by: User,
    reason: str = "",
    shown: str | None = None,
) -> Invoice:
    """Return a new draft of a credit note for an invoice.

    `parts` are amounts excluding VAT by the key of the line, of the line's sign; None: all that is
    left of it. With `release` the work on lines credited in whole can be invoiced again; of a split
    invoice only once all of the split is credited. `shown` is what `seen` returned when it was
    shown. Raises CannotCredit, ChangedMeanwhile and MergedMeanwhile.
    """
    with in_turn(), transaction.atomic():
        stored = holding.lock(invoice)
        if not stored.is_final or stored.is_credit_note:
            raise CannotCredit(_("Only a final invoice can be credited."))
        lines = left(stored)
        if shown is not None and shown != seen(lines):
            raise ChangedMeanwhile(stored)
        chosen = _chosen(lines, parts)
        if not all(one.has_coins_for(amount) for one, amount in chosen):
            words = _("%(currency)s has no such small coins.")
            raise CannotCredit(words % {"currency": stored.currency})
        if release:
            _check_split(stored, lines, chosen)
        return _draft(stored, chosen, release=release, reason=reason)


def draft_split(
    invoice: Invoice, *, by: User, reason: str = "", shown: str | None = None
) -> list[Invoice]:
    """Return drafts of credit notes for all that is left of a split, which set its work free.

    Raises as `draft_credit`; then nothing is saved.
    """
    with in_turn(), transaction.atomic():
        locked, made = _locked(Invoice.objects.of_split(invoice)), []
        if shown is not None and shown != seen(left(invoice)):
            raise ChangedMeanwhile(invoice)
        for one in locked:
            if not one.is_final:
                raise CannotCredit(_draft_in_the_way(one))
            if chosen := _chosen(lines := left(one), None, empty=True):
                made.append(_draft(one, chosen, release=True, reason=reason))
            else:
                assert is_whole(lines)
        if not made:
            raise CannotCredit(_("All of it is credited already."))
    return made


def problems(note: Invoice, lines: Iterable[InvoiceLine]) -> list[Problem]:
    """Return why a draft of a credit note cannot be finalised: more is credited than there is.

    Other drafts do not count. Nothing for an invoice; at most four queries.
    """
    return problems_of([(note, lines)], timezone.localdate())[0]


def problems_of(
    drafts: Sequence[tuple[Invoice, Iterable[InvoiceLine]]], today: date
) -> list[list[Problem]]:
    """Return the same of many drafts, each with its lines and their sums. At most four queries.

    Those without a date would be final `today`.
    """
    notes = [note for note, _lines in drafts if note.is_credit_note]
    if not notes:
        return [[] for _one in drafts]
    models.prefetch_related_objects(notes, "credits")
    rest = _rest(notes)
    return [
        _problems(note, lines, rest, today) if note.is_credit_note else [] for note, lines in drafts
    ]


@dataclass(frozen=True)
class _Rest:
    """What final credit notes leave of invoices."""

    lines: Mapping[int, Left]  # by the key of the line
    bases: Mapping[tuple[int | None, str, Decimal], Decimal]  # by invoice, VAT code and rate
    gross: Mapping[int | None, Decimal]  # by invoice


def _rest(notes: Iterable[Invoice]) -> _Rest:
    """Return what is left of the invoices of credit notes, which come with them. Three queries."""
    gross = {note.credits_id: note.credits.gross for note in notes if note.credits}
    lines = list(InvoiceLine.objects.filter(invoice__in=gross))
    bases: dict[tuple[int | None, str, Decimal], Decimal] = {}
    for line in lines:
        vat = line.invoice_id, line.vat_code, line.vat_rate
        bases[vat] = bases.get(vat, Decimal(0)) + line.amount
    # What was written by hand on a credit note is of no line, but takes of the VAT as well.
    final = InvoiceLine.objects.filter(invoice__credits__in=gross, invoice__number__isnull=False)
    taken = []
    for key, amount, invoice, code, rate in final.order_by().values_list(
        "credited", "amount", "invoice__credits", "vat_code", "vat_rate"
    ):
        taken.append((key, amount))
        bases[invoice, code, rate] = bases.get((invoice, code, rate), Decimal(0)) + amount
    sums = Invoice.objects.final().filter(credits__in=gross).values_list("credits", "gross")
    for key, amount in sums:
        gross[key] += amount
    return _Rest({one.line.pk: one for one in _left(lines, taken)}, bases, gross)


def _problems(
    note: Invoice, lines: Iterable[InvoiceLine], rest: _Rest, today: date
) -> list[Problem]:
    """Return the same of one, by what is left of its invoice."""
    assert note.credits is not None
    assert note.credits.issued_on is not None
    if (note.issued_on or today) < note.credits.issued_on:
        return [Problem(_("A credit note is not dated before its invoice."), "issued_on")]
    bases: dict[tuple[str, Decimal], Decimal] = {}
    for line in lines:
        vat = line.vat_code, line.vat_rate
        bases[vat] = bases.get(vat, Decimal(0)) + line.amount
        one = rest.lines.get(line.credited_id or 0)
        if one is None:
            continue
        if not _fits(-line.amount, one.amount):
            words = _("More than what is left of “%(line)s” is credited.")
            return [Problem(words % {"line": one.line.text})]
        if vat != (one.line.vat_code, one.line.vat_rate):
            words = _("“%(line)s” is credited with the VAT that it was invoiced with.")
            return [Problem(words % {"line": one.line.text})]
    for (code, rate), base in bases.items():
        there = rest.bases.get((note.credits_id, code, rate), Decimal(0))
        if _fits(-base, there):
            continue
        words = _("More is credited with %(rate)s VAT (code %(code)s) than was invoiced with it.")
        if base > 0 <= there:
            words = _("A credit note does not add to what has %(rate)s VAT (code %(code)s).")
        return [Problem(words % {"rate": in_words(rate), "code": code})]
    # Where there are deductions with other VAT, parts of the rest can come to more than all of it.
    if rest.gross[note.credits_id] + note.gross < 0:
        return [Problem(_("More is credited than the invoice comes to."))]
    return []


def settle(note: Invoice, *, by: User) -> None:
    """Match a credit note that was just finalised with its invoice, and set free what it releases.

    Called in the transaction that finalises it, which holds the number series: so of a split that
    is credited by several at once, the last one sees the others. What the invoice does not take
    stays open, to the customer's credit. Nothing for an invoice.
    """
    if not note.is_credit_note:
        return
    assert note.credits_id is not None
    invoice = holding.lock_invoices(note.customer, [note.credits_id])[note.credits_id]
    if amount := min(invoice.remaining, -note.remaining):
        matching.settle(invoice, note, amount, by=by)
    if note.releases:
        _release(invoice, note)


def _left(lines: Iterable[InvoiceLine], taken: Iterable[tuple[int | None, Decimal]]) -> list[Left]:
    """Return what is left of lines; `taken` are keys of lines and amounts that credit them."""
    credited: dict[int | None, Decimal] = {}
    for key, amount in taken:
        credited[key] = credited.get(key, Decimal(0)) - amount
    return [Left(line, credited.get(line.pk, Decimal(0)), line.pk in credited) for line in lines]


def _taken(crediting: Any) -> Any:
    return crediting.order_by().values_list("credited", "amount")


def _final(invoice: Invoice) -> Any:
    """Return what credit notes take that are in the ledger."""
    return _taken(
        InvoiceLine.objects.filter(credited__invoice=invoice, invoice__number__isnull=False)
    )


def _fits(amount: Decimal, there: Decimal) -> bool:
    """Tell whether an amount can be taken of what is left; both have the sign of the line."""
    return 0 <= amount <= there or there <= amount <= 0


def _chosen(
    lines: Sequence[Left], parts: Mapping[int, Decimal] | None, *, empty: bool = False
) -> list[tuple[Left, Decimal]]:
    """Return the lines to credit, each with the amount to take back. Raises CannotCredit."""
    if parts is None:
        chosen = [(one, one.amount) for one in lines if not one.is_whole]
        if not chosen and not empty:
            raise CannotCredit(_("All of it is credited already."))
        return chosen
    chosen = [(one, parts[one.line.pk]) for one in lines if one.line.pk in parts]
    for one, amount in chosen:
        if one.is_whole or not _fits(amount, one.amount) or not (amount or not one.line.amount):
            words = _("So much is not left of “%(line)s”.")
            raise CannotCredit(words % {"line": one.line.text})
    if not chosen or len(chosen) < len(parts):
        raise CannotCredit(_("Choose what to credit."))
    return chosen


def _check_split(
    invoice: Invoice, lines: Sequence[Left], chosen: Sequence[tuple[Left, Decimal]]
) -> None:
    """Raise CannotCredit unless all of a split is credited once this is."""
    others = [one for one in Invoice.objects.of_split(invoice) if one.pk != invoice.pk]
    if not others:
        return
    if waiting := next((one for one in others if not one.is_final), None):
        raise CannotCredit(_draft_in_the_way(waiting))
    after = {one.line.pk: one.amount - amount for one, amount in chosen}
    rest = [one for one in lines if after.get(one.line.pk, one.amount)]
    if rest or not all(is_whole(left(one)) for one in others):
        raise CannotCredit(
            _(
                "The work is split between several invoices. "
                "It can be invoiced again once all of them are credited."
            )
        )


def _draft_in_the_way(draft: Invoice) -> str:
    words = _("A part of the split is still a draft, for %(customer)s. Finalise or discard it.")
    return words % {"customer": draft.customer}


def _locked(invoices: Iterable[Invoice]) -> list[Invoice]:
    """Return invoices of several customers as they are now, locked with these, in their order."""
    keys = {one.customer_id for one in invoices}
    customers = holding.lock_customers(keys)
    locked: dict[int, Invoice] = {}
    for one in sorted(invoices, key=lambda invoice: invoice.pk):
        locked |= holding.lock_invoices(customers[one.customer_id], [one.pk])
    return [locked[one.pk] for one in invoices]


def _draft(
    invoice: Invoice, chosen: Sequence[tuple[Left, Decimal]], *, release: bool, reason: str
) -> Invoice:
    written = {k: v for k, v in invoice.invoice_settings.items() if k != "invoice_text"}
    note = Invoice(
        kind=Invoice.Kind.CREDIT_NOTE,
        customer=invoice.customer,
        project=invoice.project,
        credits=invoice,
        releases=release,
        invoice_settings={**written, **_WITHOUT, **({"invoice_text": reason} if reason else {})},
        contact=invoice.contact,
        currency=invoice.currency,
        rate=invoice.rate,
        issued_on=_day_of(invoice),
    )
    note.save()
    made = [_line(note, one, amount, place) for place, (one, amount) in enumerate(chosen)]
    InvoiceLine.objects.bulk_create(made)
    totals.write_down(note, made)
    note.save()
    return note


def _day_of(invoice: Invoice) -> date | None:
    """Return when a credit note is dated that is not dated when it is final; None: it is."""
    assert invoice.issued_on is not None
    return invoice.issued_on if invoice.issued_on > timezone.localdate() else None


def _line(note: Invoice, one: Left, amount: Decimal, place: int) -> InvoiceLine:
    line = one.line
    # What is credited in part has no quantity that its price would fit.
    counted: dict[str, Any] = {"quantity": None, "unit": "", "price": None}
    if amount == line.amount and line.quantity is not None:
        counted = {"quantity": -line.quantity}
    return line.copied(note, order=place, amount=-amount, credited=line, **counted)


def _release(invoice: Invoice, note: Invoice) -> None:
    """Set the work free of lines of a credit note that are taken back in whole now.

    Of a split all is set free at once, each part by the credit note that its own customer got.
    """
    free: dict[Invoice, list[int]] = {}
    group = Invoice.objects.of_split(invoice)
    for one in group:
        lines = _left(one.lines.all(), _final(one))
        if len(group) > 1 and not (one.is_final and is_whole(lines)):
            return
        by = note if one == invoice else one.credit_notes.final().latest("finalised_at", "pk")
        free[by] = [line.line.pk for line in lines if line.is_whole]
    if len(group) == 1:
        # Of others it was said already that their work is not invoiced again.
        mine = set(note.lines.values_list("credited", flat=True))
        free[note] = [key for key in free[note] if key in mine]
    for by, keys in free.items():
        for model in BILLED:
            model.objects.in_force().filter(line__in=keys).update(released_by=by)
