"""The dialog for a draft by hand, and the same as a page."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import Customer
from customers.models.number_series import can_be_number
from customers.places import PLACES
from moment.access import needs
from moment.htmx import INVALID, redirect_to, render_page, wants_fragment
from moment.ledger import editing
from moment.ledger.forms.new import NewDraftForm
from moment.ledger.models import Invoice
from moment.projects.models import Project

# The customer is typed: its projects are offered, and nothing is saved.
CUSTOMER = "customer_changed"


@needs("customers.view_customer", "ledger.view_invoice", "ledger.add_invoice")
def new_draft(request: HttpRequest) -> HttpResponse:
    asked = _asked_for(request)
    options: dict[str, Any] = {
        "visible": Customer.objects.visible_to(request.user),
        "projects": Project.objects.visible_to(request.user),
    }
    if request.method != "POST":
        form = NewDraftForm(initial={"customer": asked}, **options)
        return _respond(request, form, PLACES["invoice"].why_not(asked) if asked else "")
    if CUSTOMER in request.POST:
        form = NewDraftForm(typed=request.POST, **options)
        if wants_fragment(request):
            return render(request, "ledger/new_draft/_project.html", {"form": form})
        return _respond(request, form)
    form = NewDraftForm(request.POST, **options)
    invoice = _save(form) if form.is_valid() else None
    if invoice is None:
        return _respond(request, form, status=INVALID)
    messages.success(request, _("The draft is made. Add what is to be invoiced."))
    return redirect_to(request, invoice.get_absolute_url())


def _asked_for(request: HttpRequest) -> Customer | None:
    """Return the customer that the link names."""
    number = request.GET.get("customer", "").upper()
    visible = Customer.objects.visible_to(request.user)
    return visible.filter(number=number).first() if can_be_number(number) else None


def _save(form: NewDraftForm) -> Invoice | None:
    """Make the draft, or put what is wrong on the form."""
    try:
        return editing.create(form.cleaned_data["customer"], form.cleaned_data["project"])
    except ValidationError as error:
        form.add_error(None, error)
        return None


def _respond(
    request: HttpRequest, form: NewDraftForm, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "title": _("New invoice"),
        "form": form,
        "problem": problem,
        "back": reverse("ledger:drafts"),
    }
    return render_page(
        request, "ledger/new_draft.html", "ledger/new_draft/_form.html", context, status
    )
