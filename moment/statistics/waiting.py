"""What customers will pay for work that is not yet invoiced, as it is today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from moment.projects import figures, not_invoiced
from moment.projects.figures import Figures
from moment.statistics.scope import Scope

OLD = timedelta(days=30)
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Part:
    """What a customer pays of one project's work that is not yet invoiced, in its currency."""

    project: int
    currency: str
    amount: Decimal


def of(scope: Scope) -> dict[int, not_invoiced.Sums]:
    """Return what each customer, by key, pays, by currency; those that pay nothing are left out."""
    return not_invoiced.together(_found(scope), scope.payers)


def older(scope: Scope) -> dict[int, not_invoiced.Sums]:
    """Return the same of what was done or fell due more than thirty days ago, without drafts."""
    until = timezone.localdate() - OLD
    return not_invoiced.together(figures.unbilled(scope.prices, until=until), scope.payers)


def by_project(scope: Scope, customer: int) -> list[Part]:
    """Return what one customer pays, by project; together they are what `of` tells."""
    found = []
    for key, one in _found(scope).items():
        amount = scope.payers[key].split(one.by_model, one.currency).get(customer, NOTHING)
        found.append(Part(key, one.currency, amount))
    return [part for part in found if part.amount]


def _found(scope: Scope) -> Mapping[int, Figures]:
    return figures.unbilled(scope.prices)
