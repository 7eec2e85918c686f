"""Invoicing options: the settings of one customer."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import invoicing
from customers.destination import destination_of
from customers.einvoicing import reachability_of
from customers.forms.invoicing import settings_form
from customers.invoice_warnings import warnings_of
from customers.models import Customer
from customers.views.loading import moved, visible_customer
from moment.access import needs
from moment.htmx import INVALID
from moment.invoice_settings.form import InvoiceSettingsForm


@needs("customers.view_customer")
def settings(request: HttpRequest, number: str) -> HttpResponse:
    if request.method == "POST" and not request.user.has_perm("customers.change_customer"):
        raise PermissionDenied
    customer = visible_customer(request.user, number)
    if request.method != "POST":
        if moved_on := moved(request, customer, number):
            return moved_on
        return _page(request, customer, settings_form(customer, invoicing.effective(customer)))
    form = settings_form(customer, invoicing.effective(customer), request.POST)
    if request.POST.get("reset") in form.settings:
        return _reset(request, customer, form, request.POST["reset"])
    if not form.is_valid():
        return _page(request, customer, form, status=INVALID)
    try:
        invoicing.save(customer, form.changes, form.shown)
    except invoicing.ChangedMeanwhile as error:
        customer.refresh_from_db()
        form = form.after_change_by_others(invoicing.effective(customer), error.names)
        return _page(request, customer, form, status=INVALID, changed_meanwhile=True)
    except invoicing.NoSuchContact:
        form.add_error("invoice_contact", _("This contact is not here any more."))
        return _page(request, customer, form, status=INVALID)
    messages.success(request, _("Saved."))
    return redirect("customers:invoicing", number=customer.number)


def _reset(
    request: HttpRequest, customer: Customer, form: InvoiceSettingsForm, name: str
) -> HttpResponse:
    """Have one setting inherit. What was typed elsewhere stays typed, and is not saved."""
    refused = False
    try:
        invoicing.save(customer, {name: None}, form.shown)
    except invoicing.ChangedMeanwhile:
        refused = True
    customer.refresh_from_db()
    form = form.after_reset(name, invoicing.effective(customer), refused=refused)
    return _page(request, customer, form, status=INVALID if refused else 200)


def _page(
    request: HttpRequest,
    customer: Customer,
    form: InvoiceSettingsForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    known = reachability_of([customer.org_number] if customer.is_norwegian else [])
    destination = destination_of(customer, form.effective, known)
    warnings = warnings_of(customer, form.effective, destination)
    context = {
        "customer": customer,
        "tags": customer.tags.all(),
        "form": form,
        "cards": form.cards(warnings),
        "destination": destination,
        "history_url": reverse("customers:history", args=[customer.number]),
        "reachability": known.get(customer.org_number),
        "editable": request.user.has_perm("customers.change_customer"),
    }
    return render(request, "customers/invoicing.html", context | more, status=status)
