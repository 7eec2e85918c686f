"""Making several customers one."""

from django.http import HttpResponse
from django.shortcuts import render

from customers.views.loading import visible_customer
from moment.access import SignedInRequest, needs


@needs("customers.view_customer", "customers.change_customer")
def merge(request: SignedInRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    return render(request, "customers/merge.html", {"customer": customer})


@needs("customers.view_customer", "customers.change_customer")
def selected(request: SignedInRequest) -> HttpResponse:
    """Lead to the page of the customers that were selected in a list."""
    return render(request, "customers/merge.html")
