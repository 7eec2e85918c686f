"""The report over all contacts, its spreadsheet, and the addresses of those it shows."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import contact_rows, mailing_lists
from customers.contact_report import ContactReport
from customers.models import Contact, Customer
from moment.access import needs
from moment.htmx import render_page, wants_fragment
from moment.tabular import xlsx_response


@needs("customers.view_customer")
def contact_report(request: HttpRequest) -> HttpResponse:
    report = ContactReport(request.GET, request.user)
    response = render_page(
        request,
        "customers/contact_report.html",
        "customers/contact_report/_results.html",
        {"report": report, "nothing_yet": _is_empty(report, request)},
    )
    if wants_fragment(request):
        # The address bar follows what is typed, in its shortest form.
        response["HX-Replace-Url"] = report.url()
    return response


@needs("customers.view_customer")
def export(request: HttpRequest) -> FileResponse:
    report = ContactReport(request.GET, request.user)
    return xlsx_response(
        f"contacts-{timezone.localdate():%Y-%m-%d}",
        _("Contacts"),
        contact_rows.columns(),
        report.sheet_rows(),
    )


@needs("customers.view_customer", "customers.add_mailinglist")
def addresses(request: HttpRequest) -> HttpResponse:
    """Show the addresses of the current contacts among those the report shows, to be copied."""
    report = ContactReport(request.GET, request.user)
    found = mailing_lists.recipients(mailing_lists.named(report.current))
    return render_page(
        request,
        "customers/contact_report_addresses.html",
        "customers/contact_report/_addresses.html",
        {
            "found": found,
            "lines": "lines" in request.GET,
            "query": report.query_with(),
            "path": request.path,
            "back": report.url(),
            "not_current": report.contacts.count() - report.current.count(),
        },
    )


def _is_empty(report: ContactReport, request: HttpRequest) -> bool:
    """Tell whether there are no contacts at all, asked only when the page shows none."""
    if report.page.rows or any(report.counts.values()):
        return False
    visible = Customer.objects.visible_to(request.user)
    return not Contact.objects.filter(customer__in=visible).exists()
