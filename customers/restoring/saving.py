"""Saving a value that is put back, as whoever edits the same thing does."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from typing import Any

from auditlog.models import LogEntry
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import addresses, alerting, contacts, counts, files, holding, notes, numbers, rates
from customers import recipients as customer_recipients
from customers.duplicates import finding
from customers.history.subjects import PUT_BACK
from customers.history.telling import model_of
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
from customers.rate_words import rate_words
from customers.restoring.offers import CannotPutBack, Offer, made_offer, rows_of
from moment.content import Refused
from moment.models import User
from moment.turns import in_turn


class ChangedMeanwhile(Exception):
    """The value is another than the person was shown as the present one."""


def put_back(log: LogEntry, name: str, by: User, customer: Customer, *, seen: str) -> Offer:
    """Put the value back that a field had before this entry, and write down that it was put back.

    `seen` is that of the offer the person agreed to. Raises ChangedMeanwhile, CannotPutBack or
    PermissionDenied; then nothing is saved.
    """
    with _held(log, customer) as held:
        row = rows_of([log], held)[model_of(log)].get(log.object_pk)
        made, value = made_offer(row, log, name, by)
        if made.seen != seen:
            raise ChangedMeanwhile
        _SAVED_BY[model_of(log)](row, name, value)
        _remember(log, name, by)
    return made


@contextmanager
def _held(log: LogEntry, customer: Customer) -> Iterator[Customer]:
    """Lock what a change of the row takes, as whoever edits it does."""
    model = model_of(log)
    if model not in (Contact, Person, PersonEmail):
        with holding.held(customer) as held:
            yield held
        return
    row = rows_of([log], customer)[model].get(log.object_pk)
    if row is None:
        yield customer  # gone: that is told, and nothing saved
        return
    person = row.pk if model is Person else row.person_id
    with in_turn(), transaction.atomic():
        try:
            held_person = contacts.hold(person, [customer.pk])
        except Person.DoesNotExist:
            yield customer
            return
        at = holding.living(held_person.customers[customer.pk])
        yield at
        stored = Person.objects.get(pk=person)  # as it was just saved
        stored.version += 1
        stored.save()
        contacts.finish(held_person.customers.values(), active=[at])


def _save_customer(row: Customer, name: str, value: Any) -> None:
    before = copy(row)
    _set(row, name, value)
    if name == "number" and row.number not in numbers.own(row):
        numbers.allocate(row.number)
        numbers.claim(row)
    row.version += 1
    row.last_activity_at = timezone.now()
    row.save()
    alerting.follow(row, instead_of=alerting.norwegian_number(before))
    finding.follow_change(row, instead_of=before)
    transaction.on_commit(counts.forget)


def _save_row(row: Any, name: str, value: Any) -> None:
    _set(row, name, value)
    row.save()


def _save_file(row: File, name: str, value: Any) -> None:
    present = {key: getattr(row, key) for key in files.EDITABLE}
    try:
        files.edit(row, {**present, name: value}, present)
    except files.NameTaken:
        raise CannotPutBack(_("Another file of the customer has this name.")) from None
    except Refused as refusal:  # the name is of another kind than what the file holds now
        raise CannotPutBack(str(refusal)) from None


def _save_rate(row: HourlyRate, name: str, value: Any) -> None:
    seen = holding.seen(row, rates.SHOWN)
    _set(row, name, value)
    try:
        rates.save(row, shown=seen)
    except rates.Overlap as error:
        raise CannotPutBack(rate_words(error.other)) from None


def _save_recipient(row: InvoiceRecipient, name: str, value: Any) -> None:
    seen = holding.seen(row, customer_recipients.SHOWN)
    _set(row, name, value)
    try:
        customer_recipients.save(row, shown=seen)
    except customer_recipients.AlreadyThere:
        raise CannotPutBack(_("This address is a recipient already.")) from None


def _save_address(row: OtherAddress, name: str, value: Any) -> None:
    seen = holding.seen(row, addresses.SHOWN)
    _set(row, name, value)
    try:
        addresses.save(row, shown=seen)
    except addresses.LabelTaken:
        raise CannotPutBack(_("The customer has an address with this label already.")) from None


def _save_note(row: Note, name: str, value: Any) -> None:
    row.text = notes.edit(row, text=value, version=row.version).text


_SAVED_BY: Mapping[type[models.Model], Callable[[Any, str, Any], None]] = {
    Customer: _save_customer,
    OtherAddress: _save_address,
    Contact: _save_row,
    Person: _save_row,
    PersonEmail: _save_row,
    File: _save_file,
    HourlyRate: _save_rate,
    InvoiceRecipient: _save_recipient,
    Note: _save_note,
}


def _set(row: Any, name: str, value: Any) -> None:
    column = row._meta.get_field(name)
    if column.many_to_many:
        getattr(row, name).set(column.related_model.objects.filter(name__in=value))
    else:
        setattr(row, column.attname, value)


def _remember(log: LogEntry, name: str, by: User) -> None:
    """Mark the entry that saving has just made. The row is locked, so it is the newest of it."""
    rows = LogEntry.objects.filter(content_type=log.content_type, object_pk=log.object_pk)
    entry = rows.order_by("-pk").first()
    assert entry is not None
    entry.additional_data = {
        **(entry.additional_data or {}),
        PUT_BACK: {"entry": log.pk, "field": name},
    }
    entry.actor, entry.actor_email = by, by.email
    entry.save(update_fields=["additional_data", "actor", "actor_email"])
