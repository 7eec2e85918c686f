"""The type-ahead's indexes and statements for PostgreSQL.

The beginnings of an entity's words are in GIN indexes, one for each tier of ranks: GIN returns rows
in no order, so the likeliest few thousand are looked through, and sorted, before the others.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from django.db import connection, transaction

from registry import keys
from registry.matching import Question

LIVE = "registry_entity"
LEFT = (2, 3, 4, 5, 6)  # letters of a name's beginning that have an index in order of rank
LONGEST = 14  # letters of a word's beginning that are indexed
ENOUGH = 2000  # rows of one tier that are sorted; more come from words that nearly everyone has
# Ranks where one tier ends and the next begins: a hundred employees or more are some 5,000
# entities, one or more some 200,000. What has fewer than ten hits in the one has few in the next.
TIERS = (keys.rank_after(100), keys.rank_after(1))


def _lefts(first: int, last: int) -> str:
    return ", ".join(f"left(word, {length})" for length in range(first, last + 1))


# In one go up to here, as most words are short and PL/pgSQL's steps are slow.
_SHORT = 6
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION registry_beginnings(words text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 1000 AS $$
DECLARE
    found text[] := '{{}}';
    word text;
BEGIN
    FOREACH word IN ARRAY string_to_array(words, ' ') LOOP
        found := found || ARRAY[{_lefts(1, _SHORT)}];
        IF length(word) > {_SHORT} THEN
            found := found || ARRAY[{_lefts(_SHORT + 1, LONGEST)}];
        END IF;
    END LOOP;
    RETURN found;
END $$"""
_LAST_CHARACTER = "\U0010ffff"


def _tiers() -> list[str]:
    """Return for each tier the condition that its index and its query share, word for word."""
    inner = [f"rank >= {low} AND rank < {high}" for low, high in pairwise(TIERS)]
    return [f"rank < {TIERS[0]}", *inner, f"rank >= {TIERS[-1]}"]


_GIN = "USING gin (registry_beginnings(words)) WITH (fastupdate = off)"
_INDEXES = {
    "by_rank": "(rank)",
    "by_key": "(name_key, rank)",
    **{f"by_left{n}": f"(left(name_key, {n}), rank)" for n in LEFT},
    **{f"by_words{n}": f"{_GIN} WHERE {tier}" for n, tier in enumerate(_tiers())},
}  # fmt: skip


def install(base: Any, table: str) -> None:
    """Make what is missing."""
    with base.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema AND tablename = %s",
            [table],
        )
        present = {name for (name,) in cursor.fetchall()}
    if missing := [kind for kind in _INDEXES if f"{table}_{kind}" not in present]:
        _run(base, _FUNCTION)
        for kind in missing:
            _run(base, *_create(table, kind))


def prepare(base: Any, table: str) -> Iterator[str]:
    _run(base, _FUNCTION)
    for kind in _INDEXES:
        _run(base, *_create(table, kind))
        yield "index"
    # The planner needs to know how often names begin alike.
    _run(base, f"ANALYZE {table}")
    yield "analyze"


def adopt(base: Any, table: str, live: str) -> None:
    with base.cursor() as cursor:
        for kind in _INDEXES:
            cursor.execute(f"ALTER INDEX {table}_{kind} RENAME TO {live}_{kind}")


def discard(base: Any, table: str) -> None:
    """Indexes go with their table."""


# Questions: each returns ranks, the lowest first


def named(names: Sequence[str], limit: int) -> list[int]:
    """Return the entities that bear one of these names."""
    return _ranks(
        f"SELECT rank FROM {LIVE} WHERE name_key = ANY(%s) ORDER BY rank + 0 LIMIT {limit}",
        [list(names)],
    )


def named_with_form(name: str, form: str, limit: int) -> list[int]:
    """Return the entities that bear this name and have a word that begins like `form`."""
    return _ranks(
        f"""SELECT rank FROM {LIVE} WHERE name_key = %s AND strpos(' ' || words, %s) > 0
            ORDER BY rank LIMIT {limit}""",
        [name, f" {form}"],
    )


def beginning(key: str, limit: int) -> list[int]:
    """Return the entities whose names begin like this."""
    if len(key) in LEFT:
        return _ranks(
            f"""SELECT rank FROM {LIVE} WHERE left(name_key, {len(key)}) = %s
                ORDER BY rank LIMIT {limit}""",
            [key],
        )
    # The first condition says nothing more, but offers the planner rows in the order of ranks.
    return _ranks(
        f"""SELECT rank FROM {LIVE}
            WHERE left(name_key, {LEFT[-1]}) = %s AND name_key >= %s AND name_key < %s
            ORDER BY rank LIMIT {limit}""",
        [key[: LEFT[-1]], key, key + _LAST_CHARACTER],
    )


def with_words(question: Question, limit: int) -> list[int]:
    """Return the entities that have words beginning like all of the question's."""
    return _in_tiers(*_all_of(question.words), limit)


def with_typo(question: Question, spellings: Sequence[set[str]], limit: int) -> list[int]:
    """Return the entities that would be found with one word spelled in one of these ways."""
    last = len(question.words) - 1
    ways, parameters = [], []
    for place, meant in enumerate(spellings):
        if meant:
            others = [*question.words[:place], *question.words[place + 1 :]]
            end = "%" if place == last else " %"
            way, found = _all_of(others)
            both = "AND" if others else ""
            ways.append(
                f"""({way} {both} registry_beginnings(words) && %s
                    AND ' ' || words || ' ' LIKE ANY(%s))"""
            )
            either = sorted({_indexed(word) for word in meant})
            parameters += [*found, either, [f"% {word}{end}" for word in sorted(meant)]]
    return _in_tiers(f"({' OR '.join(ways)})", parameters, limit) if ways else []


def _all_of(words: Sequence[str]) -> tuple[str, list[Any]]:
    """Return the condition that words begin so, and its parameters."""
    if not words:
        return "", []
    long = [f"% {word}%" for word in words if word != _indexed(word)]
    conditions = ["registry_beginnings(words) @> %s", *["' ' || words LIKE %s"] * len(long)]
    return " AND ".join(conditions), [[_indexed(word) for word in words], *long]


def _indexed(word: str) -> str:
    """Return the longest beginning of a word that is in the index."""
    return word[:LONGEST]


def _in_tiers(condition: str, parameters: list[Any], limit: int) -> list[int]:
    """Look through one tier after the other until there are enough, in one statement.

    PostgreSQL takes the parts in the order they are written, and only as many as the limit needs.
    """
    parts = [
        f"""(SELECT rank FROM (
                SELECT rank FROM {LIVE} WHERE {condition} AND {tier} LIMIT {ENOUGH}
            ) AS tier ORDER BY rank LIMIT {limit})"""
        for tier in _tiers()
    ]
    return sorted(_ranks(f"{' UNION ALL '.join(parts)} LIMIT {limit}", parameters * len(parts)))


def _ranks(statement: str, parameters: Sequence[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [rank for (rank,) in cursor.fetchall()]


# Building


def _create(table: str, kind: str) -> list[str]:
    return [
        # GIN is built in memory as far as it goes; the server's default is small.
        "SET LOCAL maintenance_work_mem = '256MB'",
        f"CREATE INDEX IF NOT EXISTS {table}_{kind} ON {table} {_INDEXES[kind]}",
    ]


def _run(base: Any, *statements: str) -> None:
    with transaction.atomic(using=base.alias), base.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
