"""Rows that cannot stand where they would go, since a constraint lets only one of them be there."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, UniqueConstraint


def in_the_way(column: Any, place: int, there: int) -> set[Any]:
    """Return the keys of the rows at one place that have their like at the other.

    Like is what a unique constraint with the column says. A query for each such constraint.
    """
    found: set[Any] = set()
    for constraint in column.model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and column.name in _names(constraint):
            found.update(_likes(constraint, column, place, there))
    return found


def _names(constraint: UniqueConstraint) -> list[str]:
    plain: list[Any] = [one for one in constraint.expressions if isinstance(one, F)]
    return [*constraint.fields, *(one.name for one in plain)]


def _likes(constraint: UniqueConstraint, column: Any, place: int, there: int) -> QuerySet:
    """Return the keys of the rows that are equal to one there but for the column."""
    named: list[Any] = [*map(F, constraint.fields), *constraint.expressions]
    parts = {f"part_{n}": part for n, part in enumerate(named) if part != F(column.name)}
    rows = column.model._base_manager.order_by().alias(**parts)
    if constraint.condition:
        rows = rows.filter(constraint.condition)
    here, others = (rows.filter(**{column.attname: one}) for one in (place, there))
    if len(parts) == 1:  # so that the few there are looked up, not the many here
        ((name, part),) = parts.items()
        like = here.filter(**{f"{name}__in": others.values(like=part)})
    else:
        like = here.filter(Exists(others.filter(**{part: OuterRef(part) for part in parts})))
    return like.values_list("pk", flat=True)
