"""Moving rows and changing values so that all of it can be taken back.

A move is one statement, whatever the number of rows; the keys of the rows are the log.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models.expressions import RawSQL

from customers.merging.relations import column_of, label_of
from customers.models import Merge, MergeChange, MergeMove

# What stands for the keys that were added to many, beside [before, after] of a single value.
ADDED = "added"
_KEYS = {
    "postgresql": "SELECT jsonb_array_elements_text(%s::jsonb)::{type}",
    "sqlite": "SELECT value FROM json_each(%s)",
}


def move(merge: Merge, column: Any, source: int, target: int, *, but: Collection[Any] = ()) -> None:
    """Have all rows that point to `source` point to `target`, except those."""
    _move(merge, column, source, target, _Where(column, but=but))


def move_these(merge: Merge, column: Any, source: int, target: int, keys: Iterable[Any]) -> None:
    """Have these of the rows that point to `source` point to `target`."""
    _move(merge, column, source, target, _Where(column, only=json.dumps(list(keys))))


def move_back(step: MergeMove, *, but: Collection[Any] = ()) -> None:
    """Take a move back, except for these keys.

    Rows that are gone, or that somebody has moved elsewhere, stay as they are.
    """
    column = column_of(step.relation)
    where = _Where(column, only=step.keys, but=but)
    with connection.cursor() as cursor:
        cursor.execute(where.update, [step.source, step.target, *where.params])


def change(merge: Merge, row: Any, **values: Any) -> bool:
    """Save a row with these values of columns, and write down what was there.

    Values are keys for what points elsewhere, and None for none. Returns whether anything became
    another; else nothing is saved.
    """
    before = {name: plain(row, name) for name in values}
    for name, value in values.items():
        column = row._meta.get_field(name)
        setattr(row, column.attname, "" if value is None and not column.null else value)
    changed = {name: [old, now] for name, old in before.items() if (now := plain(row, name)) != old}
    if changed:
        note_change(merge, row, changed)  # before: a customer is found by what it was called
        row.save()
    return bool(changed)


def add(merge: Merge, row: Any, name: str, others: Iterable[models.Model]) -> None:
    """Add others to a row's many, such as tags, and write down which were new."""
    many = getattr(row, name)
    there = {other.pk for other in many.all()}
    new = [other.pk for other in others if other.pk not in there]
    if new:
        many.add(*new)
        note_change(merge, row, {name: {ADDED: new}})


def note_change(merge: Merge, row: models.Model, changed: dict[str, Any]) -> None:
    """Write down the values of a row, before and after, that somebody else saves."""
    MergeChange.objects.create(merge=merge, model=row._meta.label_lower, key=row.pk, values=changed)


def restore(row: Any, values: Mapping[str, Any], forced: Collection[str] = ()) -> None:
    """Give a row's columns the values they had before, but for those that were changed since.

    `forced` names columns that get theirs in any case. Saves nothing but what was added to many.
    """
    for name, value in values.items():
        column = row._meta.get_field(name)
        if column.many_to_many:
            getattr(row, name).remove(*value[ADDED])
            continue
        before, after = value
        if name in forced or plain(row, name) == after:
            setattr(row, column.attname, _typed(column, before))


def _typed(column: Any, value: Any) -> Any:
    """Return a logged value as the column holds it; what pointed to a row now gone to nothing."""
    if value is None or not column.is_relation:
        return column.to_python(value)
    there = column.related_model._base_manager.filter(pk=value).exists()
    return column.target_field.to_python(value) if there else None


def rows_of(step: MergeMove) -> Any:
    """Return the rows of a move that are still there."""
    model = column_of(step.relation).model
    among = _KEYS[connection.vendor].format(type=_key_type(model))
    return model._base_manager.filter(pk__in=RawSQL(among, [step.keys]))


def keys_of(step: MergeMove) -> list[Any]:
    """Return the keys of the rows of a move."""
    found: list[Any] = json.loads(step.keys)
    return found


def model_of(change: MergeChange) -> Any:
    return apps.get_model(change.model)


def plain(row: Any, name: str) -> Any:
    """Return a column's value as the log keeps it: text, yes or no, or nothing."""
    column = row._meta.get_field(name)
    value = column.value_from_object(row)
    return value if value is None or isinstance(value, bool) else str(value)


class _Where:
    """The statements about some of the rows that point to a place.

    By SQL of our own names only: that way the keys come from the database as JSON, and no row of
    theirs is ever made here.
    """

    def __init__(self, column: Any, *, only: str = "", but: Collection[Any] = ()) -> None:
        meta, quote = column.model._meta, connection.ops.quote_name
        table, key, pointer = map(quote, (meta.db_table, meta.pk.column, column.column))
        among = _KEYS[connection.vendor].format(type=_key_type(column.model))
        where, self.params = f"WHERE {pointer} = %s", list[Any]()
        if only:
            where += f" AND {key} IN ({among})"
            self.params.append(only)
        if but:
            where += f" AND {key} NOT IN ({among})"
            self.params.append(json.dumps(list(but)))
        self.update = f"UPDATE {table} SET {pointer} = %s {where}"
        self.select = f"SELECT count(*), json_group_array({key}) FROM {table} {where}"
        self.both = (
            f"WITH moved AS ({self.update} RETURNING {key}) "
            f"SELECT count(*), array_to_json(array_agg({key})) ::text FROM moved"
        )


def _move(merge: Merge, column: Any, source: int, target: int, where: _Where) -> None:
    """Move rows and write down which, whatever their number in one or two statements."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(where.both, [target, source, *where.params])
        else:
            # Nobody else writes meanwhile; RETURNING would make each row a value of ours.
            cursor.execute(where.select, [source, *where.params])
        count, keys = cursor.fetchone()
        if count and connection.vendor != "postgresql":
            cursor.execute(where.update, [target, source, *where.params])
    if count:
        MergeMove.objects.create(
            merge=merge,
            relation=label_of(column),
            source=source,
            target=target,
            keys=keys,
            count=count,
        )


def _key_type(model: Any) -> str:
    return model._meta.pk.db_type(connection).partition("(")[0]
