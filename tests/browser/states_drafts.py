"""States of the editor of a draft; see `states`."""

from collections.abc import Callable
from decimal import Decimal

from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.ledger import editing
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import User
from tests.factories import CustomerFactory
from tests.ledger import work
from tests.ledger.making import draft, invoice

LONG = "Landskapsarkitekturprosjekteringsassistanse"


def fill(customer: Customer, kari: User) -> None:
    """Give a customer drafts with long texts: by hand, of work that is split, and a credit note."""
    made = draft(customer, currency="EUR", contact=LONG * 2)
    made.invoice_settings |= {"your_reference": LONG * 2, "invoice_text": LONG * 5}
    values = {"vat_code": "3", "vat_rate": 25, "unit": LONG[:20], "sales_account": "30001234"}
    lines = [
        InvoiceLine(
            text=LONG * 4, heading=LONG * 3, quantity=Decimal("1234.25"), amount=0,
            price=Decimal("12345678.90"), **values,
        ),
        InvoiceLine(text="Utlegg", amount=Decimal("-987654321.10"), **values),
        InvoiceLine(text="Mat", amount=Decimal(100), **values | {"vat_code": "31", "vat_rate": 15}),
    ]  # fmt: skip
    editing.save(made, lines, version=1)
    project = work.shared((CustomerFactory(name=f"{LONG} AS"), 40), customer=customer, name=LONG)
    work.approved(project, 2, by=kari)
    work.drafts(project, by=kari)
    final = invoice(customer, "1000", by=kari)
    draft(customer, "-400", kind="credit_note", credits=final, releases=True, contact="note")


def _go(page: Page, **which: object) -> None:
    page.goto(Invoice.objects.drafts().filter(**which).latest("pk").get_absolute_url())


def draft_editor(page: Page) -> None:
    _go(page, invoice_settings__your_reference=LONG * 2)
    expect(page.locator(".draft-line")).to_have_count(3)


def draft_line_added(page: Page) -> None:
    draft_editor(page)
    page.locator("#add-line").click()
    expect(page.locator("#line-3-text")).to_be_focused()


def draft_layout(page: Page) -> None:
    draft_editor(page)
    page.locator(".draft-layout > summary").click()
    expect(page.locator("#draft_hours_grouping")).to_be_visible()


def draft_errors(page: Page) -> None:
    draft_editor(page)
    page.locator("#line-0-price").fill("x")
    page.locator("#line-1-amount").fill("")
    page.locator("#draft_rate").fill("x")
    page.locator(".actions .btn--primary").click()
    expect(page.locator("#line-0-price[aria-invalid=true]")).to_be_visible()


def draft_changed_meanwhile(page: Page) -> None:
    draft_editor(page)
    stored = Invoice.objects.get(invoice_settings__your_reference=LONG * 2)
    lines = list(stored.lines.all())
    stored.contact, lines[0].price = f"{LONG} hers", Decimal(7)
    editing.save(stored, lines, version=stored.version)
    page.locator("#line-0-price").fill("8")
    page.locator("#draft_contact").fill("Mine")
    page.locator(".actions .btn--primary").click()
    expect(page.locator("main .banner")).to_be_visible()


def draft_split(page: Page) -> None:
    _go(page, parts__isnull=False)
    expect(page.locator(".invoice-others")).to_be_visible()


def draft_work_removed(page: Page) -> None:
    draft_split(page)
    page.locator("#line-0-drop").click()
    expect(page.locator(".draft-freed")).to_be_visible()


def draft_discard(page: Page) -> None:
    draft_split(page)
    page.locator(".actions [hx-get$='/discard/']").click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def draft_credit_note(page: Page) -> None:
    _go(page, kind="credit_note", contact="note")
    expect(page.locator(".draft-line")).to_have_count(1)


def draft_new(page: Page) -> None:
    page.goto("/invoices/drafts/new/?customer=1200")
    expect(page.locator("form.dialog [name=project]")).to_be_visible()


def draft_new_blocked(page: Page) -> None:
    page.goto("/invoices/drafts/new/?customer=1103")
    page.locator("form.dialog footer .btn--primary").click()
    expect(page.locator("[name=customer][aria-invalid=true]")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    draft_editor, draft_line_added, draft_layout, draft_errors, draft_changed_meanwhile,
    draft_split, draft_work_removed, draft_discard, draft_credit_note, draft_new,
    draft_new_blocked,
]  # fmt: skip
