"""Invoice settings, as people use the page: by keyboard, in one click, without scripts, narrow."""

import pytest
from playwright.sync_api import Locator, Page, expect

from customers.models import Customer
from moment.models import CompanySettings
from tests.browser.steps import signed_in
from tests.reaching import customer as customer_reached

URL = "/customers/77/invoicing/"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def customer(kari) -> Customer:
    CompanySettings(pk=1, credit_terms=20, invoice_footer="Takk for oppdraget.").save()
    return customer_reached(
        "yes", number="77", name="Fjell AS", email="post@fjell.example", invoice_type="ehf",
        credit_terms=14, discount=3,
    )  # fmt: skip


def row(page: Page, name: str) -> Locator:
    return page.locator(f"#row-{name}")


def field(page: Page, label: str) -> Locator:
    return page.get_by_role("textbox", name=label, exact=True)


def stored() -> Customer:
    return Customer.objects.get(number="77")


def test_everything_is_done_by_keyboard_and_enter_saves(karis_page: Page, customer):
    page = karis_page
    page.goto(URL)
    terms = field(page, "Credit terms")
    expect(terms).to_have_value("14")
    expect(terms).to_have_accessible_description(
        "Customer Use company value (Credit terms) 20 days"
    )
    terms.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("45")
    page.keyboard.press("Enter")  # saves, and gives up nothing
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    assert (stored().credit_terms, stored().discount, stored().invoice_type) == (45, 3, "ehf")

    field(page, "Credit terms").focus()
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Use company value (Credit terms)")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(page, "credit_terms")).to_contain_text("Company")
    expect(field(page, "Credit terms")).to_be_focused()
    assert stored().credit_terms is None


def test_one_click_gives_up_one_value_and_leaves_the_rest_of_the_page(karis_page: Page, customer):
    page = karis_page
    page.goto(URL)
    page.evaluate("window.stillTheSamePage = true")
    field(page, "Order reference").fill("Typed before")
    field(page, "Discount").fill("not a number")
    page.get_by_role("button", name="Use company value (Credit terms)").click()
    terms = field(page, "Credit terms")
    expect(terms).to_have_value("")
    expect(terms).to_have_attribute("placeholder", "20")
    expect(row(page, "credit_terms")).to_contain_text("20 days")
    expect(field(page, "Order reference")).to_have_value("Typed before")
    expect(field(page, "Discount")).to_have_value("not a number")
    assert (stored().credit_terms, stored().discount, stored().order_reference) == (None, 3, None)

    # What is typed after that is saved with what was typed before.
    field(page, "Discount").fill("12,5")
    assert page.evaluate("window.stillTheSamePage")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    assert (stored().credit_terms, stored().order_reference) == (None, "Typed before")
    assert str(stored().discount) == "12.50"


def test_warnings_elsewhere_follow_at_once(karis_page: Page, customer):
    page = karis_page
    page.goto(URL)
    needed = "EHF needs your reference or the order reference"
    where = page.locator("#invoicing-destination")
    expect(where).to_contain_text("EHF")
    expect(row(page, "your_reference")).to_contain_text(needed)
    field(page, "Your reference").fill("Half typ")
    page.get_by_role("button", name="Use company value (Preferred invoice type)").click()
    expect(row(page, "your_reference")).not_to_contain_text(needed)
    expect(field(page, "Your reference")).to_have_value("Half typ")
    expect(where).to_contain_text("post@fjell.example")


def test_two_quick_clicks_give_up_both(karis_page: Page, customer):
    page = karis_page
    page.goto(URL)
    page.evaluate(
        "for (const name of ['credit_terms', 'discount']) "
        "document.querySelector(`#row-${name} button`).click()"
    )
    expect(row(page, "discount").get_by_role("button")).to_have_count(0)
    expect(row(page, "credit_terms").get_by_role("button")).to_have_count(0)
    assert (stored().credit_terms, stored().discount) == (None, None)
    field(page, "Credit terms").fill("7")
    field(page, "Discount").fill("8")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    assert (stored().credit_terms, stored().discount) == (7, 8)


def test_what_somebody_else_changed_is_told_where_it_stands(karis_page: Page, customer, faults):
    faults.expect_status(422)
    page = karis_page
    page.goto(URL)
    Customer.objects.update(credit_terms=60, version=2)
    page.get_by_role("button", name="Use company value (Credit terms)").click()
    told = "Changed meanwhile to “60 days”."
    expect(row(page, "credit_terms")).to_contain_text(told)
    page.get_by_role("button", name="Use company value (Credit terms)").click()
    expect(row(page, "credit_terms")).not_to_contain_text(told)
    assert stored().credit_terms is None


def test_it_is_all_within_reach_in_a_narrow_window(karis_page: Page, customer):
    page = karis_page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(URL)
    assert page.evaluate(TOO_WIDE) == 0
    expect(page.get_by_role("button", name="Save")).to_be_in_viewport()
    for name in ("invoice_type", "credit_terms", "invoice_footer"):
        label = row(page, name).locator("label").bounding_box()
        control = row(page, name).locator("input, select, textarea").bounding_box()
        assert label is not None
        assert control is not None
        assert control["y"] >= label["y"] + label["height"]  # beneath each other
        assert control["x"] + control["width"] <= 390
    page.get_by_role("button", name="Use company value (Credit terms)").click()
    expect(row(page, "credit_terms")).to_contain_text("20 days")


def test_the_company_s_standards_are_set_the_same_way(page: Page, anne, customer, live_server):
    signed_in(page, anne, live_server.url)
    page.goto("/setup/invoicing/")
    field(page, "Footer text").fill("Ny konto fra 1. januar.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    page.goto(URL)
    expect(field(page, "Footer text")).to_have_attribute("placeholder", "Ny konto fra 1. januar.")
    page.goto("/setup/invoicing/")
    page.get_by_role("button", name="Use standard value (Credit terms)").click()
    expect(row(page, "credit_terms")).to_contain_text("Standard")
    assert CompanySettings.objects.get().credit_terms is None
