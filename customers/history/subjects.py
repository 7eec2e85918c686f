"""What the history tells of: the customer and what hangs on it, and how each act is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditlog.models import LogEntry
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import (
    Contact,
    Customer,
    File,
    HourlyRate,
    InvoiceRecipient,
    Merge,
    Note,
    OtherAddress,
    Person,
    PersonEmail,
)
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import on

# Where an entry's additional data lists the register's alerts that it answered.
ANSWERED = "register"
# Where it says which entry's value was put back.
PUT_BACK = "put_back"

INVOICE_SETTINGS = frozenset(setting.name for setting in on(Level.CUSTOMER))
Action = LogEntry.Action


class Kind(models.TextChoices):
    """What people ask the history about."""

    DATA = "data", _("Customer data")
    INVOICING = "invoicing", _("Invoicing")
    CONTACTS = "contacts", _("Contacts")
    FILES = "files", _("Files")
    NOTES = "notes", _("Notes")
    REGISTER = "register", _("The register")


@dataclass(frozen=True)
class Subject:
    """How changes of one model are told."""

    kind: Kind
    # What creating, changing and deleting a row is called.
    titles: tuple[Any, Any, Any]
    # Fields that say nothing beside the title and the person.
    hidden: frozenset[str] = frozenset()
    # The right that seeing it takes, beside that of seeing the customer.
    permission: str = ""

    def title(self, action: int) -> str:
        return str(self.titles[min(action, Action.DELETE)])


SUBJECTS: Mapping[type[models.Model], Subject] = {
    Customer: Subject(
        Kind.DATA,
        (_("Customer created"), _("Customer changed"), _("Customer deleted")),
        frozenset(Customer.NOT_IN_HISTORY),
    ),
    Merge: Subject(Kind.DATA, (_("Merged"), _("Merge undone"), "")),
    OtherAddress: Subject(
        Kind.DATA,
        (_("Address added"), _("Address changed"), _("Address removed")),
        frozenset({"customer"}),
    ),
    Contact: Subject(
        Kind.CONTACTS,
        (_("Contact added"), _("Contact changed"), _("Contact removed")),
        frozenset({"customer", "person", "created_at"}),
    ),
    Person: Subject(
        Kind.CONTACTS,
        (_("Person added"), _("Person changed"), _("Person erased")),
        frozenset(Person.NOT_IN_HISTORY),
    ),
    PersonEmail: Subject(
        Kind.CONTACTS,
        (_("E-mail address added"), _("E-mail address changed"), _("E-mail address removed")),
        frozenset({"position", "person"}),
    ),
    File: Subject(
        Kind.FILES,
        (_("File added"), _("File changed"), _("File deleted")),
        frozenset({"customer", "uploaded_by", "uploaded_at", "version"}),
    ),
    HourlyRate: Subject(
        Kind.INVOICING,
        (_("Hourly rate added"), _("Hourly rate changed"), _("Hourly rate removed")),
        frozenset({"customer"}),
        "customers.view_hourlyrate",
    ),
    InvoiceRecipient: Subject(
        Kind.INVOICING,
        (
            _("Invoice recipient added"),
            _("Invoice recipient changed"),
            _("Invoice recipient removed"),
        ),
        frozenset({"customer"}),
    ),
    Note: Subject(
        Kind.NOTES,
        (_("Note written"), _("Note changed"), _("Note deleted")),
        frozenset({"customer", "author", "created_at", "edited_at", "version"}),
    ),
}


def seen_by(user: Any) -> list[type[models.Model]]:
    """Return the models that a user may see the history of; None is who has no right beside."""
    return [
        model
        for model, subject in SUBJECTS.items()
        if not subject.permission or (user is not None and user.has_perm(subject.permission))
    ]
