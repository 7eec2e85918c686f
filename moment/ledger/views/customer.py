"""The invoices of a customer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers.views.loading import moved, visible_customer
from moment.access import needs
from moment.ledger import listing
from moment.ledger.models import Invoice

MOST = 50


@needs("customers.view_customer", "ledger.view_invoice")
def of_customer(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    rows = Invoice.objects.visible_to(request.user).filter(customer=customer)
    newest = rows.final().select_related("customer", "project")
    return render(
        request,
        "ledger/of_customer.html",
        {
            "customer": customer,
            "tags": customer.tags.all(),
            "rows": listing.rows_of(list(newest.order_by("-issued_on", "-sort_number")[:MOST])),
            "drafts": list(rows.drafts().order_by("pk")[:MOST]),
            "count": rows.final().count(),
            "most": MOST,
        },
    )
