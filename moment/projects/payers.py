"""Who pays for projects: amounts split by the shares of the price models they come from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.models import Customer
from moment.projects import sharing
from moment.projects.models import PriceModelShare
from moment.projects.pricing import Prices
from moment.projects.sharing import Part


@dataclass(frozen=True)
class Payers:
    """The customers of one project: who pays what by price model, by its key."""

    owner: Customer
    models: Mapping[int, Sequence[Part]]

    def split(self, by_model: Mapping[int | None, Decimal], currency: str) -> dict[int, Decimal]:
        """Return what each customer pays, by key, of amounts by price model, in their currency.

        What comes from no price model is the own customer's.
        """
        paid: dict[int, Decimal] = defaultdict(Decimal)
        for model, amount in by_model.items():
            parts = self.models.get(model or 0) or [Part(self.owner, sharing.WHOLE, True)]
            for customer, part in sharing.split(amount, parts, currency).items():
                paid[customer] += part
        return paid

    def percents(self, customer: int) -> list[Decimal]:
        """Return the parts that a customer pays, in per cent, each once, the smallest first."""
        found = {
            p.percent for parts in self.models.values() for p in parts if p.customer.pk == customer
        }
        return sorted(found)

    @property
    def customers(self) -> list[Customer]:
        """All who pay a part, the project's own customer first."""
        found = {self.owner.pk: self.owner}
        for parts in self.models.values():
            found |= {part.customer.pk: part.customer for part in parts}
        return list(found.values())


def by(prices: Prices) -> dict[int, Payers]:
    """Return who pays for the projects of these prices, by key; a query beside their models."""
    owners = {key: project.customer for key, project in prices.projects.items()}
    shares: dict[int, list[PriceModelShare]] = defaultdict(list)
    rows = PriceModelShare.objects.filter(price_model__project__in=owners)
    for share in rows.select_related("customer").order_by("-percent", "pk"):
        shares[share.price_model_id].append(share)
    models: dict[int, dict[int, list[Part]]] = defaultdict(dict)
    for project, its in prices.models.items():
        for model in its:
            models[project][model.pk] = sharing.parts(owners[project], shares[model.pk])
    return {pk: Payers(owner, models[pk]) for pk, owner in owners.items()}
