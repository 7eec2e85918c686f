"""States of signing in, of sessions that ended, and of pages that are not there; see `states`."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.states_contacts import contact_new
from tests.browser.states_profile import edit


def login(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")
    page.goto("/accounts/login/")


def login_refused(page: Page) -> None:
    login(page)
    page.locator("[name=login]").fill("kari")
    page.locator("[name=password]").fill("not this one")
    page.locator("form.stack button").click()
    expect(page.locator(".errorlist")).to_be_visible()


def account_menu(page: Page) -> None:
    page.goto("/customers/")
    page.locator(".menu--account summary").click()


def password(page: Page) -> None:
    page.goto("/accounts/password/change/")


def not_found(page: Page) -> None:
    page.goto("/customers/9999/")


def main_menu(page: Page) -> None:
    page.goto("/customers/")
    # axe would take what is below the menu, half of it covered, to be too small to touch.
    page.locator("main").evaluate("main => main.replaceChildren(main.querySelector('h1'))")
    page.get_by_role("button", name=re.compile("^(Menu|Meny)$")).click()


def unsent_dialog(page: Page) -> None:
    contact_new(page)
    page.context.clear_cookies(name="sessionid")
    page.locator("dialog footer [type=submit]").click()
    expect(page.locator("dialog .unsent")).to_be_visible()


def unsent_page(page: Page) -> None:
    edit(page)
    page.context.clear_cookies(name="sessionid")
    page.locator("main form .btn--primary").first.click()
    expect(page.locator("main .unsent")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    login,
    login_refused,
    account_menu,
    main_menu,
    password,
    not_found,
    unsent_dialog,
    unsent_page,
]
