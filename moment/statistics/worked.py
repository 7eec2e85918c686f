"""Hours that were worked for customers, and what they and expenses cost, by the day of the work.

Costs are in the company's currency, and not rounded before they are shown. Hours count whole for
each customer that pays a part of them; costs are divided.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from moment.projects.models import Expense, TimeEntry
from moment.projects.sums import exact
from moment.statistics import rates
from moment.statistics.periods import Period
from moment.statistics.scope import Scope

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Worked:
    """Hours of somebody in a role in a project, of which `billable` and `uncosted` are parts.

    Of those that are uncosted nobody knows what they cost.
    """

    customer: int
    project: int
    user: int
    role: int | None
    hours: Decimal
    billable: Decimal
    uncosted: Decimal
    cost: Decimal


@dataclass(frozen=True)
class LaidOut:
    """What a customer's expenses in a project cost; None where no rate of exchange is known."""

    customer: int
    project: int
    cost: Decimal | None


def entries(scope: Scope, period: Period) -> QuerySet[TimeEntry]:
    """Return the hours of a period on these projects, each with the day its terms are `since`."""
    since = scope.terms.since("day", period.first)
    rows = TimeEntry.objects.filter(
        activity__project__in=list(scope.projects), day__range=(period.first, period.last)
    )
    return rows.annotate(since=since)


def by_person(scope: Scope, period: Period) -> list[Worked]:
    """Return the hours by customer, project, person and role; one query beside the scope's."""
    activities, found = scope.prices.activities, []
    keys = ("activity", "user", "cost", "billable", "since")
    rows = entries(scope, period).order_by().values_list(*keys).annotate(Sum("hours"))
    for key, user, rate, is_billable, since, total in rows:
        activity, hours = activities[key], exact(total)
        model = scope.prices.model_of(activity)
        parts = scope.parts(activity.project_id, model.pk if model else None)
        if not parts:
            continue
        role = scope.terms.role(activity.project_id, user, since)
        rate = scope.terms.cost(user, since) if rate is None else rate
        for customer, part in parts.items():
            found.append(
                Worked(
                    customer,
                    activity.project_id,
                    user,
                    role,
                    hours,
                    hours if is_billable else NOTHING,
                    hours if rate is None else NOTHING,
                    (rate or NOTHING) * hours * part,
                )
            )
    return found


def expenses(scope: Scope, period: Period) -> QuerySet[Expense]:
    """Return the expenses of a period for these projects."""
    days = (period.first, period.last)
    return Expense.objects.filter(project__in=list(scope.projects), day__range=days)


def laid_out(scope: Scope, period: Period) -> list[LaidOut]:
    """Return what expenses cost, by customer and project; one query, two more with currencies.

    As when they are invoiced, the shares of the project's first price model hold.
    """
    sums = expenses(scope, period).order_by().values_list("project").annotate(Sum("cost"))
    costs = {project: exact(total) for project, total in sums}
    worth, found = exchange(scope, costs), []
    for project, cost in costs.items():
        rate = worth[project]
        for customer, part in parts_of_expenses(scope, project).items():
            found.append(LaidOut(customer, project, None if rate is None else cost * rate * part))
    return found


def parts_of_expenses(scope: Scope, project: int) -> Mapping[int, Decimal]:
    """Return which part of a project's expenses is whose; no query."""
    first = scope.prices.first_of(project)
    return scope.parts(project, first.pk if first else None)


def exchange(scope: Scope, projects: Collection[int]) -> Mapping[int, Decimal | None]:
    """Return what one of the currency of each project is in the company's; None: not known."""
    currencies = {key: scope.prices.currency(scope.projects[key]) for key in projects}
    own = scope.company.currency
    known = rates.of_last_invoice(scope.customers, set(currencies.values()), own)
    return {key: known.get(currency) for key, currency in currencies.items()}


def by_customer(scope: Scope, period: Period) -> dict[int, tuple[Decimal, Decimal]]:
    """Return the hours of each customer, by key, and what these and its expenses cost."""
    found: dict[int, list[Decimal]] = defaultdict(lambda: [NOTHING, NOTHING])
    for row in by_person(scope, period):
        found[row.customer][0] += row.hours
        found[row.customer][1] += row.cost
    for one in laid_out(scope, period):
        found[one.customer][1] += one.cost or NOTHING
    return {customer: (hours, cost) for customer, (hours, cost) in found.items()}
