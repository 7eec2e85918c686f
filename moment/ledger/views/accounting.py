"""What accounting gets: what waits for it, and what it got."""

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to
from moment.ledger import exporting, journal
from moment.ledger.exporting import NothingToExport
from moment.ledger.models import AccountingExport
from moment.projects.sums import exact
from moment.tabular import csv_response, xlsx_response

RIGHTS = ("ledger.view_invoice", "ledger.change_invoice")
MOST = 50


@needs(*RIGHTS)
def accounting(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        return _export(request)
    waiting = exporting.waiting().order_by()
    sums = waiting.values_list("currency").annotate(Sum("gross"), Count("pk"))
    totals = sorted((currency, exact(gross), count) for currency, gross, count in sums)
    first = waiting.select_related("customer").order_by("sort_number", "pk")[:MOST]
    context = {
        "totals": totals,
        "count": sum(count for _currency, _gross, count in totals),
        "waiting": list(first),
        "most": MOST,
        "exports": AccountingExport.objects.select_related("made_by")[:MOST],
    }
    return render(request, "ledger/accounting.html", context)


@needs(*RIGHTS)
@require_safe
def accounting_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Answer an export as it was made, as CSV or as a spreadsheet."""
    made = AccountingExport.objects.filter(pk=pk).first()
    if made is None:
        raise Http404
    name = f"accounting-{made.pk}"
    if request.GET.get("format") == "xlsx":
        return xlsx_response(name, _("Accounting"), journal.COLUMNS, journal.rows(made))
    return csv_response(name, journal.COLUMNS, journal.rows(made))


def _export(request: SignedInRequest) -> HttpResponse:
    try:
        made = exporting.export(by=request.user)
    except NothingToExport as error:
        messages.info(request, str(error))
    else:
        words = ngettext(
            "Export %(number)s with %(count)s invoice is made. Download it below.",
            "Export %(number)s with %(count)s invoices is made. Download it below.",
            made.count,
        )
        messages.success(request, words % {"number": made.pk, "count": made.count})
    return redirect_to(request, reverse("ledger:accounting"))
