"""Customers that may be the same one."""

from dataclasses import dataclass

from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import gettext as _
from rapidfuzz import process
from rapidfuzz.distance import OSA

from customers.models import Customer
from moment.fields import starting_with
from moment.names import name_key

# Names are compared with those that begin alike: so many in the alphabet on either side.
_CANDIDATES = 250
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

    At most five, in four queries.
    """
    others = visible.exclude(pk=besides)
    key = name_key(name)
    same = Q(name_key=key) if key else Q(pk=None)
    if org_number:
        same |= Q(org_number=org_number)
    surest = Case(When(Q(org_number=org_number) & ~Q(org_number=""), then=0), default=1)
    equal = others.filter(same).order_by(surest, "sort_number").values_list("pk", flat=True)
    scores = dict.fromkeys(equal[:_SHOWN], 1.0)
    if len(key) > _BEGINNING:
        near = others.filter(starting_with("name_key", key[:_BEGINNING]))
        near = near.values_list("pk", "name_key")
        after = near.filter(name_key__gte=key).order_by("name_key")[:_CANDIDATES]
        before = near.filter(name_key__lt=key).order_by("-name_key")[:_CANDIDATES]
        keys = dict([*after, *before])
        for _key, score, pk in process.extract(
            key, keys, scorer=OSA.normalized_similarity, score_cutoff=_NEAR, limit=_SHOWN
        ):
            scores.setdefault(pk, score)
    # The rows themselves only for the few that are shown.
    found = visible.only("number", "name", "name_key", "org_number", "status").in_bulk(scores)
    alike = [
        Likeness(found[pk], _why(found[pk], org_number, score)) for pk, score in scores.items()
    ]
    alike.sort(key=lambda likeness: likeness.customer.org_number != org_number)
    return alike[:_SHOWN]


def _why(customer: Customer, org_number: str, score: float) -> str:
    if org_number and customer.org_number == org_number:
        return _("same company reg. no.")
    return _("same name") if score == 1 else _("name %(score)d %% alike") % {"score": score * 100}
