"""Model fields that several apps use."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import Q

_LAST_CHARACTER = "\U0010ffff"


class KeyField(models.CharField):
    """A column made from other columns of the same row each time it is saved.

    `make` takes the row and returns the key. Keys compare by bytes on every engine. They are kept
    out of forms. `QuerySet.update()` bypasses them, as it bypasses every `pre_save`, so columns
    that feed a key are changed by `save()`, without `update_fields`.
    """

    def __init__(self, *, make: Callable[[Any], str] | None = None, **options: Any) -> None:
        # Code, not schema: migrations do without it.
        self.make = make
        defaults: dict[str, Any] = {"max_length": 300, "editable": False, "default": ""}
        super().__init__(**defaults | options)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        if self.make is not None:
            key = self.make(model_instance)[: self.max_length]
            setattr(model_instance, self.attname, key)
        return getattr(model_instance, self.attname)

    def db_parameters(self, connection: Any) -> Any:
        collation = {"collation": "C"} if connection.vendor == "postgresql" else {}
        return super().db_parameters(connection) | collation


def starting_with(field: str, prefix: str) -> Q:
    """Return the condition that a key begins with this prefix, as a range that an index serves.

    SQLite's LIKE ignores case and so never uses a plain index.
    """
    return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + _LAST_CHARACTER})
