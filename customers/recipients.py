"""Who gets a customer's invoices by e-mail."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from customers import holding
from customers.holding import held
from customers.models import Contact, Customer, InvoiceRecipient

SHOWN = ("contact", "email", "kind")


def recipients_of(customers: Iterable[Customer]) -> QuerySet[InvoiceRecipient]:
    """Return the recipients of these customers, To before Cc, with all it takes to write to them.

    Two queries.
    """
    return (
        InvoiceRecipient.objects.filter(customer__in=customers)
        .select_related("contact__person")
        .prefetch_related("contact__person__emails")
    )


def has_left(recipient: InvoiceRecipient) -> bool:
    """Tell whether it is a contact who no longer works there."""
    return recipient.contact is not None and recipient.contact.is_former()


def address_of(recipient: InvoiceRecipient) -> str:
    """Return the address to write to, empty where the contact has none any more."""
    return recipient.contact.address if recipient.contact else recipient.email


@dataclass(frozen=True)
class Row:
    """A recipient as the page shows it. `state` is `ok`, `left` or `unreachable`."""

    recipient: InvoiceRecipient
    address: str
    state: str


def rows_of(customer: Customer) -> list[Row]:
    """Return a customer's recipients as the page shows them, in two queries."""
    rows = []
    for recipient in recipients_of([customer]):
        address = address_of(recipient)
        state = "left" if has_left(recipient) else "ok" if address else "unreachable"
        rows.append(Row(recipient, address, state))
    return rows


def candidates(customer: Customer) -> list[Contact]:
    """Return the present contacts of the customer who are no recipients yet, in two queries.

    Some may have no address: they cannot be chosen.
    """
    return list(
        Contact.objects.current()
        .filter(customer=customer)
        .exclude(pk__in=customer.invoice_recipients.exclude(contact=None).values("contact"))
        .select_related("person")
        .prefetch_related("person__emails")
    )


class NoSuchContact(Exception):
    """Somebody who was chosen is no contact of the customer any more."""


def add(
    customer: Customer, *, contacts: Collection[Contact], addresses: Iterable[str], kind: str
) -> list[InvoiceRecipient]:
    """Make recipients of these contacts and addresses; those that are already stay as they are.

    Returns the new ones. All in one transaction. Raises NoSuchContact, then nothing is saved.
    """
    keys = {contact.pk for contact in contacts}
    with held(customer):
        still = Contact.objects.filter(pk__in=keys, customer=customer, person__erased_at=None)
        if still.count() < len(keys):
            raise NoSuchContact
        here = list(customer.invoice_recipients.all())
        contact_keys = {recipient.contact_id for recipient in here}
        taken = {recipient.email.casefold() for recipient in here if recipient.email}
        new = [
            InvoiceRecipient(customer=customer, contact=contact, kind=kind)
            for contact in contacts
            if contact.pk not in contact_keys
        ]
        for address in addresses:
            if address.casefold() not in taken:
                taken.add(address.casefold())
                new.append(InvoiceRecipient(customer=customer, email=address, kind=kind))
        for recipient in new:
            recipient.save()
    return new


class AlreadyThere(Exception):
    """The customer has another recipient with this address."""


def save(recipient: InvoiceRecipient, *, shown: str | None = None) -> InvoiceRecipient:
    """Save a recipient that was changed. Raises AlreadyThere or ChangedMeanwhile."""
    with held(recipient.customer):
        holding.check_as_seen(recipient, SHOWN, shown)
        others = recipient.customer.invoice_recipients.exclude(pk=recipient.pk).exclude(email="")
        taken = {email.casefold() for email in others.values_list("email", flat=True)}
        if recipient.email and recipient.email.casefold() in taken:
            raise AlreadyThere(recipient.email)
        recipient.save()
    return recipient
