"""What the lines of an invoice come to, and writing that down."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

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


def of(invoice: Invoice, lines: Iterable[InvoiceLine]) -> Totals:
    """Return the totals of an invoice, in its sign: those of a credit note are negative.

    The VAT of a credit note is what was written down with it; see `write_down`.
    """
    found = invoice_totals.of(_bases(lines), invoice.currency)
    if not invoice.is_credit_note or found.net != invoice.net:
        return found
    return Totals(found.net, _coming_to(invoice.vat, found.vats, coin(invoice.currency)))


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
    than the whole. A credit note has the VAT by which that of the invoice falls: so once all of it
    is credited, nothing is left. One query for a credit note.
    """
    (found,) = write_down_all([(invoice, lines)])
    return found


def write_down_all(drafts: Iterable[tuple[Invoice, Iterable[InvoiceLine]]]) -> list[Totals]:
    """Do the same for many; one query where credit notes are among them."""
    pairs = [(invoice, list(lines)) for invoice, lines in drafts]
    credited = _credited([invoice for invoice, _lines in pairs if invoice.is_credit_note])
    found = []
    for invoice, lines in pairs:
        bare = invoice_totals.of(_bases(lines), invoice.currency)
        invoice.net, invoice.vat = bare.net, bare.vat
        if invoice.is_credit_note:
            rows = credited[invoice.credits_id]
            before = [base for document, base in rows if document != invoice.pk]
            after = [*before, *_bases(lines)]
            invoice.vat = _vat(after, invoice.currency) - _vat(before, invoice.currency)
        invoice.gross = invoice.net + invoice.vat
        found.append(of(invoice, lines))
    return found


def _bases(lines: Iterable[InvoiceLine]) -> list[Base]:
    return [(one.vat_code, one.vat_rate, one.amount) for one in lines]


def _vat(bases: Iterable[Base], currency: str) -> Decimal:
    return invoice_totals.of(bases, currency).vat


def _credited(notes: Collection[Invoice]) -> dict[int | None, list[tuple[int, Base]]]:
    """Return what is on the invoices of credit notes, and on those of theirs that are final.

    By the invoice's key, each with the key of the document.
    """
    found: dict[int | None, list[tuple[int, Base]]] = {note.credits_id: [] for note in notes}
    if not notes:
        return found
    final = Q(invoice__credits__in=list(found), invoice__number__isnull=False)
    rows = InvoiceLine.objects.filter(Q(invoice__in=list(found)) | final).order_by()
    keys = ("invoice__credits", "invoice", "vat_code", "vat_rate")
    for credits, document, code, rate, amount in rows.values_list(*keys).annotate(Sum("amount")):
        found[credits or document].append((document, (code, rate, exact(amount))))
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
