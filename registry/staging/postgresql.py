"""The staging table on PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connection, transaction

from registry import search
from registry.staging import base
from registry.staging.base import COLUMNS, LIVE, NEW, PK, TOUCHED, Staging, execute, fetched


class PostgreSQL(Staging):
    differs = "IS DISTINCT FROM"

    def _create(self) -> None:
        execute(f"CREATE TABLE {NEW} (LIKE {LIVE} INCLUDING ALL EXCLUDING INDEXES)")

    def _touch(self) -> None:
        execute(base.PATIENCE)
        execute(
            f"CREATE OR REPLACE FUNCTION {TOUCHED}() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN INSERT INTO {TOUCHED}"
            f" VALUES (CASE TG_OP WHEN 'DELETE' THEN OLD.{PK} ELSE NEW.{PK} END);"
            " RETURN NULL; END $$"
        )
        execute(
            f"CREATE TRIGGER {TOUCHED} AFTER INSERT OR UPDATE OR DELETE ON {LIVE}"
            f" FOR EACH ROW EXECUTE FUNCTION {TOUCHED}()"
        )

    def _untouch(self) -> None:
        # Even to find that there is none, DROP TRIGGER would have all readers let go of the table.
        if fetched("SELECT 1 FROM pg_trigger WHERE tgname = %s", [TOUCHED]):
            execute(base.PATIENCE)
            execute(f"DROP TRIGGER IF EXISTS {TOUCHED} ON {LIVE}")
        execute(f"DROP FUNCTION IF EXISTS {TOUCHED}()")

    def insert(self, rows: Sequence[Sequence[Any]]) -> None:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {NEW} ({COLUMNS}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def seal(self) -> int:
        key = f"ALTER TABLE {NEW} ADD CONSTRAINT {NEW}_pkey PRIMARY KEY ({PK})"
        try:
            with _roomy():
                execute(key)
        except IntegrityError:
            with _roomy():
                execute(
                    f"DELETE FROM {NEW} WHERE ctid IN (SELECT ctid FROM (SELECT ctid, row_number()"
                    f" OVER (PARTITION BY {PK} ORDER BY ctid DESC) AS nth FROM {NEW}) AS numbered"
                    " WHERE nth > 1)"
                )
                execute(key)
        return int(fetched(f"SELECT count(*) FROM {NEW}")[0][0])

    def index(self) -> Iterator[str]:
        yield from search.prepare(connection.alias, NEW)
        here = _indexes(NEW)
        for at, (name, shape) in enumerate(_indexes(LIVE).items()):
            if shape not in here.values():
                with _roomy():
                    execute(shape.format(f"{NEW}_{at}", NEW))
                yield name

    def _stop_writers(self) -> None:
        execute(base.PATIENCE)
        execute(f"LOCK TABLE {LIVE} IN EXCLUSIVE MODE")  # readers go on

    def _replace(self) -> None:
        execute(f"LOCK TABLE {LIVE} IN ACCESS EXCLUSIVE MODE")
        key = "SELECT conname FROM pg_constraint WHERE contype = 'p' AND conrelid = %s::regclass"
        [[old_key]], [[new_key]] = fetched(key, [LIVE]), fetched(key, [NEW])
        had = _indexes(LIVE)
        execute(f"DROP TABLE {LIVE}, {TOUCHED}")
        execute(f"DROP FUNCTION {TOUCHED}()")
        execute(f"ALTER TABLE {NEW} RENAME TO {LIVE}")
        execute(f'ALTER TABLE {LIVE} RENAME CONSTRAINT "{new_key}" TO "{old_key}"')
        search.adopt(connection.alias, NEW)
        has = _indexes(LIVE)
        for name, shape in had.items():
            if name not in has:
                other = next(own for own in has if has[own] == shape and own not in had)
                execute(f'ALTER INDEX "{other}" RENAME TO "{name}"')


@contextmanager
def _roomy() -> Iterator[None]:
    """Give the server more memory than it has for questions, to build indexes in."""
    with transaction.atomic(durable=True):
        execute("SET LOCAL maintenance_work_mem = '256MB'")
        yield


def _indexes(table: str) -> dict[str, str]:
    """Return PostgreSQL's indexes of a table: name, and statement with {} for name and table."""
    rows = fetched(
        "SELECT relname, pg_get_indexdef(indexrelid), indisunique FROM pg_index"
        " JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = %s::regclass",
        [table],
    )
    shapes = {}
    for name, statement, unique in rows:
        how = statement.partition(" USING ")[2].replace("{", "{{").replace("}", "}}")
        shapes[name] = f'CREATE {"UNIQUE " * unique}INDEX "{{}}" ON {{}} USING {how}'
    return shapes
