"""Finding customers and persons by any part of what is known, through an index on both engines.

`search_text` holds the folded words, each with a blank before it. A word of three letters or more
is found anywhere in it, one of two letters only where a word begins: both are runs of three
characters, which a trigram index answers (FTS5 on SQLite, pg_trgm on PostgreSQL).
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, connections
from django.db.models import Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from moment.fields import starting_with
from moment.names import folded
from registry.org_number import compact

MAX_WORDS = 8
_EVENTS = ("insert", "delete", "update")


@dataclass(frozen=True)
class Index:
    """The search index of one table that has an `id`, a `search_text` and a `name_key`."""

    table: str
    has_numbers: bool = False  # a `number` too, of which a single digit may be the whole

    @property
    def name(self) -> str:
        return f"{self.table}_search"

    def install(self, using: str) -> None:
        """Make the index where it is missing, filled with what is there. Safe to repeat."""
        base = connections[using]
        with base.cursor() as cursor:
            if self.table not in base.introspection.table_names(cursor):
                return
            if base.vendor == "postgresql":
                statements = self._postgresql()
            else:
                cursor.execute(
                    "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
                    [self.table],
                )
                statements = [] if cursor.fetchone()[0] == len(_EVENTS) else self._sqlite()
            for statement in statements:
                cursor.execute(statement)

    def walked(self, question: str) -> Q:
        """Return the condition that every word of the question occurs, tested row by row.

        The cheaper way where many rows fit, since the first fifty are soon met. Said so that no
        planner takes it to the index.
        """
        if letter := self._single_letter(question):
            return letter
        runs = _runs(words_of(question))
        return Q(*(Q(GreaterThan(StrIndex("search_text", Value(run)), 0)) for run in runs))

    def indexed(self, question: str, *, at_most: int | None = None) -> Q:
        """Return the same condition by way of the index, at a cost that follows the hits.

        `at_most` lets the index stop early, for a question that nothing else narrows.
        """
        if letter := self._single_letter(question):
            return letter
        runs = _runs(words_of(question))
        long = [run for run in runs if len(run) > 2]
        if connection.vendor == "postgresql" or not long:
            return Q(*(Q(search_text__contains=run) for run in runs))
        match = " AND ".join(f'"{run}"' for run in long)
        limit = f"LIMIT {at_most}" if at_most and long == runs else ""
        found = RawSQL(f"SELECT rowid FROM {self.name} WHERE {self.name} MATCH %s {limit}", [match])
        return Q(*(Q(search_text__contains=run) for run in runs if len(run) < 3), pk__in=found)

    def _single_letter(self, question: str) -> Q | None:
        """Return the condition for less than a trigram: names that begin so, or the number."""
        words = words_of(question)
        if len(words) != 1 or len(words[0]) != 1:
            return None
        beginning = starting_with("name_key", words[0])
        numbered = self.has_numbers and words[0].isdigit()
        return beginning | Q(number=words[0]) if numbered else beginning

    def _postgresql(self) -> list[str]:
        return [
            "CREATE EXTENSION IF NOT EXISTS pg_trgm",
            f"CREATE INDEX IF NOT EXISTS {self.name} ON {self.table} "
            "USING gin (search_text gin_trgm_ops)",
        ]

    def _sqlite(self) -> list[str]:
        name, table = self.name, self.table
        forget = f"""INSERT INTO {name}({name}, rowid, search_text)
            VALUES ('delete', old.id, old.search_text)"""
        learn = f"INSERT INTO {name}(rowid, search_text) VALUES (new.id, new.search_text)"
        return [
            *(f"DROP TRIGGER IF EXISTS {name}_{event}" for event in _EVENTS),
            f"DROP TABLE IF EXISTS {name}",
            f"""CREATE VIRTUAL TABLE {name} USING fts5(
                search_text, content='{table}', content_rowid='id', tokenize='trigram')""",
            f"CREATE TRIGGER {name}_insert AFTER INSERT ON {table} BEGIN {learn}; END",
            f"CREATE TRIGGER {name}_delete AFTER DELETE ON {table} BEGIN {forget}; END",
            f"""CREATE TRIGGER {name}_update AFTER UPDATE OF search_text ON {table}
                WHEN old.search_text <> new.search_text BEGIN {forget}; {learn}; END""",
            f"INSERT INTO {name}({name}) VALUES ('rebuild')",
        ]


CUSTOMERS = Index("customers_customer", has_numbers=True)
PERSONS = Index("customers_person")
# Most who search look for customers.
INDEX, indexed, walked = CUSTOMERS.name, CUSTOMERS.indexed, CUSTOMERS.walked


def install(using: str, **_: Any) -> None:
    """Make the search indexes that are missing. Safe to repeat."""
    for index in (CUSTOMERS, PERSONS):
        index.install(using)


def searchable(*texts: str, longest: int = 10_000) -> str:
    """Return the words of these texts as `search_text` keeps them: folded, a blank before each.

    Stops where there are more characters than are kept.
    """
    words: dict[str, None] = {}
    length = 0
    for text in texts:
        for word in folded(text).split():
            if word not in words:
                words[word] = None
                length += len(word) + 1
        if length > longest:
            break
    return "".join(f" {word}" for word in words)


def words_of(question: str) -> list[str]:
    """Return what to look for: the folded words of a question, a spaced reg. no. as one word."""
    number = compact(question)
    if len(number) == 9 and number.isdigit():
        return [number]
    return folded(question).split()[:MAX_WORDS]


def _runs(words: list[str]) -> list[str]:
    return [word if len(word) > 2 else f" {word}" for word in words]
