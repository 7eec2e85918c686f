"""All customers."""

from django.http import HttpRequest, HttpResponse

from customers import saved_filters
from customers.models import Customer
from customers.overview import Overview
from moment.access import needs
from moment.htmx import render_page, wants_fragment


@needs("customers.view_customer")
def overview(request: HttpRequest) -> HttpResponse:
    shown = Overview(request.GET, request.user)
    saved = saved_filters.menu(request.user, shown)
    response = render_page(
        request,
        "customers/overview.html",
        "customers/overview/_results.html",
        {"overview": shown, "saved": saved, "nothing_yet": _is_empty(shown)},
    )
    if wants_fragment(request):
        # The address bar follows what is typed, in its shortest form.
        response["HX-Replace-Url"] = shown.url()
    return response


def _is_empty(shown: Overview) -> bool:
    """Tell whether the base has no customers at all, asked only when the page shows none."""
    return not shown.page.rows and not Customer.objects.exists()
