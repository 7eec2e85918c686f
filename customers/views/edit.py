"""Editing a customer."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from customers import editing, numbers
from customers.forms.edit import EditCustomerForm
from customers.views import alike
from customers.views.loading import moved, visible_customer
from moment.access import needs
from moment.htmx import INVALID, redirect_to


@needs("customers.view_customer", "customers.change_customer")
def edit(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if request.method != "POST" and (redirect := moved(request, customer, number)):
        return redirect
    series = numbers.CUSTOMERS.series()
    form = EditCustomerForm(request.POST or None, instance=customer, series=series)
    changed_meanwhile, made_from = False, None
    if form.is_valid():
        try:
            editing.save(form, form.version)
        except editing.ChangedMeanwhile as error:
            changed_meanwhile, made_from = True, form.made_from
            form = form.after_change_by_others(error.stored)
        except ValidationError as error:
            form.add_error("number", error)
        else:
            messages.success(request, _("Saved."))
            for warning in form.places.warnings:
                messages.warning(request, warning)
            alike.tell(request, customer, changed=form.changed_data)
            return redirect_to(request, customer.get_absolute_url())
    # A form that failed may have written on the instance; the page's own texts come from the base.
    stored = visible_customer(request.user, number)
    return render(
        request,
        "customers/edit.html",
        {
            "customer": stored,
            "form": form,
            "changed_meanwhile": changed_meanwhile,
            "made_from": made_from,
        },
        status=INVALID if form.is_bound else 200,
    )
