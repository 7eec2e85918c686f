"""States of the pages of what customers owe; see `states`."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.ledger.models import Statement
from moment.models import User
from tests.ledger.making import invoice, payment

LONG = "Landskapsarkitekturprosjekteringsassistanse"


def fill(customer: Customer, kari: User) -> None:
    """Give a customer open items of every age and in two currencies, and statements sent."""
    today = timezone.localdate()
    for days in (0, 35, 70, 100, 200):
        amount = f"{12345678 + days}.50"
        invoice(customer, amount, issued_on=today - timedelta(days=days), by=kari)
    euro = {"currency": "EUR", "rate": Decimal("11.5")}
    invoice(customer, "4200.50", issued_on=today - timedelta(days=50), by=kari, **euro)
    one = invoice(customer, "10", issued_on=today - timedelta(days=9), by=kari)
    payment(customer, "99", one, on=today, made_by=kari)
    made = {"customer": customer, "at": today, "made_by": kari, "to": f"{'lang' * 15}@a.example"}
    now = timezone.now()
    Statement.objects.create(**made, batch="states1", begun_at=now, sent_at=now)
    Statement.objects.create(
        **made, batch="states1", begun_at=now, failed_at=now, error="550 " + "x" * 90
    )


def ledger(page: Page) -> None:
    page.goto("/customers/1200/ledger/")
    expect(page.locator("table.ledger")).to_be_visible()


def ledger_all(page: Page) -> None:
    ledger(page)
    page.locator("[name=open]").uncheck()
    expect(page.locator("table.ledger .pill[data-ledger=settled]").first).to_be_visible()


def ledger_wrong_date(page: Page) -> None:
    page.goto("/customers/1200/ledger/?at=0026-01-01")
    expect(page.locator(".errorlist")).to_be_visible()


def ledger_empty(page: Page) -> None:
    page.goto("/customers/1103/ledger/")
    expect(page.locator(".empty")).to_be_visible()


def statement_send(page: Page) -> None:
    ledger(page)
    page.locator("[hx-get*='/ledger/send/']").click()
    expect(page.locator("dialog[open] footer")).to_be_visible()


def statement_days(page: Page) -> None:
    page.goto("/customers/1200/ledger/statement.pdf?at=2026-01-01&since=2026-06-01")
    expect(page.locator(".sheet .errorlist")).to_be_visible()


def ledgers(page: Page) -> None:
    page.goto("/invoices/ledger/")
    expect(page.locator("table.ledgers")).to_be_visible()


def ledgers_selected(page: Page) -> None:
    ledgers(page)
    page.locator(".ledgers tbody .pick input").first.check()
    expect(page.locator("#selection")).to_be_visible()


def ledgers_nowhere(page: Page) -> None:
    page.goto("/invoices/ledger/?q=zzzz")
    expect(page.locator("#results .empty")).to_be_visible()


def statements_send(page: Page) -> None:
    ledgers(page)
    page.locator("[hx-get*='/ledger/send/']").click()
    expect(page.locator("dialog[open] footer")).to_be_visible()


def statements_done(page: Page) -> None:
    page.goto("/invoices/ledger/statements/states1/")
    expect(page.locator("progress")).to_be_visible()


def overview_money(page: Page) -> None:
    page.goto("/customers/?status=all&overdue=1&columns=outstanding&columns=overdue")
    expect(page.locator(".customers tbody .sums").first).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    ledger, ledger_all, ledger_wrong_date, ledger_empty, statement_send, statement_days,
    ledgers, ledgers_selected, ledgers_nowhere, statements_send, statements_done, overview_money,
]  # fmt: skip
