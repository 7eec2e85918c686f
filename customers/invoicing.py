"""Which invoice settings hold for a customer, and for a project of it."""

from collections.abc import Iterable

from customers.models import Customer
from moment.invoice_settings.choices import Level
from moment.invoice_settings.levels import Effective
from moment.models import CompanySettings


def effective(customer: Customer, project: object | None = None) -> Effective:
    """Return the settings in force, each with the level it comes from. One query.

    A project is any object that has the settings of its level as attributes.
    """
    return _effective(customer, CompanySettings.current(), project)


def effective_of(customers: Iterable[Customer]) -> dict[int, Effective]:
    """Return the same for many customers by primary key, in one query."""
    company = CompanySettings.current()
    return {customer.pk: _effective(customer, company) for customer in customers}


def _effective(
    customer: Customer, company: CompanySettings, project: object | None = None
) -> Effective:
    return Effective(
        [(Level.PROJECT, project), (Level.CUSTOMER, customer), (Level.COMPANY, company)]
    )
