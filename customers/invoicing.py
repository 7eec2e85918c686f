"""Which invoice settings hold for a customer, and for a project of it, and changing them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from customers import counts, holding
from customers.models import Customer
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import SETTINGS
from moment.invoice_settings.levels import Effective, Owners, resolve
from moment.invoice_settings.saving import ChangedMeanwhile, write
from moment.models import CompanySettings
from moment.turns import in_turn

__all__ = ["ChangedMeanwhile", "NoSuchContact", "effective", "effective_of", "save", "value"]


class NoSuchContact(Exception):
    """The chosen contact is not one of the customer's, or not any more."""


def effective(customer: Customer, project: object | None = None) -> Effective:
    """Return the settings in force, each with the level it comes from. One query.

    A project is any object that has the settings of its level as attributes.
    """
    return _effective(customer, CompanySettings.current(), project)


def effective_of(customers: Iterable[Customer]) -> dict[int, Effective]:
    """Return the same for many customers by primary key, in one query."""
    company = CompanySettings.current()
    return {customer.pk: _effective(customer, company) for customer in customers}


def value(
    name: str, customer: Customer, company: CompanySettings, project: object | None = None
) -> Any:
    """Return the value in force of one setting; no query."""
    return resolve(SETTINGS[name], _owners(customer, company, project)).value


def save(customer: Customer, changes: Mapping[str, Any], seen: Mapping[str, str]) -> list[str]:
    """Give a customer these settings, None to inherit, and return the names of what became another.

    `seen` are the values shown to whoever changes them, as `InvoiceSettingsForm.shown` has them.
    What somebody else has changed meanwhile stays, unless both changed the same: then
    ChangedMeanwhile names it and nothing is saved. Raises NoSuchContact, MergedMeanwhile.
    """
    with in_turn(), transaction.atomic():
        stored = holding.lock(customer)
        contact = changes.get("invoice_contact")
        known = stored.contacts.filter(person__erased_at=None)
        if contact is not None and not known.filter(pk=contact).exists():
            raise NoSuchContact
        written = write(stored, changes, seen)
        if written:
            stored.version += 1
            stored.last_activity_at = timezone.now()
            stored.save()
            transaction.on_commit(counts.forget)
    return written


def _effective(
    customer: Customer, company: CompanySettings, project: object | None = None
) -> Effective:
    return Effective(_owners(customer, company, project))


def _owners(customer: Customer, company: CompanySettings, project: object | None) -> Owners:
    return [(Level.PROJECT, project), (Level.CUSTOMER, customer), (Level.COMPANY, company)]
