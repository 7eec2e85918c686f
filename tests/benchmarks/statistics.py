"""Key statistics of one customer with much work and many invoices, beside the bare SQL of them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rich.progress import track

from customers.models import Customer
from moment.ledger.models import BilledTime, Invoice, InvoiceLine, Match, Payment
from moment.models import User
from moment.projects.models import Activity, Employee, EmployeeTerms, PriceModel, Project, TimeEntry
from moment.statistics import periods
from moment.statistics.figures import Statistics
from moment.statistics.periods import Name
from tests.benchmarks.clock import timed
from tests.benchmarks.report import Target, figures_table

ENTRIES, INVOICES, PROJECTS, COLLEAGUES = 50_000, 5_000, 20, 8
EACH = 8  # hours on an invoice
DAYS = 1000  # over which all of it is spread


def run(engine: str, repeats: int) -> list[Target]:
    user = User.objects.get(username="kari")
    customer = _fill(user)
    period = periods.named(Name.LAST_12)
    with CaptureQueriesContext(connection) as asked:
        _all_of(Statistics(customer, period))
    bare, whole = [], []
    for _ in track(range(repeats), "Statistics", transient=True):
        bare.append(timed(lambda: _bare(customer, period)))
        whole.append(timed(lambda: _all_of(Statistics(customer, period))))
    middle = sorted(bare)[repeats // 2], sorted(whole)[repeats // 2]
    figures_table(
        f"Statistics of {ENTRIES:,} hours and {INVOICES:,} invoices, {engine}, {repeats} repeats",
        [
            ("the bare sums in SQL", f"{middle[0] * 1000:.0f} ms"),
            ("all figures", f"{middle[1] * 1000:.0f} ms"),
            ("queries", str(len(asked))),
        ],
    )
    return [Target(engine, "statistics to the bare SQL behind them", middle[1] / middle[0], 2)]


def _all_of(found: Statistics) -> None:
    for name in (
        "months", "change", "hours", "cost", "margin", "average_rate", "paid", "offered",
        "not_invoiced", "waiting_long", "people", "roles", "projects",
    ):  # fmt: skip
        getattr(found, name)


def _bare(customer: Customer, period: periods.Period) -> None:
    """Add up the same in SQL written for it, and take the rows as they come."""
    days, before = (period.first, period.last), (period.before.first, period.before.last)
    month = "substr(issued_on, 1, 7)"
    length = "julianday({0}) - julianday({1})"
    if connection.vendor == "postgresql":
        month, length = "to_char(issued_on, 'YYYY-MM')", "{0} - {1}"
    taken, given = length.format("settled_on", "issued_on"), length.format("due_on", "issued_on")
    invoices = "FROM ledger_invoice i WHERE number IS NOT NULL AND customer_id = %s"
    by_month = (
        f"SELECT {month}, rate, SUM(net) {invoices} AND issued_on BETWEEN %s AND %s GROUP BY 1, 2"
    )
    work = (
        "FROM projects_timeentry e JOIN projects_activity a ON a.id = e.activity_id "
        "JOIN projects_project p ON p.id = a.project_id WHERE p.customer_id = %s"
    )
    billed = (
        "FROM ledger_billedtime b JOIN ledger_invoiceline l ON l.id = b.line_id "
        "JOIN ledger_invoice i ON i.id = {} JOIN projects_timeentry e ON e.id = b.entry_id "
        "JOIN projects_activity a ON a.id = e.activity_id "
        "WHERE i.number IS NOT NULL AND i.customer_id = %s AND i.issued_on BETWEEN %s AND %s "
    )
    by_person = "SELECT a.project_id, e.user_id, i.rate, SUM(e.hours), SUM(b.amount) "
    by_person += billed + "GROUP BY 1, 2, 3"
    unbilled = (
        f"SELECT activity_id, price, SUM(hours) {work} AND e.billable "
        "AND e.approved_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_billedtime b "
        "WHERE b.entry_id = e.id AND b.holds AND b.released_by_id IS NULL) {} GROUP BY 1, 2"
    )
    old = timezone.localdate() - timedelta(days=30)
    key = customer.pk
    questions: list[tuple[str, list[Any]]] = [
        (by_month, [key, *days]),
        (by_month, [key, *before]),
        (
            "SELECT l.project_id, i.rate, SUM(l.amount) FROM ledger_invoiceline l "
            "JOIN ledger_invoice i ON i.id = l.invoice_id WHERE i.number IS NOT NULL "
            "AND i.customer_id = %s AND i.issued_on BETWEEN %s AND %s GROUP BY 1, 2",
            [key, *days],
        ),
        (
            f"SELECT activity_id, user_id, cost, billable, SUM(hours) {work} "
            "AND day BETWEEN %s AND %s GROUP BY 1, 2, 3, 4",
            [key, *days],
        ),
        (by_person.format("l.invoice_id"), [key, *days]),
        (by_person.format("b.released_by_id"), [key, *days]),
        (
            f"SELECT COUNT(*), SUM({taken}), SUM({given}) {invoices} AND kind = 'invoice' "
            "AND settled_on BETWEEN %s AND %s AND EXISTS (SELECT 1 FROM ledger_match m "
            "WHERE m.invoice_id = i.id AND m.payment_id IS NOT NULL)",
            [key, *days],
        ),
        (unbilled.format(""), [key]),
        (unbilled.format("AND day <= %s"), [key, old]),
        ("SELECT project_id, SUM(amount) FROM ledger_invoiceline l JOIN projects_project p "
         "ON p.id = l.project_id WHERE p.customer_id = %s GROUP BY 1", [key]),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        for sql, params in questions:
            cursor.execute(sql, [_day(one) for one in params])
            cursor.fetchall()


def _day(value: Any) -> Any:
    is_text = connection.vendor == "sqlite" and isinstance(value, date)
    return value.isoformat() if is_text else value


def _fill(user: User) -> Customer:
    """Return a customer with as much work and as many invoices as that, made in one go."""
    customer = Customer.objects.for_new_project().order_by("pk")[60]
    people = list(User.objects.order_by("pk")[:COLLEAGUES])
    for one in people:
        employee, _made = Employee.objects.get_or_create(user=one)
        for year in (2019, 2025, 2026):
            EmployeeTerms.objects.get_or_create(
                employee=employee, valid_from=date(year, 1, 2), defaults={"cost_rate": year - 1300}
            )
    projects = Project.objects.bulk_create(
        Project(number=f"S{n}", name=f"Prosjekt {n}", customer=customer) for n in range(PROJECTS)
    )
    _insert(PriceModel, (
        PriceModel(project=one, kind="hourly", rates_from="employee") for one in projects
    ))  # fmt: skip
    activities = Activity.objects.bulk_create(
        Activity(project=one, number=n, title=f"Arbeid {n}") for one in projects for n in (1, 2)
    )
    today, now = timezone.localdate(), timezone.now()
    entries = _insert(TimeEntry, (
        TimeEntry(
            user=people[n % COLLEAGUES], activity=activities[n // 3 % len(activities)],
            day=today - timedelta(days=n * DAYS // ENTRIES), hours=Decimal("1.25"),
            approved_at=now, approved_by=user, price=1400, cost=700 + n // 20_000,
        )
        for n in range(ENTRIES)
    ))  # fmt: skip
    _bill(customer, user, projects, entries, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return customer


def _bill(
    customer: Customer, user: User, projects: list[Any], entries: list[Any], now: datetime
) -> None:
    today = timezone.localdate()
    # Each is paid on the very day it is issued.
    days = [today - timedelta(days=n * DAYS // INVOICES + 1) for n in range(INVOICES)]
    invoices = _insert(Invoice, (
        Invoice(customer=customer, currency="NOK", buyer_name="Kunde", net=14_000, gross=14_000)
        for _n in range(INVOICES)
    ))  # fmt: skip
    lines = _insert(InvoiceLine, (
        InvoiceLine(
            invoice=one, text="Arbeid", amount=14_000, vat_code="3", vat_rate=25,
            sales_account="3000",
            project=projects[n % PROJECTS],
        )
        for n, one in enumerate(invoices)
    ))  # fmt: skip
    # The oldest hours: the newest are not yet invoiced.
    on_them = entries[-INVOICES * EACH :]
    _insert(BilledTime, (
        BilledTime(line=lines[n // EACH], entry=entry, amount=1750)
        for n, entry in enumerate(on_them)
    ))  # fmt: skip
    payments = _insert(Payment, (
        Payment(
            customer=customer, amount=14_000, currency="NOK", paid_on=day, remaining=0,
            is_open=False, made_by=user,
        )
        for day in days
    ))  # fmt: skip
    _insert(Match, (
        Match(invoice=one, payment=paid, amount=14_000, matched_on=paid.paid_on, made_by=user)
        for one, paid in zip(invoices, payments, strict=True)
    ))  # fmt: skip
    for n, one in enumerate(invoices):
        one.issued_on = days[n]
        one.due_on, one.settled_on = one.issued_on + timedelta(days=30), one.issued_on
        one.number = one.sort_number = f"S{n}"
        one.rate, one.finalised_at, one.finalised_by = 1, now, user
    fields = ("issued_on", "due_on", "settled_on", "number", "sort_number", "rate", "finalised_at")
    Invoice.objects.bulk_update(invoices, [*fields, "finalised_by"], batch_size=500)


def _insert(model: Any, rows: Any) -> list[Any]:
    add: Callable[..., list[Any]] = model.objects.bulk_create
    return add(rows, batch_size=1000)
