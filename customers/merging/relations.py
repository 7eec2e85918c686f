"""What points to a customer, found from the models, and the rule by which merging treats each.

Tables above name the rules of their own columns in `settings.CUSTOMER_MERGING`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string


def columns_to(model: type[models.Model]) -> dict[str, Any]:
    """Return each column that points to a model, by its label, hidden ones too.

    One-to-one, many-to-many (by the rows between) and those of the model itself are among them.
    """
    relations: Any = model._meta.get_fields(include_hidden=True)
    return {
        label_of(relation.field): relation.field
        for relation in relations
        if relation.auto_created
        and not relation.concrete
        and (relation.one_to_many or relation.one_to_one)
    }


def label_of(column: Any) -> str:
    """Return what names a column in the log: `app.model.field`."""
    return f"{column.model._meta.label_lower}.{column.name}"


@cache
def column_of(label: str) -> Any:
    """Return the column that a label names."""
    model, _dot, name = label.rpartition(".")
    return apps.get_model(model)._meta.get_field(name)


def like(stayed: models.Model, rows: models.QuerySet) -> Any:
    """Return which of a customer's rows the one that stayed behind was joined with.

    None where it was not, or where that one has changed since.
    """
    return rules()[f"{stayed._meta.label_lower}.customer"].like(stayed, rows)


@cache
def rules() -> Mapping[str, Any]:
    """Return the rule of each column that points to a customer, in the order of applying them."""
    named: dict[str, Any] = {}
    for path in settings.CUSTOMER_MERGING:
        named |= import_string(path)
    return named
