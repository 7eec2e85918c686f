"""The staging table on SQLite, where everybody waits for whoever writes."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from registry import search
from registry.staging import base
from registry.staging.base import (
    COLUMNS,
    LIVE,
    NEW,
    OLD,
    PK,
    TOUCHED,
    Staging,
    execute,
    fetched,
    short,
)


class SQLite(Staging):
    """Filled in short transactions: one long one would keep everybody else from writing."""

    differs = "IS NOT"

    def _create(self) -> None:
        name = f'CREATE TABLE "{NEW}"'
        [[live]] = fetched(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [LIVE]
        )
        execute(re.sub(rf'^CREATE TABLE "?{LIVE}"?', name, live, count=1))

    def _touch(self) -> None:
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            execute(
                f"CREATE TRIGGER {TOUCHED}_{event.lower()} AFTER {event} ON {LIVE}"
                f" BEGIN INSERT INTO {TOUCHED} VALUES ({row}.{PK}); END"
            )

    def _untouch(self) -> None:
        for event in ("insert", "update", "delete"):
            execute(f"DROP TRIGGER IF EXISTS {TOUCHED}_{event}")

    def insert(self, rows: Sequence[Sequence[Any]]) -> None:
        marks = ", ".join(["%s"] * len(base.FIELDS))
        with connection.cursor() as cursor:
            # The primary key is a part of the table from the start.
            cursor.executemany(f"INSERT OR REPLACE INTO {NEW} ({COLUMNS}) VALUES ({marks})", rows)

    def seal(self) -> int:
        return int(fetched(f"SELECT count(*) FROM {NEW}")[0][0])

    def index(self) -> Iterator[str]:
        yield from search.prepare(connection.alias, NEW)

    def _stop_writers(self) -> None:
        """Do nothing: a transaction keeps all others from writing."""

    def _replace(self) -> None:
        of_live = "SELECT name, sql FROM sqlite_master WHERE type = %s AND tbl_name = %s"
        for name, _sql in fetched(of_live, ["trigger", LIVE]):
            execute(f'DROP TRIGGER "{name}"')
        had = fetched(of_live, ["index", LIVE])
        execute(f"DROP TABLE {TOUCHED}")
        # To drop a large table takes seconds, in which nobody else could write.
        execute(f"ALTER TABLE {LIVE} RENAME TO {OLD}")
        execute(f"ALTER TABLE {NEW} RENAME TO {LIVE}")
        search.adopt(connection.alias, NEW)
        has = {_shape(sql) for _name, sql in fetched(of_live, ["index", LIVE]) if sql}
        for name, sql in had:
            if sql and _shape(sql) not in has:
                execute(f'DROP INDEX "{name}"')
                execute(sql)

    def _drop(self, table: str) -> None:
        """Drop a table bit by bit."""
        of_table = "SELECT name FROM sqlite_master WHERE type = %s AND tbl_name = %s"
        if not fetched(of_table, ["table", table]):
            return
        for [name] in fetched(f"{of_table} AND sql IS NOT NULL", ["index", table]):
            with short():
                execute(f'DROP INDEX "{name}"')
        some = f"SELECT rowid FROM {table} ORDER BY rowid LIMIT {base.CHUNK}"
        while fetched(f"SELECT 1 FROM {table} LIMIT 1"):
            with short():
                execute(f"DELETE FROM {table} WHERE rowid IN ({some})")
        with short():
            execute(f"DROP TABLE {table}")


def _shape(statement: str) -> tuple[bool, str]:
    """Return what matters of the statement that makes an index of SQLite: not its name."""
    head, _bracket, columns = statement.partition("(")
    return "UNIQUE" in head.upper(), columns


@contextmanager
def frugal_sqlite() -> Iterator[None]:
    """Keep within little memory: the usual settings are made for questions."""
    sparing = {"mmap_size": 0, "temp_store": 1, "cache_size": -32_768}
    usual = {name: fetched(f"PRAGMA {name}")[0][0] for name in sparing}
    for name, value in sparing.items():
        execute(f"PRAGMA {name} = {value}")
    try:
        yield
    finally:
        for name, value in usual.items():
            execute(f"PRAGMA {name} = {value}")
