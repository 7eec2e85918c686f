"""Addresses beside the usual three, and the places of postcodes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from customers import addresses, holding
from customers.forms.address import OtherAddressForm
from customers.holding import ChangedMeanwhile
from customers.models import OtherAddress
from customers.views.loading import moved, row_of, visible_customer
from customers.views.sheet import sheet
from moment.access import needs
from moment.htmx import INVALID, redirect_to
from registry import postcodes


@needs("customers.view_customer", "customers.add_otheraddress")
def new(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    return _form(request, OtherAddress(customer=customer), _("New address"))


@needs("customers.view_customer", "customers.change_otheraddress")
def edit(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    customer = visible_customer(request.user, number)
    address = row_of(customer, customer.other_addresses, pk)
    return _form(request, address, _("Edit address"))


@needs("customers.view_customer", "customers.delete_otheraddress")
def delete(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    customer = visible_customer(request.user, number)
    address = row_of(customer, customer.other_addresses, pk)
    back = customer.get_absolute_url()
    if request.method == "POST":
        holding.delete(address)
        messages.success(request, _("%(label)s is removed.") % {"label": address.label})
        return redirect_to(request, back)
    context = {"title": _("Remove address"), "address": address}
    return sheet(request, customer, "customers/addresses/_delete.html", context, back=back)


@needs("customers.view_customer")
def postcode(request: HttpRequest) -> HttpResponse:
    """Answer the place of a Norwegian postcode, for the field beside it; nothing for others.

    Forms with several addresses name the one that is meant by `prefix`, and `home` is the country
    where the address has none of its own.
    """
    data = request.GET
    prefix = data.get("prefix", "")
    code = (data.get("code") or data.get(f"{prefix}postcode", "")).strip()
    country = data.get(f"{prefix}country") or data.get("country") or data.get("home")
    domestic = (country or postcodes.COUNTRY) == postcodes.COUNTRY
    place = postcodes.place_of(code) if domestic else ""
    return render(request, "customers/addresses/_place.html", {"code": code, "place": place})


def _form(request: HttpRequest, address: OtherAddress, title: str) -> HttpResponse:
    customer = address.customer
    form = OtherAddressForm(request.POST or None, instance=address)
    if form.is_valid():
        try:
            addresses.save(form.instance, shown=form.cleaned_data["seen"])
        except addresses.LabelTaken:
            form.add_error("label", _("The customer has an address with this label already."))
        except ChangedMeanwhile as error:
            form.tell_of_change(error)
        else:
            messages.success(request, _("Saved."))
            for warning in form.places.warnings:
                messages.warning(request, warning)
            return redirect_to(request, customer.get_absolute_url())
    return sheet(
        request,
        customer,
        "customers/addresses/_form.html",
        {"title": title, "form": form},
        back=customer.get_absolute_url(),
        status=INVALID if form.is_bound else 200,
    )
