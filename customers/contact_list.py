"""The contacts of a customer as its page lists them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from customers.models import Contact, Customer

_NAMED = ("number", "name", "status")
NAMED = 3  # customers of a person that a page names; it counts the others


@dataclass(frozen=True)
class Email:
    """An address of a contact; the customer's own goes before those the person has everywhere."""

    address: str
    used: bool


@dataclass(frozen=True)
class Line:
    """One contact, said so that the template only writes."""

    contact: Contact
    emails: list[Email]
    phones: list[str]
    others: list[Customer]  # that the person is a contact of besides
    former: bool
    future: bool

    @property
    def more(self) -> int:
        return more_than_shown(self.others)


def emails_of(contact: Contact) -> list[Email]:
    """Return the contact's addresses and which are used at this customer.

    No query where `person__emails` are prefetched.
    """
    own = [Email(contact.email, used=True)] if contact.email else []
    everywhere = [email.address for email in contact.person.emails.all()]
    return own + [
        Email(address, used=not own)
        for address in everywhere
        if address.lower() != contact.email.lower()
    ]


def phones_of(contact: Contact) -> list[str]:
    """Return the contact's phone numbers, that of this customer first, none twice."""
    person = contact.person
    return list(dict.fromkeys(filter(None, [contact.phone, person.mobile, person.phone])))


def with_all(contacts: QuerySet[Contact], visible: QuerySet[Customer]) -> QuerySet[Contact]:
    """Return these contacts with all that a line shows; in five queries, however many.

    `visible` are the customers that may be named.
    """
    return contacts.select_related("person").prefetch_related(
        "tags", "person__emails", posts("person__contacts", visible)
    )


def posts(path: str, visible: QuerySet[Customer]) -> Prefetch:
    """Return the prefetch of what persons are at these customers, with the customers' names."""
    rows = Contact.objects.filter(customer__in=visible).select_related("customer")
    named = rows.only("person", "title", *(f"customer__{name}" for name in _NAMED))
    return Prefetch(path, named.order_by("customer__sort_name", "pk"))


def lines(customer: Customer, visible: QuerySet[Customer]) -> tuple[list[Line], list[Line]]:
    """Return the customer's contacts now and to come, and the former ones, by name."""
    today = timezone.localdate()
    all_of_them = [_line(contact, today) for contact in with_all(customer.contacts.all(), visible)]
    return (
        [line for line in all_of_them if not line.former],
        [line for line in all_of_them if line.former],
    )


def others_of(contact: Contact) -> list[Customer]:
    """Return the other customers of a contact's person; for rows of `with_all`."""
    everywhere = contact.person.contacts.all()
    return [post.customer for post in everywhere if post.customer_id != contact.customer_id]


def more_than_shown(customers: Sequence[Any]) -> int:
    """Return how many there are beside those that a page names."""
    return max(len(customers) - NAMED, 0)


def _line(contact: Contact, today: date) -> Line:
    erased = contact.person.erased_at is not None
    first_day = contact.employed_from
    return Line(
        contact,
        emails_of(contact),
        phones_of(contact),
        others_of(contact),
        former=erased or contact.is_former(today),
        future=first_day is not None and first_day > today,
    )
