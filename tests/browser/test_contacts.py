"""Contacts of a customer, as people keep them."""

import re

import pytest
from playwright.sync_api import Page, expect

from customers.models import Contact
from tests.browser.steps import signed_in
from tests.factories import ContactFactory, ContactTagFactory, CustomerFactory, PersonFactory

URL = "/customers/77/contacts/"


@pytest.fixture
def customer(kari):
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def eva(customer):
    """She is at another customer."""
    person = PersonFactory(name="Eva Moen", emails=["eva@moen.example"])
    other = CustomerFactory(number="1043", name="Vidde AS")
    ContactFactory(person=person, customer=other)
    return person


def row(page: Page, name: str):
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def open_new(page: Page):
    page.goto(URL)
    page.get_by_role("link", name="New contact").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="New contact")
    expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    return dialog


def test_somebody_new_is_added_with_the_keyboard_alone(karis_page: Page, customer):
    ContactTagFactory(name="Regnskap")
    page = karis_page
    dialog = open_new(page)
    page.keyboard.type("Kari Berg")
    page.keyboard.press("Tab")
    page.keyboard.type("kari@berg.example; k@berg.example")
    page.keyboard.press("Tab")
    page.keyboard.type("90000001")
    dialog.get_by_label("Title").focus()
    page.keyboard.type("Økonomi")
    dialog.get_by_role("checkbox", name="Regnskap").focus()
    page.keyboard.press("Space")
    dialog.get_by_role("button", name="Add contact").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Kari Berg is now a contact of Fjell AS.")
    added = row(page, "Kari Berg")
    for text in ("Økonomi", "Regnskap", "kari@berg.example", "k@berg.example", "90 00 00 01"):
        expect(added).to_contain_text(text)
    expect(page.get_by_role("link", name="Contacts 1")).to_be_visible()


def test_the_arrows_walk_between_the_name_and_who_was_found(karis_page: Page, customer, eva):
    page = karis_page
    dialog = open_new(page)
    page.keyboard.type("moen")
    match = dialog.get_by_role("list", name="Persons we know").get_by_role("button")
    expect(match).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(match).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    # The next thing to write, not the button that closes.
    expect(dialog.get_by_label("Title")).to_be_focused()


def test_on_a_phone_the_tab_of_the_page_is_in_sight(karis_page: Page, customer):
    page = karis_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/customers/77/history/")
    tabs = page.get_by_role("navigation", name="Customer")
    expect(tabs.get_by_role("link", name="History")).to_be_in_viewport(ratio=0.95)


def test_somebody_we_know_is_found_and_chosen_with_the_keyboard_alone(
    karis_page: Page, customer, eva
):
    page = karis_page
    dialog = open_new(page)
    page.keyboard.type("moen")
    match = dialog.get_by_role("list", name="Persons we know").get_by_role("button")
    expect(match).to_contain_text("1043 Vidde AS")
    expect(dialog.get_by_role("status")).to_contain_text("1 person found")
    page.keyboard.press("Tab")
    expect(match).to_be_focused()
    page.keyboard.press("Enter")
    card = dialog.get_by_role("region", name="The person chosen")
    expect(card).to_contain_text("eva@moen.example")
    expect(dialog.get_by_label("Title")).to_be_focused()
    page.keyboard.type("Styreleder")
    dialog.get_by_label("E-mail at this customer").fill("eva@fjell.example")
    page.keyboard.press("Enter")
    expect(row(page, "Eva Moen")).to_contain_text("Styreleder")
    expect(row(page, "Eva Moen").locator("s")).to_contain_text("eva@moen.example")
    expect(row(page, "Eva Moen").get_by_role("link", name="1043 Vidde AS")).to_be_visible()
    assert Contact.objects.filter(person=eva).count() == 2


def test_somebody_alike_is_shown_and_a_choice_taken_back(karis_page: Page, eva, faults):
    faults.expect_status(422)
    page = karis_page
    dialog = open_new(page)
    # Sent before the list has come: the same is told then.
    page.keyboard.type("Eva Moenn")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("we know somebody like this")
    dialog.get_by_role("button", name="Eva Moen").click()
    dialog.get_by_role("button", name="Somebody else").click()
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Eva Moenn")
    expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    dialog.get_by_role("button", name="Add contact").click()
    dialog.get_by_role("button", name="Add as a new person all the same").click()
    expect(row(page, "Eva Moenn")).to_be_visible()


def test_a_mistake_is_told_in_the_dialog_and_nothing_typed_is_lost(
    karis_page: Page, customer, faults
):
    faults.expect_status(422)
    page = karis_page
    dialog = open_new(page)
    dialog.get_by_label("Name", exact=True).fill("Kari Berg")
    dialog.get_by_label("E-mail", exact=True).fill("kari")
    dialog.get_by_role("button", name="Add contact").click()
    expect(dialog.locator("[data-field=emails]")).to_contain_text(
        "“kari” is not an e-mail address."
    )
    expect(dialog.get_by_label("E-mail", exact=True)).to_be_focused()
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Kari Berg")


def test_a_contact_is_edited_ended_and_removed(karis_page: Page, customer, eva):
    ContactFactory(customer=customer, person=eva)
    page = karis_page
    page.goto(URL)
    page.get_by_role("link", name="Eva Moen", exact=True).click()
    dialog = page.get_by_role("dialog", name="Eva Moen")
    expect(dialog).to_contain_text("also at 1043 Vidde AS")
    dialog.get_by_label("Title").fill("Sjef")
    dialog.get_by_role("button", name="Save").click()
    expect(row(page, "Eva Moen")).to_contain_text("Sjef")

    row(page, "Eva Moen").get_by_role("link", name="End employment Eva Moen").click()
    dialog = page.get_by_role("dialog", name="End employment")
    expect(dialog).to_contain_text("stays visible at Fjell AS as a former contact")
    dialog.get_by_label("The last day").fill("2020-01-31")
    dialog.get_by_role("button", name="Set the last day").click()
    expect(page.get_by_role("rowheader", name="Former 1")).to_be_visible()

    row(page, "Eva Moen").get_by_role("link", name="Remove Eva Moen").click()
    dialog = page.get_by_role("dialog", name="Remove contact")
    expect(dialog).to_contain_text("Stays a contact of 1043 Vidde AS.")
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="No contacts yet")).to_be_visible()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_it_is_pages(page: Page, kari, live_server, customer, eva):
    signed_in(page, kari, live_server.url)
    page.goto(URL)
    page.get_by_role("link", name="New contact").click()
    expect(page.get_by_role("heading", name="New contact", level=1)).to_be_visible()
    page.get_by_label("Name", exact=True).fill("moen")
    page.get_by_label("Title").fill("Styreleder")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Eva Moen").click()
    expect(page.get_by_label("Title")).to_have_value("Styreleder")
    page.get_by_role("button", name="Add contact").click()
    expect(page).to_have_url(re.compile(rf"{URL}$"))
    expect(row(page, "Eva Moen")).to_contain_text("Styreleder")

    page.get_by_role("link", name="Eva Moen", exact=True).click()
    page.get_by_label("Phone at this customer").fill("22000000")
    page.get_by_role("button", name="Save").click()
    expect(row(page, "Eva Moen")).to_contain_text("22 00 00 00")
    row(page, "Eva Moen").get_by_role("link", name="End employment Eva Moen").click()
    page.get_by_role("button", name="Set the last day").click()
    row(page, "Eva Moen").get_by_role("link", name="Remove Eva Moen").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="No contacts yet")).to_be_visible()
