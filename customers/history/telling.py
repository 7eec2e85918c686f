"""What entries of the change log say, in words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from auditlog.models import LogEntry
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django_countries import countries
from django_countries.fields import CountryField

from customers.alerting import TAKEABLE
from customers.history.subjects import ANSWERED, PUT_BACK, Action, subjects
from customers.models import (
    Contact,
    Customer,
    File,
    HourlyRate,
    Merge,
    Note,
    Person,
    PersonEmail,
    ProjectRole,
)
from customers.register_facts import alert_words
from moment.invoice_settings import words as settings_words
from moment.models import Content, User
from moment.money import amount
from moment.templatetags.moment import short_date
from registry.models import Alert

# What a key is shown as, and where the name is read.
_NAMED: dict[type[models.Model], tuple[str, ...]] = {
    User: tuple(User.NAME_ORDER),
    Contact: ("person__name",),
    Person: ("name",),
    ProjectRole: ("name",),
}


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str
    field: str = field(default="", compare=False)


@dataclass(frozen=True)
class Entry:
    """One act of one person: what it was called, what it was about, the fields it changed."""

    at: datetime
    actor: str
    title: str
    changes: list[Change]
    # What hangs on the customer by its name; empty for the customer itself.
    subject: str = ""
    log: Any = field(default=None, compare=False)
    # The merge that it tells of.
    merge: Merge | None = field(default=None, compare=False)


class Teller:
    """Tells entries in words. Names of what they point to are read once, one query a model."""

    def __init__(
        self,
        logs: Iterable[LogEntry],
        *,
        of: Customer | None = None,
        viewer: Any = None,
        also: Mapping[Any, Collection[int]] | None = None,
    ) -> None:
        """Tell these entries, of the history of this customer: others are named.

        What takes a right of its own is left out, unless the viewer has it. `also` are keys, by
        model, of further rows to be named.
        """
        self.logs, self._of, self._also, self._viewer = list(logs), of, also or {}, viewer
        self.names = {model: self._named(model) for model in _NAMED}
        self.names |= {model: self._pointed_to(model, at) for model, at in _pointing().items()}
        self._called = self._rows_called()
        self._emails_of = self._persons_with_emails()
        self._merges = self._read(Merge, Merge.objects.select_related("kept"), "merged")
        self._others = self._read(Customer, Customer.with_merged.only("number", "name"))

    @property
    def entries(self) -> list[Entry]:
        return [self.entry(log) for log in self.logs]

    def entry(self, log: LogEntry) -> Entry:
        model = model_of(log)
        changes = [
            change for name, _value in self._ordered(log) for change in self._lines(log, name)
        ]
        title = self._title(log)
        if answers := _answers(log):
            title = _title_of(answers)
            changes += [_answer_in_words(alert) for alert in answers if _has_a_line(alert)]
        actor = str(log.actor) if log.actor else _("Moment")
        subject = "" if model in (Note, Merge) else self._subject(log)
        if subject and log.action != Action.UPDATE:  # by its name it is called already
            changes = [change for change in changes if subject not in (change.old, change.new)]
        merge = self._merges.get(log.object_pk) if model is Merge else None
        return Entry(log.timestamp, actor, title, changes, subject, log, merge)

    def value(self, model: type[models.Model], name: str, value: Any) -> str:
        """Return a value of a field, as the change log has it, in words; empty for none."""
        column: Any = model._meta.get_field(name)
        subject = subjects().get(model)
        if subject and subject.level and name in subject.settings:
            contacts = self.names[Contact]
            return settings_words.show(name, value, level=subject.level, contacts=contacts)
        if value in (None, "") or (value == "None" and column.null):
            return ""
        if column.is_relation:
            return self._name(column.related_model, value)
        if isinstance(column, CountryField):
            return str(countries.name(value)) or value
        if isinstance(column, models.BooleanField):
            return _("Yes") if value in (True, "True") else _("No")
        if column.flatchoices:
            return str(dict(column.flatchoices).get(value, value))
        return _typed(column, value)

    def _lines(self, log: LogEntry, name: str) -> list[Change]:
        model, change = model_of(log), log.changes[name]
        column = shown_field(model, name)
        if column is None or not self._may_see(model, name):
            return []
        if column.related_model is Customer and log.action != Action.UPDATE:
            return []  # whose history it is
        label = label_of(model, column)
        if isinstance(change, dict):  # tags added or removed
            objects = ", ".join(change["objects"])
            added = change["operation"] == "add"
            return [Change(label, "" if added else objects, objects if added else "", name)]
        old, new = change
        if model is File and name == "content" and log.action == Action.UPDATE:
            return [Change(_("Content"), "", _("A new version"), name)]
        if column.related_model is Content:
            return []
        # Of what is created or deleted the log has nothing on the other side.
        before = "" if log.action == Action.CREATE else self.value(model, name, old)
        after = "" if log.action == Action.DELETE else self.value(model, name, new)
        if log.action != Action.UPDATE and _says_nothing(
            column, new if log.action == Action.CREATE else old
        ):
            return []
        if not before and not after:
            return []
        return [Change(label, before, after, name)]

    def _may_see(self, model: type[models.Model], name: str) -> bool:
        right = subjects()[model].rights.get(name)
        return right is None or (self._viewer is not None and self._viewer.has_perm(right))

    def _ordered(self, log: LogEntry) -> list[tuple[str, Any]]:
        """Return the changes by where the fields stand: PostgreSQL keeps no order in JSON."""
        meta = model_of(log)._meta
        places = {f.name: n for n, f in enumerate([*meta.fields, *meta.many_to_many])}
        changes = (log.changes or {}).items()
        return sorted(changes, key=lambda change: places.get(change[0], len(places)))

    def _title(self, log: LogEntry) -> str:
        data = log.additional_data
        if isinstance(data, dict) and PUT_BACK in data:
            return _("Value put back")
        model, changed = model_of(log), set(log.changes or ())
        if model is Note and changed == {"pinned"} and log.action == Action.UPDATE:
            return _("Note pinned") if log.changes["pinned"][1] == "True" else _("Note unpinned")
        if model is File and "content" in changed and log.action == Action.UPDATE:
            return _("File replaced")
        if model is Merge and log.object_pk in self._merges:
            return merge_in_words(self._merges[log.object_pk], log.action, self._of)
        _old, state = (log.changes or {}).get("state", ("", ""))
        return subjects()[model].title(log.action, state)

    def _subject(self, log: LogEntry) -> str:
        """Return what an entry is about, by the name it had then or has now."""
        model, key = model_of(log), log.object_pk
        if model in self._called:
            return self._called[model].get(int(key), log.object_repr)
        if model is Customer:  # one that was merged into this
            return f"{other.number} {other.name}" if (other := self._others.get(key)) else ""
        if model is Person:
            return self.names[Person].get(int(key), log.object_repr)
        if model is Contact:
            return self.names[Contact].get(int(key), log.object_repr)
        if model is PersonEmail:
            person = self._emails_of.get(key) or self._of_change(log, "person")
            return person or ""
        if model is HourlyRate:
            return log.object_repr.rpartition(": ")[0]
        return str(log.object_repr)

    def _of_change(self, log: LogEntry, name: str) -> str:
        """Return the name of what a created or deleted row pointed to."""
        keys = [key for key in (log.changes or {}).get(name, ()) if key not in ("None", "", None)]
        column: Any = model_of(log)._meta.get_field(name)
        return self._name(column.related_model, keys[-1]) if keys else ""

    def _name(self, model: type[models.Model], key: Any) -> str:
        known = self.names.get(model, {})
        return known.get(int(key), "") or _("No longer here") if str(key).isdigit() else str(key)

    def _named(self, model: type[models.Model]) -> dict[int, str]:
        """Return the names of the rows of a model that entries point to or are about."""
        keys = {int(key) for key in self._keys(model)} | {*self._also.get(model, ())}
        if not keys:
            return {}
        rows: Any = model._base_manager.filter(pk__in=keys)
        if model is User:
            return {user.pk: str(user) for user in rows.only(*User.NAME_ORDER)}
        return dict(rows.values_list("pk", *_NAMED[model]))

    def _pointed_to(self, model: Any, at: str) -> dict[int, str]:
        """Return the names of the rows of a model that fields which are told point to."""
        keys = {int(key) for key in self._keys(model, told=True)} | {*self._also.get(model, ())}
        return dict(model._base_manager.filter(pk__in=keys).values_list("pk", at)) if keys else {}

    def _rows_called(self) -> dict[Any, Mapping[int, str]]:
        """Return the names of the rows that entries are about, where their subject reads them."""
        found = {}
        for model in {model_of(log) for log in self.logs}:
            if called := subjects()[model].called:
                found[model] = called(
                    {int(log.object_pk) for log in self.logs if model_of(log) is model}
                )
        return found

    def _read(self, model: Any, rows: models.QuerySet[Any], *many: str) -> dict[str, Any]:
        """Return the rows of a model that entries are about, but for the customer's own."""
        own = str(self._of.pk) if self._of and model is Customer else ""
        keys = {log.object_pk for log in self.logs if model_of(log) is model} - {own}
        if not keys or (model is Customer and not own):
            return {}
        return {str(row.pk): row for row in rows.filter(pk__in=keys).prefetch_related(*many)}

    def _keys(self, model: type[models.Model], *, told: bool = False) -> Iterable[str]:
        for log in self.logs:
            about = model_of(log)
            if about is model and not told:
                yield log.object_pk
            for name, change in (log.changes or {}).items():
                column = shown_field(about, name) if told else _field(about, name)
                if column is not None and column.related_model is model:
                    values = () if isinstance(change, dict) else change
                    yield from (value for value in values if str(value).isdigit())

    def _persons_with_emails(self) -> dict[str, str]:
        keys = {log.object_pk for log in self.logs if model_of(log) is PersonEmail}
        if not keys:
            return {}
        rows = PersonEmail.objects.filter(pk__in=keys).values_list("pk", "person__name")
        return {str(pk): name for pk, name in rows}


def model_of(log: LogEntry) -> type[models.Model]:
    """Return the model that an entry is about. Types are known, so without a query."""
    model = log.content_type.model_class()
    assert model is not None
    return model


def _pointing() -> dict[Any, str]:
    """Return where the names of what is pointed to are read, of what apps above tell."""
    return {model: at for subject in subjects().values() for model, at in subject.pointing.items()}


def shown_field(model: type[models.Model], name: str) -> Any:
    """Return a field that the history tells of; None for one it does not, or of an earlier time."""
    column = _field(model, name)
    if column is None or column.auto_created or name in subjects()[model].hidden:
        return None
    return None if column.primary_key else column


def _field(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def label_of(model: type[models.Model], column: Any) -> str:
    """Return the field's name, of the customer's with which address it is part of."""
    kinds = {
        "visiting": _("Visiting address"),
        "postal": _("Postal address"),
        "invoice": _("Invoice address"),
    }
    kind, _sep, part = column.name.partition("_")
    labels = subjects()[model].labels if model in subjects() else {}
    label = str(labels.get(column.name, column.verbose_name))
    if model is Customer and kind in kinds and part in ("street", "postcode", "city", "country"):
        return f"{kinds[kind]}, {label}"
    return label[:1].upper() + label[1:]


def _says_nothing(column: Any, value: Any) -> bool:
    """Tell whether a value is none that a person gave: where nothing is ticked, or inherited."""
    if isinstance(column, models.BooleanField):
        return value == "False" and not column.null
    return value in (None, "") or (value == "None" and column.null)


def _typed(column: Any, value: Any) -> str:
    """Return a day, an amount or a text as people read it."""
    try:
        value = column.to_python(value)
    except ValidationError:
        return str(value)
    if isinstance(value, Decimal):
        return amount(value)
    if isinstance(value, date):
        return short_date(value)
    return str(value)


def merge_in_words(merge: Merge, action: int, of: Customer | None) -> str:
    """Return what was merged into what, or made several again, as the history of one tells it."""
    undone = action != Action.CREATE
    names = {"merged": str(merge), "kept": f"{merge.kept.number} {merge.kept.name}"}
    if of is not None and of.pk == merge.kept_id:
        text = (
            _("Undid the merge of %(merged)s into this one")
            if undone
            else _("Merged %(merged)s into this one")
        )
    elif of is not None and of.pk in [one.customer_id for one in merge.merged.all()]:
        text = _("Undid the merge into %(kept)s") if undone else _("Merged into %(kept)s")
    else:
        text = (
            _("Undid the merge of %(merged)s into %(kept)s")
            if undone
            else _("Merged %(merged)s into %(kept)s")
        )
    return text % names


# The register's alerts


def _answers(entry: LogEntry) -> list[Alert]:
    """Return the alerts that an entry answered, as they were: the base forgets them in time."""
    data = entry.additional_data
    told = data.get(ANSWERED, []) if isinstance(data, dict) else []
    return [
        Alert(**alert | {"changed_on": date.fromisoformat(alert["changed_on"])}) for alert in told
    ]


def _title_of(answers: Sequence[Alert]) -> str:
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
