"""Likely duplicates across the whole base."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from customers.models import DuplicatePair
from moment.access import SignedInRequest, needs


@needs("customers.view_customer")
def duplicates(request: SignedInRequest) -> HttpResponse:
    return render(request, "customers/duplicates.html")


@needs("customers.view_customer", "customers.change_customer")
def dismiss(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(DuplicatePair, pk=pk)
    return render(request, "customers/duplicates.html")
