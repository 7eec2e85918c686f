"""Many new rows at once, by the quickest way that each engine has."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models


def insert(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows of values as the database takes them, within the caller's transaction.

    Several times as quick as `bulk_create`. No keys come back, no defaults are filled in, and
    nobody who listens to rows being saved is told.
    """
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            statement = f"INSERT INTO {into} VALUES ({places})"  # noqa: S608
            cursor.executemany(statement, list(rows))


def moment(when: datetime) -> Any:
    """Return a moment as `insert` takes it."""
    return connection.ops.adapt_datetimefield_value(when)
