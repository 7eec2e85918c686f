"""Customers with figures, as the tests of reports need them, and what a report says of them."""

from datetime import date
from decimal import Decimal

from customers.models import Customer
from moment.ledger import ageing
from tests.factories import (
    CustomerFactory,
    ExpenseFactory,
    ProjectFactory,
)
from tests.ledger.making import payment
from tests.statistics.making import YEAR, employee, invoiced, share, statistics, worked

URL = "/reports/customers/"
DEVELOPMENT = "/reports/development/"
OWN = "period=own&from=2025-01-01&until=2025-12-31"
HTMX = {"HX-Request": "true"}


def names(found) -> list[str]:
    return [row.name for row in found.page.rows]


def values(found) -> dict[str, list]:
    return {row.name: [cell.value for cell in row.cells] for row in found.page.rows}


def fill() -> list[Customer]:
    """Make customers with work that two of them share, expenses, payments and other currencies."""
    first, second, abroad, idle = (
        CustomerFactory(name=name) for name in ("Fjord AS", "Bre AS", "Hav AB", "Ingenting AS")
    )
    shared, own = ProjectFactory(customer=first), ProjectFactory(customer=second)
    share(shared, second, 40)
    foreign = ProjectFactory(customer=abroad, currency="EUR")
    share(foreign, first, 25)
    ida, odd = employee("500"), employee("333.33", role="Adviser")
    hers = worked(shared, ida, "10")
    worked(shared, odd, "3.25", date(2025, 6, 1), billable=False)
    worked(own, odd, "7.75", date(2025, 12, 31), approved=False)
    worked(own, ida, "2", date(2024, 12, 31))
    worked(foreign, ida, "4")
    for project in (shared, own, foreign):
        ExpenseFactory(project=project, cost="99.99", day=date(2025, 3, 1))
    made = invoiced(first, (shared, "15000"), (None, "700.50"), entries={hers: "15000"})
    invoiced(first, (shared, "-200"), credits=made, on=date(2025, 6, 1))
    invoiced(second, (shared, "4000"), on=date(2025, 1, 1))
    invoiced(second, (own, "9"), on=date(2026, 1, 1))
    euros = {"currency": "EUR", "rate": Decimal("11.123456")}
    invoiced(abroad, (foreign, "1000.10"), **euros)
    invoiced(first, (None, "10"), currency="EUR", rate=Decimal("12"), on=date(2025, 9, 1))
    payment(first, "5000", made, on=date(2025, 5, 1))
    return [first, second, abroad, idle]


def of_its_own(customer, on=YEAR.last) -> list:
    """Return what the pages of one customer say, in the order of the report's columns."""
    own = statistics(customer)
    owed = ageing.of_customer(customer.pk, on, own.currency).together
    return [
        own.invoiced, own.cost, own.profit, own.margin, own.hours, own.billable_share,
        owed.balance, owed.overdue,
    ]  # fmt: skip


def years(**amounts) -> Customer:
    customer = CustomerFactory(name="Fjord AS")
    for year, amount in amounts.items():
        invoiced(customer, (None, amount), on=date(int(year[1:]), 3, 1))
    return customer
