"""Readiness for electronic invoices, as people use the page."""

import re

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.models import CompanySettings
from tests.browser.steps import signed_in
from tests.browser.test_accessibility import expect_accessible
from tests.reaching import customer

URL = "/customers/einvoicing/"


@pytest.fixture
def customers(kari):
    """Three who could be switched, and one of each other kind."""
    customer("yes", name="Arnøy Arkitektur AS", number="1001", invoice_type="letter")
    customer("yes", name="Bekkelund Bygg AS", number="1002")
    customer("yes", name="Carlsvik Consult AS", number="1003")
    customer("yes", name="Dalåsen Drift AS", number="1004", invoice_type="ehf")
    customer("no", name="Eidsmo Eiendom AS", number="1005", invoice_type="ehf")
    customer("failed", name="Fjellro AS", number="1006")
    customer("none", name="Granlia AS", number="1007")


def kinds() -> dict[str, str]:
    return dict(Customer.objects.values_list("number", "invoice_type"))


def tick(page: Page, name: str) -> None:
    page.get_by_role("checkbox", name=name).check()


def test_the_chosen_are_switched_after_a_question(karis_page: Page, customers):
    page = karis_page
    page.goto(URL)
    tick(page, "Arnøy Arkitektur AS")
    tick(page, "Carlsvik Consult AS")
    page.get_by_role("button", name="Switch selected to EHF").click()
    dialog = page.get_by_role("dialog", name="Switch to EHF")
    expect(dialog).to_contain_text("2 customers get their invoices as EHF from now on.")
    expect(dialog.get_by_role("listitem")).to_have_text(
        ["Arnøy Arkitektur AS", "Carlsvik Consult AS"]
    )
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert kinds()["1001"] == "letter"

    page.get_by_role("button", name="Switch selected to EHF").click()
    dialog.get_by_role("button", name="Switch 2 customers").click()
    expect(page.locator("#toasts")).to_contain_text("2 customers get EHF from now on.")
    expect(page.locator("table.switchable tbody tr")).to_have_count(1)
    expect(page.locator(".figure[data-standing=gets]")).to_contain_text("3")
    assert [kinds()[n] for n in ("1001", "1002", "1003")] == ["ehf", "", "ehf"]


def test_all_are_switched_by_keyboard_alone(karis_page: Page, customers):
    page = karis_page
    page.goto(URL)
    page.get_by_role("link", name="Switch all 3 to EHF").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Switch to EHF")
    expect(dialog).to_contain_text("3 customers get their")
    dialog.get_by_role("button", name="Switch 3 customers").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nobody to switch")).to_be_visible()
    assert list(kinds().values()).count("ehf") == 5


def test_nothing_ticked_is_told(karis_page: Page, customers):
    karis_page.goto(URL)
    karis_page.get_by_role("button", name="Switch selected to EHF").click()
    dialog = karis_page.get_by_role("dialog")
    expect(dialog).to_contain_text("Tick the customers to switch first.")
    expect(dialog.get_by_role("button", name="Switch")).to_have_count(0)


def test_a_number_opens_its_list(karis_page: Page, customers):
    page = karis_page
    page.goto(URL)
    page.get_by_role("link", name="Could be switched now").click()
    names = page.locator("table.customers tbody th a")
    expect(names).to_have_text(["Carlsvik Consult AS", "Bekkelund Bygg AS", "Arnøy Arkitektur AS"])
    page.go_back()
    page.get_by_role("link", name="1 is set to EHF, which would not arrive").click()
    expect(names).to_have_text(["Eidsmo Eiendom AS"])


def test_the_spreadsheet_is_downloaded(karis_page: Page, customers):
    karis_page.goto(URL)
    with karis_page.expect_download() as download:
        karis_page.get_by_role("link", name="XLSX").click()
    assert re.fullmatch(r"e-invoicing-active-[\d-]+\.xlsx", download.value.suggested_filename)


def test_it_works_without_javascript(new_context, kari, live_server, customers):
    page = signed_in(new_context(java_script_enabled=False).new_page(), kari, live_server.url)
    page.goto(URL)
    tick(page, "Bekkelund Bygg AS")
    page.get_by_role("button", name="Switch selected to EHF").click()
    expect(page.get_by_role("heading", name="Switch to EHF", level=1)).to_be_visible()
    page.get_by_role("button", name="Switch 1 customer").click()
    expect(page.locator("#toasts")).to_contain_text("1 customer gets EHF from now on.")
    page.get_by_role("link", name="Switch all 2 to EHF").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(re.compile(rf"{URL}$"))
    assert [kinds()[n] for n in ("1001", "1002", "1003")] == ["letter", "ehf", ""]


@pytest.mark.parametrize("state", ["page", "dialog", "nobody", "unchecked", "own page"])
def test_everybody_can_use_it(new_context, kari, live_server, state, request):
    if state == "nobody":
        CompanySettings.objects.create(pk=1, invoice_type="ehf")
    elif state == "unchecked":
        customer("never")
    else:
        request.getfixturevalue("customers")
    page = signed_in(new_context(bypass_csp=True).new_page(), kari, live_server.url)
    page.goto(f"{URL}switch/?all=1" if state == "own page" else URL)
    expect(page.locator("h1")).to_be_visible()
    if state == "dialog":
        page.locator(".actions .btn--primary").click()
        expect(page.locator("dialog[open] form")).to_be_visible()
    expect_accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
