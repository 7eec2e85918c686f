"""Many new customers stored at once, with their numbers, tags and history."""

from collections.abc import Iterable, Sequence
from typing import Any

from auditlog.models import LogEntry
from django.db import connection
from django.utils import timezone

from customers.logged import log_many
from customers.models import Customer, Tag, UsedNumber
from moment import bulk
from moment.fields import KeyField
from moment.models import User

_ADDRESSES = tuple(
    f"{kind}_{part}"
    for kind in ("visiting", "postal")
    for part in ("street", "postcode", "city", "country")
)
# What a new customer can have of its own; in all else it is as any new one.
OWN = (
    "number", "name", "country", "org_number", "status", "relation", "responsible_id", *_ADDRESSES,
    "email", "invoice_email", "invoice_type", "phone", "website", "language", "currency",
)  # fmt: skip
_IN_HISTORY = [(name.removesuffix("_id"), name) for name in OWN]


def store(customers: Sequence[Customer], by: User) -> None:
    """Save new customers with their numbers, and that they were created; give them their keys.

    Within the caller's transaction, which has the series locked. Five statements.
    """
    if not customers:
        return
    columns = [field for field in Customer._meta.concrete_fields if not field.primary_key]
    bulk.insert(Customer, [str(field.column) for field in columns], _rows(columns, customers))
    numbers = [customer.number for customer in customers]
    stored = Customer.with_merged.filter(number__in=numbers).order_by()
    keys = dict(stored.values_list("number", "pk"))
    now = bulk.moment(timezone.now())
    for customer in customers:
        customer.pk = keys[customer.number]
    bulk.insert(
        UsedNumber,
        ["number", "customer_id", "taken_at"],
        ((customer.number, customer.pk, now) for customer in customers),
    )
    log_many(
        Customer,
        LogEntry.Action.CREATE,
        by,
        ((customer.pk, customer.name, _created(customer)) for customer in customers),
    )


def tag(tagged: Sequence[tuple[Customer, Sequence[Tag]]], by: User) -> None:
    """Give customers their tags, and write that down. Two statements."""
    through = Customer.tags.through
    bulk.insert(
        through,
        ["customer_id", "tag_id"],
        ((customer.pk, one.pk) for customer, tags in tagged for one in tags),
    )
    log_many(
        Customer,
        LogEntry.Action.UPDATE,
        by,
        ((customer.pk, customer.name, _tagged(tags)) for customer, tags in tagged if tags),
    )


def _rows(columns: Sequence[Any], customers: Iterable[Customer]) -> Iterable[Sequence[Any]]:
    now = timezone.now()
    new = Customer(created_at=now, last_activity_at=now)
    as_new = [
        column.get_db_prep_save(getattr(new, column.attname), connection) for column in columns
    ]
    own = [(place, one.attname) for place, one in enumerate(columns) if one.attname in OWN]
    made = [(place, one) for place, one in enumerate(columns) if isinstance(one, KeyField)]
    for customer in customers:
        values, row = customer.__dict__, as_new.copy()
        for place, name in own:
            row[place] = values[name]
        for place, column in made:
            row[place] = column.pre_save(customer, True)
        yield row


def _created(customer: Customer) -> dict[str, list[str]]:
    """Return what the history says of a new customer; nothing of what it has no value of."""
    values = customer.__dict__
    return {
        field: ["None", str(value)]
        for field, name in _IN_HISTORY
        if (value := values[name]) not in ("", None)
    }


def _tagged(tags: Iterable[Tag]) -> dict[str, Any]:
    return {"tags": {"type": "m2m", "operation": "add", "objects": [one.name for one in tags]}}
