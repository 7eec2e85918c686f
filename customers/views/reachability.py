"""Whether EHF reaches a company, asked while the page is already shown."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from customers.einvoicing import Reach
from customers.views.loading import visible_customer
from moment.access import needs
from moment.htmx import redirect_to, wants_fragment
from registry import org_number, peppol
from registry.models import NORWEGIAN_SCHEME

FRAGMENT = "customers/_reachability.html"


@needs("customers.view_customer", "customers.add_customer")
def of_number(request: HttpRequest) -> HttpResponse:
    """Answer for the company chosen in the dialog, asking where no fresh answer is kept."""
    number = org_number.compact(request.GET.get("org_number", ""))
    if not org_number.is_valid(number):
        raise Http404
    reachability = peppol.check(NORWEGIAN_SCHEME, number)
    return render(request, FRAGMENT, {"reachability": reachability})


@needs("customers.view_customer")
def of_customer(request: HttpRequest, number: str) -> HttpResponse:
    """Answer for a customer: a POST asks anew, a GET by htmx where no fresh answer is kept."""
    customer = visible_customer(request.user, number)
    again, fragment = request.method == "POST", wants_fragment(request)
    can_be_asked = customer.is_norwegian and org_number.is_valid(customer.org_number)
    if not can_be_asked or not (again or fragment):  # the latter: back from signing in
        return redirect_to(request, customer.get_absolute_url())
    reachability = peppol.check(NORWEGIAN_SCHEME, customer.org_number, force=again)
    if fragment:
        context = {"reachability": reachability, "customer": customer, "can_check": True}
        return render(request, FRAGMENT, context)
    if reachability.failed_at:
        messages.warning(request, _("The Peppol network does not answer. Try again later."))
    else:
        messages.success(request, Reach(reachability.answer).label)
    return redirect_to(request, customer.get_absolute_url())
