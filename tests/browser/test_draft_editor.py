"""The editor of a draft in a browser: lines, keys, totals and what follows them."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from moment.ledger import editing
from moment.ledger.models import InvoiceLine
from tests.browser.steps import expect_values, signed_in
from tests.factories import CustomerFactory
from tests.ledger.making import draft, invoice

pytestmark = pytest.mark.browser


@pytest.fixture
def made():
    made = draft(CustomerFactory(number="77", name="Fjell AS", email="post@fjell.example"))
    lines = [
        InvoiceLine(
            text=text, quantity=Decimal(1), price=Decimal(1000), amount=0, vat_code="3",
            vat_rate=25, sales_account="3000",
        )
        for text in ("Survey", "Design")
    ]  # fmt: skip
    editing.save(made, lines, version=1)
    return made


@pytest.fixture
def editor(page: Page, kari, live_server, made) -> Page:
    signed_in(page, kari, live_server.url)
    page.goto(made.get_absolute_url())
    return page


def expect_texts(page: Page, texts: list[str]) -> None:
    expect_values(page.locator(".draft-line .what textarea"), texts)


def test_totals_follow_the_keys_and_lines_move_by_keyboard(editor: Page):
    total = editor.locator(".offer-totals .total dd")
    expect(total).to_have_text("2,500.00")
    editor.locator("#line-1-quantity").fill("2.5")
    expect(total).to_have_text("4,375.00")
    expect(editor.locator("#line-1-amount")).to_have_text("2,500.00")
    editor.locator("#line-1-up").press("Enter")
    expect(editor.locator("#line-0-down")).to_be_focused()
    expect_texts(editor, ["Design", "Survey"])
    editor.locator("#add-line").click()
    expect(editor.locator("#line-2-text")).to_be_focused()
    editor.keyboard.type("Control")
    editor.locator("#line-2-price").fill("1 200")
    expect(total).to_have_text("5,875.00")
    editor.locator("#line-1-drop").click()
    expect(editor.locator(".draft-line")).to_have_count(2)
    editor.locator(".actions .btn--primary").click()
    expect(editor.locator("#toasts")).to_contain_text("The draft is saved.")
    expect_texts(editor, ["Design", "Control"])


def test_an_amount_is_typed_where_there_is_no_price(editor: Page):
    editor.locator("#line-0-price").fill("")
    # It is a field now, with what the line came to.
    amount = editor.locator("input#line-0-amount")
    expect(amount).to_have_value("1,000.00")
    amount.fill("")
    amount.press_sequentially("450.50", delay=60)
    expect(editor.locator(".offer-totals .total dd")).to_have_text("1,813.13")
    expect(amount).to_have_value("450.50")
    expect(amount).to_be_focused()
    editor.locator("#line-0-price").fill("2000")
    expect(editor.locator("output#line-0-amount")).to_have_text("2,000.00")


def test_a_line_is_dragged_to_its_place(editor: Page):
    editor.locator("#line-1 [data-drag]").drag_to(editor.locator("#line-0"))
    expect(editor.locator("#line-0-text")).to_have_value("Design")
    editor.locator(".actions .btn--primary").click()
    expect(editor.locator("#toasts")).to_contain_text("The draft is saved.")
    expect_texts(editor, ["Design", "Survey"])


def test_due_date_destination_and_problems_follow_what_is_typed(editor: Page):
    editor.locator("#draft_issued_on").fill("2026-11-02")
    editor.locator("#draft_credit_terms").fill("10")
    expect(editor.locator("#draft-due")).to_have_text("12 Nov 2026")
    expect(editor.locator("#draft-ready")).to_contain_text("post@fjell.example")
    editor.locator("#draft_invoice_type").select_option("letter")
    expect(editor.locator("#draft-ready")).to_contain_text("There is no address to send")
    editor.locator("#draft_issued_on").fill("2031-11-02")
    problems = editor.get_by_role("region", name="Before it can be finalised")
    expect(problems.get_by_role("link")).to_have_text("This date is too far away.")


def test_another_currency_brings_the_rate_it_had_last(editor: Page, db):
    invoice(None, "10", currency="EUR", rate=Decimal("11.5432"))
    editor.locator("#draft_currency").select_option("EUR")
    expect(editor.locator("#draft_rate")).to_have_value("11.5432")
    expect(editor.locator(".offer-totals .total dt")).to_have_text("To pay EUR")
    editor.locator(".actions .btn--primary").click()
    expect(editor.locator("#toasts")).to_contain_text("The draft is saved.")
    expect(editor.locator("#draft_rate")).to_have_value("11.5432")


def test_the_preview_stands_beside(editor: Page):
    editor.locator("#line-0-text").fill("Survey of all")
    editor.locator(".head__actions [value=preview]").click()
    expect(editor.locator("#preview iframe")).to_be_visible()
    expect(editor.locator("#line-0-text")).to_have_value("Survey of all")


def test_without_javascript_the_same_buttons_work(new_context, kari, live_server, made, faults):
    faults.expect_status(422)
    page = signed_in(new_context(java_script_enabled=False).new_page(), kari, live_server.url)
    page.goto("/invoices/drafts/new/?customer=77")
    page.locator("form.dialog footer .btn--primary").click()
    page.locator("#add-line").click()
    page.locator("#line-0-text").fill("By hand")
    page.locator("#line-0-price").fill("500")
    page.locator("#add-line").click()
    page.locator("#line-1-text").fill("Second")
    page.locator("#line-1-quantity").fill("")
    page.locator(".actions .btn--primary").click()
    page.locator("#line-1-amount").fill("12")
    page.locator("#line-1-up").click()
    page.locator(".actions .btn--primary").click()
    expect_texts(page, ["Second", "By hand"])
    expect(page.locator(".offer-totals .total dd")).to_have_text("640.00")
    page.locator(".actions a[href$='/discard/']").click()
    expect(page.locator(".sheet")).to_contain_text("goes away")
    page.locator(".sheet .btn--bad").click()
    page.wait_for_url("**/invoices/drafts/")
