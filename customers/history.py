"""Who changed what on a customer, in words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django_countries import countries

from customers.alerting import TAKEABLE
from customers.models import Customer, Note
from customers.register_facts import alert_words
from moment.keyset import beyond
from moment.models import User
from registry.models import Alert

# Where an entry's additional data lists the register's alerts that it answered.
ANSWERED = "register"
_EMPTY = ("None", "", None)
_PLACES = {
    field.name: place
    for place, field in enumerate([*Customer._meta.fields, *Customer._meta.many_to_many])
}
# Fields that the company's standard stands in for while they are empty.
_INHERITED = ("invoice_type", "currency", "language")


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """One act of one person: what it was called, and the fields it changed."""

    at: datetime
    actor: str
    title: str
    changes: list[Change]


@dataclass(frozen=True)
class Page:
    """Entries newest first, and the id of the last where there are older ones, else None."""

    entries: list[Entry]
    older_than: int | None


def of(customer: Customer, *, older_than: str = "", limit: int = 100) -> Page:
    """Return the entries about the customer and its notes, in a fixed number of queries."""
    types = ContentType.objects.get_for_models(Customer, Note)
    notes = customer.notes.order_by().annotate(text_pk=Cast("pk", CharField())).values("text_pk")
    entries = (
        LogEntry.objects.filter(
            Q(content_type=types[Customer], object_pk=str(customer.pk))
            | Q(content_type=types[Note], object_pk__in=notes)
        )
        .select_related("actor")
        .order_by("-timestamp", "-pk")
    )
    last = None
    if older_than.isascii() and older_than.isdigit() and len(older_than) < 19:
        last = entries.filter(pk=older_than).values_list("timestamp", "pk").first()
    if last:
        entries = entries.filter(beyond(["timestamp", "id"], last, descending=True))
    shown = list(entries[: limit + 1])
    more, shown = len(shown) > limit, shown[:limit]
    names = {str(user.pk): str(user) for user in User.objects.only(*User.NAME_ORDER)}
    about_notes = types[Note].pk
    return Page(
        [_entry(entry, entry.content_type_id == about_notes, names) for entry in shown],
        shown[-1].pk if more else None,
    )


def _entry(entry: LogEntry, about_note: bool, people: dict[str, str]) -> Entry:
    created = entry.action == LogEntry.Action.CREATE
    if about_note:
        title = _("Note written")
    else:
        title = _("Customer created") if created else _("Customer changed")
    changes = [] if created and about_note else _changes(entry, created, people)
    if answers := _answers(entry):
        title = _title_of(answers)
        changes += [_answer_in_words(alert) for alert in answers if _has_a_line(alert)]
    if about_note and created:
        text = (entry.changes or {}).get("text", ["", ""])[1]
        changes = [Change(_("Note"), "", text)]
    return Entry(entry.timestamp, str(entry.actor) if entry.actor else _("Moment"), title, changes)


def _changes(entry: LogEntry, created: bool, people: dict[str, str]) -> list[Change]:
    changes = []
    for name, change in sorted((entry.changes or {}).items(), key=_place_of):
        try:
            field = Customer._meta.get_field(name)
        except FieldDoesNotExist:
            continue  # a field of an earlier version
        if field.auto_created or name in Customer.NOT_IN_HISTORY:
            continue
        label = _label(field)
        if isinstance(change, dict):  # tags added or removed
            objects = ", ".join(change["objects"])
            added = change["operation"] == "add"
            changes.append(Change(label, "" if added else objects, objects if added else ""))
            continue
        old, new = (_text(field, value, people) for value in change)
        if name in _INHERITED and not created:
            old, new = old or _("Company's standard"), new or _("Company's standard")
        if new or not created:
            changes.append(Change(label, old, new))
    return changes


def _place_of(change: tuple[str, Any]) -> int:
    """Return where a field stands among the customer's: PostgreSQL keeps no order in JSON."""
    return _PLACES.get(change[0], len(_PLACES))


def _answers(entry: LogEntry) -> list[Alert]:
    """Return the alerts that an entry answered, as they were: the base forgets them in time."""
    data = entry.additional_data
    told = data.get(ANSWERED, []) if isinstance(data, dict) else []
    return [
        Alert(**alert | {"changed_on": date.fromisoformat(alert["changed_on"])}) for alert in told
    ]


def _title_of(answers: list[Alert]) -> str:
    given = {alert.answer for alert in answers}
    if Alert.Answer.TAKEN in given:
        return _("Changed as in the register")
    if Alert.Answer.KEPT in given:
        return _("Kept ours, though the register changed")
    return _("Noted what the register changed")


def _has_a_line(alert: Alert) -> bool:
    """Tell whether an alert has a line of its own: a value taken shows as the change it made."""
    return not (alert.answer == Alert.Answer.TAKEN and alert.kind in TAKEABLE)


def _answer_in_words(alert: Alert) -> Change:
    words = alert_words(alert)
    kind = {"kind": words.label}
    says = _("The register says: %(value)s") % {"value": words.fact or words.new}
    if alert.answer == Alert.Answer.KEPT:
        return Change(_("Kept ours: %(kind)s") % kind, "", says)
    if alert.answer == Alert.Answer.NOTED:
        return Change(_("Noted: %(kind)s") % kind, "", says)
    return Change(words.label, "", says)


def _label(field: Any) -> str:
    """Return the field's name, with which address it is part of."""
    kinds = {
        "visiting": _("Visiting address"),
        "postal": _("Postal address"),
        "invoice": _("Invoice address"),
    }
    kind, _sep, part = field.name.partition("_")
    label = str(field.verbose_name)
    if kind in kinds and part in ("street", "postcode", "city", "country"):
        return f"{kinds[kind]}, {label}"
    return label[:1].upper() + label[1:]


def _text(field: Any, value: Any, people: dict[str, str]) -> str:
    if value in _EMPTY:
        return ""
    if field.name.endswith("country"):
        return str(countries.name(value)) or value
    if field.name == "responsible":
        return people.get(str(value), str(value))
    return str(dict(field.flatchoices).get(value, value)) if field.flatchoices else str(value)
