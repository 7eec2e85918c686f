"""The key statistics of a customer in a period, in the company's currency.

Income is what was invoiced excluding VAT, cost is hours times what they cost and expenses. Nothing
is rounded before it is shown, so that figures are the sums of their rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from customers.models import Customer, ProjectRole
from moment.models import User
from moment.projects.models import Project
from moment.statistics import billed, invoiced, offered, paying, waiting, worked
from moment.statistics.billed import Billed
from moment.statistics.periods import Period
from moment.statistics.scope import Scope
from moment.statistics.worked import LaidOut, Worked

NOTHING, HUNDRED = Decimal(0), Decimal(100)
_TENTH = Decimal("0.1")


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return a part in per cent of the whole, with one decimal; None where that is 0."""
    return (part * HUNDRED / whole).quantize(_TENTH) if whole else None


@dataclass
class Sums:
    """What somebody or something has brought in and cost; `of` is None for all the rest."""

    of: Any = None
    roles: tuple[ProjectRole, ...] = ()
    hours: Decimal = NOTHING
    income: Decimal = NOTHING
    cost: Decimal = NOTHING
    # How long its bar is, in per cent of the longest.
    length: int = 0

    @property
    def profit(self) -> Decimal:
        return self.income - self.cost

    @property
    def margin(self) -> Decimal | None:
        """Profit in per cent of income; None without any."""
        return percent(self.profit, self.income)


@dataclass(frozen=True)
class Month:
    """A month, `2026-11`, with what was invoiced in it and in the same month a year earlier."""

    name: str
    amount: Decimal
    before: Decimal


class Statistics:
    """The figures of one customer. Each is worked out when it is asked for, once."""

    def __init__(self, customer: Customer, period: Period, scope: Scope | None = None) -> None:
        self.customer, self.period = customer, period
        self.scope = scope or Scope([customer.pk])

    @property
    def currency(self) -> str:
        return self.scope.company.currency

    # Income

    @cached_property
    def months(self) -> list[Month]:
        of_both = self.period, self.period.before
        now, then = invoiced.by_month([self.customer.pk], *of_both)
        found = []
        for name in self.period.months:
            year, month = name.split("-")
            earlier = then.get(f"{int(year) - 1}-{month}", NOTHING)
            found.append(Month(name, now.get(name, NOTHING), earlier))
        return found

    @property
    def invoiced(self) -> Decimal:
        return sum((month.amount for month in self.months), NOTHING)

    @property
    def invoiced_before(self) -> Decimal:
        """The same in the period one year earlier."""
        return sum((month.before for month in self.months), NOTHING)

    @property
    def change(self) -> Decimal | None:
        """By how many per cent more that is than the year before; None where nothing was then."""
        return percent(self.invoiced - self.invoiced_before, abs(self.invoiced_before))

    # Hours and cost

    @cached_property
    def worked(self) -> list[Worked]:
        return worked.by_person(self.scope, self.period)

    @cached_property
    def laid_out(self) -> list[LaidOut]:
        return worked.laid_out(self.scope, self.period)

    @property
    def hours(self) -> Decimal:
        return sum((row.hours for row in self.worked), NOTHING)

    @property
    def billable(self) -> Decimal:
        return sum((row.billable for row in self.worked), NOTHING)

    @property
    def billable_share(self) -> Decimal | None:
        return percent(self.billable, self.hours)

    @property
    def uncosted(self) -> Decimal:
        """Hours of which nobody knows what they cost; they count as if they had cost nothing."""
        return sum((row.uncosted for row in self.worked), NOTHING)

    @property
    def unexchanged(self) -> bool:
        """Whether there are expenses in a currency of which no rate is known."""
        return any(row.cost is None for row in self.laid_out)

    @property
    def cost_of_hours(self) -> Decimal:
        return sum((row.cost for row in self.worked), NOTHING)

    @property
    def cost_of_expenses(self) -> Decimal:
        return sum((row.cost or NOTHING for row in self.laid_out), NOTHING)

    @property
    def cost(self) -> Decimal:
        return self.cost_of_hours + self.cost_of_expenses

    @property
    def profit(self) -> Decimal:
        return self.invoiced - self.cost

    @property
    def margin(self) -> Decimal | None:
        """Profit in per cent of income; None without income."""
        return percent(self.profit, self.invoiced)

    # By the hour

    @cached_property
    def billed(self) -> list[Billed]:
        return billed.by_person(self.scope, self.period)

    @property
    def income_by_hours(self) -> Decimal:
        return sum((row.amount for row in self.billed), NOTHING)

    @property
    def billed_hours(self) -> Decimal:
        return sum((row.hours for row in self.billed), NOTHING)

    @property
    def average_rate(self) -> Decimal | None:
        """What an invoiced hour has brought in; None where none was invoiced."""
        return self.income_by_hours / self.billed_hours if self.billed_hours > 0 else None

    # What else there is to know

    @cached_property
    def paid(self) -> paying.Paid:
        return paying.of([self.customer.pk], self.period)

    @cached_property
    def offered(self) -> offered.Offered:
        return offered.of([self.customer.pk], self.period)

    @cached_property
    def not_invoiced(self) -> Mapping[str, Decimal]:
        """What the customer will pay for what is not yet invoiced today, by currency."""
        return waiting.of(self.scope).get(self.customer.pk, {})

    @cached_property
    def waiting_long(self) -> Mapping[str, Decimal]:
        """What of that is older than thirty days."""
        if not self.not_invoiced:
            return {}
        return waiting.older(self.scope).get(self.customer.pk, {})

    # Divided

    @cached_property
    def people(self) -> list[Sums]:
        """Who has worked here, most hours first; income and cost add up to the figures."""
        roles: dict[int, set[int | None]] = defaultdict(set)
        for user, role in [(row.user, row.role) for row in self.worked] + [
            (row.user, row.role) for row in self.billed
        ]:
            roles[user].add(role)
        found = self._divided(lambda row: row.user, User.objects)
        for one in found:
            if one.of:
                names = (self._roles.get(role or 0) for role in roles[one.of.pk])
                one.roles = tuple(sorted(filter(None, names), key=str))
        return found

    @cached_property
    def roles(self) -> list[Sums]:
        """The same by the role they worked in, `of` being 0 for hours in none."""
        return self._divided(lambda row: row.role or 0, ProjectRole.objects)

    @cached_property
    def projects(self) -> list[Sums]:
        """The projects by profit, and what concerns none."""
        found: dict[int | None, Sums] = defaultdict(Sums)
        for project, income in invoiced.by_project([self.customer.pk], self.period).items():
            found[project].income += income
        for row in self.worked:
            found[row.project].cost += row.cost
            found[row.project].hours += row.hours
        for one in self.laid_out:
            found[one.project].cost += one.cost or NOTHING
        known = dict(self.scope.projects)
        if others := {key for key in found if key and key not in known}:
            known |= Project.objects.in_bulk(others)
        for key, sums in found.items():
            sums.of = known.get(key or 0)
        rows = (sums for sums in found.values() if sums.income or sums.cost or sums.hours)
        return sorted(rows, key=lambda row: (row.of is None, -row.profit, str(row.of)))

    @cached_property
    def _roles(self) -> Mapping[int, ProjectRole]:
        return ProjectRole.objects.in_bulk()

    def _divided(self, key: Callable[[Any], int], manager: Any) -> list[Sums]:
        found: dict[int, Sums] = defaultdict(Sums)
        for done in self.worked:
            found[key(done)].hours += done.hours
            found[key(done)].cost += done.cost
        for row in self.billed:
            found[key(row)].income += row.amount
        named = manager.in_bulk(found)
        for one, sums in found.items():
            sums.of = named.get(one, 0)
        rows = sorted(found.values(), key=lambda row: (-row.hours, -row.income, str(row.of)))
        _measure(rows)
        rest = Sums(income=self.invoiced - self.income_by_hours, cost=self.cost_of_expenses)
        return [*rows, rest] if rest.income or rest.cost else rows


def _measure(rows: Iterable[Sums]) -> None:
    """Give rows the lengths of their bars, the first being the longest."""
    longest = NOTHING
    for row in rows:
        longest = longest or row.hours
        row.length = int(row.hours * HUNDRED / longest) if longest else 0


def hours_of(rows: Sequence[Worked]) -> dict[int, Decimal]:
    """Return how much everybody, by key, worked."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row.user] += row.hours
    return found
