"""The figures of many customers at once, the same as on the pages of each.

In the company's currency, each invoice by its own rate, and not rounded before they are shown. The
database adds up; here are as many rows as there are customers, people and activities with work.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property

from django.db.models import Sum
from django.utils import timezone

from moment.ledger import ageing
from moment.projects.models import Expense, Project, TimeEntry
from moment.projects.sums import exact
from moment.statistics import invoiced, rates, worked
from moment.statistics.figures import percent
from moment.statistics.periods import Period
from moment.statistics.scope import Scope

NOTHING = Decimal(0)
# So many customers are named in a query; of more, all are asked for.
FEW = 1000


@dataclass
class Figures:
    """What a customer, or some together, are worth in a period, and owe at its end.

    Hours of which nobody knows the cost are `uncosted`; `unexchanged` expenses have no rate yet.
    """

    income: Decimal = NOTHING
    cost: Decimal = NOTHING
    hours: Decimal = NOTHING
    billable: Decimal = NOTHING
    uncosted: Decimal = NOTHING
    unexchanged: int = 0
    outstanding: Decimal = NOTHING
    overdue: Decimal = NOTHING

    @property
    def profit(self) -> Decimal:
        return self.income - self.cost

    @property
    def margin(self) -> Decimal | None:
        """Profit in per cent of income; None without any."""
        return percent(self.profit, self.income)

    @property
    def billable_share(self) -> Decimal | None:
        return percent(self.billable, self.hours)

    def add(self, other: "Figures") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


class WorkScope(Scope):
    """The projects with work or expenses in a period; many customers have no other ones."""

    def __init__(self, customers: Collection[int], period: Period) -> None:
        super().__init__(customers)
        self.period = period

    @cached_property
    def projects(self) -> Mapping[int, Project]:
        days = (self.period.first, self.period.last)
        hours = TimeEntry.objects.filter(day__range=days).order_by().values("activity__project")
        expenses = Expense.objects.filter(day__range=days).order_by().values("project")
        rows = Project.objects.filter(pk__in=hours.union(expenses))
        if (asked := few(self.customers)) is not None:
            rows = rows.of_customers(asked)
        return {project.pk: project for project in rows.select_related("customer").order_by()}


def few(customers: Collection[int]) -> list[int] | None:
    """Return these keys to ask for them by name; None where they are too many for that."""
    return list(customers) if len(customers) <= FEW else None


def add_income(found: dict[int, Figures], customers: Collection[int], period: Period) -> None:
    """Add what these customers, by key, were invoiced; one query."""
    for customer, amount in invoiced.by_customer(few(customers), period).items():
        if customer in customers:
            found[customer].income += amount


def add_work(found: dict[int, Figures], scope: WorkScope, period: Period) -> None:
    """Add hours and costs of a period in the scope's; two queries, two more with currencies."""
    for row in worked.by_person(scope, period):
        one = found[row.customer]
        one.hours += row.hours
        one.billable += row.billable
        one.uncosted += row.uncosted
        one.cost += row.cost
    sums = worked.expenses(scope, period).order_by().values_list("project").annotate(Sum("cost"))
    costs = {project: exact(total) for project, total in sums}
    currencies = {key: scope.prices.currency(scope.projects[key]) for key in costs}
    own = scope.company.currency
    known = rates.of_each_last_invoice(currencies.values(), own)
    for project, cost in costs.items():
        currency = currencies[project]
        for customer, part in worked.parts_of_expenses(scope, project).items():
            rate = rates.ONE if currency == own else known.get((customer, currency))
            found[customer].cost += cost * (rate or NOTHING) * part
            found[customer].unexchanged += rate is None


def add_owed(
    found: dict[int, Figures], customers: Collection[int], period: Period, currency: str
) -> None:
    """Add what these customers owe at the end of a period, today at most; two queries."""
    aged = ageing.of_customers(few(customers), min(period.last, timezone.localdate()), currency)
    for customer, one in aged.items():
        if customer in customers:
            found[customer].outstanding += one.together.balance
            found[customer].overdue += one.together.overdue


def of_customers(customers: Collection[int], period: Period, currency: str) -> dict[int, Figures]:
    """Return the figures of these customers, by key, for those that have any."""
    found: dict[int, Figures] = defaultdict(Figures)
    add_income(found, customers, period)
    add_work(found, WorkScope(customers, period), period)
    add_owed(found, customers, period, currency)
    return dict(found)


def by_period(
    customers: Collection[int], periods: Collection[Period], what: str
) -> list[dict[int, Figures]]:
    """Return, for each of these periods, what is asked for of each customer.

    That is `income`, `profit` or `hours`. Projects are read once for all periods.
    """
    first, last = min(one.first for one in periods), max(one.last for one in periods)
    whole = next(iter(periods))
    scope = WorkScope(customers, Period(whole.name, first, last, last))
    found = []
    for period in periods:
        figures: dict[int, Figures] = defaultdict(Figures)
        if what != "hours":
            add_income(figures, customers, period)
        if what != "income":
            add_work(figures, scope, period)
        found.append(dict(figures))
    return found
