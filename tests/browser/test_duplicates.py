"""Likely duplicates told apart and put back, and the word while somebody renames a customer."""

import re

import pytest
from playwright.sync_api import Page, expect

from customers.duplicates import finding
from customers.models import DuplicatePair
from tests.browser.steps import expect_profile, signed_in
from tests.factories import CustomerFactory

EMAIL = "post@tromso.example"


@pytest.fixture
def pair(transactional_db):
    """Two customers that may be one, and a third that is like no other."""
    CustomerFactory(number="1040", name="Tromsø kommune", email=EMAIL)
    CustomerFactory(number="1028", name="Tromsø Kommune AS", email=EMAIL)
    CustomerFactory(number="1031", name="Bergen havn")
    finding.scan()
    return DuplicatePair.objects.get()


def test_a_pair_is_told_apart_and_put_back(karis_page: Page, pair):
    page = karis_page
    page.goto("/customers/duplicates/")
    card = page.locator(".duplicate", has_text="Tromsø Kommune AS")
    expect(card).to_contain_text("same name, e-mail")
    card.get_by_role("button", name="Not the same").click()
    expect(page.locator("#toasts")).to_contain_text("are told apart")
    expect(card).to_have_count(0)
    page.locator("#duplicates-tabs").get_by_role("link", name="Not the same").click()
    expect(card).to_contain_text("Kari")
    card.get_by_role("button", name="Put back").click()
    expect(card).to_have_count(0)
    page.goto("/customers/duplicates/")
    expect(card).to_be_visible()


def test_the_profile_names_the_likely_duplicate(karis_page: Page, pair):
    page = karis_page
    page.goto("/customers/1040/")
    hint = page.locator(".alike-hint")
    expect(hint).to_contain_text("1028 Tromsø Kommune AS")
    hint.get_by_role("button", name="Not the same").click()
    expect(hint).to_have_count(0)
    pair.refresh_from_db()
    assert pair.dismissed_at


def test_not_the_same_works_without_javascript(new_context, kari, live_server, pair):
    page = signed_in(new_context(java_script_enabled=False).new_page(), kari, live_server.url)
    page.goto("/customers/duplicates/")
    page.get_by_role("button", name="Not the same").click()
    expect(page).to_have_url(re.compile("/customers/duplicates/"))
    expect(page.locator("main")).to_contain_text("No likely duplicates")


def test_whoever_renames_a_customer_hears_of_its_like(karis_page: Page, pair):
    page = karis_page
    page.goto("/customers/1031/edit/")
    said = page.locator("#edit-alike")
    expect(said).to_be_empty()
    page.get_by_label("Name", exact=True).fill("Kommune Tromsø")  # in another order
    expect(said).to_contain_text("1040 Tromsø kommune")
    page.get_by_role("button", name="Save", exact=True).click()
    expect_profile(page, "Kommune Tromsø", "1031")
    expect(page.locator("#toasts")).to_contain_text("1040 Tromsø kommune")
