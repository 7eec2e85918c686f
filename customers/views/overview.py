"""All customers."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import saved_filters, selecting
from customers.changing_many import What
from customers.models import Customer
from customers.overview import Overview
from customers.overview_sheet import Sheet
from moment.access import needs
from moment.htmx import render_page, wants_fragment
from moment.tabular import csv_response, xlsx_response


@needs("customers.view_customer")
def overview(request: HttpRequest) -> HttpResponse:
    if elsewhere := selecting.led_on(request):
        return elsewhere
    shown = Overview(request.GET, request.user)
    saved = saved_filters.menu(request.user, shown)
    response = render_page(
        request,
        "customers/overview.html",
        "customers/overview/_results.html",
        {
            "overview": shown,
            "saved": saved,
            "changes": What.choices,
            "nothing_yet": _is_empty(shown),
        },
    )
    if wants_fragment(request):
        # The address bar follows what is typed, in its shortest form.
        response["HX-Replace-Url"] = shown.url()
    return response


@needs("customers.view_customer")
def export(request: HttpRequest) -> HttpResponseBase:
    """Answer all customers that are asked for as a spreadsheet, or as CSV."""
    sheet = Sheet(Overview(request.GET, request.user))
    name = f"customers-{timezone.localdate():%Y-%m-%d}"
    if request.GET.get("format") == "csv":
        return csv_response(name, sheet.columns, sheet.rows())
    return xlsx_response(name, _("Customers"), sheet.columns, sheet.rows())


def _is_empty(shown: Overview) -> bool:
    """Tell whether the base has no customers at all, asked only when the page shows none."""
    return not shown.page.rows and not Customer.objects.exists()
