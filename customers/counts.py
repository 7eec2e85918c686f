"""How many customers there are of each status."""

from django.core.cache import cache
from django.db.models import QuerySet

from customers.models import Customer

# Counts are exact up to here; nobody reads more closely, and counting a million rows is slow.
LIMIT = 10_000
_KEY = "customers.counts"
_KEPT_FOR = 10  # seconds; creating and editing make them anew at once


def of_all(customers: QuerySet[Customer]) -> dict[str, int]:
    """Return the customers by status, each counted to LIMIT + 1.

    Kept for everyone alike, since who may view customers may view all of them.
    """
    counts: dict[str, int] | None = cache.get(_KEY)
    if counts is None:
        counts = {
            status: customers.filter(status=status).order_by()[: LIMIT + 1].count()
            for status in Customer.Status.values
        }
        cache.set(_KEY, counts, _KEPT_FOR)
    return counts


def forget() -> None:
    """Have the customers counted anew when next asked."""
    cache.delete(_KEY)
