"""States of the pages of what is to be invoiced, and of the list of drafts; see `states`."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from moment.models import User
from moment.projects.models import PriceModel, PriceModelShare
from tests.factories import (
    CustomerFactory,
    ExpenseFactory,
    PriceModelFactory,
    ProjectFactory,
)
from tests.ledger.work import approved, drafts

LONG = "Landskapsarkitekturprosjekteringsassistanse"
CUSTOMER, PROJECT = "1291", "8291"


def fill(kari: User) -> None:
    """Make a customer with work of every kind, some of it without a price, and drafts."""
    customer = CustomerFactory(number=CUSTOMER, name=f"{LONG} faktureres AS", responsible=kari)
    other = CustomerFactory(number="1292", name=f"{LONG} deler AS")
    project = ProjectFactory(
        customer=customer, number=PROJECT, name=f"{LONG} {LONG}", model__name=LONG
    )
    approved(project, by=kari, price=1000)
    share = PriceModel.objects.get(project=project)
    PriceModelShare.objects.create(price_model=share, customer=other, percent="33.33")
    drafts(project)
    approved(project, 2, by=kari, hours="24", price="123456.50", comment=LONG * 3)
    approved(project, by=kari, price=None, hours="7.25")
    fixed = PriceModelFactory(project=project, kind="fixed", order=1)
    fixed.plan.create(text=LONG * 2, amount="98765432.10", due_on=date(2026, 1, 1))
    PriceModelFactory(
        project=project, kind="subscription", name=LONG, order=2, amount=12345678, interval=12,
        starts_on=date(2026, 1, 1),
    )  # fmt: skip
    ExpenseFactory(project=project, text=LONG * 2, cost=4321098)
    blocked = CustomerFactory(
        number="1293", name=f"{LONG} stengt AS", status="blocked", country="SE"
    )
    approved(ProjectFactory(customer=blocked), by=kari)


def to_invoice(page: Page) -> None:
    page.goto("/invoices/?until=all")
    expect(page.locator(".to-invoice .warn").first).to_be_visible()


def to_invoice_filtered(page: Page) -> None:
    page.goto(f"/invoices/?until=2026-12-31&customer={CUSTOMER}&q=L")
    expect(page.locator(".chips .chip").first).to_be_visible()
    expect(page.locator(".to-invoice")).to_be_visible()


def to_invoice_nothing(page: Page) -> None:
    page.goto("/invoices/?until=2001-01-31&q=zzzz")
    expect(page.locator("#results .empty")).to_be_visible()


def to_invoice_choose(page: Page) -> None:
    page.goto(f"/invoices/of/{PROJECT}/?until=all")
    expect(page.locator(".pieces-unpriced")).to_be_visible()


def to_invoice_choose_nothing_ticked(page: Page) -> None:
    to_invoice_choose(page)
    for box in page.locator(".pieces [type=checkbox]").all():
        box.uncheck()
    page.locator(".to-invoice-make .btn--primary").click()
    expect(page.locator(".banner--bad")).to_be_visible()


def drafts_list(page: Page) -> None:
    page.goto("/invoices/drafts/")
    expect(page.locator(".drafts .pill").first).to_be_visible()


def drafts_none(page: Page) -> None:
    page.goto("/invoices/drafts/?q=zzzz")
    expect(page.locator("#results .empty")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    to_invoice,
    to_invoice_filtered,
    to_invoice_nothing,
    to_invoice_choose,
    to_invoice_choose_nothing_ticked,
    drafts_list,
    drafts_none,
]
