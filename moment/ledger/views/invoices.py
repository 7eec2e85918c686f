"""All invoices and credit notes, and their spreadsheets."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from moment.access import needs
from moment.htmx import render_page, wants_fragment
from moment.ledger import sheets
from moment.ledger.listing import InvoiceList
from moment.tabular import csv_response, xlsx_response


@needs("ledger.view_invoice")
def invoices(request: HttpRequest) -> HttpResponse:
    found = InvoiceList(request.GET, request.user)
    response = render_page(
        request,
        "ledger/invoices.html",
        "ledger/invoices/_results.html",
        {"list": found, "nothing_yet": not (found.is_narrowed or any(found.counts.values()))},
    )
    if wants_fragment(request):
        # The address bar follows what is typed, in its shortest form.
        response["HX-Replace-Url"] = found.url()
    return response


@needs("ledger.view_invoice")
def export(request: HttpRequest) -> HttpResponseBase:
    """Answer the list as a spreadsheet, or as CSV; `of=lines`: a row for each line."""
    found = InvoiceList(request.GET, request.user)
    of_lines = request.GET.get("of") == "lines"
    sheet = sheets.OfLines(found) if of_lines else sheets.OfInvoices(found)
    name = f"{'invoice-lines' if of_lines else 'invoices'}-{timezone.localdate():%Y-%m-%d}"
    if request.GET.get("format") == "csv":
        return csv_response(name, sheet.columns, sheet.rows())
    title = _("Lines of invoices") if of_lines else _("Invoices")
    return xlsx_response(name, title, sheet.columns, sheet.rows())
