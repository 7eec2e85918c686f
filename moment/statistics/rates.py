"""What one of a currency is in the company's, where only earlier invoices tell it."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet

from moment.ledger.models import Invoice
from moment.ledger.models.invoice import InvoiceQuerySet

ONE = Decimal(1)


def of_last_invoice(
    customers: Collection[Any] | QuerySet, currencies: Collection[str], own: str
) -> Mapping[str, Decimal]:
    """Return the rate of the last invoice of these customers in each of the currencies.

    Those in which there is none are left out. No query for the company's own currency alone.
    """
    rows = Invoice.objects.filter(customer__in=customers)
    found = _of_last(rows, "currency", currencies=set(currencies) - {own})
    return {own: ONE, **dict(found)}


def of_each_last_invoice(
    currencies: Collection[str], own: str
) -> Mapping[tuple[int, str], Decimal]:
    """Return the same for each customer, by its key and the currency; not for the company's own."""
    foreign = set(currencies) - {own}
    found = _of_last(Invoice.objects.all(), "customer", "currency", currencies=foreign)
    return {(customer, currency): rate for customer, currency, rate in found}


def _of_last(rows: InvoiceQuerySet, *by: str, currencies: Collection[str]) -> list[tuple[Any, ...]]:
    """Return the rates of the last invoices in these currencies, behind what they are `by`."""
    if not currencies:
        return []
    last = rows.final().filter(currency__in=currencies).order_by().values(*by)
    newest = last.annotate(last=Max("pk")).values("last")
    return list(Invoice.objects.filter(pk__in=newest).values_list(*by, "rate"))
