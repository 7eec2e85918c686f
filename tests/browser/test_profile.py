"""One customer: notes, the register's facts, and editing."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer
from registry.models import Entity
from tests.browser.steps import expect_profile, signed_in
from tests.factories import CustomerFactory, EntityFactory, UserFactory
from tests.standin.companies import fictional_number

TEKNIKK = fictional_number(0)


@pytest.fixture
def customer():
    return CustomerFactory(number="1043", name="Vardefjord Teknikk AS", org_number=TEKNIKK)


def test_a_note_is_added_without_loading_the_page_again(karis_page: Page, customer, faults):
    faults.expect_status(422)
    page = karis_page
    page.goto("/customers/1043/")
    page.evaluate("window.stillTheSamePage = true")
    notes = page.get_by_role("region", name="Notes")
    expect(notes).to_contain_text("No notes yet.")
    text = notes.get_by_role("textbox", name="New note")
    text.fill("Ringte om kontrakten.\n\nVil ha svar <b>fredag</b>.")
    notes.get_by_role("button", name="Add note").click()

    note = notes.get_by_role("article")
    expect(note).to_contain_text("Kari Lunde")
    expect(note).to_contain_text("Today")
    expect(note).to_contain_text("Vil ha svar <b>fredag</b>.")
    expect(text).to_have_value("")

    # Only blanks pass the browser's own check, and the server says what is missing.
    text.fill("   ")
    notes.get_by_role("button", name="Add note").click()
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(text).to_have_accessible_description(re.compile(r"^This field is required\. "))
    expect(note).to_have_count(1)
    assert page.evaluate("window.stillTheSamePage")


def test_the_register_is_checked_again_in_place(karis_page: Page, customer, register):
    long_ago = timezone.now() - timedelta(days=400)
    EntityFactory(org_number=TEKNIKK, name="VARDEFJORD TEKNIKK AS", fetched_at=long_ago)
    register.entities[TEKNIKK] |= {"konkurs": True, "konkursdato": "2026-02-03"}
    page = karis_page
    page.goto("/customers/1043/")
    page.evaluate("window.stillTheSamePage = true")
    card = page.get_by_role("region", name="Register")
    expect(card).not_to_contain_text("checked today")
    card.get_by_role("button", name="Check the register again").click()
    expect(card).to_contain_text("checked today")
    expect(card).to_contain_text("Bankrupt since 3 Feb")
    assert Entity.objects.get(pk=TEKNIKK).bankrupt
    assert page.evaluate("window.stillTheSamePage")


def test_two_people_who_edit_at_once_lose_nothing(
    karis_page: Page, new_context, live_server, customer, register, faults
):
    faults.expect_status(422)
    roles = ["Administer customer details"]
    anne = UserFactory(username="anne", first_name="Anne", roles=roles)
    hers = signed_in(new_context().new_page(), anne, live_server.url)
    for page in (karis_page, hers):
        page.goto("/customers/1043/edit/")
    hers.get_by_label("Name", exact=True).fill("Vardefjord Teknikk Nord AS")
    hers.get_by_label("Phone").fill("77 00 00 02")
    hers.get_by_role("button", name="Save").click()
    expect_profile(hers, "Vardefjord Teknikk Nord AS")

    page = karis_page
    page.get_by_label("Name", exact=True).fill("Vardefjord Teknikk Sør AS")
    page.get_by_label("Website").fill("https://vardefjord.example")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert").first).to_contain_text("Changed meanwhile by somebody else")
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_value("Vardefjord Teknikk Sør AS")
    expect(name).to_have_accessible_description(
        "Changed meanwhile to “Vardefjord Teknikk Nord AS”. Save again to keep what is here."
    )
    # What only the other one changed comes in; what only oneself wrote stays.
    expect(page.get_by_label("Phone")).to_have_value("77 00 00 02")
    expect(page.get_by_label("Website")).to_have_value("https://vardefjord.example")
    assert Customer.objects.get().name == "Vardefjord Teknikk Nord AS"

    page.get_by_role("button", name="Save").click()
    expect_profile(page, "Vardefjord Teknikk Sør AS")
    stored = Customer.objects.get()
    assert (stored.phone, stored.website) == ("77 00 00 02", "https://vardefjord.example")


def test_a_wrong_value_is_told_beside_its_field_and_the_old_number_goes_on(
    karis_page: Page, customer, faults
):
    faults.expect_status(422)
    page = karis_page
    page.goto("/customers/1043/edit/")
    number = page.get_by_label("Company reg. no.")
    number.fill("310 000 001")
    page.get_by_label("Number", exact=True).fill("K-7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_contain_text("Not saved yet")
    expect(number).to_have_value("310 000 001")
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-field=org_number]")).to_contain_text("do not add up")

    number.fill("")
    page.get_by_role("button", name="Save").click()
    expect_profile(page, "Vardefjord Teknikk AS", "K-7")
    page.goto("/customers/1043/")
    expect_profile(page, "Vardefjord Teknikk AS", "K-7")


def test_without_the_right_nothing_can_be_changed(page: Page, per, live_server, customer, faults):
    faults.expect_status(403)
    signed_in(page, per, live_server.url)
    page.goto("/customers/")
    expect(page.get_by_role("link", name="Vardefjord Teknikk AS")).to_be_visible()
    expect(page.get_by_role("link", name="New customer")).to_have_count(0)
    page.goto("/customers/1043/")
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    expect(page.get_by_role("textbox", name="New note")).to_have_count(0)
    for address in ("/customers/new/", "/customers/1043/edit/"):
        page.goto(address)
        expect(page.get_by_role("heading", name="You may not do this")).to_be_visible()
