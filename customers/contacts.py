"""Who is a contact of which customer: adding, changing, removing.

A person hangs on several customers, and what each is found by follows from all its contacts. So
every change locks the customers concerned, in order of their keys, then the person; see `hold`.
Each raises `holding.MergedMeanwhile` where the customer is not its own any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.holding import ChangedMeanwhile, living, lock
from customers.models import Contact, ContactTag, Customer, InvoiceRecipient, Person
from moment.turns import in_turn


@dataclass(frozen=True)
class Details:
    """What a person has everywhere."""

    name: str
    # None of them twice, whatever the case; the first is the one to write to.
    emails: Sequence[str] = ()
    phone: str = ""
    mobile: str = ""


@dataclass(frozen=True)
class Post:
    """What a person has at one customer."""

    title: str = ""
    email: str = ""
    phone: str = ""
    tags: Sequence[ContactTag] = ()
    employed_from: date | None = None
    employed_until: date | None = None


@dataclass(frozen=True)
class Hold:
    """A person and the customers concerned, locked and as they are now."""

    person: Person
    customers: dict[int, Customer]


class AlreadyThere(Exception):
    """The person is a contact of the customer: as `contact`."""

    def __init__(self, contact: Contact) -> None:
        super().__init__(contact)
        self.contact = contact


def add_new(customer: Customer, details: Details, post: Post = Post()) -> Contact:
    """Save a new person as a contact of the customer, and return the contact."""
    with in_turn(), transaction.atomic():
        customer = lock(customer)
        person = Person.objects.create(
            name=details.name, phone=details.phone, mobile=details.mobile
        )
        contact = _write_post(Contact(customer=customer, person=person), post)
        _write_emails(person, details.emails)
        person.save()
        finish([customer], active=[customer])
    return contact


def add_existing(customer: Customer, person: Person, post: Post = Post()) -> Contact:
    """Make a person a contact of one more customer, and return the contact.

    Raises AlreadyThere, and Person.DoesNotExist for who was erased meanwhile.
    """
    with in_turn(), transaction.atomic():
        held = hold(person.pk, [customer.pk])
        customer = living(held.customers[customer.pk])
        there = held.person.contacts.filter(customer=customer).first()
        if there:
            raise AlreadyThere(there)
        contact = _write_post(Contact(customer=customer, person=held.person), post)
        _finish(held, customer)
    return contact


def save(contact: Contact, version: int, details: Details, post: Post) -> Contact:
    """Save the person, everywhere, and the post at this customer; return the contact.

    Raises ChangedMeanwhile when the person is not at this version any more, and DoesNotExist, of
    the contact or the person, when it is gone. Then nothing is saved.
    """
    with in_turn(), transaction.atomic():
        held, contact = _hold_contact(contact)
        person = held.person
        if person.version != version:
            raise ChangedMeanwhile(contact)
        person.name, person.phone, person.mobile = details.name, details.phone, details.mobile
        _write_emails(person, details.emails)
        _write_post(contact, post)
        _finish(held, contact.customer, everywhere=True)
    return contact


def end(contact: Contact, last_day: date) -> Contact:
    """Set the last day of a person at a customer, and return the contact.

    Raises ValidationError when that is before the first day, and DoesNotExist when it is gone.
    """
    with in_turn(), transaction.atomic():
        held, contact = _hold_contact(contact)
        if contact.employed_from and last_day < contact.employed_from:
            raise ValidationError(_("The last day is before the first."))
        contact.employed_until = last_day
        contact.save()
        _finish(held, contact.customer)
    return contact


def remove(contact: Contact) -> None:
    """Take a person off a customer: also as a recipient and the contact of its invoices.

    The person stays, at other customers or at none. Raises DoesNotExist when it is gone already.
    """
    with in_turn(), transaction.atomic():
        held, contact = _hold_contact(contact)
        customer = contact.customer
        if customer.invoice_contact_id == contact.pk:
            customer.invoice_contact = None
            customer.version += 1
            customer.save()
        for recipient in _as_recipient(contact):
            recipient.delete()
        contact.delete()
        _finish(held, customer)


@dataclass(frozen=True)
class Removal:
    """What removing a contact means beside the row itself."""

    others: list[Customer]  # where the person stays
    is_recipient: bool
    is_invoice_contact: bool


def removal_of(contact: Contact, others: list[Customer]) -> Removal:
    """Return what removing the contact would mean; one query."""
    return Removal(
        others,
        is_recipient=_as_recipient(contact).exists(),
        is_invoice_contact=contact.customer.invoice_contact_id == contact.pk,
    )


def hold(person: int, besides: Iterable[int] = ()) -> Hold:
    """Lock the customers that a person is at, and those besides, then the person.

    Call it inside a transaction. Raises Person.DoesNotExist for who is erased.
    """
    besides = set(besides)
    while True:
        keys = besides | _customers_of(person)
        with transaction.atomic():
            rows = Customer.with_merged.select_for_update().filter(pk__in=keys).order_by("pk")
            customers = {customer.pk: customer for customer in rows}
            locked = Person.objects.select_for_update().get(pk=person, erased_at=None)
            if _customers_of(person) <= keys:
                return Hold(locked, customers)
            # Added to one more customer before the person was ours: let all go, and in order again.
            transaction.set_rollback(True)


def finish(customers: Iterable[Customer], *, active: Iterable[Customer] = ()) -> None:
    """Have the overview find customers by the contacts they have now, and note the activity.

    The customers are locked by who calls.
    """
    column = Customer._meta.get_field("search_text")
    at_work = {customer.pk for customer in active}
    for customer in customers:
        before, changed = customer.search_text, {}
        if (now := column.pre_save(customer, False)) != before:
            changed["search_text"] = now
        if customer.pk in at_work:
            changed["last_activity_at"] = timezone.now()
        if changed:
            # Not by save(): no column that people fill in is concerned.
            Customer.with_merged.filter(pk=customer.pk).update(**changed)


def find_by_posts(persons: Iterable[int]) -> None:
    """Have searches find these persons, by their keys, by the posts they have now.

    The persons are locked by who calls. Up to four queries for each.
    """
    column = Person._meta.get_field("search_text")
    for person in Person.objects.filter(pk__in=persons).order_by("pk"):
        before = person.search_text
        if (now := column.pre_save(person, False)) != before:
            Person.objects.filter(pk=person.pk).update(search_text=now)


def _finish(held: Hold, at: Customer, *, everywhere: bool = False) -> None:
    """Save the person, whose contact at a customer has changed, or who has changed everywhere."""
    held.person.version += 1
    held.person.save()
    finish(held.customers.values() if everywhere else [at], active=[at])


def _hold_contact(contact: Contact) -> tuple[Hold, Contact]:
    """Lock what a change of this contact concerns; return it as it is now, on the locked rows."""
    held = hold(contact.person_id, [contact.customer_id])
    customer = living(held.customers[contact.customer_id])
    stored = Contact.objects.get(pk=contact.pk, customer=customer)
    stored.person, stored.customer = held.person, customer
    return held, stored


def _customers_of(person: int) -> set[int]:
    return set(Contact.objects.filter(person=person).values_list("customer_id", flat=True))


def _as_recipient(contact: Contact):
    return InvoiceRecipient.objects.filter(contact=contact)


def _write_post(contact: Contact, post: Post) -> Contact:
    contact.title, contact.email, contact.phone = post.title, post.email, post.phone
    contact.employed_from, contact.employed_until = post.employed_from, post.employed_until
    contact.save()
    contact.tags.set(post.tags)
    return contact


def _write_emails(person: Person, addresses: Sequence[str]) -> None:
    """Give the person these addresses, in this order; rows that stay are kept."""
    stored = {email.address.lower(): email for email in person.emails.all()}
    wanted = {address.lower(): address for address in addresses}
    for key in stored.keys() - wanted.keys():
        stored[key].delete()
    for position, (key, address) in enumerate(wanted.items()):
        email = stored.get(key)
        if email is None:
            person.emails.create(address=address, position=position)
        elif (email.address, email.position) != (address, position):
            email.address, email.position = address, position
            email.save()
