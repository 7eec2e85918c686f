"""Lets what the demo has just done have been done at other moments, in the change log too."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from auditlog.models import LogEntry

from customers.models import Customer


def newest() -> int:
    """Return the key of the newest entry of the change log, 0 for none."""
    return LogEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def idle_since() -> dict[int, datetime]:
    """Return when something last happened with each customer, by key."""
    return dict(Customer.objects.values_list("pk", "last_activity_at"))


def date_back(
    when: Callable[[LogEntry], datetime | None],
    after: int,
    now: datetime,
    idle: Mapping[int, datetime],
) -> None:
    """Date the entries after one by `when`, None being now; and activity of customers with them.

    `idle` is what `idle_since` returned before all of it was done.
    """
    entries = list(LogEntry.objects.filter(pk__gt=after).select_related("content_type"))
    active = dict(idle)
    for entry in entries:
        moment = when(entry)
        entry.timestamp = min(now, moment or now)
        for pk in (entry.additional_data or {}).get("concerns", ()) if moment else ():
            active[pk] = max(active.get(pk, entry.timestamp), entry.timestamp)
    LogEntry.objects.bulk_update(entries, ["timestamp"], batch_size=200)
    set_active(active)


def set_active(active: Mapping[int, datetime]) -> None:
    """Let something last have happened with these customers, by key, at these moments."""
    found: Iterable[Customer] = Customer.objects.filter(pk__in=active).only("last_activity_at")
    for customer in found:
        if customer.last_activity_at != active[customer.pk]:
            Customer.objects.filter(pk=customer.pk).update(last_activity_at=active[customer.pk])
