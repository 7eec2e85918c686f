"""Storing what customers are found by and the pairs that may be the same, by one at a time.

Whoever writes waits for `alone`, and compares the customers as they are after that. So of two who
change customers that are like each other the later one sees both changes. No row of a customer is
locked for it.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from customers.duplicates.likeness import COLUMNS, Known, Likeness, compare
from customers.duplicates.pairs import dismissed_as
from customers.models import Customer, DuplicatePair, MatchKey
from moment.turns import in_turn

_LOCK = [zlib.crc32(name.encode()) - 2**31 for name in ("customers.duplicates", "writing")]

Pair = tuple[int, int]


class Stored(NamedTuple):
    """A pair as it is stored."""

    pk: int
    first: int
    second: int
    score: int
    evidence: list[list[Any]]
    dismissed: bool
    dismissed_as: str

    @property
    def pair(self) -> Pair:
        return self.first, self.second


@contextmanager
def alone() -> Iterator[None]:
    """Begin a transaction in which nobody else writes keys and pairs."""
    with in_turn(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)
        yield


def make_keys(customers: Any) -> list[Known]:
    """Store the keys that the customers have now, and return these. Up to four queries."""
    known = [Known(values) for values in customers.values(*COLUMNS)]
    wanted = {(one.pk, kind, key) for one in known for kind, key in one.keys}
    stored = MatchKey.objects.filter(customer__in=[one.pk for one in known])
    spare = []
    for pk, *key in stored.values_list("pk", "customer_id", "kind", "key"):
        if (place := tuple(key)) in wanted:
            wanted.remove(place)
        else:
            spare.append(pk)
    if spare:
        MatchKey.objects.filter(pk__in=spare).delete()
    if wanted:
        insert(sorted(wanted))
    return known


def insert(keys: list[tuple[int, str, str]]) -> None:
    """Store keys, in a fifth of the time that making rows of Django's takes."""
    places = ", ".join(["(%s, %s, %s)"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO customers_matchkey (customer_id, kind, key) VALUES {places}",  # noqa: S608
            list(chain.from_iterable(keys)),
        )


def stored(which: Q) -> list[Stored]:
    """Return the pairs that are stored of these, the oldest first. One query."""
    rows = DuplicatePair.objects.filter(which).order_by("pk")
    columns = ("pk", "first_id", "second_id", "score", "evidence", "dismissed_at", "dismissed_as")
    return [
        Stored(pk, first, second, score, evidence, dismissed_at is not None, told_apart_as)
        for pk, first, second, score, evidence, dismissed_at, told_apart_as in rows.values_list(
            *columns
        )
    ]


def settle(pairs: Iterable[Pair], stored: Iterable[Stored]) -> None:
    """Store what becomes of the pairs, as their customers are now. At most five queries.

    What somebody said of a pair holds as long as both customers are as they were then.
    """
    pairs = set(pairs)
    if not pairs:
        return
    living = Customer.objects.filter(pk__in={pk for pair in pairs for pk in pair})
    known = {values["pk"]: Known(values) for values in living.values(*COLUMNS)}
    likely: dict[Pair, Likeness] = {}
    for first, second in pairs:
        both = known.get(first), known.get(second)
        if both[0] and both[1] and (likeness := compare(both[0], both[1])):
            likely[first, second] = likeness
    gone, changed, open_again = [], [], []
    for row in stored:
        likeness = likely.pop(row.pair, None)
        if row.dismissed and _as_dismissed(row, known):
            continue
        if likeness is None:
            gone.append(row.pk)
        elif row.dismissed:
            open_again.append(_row(row.pair, likeness, pk=row.pk))
        elif (row.score, row.evidence) != (likeness.score, _told(likeness)):
            changed.append(_row(row.pair, likeness, pk=row.pk))
    if gone:
        DuplicatePair.objects.filter(pk__in=gone).delete()
    columns = ["score", "evidence"]
    if changed:
        # Nothing else: somebody may be dismissing them at this moment.
        DuplicatePair.objects.bulk_update(changed, columns)
    if open_again:
        columns += ["found_at", "dismissed_by", "dismissed_at", "dismissed_as"]
        DuplicatePair.objects.bulk_update(open_again, columns)
    if likely:
        DuplicatePair.objects.bulk_create(
            [_row(pair, likeness) for pair, likeness in sorted(likely.items())],
            ignore_conflicts=True,
        )


def _as_dismissed(row: Stored, known: Mapping[int, Known]) -> bool:
    """Return whether both are as they were when the pair was dismissed, or one is not living."""
    first, second = known.get(row.first), known.get(row.second)
    if not first or not second:
        return True  # it is not shown now, and is looked at when the merge is undone
    return row.dismissed_as == dismissed_as(first, second)


def _told(likeness: Likeness) -> list[list[Any]]:
    return [list(reason) for reason in likeness.reasons]


def _row(pair: Pair, likeness: Likeness, pk: int | None = None) -> DuplicatePair:
    return DuplicatePair(
        pk=pk,
        first_id=pair[0],
        second_id=pair[1],
        score=likeness.score,
        evidence=_told(likeness),
        found_at=timezone.now(),
    )
