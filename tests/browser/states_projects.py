"""States of the list of projects and of the dialog for a new one; see `states`."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.models import User
from moment.projects.models import Project, ProjectTag
from tests.factories import ExpenseFactory, ProjectFactory, TimeEntryFactory

_LONG = "Reguleringsplanprosjekteringsarbeid " + "lang" * 10
_LIST = "/projects/"
_NEW = "/projects/new/?customer=1200"


def fill(customer: Customer, kari: User) -> None:
    """Make projects of every state, with long names, all tags, amounts, and hours without price."""
    colors = ProjectTag.Color.values
    tags = [ProjectTag.objects.create(name=f"Prosjekt {color}", color=color) for color in colors]
    blocked = Customer.objects.get(number="1103")
    for n, state in enumerate(Project.State.values):
        project = ProjectFactory(
            number=f"P-LIST-{n}", name=f"{_LONG if n % 2 else 'Skolebygg'} {n}", state=state,
            customer=blocked if n == 2 else customer, leader=kari if n else None,
            ends_on=[None, date(2025, 3, 14), date(2031, 12, 31)][n % 3],
            currency="EUR" if n == 1 else "",
        )  # fmt: skip
        project.tags.set(tags[n:])
        TimeEntryFactory(activity=project.activities.get(), user=kari)
        ExpenseFactory(project=project, user=kari, cost=9_876_543 if n else 0)


def projects(page: Page) -> None:
    page.goto(f"{_LIST}?state=all")
    expect(page.locator(".projects tbody tr").nth(5)).to_be_visible()


def projects_filtered(page: Page) -> None:
    page.goto(f"{_LIST}?customer=1200&leader=nobody&leader=x&customer_status=active&sort=state")
    expect(page.locator(".chip--dropped")).to_be_visible()
    page.locator(".btn--toggle input").check()
    expect(page.locator("a.chip")).to_have_count(4)


def projects_menu(page: Page) -> None:
    page.goto(_LIST)
    page.locator(".filters summary:has(+ * [name=customer_tags])").click()
    expect(page.locator(".menu[open] .menu__panel")).to_be_visible()


def projects_none(page: Page) -> None:
    page.goto(_LIST)
    page.locator("#search").press_sequentially("kansellert ingenting")
    expect(page.locator("#results .empty")).to_be_visible()


def project_new(page: Page) -> None:
    page.goto(_LIST)
    page.locator(".head__actions .btn--primary").click()
    expect(page.locator("dialog[open] [name=customer]")).to_be_focused()


def project_new_page(page: Page) -> None:
    page.goto(_NEW)
    expect(page.locator(".sheet [name=name]")).to_be_focused()
    page.locator("[name=model-kind][value=subscription]").check()
    expect(page.locator("[name=model-interval]")).to_be_visible()


def project_new_errors(page: Page) -> None:
    project_new(page)
    dialog = page.locator("dialog[open]")
    dialog.locator("[name=customer]").fill(f"1103 {_LONG}")
    dialog.locator("[name=number]").fill("P-LIST-1")
    dialog.locator("[name=starts_on]").fill("2027-03-14")
    dialog.locator("[name=ends_on]").fill("2026-03-14")
    dialog.locator("[name=model-rates_from]").select_option("price_list")
    dialog.locator("footer .btn--primary").click()
    expect(dialog.locator(".errorlist").nth(3)).to_be_visible()


def project_new_blocked(page: Page) -> None:
    page.goto("/projects/new/?customer=1103")
    expect(page.locator(".sheet .banner")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    projects, projects_filtered, projects_menu, projects_none, project_new, project_new_page,
    project_new_errors, project_new_blocked,
]  # fmt: skip
