"""From hours to what a customer owes: drafts, invoices, EHF, payments, ledger and figures."""

import io
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from babel.dates import format_date
from django.utils import timezone
from lxml import etree
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from customers.models import Customer
from moment.ledger.ehf.ubl import NAMES
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import User
from moment.projects.models import Project
from tests.browser.steps import signed_in
from tests.browser.test_offer_to_project import text_of
from tests.factories import CustomerFactory, EmployeeFactory, ProjectFactory, TimeEntryFactory
from tests.ledger import ehf_making
from tests.ledger.work import approved, shared
from tests.reaching import kept

CUSTOMER = "/customers/1044"


@pytest.fixture
def kari(kari: User) -> User:
    """She registers hours, and 1,100 is what they cost."""
    EmployeeFactory(user=kari)
    return kari


@pytest.fixture
def customer(settings, tmp_path, kari) -> Customer:
    """A customer that EHF reaches, and an outbox that an access point fetches it from."""
    settings.EHF_OUTBOX = str(tmp_path)
    ehf_making.company()
    kept(ehf_making.THEIRS, "yes").save()
    return ehf_making.buyer(number="1044", name="Storfjell kommune")


@pytest.fixture
def project(customer) -> Project:
    """One of its projects, on which somebody else has worked too."""
    project = ProjectFactory(
        customer=customer, number="P-7", name="Bru over elva", activity__title="Prosjektering"
    )
    ida = EmployeeFactory(user__first_name="Ida", user__last_name="Vik", terms__sales_price=1400)
    values = {"day": timezone.localdate(), "hours": 5}
    TimeEntryFactory(user=ida.user, activity=project.activities.get(), **values)
    return project


def fetched(page: Page, link: Locator) -> bytes:
    """Return what is behind a link, as the browser of this session would get it."""
    response = page.context.request.get(link.get_attribute("href") or "")
    assert response.status == 200
    return response.body()


def expect_toast(page: Page, words: str) -> None:
    expect(page.locator("#toasts")).to_contain_text(words)


def tab(page: Page, name: str) -> None:
    page.locator(".tabs").get_by_role("link", name=re.compile(f"^{name}")).click()


def set_options(page: Page) -> None:
    """Say how this customer is invoiced, on its own page."""
    page.goto(f"{CUSTOMER}/")
    tab(page, "Invoicing options")
    for name, value in (
        ("order_reference", "PO-2026-17"),
        ("invoice_footer", "Takk for oppdraget."),
        ("credit_terms", "14"),
        ("charge_amount", "49"),
        ("charge_text", "Fakturagebyr"),
        ("discount", "10"),
        ("discount_text", "Rammeavtale"),
    ):
        page.locator(f"#row-{name}").locator("input, textarea").fill(value)
    for name, value in (
        ("invoice_type", "ehf"),
        ("language", "nb"),
        ("line_grouping", "employee"),
        ("hours_specification", "xlsx"),
        ("hours_grouping", "employee"),
    ):
        page.locator(f"#row-{name} select").select_option(value)
    page.get_by_role("button", name="Save", exact=True).click()
    expect_toast(page, "Saved.")


def register_and_approve(page: Page, day: date) -> None:
    page.goto("/projects/P-7/")
    tab(page, "Hours")
    page.get_by_role("link", name="Week", exact=True).click()
    page.get_by_label(f"{day:%A} {day.day} {day:%B}, Prosjektering", exact=True).fill("7.5")
    page.get_by_role("button", name="Save week").click()
    expect(page.locator(".week .total")).to_have_text("7.5")
    page.get_by_role("link", name="List", exact=True).click()
    page.get_by_role("link", name="Approve all").click()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator("tr[data-approved] .money")).to_have_text(["8,250.00", "7,000.00"])


def draft_from_work(page: Page, project: str) -> None:
    """Find what is to be invoiced of a project, and make drafts of it."""
    page.goto("/invoices/")
    if (everything := page.get_by_role("link", name="All that is approved")).is_visible():
        everything.click()
    page.get_by_role("link", name=project).click()
    page.get_by_role("button", name="Make draft", exact=True).click()


def look_at_draft(page: Page) -> None:
    """See in its preview that the settings are on it."""
    expect(page.locator(".offer-totals .total dd")).to_have_text("17,217.50")
    expect(page.locator("#draft-ready")).to_contain_text("EHF")
    expect(page.locator(".draft-problems")).to_have_count(0)
    page.get_by_role("button", name="Preview PDF").click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview.locator("iframe")).to_be_visible()
    said = text_of(fetched(page, preview.get_by_role("link", name="Open by itself")))
    for words in ("Storfjell kommune", "PO-2026-17", "Rammeavtale", "17 217,50"):
        assert words in said, said


def finalise_and_send(page: Page) -> None:
    page.get_by_role("button", name="Finalise…").click()
    page.get_by_role("button", name="Finalise and send…").click()
    expect(page.locator("[name=way][value=ehf]")).to_be_checked()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoice 20001")


def look_at_pdf(page: Page, invoice: Invoice) -> None:
    """Open the PDF that is kept, and read each setting in it."""
    said = text_of(fetched(page, page.get_by_role("link", name="PDF", exact=True)))
    due = timezone.localdate() + timedelta(days=14)
    for words in (
        "Faktura", "20001", "PO-2026-17", "Kari Lunde", "Ida Vik", "Rammeavtale", "Fakturagebyr",
        "−1 525,00", "49,00", "17 217,50", format_date(due, "medium", locale="nb"), invoice.kid,
        "Takk for oppdraget.",
    ):  # fmt: skip
        assert words in said, (words, said)


def look_at_ehf(outbox: Path, invoice: Invoice) -> None:
    """Open the file that the access point would fetch, and find each setting in it."""
    (file,) = outbox.iterdir()
    root = etree.fromstring(file.read_bytes())

    def at(path: str) -> list[str]:
        return [str(one) for one in root.xpath(f"{path}/text()", namespaces=NAMES)]

    issued = timezone.localdate()
    assert at("cbc:ID") == ["20001"]
    assert at("cbc:IssueDate") == [issued.isoformat()]
    assert at("cbc:DueDate") == [(issued + timedelta(days=14)).isoformat()]
    assert at("cac:OrderReference/cbc:ID") == ["PO-2026-17"]
    assert at("//cac:PaymentMeans/cbc:PaymentID") == [invoice.kid]
    allowances = [*at("cac:AllowanceCharge/cbc:Amount")]
    lines = [*at("cac:InvoiceLine/cbc:LineExtensionAmount")]
    assert {"8250.00", "7000.00"} <= set(lines)
    assert {Decimal(one) for one in (*allowances, *lines)} & {Decimal(1525), Decimal(-1525)}
    assert Decimal(49) in map(Decimal, (*allowances, *lines))
    assert at("cac:LegalMonetaryTotal/cbc:PayableAmount") == ["17217.50"]
    names = root.xpath("//cbc:EmbeddedDocumentBinaryObject/@filename", namespaces=NAMES)
    assert [name for name in names if name.endswith(".xlsx")], names


def look_at_hours(page: Page) -> None:
    """Open the spreadsheet of hours that goes with it."""
    attached = page.get_by_role("region", name="Attachments").get_by_role("link", name=".xlsx")
    sheet = load_workbook(io.BytesIO(fetched(page, attached))).active
    cells = {cell for row in sheet.values for cell in row}
    assert {"Kari Lunde", 7.5, "Ida Vik", 5} <= cells, cells


def pay_a_part(page: Page, amount: str) -> None:
    page.get_by_role("link", name="Register payment").click()
    page.get_by_label("Amount", exact=True).fill(amount)
    page.get_by_label("Text", exact=True).click()
    if not page.evaluate("'htmx' in window"):
        page.get_by_role("button", name="Settle the oldest first").click()
    expect(page.get_by_label("Settled of Invoice 20001")).to_have_value("10,000.00")
    page.get_by_role("button", name="Enter payment").click()
    expect_toast(page, "The payment is entered.")


def look_at_ledger(page: Page) -> None:
    """The balance is what is left today, and nothing before the invoice was made."""
    page.goto(f"{CUSTOMER}/")
    tab(page, "Ledger")
    expect(page.locator(".ageing .balance")).to_contain_text("7,217.50")
    row = page.locator("table.ledger tbody tr")
    expect(row).to_have_count(1)
    for name, amount in (("amount", "17,217.50"), ("paid", "10,000.00"), ("left", "7,217.50")):
        expect(row.locator(f".{name}")).to_contain_text(amount)
    said = text_of(fetched(page, page.get_by_role("link", name="Statement PDF")))
    for words in ("Storfjell kommune", "20001", "17 217,50", "7 217,50"):
        assert words in said, (words, said)
    page.get_by_role("textbox", name="Balance at").fill(
        (timezone.localdate() - timedelta(days=1)).isoformat()
    )
    if (show := page.get_by_role("button", name="Show", exact=True)).is_visible():
        show.click()  # without JavaScript
    expect(page.locator("#results")).to_contain_text("Nothing is open at this date")
    expect(page.locator(".ageing .balance")).to_contain_text("0.00")


def look_at_figures(page: Page) -> None:
    tab(page, "Key statistics")
    figures = page.get_by_role("region", name="Key statistics")
    expect(figures.get_by_role("link", name="13,774")).to_be_visible()
    expect(figures.get_by_role("link", name="12.5", exact=True)).to_be_visible()
    figures.get_by_role("link", name="13,774").click()
    expect(page.get_by_role("link", name="20001")).to_be_visible()


def walk(page: Page, outbox: Path) -> Invoice:
    """Go all the way from the settings of a customer to what it owes."""
    set_options(page)
    register_and_approve(page, timezone.localdate())
    draft_from_work(page, "P-7 Bru over elva")
    look_at_draft(page)
    finalise_and_send(page)
    invoice = Invoice.objects.get()
    assert invoice.kid
    expect(page.locator(".deliver-log")).to_contain_text("0192:974760673")
    look_at_pdf(page, invoice)
    look_at_ehf(outbox, invoice)
    look_at_hours(page)
    pay_a_part(page, "10 000")
    look_at_ledger(page)
    look_at_figures(page)
    return invoice


def test_hours_become_an_invoice_and_what_is_left_of_it_stands_in_the_ledger(
    karis_page: Page, project, tmp_path
):
    invoice = walk(karis_page, tmp_path)
    invoice.refresh_from_db()
    assert (invoice.gross, invoice.remaining) == (Decimal("17217.50"), Decimal("7217.50"))


def test_without_javascript_it_is_the_same(new_context, kari, project, live_server, tmp_path):
    page = new_context(java_script_enabled=False).new_page()
    walk(signed_in(page, kari, live_server.url), tmp_path)


def test_two_customers_pay_for_the_same_work(karis_page: Page, customer, kari):
    page, other = karis_page, CustomerFactory(number="1045", name="Nabo AS")
    project = shared((other, 40), customer=customer, number="P-8", name="Felles vei")
    approved(project, by=kari, price=Decimal("999.99"), hours=Decimal("7.5"))
    draft_from_work(page, "P-8 Felles vei")
    expect_toast(page, "2 drafts are made.")
    rows = page.locator("table.drafts tbody tr")
    expect(rows).to_have_count(2)
    # Both become final at once.
    page.get_by_role("link", name="Select all 2 of this page").click()
    page.get_by_role("button", name="Finalise…").click()
    page.get_by_role("button", name="Finalise 2 drafts").click()
    expect_toast(page, "2 are final.")
    page.goto("/invoices/all/")
    for number in ("20001", "20002"):
        expect(page.get_by_role("link", name=re.compile(number))).to_be_visible()
    first, second = Invoice.objects.order_by("number")
    work, share = (first, second) if first.customer == customer else (second, first)
    assert share.part_of == work
    page.goto(work.get_absolute_url())
    expect(page.locator(".invoice-read")).to_contain_text("Betales av Nabo AS (40 %)")
    page.goto(share.get_absolute_url())
    expect(page.locator(".invoice-read tbody")).to_contain_text("40 %")
    expect(page.locator(".invoice-read .quantity")).to_have_text("")
    # 7.5 hours at 999.99 come to a coin more than whole ones.
    assert work.net + share.net == Decimal("7499.93")
    assert share.net == Decimal("2999.97")
    (off,) = work.lines.filter(kind=InvoiceLine.Kind.DEDUCTION)
    assert off.amount == -share.net


def test_what_was_wrong_is_credited_and_invoiced_again(karis_page: Page, customer, kari):
    page = karis_page
    project = ProjectFactory(customer=customer, number="P-9", name="Rundkjøring")
    approved(project, 2, by=kari, price=1000)
    draft_from_work(page, "P-9 Rundkjøring")
    page.get_by_role("button", name="Finalise…").click()
    page.get_by_role("button", name="Finalise", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoice 20001")
    # A part of it, which the customer need not pay.
    page.get_by_role("link", name="Credit…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Some of it").click()
    dialog.locator(".credit-line input").fill("500")
    dialog.get_by_label("Reason").fill("Reisetid")
    dialog.get_by_role("button", name="Finalise the credit note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Credit note 20002")
    expect(page.locator(".invoice-totals .total")).to_contain_text("625.00")
    page.get_by_role("link", name="invoice 20001").first.click()
    # All that is left, and the work can be invoiced again.
    page.get_by_role("link", name="Credit…").click()
    expect(dialog).to_contain_text("1,500.00 left of 2,000.00")
    expect(dialog.get_by_label("The work can be invoiced again")).to_be_checked()
    dialog.get_by_role("button", name="Finalise the credit note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Credit note 20003")
    page.goto(f"{CUSTOMER}/ledger/")
    expect(page.locator(".ageing .balance")).to_contain_text("0.00")
    draft_from_work(page, "P-9 Rundkjøring")
    expect(page.locator(".offer-totals .total dd")).to_have_text("2,500.00")
    page.get_by_role("button", name="Finalise…").click()
    page.get_by_role("button", name="Finalise", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoice 20004")
    page.goto(f"{CUSTOMER}/ledger/")
    expect(page.locator(".ageing .balance")).to_contain_text("2,500.00")
    assert [one.remaining for one in Invoice.objects.order_by("number")] == [0, 0, 0, 2500]
