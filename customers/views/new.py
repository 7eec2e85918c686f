"""The new-customer dialog, and the same as a page."""

import logging
from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from customers import creating, numbers
from customers.forms.new import NewCustomerForm
from customers.models import Customer
from customers.views import alike
from customers.views.lookup import choice, results
from moment.access import needs
from moment.htmx import INVALID, redirect_to, render_page
from registry import lookup, org_number, peppol
from registry.models import NORWEGIAN_SCHEME

logger = logging.getLogger(__name__)

REACH_LIMIT = 3.0  # seconds that somebody who creates a customer may wait for the Peppol network


@needs("customers.view_customer", "customers.add_customer")
def new(request: HttpRequest) -> HttpResponse:
    proposal = numbers.propose()
    if request.method != "POST":
        return _respond(request, NewCustomerForm(initial=_asked_for(request), proposal=proposal))
    form = NewCustomerForm(_posted(request), proposal=proposal)
    # Without JavaScript the lookup is a button of the form.
    if "lookup" in request.POST:
        return _respond(request, form, results=results(request, request.POST.get("name", "")))
    if "choose" in request.POST or "drop" in request.POST:
        return _respond(request, form)
    if form.is_valid() and form.typed_org_number and not form.cleaned_data["org_number"]:
        return _offer_typed_number(request, form)
    customer = _save(form) if form.is_valid() else None
    if customer is None:
        return _respond(request, form, status=INVALID)
    _check_reach(customer)
    _tell(request, form, customer)
    return redirect_to(request, customer.get_absolute_url())


def _asked_for(request: HttpRequest) -> dict[str, str]:
    """Return what the form starts with: Norway, and the company that a link may name."""
    number = request.GET.get("org_number", "")
    found = lookup.find(number) if org_number.is_valid(number) else lookup.Found(None)
    if found.entity is None:
        return {"country": "NO"}
    return {"country": "NO", "org_number": number, "name": found.entity.display_name}


def _posted(request: HttpRequest) -> QueryDict:
    """Return what was posted, with the company chosen without JavaScript filled in."""
    data = request.POST.copy()
    if chosen := data.get("choose"):
        found = lookup.find(chosen)
        data["org_number"] = chosen
        if found.entity:
            data["name"] = found.entity.display_name
    if "drop" in data:
        data["org_number"] = ""
    return data


def _offer_typed_number(request: HttpRequest, form: NewCustomerForm) -> HttpResponse:
    """Show the company whose reg. no. stands as the name, to be confirmed."""
    data = cast(QueryDict, form.data).copy()
    found = lookup.find(form.typed_org_number)
    data["org_number"] = form.typed_org_number
    data["name"] = found.entity.display_name if found.entity else ""
    form = NewCustomerForm(data, proposal=form.proposal)
    return _respond(request, form, status=INVALID, confirm=found.entity is not None)


def _save(form: NewCustomerForm) -> Customer | None:
    """Create the customer with what the register knows, or put what is wrong on the form."""
    customer: Customer = form.save(commit=False)
    if customer.is_norwegian and customer.org_number:
        found = lookup.find(customer.org_number)
        if found.entity:
            creating.fill_from_register(customer, found.entity)
    try:
        return creating.create(customer, tags=form.cleaned_data["tags"], wanted=form.wanted_number)
    except ValidationError as error:
        form.add_error("number", error)
        return None


def _check_reach(customer: Customer) -> None:
    """Ask whether EHF arrives, unless it is known: mostly the dialog has asked by then.

    The customer exists by now, and nothing that goes wrong here changes that.
    """
    if customer.is_norwegian and org_number.is_valid(customer.org_number):
        try:
            peppol.check(NORWEGIAN_SCHEME, customer.org_number, limit=REACH_LIMIT)
        except DatabaseError:
            logger.exception("What the Peppol network says of a new customer was not kept")


def _tell(request: HttpRequest, form: NewCustomerForm, customer: Customer) -> None:
    """Say what the person would not expect: another number, likely duplicates, no address."""
    if proposed := form.got_another(customer.number):
        messages.warning(
            request,
            _("Number %(proposed)s was taken meanwhile. The customer got number %(number)s.")
            % {"proposed": proposed, "number": customer.number},
        )
    else:
        messages.success(request, _("Customer %(number)s created.") % {"number": customer.number})
    alike.tell(request, customer, changed=["name", "org_number"])
    if customer.is_norwegian and customer.org_number and not customer.visiting:
        messages.info(
            request,
            _(
                "No address came from the register. "
                "Fill it in under Edit, or check the register later."
            ),
        )


def _respond(
    request: HttpRequest,
    form: NewCustomerForm,
    *,
    results: dict | None = None,
    confirm: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "results": results,
        "confirm": confirm,
        **choice(request, form["org_number"].value()),
    }
    if form.proposal.problem and not form.is_bound:
        context["problem"] = form.proposal.problem
    return render_page(
        request, "customers/new.html", "customers/new/_form.html", context, status=status
    )
