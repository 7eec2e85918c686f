"""Which customer an address means, and which row of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from customers import holding, marks, merging
from customers.forms.merge import leads_to
from customers.models import Customer, UsedNumber


def visible_customer(user: AbstractBaseUser | AnonymousUser, number: str) -> Customer:
    """Return the customer that has this number, or had it. 404 when the user may not know of it."""
    visible = marks.asked(Customer.objects.visible_to(user).select_related("responsible"), user)
    customer = visible.filter(number=number).first()
    if customer is None:
        used = UsedNumber.objects.filter(number=number, customer__in=visible).first()
        customer = visible.filter(pk=used.customer_id).first() if used else None
    if customer is None:
        raise Http404
    return customer


def moved(request: HttpRequest, customer: Customer, number: str) -> HttpResponse | None:
    """Return a redirect to this page under the customer's present number, if it is another.

    Only who asks is led on: what somebody sends to an old number holds for the customer. Who opens
    a whole page is told.
    """
    if customer.number == number or request.method not in ("GET", "HEAD"):
        return None
    match = request.resolver_match
    assert match is not None
    if not getattr(request, "htmx", False):
        messages.info(request, leads_to(customer, number))
    url, query = reverse(match.view_name, args=[customer.number]), request.META["QUERY_STRING"]
    return HttpResponseRedirect(f"{url}?{query}" if query else url)


def row_of(customer: Customer, rows: Any, pk: int) -> Any:
    """Return the customer's row with this key, of these; 404 where there is none; see `like_of`.

    Raises MergedMeanwhile where it went elsewhere since the customer was asked for.
    """
    found = rows.filter(pk=pk).first() or like_of(customer, rows, pk)
    if found is None:
        holding.living(Customer.with_merged.get(pk=customer.pk))
        raise Http404
    return found


def like_of(customer: Customer, rows: Any, pk: int) -> Any:
    """Return which of these rows the one with this key was joined with when it was merged.

    None where it was not, or where that one has changed since.
    """
    stayed = stayed_behind(customer, rows.model, pk)
    return merging.like(stayed, rows) if stayed else None


def stayed_behind(customer: Customer, model: Any, pk: int) -> Any:
    """Return the row with this key of a customer that was merged into this one; None for none."""
    return model.objects.filter(pk=pk, customer__merged_into=customer).first()
