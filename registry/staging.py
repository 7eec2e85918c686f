"""A table beside the live one, which takes its place whole: readers see the old or the new.

Everything but `swap` is done in short transactions of its own, so that others go on writing. What
they change in the live table meanwhile is noted by triggers, and the swap takes it along. A run
that is killed leaves things behind that do no harm; the next one's `clear` removes them.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, OperationalError, connection, models, transaction

from moment.turns import in_turn
from registry import search
from registry.models import Entity

LIVE = Entity._meta.db_table
NEW = f"{LIVE}_new"
OLD = f"{LIVE}_old"  # the live one of before, on its way out
TOUCHED = f"{LIVE}_touched"  # numbers that somebody changed in the live table during the run
_FIELDS = Entity._meta.concrete_fields
_PK = "org_number"
_COLUMNS = ", ".join(f'"{field.column}"' for field in _FIELDS)
_REST = ", ".join(
    f'"{field.column}" = excluded."{field.column}"' for field in _FIELDS if not field.primary_key
)
_MADE = [field for field in _FIELDS if getattr(field, "make", None)]
_TOLD = [field for field in _FIELDS if field not in _MADE and field.attname != "fetched_at"]
_DATES = [at for at, field in enumerate(_FIELDS) if type(field) is models.DateField]
_FETCHED_AT = [field.attname for field in _FIELDS].index("fetched_at")
_values = attrgetter(*(field.attname for field in _FIELDS))
CHUNK = 20_000  # rows of the live table taken over in one transaction
PAIRS = 500  # rows compared at once
# Whoever waits for a lock makes all wait that come after: better to give up and try again.
PATIENCE = "SET LOCAL lock_timeout = '3s'"


class Staging(ABC):
    """The staging table of one engine. `opened()` returns the right one."""

    def clear(self) -> None:
        """Remove what this or an earlier run has made and not swapped in."""
        search.discard(connection.alias, NEW)
        with _short():
            self._untouch()
            _execute(f"DROP TABLE IF EXISTS {TOUCHED}")
        self._drop(NEW)
        self._drop(OLD)

    def create(self) -> None:
        """Make it, empty, and begin to note what is changed in the live table."""
        with _short():
            self._create()
            _execute(f"CREATE TABLE {TOUCHED} ({_PK} varchar(9) NOT NULL)")
            self._touch()

    def fill(self, entities: Iterable[Entity], fetched_at: datetime) -> None:
        """Add these, dated alike."""
        rows = prepared(entities, fetched_at)
        with _short():
            self.insert(rows)

    @abstractmethod
    def insert(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows as `prepared` returns them, within the caller's transaction."""

    @abstractmethod
    def seal(self) -> int:
        """See that each number stands there once, the last of several; return how many rows."""

    def words(self) -> Iterator[str]:
        """Yield the words that the rows are found by, row by row: one blank between them."""
        last = ""
        query = f"SELECT {_PK}, words FROM {NEW} WHERE {_PK} > %s ORDER BY {_PK} LIMIT {CHUNK}"
        while rows := _rows(query, [last]):
            last = rows[-1][0]
            yield from (words for _number, words in rows)

    def take_over(self, kind: str, file_date: datetime) -> Iterator[int]:
        """Take along the live rows that the file of this kind must not change; yield how far.

        Those of the other kind; those that are newer than the file and so know more; and of those
        that the file lacks, the deleted, which it never has, and the watched, which are asked for.
        The rest has left the register.
        """
        at = connection.ops.adapt_datetimefield_value(file_date)
        done, last = 0, ""
        while True:
            edge = f"SELECT {_PK} FROM {LIVE} WHERE {_PK} > %s ORDER BY {_PK} LIMIT {CHUNK}"
            here = f"SELECT {_COLUMNS} FROM {LIVE} WHERE {_PK} > %s AND {_PK} <= %s"
            numbers = _rows(edge, [last])
            if not numbers:
                return
            first, last = last, numbers[-1][0]
            with _short():
                _execute(
                    f"INSERT INTO {NEW} ({_COLUMNS}) {here} AND fetched_at > %s"
                    f" ON CONFLICT ({_PK}) DO UPDATE SET {_REST}",
                    [first, last, at],
                )
                _execute(
                    f"INSERT INTO {NEW} ({_COLUMNS}) {here} AND (kind <> %s"
                    f" OR deleted_on IS NOT NULL OR {_PK} IN (SELECT {_PK} FROM registry_watch))"
                    f" ON CONFLICT ({_PK}) DO NOTHING",
                    [first, last, str(kind)],
                )
            done += len(numbers)
            yield done

    @abstractmethod
    def index(self) -> Iterator[str]:
        """Build what the live table has beside it; yield a word after each step."""

    def swap(self, before: Callable[[], None]) -> None:
        """Put it in the live table's place, in one transaction.

        `before` is called in it, with both tables complete and nobody else writing. Raises
        OperationalError where somebody would not let go of the live table: nothing has changed.
        """
        with _short():
            self._stop_writers()
            touched = f"(SELECT {_PK} FROM {TOUCHED})"
            _execute(f"DELETE FROM {NEW} WHERE {_PK} IN {touched}")
            _execute(
                f"INSERT INTO {NEW} ({_COLUMNS})"
                f" SELECT {_COLUMNS} FROM {LIVE} WHERE {_PK} IN {touched}"
            )
            before()
            self._replace()

    def differing(self) -> Iterator[list[tuple[Entity | None, Entity]]]:
        """Yield the watched entities in which the tables differ, as (live, new), some at a time.

        Without the first where the live table lacks it.
        """
        old, new = (
            ", ".join(f'{table}."{field.column}"' for field in _TOLD) for table in (LIVE, NEW)
        )
        query = (
            f"SELECT {NEW}.* FROM registry_watch"
            # SQLite takes the tables of a CROSS JOIN in the order they are written: few rows first.
            f" CROSS JOIN {NEW}"
            f" LEFT JOIN {LIVE} ON {LIVE}.{_PK} = registry_watch.{_PK}"
            f" WHERE {NEW}.{_PK} = registry_watch.{_PK} AND registry_watch.{_PK} > %s AND ({old}) {self.differs} ({new})"
            f" ORDER BY registry_watch.{_PK} LIMIT {PAIRS}"
        )
        last = ""
        while now := list(Entity.objects.raw(query, [last])):
            last = now[-1].pk
            before = Entity.objects.in_bulk([entity.pk for entity in now])
            yield [(before.get(entity.pk), entity) for entity in now]

    differs: str  # the operator that takes two empty values for the same

    @abstractmethod
    def _create(self) -> None: ...
    @abstractmethod
    def _touch(self) -> None: ...
    @abstractmethod
    def _untouch(self) -> None: ...
    @abstractmethod
    def _stop_writers(self) -> None: ...
    @abstractmethod
    def _replace(self) -> None: ...

    def _drop(self, table: str) -> None:
        with _short():
            _execute(f"DROP TABLE IF EXISTS {table}")


class _SQLite(Staging):
    """Filled in short transactions: one long one would keep everybody else from writing."""

    differs = "IS NOT"

    def _create(self) -> None:
        name = f'CREATE TABLE "{NEW}"'
        [[live]] = _rows("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [LIVE])
        _execute(re.sub(rf'^CREATE TABLE "?{LIVE}"?', name, live, count=1))

    def _touch(self) -> None:
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            _execute(
                f"CREATE TRIGGER {TOUCHED}_{event.lower()} AFTER {event} ON {LIVE}"
                f" BEGIN INSERT INTO {TOUCHED} VALUES ({row}.{_PK}); END"
            )

    def _untouch(self) -> None:
        for event in ("insert", "update", "delete"):
            _execute(f"DROP TRIGGER IF EXISTS {TOUCHED}_{event}")

    def insert(self, rows: Sequence[Sequence[Any]]) -> None:
        marks = ", ".join(["%s"] * len(_FIELDS))
        with connection.cursor() as cursor:
            # The primary key is a part of the table from the start.
            cursor.executemany(f"INSERT OR REPLACE INTO {NEW} ({_COLUMNS}) VALUES ({marks})", rows)

    def seal(self) -> int:
        return int(_rows(f"SELECT count(*) FROM {NEW}")[0][0])

    def index(self) -> Iterator[str]:
        yield from search.prepare(connection.alias, NEW)

    def _stop_writers(self) -> None:
        """Do nothing: a transaction keeps all others from writing."""

    def _replace(self) -> None:
        of_live = "SELECT name, sql FROM sqlite_master WHERE type = %s AND tbl_name = %s"
        for name, _sql in _rows(of_live, ["trigger", LIVE]):
            _execute(f'DROP TRIGGER "{name}"')
        had = _rows(of_live, ["index", LIVE])
        _execute(f"DROP TABLE {TOUCHED}")
        # To drop a large table takes seconds, in which nobody else could write.
        _execute(f"ALTER TABLE {LIVE} RENAME TO {OLD}")
        _execute(f"ALTER TABLE {NEW} RENAME TO {LIVE}")
        search.adopt(connection.alias, NEW)
        has = {_shape(sql) for _name, sql in _rows(of_live, ["index", LIVE]) if sql}
        for name, sql in had:
            if sql and _shape(sql) not in has:
                _execute(f'DROP INDEX "{name}"')
                _execute(sql)

    def _drop(self, table: str) -> None:
        """Drop a table bit by bit."""
        of_table = "SELECT name FROM sqlite_master WHERE type = %s AND tbl_name = %s"
        if not _rows(of_table, ["table", table]):
            return
        for [name] in _rows(f"{of_table} AND sql IS NOT NULL", ["index", table]):
            with _short():
                _execute(f'DROP INDEX "{name}"')
        some = f"SELECT rowid FROM {table} ORDER BY rowid LIMIT {CHUNK}"
        while _rows(f"SELECT 1 FROM {table} LIMIT 1"):
            with _short():
                _execute(f"DELETE FROM {table} WHERE rowid IN ({some})")
        with _short():
            _execute(f"DROP TABLE {table}")


def _shape(statement: str) -> tuple[bool, str]:
    """Return what matters of the statement that makes an index of SQLite: not its name."""
    head, _bracket, columns = statement.partition("(")
    return "UNIQUE" in head.upper(), columns


class _PostgreSQL(Staging):
    differs = "IS DISTINCT FROM"

    def _create(self) -> None:
        _execute(f"CREATE TABLE {NEW} (LIKE {LIVE} INCLUDING ALL EXCLUDING INDEXES)")

    def _touch(self) -> None:
        _execute(PATIENCE)
        _execute(
            f"CREATE OR REPLACE FUNCTION {TOUCHED}() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN INSERT INTO {TOUCHED}"
            f" VALUES (CASE TG_OP WHEN 'DELETE' THEN OLD.{_PK} ELSE NEW.{_PK} END);"
            " RETURN NULL; END $$"
        )
        _execute(
            f"CREATE TRIGGER {TOUCHED} AFTER INSERT OR UPDATE OR DELETE ON {LIVE}"
            f" FOR EACH ROW EXECUTE FUNCTION {TOUCHED}()"
        )

    def _untouch(self) -> None:
        # Even to find that there is none, DROP TRIGGER would have all readers let go of the table.
        if _rows("SELECT 1 FROM pg_trigger WHERE tgname = %s", [TOUCHED]):
            _execute(PATIENCE)
            _execute(f"DROP TRIGGER IF EXISTS {TOUCHED} ON {LIVE}")
        _execute(f"DROP FUNCTION IF EXISTS {TOUCHED}()")

    def insert(self, rows: Sequence[Sequence[Any]]) -> None:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {NEW} ({_COLUMNS}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def seal(self) -> int:
        key = f"ALTER TABLE {NEW} ADD CONSTRAINT {NEW}_pkey PRIMARY KEY ({_PK})"
        try:
            with _roomy():
                _execute(key)
        except IntegrityError:
            with _roomy():
                _execute(
                    f"DELETE FROM {NEW} WHERE ctid IN (SELECT ctid FROM (SELECT ctid, row_number()"
                    f" OVER (PARTITION BY {_PK} ORDER BY ctid DESC) AS nth FROM {NEW}) AS numbered"
                    " WHERE nth > 1)"
                )
                _execute(key)
        return int(_rows(f"SELECT count(*) FROM {NEW}")[0][0])

    def index(self) -> Iterator[str]:
        yield from search.prepare(connection.alias, NEW)
        here = _indexes(NEW)
        for at, (name, shape) in enumerate(_indexes(LIVE).items()):
            if shape not in here.values():
                with _roomy():
                    _execute(shape.format(f"{NEW}_{at}", NEW))
                yield name
        _execute(f"ANALYZE {NEW}")

    def _stop_writers(self) -> None:
        _execute(PATIENCE)
        _execute(f"LOCK TABLE {LIVE} IN EXCLUSIVE MODE")  # readers go on

    def _replace(self) -> None:
        _execute(f"LOCK TABLE {LIVE} IN ACCESS EXCLUSIVE MODE")
        key = "SELECT conname FROM pg_constraint WHERE contype = 'p' AND conrelid = %s::regclass"
        [[old_key]], [[new_key]] = _rows(key, [LIVE]), _rows(key, [NEW])
        had = _indexes(LIVE)
        _execute(f"DROP TABLE {LIVE}, {TOUCHED}")
        _execute(f"DROP FUNCTION {TOUCHED}()")
        _execute(f"ALTER TABLE {NEW} RENAME TO {LIVE}")
        _execute(f'ALTER TABLE {LIVE} RENAME CONSTRAINT "{new_key}" TO "{old_key}"')
        search.adopt(connection.alias, NEW)
        has = _indexes(LIVE)
        for name, shape in had.items():
            if name not in has:
                other = next(own for own in has if has[own] == shape and own not in had)
                _execute(f'ALTER INDEX "{other}" RENAME TO "{name}"')


def opened() -> Staging:
    """Return the staging table of the database's engine."""
    return _SQLite() if connection.vendor == "sqlite" else _PostgreSQL()


def prepared(entities: Iterable[Entity], fetched_at: datetime) -> list[list[Any]]:
    """Return the values of these entities' columns, as the engine stores them.

    With the columns that are made from others; all dated alike.
    """
    ops = connection.ops
    at: Any = ops.adapt_datetimefield_value(fetched_at)
    rows = []
    for entity in entities:
        for field in _MADE:
            field.pre_save(entity, add=True)
        row = list(_values(entity))
        for date in _DATES:
            if row[date] is not None:
                row[date] = ops.adapt_datefield_value(row[date])
        row[_FETCHED_AT] = at
        rows.append(row)
    return rows


@contextmanager
def frugal() -> Iterator[None]:
    """Keep SQLite within little memory: its settings are made for questions."""
    if connection.vendor != "sqlite":
        yield
        return
    sparing = {"mmap_size": 0, "temp_store": 1, "cache_size": -32_768}
    usual = {name: _rows(f"PRAGMA {name}")[0][0] for name in sparing}
    for name, value in sparing.items():
        _execute(f"PRAGMA {name} = {value}")
    try:
        yield
    finally:
        for name, value in usual.items():
            _execute(f"PRAGMA {name} = {value}")


def held_up(error: OperationalError) -> bool:
    """Tell whether others were in the way: a lock not had in time, or a deadlock."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state in ("55P03", "40P01") or "locked" in str(error)


@contextmanager
def _short() -> Iterator[None]:
    with _checkpoint_after(), in_turn(), transaction.atomic(durable=True):
        yield


@contextmanager
def _checkpoint_after() -> Iterator[None]:
    """Have SQLite carry over its log when our turn is over: it waits for the disk to do so."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    _execute("PRAGMA wal_autocheckpoint = 0")
    try:
        yield
        _rows("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        _execute("PRAGMA wal_autocheckpoint = 1000")


@contextmanager
def _roomy() -> Iterator[None]:
    """Give the server more memory than it has for questions, to build indexes in."""
    with transaction.atomic(durable=True):
        _execute("SET LOCAL maintenance_work_mem = '256MB'")
        yield


def _indexes(table: str) -> dict[str, str]:
    """Return PostgreSQL's indexes of a table: name, and statement with {} for name and table."""
    rows = _rows(
        "SELECT relname, pg_get_indexdef(indexrelid), indisunique FROM pg_index"
        " JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = %s::regclass",
        [table],
    )
    shapes = {}
    for name, statement, unique in rows:
        how = statement.partition(" USING ")[2].replace("{", "{{").replace("}", "}}")
        shapes[name] = f'CREATE {"UNIQUE " * unique}INDEX "{{}}" ON {{}} USING {how}'
    return shapes


def _execute(statement: str, parameters: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _rows(statement: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
