"""States of the contacts of a customer; see `states`."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from customers.models import Customer
from tests.browser.long_words import LONG
from tests.factories import ContactFactory, ContactTagFactory, CustomerFactory, PersonFactory

_COLORS = ["grey", "violet", "blue", "teal"]


def fill(customer: Customer) -> None:
    """Give a customer contacts of each kind: here alone and at many, now, before and later."""
    tags = [ContactTagFactory(name=f"Rolle {color}", color=color) for color in _COLORS]
    busy = PersonFactory(
        name=LONG, mobile="900 00 001", phone="22 00 00 00 spør etter Eva",
        emails=["eva@vardefjord.example", f"{'lang' * 12}@vardefjord.example"],
    )  # fmt: skip
    for n in range(5):
        ContactFactory(customer=CustomerFactory(number=f"21{n:02}", name=LONG), person=busy)
    here = {"customer": customer, "tags": tags}
    ContactFactory(
        person=busy, title="Daglig leder " + "lang" * 15, email="faktura@vardefjord.example", **here
    )
    ContactFactory(employed_from=date(2099, 1, 1), employed_until=date(2100, 1, 1), **here)
    ContactFactory(employed_from=date(2019, 1, 1), employed_until=date(2020, 6, 30), **here)
    busy.save()


def contacts(page: Page) -> None:
    page.goto("/customers/1200/contacts/")
    expect(page.locator(".contact-list s").first).to_be_visible()
    expect(page.locator(".contact-list .former")).to_be_visible()


def contacts_none(page: Page) -> None:
    page.goto("/customers/1300/contacts/")
    expect(page.locator(".empty .btn--primary")).to_be_visible()


def contact_new(page: Page) -> None:
    page.goto("/customers/1000/contacts/")
    page.locator(".empty [hx-target='#dialog']").click()
    expect(page.locator("#contact_name")).to_be_focused()
    page.locator("#contact_name").press_sequentially("fjordland")
    expect(page.locator("#contact-matches .option")).to_be_visible()


def contact_new_chosen(page: Page) -> None:
    contact_new(page)
    page.locator("#contact-matches .option").click()
    expect(page.locator(".chosen")).to_be_visible()


def contact_new_errors(page: Page) -> None:
    page.goto("/customers/1000/contacts/new/")
    page.locator("#contact_name").fill(LONG)
    page.locator("#contact_emails").fill(f"{'lang' * 20}, {'x' * 60}")
    page.locator("#contact_employed_from").fill("2026-02-01")
    page.locator("#contact_employed_until").fill("2026-01-01")
    page.locator("form.dialog footer .btn--primary").click()
    expect(page.locator("#contact_emails[aria-invalid=true]")).to_be_visible()


def contact_alike(page: Page) -> None:
    page.goto("/customers/1000/contacts/new/")
    page.locator("#contact_name").fill(LONG)
    page.locator("form.dialog footer .btn--primary").click()
    expect(page.locator("#contact-matches .banner")).to_be_visible()


def contact_edit(page: Page) -> None:
    contacts(page)
    page.locator(".contact-list th[scope=row] a").first.click()
    expect(page.locator("dialog[open] #contact_title")).to_be_visible()


def contact_end(page: Page) -> None:
    contacts(page)
    page.locator(".contact-list .acts a[href$='/end/']").first.click()
    expect(page.locator("dialog[open] #contact_employed_until")).to_be_visible()


def contact_remove(page: Page) -> None:
    contacts(page)
    page.locator(".contact-list .acts a[href$='/remove/']").first.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    contacts,
    contacts_none,
    contact_new,
    contact_new_chosen,
    contact_new_errors,
    contact_alike,
    contact_edit,
    contact_end,
    contact_remove,
]
