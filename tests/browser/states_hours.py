"""States of hours: weeks, the list of a project, approving, importing; see `states`."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from playwright.sync_api import Page, expect

from moment.models import User
from moment.projects import hours
from moment.projects.models import TimeEntry
from moment.projects.week import Week
from tests.factories import (
    ActivityFactory,
    EmployeeFactory,
    ProjectFactory,
    TimeEntryFactory,
    UserFactory,
)

LONG = "Landskapsarkitekturprosjekteringsassistentoppfølging"
_WEEK, _LIST = "/projects/hours/", "/projects/9400/hours/"
_IMPORT = "/projects/hours/import/"


def fill(kari: User) -> None:
    """Give Kari a week with cells of every kind, and a project pages of hours."""
    if not hasattr(kari, "employee"):
        EmployeeFactory(user=kari)
    project = ProjectFactory(number="9400", name=f"Ny bru {LONG}", activity=False)
    titles = [("Befaring", "open"), (LONG, "open"), ("Skisse", "finished")]
    activities = [ActivityFactory(project=project, title=t, state=s) for t, s in titles]
    monday = Week.of(timezone.localdate()).monday
    one, two, finished = activities
    for activity, place, number in (
        (one, 0, "7.5"), (one, 1, "0.25"), (one, 1, "1"), (two, 2, "24"), (finished, 3, "3"),
    ):  # fmt: skip
        TimeEntryFactory(
            user=kari, activity=activity, day=monday + timedelta(days=place),
            hours=Decimal(number), comment=f"Møte {LONG}",
        )  # fmt: skip
    hours.approve(TimeEntry.objects.filter(activity=two).values_list("pk", flat=True), kari)
    ProjectFactory(number="9401", name=LONG)
    other = UserFactory(first_name="Ida", last_name=LONG)
    for n in range(60):
        TimeEntryFactory(
            user=other, activity=one, day=monday - timedelta(days=n), billable=n % 2 == 0
        )


def week(page: Page) -> None:
    page.goto(_WEEK)
    expect(page.locator(".week .cell a.cell__fixed")).to_be_visible()
    expect(page.locator(".week .cell__fixed svg")).to_be_visible()
    page.locator(".cell__comment[data-full]:has(input) > summary").first.click()
    expect(page.locator(".cell__comment[open] input").first).to_be_visible()


def week_errors(page: Page) -> None:
    page.goto(_WEEK)
    cells = page.locator(".week .cell > input")
    for n, text in enumerate(("25", "-1", "x", "")):
        cells.nth(n).fill(text)
    page.locator(".week-foot > .btn--primary").click()
    expect(page.locator(".week__problems li").nth(2)).to_be_visible()


def week_adding(page: Page) -> None:
    page.goto(f"{_WEEK}?week=2026-W02")
    page.locator("#week-add").fill("bru")
    page.locator(".week-add button[name=do]").click()
    expect(page.locator(".week-found button").nth(1)).to_be_visible()


def project_week(page: Page) -> None:
    page.goto(f"{_LIST}week/")
    expect(page.locator("#week-whose")).to_be_visible()


def project_week_none(page: Page) -> None:
    page.goto("/projects/P-PAGE-2/hours/week/")
    expect(page.locator(".week-form .empty .btn--primary")).to_be_visible()


def hour_list(page: Page) -> None:
    page.goto(_LIST)
    page.locator(".hour-list .pick input").first.check()
    expect(page.locator(".bulk")).to_be_visible()
    expect(page.locator(".pager [rel=next]")).to_be_visible()


def hour_list_narrowed(page: Page) -> None:
    page.goto(f"{_LIST}?approved=yes&billable=no&month=x")
    expect(page.locator(".chip--dropped")).to_be_visible()


def hours_none(page: Page) -> None:
    page.goto("/projects/9401/hours/")
    expect(page.locator(".empty .btn--primary")).to_be_visible()


def approving(page: Page) -> None:
    page.goto(_LIST)
    page.locator(".hour-sums__acts [hx-get*='/approve/']").click()
    expect(page.locator("dialog[open] .approve-people li").first).to_be_visible()


def approving_page(page: Page) -> None:
    page.goto(f"{_LIST}approve/?until=2026-11-20")
    expect(page.locator("#approve-until")).to_be_visible()


def entry_errors(page: Page) -> None:
    page.goto(_LIST)
    page.locator("[hx-get$='/hours/new/']").click()
    page.locator("#entry_hours").fill("x")
    page.locator("#entry_comment").fill(LONG * 2)
    page.locator("dialog[open] footer .btn--primary").click()
    expect(page.locator("#entry_hours[aria-invalid=true]")).to_be_visible()


def entry_delete(page: Page) -> None:
    page.goto(_LIST)
    page.locator(".hour-list [hx-get*='/delete/']").first.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def importing(page: Page) -> None:
    page.goto(_IMPORT)
    expect(page.locator("#id_rows")).to_be_visible()


def importing_looked_through(page: Page) -> None:
    importing(page)
    day = Week.of(timezone.localdate()).monday.isoformat()
    rows = [f"{day}\t9400\tBefaring\t7,5\tMøte {LONG}", "x\t1\t\t\n2026-11-03\t9400\t9\tx\tø"]
    page.locator("#id_rows").fill("\n".join([*rows, f"{day}\t9400\tBefaring\t0,25"]))
    page.locator("button[value=check]").click()
    expect(page.locator(".import-rows [data-state=wrong]").first).to_be_visible()
    expect(page.locator(".import-rows [data-state=twice] input")).to_be_visible()


def importing_in_order(page: Page) -> None:
    importing(page)
    day = (Week.of(timezone.localdate()).monday - timedelta(days=70)).isoformat()
    page.locator("#id_rows").fill(f"{day}\t9400\tBefaring\t7,5\t{LONG}\n{day}\t9400\tBefaring\t1")
    page.locator("button[value=check]").click()
    expect(page.locator(".import-rows .good")).to_have_count(2)


ALL: list[Callable[[Page], None]] = [
    week, week_errors, week_adding, project_week, project_week_none, hour_list,
    hour_list_narrowed, hours_none, approving, approving_page, entry_errors, entry_delete,
    importing, importing_looked_through, importing_in_order,
]  # fmt: skip
