"""Everything works in a browser that runs no scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from registry.org_number import formatted
from tests.browser.steps import create, expect_profile, signed_in, type_login, with_password
from tests.factories import CustomerFactory, TagFactory
from tests.standin.companies import fictional_number


@pytest.fixture
def browser_context_args(browser_context_args: dict) -> dict:
    return browser_context_args | {"java_script_enabled": False}


def names(page: Page):
    return page.locator("table.customers tbody th a")


def test_signing_in_and_out_and_the_language(page: Page, kari):
    with_password(kari)
    page.goto("/customers/?status=all")
    type_login(page, kari)
    expect(page).to_have_url(re.compile(r"/customers/\?status=all$"))

    account = page.locator("details.menu--account")
    account.locator("summary").click()
    account.get_by_role("button", name="Norsk bokmål").click()
    expect(page.locator("html")).to_have_attribute("lang", "nb")
    expect(page).to_have_url(re.compile(r"/customers/\?status=all$"))
    account.locator("summary").click()
    account.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en-gb")

    account.locator("summary").click()
    account.get_by_role("button", name="Sign out").click()
    page.goto("/customers/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_narrow_page_has_a_menu(page: Page, kari, live_server):
    page.set_viewport_size({"width": 390, "height": 800})
    signed_in(page, kari, live_server.url).goto("/customers/")
    projects = page.get_by_role("navigation", name="Main").get_by_role("link", name="Projects")
    expect(projects).to_be_hidden()
    page.get_by_role("button", name="Menu").press("Enter")
    expect(projects).to_be_visible()
    page.keyboard.press("Escape")
    expect(projects).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    projects.click()
    expect(page.get_by_role("heading", name="Projects", exact=True)).to_be_visible()


def test_the_overview_is_searched_filtered_and_sorted(page: Page, kari, live_server):
    bygg = TagFactory(name="Bygg")
    CustomerFactory(number="1001", name="Ågotnes Arkitektur AS", tags=[bygg])
    CustomerFactory(number="1002", name="Bekkelund Bygg AS", tags=[bygg])
    CustomerFactory(number="1003", name="Carlsvik Consult AS")
    CustomerFactory(number="1004", name="Dalåsen Drift AS", status="blocked", tags=[bygg])
    signed_in(page, kari, live_server.url)
    page.goto("/customers/")
    search = page.get_by_role("searchbox", name="Search customers")
    search.fill("carl")
    search.press("Enter")
    expect(names(page)).to_have_text(["Carlsvik Consult AS"])

    search.fill("")
    page.locator("summary").filter(has_text="Tags").click()
    page.get_by_role("checkbox", name="Bygg").check()
    page.get_by_role("search").get_by_role("button", name="Search").click()
    expect(names(page)).to_have_text(["Bekkelund Bygg AS", "Ågotnes Arkitektur AS"])
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    page.get_by_role("navigation", name="Status").get_by_role("link", name="All").click()
    expect(names(page)).to_have_text(
        ["Bekkelund Bygg AS", "Dalåsen Drift AS", "Ågotnes Arkitektur AS"]
    )
    page.get_by_role("link", name="Remove filter Bygg").click()
    expect(names(page)).to_have_count(4)


def test_a_customer_is_created_from_the_register_with_a_button(
    page: Page, kari, live_server, register
):
    signed_in(page, kari, live_server.url)
    page.goto("/customers/")
    page.get_by_role("link", name="New customer").first.click()
    expect(page).to_have_url(re.compile(r"/customers/new/$"))
    expect(page.get_by_role("heading", name="New customer", level=1)).to_be_visible()
    page.get_by_label("Name", exact=True).fill("vardefjord")
    page.locator(".segments").get_by_text("Potential", exact=True).click()
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("radio", name="Potential")).to_be_checked()

    page.get_by_role("button", name="Vardefjord Teknikk AS").click()
    card = page.get_by_role("region", name="From the register")
    expect(card).to_contain_text("9008 Tromsø")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Vardefjord Teknikk AS")
    create(page)
    expect_profile(page, "Vardefjord Teknikk AS", "1000")
    data = page.get_by_role("region", name="Customer data")
    expect(data).to_contain_text(formatted(fictional_number(0)))
    expect(data).to_contain_text("Storgata 1")
    assert Customer.objects.get().status == "potential"


def test_a_place_of_business_is_replaced_and_errors_keep_what_was_typed(
    page: Page, kari, live_server, register, faults
):
    faults.expect_status(422)
    CustomerFactory(number="2000", name="Først AS")
    signed_in(page, kari, live_server.url)
    page.goto("/customers/new/")
    # A reg. no. typed as the name is looked up on saving, and shown first.
    page.get_by_label("Name", exact=True).fill(formatted(fictional_number(1)))
    page.get_by_label("Number").fill("2000")
    create(page)
    page.get_by_role("button", name="Use the company").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Vardefjord Teknikk AS")
    create(page)
    expect(page.locator("[data-field=number]")).to_contain_text("already used by Først AS")
    expect(page.get_by_label("Number")).to_have_value("2000")
    page.get_by_label("Number").fill("2001")
    create(page)
    expect_profile(page, "Vardefjord Teknikk AS", "2001")


def test_a_register_that_is_down_is_told(page: Page, kari, live_server, register):
    register.fail("down")
    signed_in(page, kari, live_server.url)
    page.goto("/customers/new/")
    page.get_by_label("Name", exact=True).fill("Vardefjord Håndskrift AS")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_text("The register does not answer.")).to_be_visible()
    create(page)
    expect_profile(page, "Vardefjord Håndskrift AS", "1000")


def test_a_customer_is_edited_noted_and_checked(page: Page, kari, live_server, register, faults):
    faults.expect_status(422)
    CustomerFactory(number="1043", name="Teknikk", org_number=fictional_number(0))
    signed_in(page, kari, live_server.url)
    page.goto("/customers/1043/")
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Vardefjord Teknikk AS")
    page.get_by_role("group", name="Visiting address").get_by_label("Postcode").fill("90")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("A Norwegian postcode has four digits.")).to_be_visible()
    page.get_by_role("group", name="Visiting address").get_by_label("Postcode").fill("9008")
    page.get_by_role("button", name="Save").click()
    expect_profile(page, "Vardefjord Teknikk AS", "1043")

    notes = page.get_by_role("region", name="Notes")
    notes.get_by_role("textbox", name="New note").fill("   ")
    notes.get_by_role("button", name="Add note").click()
    expect(notes).to_contain_text("This field is required.")
    notes.get_by_role("textbox", name="New note").fill("Vil ha svar fredag.")
    notes.get_by_role("button", name="Add note").click()
    expect_profile(page, "Vardefjord Teknikk AS", "1043")
    expect(notes.get_by_role("article")).to_contain_text("Vil ha svar fredag.")

    page.get_by_role("button", name="Check the register again").click()
    expect(page.locator("#toasts")).to_contain_text("Checked with the register just now.")
    expect(page.get_by_role("region", name="Register")).to_contain_text("Aksjeselskap")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("table")).to_contain_text("Vardefjord Teknikk AS")
