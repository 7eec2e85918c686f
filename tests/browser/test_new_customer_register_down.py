"""The dialog while the register is down, slow or answers nonsense, and when it is up again."""

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from registry.models import Entity
from registry.org_number import formatted
from tests.browser.steps import (
    choose,
    create,
    expect_profile,
    look_up,
    name_field,
    open_dialog,
    options_of,
)
from tests.factories import EntityFactory

SILENT = "The register does not answer. You can go on and enter the customer by hand."


@pytest.mark.parametrize("mode", ["down", "slow", "500", "html", "half"])
def test_a_register_that_fails_is_told_and_the_customer_is_created_by_hand(
    karis_page: Page, register, settings, mode
):
    settings.REGISTRY_TIMEOUT = (2.0, 0.2)
    register.fail(mode)
    dialog = open_dialog(karis_page)
    name_field(dialog).press_sequentially("Vardefjord Håndskrift AS")
    expect(dialog).to_contain_text(SILENT)
    expect(options_of(dialog)).to_have_count(0)
    create(dialog)
    expect_profile(karis_page, "Vardefjord Håndskrift AS", "1000")


def test_local_copies_are_offered_and_used_while_the_register_is_down(karis_page: Page, register):
    register.fail("down")
    copy = EntityFactory(name="VARDEFJORD KOPI AS", business_address="Kopigata 5")
    dialog = open_dialog(karis_page)
    options = look_up(dialog, "var").get_by_role("option")
    expect(options).to_have_count(1)
    expect(dialog).to_contain_text("The register does not answer.")

    karis_page.keyboard.press("ArrowDown")
    karis_page.keyboard.press("Enter")
    expect(dialog.get_by_role("region", name="From the register")).to_contain_text("Kopigata 5")
    create(dialog)
    expect_profile(karis_page, "Vardefjord Kopi AS", "1000")
    data = karis_page.get_by_role("region", name="Customer data")
    expect(data).to_contain_text("Kopigata 5")
    expect(data).to_contain_text(formatted(copy.org_number))


def test_a_late_answer_keeps_the_option_reached_and_leaves_a_choice_alone(
    karis_page: Page, register
):
    register.fail("slow")
    copy = EntityFactory(name="VARDEFJORD KOPI AS")
    dialog = open_dialog(karis_page)
    field = name_field(dialog)

    def is_late(answer) -> bool:
        return "asked=1" in answer.url

    with karis_page.expect_response(is_late):
        options = look_up(dialog, "vardefjord k").get_by_role("option")
        karis_page.keyboard.press("ArrowDown")
    expect(dialog.get_by_text("Asking the register")).to_have_count(0)
    expect(field).to_have_attribute("aria-activedescendant", f"option-{copy.org_number}")
    expect(options.first).to_have_attribute("aria-selected", "true")

    field.fill("")
    expect(field).to_have_attribute("aria-expanded", "false")
    with karis_page.expect_response(is_late):
        look_up(dialog, "vardefjord ko")
        karis_page.keyboard.press("ArrowDown")
        karis_page.keyboard.press("Enter")
        expect(field).to_have_value("Vardefjord Kopi AS")
    expect(dialog.get_by_role("region", name="From the register")).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(options_of(dialog)).to_have_count(0)


def test_choosing_right_after_a_letter_asks_nothing_more(karis_page: Page, register):
    page, asked = karis_page, []
    page.clock.install()
    EntityFactory(name="VARDEFJORD KOPI AS")
    dialog = open_dialog(page)
    look_up(dialog, "vardefjord k")
    expect(dialog.get_by_text("Asking the register")).to_have_count(0)
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.type("o")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("region", name="From the register")).to_be_visible()
    # The letter's own question would come now.
    page.clock.fast_forward(1000)
    expect(name_field(dialog)).to_have_value("Vardefjord Kopi AS")
    assert [url for url in asked if "/registry/search/" in url] == []
    expect(name_field(dialog)).to_have_attribute("aria-expanded", "false")


def test_a_register_that_fails_between_choosing_and_saving_loses_nothing(
    karis_page: Page, register
):
    dialog = open_dialog(karis_page)
    choose(dialog, "vardefjord t", "Vardefjord Teknikk AS")
    # The copy is gone too, so that saving knows the reg. no. and no address.
    Entity.objects.all().delete()
    register.fail("down")
    create(dialog)
    expect_profile(karis_page, "Vardefjord Teknikk AS", "1000")
    expect(karis_page.locator("#toasts")).to_contain_text("No address came from the register")
    assert Customer.objects.get().org_number


def test_a_register_that_is_up_again_is_asked_again_from_the_profile(karis_page: Page, register):
    register.fail("down")
    number = next(iter(register.entities))
    dialog = open_dialog(karis_page)
    name_field(dialog).fill("Vardefjord Teknikk AS")
    create(dialog)
    expect_profile(karis_page, "Vardefjord Teknikk AS")
    Customer.objects.update(org_number=number)
    karis_page.reload()
    card = karis_page.get_by_role("region", name="Register")
    card.get_by_role("button", name="Check the register again").click()
    expect(card.get_by_role("alert")).to_have_text("The register does not answer.")

    register.fail("ok")
    card.get_by_role("button", name="Check the register again").click()
    expect(card).to_contain_text("Aksjeselskap")
    expect(card).to_contain_text("checked today")
    expect(card.get_by_role("alert")).to_have_count(0)
