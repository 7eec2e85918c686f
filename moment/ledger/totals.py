"""What the lines of an invoice come to, and writing that down."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from customers import invoice_totals
from customers.invoice_totals import Totals, Vat
from moment.ledger.models import Invoice, InvoiceLine
from moment.money import coin, rounded
from moment.projects.sums import exact

# Lines with one code and rate, and what they come to.
Base = tuple[str, Decimal, Decimal]


def of_line(line: InvoiceLine, currency: str) -> Decimal:
    """Return what a line comes to: quantity by price where it has both, else its amount."""
    if line.quantity is None or line.price is None:
        return rounded(line.amount, currency)
    return rounded(line.quantity * line.price, currency)


def of(
    invoice: Invoice, lines: Iterable[InvoiceLine], before: Iterable[Base] | None = None
) -> Totals:
    """Return the totals of an invoice, in its sign: those of a credit note are negative.

    The VAT of a credit note is what was written down with it; see `write_down`. That of each rate
    follows from what stood `before` it, one of `before`; one query where that is not given and the
    note has several rates.
    """
    bases = _bases(lines)
    found = invoice_totals.of(bases, invoice.currency)
    if not invoice.is_credit_note or found.net != invoice.net:
        return found
    if _has_several(found):
        if before is None:
            before = _before([invoice])[invoice.pk]
        found = _falling(bases, before, invoice.currency)
    return Totals(found.net, _coming_to(invoice.vat, found.vats, coin(invoice.currency)))


def before(invoices: Iterable[Invoice]) -> dict[int, list[Base]]:
    """Return what stood before final credit notes among these, by key, for `of`. One query."""
    return _before([one for one in invoices if one.is_credit_note])


def printed(invoice: Invoice, lines: Iterable[InvoiceLine]) -> Totals:
    """Return the totals as they stand on the document: those of credit notes are positive."""
    found, sign = of(invoice, lines), invoice.sign
    vats = tuple(
        # There is a negative nought.
        replace(one, base=sign * one.base + 0, amount=sign * one.amount + 0)
        for one in found.vats
    )
    return Totals(sign * found.net + 0, vats)


def write_down(invoice: Invoice, lines: Iterable[InvoiceLine]) -> Totals:
    """Give an invoice the sums of its lines and return them; saves nothing.

    VAT is rounded on each document, so parts of an invoice by themselves could come to another VAT
    than the whole. A credit note has the VAT by which that of the invoice falls, at each rate: so
    once all of it is credited, nothing is left of any. One query for a credit note.
    """
    (found,) = write_down_all([(invoice, lines)])
    return found


def write_down_all(drafts: Iterable[tuple[Invoice, Iterable[InvoiceLine]]]) -> list[Totals]:
    """Do the same for many; one query where credit notes are among them."""
    pairs = [(invoice, list(lines)) for invoice, lines in drafts]
    there = before(invoice for invoice, _lines in pairs)
    found = []
    for invoice, lines in pairs:
        bases = _bases(lines)
        if invoice.is_credit_note:
            sums = _falling(bases, there[invoice.pk], invoice.currency)
        else:
            sums = invoice_totals.of(bases, invoice.currency)
        invoice.net, invoice.vat, invoice.gross = sums.net, sums.vat, sums.gross
        found.append(sums)
    return found


def _bases(lines: Iterable[InvoiceLine]) -> list[Base]:
    return [(one.vat_code, one.vat_rate, one.amount) for one in lines]


def _has_several(found: Totals) -> bool:
    return sum(bool(one.rate) for one in found.vats) > 1


def _falling(bases: Sequence[Base], before: Iterable[Base], currency: str) -> Totals:
    """Return the totals of a credit note: at each rate the VAT by which it makes that fall."""
    there = list(before)
    own = invoice_totals.of(bases, currency)
    was = _vat_by_rate(there, currency)
    becomes = _vat_by_rate([*there, *bases], currency)
    vats = []
    for one in own.vats:
        key = one.code, one.rate
        vats.append(replace(one, amount=becomes[key] - was.get(key, Decimal(0))))
    return Totals(own.net, tuple(vats))


def _vat_by_rate(bases: Iterable[Base], currency: str) -> dict[tuple[str, Decimal], Decimal]:
    return {(one.code, one.rate): one.amount for one in invoice_totals.of(bases, currency).vats}


def _before(notes: Collection[Invoice]) -> dict[int, list[Base]]:
    """Return what stood when each credit note was made: its invoice, less the notes before it.

    By the note's key. Those before it are those that were final earlier; numbers tell nothing of
    that where the series was changed in between. Before a draft are all that are. One query.
    """
    found: dict[int, list[Base]] = {note.pk: [] for note in notes}
    of = {note.credits_id for note in notes if note.credits_id}
    if not of:
        return found
    final = Q(invoice__credits__in=of, invoice__number__isnull=False)
    rows = InvoiceLine.objects.filter(Q(invoice__in=of) | final).order_by()
    place_of = ("invoice__finalised_at", "invoice__sort_number")
    keys = ("invoice__credits", "invoice", *place_of, "vat_code", "vat_rate")
    stood: dict[int | None, list[tuple[int | None, int, Any, Base]]] = {}
    for credits, key, *place, code, rate, amount in rows.values_list(*keys).annotate(Sum("amount")):
        base = code, rate, exact(amount)
        stood.setdefault(credits or key, []).append((credits, key, place, base))
    for note in notes:
        for credits, key, place, base in stood.get(note.credits_id, ()):
            earlier = note.number is None or place < [note.finalised_at, note.sort_number]
            if not credits or (key != note.pk and earlier):
                found[note.pk].append(base)
    return found


def _coming_to(whole: Decimal, vats: Sequence[Vat], smallest: Decimal) -> tuple[Vat, ...]:
    """Return these with what is missing to the whole: a coin on each rate, the largest first."""
    rest, found = whole - sum((one.amount for one in vats), Decimal(0)), list(vats)
    places = [place for place, one in enumerate(vats) if one.rate]
    for place in sorted(places, key=lambda place: -abs(vats[place].base)):
        part = max(-smallest, min(smallest, rest))
        found[place] = replace(vats[place], amount=vats[place].amount + part)
        rest -= part
    return tuple(found)
