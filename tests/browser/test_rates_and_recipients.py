"""Hourly rates, invoice recipients and addresses, as people use them."""

import re
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from customers.models import Customer, HourlyRate, InvoiceRecipient, OtherAddress
from registry.models import Postcode
from tests.browser.steps import signed_in
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    HourlyRateFactory,
    PersonFactory,
    ProjectRoleFactory,
)

RATES = "/customers/1040/invoicing/rates/"
RECIPIENTS = "/customers/1040/invoicing/recipients/"


@pytest.fixture
def customer(kari) -> Customer:
    Postcode.objects.create(code="9008", place="Tromsø")
    Postcode.objects.create(code="0150", place="Oslo")
    return CustomerFactory(number="1040", name="Fjell AS", email="post@fjell.example")


def dialog_of(page: Page, name: str) -> Locator:
    dialog = page.get_by_role("dialog", name=name)
    expect(dialog).to_be_visible()
    return dialog


def save(scope: Page | Locator) -> None:
    scope.get_by_role("button", name="Save").click()


@pytest.fixture
def two_rates(customer, kari):
    HourlyRateFactory(customer=customer, user=kari, role=None, valid_from=date(2026, 1, 1))


def test_the_next_rate_ends_the_one_before_when_somebody_agrees(
    karis_page: Page, two_rates, faults
):
    faults.expect_status(422)
    page = karis_page
    page.goto(RATES)
    page.get_by_role("link", name="Next rate of Kari Lunde").click()
    dialog = dialog_of(page, "New hourly rate")
    dialog.get_by_label("Hourly rate in NOK").fill("1 300,50")
    dialog.get_by_label("From").fill("2099-01-01")
    save(dialog)
    expect(dialog).to_contain_text("Kari Lunde has 1,250.00 from 1 Jan 2026 with no end.")
    expect(dialog.get_by_label("Hourly rate in NOK")).to_have_value("1 300,50")
    assert HourlyRate.objects.count() == 1

    dialog.get_by_role("checkbox", name="End it on 31 Dec 2098.").check()
    save(dialog)
    expect(page.locator("#toasts")).to_contain_text("The rate is saved.")
    rows = page.locator(".rates tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("1,300.50")
    expect(rows.nth(0)).to_contain_text("Coming")
    expect(rows.nth(1)).to_contain_text("31 Dec 2098")
    expect(rows.nth(1)).to_contain_text("In force")


def test_a_rate_is_removed_by_keyboard_after_a_question(karis_page: Page, two_rates):
    page = karis_page
    page.goto(RATES)
    page.get_by_role("link", name="Remove Kari Lunde, 1,250.00").focus()
    page.keyboard.press("Enter")
    dialog = dialog_of(page, "Remove hourly rate")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert HourlyRate.objects.exists()
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Remove").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No hourly rates of its own")).to_be_visible()


def test_recipients_are_added_and_the_line_says_where_invoices_go(
    karis_page: Page, customer, faults
):
    faults.expect_status(422)
    ContactFactory(
        customer=customer, person=PersonFactory(name="Anne Vik", emails=["anne@vik.example"])
    )
    ContactFactory(customer=customer, person=PersonFactory(name="Bo Berg"))
    page = karis_page
    page.goto(RECIPIENTS)
    line = page.get_by_role("region", name="Where an invoice would go today")
    expect(line).to_contain_text("by e-mail to post@fjell.example")
    page.get_by_role("link", name="Add recipients").click()
    dialog = dialog_of(page, "Add invoice recipients")
    expect(dialog.get_by_role("checkbox", name="Bo Berg")).to_be_disabled()
    dialog.get_by_role("checkbox", name="Anne Vik").check()
    dialog.get_by_label("E-mail addresses").fill("Ola <ola@fjell.example>; nobody@")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog).to_contain_text("“nobody@” is not an e-mail address.")
    expect(dialog.get_by_role("checkbox", name="Anne Vik")).to_be_checked()
    dialog.get_by_label("E-mail addresses").fill("Ola <ola@fjell.example>")
    dialog.get_by_role("button", name="Add").click()
    expect(line).to_contain_text("by e-mail to anne@vik.example, ola@fjell.example")

    page.get_by_role("link", name="Edit ola@fjell.example").click()
    dialog = dialog_of(page, "Edit invoice recipient")
    dialog.get_by_text("Copy", exact=True).click()
    save(dialog)
    expect(line).to_contain_text("anne@vik.example, with a copy to ola@fjell.example")
    page.get_by_role("link", name="Remove Anne Vik").click()
    dialog_of(page, "Remove invoice recipient").get_by_role("button", name="Remove").click()
    expect(line).to_contain_text("post@fjell.example, with a copy to ola@fjell.example")


def test_a_postcode_fills_in_its_place_while_it_is_typed(karis_page: Page, customer):
    page = karis_page
    page.goto("/customers/1040/")
    page.get_by_role("link", name="Add address").click()
    dialog = dialog_of(page, "New address")
    dialog.get_by_label("Label").fill("Site")
    postcode, city = dialog.get_by_label("Postcode"), dialog.get_by_label("City")
    postcode.press_sequentially("9008")
    expect(city).to_have_value("Tromsø")
    expect(postcode).to_be_focused()
    postcode.fill("0150")
    expect(city).to_have_value("Oslo")
    expect(dialog.get_by_text("Postcode 0150 is Oslo.")).to_be_hidden()
    city.fill("Oslo sentrum")
    postcode.fill("9008")
    expect(dialog.get_by_text("Postcode 9008 is Tromsø.")).to_be_visible()
    expect(city).to_have_value("Oslo sentrum")
    save(dialog)
    expect(page.locator("#toasts")).to_contain_text("It was saved as written.")
    expect(page.get_by_role("region", name="Customer data")).to_contain_text("9008 Oslo sentrum")


def test_on_the_edit_page_each_address_has_its_own_place(karis_page: Page, customer):
    Customer.objects.update(visiting_postcode="9008", visiting_city="Tromsø", invoice_city="Moss")
    page = karis_page
    page.goto("/customers/1040/edit/")
    visiting = page.get_by_role("group", name="Visiting address")
    postal = page.get_by_role("group", name="Postal address")
    invoice = page.get_by_role("group", name="Invoice address")
    visiting.get_by_label("Postcode").fill("0150")
    expect(visiting.get_by_label("City")).to_have_value("Oslo")
    postal.get_by_label("Country").select_option("SE")
    postal.get_by_label("Postcode").fill("9008")
    invoice.get_by_label("Postcode").fill("9008")
    expect(invoice.get_by_text("Postcode 9008 is Tromsø.")).to_be_visible()
    expect(invoice.get_by_label("City")).to_have_value("Moss")
    expect(postal.get_by_label("City")).to_have_value("")
    save(page)
    expect(page.locator("#toasts")).to_contain_text("Postcode 9008 is Tromsø, not Moss.")


def test_all_of_it_works_without_javascript(new_context, kari, live_server, customer, faults):
    faults.expect_status(422)
    ProjectRoleFactory(name="Surveyor")
    page = signed_in(new_context(java_script_enabled=False).new_page(), kari, live_server.url)
    page.goto(RATES)
    for rate, first in (("1250", ""), ("1300", "2099-01-01")):
        page.get_by_role("link", name="New rate").click()
        expect(page.get_by_role("heading", name="New hourly rate", level=1)).to_be_visible()
        page.get_by_label("Colleague or project role").select_option(label="Surveyor")
        page.get_by_label("Hourly rate in NOK").fill(rate)
        page.get_by_label("From").fill(first)
        save(page)
    page.get_by_role("checkbox", name="End it on 31 Dec 2098.").check()
    save(page)
    expect(page.locator(".rates tbody tr")).to_have_count(2)

    page.get_by_role("link", name="Invoice e-mail recipients").click()
    page.get_by_role("link", name="Add recipients").click()
    page.get_by_label("E-mail addresses").fill("a@fjell.example, b@fjell.example")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".recipient")).to_have_count(2)
    page.get_by_role("link", name="Remove a@fjell.example").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".recipient")).to_have_count(1)
    assert InvoiceRecipient.objects.get().email == "b@fjell.example"

    page.goto("/customers/1040/")
    page.get_by_role("link", name="Add address").click()
    page.get_by_label("Label").fill("Site")
    page.get_by_label("Postcode").fill("9008")
    save(page)
    expect(page).to_have_url(re.compile(r"/customers/1040/$"))
    assert OtherAddress.objects.get().city == "Tromsø"
    page.get_by_role("link", name="Remove Site").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("region", name="Customer data")).to_contain_text("9008 Tromsø")
