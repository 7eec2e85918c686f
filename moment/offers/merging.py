"""What merging customers does with their offers. What was sent keeps the buyer it was sent to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import ngettext_lazy

from customers.merging import log
from customers.merging.rules import Rule
from customers.models import MergeMove
from moment.offers.models import Offer
from moment.projects.merging import InTheirCurrency, OwnContact
from moment.projects.models import Project


@dataclass(frozen=True)
class Offers(InTheirCurrency):
    """Offers move. The versions and projects that came of one since go back with it."""

    def went_back(self, column: Any, step: MergeMove) -> Mapping[Any, Collection[Any]]:
        moved = Offer.objects.filter(pk__in=log.keys_of(step), customer=step.source).order_by()
        back = set(moved.values_list("pk", flat=True))
        newest, newer = back, set[int]()
        while newest:
            rows = Offer.objects.filter(replaces__in=newest, customer=step.target).order_by()
            newest = set(rows.values_list("pk", flat=True))
            newer |= newest
        Offer.objects.filter(pk__in=newer).update(customer=step.source)
        made = Project.objects.filter(offers__in=back | newer, customer=step.target).order_by()
        projects = set(made.values_list("pk", flat=True))
        Project.objects.filter(pk__in=projects).update(customer=step.source)
        return {Offer: newer, Project: projects}


RULES: Mapping[str, Rule] = {
    "offers.offer.customer": Offers(
        words=ngettext_lazy("%(count)s offer", "%(count)s offers", "count"),
        page="offers:of_customer",
    ),
    "offers.offer.contact": OwnContact(fixed=~Q(state__in=Offer.OPEN)),
    # A contact that is joined with another one.
    "offers.offerletter.contact": Rule(),
}
