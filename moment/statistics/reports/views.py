"""The reports, each as a page and as a spreadsheet."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers import saved_filters
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, render_page, wants_fragment
from moment.statistics.reports.customers import CustomersReport
from moment.statistics.reports.development import DevelopmentReport
from moment.statistics.reports.report import Report
from moment.statistics.tabs import RIGHTS
from moment.tabular import xlsx_response


@needs(*RIGHTS)
def reports(request: HttpRequest) -> HttpResponse:
    return render(request, "statistics/reports.html")


@needs(*RIGHTS)
def customers(request: SignedInRequest) -> HttpResponse:
    return _shown(request, CustomersReport(request.GET, request.user))


@needs(*RIGHTS)
def development(request: SignedInRequest) -> HttpResponse:
    return _shown(request, DevelopmentReport(request.GET, request.user))


@needs(*RIGHTS)
@require_safe
def customers_export(request: SignedInRequest) -> HttpResponse | FileResponse:
    return _exported(request, CustomersReport(request.GET, request.user), "customers")


@needs(*RIGHTS)
@require_safe
def development_export(request: SignedInRequest) -> HttpResponse | FileResponse:
    return _exported(request, DevelopmentReport(request.GET, request.user), "development")


def _shown(request: SignedInRequest, report: Report) -> HttpResponse:
    is_valid = report.form.is_valid()
    context = {"report": report, "is_valid": is_valid}
    if is_valid:
        context["saved"] = saved_filters.menu(request.user, report)
    response = render_page(
        request,
        "statistics/report.html",
        "statistics/reports/_results.html",
        context,
        200 if is_valid else INVALID,
    )
    if is_valid and wants_fragment(request):
        response["HX-Replace-Url"] = report.url()
    return response


def _exported(request: SignedInRequest, report: Report, name: str) -> HttpResponse | FileResponse:
    if not report.form.is_valid():
        return _shown(request, report)
    first, last = report.period.first, report.period.last
    return xlsx_response(
        f"{name}-{first:%Y-%m-%d}-{last:%Y-%m-%d}",
        str(report.title),
        report.sheet_columns(),
        report.sheet_rows(),
    )
