"""What of the work is invoiced, for the projects whose it is."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, Sum

from moment.ledger.models import (
    BilledExpense,
    BilledPeriod,
    BilledPlanItem,
    BilledTime,
    InvoiceLine,
)
from moment.projects.billing import Amounts, Billing
from moment.projects.sums import exact


class LedgerBilling(Billing):
    def of_entries(self) -> Q:
        return _stands(BilledTime.objects.filter(entry=OuterRef("pk"), holds=True))

    def of_expenses(self) -> Q:
        return _stands(BilledExpense.objects.filter(expense=OuterRef("pk")))

    def of_plan_items(self) -> Q:
        return _stands(BilledPlanItem.objects.filter(item=OuterRef("pk")))

    def of_models(self) -> Q:
        return Q(Exists(InvoiceLine.objects.filter(price_model=OuterRef("pk"))))

    def periods(self, models: Collection[int]) -> Mapping[int, Collection[date]]:
        rows = BilledPeriod.objects.filter(price_model__in=models, released_by=None).order_by()
        found: dict[int, set[date]] = defaultdict(set)
        for model, day in rows.values_list("price_model", "begins_on"):
            found[model].add(day)
        return found

    def amounts(self, projects: Collection[int]) -> Mapping[int, Amounts]:
        rows = InvoiceLine.objects.filter(project__in=projects).order_by()
        rows = rows.annotate(is_final=Q(invoice__number__isnull=False))
        sums = rows.values_list("project", "price_model", "is_final").annotate(Sum("amount"))
        found: dict[int, Amounts] = {}
        for project, model, is_final, amount in sums:
            of_project = found.setdefault(project, Amounts({}, {}))
            part: Any = of_project.invoiced if is_final else of_project.drafted
            part[model] = part.get(model, Decimal(0)) + exact(amount)
        return found


def _stands(rows: Any) -> Q:
    """Return the condition that there are such rows which nothing has released."""
    return Q(Exists(rows.filter(released_by=None)))
