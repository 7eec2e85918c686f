"""States of the dialog for a new customer, and of looking companies up; see `states`."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.long_words import LONG
from tests.standin.companies import fictional_number


def dialog(page: Page) -> None:
    page.goto("/customers/")
    page.locator("[hx-target='#dialog']").first.click()
    expect(page.locator("#new_name")).to_be_focused()


def dialog_results(page: Page) -> None:
    dialog(page)
    page.locator("#new_name").press_sequentially("vardefjord t")
    expect(page.locator("[role=option] .warn").first).to_be_visible()
    expect(page.locator("#new-answer .asking")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()


def dialog_chosen(page: Page) -> None:
    dialog(page)
    page.locator("#new_name").press_sequentially(fictional_number(200))
    page.locator("[role=option]").first.click()
    expect(page.locator(".chosen .banner--bad")).to_be_visible()
    expect(page.locator(".chosen .reach .good")).to_be_visible()


def dialog_place_of_business(page: Page) -> None:
    dialog(page)
    page.locator("#new_name").press_sequentially(fictional_number(1))
    page.locator("[role=option]").first.click()
    expect(page.locator(".chosen .banner .btn")).to_be_visible()


def dialog_errors(page: Page) -> None:
    dialog(page)
    page.locator("#new_number").fill("1200")
    page.locator("#new_name").fill(LONG)
    page.locator("form.dialog footer button").click()
    expect(page.locator("#new_number[aria-invalid=true]")).to_be_visible()


def new_page(page: Page) -> None:
    page.goto(f"/customers/new/?org_number={fictional_number(200)}")
    expect(page.locator(".chosen")).to_be_visible()


def lookup(page: Page) -> None:
    page.goto("/registry/search/?q=vardefjord")
    expect(page.locator(".option").first).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    dialog,
    dialog_results,
    dialog_chosen,
    dialog_place_of_business,
    dialog_errors,
    new_page,
    lookup,
]
