"""Whether EHF arrives: asked while the page is already there."""

import pytest
from playwright.sync_api import Page, expect

from registry.models import Reachability, ReachabilityChange
from tests.browser.steps import choose, create, expect_profile, open_dialog
from tests.factories import CustomerFactory
from tests.standin.companies import fictional_number
from tests.standin.peppol import CREDIT_NOTE, INVOICE

TEKNIKK = fictional_number(0)
BOTH = "Can receive invoices and credit notes"
ASKING = "Checking whether EHF arrives"


@pytest.fixture
def customer(db, register):
    return CustomerFactory(number="1040", name="Vardefjord Teknikk AS", org_number=TEKNIKK)


def card_of(page: Page):
    return page.get_by_role("region", name="Register")


def test_the_dialog_tells_it_a_moment_after_the_choice(karis_page: Page, register, network):
    network.register(TEKNIKK)
    network.smp.mode, network.smp.slow_seconds = "slow", 1.5
    dialog = open_dialog(karis_page)
    chosen = choose(dialog, "varde", "Vardefjord Teknikk AS")
    expect(chosen.get_by_text(ASKING)).to_be_visible()
    expect(chosen).to_contain_text("Storgata 1")  # nobody waits for it
    expect(chosen.get_by_text(BOTH)).to_be_visible()
    expect(chosen.get_by_text(ASKING)).to_be_hidden()
    asked = len(network.smp.requests)
    create(dialog)
    expect(card_of(karis_page).get_by_text(BOTH)).to_be_visible()
    assert len(network.smp.requests) == asked


def test_who_creates_before_the_answer_is_there_loses_nothing(karis_page: Page, register, network):
    network.register(TEKNIKK)
    network.smp.mode, network.smp.slow_seconds = "slow", 1.0
    dialog = open_dialog(karis_page)
    chosen = choose(dialog, "varde", "Vardefjord Teknikk AS")
    expect(chosen.get_by_text(ASKING)).to_be_visible()
    create(dialog)
    expect_profile(karis_page, "Vardefjord Teknikk AS", "1000")
    expect(card_of(karis_page).get_by_text(BOTH)).to_be_visible()
    assert ReachabilityChange.objects.count() == 1


def test_a_customer_never_checked_is_checked_when_looked_at(karis_page: Page, network, customer):
    network.register(TEKNIKK, [INVOICE])
    karis_page.goto("/customers/1040/")
    card = card_of(karis_page)
    expect(card.get_by_text("Can receive invoices, but no credit notes")).to_be_visible()
    network.register(TEKNIKK, [INVOICE, CREDIT_NOTE])
    card.get_by_role("button", name="Check EHF again").click()
    expect(card.get_by_text(BOTH)).to_be_visible()
    network.dns.faults[""] = "servfail"
    card.get_by_role("button", name="Check EHF again").click()
    expect(card.get_by_text("No answer when last asked")).to_be_visible()
    expect(card.get_by_text(BOTH)).to_be_visible()


def test_checking_the_register_again_checks_ehf_as_well(karis_page: Page, network, customer):
    karis_page.goto("/customers/1040/")
    card = card_of(karis_page)
    expect(card.get_by_text("Cannot receive")).to_be_visible()
    network.register(TEKNIKK)
    card.get_by_role("button", name="Check the register again", exact=True).click()
    expect(card.get_by_text(BOTH)).to_be_visible()
    expect(card).to_contain_text("Aksjeselskap")
    assert Reachability.objects.get().answer == "yes"
