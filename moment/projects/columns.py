"""Columns of the customers' overview that this app adds."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from customers.columns import Column, sums
from moment.projects import not_invoiced
from moment.projects.models import Project


class InProgress(Column):
    """How many projects of a customer are in progress, as customer or as participant."""

    name, heading = "in_progress", _("Projects in progress")
    permission = "projects.view_project"
    is_number = True

    def values(self, customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, str]:
        return {one: str(count) for one, count in self.plain(customers, found).items()}

    def plain(self, customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, Any]:
        rows = Project.objects.filter(state=Project.State.PROGRESS).order_by()
        own = rows.filter(customer__in=customers).values_list("customer").annotate(Count("pk"))
        counts = dict(own)
        payer = "price_models__shares__customer"
        asked = set(customers)
        shared = rows.filter(**{f"{payer}__in": customers}).values_list("pk", "customer", payer)
        for _project, owner, customer in shared.distinct():
            if customer != owner and customer in asked:
                counts[customer] = counts.get(customer, 0) + 1
        return counts


class NotInvoiced(Column):
    """What a customer will pay for work that is not yet invoiced, by currency."""

    name, heading = "not_invoiced", _("Not yet invoiced")
    permission = "projects.view_amounts"
    is_number = is_sums = True

    def values(self, customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, str]:
        return {one: sums(amounts) for one, amounts in self.plain(customers, found).items()}

    def plain(self, customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, Any]:
        return not_invoiced.of_customers(customers)
