"""Finding entities while someone types, through indexes on both engines.

Each step answers with the ten lowest ranks straight from an index: the name itself, names that
begin so, words that do, and only when that is next to nothing, words with a typo. The next step is
taken as long as there are fewer than ten. What fits how well is said by `registry.matching`.
"""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from django.db import connection, connections

from registry import search_postgresql, search_sqlite, typos
from registry.matching import Match, Question

TABLE = "registry_entity"
FEW = 3  # hits; with fewer, a typo is looked for

_ENGINES: dict[str, ModuleType] = {"sqlite": search_sqlite, "postgresql": search_postgresql}


def install(using: str, **_: Any) -> None:
    """Make what search needs on the live table where it is missing. Safe to repeat."""
    base = connections[using]
    with base.cursor() as cursor:
        # Half way through the migrations there may be nothing to index yet.
        columns = (
            {column.name for column in base.introspection.get_table_description(cursor, TABLE)}
            if TABLE in base.introspection.table_names(cursor)
            else set()
        )
    if not {"rank", "words"} <= columns:
        return
    _ENGINES[base.vendor].install(base, TABLE)
    if typos.install(using):
        with base.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT words FROM {TABLE}")
            typos.learn({word for (words,) in cursor.fetchall() for word in words.split()}, using)


def prepare(using: str, table: str) -> Iterator[str]:
    """Build on a filled staging table everything that search needs; yield a word after each step.

    Each step is a short transaction. Rows that change afterwards are kept track of.
    """
    base = connections[using]
    yield from _ENGINES[base.vendor].prepare(base, table)


def adopt(using: str, table: str) -> None:
    """Give what `prepare` built for `table` its final names.

    Inside the transaction that has just dropped the old table and renamed the staging table.
    """
    base = connections[using]
    _ENGINES[base.vendor].adopt(base, table, TABLE)


def discard(using: str, table: str) -> None:
    """Drop what `prepare` left beside a staging table; before the table itself is dropped."""
    base = connections[using]
    _ENGINES[base.vendor].discard(base, table)


def best(text: str, limit: int = 10) -> dict[int, Match]:
    """Return the ranks of the entities that answer best, best first, and how they answer."""
    question = Question.typed(text)
    if not question.words:
        return {}
    engine = _ENGINES[connection.vendor]
    found: dict[int, Match] = {}
    for match, ranks in _steps(engine, question, limit):
        for rank in ranks:
            found.setdefault(rank, match)
        if len(found) >= limit:
            break
    if len(found) < FEW:
        for match, ranks in _typo_steps(engine, question, limit + len(found)):
            for rank in ranks:
                found.setdefault(rank, match)
            if len(found) >= limit:
                break
    return dict(list(found.items())[:limit])


def _steps(engine: Any, question: Question, limit: int) -> Iterator[tuple[Match, list[int]]]:
    exact = engine.named([question.key], limit)
    if question.before_form:
        form = question.words[-1]
        exact += engine.named_with_form(question.before_form, form, limit)
    yield Match.NAME, sorted(exact)
    if len(question.key) > 1:
        yield Match.BEGINNING, engine.beginning(question.key, limit)
    yield Match.WORDS, engine.with_words(question, limit)


def _typo_steps(engine: Any, question: Question, limit: int) -> Iterator[tuple[Match, list[int]]]:
    spellings = typos.spellings(question)
    names = {
        question.spelled(place, word) for place, meant in enumerate(spellings) for word in meant
    }
    if names:
        yield Match.TYPO_IN_NAME, engine.named(sorted(names), limit)
        yield Match.TYPO_IN_WORDS, engine.with_typo(question, spellings, limit)
