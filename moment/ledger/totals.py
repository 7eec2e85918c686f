"""What the lines of an invoice come to, and writing that down."""

from collections.abc import Iterable
from decimal import Decimal

from customers import invoice_totals
from customers.invoice_totals import Totals
from moment.ledger.models import Invoice, InvoiceLine
from moment.money import rounded


def of_line(line: InvoiceLine, currency: str) -> Decimal:
    """Return what a line comes to: quantity by price where it has both, else its amount."""
    if line.quantity is None or line.price is None:
        return rounded(line.amount, currency)
    return rounded(line.quantity * line.price, currency)


def of(lines: Iterable[InvoiceLine], currency: str) -> Totals:
    """Return the totals of lines, in their sign: those of credit notes are negative."""
    return invoice_totals.of(((one.vat_code, one.vat_rate, one.amount) for one in lines), currency)


def printed(invoice: Invoice, lines: Iterable[InvoiceLine]) -> Totals:
    """Return the totals as they stand on the document: those of credit notes are positive."""
    given = ((one.vat_code, one.vat_rate, invoice.sign * one.amount) for one in lines)
    return invoice_totals.of(given, invoice.currency)


def write_down(invoice: Invoice, lines: Iterable[InvoiceLine]) -> Totals:
    """Give an invoice the sums of its lines and return them; saves nothing."""
    found = of(lines, invoice.currency)
    invoice.net, invoice.vat, invoice.gross = found.net, found.vat, found.gross
    return found
