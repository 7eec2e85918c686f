"""The cells of the contact report's rows, on its page and in its spreadsheet."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import Contact, ContactTag, Customer, PersonEmail
from customers.rows import tags_of
from moment.tabular import Column
from moment.templatetags.moment import short_date

_BATCH = 1000
_OF_CONTACTS = (
    "pk",
    "person_id",
    "person__name",
    "person__phone",
    "person__mobile",
    "title",
    "phone",
    "mail",
    "customer__number",
    "customer__name",
    "customer__status",
    "employed_from",
    "employed_until",
)
_OF_PERSONS = ("pk", "name", "phone", "mobile", "mail")


def with_mail(contacts: QuerySet[Contact]) -> QuerySet:
    """Return the contacts, each with `mail`: the address to use at the customer, or empty."""
    own = NullIf(F("email"), Value(""))
    return contacts.annotate(mail=Coalesce(own, _first_of("person_id"), Value("")))


def of_contacts(contacts: QuerySet[Contact], tags: Iterable[ContactTag]) -> list[dict[str, Any]]:
    """Return the cells of these contacts; `tags` are all there are, in their order. Two queries."""
    found = list(with_mail(contacts).values(*_OF_CONTACTS))
    statuses = {value: str(label) for value, label in Customer.Status.choices}
    tagged = tags_of(Contact, [row["pk"] for row in found], tags)
    today = timezone.localdate()
    return [
        {
            "key": row["pk"],
            "url": reverse("customers:person", args=[row["person_id"]]),
            "name": row["person__name"],
            "title": row["title"],
            "employed": _employed(row, today),
            "number": row["customer__number"],
            "customer": row["customer__name"],
            "customer_url": reverse("customers:profile", args=[row["customer__number"]]),
            "status": row["customer__status"],
            "status_label": statuses[row["customer__status"]],
            "email": row["mail"],
            "phone": _phone(row["phone"], row["person__mobile"], row["person__phone"]),
            "tags": tagged.get(row["pk"], []),
        }
        for row in found
    ]


def of_persons(persons: QuerySet) -> list[dict[str, Any]]:
    """Return the cells of persons without a customer. One query."""
    return [
        {
            "key": row["pk"],
            "url": reverse("customers:person", args=[row["pk"]]),
            "name": row["name"],
            "email": row["mail"],
            "phone": _phone("", row["mobile"], row["phone"]),
        }
        for row in _persons(persons)
    ]


def columns() -> list[Column]:
    """Return the columns of the spreadsheet."""
    return [
        Column(_("Person"), 28),
        Column(_("Title"), 24),
        Column(_("Customer no."), 12),
        Column(_("Customer"), 36),
        Column(_("Customer status"), 14),
        Column(_("E-mail"), 34),
        Column(_("Phone at the customer"), 18),
        Column(_("Mobile"), 18),
        Column(_("Phone"), 18),
        Column(_("Tags"), 30),
        Column(_("Employed from"), 14),
        Column(_("Employed until"), 14),
    ]


def sheet_of_contacts(
    contacts: QuerySet[Contact], tags: Iterable[ContactTag]
) -> Iterator[tuple[Any, ...]]:
    """Yield the spreadsheet's cells of each contact.

    A thousand at a time, so that memory stays the same; one query more for each thousand.
    """
    statuses = {value: str(label) for value, label in Customer.Status.choices}
    tags = list(tags)
    found = with_mail(contacts).values(*_OF_CONTACTS).iterator(_BATCH)
    for batch in _in_batches(found):
        tagged = tags_of(Contact, [row["pk"] for row in batch], tags)
        for row in batch:
            yield (
                row["person__name"],
                row["title"],
                row["customer__number"],
                row["customer__name"],
                statuses[row["customer__status"]],
                row["mail"],
                row["phone"],
                row["person__mobile"],
                row["person__phone"],
                ", ".join(name for name, _color in tagged.get(row["pk"], [])),
                row["employed_from"],
                row["employed_until"],
            )


def sheet_of_persons(persons: QuerySet) -> Iterator[tuple[Any, ...]]:
    """Yield the spreadsheet's cells of each person without a customer, in the same columns."""
    for row in _persons(persons).iterator(_BATCH):
        yield (row["name"], *[""] * 4, row["mail"], "", row["mobile"], row["phone"], *[""] * 3)


def _persons(persons: QuerySet) -> QuerySet:
    return persons.annotate(mail=Coalesce(_first_of("pk"), Value(""))).values(*_OF_PERSONS)


def _first_of(person: str) -> Subquery:
    """Return the address to write to of the person whose key is in this column."""
    addresses = PersonEmail.objects.filter(person=OuterRef(person)).order_by("position", "pk")
    return Subquery(addresses.values("address")[:1])


def _phone(*numbers: str) -> str:
    """Return the number to call: at the customer, else mobile, else the other."""
    return next(filter(None, numbers), "")


def _employed(row: dict[str, Any], today: date) -> str:
    """Return what is unusual about the employment: when it ended, or will begin or end."""
    until, begins = row["employed_until"], row["employed_from"]
    if until and until < today:
        return _("Until %(date)s") % {"date": short_date(until)}
    if begins and begins > today:
        return _("From %(date)s") % {"date": short_date(begins)}
    return _("Until %(date)s") % {"date": short_date(until)} if until else ""


def _in_batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
