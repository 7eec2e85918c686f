"""The words of the register, found although one letter is wrong.

Two words that are one typo apart share a piece: the word, or what is left of it without one letter.
The table holds the pieces of each word's first seven letters, and those of its shorter beginnings,
so that a word is found while it is being typed. It only grows: words that no name has any more lead
to nothing and harm nobody.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from registry.matching import SHORTEST_TYPO, Question, misspelled

TABLE = "registry_typo"
BATCH = 20_000  # words taken together
ROWS = 20_000  # pieces stored in one transaction

_LONGEST_BEGINNING = 7  # letters
_LONGEST_WORD = 40  # letters that are kept of a word

_TABLES = {
    "sqlite": f"""CREATE TABLE IF NOT EXISTS {TABLE} (
        piece text NOT NULL, word text NOT NULL, PRIMARY KEY (piece, word)) WITHOUT ROWID""",
    "postgresql": f"""CREATE TABLE IF NOT EXISTS {TABLE} (
        piece text COLLATE "C" NOT NULL, word text COLLATE "C" NOT NULL,
        PRIMARY KEY (piece, word))""",
}


def install(using: str) -> bool:
    """Make the table; return whether it was missing."""
    base = connections[using]
    with base.cursor() as cursor:
        missing = TABLE not in base.introspection.table_names(cursor)
        if missing:
            cursor.execute(_TABLES[base.vendor])
    return missing


def learn(words: Iterable[str], using: str = DEFAULT_DB_ALIAS) -> None:
    """Add folded words to the dictionary, in short transactions; shorter than four letters none.

    Known ones cost next to nothing, and two who learn the same at once do not wait for each other
    in circles: rows are stored in the order of their keys. The turn to write is not waited for,
    because who keeps copies has it still when this is called.
    """
    base = connections[using]
    remaining = iter(dict.fromkeys(w[:_LONGEST_WORD] for w in words if len(w) >= SHORTEST_TYPO))
    while batch := list(islice(remaining, BATCH)):
        new = set(batch) - _known(base, batch)
        rows = {row for word in new for row in _rows(word)}
        whole = {(piece, word) for piece, word in rows if piece == word[:_LONGEST_BEGINNING]}
        # By the last of its rows a word is known, so that a run that is killed leaves none half.
        # Sorted, neighbours in the table are stored together, which is several times as fast.
        for part in (rows - whole, whole):
            remains = iter(sorted(part))
            while some := list(islice(remains, ROWS)):
                with transaction.atomic(using=using), base.cursor() as cursor:
                    _insert(base, cursor, some)


def spellings(question: Question) -> list[set[str]]:
    """Return, for each word of a question, what it may stand for if it has one typo.

    Whole words; for the last word, which is still being typed, beginnings of words. One query.
    """
    suspects = [word for word in question.words if len(word) >= SHORTEST_TYPO]
    near = _with_pieces({p for word in suspects for p in pieces(word[:_LONGEST_BEGINNING])})
    last = len(question.words) - 1
    found: list[set[str]] = []
    for place, word in enumerate(question.words):
        if len(word) < SHORTEST_TYPO:
            found.append(set())
            continue
        # What begins like the word itself has been found without this.
        others = (other for other in near if not other.startswith(word))
        meant = {misspelled(word, other, unfinished=place == last) for other in others}
        meant.discard("")
        found.append(_shortest(meant) if place == last else meant)
    return found


def _shortest(words: set[str]) -> set[str]:
    """Return them without those that begin with another one."""
    return {word for word in words if not any(word[:n] in words for n in range(1, len(word)))}


def pieces(word: str) -> set[str]:
    """Return a word, and what is left of it without one of its letters."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _rows(word: str) -> Iterator[tuple[str, str]]:
    beginnings = {word[:length] for length in range(SHORTEST_TYPO, _LONGEST_BEGINNING)}
    for entry in {word, *beginnings}:
        for piece in pieces(entry[:_LONGEST_BEGINNING]):
            yield piece, entry


def _known(base: Any, words: list[str]) -> set[str]:
    """Return those of the words that are in the dictionary."""
    keys = [(word[:_LONGEST_BEGINNING], word) for word in words]
    with base.cursor() as cursor:
        if base.vendor == "postgresql":
            cursor.execute(
                f"""SELECT word FROM {TABLE} JOIN unnest(%s::text[], %s::text[]) AS asked (p, w)
                    ON piece = p AND word = w""",
                [list(column) for column in zip(*keys, strict=True)],
            )
            return {word for (word,) in cursor.fetchall()}
        known: set[str] = set()
        for key in keys:
            cursor.execute(f"SELECT word FROM {TABLE} WHERE piece = %s AND word = %s", key)
            known.update(word for (word,) in cursor.fetchall())
        return known


def _insert(base: Any, cursor: Any, rows: list[tuple[str, str]]) -> None:
    if base.vendor == "postgresql":
        cursor.execute(
            f"""INSERT INTO {TABLE} (piece, word) SELECT * FROM unnest(%s::text[], %s::text[])
                ON CONFLICT DO NOTHING""",
            [list(column) for column in zip(*rows, strict=True)],
        )
    else:
        cursor.executemany(f"INSERT OR IGNORE INTO {TABLE} (piece, word) VALUES (%s, %s)", rows)


def _with_pieces(wanted: set[str]) -> set[str]:
    if not wanted:
        return set()
    marks = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT word FROM {TABLE} WHERE piece IN ({marks})", list(wanted))
        return {word for (word,) in cursor.fetchall()}
