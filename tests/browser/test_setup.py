"""The company's setup, as an administrator uses it."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from moment.models import BankAccount, CompanySettings
from tests.browser.steps import signed_in
from tests.factories import CustomerFactory, org_number


@pytest.fixture
def annes_page(page: Page, live_server, anne) -> Page:
    return signed_in(page, anne, live_server.url)


def logo() -> dict:
    file = io.BytesIO()
    Image.new("RGB", (300, 90), "purple").save(file, "PNG")
    return {"name": "logo.png", "mimeType": "image/png", "buffer": file.getvalue()}


def fill_account(page: Page) -> None:
    page.get_by_label("Account number").fill("8601 11 17947")
    page.get_by_label("KID check digit").select_option("Modulus 10")
    page.get_by_label("Digits of the customer's number").fill("6")
    page.get_by_label("Digits of the invoice's number").fill("6")


def test_the_company_is_set_up_from_the_rail(annes_page: Page, faults):
    faults.expect_status(422)
    page = annes_page
    page.goto("/customers/")
    page.get_by_role("link", name="Setup").click()
    form = page.get_by_role("form", name="Company")
    form.get_by_label("Name").fill("Fjordvik Rådgivning AS")
    form.get_by_label("Company reg. no.").fill("123")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("has nine digits")).to_be_visible()
    expect(form.get_by_label("Name")).to_have_value("Fjordvik Rådgivning AS")
    form.get_by_label("Company reg. no.").fill(org_number(1))
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(page.get_by_role("region", name="Last changes")).to_contain_text("Anne Dahl")
    assert CompanySettings.objects.get().org_number == org_number(1)


def test_an_account_shows_its_kid_while_it_is_typed(annes_page: Page):
    page = annes_page
    page.goto("/setup/")
    page.get_by_role("link", name="Add account").click()
    dialog = page.get_by_role("dialog", name="New bank account")
    expect(dialog).to_contain_text("No KID")
    fill_account(page)
    expect(dialog).to_contain_text("Customer 1040, invoice 10017: 0010400100177")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    row = page.get_by_role("row", name="8601.11.17947")
    expect(row).to_contain_text("such as 0010400100177")

    row.get_by_role("link", name="Remove").click()
    dialog = page.get_by_role("dialog", name="Remove bank account")
    dialog.get_by_role("link", name="Cancel").click()
    assert BankAccount.objects.exists()
    row.get_by_role("link", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The accounts that customers pay to stand here.")).to_be_visible()
    assert not BankAccount.objects.exists()


def test_what_is_wrong_keeps_the_dialog_open(annes_page: Page, faults):
    faults.expect_status(422)
    page = annes_page
    page.goto("/setup/")
    page.get_by_role("link", name="Add account").click()
    dialog = page.get_by_role("dialog", name="New bank account")
    fill_account(page)
    page.get_by_label("Account number").fill("8601 11 17948")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("the last a check digit")).to_be_visible()
    expect(page.get_by_label("Account number")).to_be_focused()
    expect(page.get_by_label("Digits of the invoice's number")).to_have_value("6")


def test_the_logo_is_seen_changed_and_removed(annes_page: Page, faults):
    faults.expect_status(422)
    page = annes_page
    page.goto("/setup/")
    region = page.get_by_role("region", name="Logo")
    hostile = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    upload = {"name": "logo.png", "mimeType": "image/png", "buffer": hostile}
    region.get_by_label("Picture").set_input_files(upload)
    region.get_by_role("button", name="Upload").click()
    expect(region.locator(".errorlist")).to_be_visible()

    region.get_by_label("Picture").set_input_files(logo())
    region.get_by_role("button", name="Upload").click()
    picture = region.get_by_role("img", name="The logo as it stands on invoices")
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => picture.naturalWidth") == 300

    region.get_by_role("link", name="Remove logo").click()
    page.get_by_role("dialog", name="Remove logo").get_by_role("button", name="Remove").click()
    expect(picture).to_have_count(0)


def test_it_works_without_javascript(new_context, anne, live_server):
    page = signed_in(new_context(java_script_enabled=False).new_page(), anne, live_server.url)
    page.goto("/setup/")
    page.get_by_role("link", name="Add account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New bank account")
    fill_account(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="8601.11.17947", exact=True).click()
    expect(page.get_by_text("Customer 1040, invoice 10017: 0010400100177")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Remove 8601.11.17947").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The accounts that customers pay to stand here.")).to_be_visible()
    page.get_by_role("region", name="Logo").get_by_label("Picture").set_input_files(logo())
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("link", name="Remove logo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Remove logo")
    page.get_by_role("button", name="Remove").click()
    expect(page).to_have_url(re.compile("/setup/$"))


def test_the_sample_invoice_is_a_file_of_its_own(karis_page: Page, kari):
    CustomerFactory(number="1040", language="en")
    response = karis_page.request.get("/customers/1040/invoicing/preview/")
    assert response.status == 200
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-disposition"] == 'inline; filename="Preview 1040.pdf"'
    assert response.body().startswith(b"%PDF-")
