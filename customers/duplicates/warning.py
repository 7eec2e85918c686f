"""Customers that are like one whose name is being typed."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rapidfuzz import process
from rapidfuzz.distance import OSA

from customers.duplicates import spelling
from customers.duplicates.spelling import NEAR, marks, nearness, spelled
from customers.models import Customer, MatchKey
from moment.fields import starting_with
from moment.names import name_key

# Names are compared with those that begin alike; where there are more, with so many in the alphabet
# on either side.
_CANDIDATES = 250
_BEGINNING = 3
_SHOWN = 5
# Of customers so many are read on either side, of each way in which names are sorted.
_BESIDE = 80
# A name of so many letters may have one wrong, though that is more than one in eight.
_SHORTEST_TYPO = 5
_LEAST = 1 - 1 / _SHORTEST_TYPO
_BACKWARDS, _WORDS = MatchKey.Kind.BACKWARDS.value, MatchKey.Kind.WORDS.value
_OWN = ""  # the name as the customer itself keeps it, for those never compared
_SIDES = ((">=", ""), ("<", " DESC"))


@dataclass(frozen=True)
class Likeness:
    """One customer and, in words, what it shares. `kept`: the one that it was merged into."""

    customer: Customer
    why: str
    score: float = 1.0

    @property
    def kept(self) -> Customer | None:
        return self.customer.merged_into


def alike(
    visible: QuerySet,
    *,
    name: str,
    org_number: str = "",
    country: str = "NO",
    besides: int | None = None,
) -> list[Likeness]:
    """Return the customers with the same reg. no. or a near-equal name, surest first.

    Of `visible`, which may hold merged ones: each stands for the one that was kept, unless that is
    as like itself. At most five, in two queries, and two more to ask for the number, which is the
    same in its country alone. `besides` is left out, and so is what was merged into it. Made for
    every letter that someone types, so it reads keys alone.
    """
    if visible.query.is_empty():
        return []
    others = visible
    if besides:
        others = visible.exclude(pk=besides).exclude(merged_into=besides)
    scores = _near(name)
    number = spelling.org_number(org_number, country)
    if number:
        # By the column too, for those never compared.
        keys = MatchKey.objects.filter(kind=MatchKey.Kind.ORG_NUMBER, key=number).order_by("pk")
        either = Q(pk__in=[*keys.values_list("customer", flat=True)[: 4 * _SHOWN]])
        either |= Q(org_number=org_number)
        same = others.filter(either, country=country).order_by("pk").values_list("pk", flat=True)
        scores = dict.fromkeys(same[: 2 * _SHOWN], 1.0) | scores
    if not scores:
        return []
    # The rows themselves only for the few that may be shown.
    rows = others.select_related("merged_into").only(*_columns(), *_columns("merged_into__"))
    found = rows.in_bulk(scores)
    likenesses = [
        Likeness(found[pk], _why(found[pk], number, country, score), score)
        for pk, score in scores.items()
        if pk in found
    ]
    likenesses.sort(
        key=lambda like: (
            not _has(like.customer, number, country),
            -like.score,
            like.customer.merged_into_id is not None,
            like.customer.pk,
        )
    )
    # One line for each that is its own, said of whichever of its names is most alike.
    shown: dict[int, Likeness] = {}
    for like in likenesses:
        shown.setdefault(like.customer.merged_into_id or like.customer.pk, like)
    return list(shown.values())[:_SHOWN]


def near(rows: QuerySet, name: str) -> dict[int, float]:
    """Return the keys of the rows with a near-equal name, at most five, and how near it is.

    Reads `name_key` alone, of any rows that have one: one query, three where many begin alike.
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
        key, candidates, scorer=OSA.normalized_similarity, score_cutoff=NEAR, limit=_SHOWN
    ):
        scores.setdefault(pk, score)
    return dict(list(scores.items())[:_SHOWN])


def in_words(score: float) -> str:
    per_cent = f"{int(score * 100)}\u00a0%"
    return _("same name") if score == 1 else _("name %(near)s alike") % {"near": per_cent}


def _has(customer: Customer, number: str, country: str) -> bool:
    """Tell whether a customer has the reg. no., however it is written."""
    own = spelling.org_number(customer.org_number, country)
    return bool(number) and customer.country == country and own == number


def _why(customer: Customer, number: str, country: str, score: float) -> str:
    if _has(customer, number, country):
        return _("same company reg. no.")
    return in_words(score)


def _columns(prefix: str = "") -> Iterable[str]:
    names = ("number", "name", "country", "org_number", "status", "merged_into")
    return (prefix + name for name in names)


def _near(name: str) -> dict[int, float]:
    """Return the keys of customers with near-equal names, also merged ones, and how near.

    More than are shown, since some may stand for the same. A name is looked for where it stands in
    the alphabet, where it stands when read from its end (so that a wrong first letter does not
    matter), and by its words in order of the alphabet. One query.
    """
    own, key = name_key(name), spelled(name)
    if not key:
        return {}
    words = " ".join(sorted(key.split()))
    sought = {_OWN: own, MatchKey.Kind.NAME.value: key, _BACKWARDS: key[::-1], _WORDS: words}
    scores: dict[int, float] = {}
    for kind, rows in _windows(sought).items():
        for other, _similarity, at in process.extract(
            sought[kind],
            [other for _pk, other in rows],
            scorer=OSA.normalized_similarity,
            score_cutoff=_LEAST,
            limit=None,
        ):
            pk = rows[at][0]
            read = -1 if kind == _BACKWARDS else 1
            scores[pk] = max(score_of(sought[kind][::read], other[::read]), scores.get(pk, 0.0))
    near_ones = sorted((pk for pk in scores if scores[pk]), key=lambda pk: (-scores[pk], pk))
    return {pk: scores[pk] for pk in near_ones[: 4 * _SHOWN]}


def score_of(key: str, other: str) -> float:
    """Return how near two names are, 0 if they are two names; one letter wrong is near."""
    near = nearness(key, other)
    if near >= NEAR:
        return near
    mistyped = len(key) >= _SHORTEST_TYPO and OSA.distance(key, other) == 1
    return near if mistyped and near < NEAR - 0.01 and marks(key) == marks(other) else 0.0


def _windows(sought: dict[str, str]) -> dict[str, list[tuple[int, str]]]:
    """Return the customers and keys that stand near each of these keys, by kind."""
    match_keys, customers = MatchKey._meta.db_table, Customer._meta.db_table
    parts: list[str] = []
    params: list[str] = []
    for kind, key in sought.items():
        for operator, direction in _SIDES:
            if kind == _OWN:
                columns, table, where = "id, name_key AS key", customers, "name_key"
            else:
                columns, table, where = "customer_id, key", match_keys, "kind = %s AND key"
                params.append(kind)
            order = "name_key" if kind == _OWN else "key"
            parts.append(
                # The names of our own columns alone; what was typed is a parameter.
                f"SELECT * FROM (SELECT '{kind}' AS sort, {columns} FROM {table} "  # noqa: S608
                f"WHERE {where} {operator} %s ORDER BY {order}{direction} LIMIT {_BESIDE}) AS near"
            )
            params.append(key)
    found: dict[str, list[tuple[int, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        for kind, pk, key in cursor.fetchall():
            found.setdefault(kind, []).append((pk, key))
    return found
