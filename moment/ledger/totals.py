"""What the lines of an invoice come to, and writing that down."""

from collections.abc import Iterable

from customers import invoice_totals
from customers.invoice_totals import Totals
from moment.ledger.models import Invoice, InvoiceLine


def of(lines: Iterable[InvoiceLine], currency: str) -> Totals:
    """Return the totals of lines, in their sign: those of credit notes are negative."""
    return invoice_totals.of(((one.vat_code, one.vat_rate, one.amount) for one in lines), currency)


def write_down(invoice: Invoice, lines: Iterable[InvoiceLine]) -> Totals:
    """Give an invoice the sums of its lines and return them; saves nothing."""
    found = of(lines, invoice.currency)
    invoice.net, invoice.vat, invoice.gross = found.net, found.vat, found.gross
    return found
