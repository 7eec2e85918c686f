"""What customers were invoiced by the hour, by who did the work.

In the company's currency, by the rate of each invoice. What a credit note has released counts
against, on the day of the credit note.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from moment.ledger.models import BilledTime
from moment.projects.sums import exact
from moment.statistics.periods import Period
from moment.statistics.scope import Scope

# What an hour is on: the line's own invoice, and the credit note that took it back.
ON_INVOICE, ON_CREDIT_NOTE = "line__invoice", "released_by"


@dataclass(frozen=True)
class Billed:
    """Hours of somebody in a role in a project; those of shared work by the customer's part."""

    customer: int
    project: int
    user: int
    role: int | None
    hours: Decimal
    amount: Decimal


def rows_on(
    document: str, customers: Collection[Any] | QuerySet, period: Period
) -> QuerySet[BilledTime]:
    """Return the hours on the final invoices of a period, or those its credit notes released."""
    return BilledTime.objects.filter(
        **{
            f"{document}__number__isnull": False,
            f"{document}__customer__in": customers,
            f"{document}__issued_on__range": (period.first, period.last),
        }
    )


def by_person(scope: Scope, period: Period) -> list[Billed]:
    """Return what was invoiced by customer, project, person and role; two queries."""
    summed = [
        (sign, row)
        for document, sign in ((ON_INVOICE, 1), (ON_CREDIT_NOTE, -1))
        for row in _sums(document, scope, period)
    ]
    # Also of projects that are others' by now.
    scope.terms.also({row[1] for _sign, row in summed})
    found = []
    for sign, (customer, project, user, model, rate, since, hours, amount) in summed:
        role = scope.terms.role(project, user, since)
        part = scope.part(project, model, customer)
        found.append(
            Billed(
                customer,
                project,
                user,
                role,
                sign * exact(hours) * part,
                sign * exact(amount) * rate,
            )
        )
    return found


def _sums(document: str, scope: Scope, period: Period) -> QuerySet:
    rows = rows_on(document, scope.customers, period).order_by()
    rows = rows.annotate(since=scope.terms.since("entry__day"))
    keys = ("entry__activity__project", "entry__user", "line__price_model")
    grouped = rows.values_list(f"{document}__customer", *keys, f"{document}__rate", "since")
    return grouped.annotate(Sum("entry__hours"), Sum("amount"))
