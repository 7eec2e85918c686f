"""States of hourly rates, invoice recipients and addresses; see `states`."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.models import User
from registry.models import Postcode
from tests.factories import (
    ContactFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    OtherAddressFactory,
    PersonFactory,
    ProjectRoleFactory,
)

LONG = "Landskapsarkitekturprosjekteringsassistent"
FIRST, LAST = date(2026, 1, 1), date(2025, 12, 31)
_RATES = "/customers/1200/invoicing/rates/"
_RECIPIENTS = "/customers/1200/invoicing/recipients/"


def fill(customer: Customer, kari: User) -> None:
    """Give a customer rates of each state, recipients of each kind, and other addresses."""
    role = ProjectRoleFactory(name=LONG)
    for whose in ({"user": kari, "role": None}, {"role": role}):
        HourlyRateFactory(customer=customer, rate="12345678.90", valid_until=LAST, **whose)
        HourlyRateFactory(
            customer=customer, valid_from=FIRST, valid_until=date(2098, 12, 31), **whose
        )
        HourlyRateFactory(customer=customer, valid_from=date(2099, 1, 1), **whose)
    people = [
        {"emails": [f"{'lang' * 12}@vardefjord.example"]},
        {"emails": []},
        {"emails": ["left@vardefjord.example"], "employed_until": LAST},
    ]
    for one in people:
        person = PersonFactory(name=f"Kari {LONG}", emails=one.pop("emails"))
        contact = ContactFactory(customer=customer, person=person, title=LONG, **one)
        InvoiceRecipientFactory(customer=customer, contact=contact, email="")
    InvoiceRecipientFactory(customer=customer, email=f"{'x' * 60}@vardefjord.example", kind="cc")
    ContactFactory(customer=customer, person=PersonFactory(emails=[]), title=LONG)
    ContactFactory(customer=customer, person=PersonFactory(emails=["ny@vardefjord.example"]))
    OtherAddressFactory(customer=customer, label=LONG, street="Havnegata 1\n2. etasje")
    Postcode.objects.create(code="9008", place="Tromsø")


def rates(page: Page) -> None:
    page.goto(_RATES)
    expect(page.locator(".rates [data-state=past]").first).to_be_visible()
    expect(page.locator(".rates [data-state=coming] .pill").first).to_be_visible()


def rates_none(page: Page) -> None:
    page.goto("/customers/1000/invoicing/rates/")
    expect(page.locator(".empty .btn--primary")).to_be_visible()


def rate_overlap(page: Page) -> None:
    rates(page)
    page.locator(".rates th [hx-target='#dialog']").last.click()
    page.locator("dialog[open] [name=rate]").fill("1 300,50")
    page.locator("dialog[open] [name=valid_from]").fill("2100-01-01")
    page.locator("dialog[open] footer .btn--primary").click()
    expect(page.locator("dialog[open] .repair")).to_be_visible()


def rate_page_errors(page: Page) -> None:
    page.goto(f"{_RATES}new/")
    page.locator("[name=rate]").fill("-1")
    page.locator("[name=valid_from]").fill("0026-01-01")
    page.locator("form.dialog footer .btn--primary").click()
    expect(page.locator("[name=rate][aria-invalid=true]")).to_be_visible()


def rate_delete(page: Page) -> None:
    rates(page)
    page.locator(".rates [hx-get$='/delete/']").first.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def recipients(page: Page) -> None:
    page.goto(_RECIPIENTS)
    expect(page.locator(".recipient[data-state=left] s")).to_be_visible()
    expect(page.locator(".recipient[data-state=unreachable]")).to_be_visible()
    expect(page.locator(".destination")).to_be_visible()


def recipients_none(page: Page) -> None:
    page.goto("/customers/1002/invoicing/recipients/")
    expect(page.locator(".empty .btn--primary")).to_be_visible()
    expect(page.locator(".destination .warn").first).to_be_visible()


def recipients_blocked(page: Page) -> None:
    page.goto("/customers/1103/invoicing/recipients/")
    expect(page.locator(".destination[data-way=none]")).to_be_visible()


def recipient_new_errors(page: Page) -> None:
    recipients(page)
    page.locator("[hx-get$='/recipients/new/']").click()
    page.locator("#recipient_addresses").fill(f"nobody@, {'x' * 70}")
    page.locator("dialog[open] footer .btn--primary").click()
    expect(page.locator("#recipient_addresses[aria-invalid=true]")).to_be_visible()


def recipient_edit(page: Page) -> None:
    recipients(page)
    page.locator(".recipient [hx-target='#dialog']").first.click()
    expect(page.locator("dialog[open] .segments")).to_be_visible()


def address_new(page: Page) -> None:
    page.goto("/customers/1200/")
    page.locator("[hx-get$='/addresses/new/']").click()
    page.locator("#address_city").fill("Oslo")
    page.locator("#address_postcode").press_sequentially("9008")
    expect(page.locator("dialog[open] [data-place]")).to_be_visible()


def address_delete(page: Page) -> None:
    page.goto("/customers/1200/")
    page.locator(".others [hx-get$='/delete/']").click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    rates, rates_none, rate_overlap, rate_page_errors, rate_delete, recipients, recipients_none,
    recipients_blocked, recipient_new_errors, recipient_edit, address_new, address_delete,
]  # fmt: skip
