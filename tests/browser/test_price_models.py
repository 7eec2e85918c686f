"""Price models of a project, as people add, share and change them."""

from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from moment.projects.models import PriceModel, Project
from tests.factories import CustomerFactory, ProjectFactory

URL = "/projects/5001/"


@pytest.fixture
def project(kari) -> Project:
    CustomerFactory(number="71", name="Vann AS", relation="participant")
    CustomerFactory(number="72", name="Vanskelig AS", status="blocked")
    return ProjectFactory(number="5001", customer__number="70", customer__name="Fjell AS")


def save(scope: Page | Locator) -> None:
    scope.locator("footer .btn--primary").click()


def fill_plan(scope: Page | Locator) -> None:
    """Type a plan of two, adding a row for the second."""
    for n, (text, amount) in enumerate((("Start", "1 000,50"), ("End", "2000"))):
        if n:
            scope.get_by_role("button", name="Add item").click()
            expect(scope.locator(f"[name=plan-{n}-text]")).to_be_focused()
        scope.locator(f"[name=plan-{n}-text]").fill(text)
        scope.locator(f"[name=plan-{n}-amount]").fill(amount)


def saved() -> tuple:
    model = PriceModel.objects.get(kind="fixed")
    plan = list(model.plan.values_list("text", "amount"))
    return plan, list(model.shares.values_list("customer__number", "percent"))


SAVED = ([("Start", Decimal("1000.50")), ("End", 2000)], [("71", Decimal("33.33"))])


def test_a_shared_fixed_price_is_added_in_the_dialog(karis_page: Page, project, faults):
    faults.expect_status(422)
    page = karis_page
    page.goto(URL)
    page.get_by_role("link", name="Add (Price model)").click()
    dialog = page.get_by_role("dialog", name="New price model")
    expect(dialog.locator("[name=rates_from]")).to_be_visible()
    expect(dialog.get_by_role("button", name="Add item")).to_be_hidden()
    dialog.get_by_role("radio", name="Fixed price").check()
    expect(dialog.locator("[name=rates_from]")).to_be_hidden()
    fill_plan(dialog)
    dialog.locator("[name=plan-1-text]").press("Tab")
    expect(dialog.locator("#plan-sum")).to_contain_text("3,000.50")

    dialog.get_by_role("button", name="Add customer").click()
    field = dialog.locator("[name=share-0-customer]")
    expect(field).to_be_focused()
    field.press_sequentially("van")
    options = dialog.locator("datalist option")
    expect(options).to_have_count(1)
    expect(options).to_have_attribute("value", "71 Vann AS")
    field.fill("71 Vann AS")
    dialog.locator("[name=share-0-percent]").fill("33,33")
    dialog.locator("[name=own-percent]").fill("66,66")
    dialog.locator("[name=own-percent]").press("Tab")
    expect(dialog.locator("#shares-sum")).to_contain_text("99.99 %")
    save(dialog)
    expect(dialog.locator(".errorlist")).to_contain_text("The shares make 99.99 %")
    expect(dialog.locator("[name=own-percent]")).to_have_attribute("aria-invalid", "true")
    dialog.locator("[name=own-percent]").fill("66,67")
    dialog.locator("[name=own-percent]").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("The price model is saved.")
    expect(page.locator(".price-model").nth(1)).to_contain_text("Vann AS 33.33 %")
    assert saved() == SAVED


def test_a_price_model_that_nothing_uses_is_removed(karis_page: Page, project):
    PriceModel.objects.create(project=project, kind="none", order=1)
    page = karis_page
    page.goto(URL)
    page.get_by_role("link", name="Remove Not billable").click()
    page.get_by_role("dialog", name="Remove price model").locator(".btn--bad").click()
    expect(page.locator("#toasts")).to_contain_text("The price model is removed.")
    assert PriceModel.objects.count() == 1


class TestWithoutJavaScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args: dict) -> dict:
        return browser_context_args | {"java_script_enabled": False}

    def test_a_shared_fixed_price_is_added_on_a_page(self, karis_page: Page, project):
        page = karis_page
        page.goto(URL)
        page.get_by_role("link", name="Add (Price model)").click()
        form = page.locator("form.pricing")
        form.get_by_role("radio", name="Fixed price").check()
        fill_plan(form)
        form.get_by_role("button", name="Add item").click()
        form.locator("[name=plan-2-text]").fill("Nothing")
        form.get_by_role("button", name="Remove item 3").click()
        expect(form.locator("#plan-sum")).to_contain_text("3,000.50")
        form.get_by_role("button", name="Add customer").click()
        form.locator("[name=share-0-customer]").fill("71")
        form.locator("[name=share-0-percent]").fill("33,33")
        form.locator("[name=own-percent]").fill("")
        save(form)
        expect(page.locator("#toasts")).to_contain_text("The price model is saved.")
        assert saved() == SAVED
