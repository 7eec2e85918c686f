"""People in a hurry: double clicks, and Enter before the register has answered."""

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from registry.models import Entity
from tests.browser.steps import expect_profile, look_up, name_field, open_dialog
from tests.standin.companies import fictional_number


@pytest.mark.parametrize("own_page", [False, True])
def test_a_double_click_creates_one_customer(karis_page: Page, register, own_page):
    if own_page:
        karis_page.goto("/customers/new/")
        scope = karis_page.locator("main")
    else:
        scope = open_dialog(karis_page)
    scope.get_by_label("Country").select_option("SE")
    name_field(scope).fill("Skyndsam AB")
    scope.get_by_role("button", name="Create customer").dblclick()
    expect_profile(karis_page, "Skyndsam AB", "1000")
    assert Customer.objects.count() == 1


def test_enter_right_after_choosing_keeps_the_company(karis_page: Page, register):
    dialog = open_dialog(karis_page)
    look_up(dialog, "vardefjord teknikk as")
    # The copy is old, so that showing the choice has to ask a register that takes its time.
    Entity.objects.update(fetched_at="2020-01-01T00:00:00Z")
    register.slow_seconds = 1
    register.fail("slow", 1)
    name_field(dialog).press("ArrowDown")
    name_field(dialog).press("Enter")
    name_field(dialog).press("Enter")
    expect_profile(karis_page, "Vardefjord Teknikk AS", "1000")
    assert Customer.objects.get().org_number == fictional_number(0)
    expect(karis_page.get_by_role("region", name="Customer data")).to_contain_text("Tromsø")
