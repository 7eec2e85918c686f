"""States of the pages with key statistics; see `states`."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer, ProjectRole
from moment.models import User
from moment.projects.models import ProjectMember
from tests.browser.long_words import LONG
from tests.factories import ProjectFactory, TimeEntryFactory
from tests.ledger.making import payment
from tests.statistics.making import invoiced

_URL = "/customers/1200/statistics/"


def fill(customer: Customer, kari: User) -> None:
    """Give a customer hours of somebody with a long role, and invoices of two years."""
    role = ProjectRole.objects.create(name=f"{LONG} {LONG}"[:100])
    project = ProjectFactory(name=f"{LONG} statistikk", customer=customer)
    ProjectMember.objects.create(project=project, user=kari, role=role)
    today = timezone.localdate()
    for days in range(5, 700, 60):
        day = today - timedelta(days=days)
        entry = TimeEntryFactory(activity=project.activities.get(), user=kari, day=day, hours="7.5")
        amount = str(123456 + 997 * days)
        made = invoiced(customer, (project, amount), on=day, entries={entry: "100000"})
        if days > 100:
            payment(customer, made.gross, made, on=day + timedelta(days=40), made_by=kari)


def statistics(page: Page) -> None:
    page.goto(_URL)
    expect(page.locator(".chart svg")).to_be_visible()


def statistics_table(page: Page) -> None:
    statistics(page)
    page.locator(".as-table summary").click()
    expect(page.locator(".as-table tfoot")).to_be_visible()


def statistics_own_period(page: Page) -> None:
    statistics(page)
    page.locator(".own-period summary").click()
    expect(page.locator(".own-period [name=from]")).to_be_visible()


def statistics_wrong_period(page: Page) -> None:
    page.goto(f"{_URL}?period=own&from=2026-05-01&until=2026-01-01")
    expect(page.locator("[name=until][aria-invalid=true]")).to_be_visible()


def statistics_of_nothing(page: Page) -> None:
    page.goto("/customers/1103/statistics/")
    expect(page.locator(".key-figures--below")).to_be_visible()


def statistics_hours(page: Page) -> None:
    page.goto(f"{_URL}rows/?figure=hours")
    expect(page.locator(".rows-behind tfoot")).to_be_visible()


def statistics_invoices(page: Page) -> None:
    page.goto(f"{_URL}rows/?figure=invoiced")
    expect(page.locator(".rows-behind tfoot")).to_be_visible()


def statistics_no_rows(page: Page) -> None:
    page.goto("/customers/1103/statistics/rows/?figure=paid")
    expect(page.locator("#rows-title")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    statistics, statistics_table, statistics_own_period, statistics_wrong_period,
    statistics_of_nothing, statistics_hours, statistics_invoices, statistics_no_rows,
]  # fmt: skip
