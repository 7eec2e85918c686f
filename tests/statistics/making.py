"""A customer with work, invoices, credit notes, expenses and payments, for the figures."""

from datetime import date
from decimal import Decimal
from typing import Any

from customers.models import ProjectRole
from moment.invoice_settings.choices import VatCode
from moment.ledger import finalising
from moment.ledger.models import BilledTime, Invoice, InvoiceLine
from moment.models import User
from moment.projects import hours
from moment.projects.models import EmployeeTerms, PriceModelShare, Project, TimeEntry
from moment.statistics import periods
from moment.statistics.figures import Statistics
from moment.statistics.periods import Period
from tests.factories import EmployeeFactory, TimeEntryFactory, UserFactory
from tests.ledger.making import draft

YEAR = Period(periods.Name.OWN, date(2025, 1, 1), date(2025, 12, 31), date(2025, 12, 31))


def statistics(customer, period: Period = YEAR) -> Statistics:
    return Statistics(customer, period)


def employee(cost="500", price="1000", role: str = "Engineer") -> User:
    return EmployeeFactory(
        terms__role=_role(role),
        terms__sales_price=Decimal(price),
        terms__cost_rate=Decimal(cost),
    ).user


def _role(name: str) -> ProjectRole:
    return ProjectRole.objects.get_or_create(name=name)[0]


def new_terms(user, day: date, cost, role: str) -> None:
    EmployeeTerms.objects.create(
        employee=user.employee,
        valid_from=day,
        cost_rate=cost,
        role=_role(role),
        sales_price=1000,
    )


def worked(project: Project, user, amount="10", day=date(2025, 3, 2), *, approved=True, **columns):
    entry = TimeEntryFactory(
        activity=project.activities.first(), user=user, hours=Decimal(amount), day=day, **columns
    )
    if approved:
        hours.approve([entry.pk], UserFactory())
        entry.refresh_from_db()
    return entry


def invoiced(
    customer,
    *lines: tuple[Project | None, Any],
    on=date(2025, 4, 1),
    entries: dict[TimeEntry, Any] | None = None,
    credits: Invoice | None = None,
    holds: bool = True,
    **columns: Any,
) -> Invoice:
    """Make a final invoice with a line for each project and amount; the first has the hours.

    With `holds` it is the one that keeps them from being invoiced again.
    """
    if credits:
        columns |= {"kind": "credit_note", "credits": credits, "part_of": None}
    made = draft(customer, "1", vat_code=VatCode.ZERO, issued_on=on, **columns)
    made.lines.all().delete()
    for place, (project, amount) in enumerate(lines):
        line = InvoiceLine.objects.create(
            invoice=made, order=place, text=f"Line {place}", amount=Decimal(amount),
            vat_code=VatCode.ZERO, vat_rate=0, sales_account="3000", project=project,
            price_model=project.price_models.first() if project else None,
        )  # fmt: skip
        if not place:
            for entry, part in (entries or {}).items():
                BilledTime.objects.create(line=line, entry=entry, amount=Decimal(part), holds=holds)
    return finalising.finalise(made, version=made.version, by=UserFactory())


def share(project: Project, customer, percent) -> None:
    model = project.price_models.first()
    PriceModelShare.objects.create(price_model=model, customer=customer, percent=percent)
