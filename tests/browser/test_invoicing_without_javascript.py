"""Invoice settings in a browser that runs no scripts."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_invoicing import URL, customer, field, row, stored

__all__ = ["customer"]


@pytest.fixture
def browser_context_args(browser_context_args: dict) -> dict:
    return browser_context_args | {"java_script_enabled": False}


def test_a_value_is_given_up_and_the_rest_is_kept(karis_page: Page, customer, faults):
    faults.expect_status(422)
    page = karis_page
    page.goto(URL)
    field(page, "Your reference").fill("Typed before")
    field(page, "Discount").fill("x")
    page.get_by_role("button", name="Use company value (Credit terms)").click()
    expect(row(page, "credit_terms")).to_contain_text("20 days")
    expect(field(page, "Credit terms")).to_be_focused()
    expect(field(page, "Your reference")).to_have_value("Typed before")
    expect(field(page, "Discount")).to_have_value("x")
    assert (stored().credit_terms, stored().your_reference) == (None, None)

    page.get_by_role("button", name="Save").click()
    expect(row(page, "discount")).to_contain_text("This is not a number.")
    field(page, "Discount").fill("0")
    field(page, "Discount").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    saved = stored()
    assert (saved.your_reference, saved.discount, saved.credit_terms) == (
        "Typed before", 0, None,
    )  # fmt: skip
