"""Keeping up what customers are found by, and the pairs of them that may be the same.

Whoever changes customers says so to `follow`; `scan` goes through all.
"""

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import combinations, groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q
from rapidfuzz import process
from rapidfuzz.distance import OSA

from customers.duplicates import storing
from customers.duplicates.likeness import COLUMNS, NEAR, Kind, Known
from customers.duplicates.storing import Pair
from customers.models import Customer, DuplicatePair, MatchKey
from moment.turns import only_one

logger = logging.getLogger(__name__)

# Kinds whose keys are near each other in their order where they are alike.
_SORTED = (Kind.NAME, Kind.BACKWARDS, Kind.WORDS)
_EQUAL = (Kind.ORG_NUMBER, Kind.EMAIL, Kind.PHONE, Kind.BANK_ACCOUNT)
_WINDOW = 10  # neighbours on either side that a key is compared with
_NAMESAKES = 50  # with the very same key, at most
# What more customers than this have, such as their accountant's e-mail, says nothing about any.
_SHARED = 20
_SAYS_NOTHING_OF_MANY = (Kind.EMAIL, Kind.PHONE, Kind.BANK_ACCOUNT)
# In one transaction of a scan: customers whose keys are made, pairs that are compared.
_CUSTOMERS, _PAIRS = 500, 500
_READ = 5000  # keys at a time
_REMEMBERED = 1_000_000  # pairs that a scan knows it has compared

_LOCK = "duplicates"


class AlreadyScanning(Exception):
    """Another scan is under way."""


class Step(NamedTuple):
    """How far a scan has come."""

    name: str
    done: int = 0
    of: int = 0  # 0: nobody knows


class Scanned(NamedTuple):
    """What a scan went through, and how many pairs are open after it."""

    customers: int
    pairs: int


def follow(*pks: int) -> None:
    """Find anew what these customers are like, once the transaction they change in is through.

    What goes wrong then is logged: the change itself is saved.
    """

    def find() -> None:
        try:
            refresh(pks)
        except Exception:
            logger.exception("What customers %s are like was not found out", pks)

    transaction.on_commit(find)


def follow_change(customer: Customer, *, instead_of: Customer) -> None:
    """Do so for a customer that was changed, if anything that is compared is another now."""
    if any(getattr(customer, name) != getattr(instead_of, name) for name in COLUMNS):
        follow(customer.pk)


def refresh(pks: Collection[int]) -> None:
    """Make these customers' keys and open pairs again. At most eight queries, and one for each."""
    with storing.alone():
        known = storing.make_keys(Customer.with_merged.filter(pk__in=pks).order_by("pk"))
        living = set(Customer.objects.filter(pk__in=pks).values_list("pk", flat=True))
        rows = storing.stored(Q(first__in=pks) | Q(second__in=pks))
        pairs = {(row.first, row.second) for row in rows}
        for one in known:
            if one.pk in living:
                pairs |= {_in_order(one.pk, other) for other in _candidates(one)}
        storing.settle(pairs, rows)


def not_compared() -> int:
    """Return how many customers have never been compared with the others. Two quick counts."""
    compared = MatchKey.objects.filter(kind=Kind.NAME).count()
    return max(0, Customer.with_merged.count() - compared)


def scan(*, progress: Callable[[Step], None] | None = None) -> Scanned:
    """Compare all customers with those that may be like them, and store which are.

    People can work meanwhile: it is done in many short transactions. Raises AlreadyScanning.
    """
    show = progress or (lambda step: None)
    with only_one(_LOCK) as alone:
        if not alone:
            raise AlreadyScanning
        _make_all_keys(show)
        seen = _look_again(show)
        for kinds, search, name in (
            (_EQUAL, _sharing, "Comparing what is shared"),
            (_SORTED, _neighbours, "Comparing names"),
        ):
            _look_for_new(kinds, search, name, seen, show)
    return Scanned(Customer.objects.count(), open_pairs().count())


def open_pairs() -> Any:
    """Return the pairs of living customers that nobody has said are two."""
    return DuplicatePair.objects.filter(
        dismissed_at=None, first__merged_into=None, second__merged_into=None
    )


def _in_order(one: int, other: int) -> Pair:
    return min(one, other), max(one, other)


# Keys


def _make_all_keys(show: Callable[[Step], None]) -> None:
    total, done, last = Customer.with_merged.count(), 0, 0
    while True:
        show(Step("Reading customers", done, total))
        with storing.alone():
            rows = Customer.with_merged.filter(pk__gt=last).order_by("pk")[:_CUSTOMERS]
            known = storing.make_keys(rows)
        if not known:
            return
        done, last = done + len(known), known[-1].pk


# Candidates


def _candidates(one: Known) -> set[int]:
    """Return the living customers that this one is worth comparing with. One query."""
    found: dict[tuple[str, str], list[int]] = {}
    near: set[int] = set()
    own = {(kind, key) for kind, key in one.keys if key}
    if not own:
        return near
    for kind, key, pk in _around(one.pk, own):
        if (kind, key) in own:
            found.setdefault((kind, key), []).append(pk)
        elif any(
            kind == my_kind and OSA.normalized_similarity(key, mine, score_cutoff=NEAR)
            for my_kind, mine in own
        ):
            near.add(pk)
    for (kind, _key), pks in found.items():
        if kind not in _SAYS_NOTHING_OF_MANY or len(pks) < _SHARED:
            near.update(pks)
    return near


def _around(pk: int, own: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str, int]]:
    """Return kind, key and customer of the others' keys that are the same or stand beside these."""
    living = MatchKey.objects.filter(customer__merged_into=None).exclude(customer=pk)
    parts = []
    for kind, key in sorted(own):
        rows = living.filter(kind=kind)
        if kind != Kind.BACKWARDS:  # the same ones as by the name
            parts.append(rows.filter(key=key).order_by("customer_id")[: _most(kind)])
        if kind in _SORTED:
            parts.append(rows.filter(key__gt=key).order_by("key", "customer_id")[:_WINDOW])
            parts.append(rows.filter(key__lt=key).order_by("-key", "-customer_id")[:_WINDOW])
    columns = [part.values_list("kind", "key", "customer_id") for part in parts]
    # Django joins no parts with limits on SQLite, which takes them one level down.
    told = [part.query.sql_with_params() for part in columns]
    sql = " UNION ALL ".join(f"SELECT * FROM ({sql}) AS part" for sql, _params in told)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _sql, params in told for value in params])
        return cursor.fetchall()


def _look_for_new(
    kinds: Collection[Kind],
    search: Callable[[Iterator[tuple[str, int]], Kind], Iterator[Pair]],
    name: str,
    seen: set[Pair],
    show: Callable[[Step], None],
) -> None:
    """Compare the pairs that a search through the keys of these kinds finds, each once."""
    merged = set(Customer.with_merged.exclude(merged_into=None).values_list("pk", flat=True))
    total, done = MatchKey.objects.filter(kind__in=kinds).count(), 0
    batch: set[Pair] = set()

    def keys(kind: Kind) -> Iterator[tuple[str, int]]:
        nonlocal done
        for rows in _in_key_order(kind):
            show(Step(name, done, total))
            yield from (row for row in rows if row[1] not in merged and row[0])
            done += len(rows)

    for kind in kinds:
        for pair in search(keys(kind), kind):
            if pair in seen:
                continue
            if len(seen) >= _REMEMBERED:
                seen.clear()  # comparing a pair twice does no harm
            seen.add(pair)
            batch.add(pair)
            if len(batch) == _PAIRS:
                _settle_batch(batch)
                batch.clear()
    _settle_batch(batch)
    show(Step(name, done, total))


def _in_key_order(kind: Kind) -> Iterator[list[tuple[str, int]]]:
    """Yield all keys of a kind with their customers, some at a time: no query stays open."""
    ordered = MatchKey.objects.filter(kind=kind).order_by("key", "customer_id")
    rows = ordered.values_list("key", "customer_id")
    part = list(rows[:_READ])
    while part:
        yield part
        key, customer = part[-1]
        after = Q(key__gt=key) | Q(key=key, customer_id__gt=customer)
        part = list(rows.filter(after, key__gte=key)[:_READ])


def _neighbours(keys: Iterator[tuple[str, int]], kind: Kind) -> Iterator[Pair]:
    """Yield the pairs whose keys are near, of all that stand near each other."""
    del kind  # they are all compared alike
    before: deque[str] = deque()
    customers: deque[int] = deque()
    for key, customer in keys:
        most = _NAMESAKES if before and before[-1] == key else _WINDOW
        while len(before) > most:
            before.popleft()
            customers.popleft()
        for _other, _score, place in process.extract(
            key, before, scorer=OSA.normalized_similarity, score_cutoff=NEAR, limit=None
        ):
            yield _in_order(customers[place], customer)
        before.append(key)
        customers.append(customer)


def _sharing(keys: Iterator[tuple[str, int]], kind: Kind) -> Iterator[Pair]:
    """Yield the pairs with the same key, where it is not too many's."""
    for _key, rows in groupby(keys, key=itemgetter(0)):
        customers = [customer for _key, customer in islice(rows, _most(kind) + 1)]
        if len(customers) <= _most(kind):
            yield from combinations(sorted(customers), 2)


def _most(kind: str) -> int:
    """Return how many customers with the same key are compared with each other."""
    return _SHARED if kind in _SAYS_NOTHING_OF_MANY else _NAMESAKES


# Pairs


def _look_again(show: Callable[[Step], None]) -> set[Pair]:
    """Compare the pairs that are stored already; return them."""
    total, last = DuplicatePair.objects.count(), 0
    seen: set[Pair] = set()
    while True:
        show(Step("Looking at known pairs again", len(seen), total))
        with storing.alone():
            keys = DuplicatePair.objects.filter(pk__gt=last).order_by("pk")
            rows = storing.stored(Q(pk__in=list(keys.values_list("pk", flat=True)[:_PAIRS])))
            storing.settle([row.pair for row in rows], rows)
        if not rows:
            return seen
        last = rows[-1].pk
        seen.update(row.pair for row in rows)


def _settle_batch(pairs: Collection[Pair]) -> None:
    with storing.alone():
        firsts, seconds = {first for first, _ in pairs}, {second for _, second in pairs}
        wanted = set(pairs)
        rows = storing.stored(Q(first__in=firsts, second__in=seconds))
        storing.settle(pairs, [row for row in rows if row.pair in wanted])
