"""What the change log would hold, had colleagues typed the demo's customers in."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from customers.models import Customer
from moment.models import User

_BEFORE = {"active": "potential", "inactive": "active", "blocked": "active"}


def of(
    customer: Customer, tags: tuple[str, ...], rng: Random, now: datetime, authors: list[User]
) -> Iterator[LogEntry]:
    """Yield a saved customer's log entries, unsaved: created, tagged, and for some changed."""
    made = dict(model_instance_diff(None, customer) or {})
    changed: dict[str, list[str]] = {}
    if customer.status in _BEFORE and rng.random() < 0.3:
        changed["status"] = [_BEFORE[customer.status], str(customer.status)]
    if customer.email and rng.random() < 0.15:
        changed["email"] = [f"firmapost@{customer.email.partition('@')[2]}", customer.email]
    for field, (before, _after) in changed.items():
        made[field] = ("None", before)
    actor = customer.responsible or rng.choice(authors)
    yield _entry(customer, actor, customer.created_at, LogEntry.Action.CREATE, made)
    if tags:
        added = {"tags": {"type": "m2m", "operation": "add", "objects": list(tags)}}
        yield _entry(customer, actor, customer.created_at, LogEntry.Action.UPDATE, added)
    for field, values in changed.items():
        moment = customer.created_at + (now - customer.created_at) * rng.random()
        yield _entry(customer, rng.choice(authors), moment, LogEntry.Action.UPDATE, {field: values})


def _entry(
    customer: Customer, actor: User, moment: datetime, action: int, changes: dict[str, Any]
) -> LogEntry:
    return LogEntry(
        content_type=ContentType.objects.get_for_model(Customer),
        object_pk=str(customer.pk),
        object_id=customer.pk,
        object_repr=str(customer),
        action=action,
        changes=changes,
        actor=actor,
        actor_email=actor.email,
        timestamp=moment,
    )
