"""Which customer an address means."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from customers.models import Customer, UsedNumber


def visible_customer(user: AbstractBaseUser | AnonymousUser, number: str) -> Customer:
    """Return the customer that has this number, or had it. 404 when the user may not know of it."""
    visible = Customer.objects.visible_to(user).select_related("responsible")
    customer = visible.filter(number=number).first()
    if customer is None:
        used = UsedNumber.objects.filter(number=number, customer__in=visible).first()
        customer = visible.filter(pk=used.customer_id).first() if used else None
    if customer is None:
        raise Http404
    return customer


def moved(request: HttpRequest, customer: Customer, number: str) -> HttpResponse | None:
    """Return a redirect to this page under the customer's present number, if it is another."""
    if customer.number == number:
        return None
    match = request.resolver_match
    assert match is not None
    return redirect(match.view_name, number=customer.number, permanent=False)
