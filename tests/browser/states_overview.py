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


def overview_all_selected(page: Page) -> None:
    page.goto("/customers/?status=all&all=1")
    expect(page.locator("#selection .bulk__all")).to_be_visible()
    page.locator("#selection .menu summary").click()


def overview_export(page: Page) -> None:
    # Without rows, of which a menu on a phone would cover half of some box.
    page.goto("/customers/?status=all&q=zzzz")
    page.locator(".menu--export summary").click()


def overview_change_status(page: Page) -> None:
    overview_all_selected(page)
    page.locator("#selection button[value=status]").click()
    page.locator("#dialog select").select_option("inactive")
    expect(page.locator("#dialog .named").nth(1)).to_be_visible()


def overview_add_tag(page: Page) -> None:
    overview_selected(page)
    page.locator("#selection .menu summary").click()
    page.locator("#selection button[value=tag]").click()
    expect(page.locator("#dialog select")).to_be_visible()
    # Nothing is chosen.
    page.locator("#dialog footer [type=submit]").click()
    expect(page.locator("#dialog [aria-invalid=true]")).to_be_visible()


def overview_change_page(page: Page) -> None:
    page.goto("/customers/change/?what=responsible&of=status%3Dall%26all%3D1")
    expect(page.locator("main .named")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    overview, overview_filtered, overview_more, overview_no_hits, overview_selected,
    overview_selected_elsewhere, overview_all_selected, overview_export, overview_change_status,
    overview_add_tag, overview_change_page,
]  # fmt: skip
