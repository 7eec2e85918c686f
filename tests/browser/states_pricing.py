"""States of price models and of a project's invoicing options; see `states`."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.projects.models import PlanItem, PriceList, PriceModelShare
from tests.factories import ActivityFactory, CustomerFactory, PriceModelFactory, ProjectFactory

LONG = "Landskapsarkitekturprosjekteringsassistent"
_PROJECT = "/projects/P-77/"


def fill(customer: Customer) -> None:
    """Make a project with a price model of each kind, one of them shared, with long names."""
    project = ProjectFactory(
        number="P-77", name=f"Priset {LONG}", customer=customer, model=False, activity=False,
        your_reference=f"{LONG} {LONG}", credit_terms=0,
    )  # fmt: skip
    prices = PriceList.objects.create(name=f"Rammeavtale {LONG}")
    offer = PriceModelFactory(project=project, kind="offer", order=0, name=f"Tilbud {LONG}")
    fixed = PriceModelFactory(project=project, kind="fixed", order=1)
    PriceModelFactory(
        project=project, kind="subscription", order=2, amount="12345678.90", interval=3,
        starts_on=date(2026, 1, 31), ends_on=date(2028, 1, 30),
    )  # fmt: skip
    PriceModelFactory(project=project, rates_from="price_list", price_list=prices, order=3)
    PriceModelFactory(project=project, kind="none", order=4)
    ActivityFactory(project=project, number=1, title=f"{LONG} {LONG}", hourly_rate="1234.50")
    ActivityFactory(project=project, number=2, price_model=fixed)
    for model in (offer, fixed):
        for place in range(3):
            PlanItem.objects.create(
                price_model=model, order=place, text=f"Del {place} {LONG * place}",
                amount="1234567.89", due_on=date(2027, 1, 1) if place else None,
            )  # fmt: skip
    for status in ("active", "blocked"):
        name = f"{LONG}selskapet {status} AS"
        other = CustomerFactory(name=name, status=status, country="SE")
        PriceModelShare.objects.create(price_model=fixed, customer=other, percent="33.33")


def price_models(page: Page) -> None:
    page.goto(_PROJECT)
    expect(page.locator(".price-model")).to_have_count(5)
    expect(page.locator(".price-model .parts li")).to_have_count(3)


def _opened(page: Page, nth: int) -> None:
    price_models(page)
    page.locator(".price-model [hx-get$='/edit/']").nth(nth).click()
    expect(page.locator("dialog[open] form.pricing")).to_be_visible()


def price_model_new(page: Page) -> None:
    price_models(page)
    page.locator("[hx-get$='/price-models/new/']").click()
    expect(page.locator("dialog[open] [name=rates_from]")).to_be_visible()
    page.locator("dialog[open] [name=rates_from]").select_option("price_list")
    expect(page.locator("dialog[open] [name=price_list]")).to_be_visible()


def price_model_subscription(page: Page) -> None:
    _opened(page, 2)
    expect(page.locator("dialog[open] [name=amount]")).to_be_visible()


def price_model_errors(page: Page) -> None:
    """A plan and shares with something wrong in each."""
    _opened(page, 1)
    page.locator("dialog[open] [value=add-plan]").click()
    expect(page.locator("dialog[open] [name=plan-3-text]")).to_be_focused()
    page.locator("dialog[open] [name=plan-3-amount]").fill("x")
    page.locator("dialog[open] [value=add-share]").click()
    expect(page.locator("dialog[open] [name=share-2-customer]")).to_be_focused()
    page.locator("dialog[open] [name=share-2-percent]").fill("101")
    page.locator("dialog[open] footer .btn--primary").click()
    expect(page.locator("dialog[open] .errorlist").nth(2)).to_be_visible()


def price_model_page_errors(page: Page) -> None:
    page.goto(f"{_PROJECT}price-models/new/")
    page.locator("[name=kind][value=fixed]").check(force=True)
    page.locator("[name=own-percent]").fill("99,99")
    page.locator("form.pricing footer .btn--primary").click()
    expect(page.locator("[name=own-percent][aria-invalid=true]")).to_be_visible()
    expect(page.locator("#shares-sum[data-wrong]")).to_be_visible()


def price_model_plan_lost(page: Page) -> None:
    _opened(page, 1)
    page.locator("dialog[open] [name=kind][value=none]").check(force=True)
    expect(page.locator("dialog[open] [data-of=no-plan]")).to_be_visible()


def price_model_first(page: Page) -> None:
    price_models(page)
    page.locator(".price-model [hx-get$='/default/']").first.click()
    expect(page.locator("dialog[open] footer .btn--primary")).to_be_visible()


def price_model_remove(page: Page) -> None:
    price_models(page)
    page.locator(".price-model [hx-get$='/remove/']").first.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def price_model_stays(page: Page) -> None:
    price_models(page)
    edit = page.locator(".price-model [hx-get$='/edit/']").first.get_attribute("href") or ""
    page.goto(edit.replace("/edit/", "/remove/"))
    expect(page.locator(".dialog .banner")).to_be_visible()


def project_invoicing(page: Page) -> None:
    page.goto(f"{_PROJECT}invoicing/")
    expect(page.locator(".level[data-level=project]").first).to_be_visible()
    expect(page.locator(".destination")).to_be_visible()


def project_invoicing_errors(page: Page) -> None:
    project_invoicing(page)
    page.locator("[name=credit_terms]").fill("400")
    page.locator("main .actions .btn--primary").click()
    expect(page.locator("[name=credit_terms][aria-invalid=true]")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    price_models, price_model_new, price_model_subscription, price_model_errors,
    price_model_page_errors, price_model_plan_lost, price_model_first, price_model_remove,
    price_model_stays, project_invoicing, project_invoicing_errors,
]  # fmt: skip
