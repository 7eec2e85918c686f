"""Answering the register's alerts: what becomes of them, of our customers and of their history."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from auditlog.context import disable_auditlog
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.db import transaction
from django.utils import timezone

from customers import alerting, counts, creating, history
from customers.alerting import TAKEABLE, Act
from customers.duplicates import finding
from customers.models import Customer
from moment.models import User
from moment.turns import in_turn
from registry import alerts
from registry.models import Alert, Entity
from registry.names import display_name

Answer = Alert.Answer


@dataclass
class Outcome:
    """What became of the alerts that somebody answered."""

    answered: list[Alert] = field(default_factory=list)
    # Left as they are:
    handled: list[Alert] = field(default_factory=list)  # by somebody before
    renewed: list[Alert] = field(default_factory=list)  # the register changed once more since shown
    unsuited: list[Alert] = field(default_factory=list)  # the act makes no sense for them
    gone: int = 0  # nobody has the number any more, or the register has changed back
    # By number, those that have the alerts.
    customers: dict[str, list[Customer]] = field(default_factory=dict)


def answer(shown: Iterable[str], act: Act, by: User) -> Outcome:
    """Do this about the alerts, named as by `alerting.name_of`, for all customers that have them.

    Using the new value and keeping ours mean *noted* where customers have no value of their own. An
    alert is answered once, by whoever comes first, and only as it was shown. Each customer changes
    once, to the next version, so that a form opened before tells of it.
    """
    names = {alerting.key_of(name): name for name in shown if alerting.key_of(name)}
    visible = Customer.objects.visible_to(by)
    with in_turn(), transaction.atomic():
        asked = alerting.about(visible).filter(pk__in=names)
        numbers = set(asked.values_list("org_number", flat=True))
        # Locked in the order that `alerting.hold` tells of; what they are is read after that.
        outcome = Outcome(customers=_locked(visible, numbers))
        alerting.hold(numbers)
        suited = _sort_out(outcome, names, act)
        for how in Answer:
            these = [alert for alert in suited if _answer_to(alert, act) == how]
            outcome.answered += alerts.answer(these, how, by)
        _change_customers(outcome, act, by)
        transaction.on_commit(counts.forget)
    return outcome


def _locked(visible: Any, numbers: set[str]) -> dict[str, list[Customer]]:
    rows = visible.select_for_update(of=("self",)).select_related("responsible").order_by("pk")
    customers: dict[str, list[Customer]] = {}
    for customer in rows.filter(country=alerting.NORWAY, org_number__in=numbers):
        customers.setdefault(customer.org_number, []).append(customer)
    return customers


def _sort_out(outcome: Outcome, names: dict[int, str], act: Act) -> list[Alert]:
    """Return the alerts that can be answered so, and tell in the outcome of all others."""
    rows = Alert.objects.select_for_update(of=("self",)).select_related("handled_by")
    found = list(rows.filter(pk__in=names, org_number__in=outcome.customers).order_by("pk"))
    outcome.gone = len(names) - len(found)
    copies = Entity.objects.in_bulk({alert.org_number for alert in found})
    suited = []
    for alert in found:
        if alert.handled_at:
            outcome.handled.append(alert)
        elif alerting.name_of(alert) != names[alert.pk]:
            outcome.renewed.append(alert)
        elif _answer_to(alert, act) and _can_take(alert, act, copies):
            suited.append(alert)
        else:
            outcome.unsuited.append(alert)
    return suited


def _answer_to(alert: Alert, act: Act) -> str:
    """Return the answer that an act on this alert means, empty when it means nothing."""
    ours = alert.kind in TAKEABLE
    if act == Act.TAKE:
        return Answer.TAKEN if ours else Answer.NOTED
    if act == Act.KEEP:
        return Answer.KEPT if ours else Answer.NOTED
    if act == Act.NOTE:
        return "" if ours else Answer.NOTED
    return Answer.TAKEN if alerting.status_from(alert, act) else ""


def _can_take(alert: Alert, act: Act, copies: dict[str, Entity]) -> bool:
    return act != Act.TAKE or alert.kind not in TAKEABLE or alert.org_number in copies


def _change_customers(outcome: Outcome, act: Act, by: User) -> None:
    by_number: dict[str, list[Alert]] = {}
    for alert in outcome.answered:
        by_number.setdefault(alert.org_number, []).append(alert)
    copies = Entity.objects.in_bulk(by_number) if act == Act.TAKE else {}
    for number, answered in by_number.items():
        for customer in outcome.customers[number]:
            before = copy(customer)
            for alert in answered:
                _change(customer, alert, act, copies.get(number))
            changes = model_instance_diff(before, customer) or {}
            if changes:
                customer.version += 1
                customer.last_activity_at = timezone.now()
                with disable_auditlog():  # it is told below, with the reason
                    customer.save()
                finding.follow_change(customer, instead_of=before)
            _remember(customer, changes, answered, by)


def _change(customer: Customer, alert: Alert, act: Act, entity: Entity | None) -> None:
    status = alerting.status_from(alert, act)
    if status and alerting.worsens(customer.status, status):
        customer.status = status
    if act != Act.TAKE or alert.kind not in TAKEABLE or entity is None:
        return
    if alert.kind == Alert.Kind.NAME:
        customer.name = display_name(entity.name)
    else:
        creating.copy_address(customer, TAKEABLE[alert.kind], entity)


def _remember(customer: Customer, changes: dict[str, Any], answered: list[Alert], by: User) -> None:
    """Write into the history what was changed and kept. A value that we had already is no news."""
    told = [
        {
            "kind": alert.kind,
            "old": alert.old,
            "new": alert.new,
            "changed_on": alert.changed_on.isoformat(),
            "answer": alert.answer,
        }
        for alert in answered
        if changes or alert.answer != Answer.TAKEN
    ]
    if told:
        LogEntry.objects.log_create(
            customer,
            action=LogEntry.Action.UPDATE,
            changes=changes,
            additional_data={history.ANSWERED: told},
            actor=by,
            actor_email=by.email,
        )
