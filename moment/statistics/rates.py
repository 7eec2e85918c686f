"""What one of a currency is in the company's, where no invoice says it."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet

from moment.ledger.models import Invoice

ONE = Decimal(1)


def latest(
    customers: Collection[Any] | QuerySet, currencies: Collection[str], own: str
) -> Mapping[str, Decimal]:
    """Return the rate of the last invoice of these customers in each of the currencies.

    Those in which there is none are left out. No query for the company's own currency alone.
    """
    foreign = {currency for currency in currencies if currency != own}
    if not foreign:
        return {own: ONE}
    rows = Invoice.objects.final().filter(customer__in=customers, currency__in=foreign)
    last = rows.order_by().values("currency").annotate(last=Max("pk")).values("last")
    found = Invoice.objects.filter(pk__in=last).values_list("currency", "rate")
    return {own: ONE, **{currency: rate for currency, rate in found if rate}}
