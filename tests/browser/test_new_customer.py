"""Creating a customer in the dialog, as most people do it."""

import re

import pytest
from playwright.sync_api import Page, expect

from customers import creating
from customers.models import Customer
from registry.org_number import formatted
from tests.browser.steps import (
    choose,
    create,
    expect_profile,
    look_up,
    name_field,
    open_dialog,
    options_of,
    type_login,
    with_password,
)
from tests.factories import CustomerFactory, EntityFactory
from tests.standin.companies import fictional_number

TEKNIKK = fictional_number(0)


def test_a_customer_is_created_from_the_register_with_the_keyboard_alone(
    page: Page, kari, register
):
    with_password(kari)
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    type_login(page, kari)
    expect(page).to_have_url(re.compile(r"/customers/$"))

    page.get_by_role("link", name="New customer").first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="New customer")
    field = name_field(dialog)
    expect(field).to_be_focused()
    expect(page).to_have_url(re.compile(r"/customers/$"))

    page.keyboard.type("var")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    card = dialog.get_by_role("region", name="From the register")
    for fact in (formatted(TEKNIKK), "Storgata 1", "9008 Tromsø", "Postboks 17", "Aksjeselskap"):
        expect(card).to_contain_text(fact)
    expect(field).to_have_value("Vardefjord Teknikk AS")
    expect(field).to_be_focused()

    page.keyboard.press("Enter")
    expect_profile(page, "Vardefjord Teknikk AS", "1000")
    for fact in (formatted(TEKNIKK), "Storgata 1", "9008 Tromsø", "Postboks 17"):
        expect(page.get_by_role("region", name="Customer data")).to_contain_text(fact)
    expect(page.get_by_role("region", name="Register")).to_contain_text("Aksjeselskap")
    customer = Customer.objects.get()
    assert (customer.org_number, customer.visiting_city) == (TEKNIKK, "Tromsø")


def test_the_name_field_follows_the_combobox_pattern(karis_page: Page, register):
    dialog = open_dialog(karis_page)
    field = name_field(dialog)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_attribute("aria-autocomplete", "list")

    options = look_up(dialog, "vardefjord").get_by_role("option")
    count = options.count()
    assert count >= 3
    expect(field).to_have_attribute(
        "aria-controls", dialog.get_by_role("listbox").get_attribute("id")
    )
    expect(dialog.get_by_role("status")).to_contain_text(f"{count} companies found")
    expect(options.locator("[aria-selected=true]")).to_have_count(0)

    def expect_at(position: int) -> None:
        expect(field).to_have_attribute(
            "aria-activedescendant", options.nth(position).get_attribute("id")
        )
        expect(dialog.locator("[role=option][aria-selected=true]")).to_have_count(1)
        expect(options.nth(position)).to_have_attribute("aria-selected", "true")
        expect(field).to_be_focused()

    for key, position in (
        ("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", count - 1),
        ("ArrowDown", 0),
    ):  # fmt: skip
        karis_page.keyboard.press(key)
        expect_at(position)


def test_escape_closes_the_list_first_and_the_dialog_second(karis_page: Page, register):
    dialog = open_dialog(karis_page)
    field = name_field(dialog)
    listbox = look_up(dialog, "vardefjord")
    karis_page.keyboard.press("ArrowDown")

    karis_page.keyboard.press("Escape")
    expect(listbox).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile(".+"))
    expect(dialog).to_be_visible()
    expect(field).to_have_value("vardefjord")

    karis_page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(karis_page.get_by_role("link", name="New customer").first).to_be_focused()

    # It opens empty again.
    karis_page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    expect(name_field(dialog)).to_be_focused()
    expect(name_field(dialog)).to_have_value("")


def test_a_company_that_is_a_customer_or_bankrupt_says_so(karis_page: Page, register):
    CustomerFactory(number="1043", name="Vardefjord Teknikk AS", org_number=TEKNIKK)
    dialog = open_dialog(karis_page)
    options = look_up(dialog, "vardefjord").get_by_role("option")
    known = options.filter(has_text="Vardefjord Teknikk AS")
    expect(known).to_contain_text("Already customer 1043")
    expect(options.filter(has_text="Vardefjord Gjenbruk AS")).to_contain_text("Bankrupt")

    known.click()
    card = dialog.get_by_role("region", name="From the register")
    expect(card).to_contain_text("Already customer 1043")
    expect(card.get_by_role("link", name="Vardefjord Teknikk AS")).to_have_attribute(
        "href", "/customers/1043/"
    )
    # A warning, and no more: saving goes on.
    create(dialog)
    expect_profile(karis_page, "Vardefjord Teknikk AS", "1000")
    expect(karis_page.locator("#toasts")).to_contain_text("1043 Vardefjord Teknikk AS")
    assert Customer.objects.filter(org_number=TEKNIKK).count() == 2


def test_a_bankrupt_company_is_told_before_and_after_saving(karis_page: Page, register):
    dialog = open_dialog(karis_page)
    card = choose(dialog, "vardefjord g", "Vardefjord Gjenbruk AS")
    expect(card).to_contain_text("Bankrupt since 3 Feb")
    create(dialog)
    expect_profile(karis_page, "Vardefjord Gjenbruk AS")
    expect(karis_page.get_by_role("region", name="Register")).to_contain_text(
        "Bankrupt since 3 Feb"
    )


def test_the_number_of_a_place_of_business_offers_the_company_that_owns_it(
    karis_page: Page, register
):
    dialog = open_dialog(karis_page)
    card = choose(dialog, formatted(fictional_number(1)), "Vardefjord Teknikk Avd")
    expect(card).to_contain_text("the company that owns it, Vardefjord Teknikk AS")

    card.get_by_role("button", name="Use the company").click()
    expect(card).to_contain_text(formatted(TEKNIKK))
    expect(card).to_contain_text("Aksjeselskap")
    expect(name_field(dialog)).to_have_value("Vardefjord Teknikk AS")
    create(dialog)
    expect_profile(karis_page, "Vardefjord Teknikk AS")
    assert Customer.objects.get().org_number == TEKNIKK


def test_what_was_chosen_can_be_removed_again(karis_page: Page, register):
    dialog = open_dialog(karis_page)
    card = choose(dialog, "vardefjord t", "Vardefjord Teknikk AS")
    card.get_by_role("button", name="Remove").click()
    expect(card).to_have_count(0)
    expect(name_field(dialog)).to_have_value("Vardefjord Teknikk AS")
    create(dialog)
    expect_profile(karis_page, "Vardefjord Teknikk AS")
    assert Customer.objects.get().org_number == ""


def test_a_swedish_customer_is_not_looked_up(karis_page: Page, register):
    EntityFactory(name="FJÄLLBODA MÄTTEKNIK AB")
    dialog = open_dialog(karis_page)
    dialog.get_by_label("Country").select_option("SE")
    with karis_page.expect_response(lambda answer: "/registry/search/" in answer.url):
        name_field(dialog).press_sequentially("Fjällboda Mätteknik AB")
    expect(options_of(dialog)).to_have_count(0)
    expect(dialog.locator("#new-answer .help")).to_have_count(0)
    create(dialog)
    expect_profile(karis_page, "Fjällboda Mätteknik AB", "1000")
    expect(karis_page.get_by_role("region", name="Customer data")).to_contain_text("Sweden")
    assert register.requests == []


def test_a_number_taken_meanwhile_is_told_on_the_profile(karis_page: Page, register):
    dialog = open_dialog(karis_page)
    expect(dialog.get_by_label("Number")).to_have_value("1000")
    creating.create(Customer(name="Kjappere AS"))
    name_field(dialog).fill("Senere AS")
    create(dialog)
    expect_profile(karis_page, "Senere AS", "1001")
    expect(karis_page.get_by_role("status").filter(has_text="1000")).to_contain_text(
        "Number 1000 was taken meanwhile. The customer got number 1001."
    )


def test_a_used_number_is_told_beside_the_field_and_what_was_typed_stays(
    karis_page: Page, register, faults
):
    faults.expect_status(422)
    CustomerFactory(number="2000", name="Først AS")
    dialog = open_dialog(karis_page)
    number = dialog.get_by_label("Number")
    number.fill("2000")
    name_field(dialog).fill("Etterpå AS")
    dialog.get_by_text("Both", exact=True).click()
    create(dialog)

    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_be_focused()
    expect(number).to_have_value("2000")
    expect(number).to_have_accessible_description(
        re.compile("Number 2000 is already used by Først AS.")
    )
    expect(name_field(dialog)).to_have_value("Etterpå AS")
    expect(dialog.get_by_role("radio", name="Both")).to_be_checked()
    number.fill("2001")
    create(dialog)
    expect_profile(karis_page, "Etterpå AS", "2001")


def test_enter_creates_also_on_the_page_of_its_own(karis_page: Page, register):
    karis_page.goto(f"/customers/new/?org_number={TEKNIKK}")
    expect(name_field(karis_page)).to_have_value("Vardefjord Teknikk AS")
    name_field(karis_page).press("Enter")
    expect_profile(karis_page, "Vardefjord Teknikk AS", "1000")
    assert Customer.objects.get().org_number == TEKNIKK


@pytest.mark.parametrize("width", [390, 1440])
def test_the_dialog_can_be_closed_by_its_buttons(karis_page: Page, register, width):
    karis_page.set_viewport_size({"width": width, "height": 800})
    for closes in ("Close", "Cancel"):
        dialog = open_dialog(karis_page)
        button = dialog.get_by_role("button", name=closes)
        button.or_(dialog.get_by_role("link", name=closes)).click()
        expect(dialog).to_be_hidden()
        expect(karis_page).to_have_url(re.compile(r"/customers/$"))
