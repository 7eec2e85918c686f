"""Customers that may be the same one."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rapidfuzz import process
from rapidfuzz.distance import OSA

from customers.models import Customer
from moment.fields import starting_with
from moment.names import name_key

# Names are compared with those that begin alike; where there are more, with so many in the alphabet
# on either side.
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

    At most five, in two queries; in four where many names begin alike, and one more to ask for the
    number. Made for every letter that someone types, so it reads keys alone.
    """
    others = visible.exclude(pk=besides) if besides else visible
    key = name_key(name)
    equal: list[int] = []
    near: dict[int, str] = {}
    if org_number:
        same = others.filter(org_number=org_number).order_by("pk")
        equal += same.values_list("pk", flat=True)[:_SHOWN]
    if len(key) > _BEGINNING:
        beginning = others.filter(starting_with("name_key", key[:_BEGINNING]))
        # No more than the index holds: each further column would cost a look at each row.
        rows = beginning.values_list("pk", "name_key")
        near = dict(rows[: _CANDIDATES + 1])
        if len(near) > _CANDIDATES:
            after = rows.filter(name_key__gte=key).order_by("name_key")[:_CANDIDATES]
            before = rows.filter(name_key__lt=key).order_by("-name_key")[:_CANDIDATES]
            near = dict([*after, *before])
        equal += sorted(pk for pk, other in near.items() if other == key)
    elif key:
        namesakes = others.filter(name_key=key).order_by("pk")
        equal += namesakes.values_list("pk", flat=True)[:_SHOWN]
    scores = dict.fromkeys(equal[:_SHOWN], 1.0)
    for _key, score, pk in process.extract(
        key, near, scorer=OSA.normalized_similarity, score_cutoff=_NEAR, limit=_SHOWN
    ):
        scores.setdefault(pk, score)
    if not scores:
        return []
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
