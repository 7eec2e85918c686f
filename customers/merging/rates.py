"""Hourly rates of customers that become one: no two of a colleague or role for the same day."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from django.utils.translation import gettext as _

from customers import rates
from customers.merging import log
from customers.merging.rules import Decision, Option, Rule, Work
from customers.models import Customer, HourlyRate
from customers.rate_words import rate_words
from moment.models import User


@dataclass(frozen=True)
class RatesWithoutOverlap(Rule):
    """Where the rates of several hold on the same days it is decided whose hold.

    The rates that give way stay with the customer that is merged, or go there.
    """

    def decisions(self, customers: Sequence[Customer], by: User) -> list[Decision]:
        by_key = {customer.pk: customer for customer in customers}
        decisions = []
        for key, some in _by_subject(customers).items():
            if not _clash(some):
                continue
            options = [
                Option(str(pk), f"{customer.number}: {_in_words(some, pk)}")
                for pk, customer in by_key.items()
                if any(rate.customer_id == pk for rate in some)
            ]
            whose = some[0].user or some[0].role
            question = _("The rates of %(whose)s hold on the same days. Which of them go on?")
            decisions.append(
                Decision(f"rates-{key}", question % {"whose": whose}, options, options[0].value)
            )
        return decisions

    def apply(self, work: Work, column: Any, source: int, target: int) -> None:
        staying: list[int] = []
        giving_way: list[int] = []
        pair = [Customer(pk=target), Customer(pk=source)]
        for key, some in _by_subject(pair).items():
            mine = [rate for rate in some if rate.customer_id == target]
            theirs = [rate for rate in some if rate.customer_id == source]
            equal = {_value(rate) for rate in mine}
            left = [rate for rate in theirs if _value(rate) not in equal]
            staying += [rate.pk for rate in theirs if _value(rate) in equal]
            if work.decided.get(f"rates-{key}") == str(source):
                giving_way += [rate.pk for rate in _in_the_way(mine, left)]
            else:
                staying += [rate.pk for rate in _in_the_way(left, mine)]
        log.move(work.merge, column, source, target, but=staying)
        if giving_way:
            log.move_these(work.merge, column, target, source, giving_way)


def _by_subject(customers: Sequence[Customer]) -> dict[str, list[HourlyRate]]:
    """Return the rates by whose they are; one query."""
    rows = HourlyRate.objects.filter(customer__in=customers).order_by("valid_from", "pk")
    found: dict[str, list[HourlyRate]] = defaultdict(list)
    for rate in rows.select_related("user", "role"):
        found[rates.key_of(rate)].append(rate)
    return found


def _clash(some: Sequence[HourlyRate]) -> bool:
    """Tell whether rates of different customers, and not the same, hold on the same days."""
    of: dict[int, list[HourlyRate]] = defaultdict(list)
    for rate in some:
        of[rate.customer_id].append(rate)
    for mine, theirs in combinations(of.values(), 2):
        equal = {_value(rate) for rate in mine}
        if _in_the_way([rate for rate in theirs if _value(rate) not in equal], mine):
            return True
    return False


def _in_the_way(some: Sequence[HourlyRate], others: Sequence[HourlyRate]) -> list[HourlyRate]:
    """Return those that hold on a day of the others, no two of which do on the same day."""
    days = sorted(map(_days, others))
    begins = [begin for begin, _end in days]
    found = []
    for rate in some:
        first, last = _days(rate)
        # The last of the others to begin in time ends the latest of those that do.
        place = bisect_right(begins, last) - 1
        if place >= 0 and days[place][1] >= first:
            found.append(rate)
    return found


def _days(rate: HourlyRate) -> tuple[date, date]:
    return rate.valid_from or date.min, rate.valid_until or date.max


def _value(rate: HourlyRate) -> tuple[Any, ...]:
    return rate.rate, rate.valid_from, rate.valid_until


def _in_words(some: Sequence[HourlyRate], customer: int) -> str:
    return "; ".join(rate_words(rate) for rate in some if rate.customer_id == customer)
