"""Customers that may be the same one."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rapidfuzz import process
from rapidfuzz.distance import OSA

from customers.models import Customer
from moment.fields import starting_with
from moment.names import name_key

# Names are compared with those that begin alike; so many at most.
_CANDIDATES = 500
_BEGINNING = 3
_NEAR = 0.87  # one letter wrong in eight, two neighbours swapped counting as one
_SHOWN = 5


@dataclass(frozen=True)
class Likeness:
    """One customer and, in words, what it shares."""

    customer: Customer
    why: str


def alike(
    visible: QuerySet, *, name: str, org_number: str = "", besides: int | None = None
) -> list[Likeness]:
    """Return the customers with the same reg. no. or a near-equal name, surest first.

    At most five, in two queries.
    """
    others = visible.exclude(pk=besides).only("number", "name", "name_key", "org_number", "status")
    key = name_key(name)
    found: dict[int, Likeness] = {}
    same = Q(name_key=key) if key else Q(pk=None)
    if org_number:
        same |= Q(org_number=org_number)
    for customer in others.filter(same).order_by("sort_number")[:_SHOWN]:
        equal_number = org_number and customer.org_number == org_number
        why = _("same company reg. no.") if equal_number else _("same name")
        found[customer.pk] = Likeness(customer, why)
    if len(key) > _BEGINNING:
        near = {
            c.pk: c
            for c in others.filter(starting_with("name_key", key[:_BEGINNING])).order_by(
                "name_key"
            )[:_CANDIDATES]
        }
        keys = {pk: customer.name_key for pk, customer in near.items()}
        for _key, score, pk in process.extract(
            key, keys, scorer=OSA.normalized_similarity, score_cutoff=_NEAR, limit=_SHOWN
        ):
            if pk not in found:
                found[pk] = Likeness(
                    near[pk], _("name %(score)d %% alike") % {"score": score * 100}
                )
    return sorted(found.values(), key=lambda likeness: likeness.customer.org_number != org_number)[
        :_SHOWN
    ]
