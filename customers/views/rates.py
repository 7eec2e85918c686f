"""What an hour costs a customer."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import holding, rates
from customers.forms.rate import RateForm
from customers.holding import ChangedMeanwhile
from customers.invoicing import effective
from customers.models import Customer, HourlyRate
from customers.rate_words import rate_words
from customers.rates import Overlap
from customers.views.loading import moved, row_of, visible_customer
from customers.views.sheet import sheet
from moment.access import needs
from moment.htmx import INVALID, redirect_to

LOOK = ("customers.view_customer", "customers.view_hourlyrate")


@needs(*LOOK)
def rates_of(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    return render(
        request,
        "customers/rates.html",
        {
            "customer": customer,
            "tags": customer.tags.all(),
            "groups": rates.groups_of(customer),
            "currency": _currency(customer),
        },
    )


@needs(*LOOK, "customers.add_hourlyrate")
def new(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    rate = HourlyRate(customer=customer)
    initial: dict[str, Any] = {}
    if whose := request.GET.get("whose", ""):  # the next rate of somebody who has one
        initial = {"whose": whose, "valid_from": _next_month()}
    return _form(request, rate, _("New hourly rate"), initial)


@needs(*LOOK, "customers.change_hourlyrate")
def edit(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    customer = visible_customer(request.user, number)
    rate = row_of(customer, customer.hourly_rates.select_related("user", "role"), pk)
    return _form(request, rate, _("Edit hourly rate"), {})


@needs(*LOOK, "customers.delete_hourlyrate")
def delete(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    customer = visible_customer(request.user, number)
    rate = row_of(customer, customer.hourly_rates.select_related("user", "role"), pk)
    # Where it gave way to another in a merge, that one is asked about first.
    if request.method == "POST" and rate.pk == pk:
        holding.delete(rate)
        messages.success(request, _("The rate is removed."))
        return redirect_to(request, _url(customer))
    context = {"title": _("Remove hourly rate"), "words": rate_words(rate), "rate": rate}
    return sheet(request, customer, "customers/rates/_delete.html", context, back=_url(customer))


def _form(
    request: HttpRequest, rate: HourlyRate, title: str, initial: dict[str, Any]
) -> HttpResponse:
    customer = rate.customer
    form = RateForm(
        request.POST or None, instance=rate, initial=initial, currency=_currency(customer)
    )
    if form.is_valid():
        ending = request.POST.get("ending", "")
        try:
            rates.save(form.instance, shown=form.cleaned_data["seen"], ending=ending)
        except Overlap as error:
            form.tell_of_overlap(error)
        except ChangedMeanwhile as error:
            form.tell_of_change(error)
        else:
            messages.success(request, _("The rate is saved."))
            return redirect_to(request, _url(customer))
    status = INVALID if form.is_bound else 200
    context = {"title": title, "form": form}
    back = _url(customer)
    return sheet(request, customer, "customers/rates/_form.html", context, back=back, status=status)


def _url(customer: Customer) -> str:
    return reverse("customers:invoicing_rates", args=[customer.number])


def _currency(customer: Customer) -> str:
    return str(effective(customer).value("currency"))


def _next_month() -> date:
    """Return the first of the next month: the day from which new prices usually hold."""
    return (timezone.localdate().replace(day=1) + timedelta(days=32)).replace(day=1)
