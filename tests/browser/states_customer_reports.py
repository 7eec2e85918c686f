"""States of the reports about customers, and of saved filters; see `states`."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from customers.models import SavedFilter
from moment.models import User
from tests.browser.long_words import LONG
from tests.factories import UserFactory

_URL = "/reports/customers/?period=last_12_months"


def fill(kari: User) -> None:
    """Keep filters of Kari's own, one with a long name, and one that is shared with her."""
    SavedFilter.objects.create(owner=kari, name=f"{LONG} filter"[:100], query="status=all")
    SavedFilter.objects.create(owner=kari, name="Deltakere", query="relation=both", shared=True)
    SavedFilter.objects.create(owner=UserFactory(), name="Delt", query="q=fjord", shared=True)


def saved_filters(page: Page) -> None:
    page.goto("/customers/?status=all")
    page.locator(".menu--saved summary").click()
    expect(page.locator(".saved [aria-current=true]")).to_be_visible()


def saved_filter_new(page: Page) -> None:
    page.goto("/customers/?status=all&relation=both")
    page.locator(".menu--saved summary").click()
    page.locator(".menu--saved .menu__panel > .menu__item").click()
    expect(page.locator("#dialog [name=name]")).to_be_visible()


def saved_filter_refused(page: Page) -> None:
    saved_filter_new(page)
    page.locator("#dialog [name=name]").fill("DELTAKERE")
    page.locator("#dialog [type=submit]").click()
    expect(page.locator("#dialog [name=name][aria-invalid=true]")).to_be_visible()


def saved_filter_remove(page: Page) -> None:
    saved_filters(page)
    page.locator(".saved .btn").nth(1).click()
    expect(page.locator("#dialog .btn--bad")).to_be_visible()


def reports(page: Page) -> None:
    page.goto("/reports/")
    expect(page.locator(".report-list a")).to_have_count(2)


def customers_report(page: Page) -> None:
    page.goto(_URL)
    expect(page.locator(".chart svg .bar").filter(visible=True).first).to_be_visible()
    page.locator(".as-table summary").click()
    expect(page.locator(".standings tfoot")).to_be_visible()


def customers_report_narrowed(page: Page) -> None:
    page.goto(f"{_URL}&sort=-profit")
    page.locator(".filters .menu").first.locator("summary").click()
    page.locator(".filters [name=status]").nth(2).check()
    expect(page.locator(".chips")).to_be_visible()


def customers_report_by_tag(page: Page) -> None:
    page.goto(f"{_URL}&group=tag")
    expect(page.locator(".standings--grouped tbody tr").first).to_be_visible()


def customers_report_of_nothing(page: Page) -> None:
    page.goto(f"{_URL}&q=finnesikke")
    expect(page.locator("#results .empty")).to_be_visible()


def customers_report_wrong_period(page: Page) -> None:
    page.goto("/reports/customers/?period=own&from=2026-05-01&until=2026-01-01")
    expect(page.locator("[name=until][aria-invalid=true]")).to_be_visible()


def development(page: Page) -> None:
    page.goto("/reports/development/?of=profit")
    expect(page.locator(".standings tfoot")).to_be_visible()


def development_by_responsible(page: Page) -> None:
    page.goto("/reports/development/?group=responsible&of=hours")
    expect(page.locator(".standings--grouped")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    saved_filters, saved_filter_new, saved_filter_refused, saved_filter_remove, reports,
    customers_report, customers_report_narrowed, customers_report_by_tag,
    customers_report_of_nothing, customers_report_wrong_period, development,
    development_by_responsible,
]  # fmt: skip
