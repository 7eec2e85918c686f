"""States of the profile of a customer, its details and its history; see `states`."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def profile(page: Page) -> None:
    page.goto("/customers/1200/")
    expect(page.locator("#ehf .warn")).to_be_visible()


def profile_alerts(page: Page) -> None:
    page.goto("/customers/1300/")
    expect(page.locator(".banners .banner")).to_have_count(2)
    expect(page.locator("#ehf .good")).to_be_visible()


def profile_bankrupt(page: Page) -> None:
    page.goto("/customers/1000/")
    expect(page.locator(".banner--bad")).to_be_visible()


def edit(page: Page) -> None:
    page.goto("/customers/1200/edit/")


def edit_errors(page: Page) -> None:
    edit(page)
    for name in ("name", "number", "org_number", "email", "visiting_postcode", "bank_account"):
        page.locator(f"[name={name}]").fill("" if name == "name" else "x")
    page.locator("form.edit .btn--primary").click()
    expect(page.locator("[name=name][aria-invalid=true]")).to_be_visible()


def history(page: Page) -> None:
    edit(page)
    page.locator("[name=phone]").fill("77 00 00 09")
    page.locator("form.edit .btn--primary").click()
    page.goto("/customers/1200/history/")
    expect(page.locator("table.history tbody").nth(1)).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    profile,
    profile_alerts,
    profile_bankrupt,
    edit,
    edit_errors,
    history,
]
