"""What the staging tables of both engines share."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import OperationalError, connection, models, transaction

from moment.turns import in_turn
from registry import search
from registry.models import Entity

LIVE = Entity._meta.db_table
NEW = f"{LIVE}_new"
OLD = f"{LIVE}_old"  # the live one of before, on its way out
TOUCHED = f"{LIVE}_touched"  # numbers that somebody changed in the live table during the run
FIELDS = Entity._meta.concrete_fields
PK = "org_number"
COLUMNS = ", ".join(f'"{field.column}"' for field in FIELDS)
_REST = ", ".join(
    f'"{field.column}" = excluded."{field.column}"' for field in FIELDS if not field.primary_key
)
_MADE = [field for field in FIELDS if getattr(field, "make", None)]
_TOLD = [field for field in FIELDS if field not in _MADE and field.attname != "fetched_at"]
_DATES = [at for at, field in enumerate(FIELDS) if type(field) is models.DateField]
_FETCHED_AT = [field.attname for field in FIELDS].index("fetched_at")
_values = attrgetter(*(field.attname for field in FIELDS))
CHUNK = 20_000  # rows of the live table taken over in one transaction
PAIRS = 500  # rows compared at once
# Whoever waits for a lock makes all wait that come after: better to give up and try again.
PATIENCE = "SET LOCAL lock_timeout = '3s'"


class Staging(ABC):
    """The staging table of one engine."""

    def clear(self) -> None:
        """Remove what this or an earlier run has made and not swapped in."""
        search.discard(connection.alias, NEW)
        with short():
            self._untouch()
            execute(f"DROP TABLE IF EXISTS {TOUCHED}")
        self._drop(NEW)
        self._drop(OLD)

    def create(self) -> None:
        """Make it, empty, and begin to note what is changed in the live table."""
        with short():
            self._create()
            execute(f"CREATE TABLE {TOUCHED} ({PK} varchar(9) NOT NULL)")
            self._touch()

    def fill(self, entities: Iterable[Entity], fetched_at: datetime) -> None:
        """Add these, dated alike."""
        rows = prepared(entities, fetched_at)
        with short():
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
        query = f"SELECT {PK}, words FROM {NEW} WHERE {PK} > %s ORDER BY {PK} LIMIT {CHUNK}"
        while rows := fetched(query, [last]):
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
            edge = f"SELECT {PK} FROM {LIVE} WHERE {PK} > %s ORDER BY {PK} LIMIT {CHUNK}"
            here = f"SELECT {COLUMNS} FROM {LIVE} WHERE {PK} > %s AND {PK} <= %s"
            numbers = fetched(edge, [last])
            if not numbers:
                return
            first, last = last, numbers[-1][0]
            with short():
                execute(
                    f"INSERT INTO {NEW} ({COLUMNS}) {here} AND fetched_at > %s"
                    f" ON CONFLICT ({PK}) DO UPDATE SET {_REST}",
                    [first, last, at],
                )
                execute(
                    f"INSERT INTO {NEW} ({COLUMNS}) {here} AND (kind <> %s"
                    f" OR deleted_on IS NOT NULL OR {PK} IN (SELECT {PK} FROM registry_watch))"
                    f" ON CONFLICT ({PK}) DO NOTHING",
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
        with short():
            self._stop_writers()
            touched = f"(SELECT {PK} FROM {TOUCHED})"
            execute(f"DELETE FROM {NEW} WHERE {PK} IN {touched}")
            execute(
                f"INSERT INTO {NEW} ({COLUMNS})"
                f" SELECT {COLUMNS} FROM {LIVE} WHERE {PK} IN {touched}"
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
            f" LEFT JOIN {LIVE} ON {LIVE}.{PK} = registry_watch.{PK}"
            f" WHERE {NEW}.{PK} = registry_watch.{PK} AND registry_watch.{PK} > %s"
            f" AND ({old}) {self.differs} ({new})"
            f" ORDER BY registry_watch.{PK} LIMIT {PAIRS}"
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
        with short():
            execute(f"DROP TABLE IF EXISTS {table}")


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


def held_up(error: OperationalError) -> bool:
    """Tell whether others were in the way: a lock not had in time, or a deadlock."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state in ("55P03", "40P01") or "locked" in str(error)


@contextmanager
def short() -> Iterator[None]:
    """Run the block as one transaction, in turn with others that write."""
    with _checkpoint_after(), in_turn(), transaction.atomic(durable=True):
        yield


@contextmanager
def _checkpoint_after() -> Iterator[None]:
    """Have SQLite carry over its log when our turn is over: it waits for the disk to do so."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    execute("PRAGMA wal_autocheckpoint = 0")
    try:
        yield
        fetched("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        execute("PRAGMA wal_autocheckpoint = 1000")


def execute(statement: str, parameters: list[Any] | None = None) -> None:
    """Execute a statement without results. %s in it stands for parameters where there are any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def fetched(statement: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """Return all rows of a statement's result."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
