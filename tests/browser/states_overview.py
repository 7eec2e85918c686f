"""The overview in its states."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def overview(page: Page) -> None:
    page.goto("/customers/?status=all&sort=number")
    for mark in ("yes", "part", "no", "unknown"):
        expect(page.locator(f"table.customers [data-ehf={mark}]").first).to_be_attached()


def overview_filtered(page: Page) -> None:
    page.goto("/customers/?status=all&q=vardefjord&relation=both&relation=customer&country=XX")
    expect(page.locator("table.customers")).to_be_visible()
    page.locator("details.menu[name=filter] summary").first.click()


def overview_more(page: Page) -> None:
    page.goto("/customers/?status=all&ehf=yes&invoice_type=email")
    expect(page.locator("table.customers tbody .mark").first).to_be_visible()
    page.locator(".menu--more summary").click()


def overview_no_hits(page: Page) -> None:
    page.goto("/customers/?q=blocked")
    expect(page.locator("#results .empty")).to_be_visible()


def overview_selected(page: Page) -> None:
    page.goto("/customers/?status=all")
    for row in (0, 2):
        page.locator("td.pick input").nth(row).check()
    expect(page.locator("#selection")).to_be_visible()


def overview_selected_elsewhere(page: Page) -> None:
    overview_selected(page)
    page.locator("#search").press_sequentially("vardefjord tr")
    expect(page.locator("#selection .picked").first).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    overview, overview_filtered, overview_more, overview_no_hits, overview_selected,
    overview_selected_elsewhere,
]  # fmt: skip
