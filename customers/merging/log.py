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


def move(
    merge: Merge, column: Any, source: int, target: int, *, but: Collection[Any] = ()
) -> list[Any]:
    """Have all rows that point to `source` point to `target`, except those; return their keys."""
    moved = _update(column, source, target, but=but)
    _write_down(merge, column, source, target, moved)
    return moved


def move_these(merge: Merge, column: Any, source: int, target: int, keys: Iterable[Any]) -> None:
    """Have these of the rows that point to `source` point to `target`."""
    moved = _update(column, source, target, only=list(keys))
    _write_down(merge, column, source, target, moved)


def move_back(step: MergeMove, *, but: Collection[Any] = ()) -> list[Any]:
    """Take a move back, except for these keys; return the keys of the rows that were still there.

    Rows that are gone, or that somebody has moved elsewhere, stay as they are.
    """
    column = column_of(step.relation)
    return _update(column, step.target, step.source, only=step.keys, but=but)


def change(merge: Merge, row: Any, **values: Any) -> None:
    """Save a row with these values of columns, and write down what was there.

    Values are keys for what points elsewhere, and None for none.
    """
    before = {name: plain(row, name) for name in values}
    for name, value in values.items():
        column = row._meta.get_field(name)
        setattr(row, column.attname, "" if value is None and not column.null else value)
    row.save()
    changed = {name: [old, now] for name, old in before.items() if (now := plain(row, name)) != old}
    if changed:
        note_change(merge, row, changed)


def add(merge: Merge, row: Any, name: str, others: Iterable[models.Model]) -> None:
    """Add others to a row's many, such as tags, and write down which were new."""
    many = getattr(row, name)
    there = set(many.values_list("pk", flat=True))
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


def model_of(change: MergeChange) -> Any:
    return apps.get_model(change.model)


def plain(row: Any, name: str) -> Any:
    """Return a column's value as the log keeps it: text, yes or no, or nothing."""
    column = row._meta.get_field(name)
    value = column.value_from_object(row)
    return value if value is None or isinstance(value, bool) else str(value)


def _write_down(merge: Merge, column: Any, source: int, target: int, moved: list[Any]) -> None:
    if moved:
        MergeMove.objects.create(
            merge=merge,
            relation=label_of(column),
            source=source,
            target=target,
            keys=json.dumps(moved, separators=(",", ":")),
            count=len(moved),
        )


def _update(
    column: Any,
    source: int,
    target: int,
    *,
    only: str | list[Any] | None = None,
    but: Collection[Any] = (),
) -> list[Any]:
    """Point rows elsewhere and return their keys, in order: one statement.

    The key of a table is known to the database alone: so by SQL of our own names only.
    """
    meta, quote = column.model._meta, connection.ops.quote_name
    key, pointer = quote(meta.pk.column), quote(column.column)
    among = _KEYS[connection.vendor].format(type=_key_type(column.model))
    sql = f"UPDATE {quote(meta.db_table)} SET {pointer} = %s WHERE {pointer} = %s"
    params: list[Any] = [target, source]
    if only is not None:
        sql += f" AND {key} IN ({among})"
        params.append(only if isinstance(only, str) else json.dumps(only))
    if but:
        sql += f" AND {key} NOT IN ({among})"
        params.append(json.dumps(list(but)))
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} RETURNING {key}", params)
        return sorted(pk for (pk,) in cursor.fetchall())


def _key_type(model: Any) -> str:
    return model._meta.pk.db_type(connection).partition("(")[0]
