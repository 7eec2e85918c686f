"""The key statistics of a customer, the rows behind them, and both as spreadsheets."""

from typing import Any

from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import Customer
from customers.views.loading import moved, visible_customer
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID
from moment.statistics import chart, sheets
from moment.statistics.figures import Statistics
from moment.statistics.forms import PeriodForm
from moment.statistics.periods import Name
from moment.statistics.rows import behind
from moment.statistics.rows.listing import Rows
from moment.statistics.tabs import RIGHTS
from moment.tabular import xlsx_response

PRESETS = (Name.LAST_12, Name.THIS_YEAR, Name.LAST_YEAR)


@needs(*RIGHTS)
def of_customer(request: SignedInRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    form = PeriodForm(request.GET)
    context = _of_page(customer, form)
    if not form.is_valid():
        return render(request, "statistics/statistics.html", context, status=INVALID)
    found = Statistics(customer, form.chosen)
    months = [(month, chart.long(month)) for month in found.months]
    context |= {"statistics": found, "months": months, "chart": chart.by_month(found.months)}
    return render(request, "statistics/statistics.html", context)


@needs(*RIGHTS)
def export(request: SignedInRequest, number: str) -> HttpResponse | FileResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    form = PeriodForm(request.GET)
    if not form.is_valid():
        page = _of_page(customer, form)
        return render(request, "statistics/statistics.html", page, status=INVALID)
    found = Statistics(customer, form.chosen)
    return xlsx_response(
        _file_name("statistics", found),
        _("Key statistics"),
        sheets.columns(),
        sheets.rows(found, request.user),
    )


@needs(*RIGHTS)
def rows(request: SignedInRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    form = PeriodForm(request.GET)
    if not form.is_valid():
        page = _of_page(customer, form)
        return render(request, "statistics/statistics.html", page, status=INVALID)
    listed = _rows(request, Statistics(customer, form.chosen))
    context = _of_page(customer, form) | {
        "listed": listed,
        "period": listed.statistics.period,
        "query": _query(request.GET),
    }
    return render(request, "statistics/rows.html", context)


@needs(*RIGHTS)
def export_rows(request: SignedInRequest, number: str) -> HttpResponse | FileResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    form = PeriodForm(request.GET)
    if not form.is_valid():
        page = _of_page(customer, form)
        return render(request, "statistics/statistics.html", page, status=INVALID)
    listed = _rows(request, Statistics(customer, form.chosen))
    name = _file_name(f"statistics-{listed.name}", listed.statistics)
    return xlsx_response(name, str(listed.title), listed.columns(), listed.sheet_rows())


def _of_page(customer: Customer, form: PeriodForm) -> dict[str, Any]:
    path = reverse("statistics:of_customer", args=[customer.number])
    return {
        "customer": customer,
        "tags": customer.tags.all(),
        "form": form,
        "path": path,
        "presets": [(name.value, name.label) for name in PRESETS],
    }


def _rows(request: SignedInRequest, found: Statistics) -> Rows:
    listed = behind(found, request.GET, request.user)
    if listed is None:
        raise Http404
    return listed


def _query(data: QueryDict) -> str:
    """Return the query string that asks for the same rows, from the first page on."""
    kept = data.copy()
    kept.pop("page", None)
    return kept.urlencode()


def _file_name(kind: str, found: Statistics) -> str:
    period = found.period
    return f"{kind}-{found.customer.number}-{period.first:%Y-%m-%d}-{period.last:%Y-%m-%d}"
