"""The ledger of a customer: what it owes at a date, and the rows that this comes of."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from customers.models import Customer
from customers.overview import PAGE_SIZE
from customers.views.loading import moved, visible_customer
from moment.access import needs
from moment.htmx import render_page, wants_fragment
from moment.ledger import ageing
from moment.ledger.entries import Entries, page_of
from moment.ledger.forms.ledger import AtForm
from moment.ledger.models import Invoice, Payment, Statement
from moment.models import CompanySettings

SENT = 5  # statements that are told of


@needs("customers.view_customer", "ledger.view_invoice")
def ledger(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    shown = Shown(customer, request)
    response = render_page(
        request,
        "ledger/ledger.html",
        "ledger/ledger/_results.html",
        {
            "customer": customer,
            "tags": customer.tags.all(),
            "shown": shown,
            "aged": shown.aged,
            "sent": _sent(customer),
        },
    )
    if wants_fragment(request):
        response["HX-Replace-Url"] = shown.url()
    return response


class Shown:
    """The page of a ledger that an address asks for: at a date, what is open or all, in an order.

    What is open comes oldest first, as what is most overdue does; all of it newest first.
    """

    def __init__(self, customer: Customer, request: HttpRequest) -> None:
        self.customer, self.data = customer, request.GET
        self.form = AtForm(request.GET)
        # Without a date nothing was asked for yet.
        only_open = "open" in request.GET or "at" not in request.GET
        self.aged = ageing.of_customer(
            customer.pk, self.form.on, CompanySettings.current().currency
        )
        known = self.aged.count if only_open else None
        # All there is comes to what is open of it.
        total = {(customer.pk, of): one.balance for of, one in self.aged.by_currency.items()}
        self.entries = Entries([customer.pk], self.form.on, only_open, None, known, total)
        self.usual = "date" if only_open else "-date"
        asked = request.GET.get("sort", "")
        self.sort = asked if asked in ("date", "-date") else self.usual
        self.page = page_of(
            self.entries,
            size=PAGE_SIZE,
            descending=self.sort == "-date",
            data=request.GET,
            url=self.url,
        )

    def url(self, **changes: Any) -> str:
        params: dict[str, Any] = {
            "at": self.entries.on.isoformat(),
            "open": "1" if self.entries.only_open else None,
            "sort": self.sort if self.sort != self.usual else None,
        }
        found = urlencode({k: v for k, v in (params | changes).items() if v})
        return f"{reverse('ledger:ledger', args=[self.customer.number])}?{found}"

    @property
    def sorted_url(self) -> str:
        """The address of the rows the other way round."""
        other = "date" if self.sort == "-date" else "-date"
        return self.url(sort=other if other != self.usual else None)

    @property
    def all_url(self) -> str:
        return self.url(open=None, sort=None)

    @property
    def total_text(self) -> str:
        return str(self.entries.count)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in the ledger at all, asked only where the page shows none."""
        customer = self.customer
        return not (
            self.page.rows
            or Invoice.objects.final().filter(customer=customer).exists()
            or Payment.objects.filter(customer=customer).exists()
        )


def _sent(customer: Customer) -> list[Statement]:
    return list(Statement.objects.filter(customer=customer).select_related("made_by")[:SENT])
