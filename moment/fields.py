"""Model fields that several apps use."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import Q

_LAST_CHARACTER = "\U0010ffff"


class _Made(models.Field):
    """A column made from other columns of the same row each time it is saved.

    `make` takes the row and returns the value. Such columns are kept out of forms.
    `QuerySet.update()` bypasses them, as it bypasses every `pre_save`, so columns that feed one are
    changed by `save()`, without `update_fields`.
    """

    def __init__(self, *, make: Callable[[Any], Any] | None = None, **options: Any) -> None:
        # Code, not schema: migrations do without it.
        self.make = make
        super().__init__(**{"editable": False} | options)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if self.make is not None:
            setattr(model_instance, self.attname, self.made(self.make(model_instance)))
        return getattr(model_instance, self.attname)

    def made(self, value: Any) -> Any:
        return value


class KeyField(_Made, models.CharField):
    """A text made from other columns, to sort, compare and search by: bytes on every engine."""

    def __init__(self, *, make: Callable[[Any], str] | None = None, **options: Any) -> None:
        super().__init__(make=make, **{"max_length": 300, "default": ""} | options)

    def made(self, value: str) -> str:
        return value[: self.max_length]

    def db_parameters(self, connection: Any) -> Any:
        collation = {"collation": "C"} if connection.vendor == "postgresql" else {}
        return super().db_parameters(connection) | collation


class RankField(_Made, models.BigIntegerField):
    """A whole number made from other columns, to order by."""


def starting_with(field: str, prefix: str) -> Q:
    """Return the condition that a key begins with this prefix, as a range that an index serves.

    SQLite's LIKE ignores case and so never uses a plain index.
    """
    return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + _LAST_CHARACTER})
