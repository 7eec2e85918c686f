"""Who changed what on a customer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers import history as customer_history
from customers.views.loading import moved, visible_customer
from moment.access import needs


@needs("customers.view_customer")
def history(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    return render(
        request,
        "customers/history.html",
        {
            "customer": customer,
            "tags": customer.tags.all(),
            "page": customer_history.of(customer, older_than=request.GET.get("older", "")),
        },
    )
