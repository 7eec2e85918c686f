"""Spreadsheets of invoices and of their lines, by what the list shows."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from moment.ledger.journal import booked_code
from moment.ledger.listing import InvoiceList, Row, rows_of
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import CompanySettings
from moment.money import rounded
from moment.tabular import Column

_BATCH = 500


def _keys(listed: InvoiceList) -> Iterator[int]:
    """Return the keys of all hits in the order of the list, so many at a time."""
    return listed.ordered(listed.found()).values_list("pk", flat=True).iterator(_BATCH)


class OfInvoices:
    """A row for each invoice, in the order of the list. Credit notes are negative."""

    def __init__(self, listed: InvoiceList) -> None:
        self.listed = listed
        self.company = CompanySettings.current()

    @property
    def columns(self) -> list[Column]:
        told = {"currency": self.company.currency}
        return [
            Column(_("No."), 10),
            Column(_("Kind"), 12),
            Column(_("Customer no."), 12),
            Column(_("Customer"), 32),
            Column(_("Customer no. on the invoice"), 14),
            Column(_("Buyer on the invoice"), 32),
            Column(_("Reg. no."), 14),
            Column(_("Date"), 12),
            Column(_("Due"), 12),
            Column(_("State"), 20),
            Column(_("Delivered"), 12),
            Column(_("Project no."), 12),
            Column(_("KID"), 20),
            Column(_("Your reference"), 24),
            Column(_("Order reference"), 24),
            Column(_("Currency"), 9),
            Column(_("Excluding VAT"), 14),
            Column(_("VAT"), 14),
            Column(_("Amount"), 14),
            Column(_("Remaining"), 14),
            Column(_("Exchange rate"), 12),
            Column(_("Amount in %(currency)s") % told, 14),
            Column(_("Accounting export"), 12),
        ]

    def rows(self) -> Iterator[list[Any]]:
        """Yield the cells of all hits, in a few queries for each so many of them."""
        keys = _keys(self.listed)
        while some := list(islice(keys, _BATCH)):
            invoices = Invoice.objects.filter(pk__in=some).select_related("customer", "project")
            found = {row.invoice.pk: row for row in rows_of(list(invoices))}
            for key in some:
                yield self._cells(found[key])

    def _cells(self, row: Row) -> list[Any]:
        one, customer, written = row.invoice, row.invoice.customer, row.invoice.invoice_settings
        assert one.rate is not None
        return [
            one.number,
            one.get_kind_display(),
            customer.number,
            customer.name,
            one.buyer_number,
            one.buyer_name,
            one.buyer_org_number,
            one.issued_on,
            one.due_on,
            row.state.words,
            row.delivered,
            one.project.number if one.project else "",
            one.kid,
            written.get("your_reference", ""),
            written.get("order_reference", ""),
            one.currency,
            one.net,
            one.vat,
            one.gross,
            one.remaining,
            float(one.rate),
            rounded(one.gross * one.rate, self.company.currency),
            one.export_id,
        ]


class OfLines:
    """A row for each line of these invoices, with its account and its VAT code of SAF-T."""

    def __init__(self, listed: InvoiceList) -> None:
        self.listed = listed

    @property
    def columns(self) -> list[Column]:
        return [
            Column(_("No."), 10),
            Column(_("Kind"), 12),
            Column(_("Customer no. on the invoice"), 14),
            Column(_("Buyer on the invoice"), 32),
            Column(_("Date"), 12),
            Column(_("Line"), 18),
            Column(_("Heading"), 24),
            Column(_("Text"), 40),
            Column(_("Project no."), 12),
            Column(_("From"), 12),
            Column(_("Until"), 12),
            Column(_("Quantity"), 10),
            Column(_("Unit"), 8),
            Column(_("Price"), 12),
            Column(_("Amount excluding VAT"), 14),
            Column(_("Currency"), 9),
            Column(_("VAT code (SAF-T)"), 10),
            Column(_("VAT, per cent"), 10),
            Column(_("Account"), 10),
        ]

    def rows(self) -> Iterator[list[Any]]:
        keys = _keys(self.listed)
        while some := list(islice(keys, _BATCH)):
            lines: dict[int, list[InvoiceLine]] = {key: [] for key in some}
            for line in InvoiceLine.objects.filter(invoice__in=some).select_related("project"):
                lines[line.invoice_id].append(line)
            invoices = Invoice.objects.in_bulk(some)
            for key in some:
                for line in lines[key]:
                    yield self._cells(invoices[key], line)

    def _cells(self, one: Invoice, line: InvoiceLine) -> list[Any]:
        return [
            one.number,
            one.get_kind_display(),
            one.buyer_number,
            one.buyer_name,
            one.issued_on,
            line.get_kind_display(),
            line.heading,
            line.text,
            line.project.number if line.project else "",
            line.first_day,
            line.last_day,
            line.quantity,
            line.unit,
            line.price,
            line.amount,
            one.currency,
            booked_code(line.vat_code, line.vat_rate),
            line.vat_rate,
            line.sales_account,
        ]
