"""What of the work is invoiced, for the projects whose it is."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, Sum
from django.urls import reverse

from moment.ledger.models import (
    BilledExpense,
    BilledPeriod,
    BilledPlanItem,
    BilledTime,
    Invoice,
    InvoiceLine,
)
from moment.projects.billing import Amounts, Billing, Place
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

    def is_shown_to(self, user: Any) -> bool:
        return bool(user.has_perm("ledger.view_invoice"))

    def places_of_entries(
        self, entries: Collection[int], *, ever: bool = False
    ) -> Mapping[int, Place]:
        return _places(BilledTime.objects.filter(entry__in=entries, holds=True), "entry", ever)

    def places_of_expenses(
        self, expenses: Collection[int], *, ever: bool = False
    ) -> Mapping[int, Place]:
        return _places(BilledExpense.objects.filter(expense__in=expenses), "expense", ever)

    def places_of_plan_items(
        self, items: Collection[int], *, ever: bool = False
    ) -> Mapping[int, Place]:
        return _places(BilledPlanItem.objects.filter(item__in=items), "item", ever)

    def places_of_periods(self, model: int) -> Mapping[date, Place]:
        return _places(BilledPeriod.objects.filter(price_model=model), "begins_on", ever=False)

    def place_of_model(self, model: int) -> Place | None:
        rows = InvoiceLine.objects.filter(price_model=model).order_by("-invoice")
        found = rows.values_list("invoice__number", "invoice").first()
        return _place(*found) if found else None

    def periods(self, models: Collection[int]) -> Mapping[int, Collection[date]]:
        rows = BilledPeriod.objects.filter(price_model__in=models, released_by=None).order_by()
        found: dict[int, set[date]] = defaultdict(set)
        for model, day in rows.values_list("price_model", "begins_on"):
            found[model].add(day)
        return found

    def amounts(self, projects: Collection[int]) -> Mapping[int, Amounts]:
        # A draft of a credit note takes nothing back yet, and there is nothing to invoice for it.
        notes = Q(invoice__kind=Invoice.Kind.CREDIT_NOTE, invoice__number=None)
        rows = InvoiceLine.objects.filter(project__in=projects).exclude(notes).order_by()
        rows = rows.annotate(is_final=Q(invoice__number__isnull=False))
        sums = rows.values_list("project", "price_model", "is_final").annotate(Sum("amount"))
        found: dict[int, Amounts] = {}
        for project, model, is_final, amount in sums:
            of_project = found.setdefault(project, Amounts({}, {}))
            part: Any = of_project.invoiced if is_final else of_project.drafted
            part[model] = part.get(model, Decimal(0)) + exact(amount)
        return found


def _places(rows: Any, key: str, ever: bool) -> dict[Any, Place]:
    """Return where what these rows are of is, the latest that counts, by a column of theirs."""
    if not ever:
        rows = rows.filter(released_by=None)
    found = rows.order_by("pk").values_list(key, "line__invoice__number", "line__invoice")
    return {what: _place(number, invoice) for what, number, invoice in found}


def _place(number: str | None, invoice: int) -> Place:
    name, of = ("ledger:invoice", number) if number else ("ledger:draft", invoice)
    return Place(number or "", reverse(name, args=[of]))


def _stands(rows: Any) -> Q:
    """Return the condition that there are such rows which nothing has released."""
    return Q(Exists(rows.filter(released_by=None)))
