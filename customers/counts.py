"""What there is of customers, counted now and then and kept for a moment.

Kept for everyone alike, since who may view customers may view all of them.
"""

import time
from collections.abc import Callable

from django.core.cache import cache

from customers import alerting
from customers.models import Customer

# Counts are exact up to here; nobody reads more closely, and counting a million rows is slow.
LIMIT = 10_000
_STATUSES, _COUNTRIES = "customers.statuses", "customers.countries"
_ALERTS = "customers.alerts"
_HITS = "customers.hits"  # when counted, and the counts, by the question
# Creating, editing and answering make them anew at once, where all workers share one cache.
_KEPT_FOR = 10  # seconds


def by_status() -> dict[str, int]:
    """Return the customers of each status, counted to LIMIT + 1."""
    counts: dict[str, int] | None = cache.get(_STATUSES)
    if counts is None:
        counts = {
            status: Customer.objects.filter(status=status).order_by()[: LIMIT + 1].count()
            for status in Customer.Status.values
        }
        cache.set(_STATUSES, counts, _KEPT_FOR)
    return counts


def countries() -> set[str]:
    """Return the codes of the countries that customers are in."""
    codes: set[str] | None = cache.get(_COUNTRIES)
    if codes is None:
        codes = set(Customer.objects.order_by().values_list("country", flat=True).distinct())
        cache.set(_COUNTRIES, codes, 6 * _KEPT_FOR)
    return codes


def open_alerts() -> int:
    """Return how many alerts about customers nobody has answered, counted to LIMIT + 1."""
    count: int | None = cache.get(_ALERTS)
    if count is None:
        waiting = alerting.about(Customer.objects.all()).open()
        count = waiting.order_by()[: LIMIT + 1].count()
        cache.set(_ALERTS, count, _KEPT_FOR)
    return count


def kept(question: str, count: Callable[[], dict[str, int]]) -> dict[str, int]:
    """Return what `count` finds for this question, or found a moment ago."""
    now = time.time()
    answers: dict[str, tuple[float, dict[str, int]]] = cache.get(_HITS) or {}
    if question in answers and answers[question][0] > now - _KEPT_FOR:
        return answers[question][1]
    recent = {q: answer for q, answer in answers.items() if answer[0] > now - _KEPT_FOR}
    counted = count()
    cache.set(_HITS, {**recent, question: (now, counted)}, _KEPT_FOR)
    return counted


def forget() -> None:
    """Have all of it counted anew when next asked."""
    cache.delete_many([_STATUSES, _COUNTRIES, _ALERTS, _HITS])
