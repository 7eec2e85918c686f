"""Changing what hangs on a customer, safe when two people do it at once."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from customers.models import Customer
from moment.turns import in_turn


class ChangedMeanwhile(Exception):
    """Someone saved the row after the form was opened, or removed it: then `stored` is None."""

    def __init__(self, stored: models.Model | None) -> None:
        super().__init__(stored)
        # Of the model that was saved, as who saves it knows.
        self.stored: Any = stored


@contextmanager
def held(customer: Customer) -> Iterator[Customer]:
    """Lock the customer for a transaction in which something that hangs on it is changed.

    It counts as activity. Whoever locks rows that hang on a customer locks it first.
    """
    with in_turn(), transaction.atomic():
        yield Customer.objects.select_for_update().get(pk=customer.pk)
        Customer.objects.filter(pk=customer.pk).update(last_activity_at=timezone.now())


def delete(row: Any) -> None:
    """Remove a row that hangs on a customer; one that is gone already stays so."""
    with held(row.customer):
        for stored in type(row)._base_manager.filter(pk=row.pk):
            stored.delete()


def seen(row: models.Model, fields: Sequence[str]) -> str:
    """Return what a form shows of a row, to tell later whether somebody else has changed it."""
    columns: list[Any] = [row._meta.get_field(name) for name in fields]
    values = [column.value_from_object(row) for column in columns]
    return json.dumps([None if value in (None, "") else str(value) for value in values])


def check_as_seen(row: models.Model, fields: Sequence[str], shown: str | None) -> None:
    """Raise ChangedMeanwhile unless the row is stored as it was shown. The customer is held.

    None: nothing was shown, so nothing is checked.
    """
    if row.pk is None or shown is None:
        return
    stored = type(row)._base_manager.filter(pk=row.pk).first()
    if stored is None or seen(stored, fields) != shown:
        raise ChangedMeanwhile(stored)
