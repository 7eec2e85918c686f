"""One customer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from customers import panels
from customers.views.loading import moved, visible_customer
from moment.access import needs
from moment.htmx import redirect_to, wants_fragment
from registry import lookup


@needs("customers.view_customer")
def profile(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    shown = panels.for_customer(customer, request)
    return render(
        request,
        "customers/profile.html",
        {
            "customer": customer,
            "tags": customer.tags.all(),
            "wide_panels": [panel for panel in shown if panel.wide],
            "main_panels": [panel for panel in shown if not (panel.wide or panel.aside)],
            "aside_panels": [panel for panel in shown if panel.aside],
        },
    )


@needs("customers.view_customer")
def check_register(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the register again about the customer's reg. no."""
    customer = visible_customer(request.user, number)
    if request.method != "POST":  # back from signing in
        return redirect_to(request, customer.get_absolute_url())
    found = lookup.refresh(customer.org_number)
    problem = lookup.Problem(found.problem).label if found.problem else ""
    if wants_fragment(request):
        panel = panels.Register(customer, request)
        return render(
            request,
            "customers/profile/_checked.html",
            {"customer": customer, "panel": panel, "problem": problem, **panel.context()},
        )
    if problem:
        messages.warning(request, problem)
    else:
        messages.success(request, _("Checked with the register just now."))
    return redirect_to(request, customer.get_absolute_url())
