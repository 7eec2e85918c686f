"""One merge: what moved, and taking it back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from customers.models import Merge
from moment.access import SignedInRequest, needs


@needs("customers.view_customer")
def merge_log(request: SignedInRequest, pk: int) -> HttpResponse:
    merge = get_object_or_404(Merge, pk=pk)
    return render(request, "customers/merge_log.html", {"merge": merge})


@needs("customers.view_customer", "customers.change_customer")
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    merge = get_object_or_404(Merge, pk=pk)
    return render(request, "customers/merge_log.html", {"merge": merge})
