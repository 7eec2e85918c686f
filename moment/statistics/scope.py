"""The work that customers have to do with: their projects, and those that they pay a share of."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from moment.models import CompanySettings
from moment.projects import payers
from moment.projects.models import Project
from moment.projects.payers import Payers
from moment.projects.pricing import Prices
from moment.statistics.terms import Terms

ALL, HUNDRED = Decimal(1), Decimal(100)


class Scope:
    """What is read once for the figures of customers, by key; a fixed number of queries, lazy."""

    def __init__(self, customers: Collection[int], **known: Any) -> None:
        """Take what is known of `projects`, `prices` and `payers` already."""
        self.customers = frozenset(customers)
        self.__dict__ |= known

    @cached_property
    def projects(self) -> Mapping[int, Project]:
        rows = Project.objects.of_customers(self.customers).select_related("customer").order_by()
        return {project.pk: project for project in rows}

    @cached_property
    def prices(self) -> Prices:
        return Prices(self.projects.values())

    @cached_property
    def payers(self) -> Mapping[int, Payers]:
        return payers.by(self.prices)

    @cached_property
    def terms(self) -> Terms:
        return Terms(self.projects)

    @property
    def company(self) -> CompanySettings:
        return self.prices.company

    def parts(self, project: int, model: int | None) -> Mapping[int, Decimal]:
        """Return which part of a price model's amounts is whose, of these customers; no query.

        What comes from no price model is the own customer's. Somebody whose project it is has a
        part in any case, be it 0: its hours are worked for it all the same.
        """
        if project not in self.projects:
            return {}
        return self._parts[project].get(model) or self._parts[project][None]

    def part(self, project: int | None, model: int | None, customer: int) -> Decimal:
        """Return the part of one customer; all of it where nothing is known of a share."""
        if project is None or project not in self.projects:
            return ALL
        return self.parts(project, model).get(customer, ALL)

    @cached_property
    def _parts(self) -> Mapping[int, Mapping[int | None, Mapping[int, Decimal]]]:
        found: dict[int, dict[int | None, dict[int, Decimal]]] = defaultdict(dict)
        for key, paying in self.payers.items():
            owner = paying.owner.pk
            found[key][None] = {owner: ALL} if owner in self.customers else {}
            for model, parts in paying.models.items():
                ours = [one for one in parts if one.customer.pk in self.customers]
                found[key][model] = {one.customer.pk: one.percent / HUNDRED for one in ours}
        return found
