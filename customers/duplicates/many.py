"""Customers that are like any of many names at once, such as those of a file."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from customers.duplicates.spelling import spelled
from customers.duplicates.warning import Likeness, in_words, score_of
from customers.models import Customer, MatchKey
from moment.names import name_key

_BESIDE = 2  # neighbours on either side that a name is compared with
_OWN = ""  # the name as the customer itself keeps it, for those never compared
_ROWS = {
    "sqlite": "SELECT key AS place, value AS sought FROM json_each(%s)",
    "postgresql": "SELECT ordinality - 1 AS place, sought "
    "FROM jsonb_array_elements_text(%s::jsonb) WITH ORDINALITY AS named(sought)",
}


def alike_each(visible: QuerySet, names: Sequence[str]) -> dict[int, Likeness]:
    """Return the likeliest of `visible` for those names that are near one's, by their places.

    As `alike` does for one name, but among fewer neighbours. Nine queries for any number of names.
    """
    scores: dict[int, tuple[float, int]] = {}
    for kind, written in _spellings(names).items():
        read = -1 if kind == MatchKey.Kind.BACKWARDS else 1
        found = _neighbours(kind, written)
        known = _keys(kind, {pk for pks in found.values() for pk in pks})
        for place, pks in found.items():
            for pk in pks:
                key, customer = known[pk]
                score = score_of(written[place][::read], key[::read])
                if score:
                    scores[place] = max(scores.get(place, (0.0, 0)), (score, -customer))
    pks = {-customer for _score, customer in scores.values()}
    rows = visible.select_related("merged_into").in_bulk(pks) if pks else {}
    return {
        place: Likeness(rows[-customer], in_words(score), score)
        for place, (score, customer) in scores.items()
        if -customer in rows
    }


def _spellings(names: Sequence[str]) -> dict[str, list[str]]:
    keys = [spelled(name) for name in names]
    return {
        _OWN: [name_key(name) for name in names],
        MatchKey.Kind.NAME.value: keys,
        MatchKey.Kind.BACKWARDS.value: [key[::-1] for key in keys],
        MatchKey.Kind.WORDS.value: [" ".join(sorted(key.split())) for key in keys],
    }


def _neighbours(kind: str, written: Sequence[str]) -> dict[int, set[int]]:
    """Return the rows whose keys stand beside each of these, by place; one query."""
    if kind == _OWN:
        table, key, where = Customer._meta.db_table, "name_key", ""
    else:
        table, key, where = MatchKey._meta.db_table, "key", f"kind = '{kind}' AND "
    beside = ", ".join(
        # The names of our own tables and columns alone; what was written is the parameter.
        f"(SELECT id FROM {table} WHERE {where}{key} {side} sought "  # noqa: S608
        f"ORDER BY {key}{order} LIMIT 1 OFFSET {n})"
        for side, order in ((">=", ""), ("<", " DESC"))
        for n in range(_BESIDE)
    )
    names = _ROWS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT place, {beside} FROM ({names}) AS names",  # noqa: S608
            [json.dumps(written)],
        )
        rows = cursor.fetchall()
    return {place: {pk for pk in pks if pk} for place, *pks in rows if written[place]}


def _keys(kind: str, pks: set[int]) -> dict[int, tuple[str, int]]:
    """Return the keys of these rows, each with its customer; one query."""
    rows: QuerySet[Any, tuple[int, str, int]]
    if kind == _OWN:
        rows = Customer.with_merged.filter(pk__in=pks).values_list("pk", "name_key", "pk")
    else:
        rows = MatchKey.objects.filter(pk__in=pks).values_list("pk", "key", "customer_id")
    return {pk: (key, customer) for pk, key, customer in rows.order_by()}
