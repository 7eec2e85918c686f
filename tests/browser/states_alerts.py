"""States of alerts and of moving customers to EHF; see `states`."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from customers import answering
from customers.alerting import Act
from moment.models import User
from tests.browser.long_words import LONG
from tests.customers.telling import MOVED, customer_of, named, tell
from tests.factories import CustomerFactory
from tests.reaching import kept


def fill(kari: User) -> None:
    """Have the register tell of changes of each shape, of which Kari has handled one."""
    moved = customer_of(number="1300", name="Nordlys AS")
    tell(moved, **MOVED, bankrupt=True, bankrupt_on=date(2026, 11, 19))
    kept(moved.org_number, "yes", smp=f"{'lang' * 15}.vardefjord.example").save()
    twice = customer_of(number="1301", name="Brekke AS")
    CustomerFactory(number="1302", name="Brekke AS avd. Nord", org_number=twice.org_number)
    tell(twice, name="BREKKE BYGG AS", industry_code="41.000", industry_name="Oppføring av bygg")
    kept(twice.org_number, "yes", credit_note=False).save()
    long = customer_of(number="1303", name=LONG)
    facts = {"winding_up": True, "deleted_on": date(2026, 11, 18), "merger": "x" * 90}
    alerts = tell(long, name=f"NYE {LONG.upper()}", form_code="ASA", vat_registered=True, **facts)
    kept(long.org_number, "no").save()
    answering.answer(named(alerts[-1:]), Act.NOTE, kari)


def alerts(page: Page) -> None:
    page.goto("/customers/alerts/")
    expect(page.locator("table.alerts .change").first).to_be_visible()
    expect(page.locator(".kinds .kind").nth(5)).to_be_attached()


def alerts_ticked(page: Page) -> None:
    page.goto("/customers/alerts/?select=all")
    expect(page.locator(".bulk")).to_be_visible()


def alerts_handled(page: Page) -> None:
    page.goto("/customers/alerts/?state=handled")
    expect(page.locator("table.alerts .by")).to_have_count(1)


def alerts_none_of_a_kind(page: Page) -> None:
    page.goto("/customers/alerts/?kind=owner")
    expect(page.locator("#alerts .empty")).to_be_visible()


def alerts_block(page: Page) -> None:
    page.goto("/customers/alerts/")
    page.locator(".alerts [hx-target='#dialog']").first.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def einvoicing(page: Page) -> None:
    page.goto("/customers/einvoicing/?status=all")
    expect(page.locator(".figure .warn")).to_be_visible()
    expect(page.locator("table.switchable tbody tr").first).to_be_visible()


def einvoicing_switch(page: Page) -> None:
    einvoicing(page)
    page.locator(".switching .actions .btn--primary").click()
    expect(page.locator("dialog[open] .named")).to_be_visible()


def einvoicing_nobody(page: Page) -> None:
    page.goto("/customers/einvoicing/?status=blocked")
    expect(page.locator(".empty .link").first).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    alerts,
    alerts_ticked,
    alerts_handled,
    alerts_none_of_a_kind,
    alerts_block,
    einvoicing,
    einvoicing_switch,
    einvoicing_nobody,
]
