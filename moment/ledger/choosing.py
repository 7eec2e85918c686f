"""Choosing single pieces of a project's work to make a draft of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.http import QueryDict
from django.utils.dateparse import parse_date

from customers import invoicing
from customers.models import Customer
from moment.invoice_settings.choices import LineGrouping
from moment.invoice_settings.written import Written, write_down
from moment.keyset import is_key
from moment.ledger import composing, unbilled
from moment.ledger.composing import Names
from moment.ledger.to_invoice import why_not
from moment.ledger.unbilled import Begun, Choice, Hours, Period, Spent, Sums, Unbilled
from moment.models import User
from moment.money import rounded
from moment.projects import payers
from moment.projects.models import PlanItem, Project
from moment.projects.pricing import Prices

SHOWN = 1000  # entries; the oldest first, so that the others come once these are invoiced


@dataclass(frozen=True)
class Worked:
    """An entry on the page."""

    hours: Hours
    name: str
    amount: Decimal
    is_chosen: bool


class Sheet:
    """All that can be invoiced of a project up to a day, and what of it is `chosen`; None: all.

    The project brings its customer.
    """

    def __init__(self, project: Project, until: date | None, chosen: Choice | None) -> None:
        self.project, self._chosen = project, chosen
        self._prices = Prices([project])
        self.found: Unbilled = unbilled.of(self._prices, until=until)[project.pk]

    @cached_property
    def chosen(self) -> Choice:
        return self.found.choice if self._chosen is None else self._chosen

    @cached_property
    def sums(self) -> Sums:
        return self.found.sums

    @cached_property
    def as_lines(self) -> Decimal:
        """Return what all of it comes to as the lines of a draft, each rounded by itself."""
        effective = invoicing.effective(self.project.customer, self.project)
        settings = Written({**write_down(effective), "currency": self.found.currency})
        roles = {}
        if settings.value("line_grouping") == LineGrouping.ROLE:
            keys = {(self.project.pk, one.user, one.day) for one in self.found.hours}
            roles = {key: str(self._prices.role(*key) or "") for key in keys}
        names = Names(self._people, roles)
        return self.sums.total + composing.rounding(self.found, settings, names)

    @cached_property
    def why_not(self) -> str:
        return why_not(payers.by(self._prices)[self.project.pk])

    @property
    def can_draft(self) -> bool:
        """Tell whether there is something, and somebody who may be invoiced for it."""
        is_blocked = self.project.customer.status == Customer.Status.BLOCKED
        return bool(self.found.choice) and not (is_blocked and self.why_not)

    @property
    def left_out(self) -> int:
        """How many entries there are more than are shown."""
        return max(0, len(self.found.hours) - SHOWN)

    @cached_property
    def entries(self) -> list[Worked]:
        currency, chosen = self.found.currency, self.chosen.entries
        return [
            Worked(
                one,
                self._people[one.user],
                rounded((one.price or Decimal(0)) * one.hours, currency),
                one.key in chosen,
            )
            for one in self.found.hours[:SHOWN]
        ]

    @property
    def unpriced(self) -> list[tuple[Hours, str]]:
        return [(one, self._people[one.user]) for one in self.found.unpriced[:SHOWN]]

    @property
    def items(self) -> Sequence[tuple[PlanItem, bool]]:
        return [(item, item.pk in self.chosen.items) for item in self.found.items]

    @property
    def periods(self) -> Sequence[tuple[Begun, str, bool]]:
        return [
            (one, written(one.key), one.key in self.chosen.periods) for one in self.found.periods
        ]

    @property
    def expenses(self) -> Sequence[tuple[Spent, bool]]:
        return [(one, one.expense.pk in self.chosen.expenses) for one in self.found.expenses]

    @cached_property
    def _people(self) -> dict[int, str]:
        keys = {one.user for one in (*self.found.hours, *self.found.unpriced)}
        return {user.pk: str(user) for user in User.objects.filter(pk__in=keys)}


def written(period: Period) -> str:
    """Return a period as a form carries it."""
    model, day = period
    return f"{model}:{day.isoformat()}"


def chosen_in(data: QueryDict) -> Choice:
    """Return what is ticked; what makes no sense is left out."""
    return Choice(
        _keys(data, "entry"),
        _keys(data, "item"),
        frozenset(found for text in data.getlist("period") if (found := _period(text))),
        _keys(data, "expense"),
    )


def _keys(data: QueryDict, name: str) -> frozenset[int]:
    return frozenset(int(key) for key in data.getlist(name) if is_key(key))


def _period(text: str) -> Period | None:
    key, _colon, day = text.partition(":")
    try:
        first = parse_date(day)
    except ValueError:
        return None
    return (int(key), first) if first and is_key(key) else None
