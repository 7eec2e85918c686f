"""History in a browser: filters in place, and a value put back."""

import re

import pytest
from auditlog.context import set_actor
from playwright.sync_api import Page, expect

from customers.models import Customer
from tests.browser.steps import signed_in
from tests.factories import CustomerFactory, NoteFactory


@pytest.fixture
def customer(transactional_db, kari):
    customer = CustomerFactory(number="1043", name="Vardefjord Teknikk AS", phone="77 00 00 01")
    with set_actor(kari):
        customer.phone = "77 00 00 02"
        customer.save()
        NoteFactory(customer=customer, author=kari, text="Ring Eva.")
    return customer


def table(page: Page):
    return page.get_by_role("table")


def test_the_history_is_filtered_in_place_and_by_its_address(karis_page: Page, customer):
    page = karis_page
    page.goto("/customers/1043/history/")
    page.evaluate("window.stillTheSamePage = true")
    expect(table(page)).to_contain_text("77 00 00 02")
    page.get_by_label("About").select_option("Notes")
    expect(table(page)).not_to_contain_text("77 00 00 02")
    expect(table(page)).to_contain_text("Ring Eva.")
    expect(page).to_have_url(re.compile(r"kind=notes"))
    assert page.evaluate("window.stillTheSamePage")
    page.reload()
    expect(page.get_by_label("About")).to_have_value("notes")
    expect(table(page)).not_to_contain_text("77 00 00 02")
    page.get_by_label("Who").select_option("Moment")
    expect(table(page)).to_contain_text("Nothing has happened that fits.")
    page.get_by_role("link", name="Show everything").click()
    expect(table(page)).to_contain_text("77 00 00 02")


def test_a_value_is_put_back_by_keyboard(karis_page: Page, customer):
    page = karis_page
    page.goto("/customers/1043/history/")
    page.get_by_role("link", name="Put back Phone").press("Enter")
    dialog = page.get_by_role("dialog", name="Put this value back")
    expect(dialog).to_contain_text("77 00 00 02")
    expect(dialog).to_contain_text("77 00 00 01")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Put back Phone").press("Enter")
    dialog.get_by_role("button", name="Put back").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Phone is put back: 77 00 00 01.")
    expect(table(page)).to_contain_text("Value put back")
    assert Customer.objects.get().phone == "77 00 00 01"


def test_what_changed_while_the_question_stood_there_is_told(karis_page: Page, customer, faults):
    faults.expect_status(422)
    page = karis_page
    page.goto("/customers/1043/history/")
    page.get_by_role("link", name="Put back Phone").click()
    dialog = page.get_by_role("dialog", name="Put this value back")
    expect(dialog).to_contain_text("77 00 00 02")
    Customer.objects.update(phone="77 00 00 03")
    dialog.get_by_role("button", name="Put back").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody has changed it meanwhile")
    expect(dialog).to_contain_text("77 00 00 03")
    Customer.objects.update(phone="77 00 00 01")
    dialog.get_by_role("button", name="Put back").click()
    expect(dialog).to_contain_text("It is “77 00 00 01” already.")
    dialog.get_by_role("link", name="Back").click()
    expect(dialog).to_be_hidden()


class TestWithoutScripts:
    @pytest.fixture
    def browser_context_args(self, browser_context_args: dict) -> dict:
        return browser_context_args | {"java_script_enabled": False}

    def test_the_history_is_filtered_and_a_value_put_back(
        self, page: Page, kari, live_server, customer
    ):
        signed_in(page, kari, live_server.url)
        page.goto("/customers/1043/history/")
        page.get_by_label("About").select_option("Customer data")
        page.get_by_role("button", name="Show").click()
        expect(table(page)).not_to_contain_text("Ring Eva.")
        page.get_by_role("link", name="Put back Phone").click()
        expect(page.get_by_role("heading", name="Put this value back", level=1)).to_be_visible()
        page.get_by_role("button", name="Put back").click()
        expect(page.locator("#toasts")).to_contain_text("Phone is put back: 77 00 00 01.")
        expect(page).to_have_url(re.compile(r"/customers/1043/history/$"))
