"""What customers owe: in the overview, of one customer with 5,000 open items, and of all."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from moment.ledger.models import Invoice
from moment.models import User
from tests.benchmarks import ledger_data
from tests.benchmarks.clock import Case, Visitor, measure
from tests.benchmarks.report import Target, requests_table

FIRST = "overview"
MONEY = "columns=outstanding&columns=overdue&columns=last_invoice"


def run(engine: str, repeats: int) -> list[Target]:
    user = User.objects.get(username="kari")
    customer, at = ledger_data.make(user)
    kari = Visitor(user)
    overview, ledgers = reverse("customers:overview"), reverse("ledger:ledgers")
    own = reverse("ledger:ledger", args=[customer.number])
    month = timezone.localdate() - timedelta(days=31)
    asked = {
        FIRST: (overview, "", 0),
        "with money columns": (f"{overview}?{MONEY}", "overview with money columns", 1.5),
        "has overdue": (f"{overview}?overdue=1", "has overdue, to the overview", 2),
        "has overdue, all, by name, with columns": (
            f"{overview}?overdue=1&status=all&sort=name&{MONEY}", "has overdue, to the overview", 2,
        ),
        "ledger today, 5,000 open": (own, "ledger at a date, to the overview", 2),
        "ledger at a date": (f"{own}?at={at}&open=1", "ledger at a date, to the overview", 2),
        "ledger at a date, the last page": (
            f"{own}?at={at}&open=1&last=1", "ledger at a date, to the overview", 2,
        ),
        "ledger at a date, all": (f"{own}?at={at}", "ledger at a date, to the overview", 2),
        "all customers": (ledgers, "", 0),
        "all customers, overdue, by name": (f"{ledgers}?show=overdue&sort=name", "", 0),
        "all customers a month ago": (f"{ledgers}?at={month}", "", 0),
        "profile with what is overdue": (customer.get_absolute_url(), "", 0),
    }  # fmt: skip
    cases = [
        Case(name, kari.request(path), target, FIRST if name != FIRST else "", limit or None)
        for name, (path, target, limit) in asked.items()
    ]
    found = measure(cases, repeats, "Ledger")
    title = f"Ledger, {Invoice.objects.count():,} invoices, {engine}, {repeats} repeats"
    return requests_table(title, engine, found)
