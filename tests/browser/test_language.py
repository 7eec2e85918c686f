"""English and Norwegian bokmål."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import signed_in
from tests.factories import CustomerFactory


def test_the_language_chosen_is_kept_for_the_user_on_another_machine(
    karis_page: Page, new_context, live_server, kari, per
):
    CustomerFactory(number="1043", name="Vardefjord Teknikk AS")
    page = karis_page
    page.goto("/customers/1043/")
    account = page.locator("details.menu--account")
    account.locator("summary").click()
    account.get_by_role("button", name="Norsk bokmål").click()

    expect(page).to_have_url(re.compile(r"/customers/1043/$"))
    expect(page.locator("html")).to_have_attribute("lang", "nb")
    expect(page.get_by_role("region", name="Kundedata")).to_be_visible()
    kari.refresh_from_db()
    assert kari.language == "nb"

    another = signed_in(new_context().new_page(), kari, live_server.url)
    another.goto("/customers/")
    expect(another.locator("html")).to_have_attribute("lang", "nb")
    expect(another.get_by_role("heading", name="Kunder", level=1)).to_be_visible()
    # A colleague's language is their own.
    pers = signed_in(new_context().new_page(), per, live_server.url)
    pers.goto("/customers/")
    expect(pers.get_by_role("heading", name="Customers", level=1)).to_be_visible()


@pytest.mark.browser_context_args(locale="nb-NO")
def test_a_browser_that_asks_for_norwegian_meets_a_norwegian_login(page: Page):
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "nb")
    expect(page.get_by_role("heading", name="Logg inn")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
