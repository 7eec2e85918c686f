"""Customers that are like one whose name is being typed."""

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
    scores: dict[int, float] = {}
    if org_number:
        same = others.filter(org_number=org_number).order_by("pk")
        scores = dict.fromkeys(same.values_list("pk", flat=True)[:_SHOWN], 1.0)
    for pk, score in near(others, name).items():
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


def near(rows: QuerySet, name: str) -> dict[int, float]:
    """Return the keys of the rows with a near-equal name, at most five, and how near it is.

    Reads `name_key` alone, of customers or persons: one query, three where many begin alike.
    """
    key = name_key(name)
    if len(key) <= _BEGINNING:
        namesakes = rows.filter(name_key=key).order_by("pk") if key else rows.none()
        return dict.fromkeys(namesakes.values_list("pk", flat=True)[:_SHOWN], 1.0)
    beginning = rows.filter(starting_with("name_key", key[:_BEGINNING]))
    # No more than the index holds: each further column would cost a look at each row.
    pairs = beginning.values_list("pk", "name_key")
    candidates = dict(pairs[: _CANDIDATES + 1])
    if len(candidates) > _CANDIDATES:
        after = pairs.filter(name_key__gte=key).order_by("name_key")[:_CANDIDATES]
        before = pairs.filter(name_key__lt=key).order_by("-name_key")[:_CANDIDATES]
        candidates = dict([*after, *before])
    equal = sorted(pk for pk, other in candidates.items() if other == key)
    scores = dict.fromkeys(equal[:_SHOWN], 1.0)
    for _key, score, pk in process.extract(
        key, candidates, scorer=OSA.normalized_similarity, score_cutoff=_NEAR, limit=_SHOWN
    ):
        scores.setdefault(pk, score)
    return dict(list(scores.items())[:_SHOWN])


def in_words(score: float) -> str:
    return _("same name") if score == 1 else _("name %(score)d %% alike") % {"score": score * 100}


def _why(customer: Customer, org_number: str, score: float) -> str:
    if org_number and customer.org_number == org_number:
        return _("same company reg. no.")
    return in_words(score)
