"""The type-ahead's indexes and statements for SQLite.

Words are kept in a contentless FTS5 table whose rowid is the rank, so that the first ten rows found
are the best ten. Triggers keep it up to date.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction

from moment.turns import in_turn
from registry.matching import Question

LIVE = "registry_entity"
LEFT = (2, 3)  # letters; so many names begin alike that they need an index in order of rank
FEW = 1000  # rows that are soon sorted
BATCH = 20_000  # rows indexed in one transaction

_INDEXES = {
    "rank": "(rank)",
    "key": "(name_key, rank)",
    **{f"left{n}": f"(substr(name_key, 1, {n}), rank)" for n in LEFT},
}
# Letters. The beginning of a word is read in order of rank from the index of its length; a longer
# one is put together from all words that begin so, and of those there are few.
_PREFIXES = " ".join(str(length) for length in range(1, 19))
_EVENTS = ("insert", "delete", "update")
_MERGE_PAGES = 2000  # that one step of putting the index in order may write
_LAST_CHARACTER = "\U0010ffff"


def words_of(table: str) -> str:
    """Return the name of the FTS5 table that belongs to a table of entities."""
    return f"{table}_words"


def install(base: Any, table: str) -> None:
    """Make what is missing. Without its triggers the word index cannot be trusted: made anew."""
    for statement in _missing_indexes(base, table):
        _run(base, statement)
    if not {_trigger(table, event) for event in _EVENTS} <= set(_triggers(base, table)):
        _run(base, *_drop_words(base, table))
        for _step in _index_words(base, table):
            pass


def prepare(base: Any, table: str) -> Iterator[str]:
    for statement in _missing_indexes(base, table):
        _run(base, statement)
        yield "index"
    _run(base, *_drop_words(base, table))
    yield from _index_words(base, table)


def adopt(base: Any, table: str, live: str) -> None:
    """Indexes keep the names they were made with, which SQLite cannot change."""
    old, new = words_of(table), words_of(live)
    with base.cursor() as cursor:
        for event in _EVENTS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {_trigger(table, event)}")
        cursor.execute(f"DROP TABLE IF EXISTS {new}")
        cursor.execute(f"ALTER TABLE {old} RENAME TO {new}")
        for statement in _create_triggers(live):
            cursor.execute(statement)


def discard(base: Any, table: str) -> None:
    _run(base, *_drop_words(base, table))


# Questions: each returns ranks, the lowest first


def named(names: Sequence[str], limit: int) -> list[int]:
    """Return the entities that bear one of these names."""
    marks = ", ".join(["%s"] * len(names))
    return _ranks(
        f"SELECT rank FROM {LIVE} WHERE name_key IN ({marks}) ORDER BY +rank LIMIT {limit}", names
    )


def named_with_form(name: str, form: str, limit: int) -> list[int]:
    """Return the entities that bear this name and have a word that begins like `form`."""
    return _ranks(
        f"""SELECT rank FROM {LIVE} WHERE name_key = %s AND instr(' ' || words, %s) > 0
            ORDER BY rank LIMIT {limit}""",
        [name, f" {form}"],
    )


def beginning(key: str, limit: int) -> list[int]:
    """Return the entities whose names begin like this."""
    if len(key) in LEFT:
        return _ranks(
            f"""SELECT rank FROM {LIVE} WHERE substr(name_key, 1, {len(key)}) = %s
                ORDER BY rank LIMIT {limit}""",
            [key],
        )
    ends = [key, key + _LAST_CHARACTER]
    ranks = _ranks(
        f"SELECT rank FROM {LIVE} WHERE name_key >= %s AND name_key < %s LIMIT {FEW + 1}", ends
    )
    if len(ranks) <= FEW:
        return sorted(ranks)[:limit]
    # So many that they are soon met in the order of ranks, among all that have the first word.
    index = words_of(LIVE)
    return _ranks(
        f"""SELECT {index}.rowid FROM {index} JOIN {LIVE} ON {LIVE}.rank = {index}.rowid
            WHERE {index} MATCH %s AND name_key >= %s AND name_key < %s
            ORDER BY {index}.rowid LIMIT {limit}""",
        [_all_of(key.split()[:1]), *ends],
    )


def with_words(question: Question, limit: int) -> list[int]:
    """Return the entities that have words beginning like all of the question's."""
    return _matching(_all_of(question.words), limit)


def with_typo(question: Question, spellings: Sequence[set[str]], limit: int) -> list[int]:
    """Return the entities that would be found with one word spelled in one of these ways."""
    last = len(question.words) - 1
    ways = []
    for place, meant in enumerate(spellings):
        if meant:
            star = "*" if place == last else ""
            either = " OR ".join(f'"{word}"{star}' for word in sorted(meant))
            others = _all_of([*question.words[:place], *question.words[place + 1 :]])
            ways.append(f"(({either}) AND {others})" if others else f"({either})")
    return _matching(" OR ".join(ways), limit) if ways else []


def _all_of(words: Sequence[str]) -> str:
    return " AND ".join(f'"{word}"*' for word in words)


def _matching(match: str, limit: int) -> list[int]:
    index = words_of(LIVE)
    return _ranks(
        f"SELECT rowid FROM {index} WHERE {index} MATCH %s ORDER BY rowid LIMIT {limit}", [match]
    )


def _ranks(statement: str, parameters: Sequence[Any]) -> list[int]:
    return [rank for (rank,) in _rows(connection, statement, parameters)]


# Building


def _run(base: Any, *statements: str) -> None:
    with in_turn(), transaction.atomic(using=base.alias), base.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _rows(base: Any, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
    with base.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _missing_indexes(base: Any, table: str) -> Iterator[str]:
    """Yield the statements that make the missing ones.

    A number ends each name, because the names of the table now live cannot be taken again.
    """
    names = dict(_rows(base, "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'"))
    for kind, columns in _INDEXES.items():
        ours = re.compile(rf"registry_entity_by_{kind}_(\d+)")
        taken = {int(m[1]): owner for name, owner in names.items() if (m := ours.fullmatch(name))}
        if table not in taken.values():
            number = next(n for n in range(len(taken) + 1) if n not in taken)
            yield f"CREATE INDEX registry_entity_by_{kind}_{number} ON {table} {columns}"


def _trigger(table: str, event: str) -> str:
    return f"{words_of(table)}_{event}"


def _triggers(base: Any, table: str) -> list[str]:
    return [
        name
        for (name,) in _rows(
            base,
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
            [table],
        )
    ]


def _create_triggers(table: str) -> Iterator[str]:
    index = words_of(table)
    forget = f"""INSERT INTO {index}({index}, rowid, words)
        VALUES ('delete', old.rank, old.words)"""
    learn = f"INSERT INTO {index}(rowid, words) VALUES (new.rank, new.words)"
    does = {
        "insert": f"AFTER INSERT ON {table} BEGIN {learn}; END",
        "delete": f"AFTER DELETE ON {table} BEGIN {forget}; END",
        "update": f"""AFTER UPDATE OF rank, words ON {table}
            WHEN old.rank <> new.rank OR old.words <> new.words
            BEGIN {forget}; {learn}; END""",
    }
    for event in _EVENTS:
        yield f"CREATE TRIGGER {_trigger(table, event)} {does[event]}"


def _drop_words(base: Any, table: str) -> list[str]:
    return [
        *(f"DROP TRIGGER IF EXISTS {_trigger(table, event)}" for event in _EVENTS),
        f"DROP TABLE IF EXISTS {words_of(table)}",
    ]


def _index_words(base: Any, table: str) -> Iterator[str]:
    """Fill the word index in the order of ranks, a batch in a transaction; yield after each.

    The triggers come with the last batch, so that nobody's change is lost in between.
    """
    index = words_of(table)
    _run(
        base,
        # Folded words are ASCII, or letters of other alphabets, which this tokenizer leaves whole.
        f"""CREATE VIRTUAL TABLE {index} USING fts5(words, content='', tokenize='ascii',
            prefix='{_PREFIXES}', detail=none, columnsize=0)""",
        f"INSERT INTO {index}({index}, rank) VALUES ('hashsize', {64 << 20})",
        f"INSERT INTO {index}({index}, rank) VALUES ('automerge', 0)",
        f"INSERT INTO {index}({index}, rank) VALUES ('crisismerge', 100)",
    )
    after = -1
    while True:
        until = _rows(
            base,
            f"SELECT rank FROM {table} WHERE rank > %s ORDER BY rank LIMIT 1 OFFSET {BATCH - 1}",
            [after],
        )
        upper = f"AND rank <= {until[0][0]}" if until else ""
        fill = f"""INSERT INTO {index}(rowid, words)
            SELECT rank, words FROM {table} WHERE rank > {after} {upper} ORDER BY rank"""
        if not until:
            break
        _run(base, fill)
        after = until[0][0]
        yield "words"
    _run(base, fill, *_create_triggers(table))
    yield "words"
    # Each of these leaves fewer parts to look through, one short write at a time.
    pages = -_MERGE_PAGES
    while _merged(base, index, pages):
        pages = _MERGE_PAGES
        yield "merge"
    _run(
        base,
        f"INSERT INTO {index}({index}, rank) VALUES ('hashsize', {1 << 20})",
        f"INSERT INTO {index}({index}, rank) VALUES ('automerge', 4)",
        f"INSERT INTO {index}({index}, rank) VALUES ('crisismerge', 16)",
    )


def _merged(base: Any, index: str, pages: int) -> bool:
    base.ensure_connection()
    before = base.connection.total_changes
    _run(base, f"INSERT INTO {index}({index}, rank) VALUES ('merge', {pages})")
    # What FTS5's own manual counts to tell that there was nothing left to merge.
    return bool(base.connection.total_changes - before > 1)
