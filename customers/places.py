"""Who can be chosen where: the words for the table of statuses and relations, and finding them.

The table itself is `CustomerQuerySet.for_new_project`, `for_price_model`, `for_new_offer` and
`for_new_invoice`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import search
from customers.models import Customer, UsedNumber
from customers.models.customer import CustomerQuerySet
from customers.models.number_series import can_be_number
from moment.names import sort_key

SHOWN = 12
_MET = 400  # hits of a search that are looked through


@dataclass(frozen=True)
class Place:
    """Where a customer is chosen: who can be, and what is said of somebody who cannot."""

    allowed: Callable[[CustomerQuerySet], CustomerQuerySet]
    refused: Any  # with the customer and its status

    def why_not(self, customer: Customer) -> str:
        """Return why a customer cannot be chosen here, empty where it can.

        One query, two where it cannot: it is as it stands now that counts.
        """
        rows = Customer.objects.filter(pk=customer.pk)
        if self.allowed(rows).exists():
            return ""
        now = rows.first() or customer
        told = {"customer": now.name, "status": str(now.get_status_display()).lower()}
        if now.status == Customer.Status.ACTIVE:
            return _("%(customer)s is a project participant only.") % told
        return str(self.refused) % told


PLACES: Mapping[str, Place] = {
    "project": Place(
        CustomerQuerySet.for_new_project,
        gettext_lazy("%(customer)s is %(status)s, so no new project can be for it."),
    ),
    "price_model": Place(
        CustomerQuerySet.for_price_model,
        gettext_lazy("%(customer)s is %(status)s, so it cannot be added to a price model."),
    ),
    "offer": Place(
        CustomerQuerySet.for_new_offer,
        gettext_lazy("%(customer)s is %(status)s, so it can be given no new offer."),
    ),
    # Whoever owes something can pay it.
    "payment": Place(CustomerQuerySet.all, ""),
    "invoice": Place(
        CustomerQuerySet.for_new_invoice,
        gettext_lazy("%(customer)s is %(status)s, so it cannot be invoiced."),
    ),
}


def proposals(visible: CustomerQuerySet, place: Place, question: str) -> list[Customer]:
    """Return the first customers that can be chosen at a place and fit what was typed.

    Found as in the overview's search, by any part of the name or number. One query.
    """
    question = question.strip()
    rows = place.allowed(visible).order_by("sort_name", "pk")
    if not search.words_of(question):
        return list(rows[:SHOWN])
    return list(rows.filter(search.indexed(question, at_most=_MET))[:SHOWN])


def found(visible: CustomerQuerySet, text: str) -> list[Customer]:
    """Return whom a text means: a name, a number, or a number and how the name begins. One query.

    Several where several have the name.
    """
    text = " ".join(text.split())
    number, _blank, rest = text.partition(" ")
    meant = Q(sort_name=sort_key(text))
    if can_be_number(number.upper()):
        meant |= Q(number=number.upper(), sort_name__startswith=sort_key(rest))
    rows = list(visible.filter(meant).order_by("sort_number")[: SHOWN + 1])
    named = [row for row in rows if row.sort_name == sort_key(text)]
    return named or rows


def belongs_to(visible: CustomerQuerySet, text: str) -> Customer | None:
    """Return whose the number is by now with which a text begins, None for nobody's. One query.

    Since it was chosen, a customer may have been merged into this one, or renamed.
    """
    number = text.strip().partition(" ")[0].upper()
    if not can_be_number(number):
        return None
    used = UsedNumber.objects.filter(number=number).order_by().values("customer")
    return visible.filter(pk__in=used).first()
