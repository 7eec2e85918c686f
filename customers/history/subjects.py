"""What the history tells of: the customer and what hangs on it, and how each act is called.

Apps above name what of theirs is told in `settings.CUSTOMER_HISTORY`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from auditlog.models import LogEntry
from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string
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
    PROJECTS = "projects", _("Projects")
    OFFERS = "offers", _("Offers")
    INVOICES = "invoices", _("Invoices and payments")


@dataclass(frozen=True)
class Subject:
    """How changes of one model are told."""

    kind: Kind
    # What creating, changing and deleting a row is called.
    titles: tuple[Any, Any, Any]
    # Fields that say nothing beside the title and the person.
    hidden: frozenset[str] = frozenset()
    # The rights that seeing it takes, beside that of seeing the customer.
    permissions: tuple[str, ...] = ()
    # The rights that seeing some of its columns takes beside that, by column.
    rights: Mapping[str, str] = field(default_factory=dict)
    # What it is called that a row came into a state, by the state.
    states: Mapping[str, Any] = field(default_factory=dict)
    # What its columns are called here, where that is not what they are called in forms.
    labels: Mapping[str, Any] = field(default_factory=dict)
    # The level of which it has the invoice settings.
    level: Level | None = None
    # The names of rows, by key; else what an entry calls its row.
    called: Callable[[Collection[int]], Mapping[int, str]] | None = None
    # Where the names of what its columns point to are read, beside those that all point to.
    pointing: Mapping[type[models.Model], str] = field(default_factory=dict)

    @cached_property
    def settings(self) -> frozenset[str]:
        """The invoice settings among its columns."""
        return frozenset(setting.name for setting in on(self.level)) if self.level else frozenset()

    def title(self, action: int, state: str = "") -> str:
        if action == Action.UPDATE and state in self.states:
            return str(self.states[state])
        return str(self.titles[min(action, Action.DELETE)])


OWN: Mapping[type[models.Model], Subject] = {
    Customer: Subject(
        Kind.DATA,
        (_("Customer created"), _("Customer changed"), _("Customer deleted")),
        frozenset(Customer.NOT_IN_HISTORY),
        level=Level.CUSTOMER,
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
        ("customers.view_hourlyrate",),
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


@cache
def subjects() -> Mapping[type[models.Model], Subject]:
    """Return how changes are told, by model, of this app and of those above."""
    found: dict[type[models.Model], Subject] = {}
    for path in settings.CUSTOMER_HISTORY:
        found |= import_string(path)
    return found


def seen_by(user: Any) -> list[type[models.Model]]:
    """Return the models that a user may see the history of; None is who has no right beside."""
    return [
        model
        for model, subject in subjects().items()
        if not subject.permissions or (user is not None and user.has_perms(subject.permissions))
    ]


def kinds_of(user: Any) -> list[tuple[str, Any]]:
    """Return what a user can ask the history about."""
    beside = {Kind.INVOICING, Kind.REGISTER}  # as part of the customer's own data
    seen = beside | {subjects()[model].kind for model in seen_by(user)}
    return [(kind.value, kind.label) for kind in Kind if kind in seen]
