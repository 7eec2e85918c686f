"""Who changed what on a customer, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django_countries import countries

from customers.models import Customer, Note
from moment.keyset import beyond
from moment.models import User

_EMPTY = ("None", "", None)


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
    if about_note and created:
        text = (entry.changes or {}).get("text", ["", ""])[1]
        changes = [Change(_("Note"), "", text)]
    return Entry(entry.timestamp, str(entry.actor) if entry.actor else _("Moment"), title, changes)


def _changes(entry: LogEntry, created: bool, people: dict[str, str]) -> list[Change]:
    changes = []
    for name, change in (entry.changes or {}).items():
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
        if new or not created:
            changes.append(Change(label, old, new))
    return changes


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
