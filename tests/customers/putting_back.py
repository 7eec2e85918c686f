"""Things whose values the tests put back."""

from auditlog.models import LogEntry

from customers import history, restoring
from customers.models import File
from moment.models import Content
from tests.factories import (
    ContactFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
)


def made(what: str, customer, kari):
    """Return a thing of this kind that hangs on the customer, or is it."""
    match what:
        case "customer":
            return customer
        case "contact":
            return ContactFactory(customer=customer)
        case "person":
            return ContactFactory(customer=customer).person
        case "email":
            return ContactFactory(
                customer=customer, person__emails=["a@b.example"]
            ).person.emails.get()
        case "file":
            content = Content.objects.create(
                sha256="a" * 64, size=9, kind="application/pdf", path="a"
            )
            return File.objects.create(
                customer=customer, name="a.pdf", content=content, uploaded_by=kari
            )
        case "rate":
            return HourlyRateFactory(customer=customer)
        case "recipient":
            return InvoiceRecipientFactory(customer=customer)
        case "note":
            return NoteFactory(customer=customer, author=kari)
        case "address":
            return OtherAddressFactory(customer=customer)
    raise AssertionError(what)


def changed(row, field, old, new):
    """Give the row one value and then another, and return the entry of the second."""
    for value in (old, new):
        setattr(row, field, value)
        row.save()
    return LogEntry.objects.filter(changes__has_key=field).latest("pk")


def put_back(entry, field, by, customer):
    offer = restoring.offer(entry, field, by, customer)
    return restoring.put_back(entry, field, by, customer, seen=offer.seen)


def possible(customer, user):
    return restoring.possible(history.of(customer, viewer=user).entries, customer, user)
