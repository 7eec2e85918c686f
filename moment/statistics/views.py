"""The key statistics of a customer, the rows behind them, and both as spreadsheets."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import Customer
from customers.views.loading import moved, visible_customer
from moment.access import SignedInRequest, View, needs
from moment.htmx import INVALID
from moment.statistics import chart, sheets
from moment.statistics.figures import Statistics
from moment.statistics.forms import PeriodForm
from moment.statistics.periods import Name
from moment.statistics.rows import behind
from moment.statistics.rows.listing import Rows
from moment.statistics.tabs import RIGHTS
from moment.tabular import xlsx_response

PAGE = "statistics/statistics.html"
PRESETS = (Name.LAST_12, Name.THIS_YEAR, Name.LAST_YEAR)


def of_period(view: Callable[..., HttpResponse | FileResponse]) -> View:
    """Give a view of a customer the form that is asked for, and the statistics by it.

    Where the form makes no sense, the page says so instead.
    """

    @wraps(view)
    def asked(request: SignedInRequest, number: str) -> HttpResponse | FileResponse:
        customer = visible_customer(request.user, number)
        if redirect := moved(request, customer, number):
            return redirect
        form = PeriodForm(request.GET)
        if not form.is_valid():
            return render(request, PAGE, _of_page(customer, form), status=INVALID)
        return view(request, form, Statistics(customer, form.chosen))

    return asked


@needs(*RIGHTS)
@of_period
def of_customer(request: SignedInRequest, form: PeriodForm, found: Statistics) -> HttpResponse:
    months = [(month, chart.long(month)) for month in found.months]
    context = {"statistics": found, "months": months, "chart": chart.by_month(found.months)}
    return render(request, PAGE, _of_page(found.customer, form) | context)


@needs(*RIGHTS)
@of_period
def export(request: SignedInRequest, form: PeriodForm, found: Statistics) -> FileResponse:
    name, rows = _file_name("statistics", found), sheets.rows(found, request.user)
    return xlsx_response(name, _("Key statistics"), sheets.columns(), rows)


@needs(*RIGHTS)
@of_period
def rows(request: SignedInRequest, form: PeriodForm, found: Statistics) -> HttpResponse:
    context = _of_page(found.customer, form) | {
        "listed": _rows(request, found),
        "period": found.period,
        "query": _query(request.GET),
    }
    return render(request, "statistics/rows.html", context)


@needs(*RIGHTS)
@of_period
def export_rows(request: SignedInRequest, form: PeriodForm, found: Statistics) -> FileResponse:
    listed = _rows(request, found)
    name = _file_name(f"statistics-{listed.name}", found)
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
