"""Numbers from a series: proposed, allocated under a lock, and never used again."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from customers.models import Customer, MergeMove, NumberSeries, UsedNumber

_CHUNK = 1000


class SeriesUsedUp(ValidationError):
    """The series has no free number left."""

    def __init__(self, series: NumberSeries) -> None:
        super().__init__(
            _(
                "The number series “%(series)s” (%(range)s) is used up. "
                "Ask an administrator to extend it."
            )
            % {"series": series, "range": series.range_text},
            code="used_up",
        )


class NumberTaken(ValidationError):
    """Someone has, or had, this number."""

    def __init__(self, number: str, holder: str, *, is_now: bool = True) -> None:
        if is_now:
            message = _("Number %(number)s is already used by %(name)s.")
        else:
            message = _("Number %(number)s was used before by %(name)s and is never reused.")
        super().__init__(message % {"number": number, "name": holder}, code="taken")


class Numbered:
    """What takes its numbers from one series; its rows tell which were used."""

    def __init__(self, kind: NumberSeries.Kind, model: type[models.Model]) -> None:
        self.kind, self._model = kind, model

    def used(self, numbers: Iterable[str]) -> set[str]:
        """Return which of these numbers were ever used; one query."""
        rows = self._model._base_manager.filter(number__in=numbers).order_by()
        return set(rows.values_list("number", flat=True))

    def taken(self, number: str) -> NumberTaken:
        """Return what is wrong with a number that is used."""
        holder = self._model._base_manager.filter(number=number).first()
        return NumberTaken(number, str(holder or "–"))

    def series(self) -> NumberSeries:
        return NumberSeries.objects.get(kind=self.kind)


class _Customers(Numbered):
    """Customers, whose former numbers lead to them for ever."""

    def taken(self, number: str) -> NumberTaken:
        holder = UsedNumber.objects.filter(number=number).select_related("customer").first()
        if holder is None:
            return NumberTaken(number, "–", is_now=False)
        customer = holder.customer
        return NumberTaken(number, customer.name, is_now=customer.number == number)


CUSTOMERS = _Customers(NumberSeries.Kind.CUSTOMER, UsedNumber)


@dataclass(frozen=True)
class Proposal:
    """What the dialog offers: a number that is free right now, or why there is none."""

    series: NumberSeries
    number: str = ""
    problem: str = ""


def propose(what: Numbered = CUSTOMERS) -> Proposal:
    """Return the next free number. It is not reserved."""
    series = what.series()
    try:
        return Proposal(series, series.format(_next_free(series, what)[0]))
    except SeriesUsedUp as error:
        return Proposal(series, problem=error.messages[0])


def allocate(wanted: str = "", what: Numbered = CUSTOMERS) -> str:
    """Return a number nobody else gets: the one wanted, or the next free one of the series.

    Call inside the transaction that saves the row; others wait at the series until it ends, and a
    rollback gives the number back. Raises NumberTaken or SeriesUsedUp.
    """
    series = NumberSeries.objects.select_for_update().get(kind=what.kind)
    if wanted:
        if series.locked or series.hidden:
            message = _("The series %(series)s gives out the numbers itself.")
            raise ValidationError(message % {"series": series}, code="locked")
        if what.used([wanted]):
            raise what.taken(wanted)
        return wanted
    (number,) = Block(series, _next_free(series, what)).take(1)
    return number


@dataclass(frozen=True)
class Block:
    """Free numbers of a series that is locked: nobody else gets any until the transaction ends."""

    series: NumberSeries
    values: Sequence[int]

    @property
    def numbers(self) -> list[str]:
        return [self.series.format(value) for value in self.values]

    def take(self, count: int) -> list[str]:
        """Return the first so many, which are used from now on. The others stay free."""
        if count:
            # Not by saving it, which reads it once more for the history: all others wait meanwhile.
            after = self.values[count - 1] + 1
            NumberSeries.objects.filter(pk=self.series.pk).update(next=after)
        return self.numbers[:count]


def block(count: int, what: Numbered = CUSTOMERS) -> Block:
    """Return the next so many free numbers of a series, of which one takes as many as one needs.

    For who knows only by the numbers how many that are; else `allocate_many`. Raises SeriesUsedUp
    where it has not that many.
    """
    series = NumberSeries.objects.select_for_update().get(kind=what.kind)
    return Block(series, _next_free(series, what, count))


def allocate_many(count: int, what: Numbered = CUSTOMERS) -> list[str]:
    """Return so many numbers that nobody else gets, in the order of the series, as `allocate` does.

    Three queries for any number. Raises SeriesUsedUp where there are fewer; then none is used.
    """
    return block(count, what).take(count)


def check_free(count: int, what: Numbered = CUSTOMERS) -> None:
    """Raise SeriesUsedUp where the series has not so many numbers. They are not reserved."""
    if count:
        _next_free(what.series(), what, count)


def claim(customer: Customer) -> None:
    """Write down that the customer has its number, for ever."""
    UsedNumber.objects.create(number=customer.number, customer=customer)


def own(customer: Customer) -> set[str]:
    """Return every number the customer has had itself: it may take one of its own back.

    Those that came with customers merged into it are not among them, nor is one that such a
    customer has meanwhile: they lead to it, and go back with these.
    """
    used = set(customer.used_numbers.values_list("number", flat=True))
    came = MergeMove.objects.filter(
        merge__kept=customer,
        merge__undone_at=None,
        relation="customers.usednumber.customer",
        target=customer.pk,
    )
    for keys in came.values_list("keys", flat=True):
        used.difference_update(json.loads(keys))
    merged = Customer.with_merged.filter(merged_into=customer)
    return used.difference(merged.values_list("number", flat=True))


def _next_free(series: NumberSeries, what: Numbered, count: int = 1) -> list[int]:
    """Return the first so many values from `series.next` on that were never used."""
    found: list[int] = []
    # Nearly always the very next ones are free; else they are looked up a thousand at a time.
    start, step = series.next, count
    while start <= series.last and len(found) < count:
        values = range(start, min(start + step, series.last + 1))
        used = what.used([series.format(value) for value in values])
        found += [value for value in values if series.format(value) not in used]
        start, step = values[-1] + 1, _CHUNK
    if len(found) < count:
        raise SeriesUsedUp(series)
    return found[:count]
