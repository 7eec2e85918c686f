"""Changing what hangs on a customer, safe when two people do it at once."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import Customer
from moment.turns import in_turn
from moment.unsent import NotSaved


class ChangedMeanwhile(Exception):
    """Someone saved the row after the form was opened, or removed it: then `stored` is None."""

    def __init__(self, stored: models.Model | None) -> None:
        super().__init__(stored)
        # Of the model that was saved, as who saves it knows.
        self.stored: Any = stored


class MergedMeanwhile(NotSaved):
    """The customer was merged into another after it was asked for: its number leads there now."""

    def __init__(self, customer: Customer) -> None:
        kept = customer.merged_into
        assert kept is not None
        super().__init__(
            _("%(number)s %(name)s was merged into %(into)s %(into_name)s just now.")
            % {
                "number": customer.number,
                "name": customer.name,
                "into": kept.number,
                "into_name": kept.name,
            }
        )


def living(customer: Customer) -> Customer:
    """Return the locked customer. Raises MergedMeanwhile where it is not its own any more."""
    if customer.merged_into_id:
        raise MergedMeanwhile(customer)
    return customer


def lock(customer: Customer) -> Customer:
    """Return the customer as it is now, locked until the transaction ends; see `living`."""
    return living(Customer.with_merged.select_for_update().get(pk=customer.pk))


@contextmanager
def held(customer: Customer) -> Iterator[Customer]:
    """Lock the customer for a transaction in which something that hangs on it is changed.

    It counts as activity. Whoever locks rows that hang on a customer locks it first. Raises
    MergedMeanwhile.
    """
    with in_turn(), transaction.atomic():
        yield lock(customer)
        Customer.objects.filter(pk=customer.pk).update(last_activity_at=timezone.now())


def delete(row: Any) -> None:
    """Remove a row that hangs on a customer; one that is gone already stays so."""
    with held(row.customer):
        for stored in _stored(row):
            stored.delete()


def seen(row: models.Model, fields: Sequence[str]) -> str:
    """Return what a form shows of a row, to tell later whether somebody else has changed it."""
    columns: list[Any] = [row._meta.get_field(name) for name in fields]
    values = [column.value_from_object(row) for column in columns]
    return json.dumps([None if value in (None, "") else str(value) for value in values])


def check_as_seen(row: Any, fields: Sequence[str], shown: str | None) -> None:
    """Raise ChangedMeanwhile unless the row is stored as it was shown. The customer is held.

    None: nothing was shown, so nothing is checked.
    """
    if row.pk is None or shown is None:
        return
    stored = _stored(row).first()
    if stored is None or seen(stored, fields) != shown:
        raise ChangedMeanwhile(stored)


def _stored(row: Any) -> Any:
    """Return the row as a query, as long as it hangs on the customer that is held."""
    return type(row)._base_manager.filter(pk=row.pk, customer=row.customer_id)
