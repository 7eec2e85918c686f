"""What was changed last in the company's settings and bank accounts, and by whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, Q
from django.utils.translation import gettext as _
from django_countries import countries

from moment.invoice_settings import words
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import SETTINGS
from moment.models import BankAccount, CompanySettings

_EMPTY = ("None", "", None)
_NOT_SHOWN = {"id", "version"}


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    at: datetime
    actor: str
    title: str
    changes: list[Change]


def last_changes(limit: int = 8) -> list[Entry]:
    """Return the newest entries of the change log about the company, in a fixed number of queries.

    That the row was made says nothing: it is made with the first change.
    """
    types = ContentType.objects.get_for_models(CompanySettings, BankAccount)
    company = Q(content_type=types[CompanySettings], action=LogEntry.Action.UPDATE)
    entries = (
        LogEntry.objects.filter(company | Q(content_type=types[BankAccount]))
        .select_related("actor")
        .order_by("-timestamp", "-pk")[:limit]
    )
    accounts = types[BankAccount].pk
    return [_entry(entry, entry.content_type_id == accounts) for entry in entries]


def _entry(entry: LogEntry, of_account: bool) -> Entry:
    model = BankAccount if of_account else CompanySettings
    actor = str(entry.actor) if entry.actor else _("Moment")
    changes = []
    if entry.action == LogEntry.Action.UPDATE:
        changes = list(filter(None, (_change(model, *one) for one in _by_field(model, entry))))
    return Entry(entry.timestamp, actor, _title(entry, of_account), changes)


def _title(entry: LogEntry, of_account: bool) -> str:
    if not of_account:
        return _("Company")
    texts = {
        LogEntry.Action.CREATE: _("Bank account %(number)s added"),
        LogEntry.Action.DELETE: _("Bank account %(number)s removed"),
    }
    text = texts.get(entry.action, _("Bank account %(number)s"))
    return text % {"number": entry.object_repr}


def _by_field(model: Any, entry: LogEntry) -> list[tuple[str, Any]]:
    """Return the changes in the order of the model: PostgreSQL keeps none in JSON."""
    places = {field.name: place for place, field in enumerate(model._meta.fields)}
    changes = (entry.changes or {}).items()
    return sorted(changes, key=lambda change: places.get(change[0], len(places)))


def _change(model: Any, name: str, change: list[Any]) -> Change | None:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None  # a field of an earlier version
    if name in _NOT_SHOWN:
        return None
    label = str(field.verbose_name)
    old, new = (_text(field, value) for value in change)
    return Change(label[:1].upper() + label[1:], old, new)


def _text(field: Any, value: Any) -> str:
    if field.model is CompanySettings and field.name in SETTINGS:
        return words.show(field.name, value, level=Level.COMPANY)
    if value in _EMPTY:
        return ""
    if field.name == "logo":
        return _("a picture")
    if isinstance(field, BooleanField):
        return _("Yes") if value == "True" else _("No")
    if field.name == "country":
        return str(countries.name(value)) or value
    return str(dict(field.flatchoices).get(value, value)) if field.flatchoices else str(value)
