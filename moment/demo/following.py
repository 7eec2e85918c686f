"""Follows the register for the demo's customers: alerts, some of them answered, and who takes EHF.

Customers made by an earlier version, which knew nothing of this, get theirs at the next run.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from auditlog.models import LogEntry
from django.db import transaction
from django.utils import timezone

from customers import alerting, answering
from customers.alerting import Act
from customers.models import Customer, NumberSeries
from moment.demo import changes, entities, loading, marks, receiving
from moment.demo.changes import Change
from moment.demo.customers import company_of
from moment.models import User
from registry import alerts, copies, typos
from registry.models import Alert, Entity

_MARK = "demo register"
# Those of the colleagues who may change customers.
_ANSWERING = ("kari", "admin")


def load(now: datetime, colleagues: dict[str, User]) -> Iterator[int]:
    """Follow the customers not followed yet; yield how many alerts each batch raised."""
    made = loading.loaded()
    for start in range(marks.reached(_MARK), made, loading.BATCH):
        yield _follow(start, min(start + loading.BATCH, made), now, colleagues)


@transaction.atomic
def _follow(start: int, stop: int, now: datetime, colleagues: dict[str, User]) -> int:
    series = NumberSeries.objects.select_for_update().get(kind=NumberSeries.Kind.CUSTOMER)
    if marks.reached(_MARK) != start:
        return 0  # Another run was here while this one waited for the lock.
    slots = {
        entities.org_number(company): slot
        for slot in range(start, stop)
        if (company := company_of(slot)) is not None
    }
    ours: dict[str, list[Customer]] = {}
    for customer in Customer.objects.filter(country="NO", org_number__in=list(slots)):
        ours.setdefault(customer.org_number, []).append(customer)
    known = Entity.objects.in_bulk(list(ours))
    receiving.load(slots, ours, known, now)
    told = [
        change
        for number, entity in known.items()
        if (change := changes.of(slots[number], ours[number][0], entity, now))
    ]
    raised = _tell(told, now)
    _answer(told, now, [colleagues[name] for name in _ANSWERING])
    marks.reach(_MARK, stop, series, {})
    return raised


def _tell(told: Sequence[Change], now: datetime) -> int:
    """Store what the register says now, raise the alerts and date them back; return their number.

    Beside `copies.store`, since of some changes our copy has known from the start.
    """
    rows = [change.now for change in told]
    dates = {change.now.pk: change.on for change in told}
    Entity.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["org_number"], update_fields=copies.COLUMNS
    )
    alerts.watch(*dates)
    raised = alerts.raise_for([(change.before, change.now) for change in told], dates)
    waiting = list(Alert.objects.open().filter(org_number__in=list(dates)))
    for alert in waiting:
        alert.raised_at = changes.told_at(dates[alert.org_number], now)
    Alert.objects.bulk_update(waiting, ["raised_at"])
    typos.learn(word for entity in rows for word in entity.words.split())
    return raised


def _answer(told: Sequence[Change], now: datetime, colleagues: Sequence[User]) -> None:
    """Let colleagues have answered some of the alerts, a day or two after they were raised."""
    answered = [(change, change.act) for change in told if change.act]
    for turn, (change, act) in enumerate(answered):
        waiting = Alert.objects.open().filter(org_number=change.now.pk)
        shown = [alerting.name_of(alert) for alert in waiting]
        at = min(changes.told_at(change.on, now) + timedelta(hours=4 + 25 * (turn % 3)), now)
        _answer_then(shown, act, colleagues[turn % len(colleagues)], at)


def _answer_then(shown: list[str], act: Act, by: User, at: datetime) -> None:
    """Answer these alerts as their page does, and date back what that leaves behind."""
    started = timezone.now()
    outcome = answering.answer(shown, act, by)
    Alert.objects.filter(pk__in=[alert.pk for alert in outcome.answered]).update(handled_at=at)
    customers = [customer for same in outcome.customers.values() for customer in same]
    told = LogEntry.objects.get_for_objects(
        Customer.objects.filter(pk__in=[customer.pk for customer in customers])
    )
    told.filter(actor=by, timestamp__gte=started).update(timestamp=at)
    for customer in customers:
        if customer.last_activity_at >= started:
            Customer.objects.filter(pk=customer.pk).update(last_activity_at=at)
