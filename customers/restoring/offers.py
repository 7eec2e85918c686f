"""What of the history can be put back: by which right, under which rules, to what value."""

from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import prefetch_related_objects
from django.forms import ModelForm
from django.forms.models import model_to_dict
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from customers import files, numbers
from customers.forms.address import OtherAddressForm
from customers.forms.edit import EditCustomerForm
from customers.history.subjects import INVOICE_SETTINGS, Action
from customers.history.telling import Entry, Teller, label_of, model_of
from customers.models import (
    Contact,
    Customer,
    File,
    HourlyRate,
    InvoiceRecipient,
    Note,
    OtherAddress,
    Person,
    PersonEmail,
)
from moment.models import User

_ADDRESS = frozenset({"label", "street", "postcode", "city", "country"})
_POST = frozenset({"title", "email", "phone", "tags", "employed_from", "employed_until"})
# What can be put back, and the right that it takes.
_RULES: Mapping[type[models.Model], tuple[str, frozenset[str]]] = {
    Customer: ("customers.change_customer", INVOICE_SETTINGS | {*EditCustomerForm.Meta.fields}),
    OtherAddress: ("customers.change_otheraddress", _ADDRESS),
    Contact: ("customers.change_contact", _POST),
    Person: ("customers.change_person", frozenset({"name", "phone", "mobile"})),
    PersonEmail: ("customers.change_person", frozenset({"address"})),
    File: ("customers.change_file", frozenset(files.EDITABLE)),
    HourlyRate: ("customers.change_hourlyrate", frozenset({"rate", "valid_from", "valid_until"})),
    InvoiceRecipient: ("customers.change_invoicerecipient", frozenset({"email", "kind"})),
    Note: ("customers.change_note", frozenset({"text"})),
}


class CannotPutBack(Exception):
    """The value cannot be put back; the text says why."""


@dataclass(frozen=True)
class Offer:
    """What putting a value back would do."""

    row: Any
    label: str
    now: str  # in words, empty for no value
    then: str
    # Names the present value, to tell whether it is the same when the person has said yes.
    seen: str


def may(log: LogEntry, name: str, user: User) -> bool:
    """Tell whether the user has the right to change what the entry is about."""
    permission, names = _RULES.get(model_of(log), ("", frozenset()))
    return name in names and user.has_perm(permission)


def possible(entries: Iterable[Entry], customer: Customer, user: User) -> set[str]:
    """Return, as `key_of` names them, the changes whose old value the user can probably put back.

    A fixed number of queries. What only the rules of the whole row tell is found out by `offer`.
    """
    changes = [
        (entry.log, change.field)
        for entry in entries
        for change in entry.changes
        if entry.log.action == Action.UPDATE
        and change.field in (entry.log.changes or ())
        and may(entry.log, change.field, user)
    ]
    rows = rows_of([log for log, _name in changes], customer)
    found = _Related(changes)
    for model in found.tagged:
        prefetch_related_objects(list(rows[model].values()), "tags")
    keys = set()
    for log, name in changes:
        row = rows[model_of(log)].get(log.object_pk)
        if row is None or not _is_own(row, user):
            continue
        try:
            value = _wanted(row, name, log.changes[name], found)
        except CannotPutBack:
            continue
        if value != _present(row, name):
            keys.add(key_of(log, name))
    return keys


def key_of(log: LogEntry, name: str) -> str:
    """Return what names one change of one entry."""
    return f"{log.pk}-{name}"


def offer(log: LogEntry, name: str, user: User, customer: Customer) -> Offer:
    """Return what putting the value back would do. Raises CannotPutBack or PermissionDenied."""
    row = rows_of([log], customer)[model_of(log)].get(log.object_pk)
    return made_offer(row, log, name, user)[0]


def made_offer(row: Any, log: LogEntry, name: str, user: User) -> tuple[Offer, Any]:
    """Return what putting back would do to the row, None for one that is gone, and the value."""
    if not may(log, name, user) or (row is not None and not _is_own(row, user)):
        raise PermissionDenied
    if row is None:
        raise CannotPutBack(_("What it belonged to has been removed since."))
    change = (log.changes or {}).get(name)
    if log.action != Action.UPDATE or change is None:
        raise CannotPutBack(_("There was no value before."))
    value, present = _wanted(row, name, change, _Related([(log, name)])), _present(row, name)
    column = row._meta.get_field(name)
    then, now = (_in_words(row, column, found) for found in (value, present))
    if value == present:
        raise CannotPutBack(_("It is “%(value)s” already.") % {"value": now or _("empty")})
    _check(row, name, value)
    return Offer(row, label_of(type(row), column), now, then, _token(present)), value


def _is_own(row: models.Model, user: User) -> bool:
    """Tell whether nobody else alone may change the row: a note's text is its author's."""
    return not isinstance(row, Note) or row.author_id == user.pk


def rows_of(logs: Collection[LogEntry], customer: Customer) -> dict[Any, dict[str, Any]]:
    """Return, by model and key, the rows of these entries that are still there.

    One query a model.
    """
    persons = Person.objects.filter(contacts__customer=customer, erased_at=None)
    rows: dict[type[models.Model], Any] = {
        Contact: customer.contacts.filter(person__erased_at=None).select_related("person"),
        Person: persons,
        PersonEmail: PersonEmail.objects.filter(person__in=persons).select_related("person"),
        File: customer.files,
        HourlyRate: customer.hourly_rates.select_related("user", "role"),
        InvoiceRecipient: customer.invoice_recipients.select_related("contact__person"),
        Note: customer.notes.select_related("author"),
        OtherAddress: customer.other_addresses,
    }
    found: dict[type[models.Model], dict[str, Any]] = {Customer: {str(customer.pk): customer}}
    for model, query in rows.items():
        keys = {log.object_pk for log in logs if model_of(log) is model}
        found[model] = {str(row.pk): row for row in query.filter(pk__in=keys)} if keys else {}
        for row in found[model].values():
            if hasattr(row, "customer_id"):
                row.customer = customer
    return found


class _Related:
    """What the old values point to: the tags there are, and the rows that can still be chosen."""

    def __init__(self, changes: Iterable[tuple[LogEntry, str]]) -> None:
        self.tags: dict[Any, dict[str, Any]] = {}
        self.tagged: set[Any] = set()
        self.rows: dict[Any, dict[int, Any]] = {}
        keys: dict[Any, set[int]] = {}
        for log, name in changes:
            column: Any = model_of(log)._meta.get_field(name)
            if column.many_to_many:
                self.tags[column.related_model] = {}
                self.tagged.add(model_of(log))
            elif column.is_relation and str(old := log.changes[name][0]).isdigit():
                keys.setdefault(column.related_model, set()).add(int(old))
        for model in self.tags:
            self.tags[model] = {tag.name: tag for tag in model.objects.all()}
        for model, wanted in keys.items():
            rows = model.objects.select_related("person") if model is Contact else model.objects
            self.rows[model] = rows.in_bulk(wanted)


def _wanted(row: Any, name: str, change: Any, found: _Related) -> Any:
    """Return the value to put back: a key, a set of tags, or as the field holds it."""
    column = row._meta.get_field(name)
    if isinstance(change, dict):
        return _tags_before(row, column, change, found.tags[column.related_model])
    text = change[0]
    if text is None or (text == "None" and column.null):
        return None
    if column.is_relation:
        other = found.rows.get(column.related_model, {}).get(int(text) if text.isdigit() else 0)
        if other is None or not _can_be_chosen(other, row, column):
            raise CannotPutBack(_("Who it was then is no longer here."))
        return other.pk
    try:
        return _plain(column.to_python(text))
    except ValidationError as error:
        raise CannotPutBack(" ".join(error.messages)) from None


def _can_be_chosen(other: Any, row: Any, column: Any) -> bool:
    if isinstance(other, User):
        return other.is_active or getattr(row, column.attname) == other.pk
    if isinstance(other, Contact):
        return other.customer_id == row.pk and other.person.erased_at is None
    return True


def _tags_before(row: Any, column: Any, change: Mapping[str, Any], tags: Mapping[str, Any]) -> Any:
    present, named = _present(row, column.name), frozenset(change["objects"])
    if change["operation"] == "add":
        return present - named
    gone = named - tags.keys()
    if gone == named:
        names = get_text_list(sorted(gone), _("and"))
        raise CannotPutBack(_("There is no tag %(names)s any more.") % {"names": names})
    return present | (named - gone)


def _present(row: Any, name: str) -> Any:
    column = row._meta.get_field(name)
    if column.many_to_many:
        return frozenset(tag.name for tag in getattr(row, name).all())
    return _plain(getattr(row, column.attname))


def _plain(value: Any) -> Any:
    return getattr(value, "code", value)  # of a country


def _token(value: Any) -> str:
    text = repr(sorted(value) if isinstance(value, frozenset) else value)
    return sha256(text.encode()).hexdigest()[:16]


def _in_words(row: Any, column: Any, value: Any) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    also = {column.related_model: {value}} if column.is_relation and value is not None else {}
    return Teller([], also=also).value(
        type(row), column.name, None if value is None else str(value)
    )


# The rules


def _check(row: Any, name: str, value: Any) -> None:
    """Raise CannotPutBack where the row would not be valid with this value."""
    if isinstance(value, frozenset):
        return
    if isinstance(row, Customer) and name in EditCustomerForm.Meta.fields:
        _check_by_form(row, name, value, _customer_form)
        return
    if isinstance(row, OtherAddress):
        _check_by_form(row, name, value, OtherAddressForm)
    trial = copy(row)
    setattr(trial, trial._meta.get_field(name).attname, value)
    try:
        trial.clean_fields(exclude=[f.name for f in trial._meta.fields if f.name != name])
        trial.validate_unique()
        trial.validate_constraints()
    except ValidationError as error:
        raise CannotPutBack(" ".join(error.messages)) from None


def _customer_form(data: Mapping[str, Any], instance: Customer) -> EditCustomerForm:
    return EditCustomerForm(data, instance=instance, series=numbers.CUSTOMERS.series())


def _check_by_form(row: Any, name: str, value: Any, form_of: Callable[..., ModelForm]) -> None:
    """Raise CannotPutBack with what the form would say, but for what it says already."""
    columns = [f.name for f in (*row._meta.fields, *row._meta.many_to_many) if f.editable]
    data = {key: _posted(found) for key, found in model_to_dict(row, columns).items()}
    before = form_of(data, instance=copy(row))
    after = form_of({**data, name: _posted(value)}, instance=copy(row))
    field = after.fields[name]
    if field.disabled:
        raise CannotPutBack(
            _("The series %(series)s gives out the numbers itself.")
            % {"series": numbers.CUSTOMERS.series()}
        )
    said = [
        " ".join(map(str, errors)) if key in (name, "__all__")
        else f"{after.fields[key].label}: {' '.join(map(str, errors))}"
        for key, errors in after.errors.items()
        if errors != before.errors.get(key)
    ]  # fmt: skip
    if said:
        raise CannotPutBack(" ".join(said))


def _posted(value: Any) -> Any:
    if isinstance(value, list):
        return [tag.pk for tag in value]
    return "" if value is None else str(value)
