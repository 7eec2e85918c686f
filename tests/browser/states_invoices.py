"""States of the pages with final invoices, credit notes and the accounting export; see `states`."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.ledger import correcting, crediting, exporting, finalising
from moment.ledger.models import Delivery, Invoice, InvoiceLine
from moment.models import User
from tests.ledger.making import draft, payment

LONG = "Landskapsarkitekturprosjekteringsassistanse"


def fill(customer: Customer, kari: User) -> None:
    """Give a customer invoices in every state, with long texts, references and credit notes."""
    day = timezone.localdate() - timedelta(days=45)
    open_one, late, paid, credited = (
        _invoice(customer, kari, n, None if n == 0 else day) for n in range(4)
    )
    payment(customer, "1000.50", open_one, made_by=kari)
    payment(customer, paid.gross, paid, made_by=kari)
    correcting.credit(credited, parts=None, release=False, by=kari, reason=LONG * 2)
    exporting.export(by=kari)
    correcting.credit(
        late,
        parts={late.lines.all()[0].pk: Decimal(100)},
        release=False,
        by=kari,
    )
    Delivery.objects.create(
        invoice=late, way="email", to=f"{'lang' * 15}@vardefjord.example", made_by=kari,
        done_at=timezone.now(),
    )  # fmt: skip
    draft(customer, "12345678.90")


def _invoice(customer: Customer, kari: User, n: int, day: object) -> Invoice:
    made = draft(customer, "12345678.90", "1250", issued_on=day, contact=LONG)
    made.invoice_settings |= {"your_reference": LONG, "invoice_text": LONG * 3}
    made.save()
    made.lines.filter(order=0).update(
        text=LONG * 2, heading=LONG, quantity=Decimal("160.5"), price=Decimal("76920.12"),
        first_day=timezone.localdate(), last_day=timezone.localdate(), kind="work",
    )  # fmt: skip
    InvoiceLine.objects.create(
        invoice=made, order=2, kind="discount", text="Rabatt", amount=-100, vat_code="31",
        vat_rate=15, sales_account="3000",
    )  # fmt: skip
    return finalising.finalise(made, version=made.version, by=kari)


def _number(text: str) -> str:
    """Return the number of the invoice that has a state, of those with long texts."""
    rows = Invoice.objects.final().filter(contact=LONG, kind="invoice").order_by("pk")
    found = {"open": rows[0], "late": rows[1], "paid": rows[2], "credited": rows[3]}
    return str(found[text].number)


def invoices(page: Page) -> None:
    page.goto("/invoices/all/")
    expect(page.locator(".invoices tfoot").first).to_be_visible()


def invoices_filtered(page: Page) -> None:
    page.goto("/invoices/all/?q=land&since=2020-01-01&delivered=none&responsible=999999")
    expect(page.locator(".chip").first).to_be_visible()


def invoices_period(page: Page) -> None:
    invoices(page)
    page.locator("details:has(.invoice-period) > summary").click()
    expect(page.locator("[name=since]")).to_be_visible()


def invoices_download(page: Page) -> None:
    invoices(page)
    page.locator(".report-actions .invoice-menu > summary").click()
    expect(page.locator(".report-actions .menu__item").first).to_be_visible()


def invoices_nowhere(page: Page) -> None:
    page.goto("/invoices/all/?q=zzzz")
    expect(page.locator("#results .empty")).to_be_visible()


def invoice_open(page: Page) -> None:
    page.goto(f"/invoices/{_number('open')}/")
    expect(page.locator(".invoice-read")).to_be_visible()


def invoice_overdue(page: Page) -> None:
    page.goto(f"/invoices/{_number('late')}/")
    expect(page.locator(".invoice-head [data-state=overdue]")).to_be_visible()


def invoice_credited(page: Page) -> None:
    page.goto(f"/invoices/{_number('credited')}/")
    expect(page.locator(".invoice-head [data-state=credited]")).to_be_visible()


def credit_note(page: Page) -> None:
    invoice_credited(page)
    page.locator(".invoice-others a").first.click()
    expect(page.locator(".banner a")).to_be_visible()


def invoice_credit(page: Page) -> None:
    invoice_open(page)
    page.locator(".head__actions [hx-get$='/credit/']").click()
    expect(page.locator("dialog[open] [name=what]").first).to_be_attached()


def invoice_credit_lines(page: Page) -> None:
    invoice_credit(page)
    page.locator("dialog[open] label:has([value=lines])").click()
    expect(page.locator("dialog[open] .credit-line").first).to_be_visible()


def invoice_credit_errors(page: Page) -> None:
    invoice_credit_lines(page)
    page.locator("dialog[open] .credit-line input").first.fill("x")
    page.locator("dialog[open] footer .btn--primary").click()
    expect(page.locator("dialog[open] .errorlist").first).to_be_visible()


def invoice_credit_meanwhile(page: Page) -> None:
    invoice_credit_lines(page)
    page.locator("dialog[open] .credit-line input").first.fill("12 345 678,90")
    made = Invoice.objects.get(number=_number("open"))
    note = crediting.draft_credit(
        made, parts={made.lines.all()[0].pk: Decimal(1)}, release=False, by=made.finalised_by
    )
    page.locator("dialog[open] footer .btn--primary").click()
    expect(page.locator("dialog[open] .credit-said a")).to_be_visible()
    note.lines.all().delete()
    note.delete()


def invoice_credit_drafted(page: Page) -> None:
    made = Invoice.objects.get(number=_number("open"))
    note = crediting.draft_credit(made, parts=None, release=False, by=made.finalised_by)
    page.goto(f"/invoices/{made.number}/credit/")
    expect(page.locator(".sheet .credit-said a")).to_be_visible()
    note.lines.all().delete()
    note.delete()


def invoice_move(page: Page) -> None:
    page.goto(f"/invoices/{_number('open')}/move/")
    expect(page.locator(".sheet .dialog")).to_be_visible()


def accounting(page: Page) -> None:
    page.goto("/invoices/accounting/")
    expect(page.locator(".invoices--waiting")).to_be_visible()


def invoices_of_customer(page: Page) -> None:
    page.goto("/customers/1200/invoices/")
    expect(page.locator(".invoices--of-customer")).to_be_visible()


def invoices_of_customer_none(page: Page) -> None:
    page.goto("/customers/1103/invoices/")
    expect(page.locator(".empty")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    invoices, invoices_filtered, invoices_period, invoices_download, invoices_nowhere,
    invoice_open, invoice_overdue, invoice_credited, credit_note, invoice_credit,
    invoice_credit_lines, invoice_credit_errors, invoice_credit_meanwhile, invoice_credit_drafted,
    invoice_move, accounting, invoices_of_customer, invoices_of_customer_none,
]  # fmt: skip
