"""What stands in the database beside its rows: tables, indexes, constraints, triggers."""

import re

from django.db import connection

_POSTGRESQL = """
    SELECT relkind::text, relname, coalesce(pg_get_indexdef(indexrelid), '')
    FROM pg_class LEFT JOIN pg_index ON indexrelid = oid
    WHERE relnamespace = current_schema::regnamespace
    UNION ALL SELECT 'constraint', conname, conrelid::regclass || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = current_schema::regnamespace
    UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid)
    FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function', proname, '' FROM pg_proc
    WHERE pronamespace = current_schema::regnamespace
    UNION ALL SELECT 'column', attrelid::regclass || attname, concat(atttypid::regtype, atttypmod,
        attnotnull, attcollation::regcollation, pg_get_expr(adbin, adrelid))
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relkind = 'r' AND relnamespace = current_schema::regnamespace AND attnum > 0
        AND NOT attisdropped
"""
# SQLite cannot rename an index: those of search take turns with the numbers that end their names.
_TURN = re.compile(r"(registry_entity_by_\w+?)_\d+\b")


def catalog() -> list[tuple[str, ...]]:
    """Return all of it in order, so that two states can be compared."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, name, sql FROM sqlite_master" if sqlite else _POSTGRESQL)
        rows = cursor.fetchall()
    plain = str.maketrans("", "", "\"'")
    return sorted(
        tuple(_TURN.sub(r"\1", str(part)).translate(plain) for part in row) for row in rows
    )
