"""Who pays for projects: amounts split by the shares of the price models they come from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.models import Customer
from moment.projects import sharing
from moment.projects.models import PriceModel, PriceModelShare, Project
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


def of(projects: Iterable[Project]) -> dict[int, Payers]:
    """Return who pays for projects, by key, in two queries. The projects bring their customers."""
    owners = {project.pk: project.customer for project in projects}
    shares: dict[int, list[PriceModelShare]] = defaultdict(list)
    rows = PriceModelShare.objects.filter(price_model__project__in=owners)
    for share in rows.select_related("customer").order_by("-percent", "pk"):
        shares[share.price_model_id].append(share)
    models: dict[int, dict[int, list[Part]]] = defaultdict(dict)
    keys = PriceModel.objects.filter(project__in=owners).order_by("order", "pk")
    for pk, project in keys.values_list("pk", "project"):
        models[project][pk] = sharing.parts(owners[project], shares[pk])
    return {pk: Payers(owner, models[pk]) for pk, owner in owners.items()}
