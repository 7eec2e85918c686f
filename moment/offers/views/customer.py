"""The offers to a customer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers.places import PLACES
from customers.views.loading import moved, visible_customer
from moment.access import needs
from moment.offers import listing
from moment.offers.models import Offer

MOST = 100


@needs("customers.view_customer", "offers.view_offer")
def of_customer(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    rows = Offer.objects.visible_to(request.user).newest().filter(customer=customer)
    shown = rows.select_related("customer", "responsible").order_by("-sort_number", "-pk")
    return render(
        request,
        "offers/of_customer.html",
        {
            "customer": customer,
            "tags": customer.tags.all(),
            "offers": list(listing.with_currency(shown)[:MOST]),
            "count": rows.count(),
            "most": MOST,
            "why_not": PLACES["offer"].why_not(customer),
        },
    )
