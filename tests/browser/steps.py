"""What people do again and again on the pages of Moment."""

import re

from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from moment.models import User

PASSWORD = "a password nobody guesses"


def signed_in(page: Page, user: User, url: str) -> Page:
    """Give the page's profile a session of this user, and return the page."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    return page


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def type_login(page: Page, user: User) -> None:
    """Fill in the login page and send it."""
    page.get_by_label("User name or e-mail").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def open_dialog(page: Page) -> Locator:
    """Open the overview and its new-customer dialog, and return the dialog."""
    page.goto("/customers/")
    page.get_by_role("link", name="New customer").first.click()
    dialog = page.get_by_role("dialog", name="New customer")
    expect(dialog).to_be_visible()
    return dialog


def name_field(scope: Page | Locator) -> Locator:
    return scope.get_by_role("combobox", name="Name", exact=True)


def expect_values(fields: Locator, values: list[str]) -> None:
    """Wait until the fields are as many as the values, and hold them in this order."""
    expect(fields).to_have_count(len(values))
    for place, value in enumerate(values):
        expect(fields.nth(place)).to_have_value(value)


def options_of(dialog: Locator) -> Locator:
    """Return the companies offered; not the countries, which are options of a select."""
    return dialog.locator("[role=option]")


def look_up(dialog: Locator, text: str) -> Locator:
    """Type into the name field and return the list that opens."""
    field = name_field(dialog)
    field.press_sequentially(text)
    expect(field).to_have_attribute("aria-expanded", "true")
    return dialog.get_by_role("listbox")


def choose(dialog: Locator, text: str, company: str) -> Locator:
    """Look up and click a company, and return the card of what it fills in."""
    look_up(dialog, text).get_by_role("option").filter(has_text=company).first.click()
    card = dialog.get_by_role("region", name="From the register")
    expect(card).to_contain_text(company)
    return card


def create(scope: Page | Locator) -> None:
    scope.get_by_role("button", name="Create customer").click()


def expect_profile(page: Page, name: str, number: str = r"\d+") -> None:
    """Wait for the profile of a customer with this name."""
    expect(page).to_have_url(re.compile(rf"/customers/{number}/(#.*)?$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
