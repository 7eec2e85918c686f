"""States of the page of a project, and of its dialogs; see `states`."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.models import User
from moment.projects.models import ProjectMember, ProjectTag
from tests.factories import (
    ActivityFactory,
    CustomerFactory,
    EmployeeFactory,
    PriceModelFactory,
    ProjectFactory,
    ProjectRoleFactory,
    TimeEntryFactory,
    UserFactory,
)

LONG = "Landskapsarkitekturprosjekteringsassistent"
COLORS = ["grey", "violet", "blue", "teal", "green", "amber", "orange", "red", "pink"]
_PROJECT, _EMPTY = "/projects/P-PAGE-1/", "/projects/P-PAGE-2/"


def fill(customer: Customer, kari: User) -> None:
    """Make a project with activities and people of each kind, and one with nothing in it."""
    project = ProjectFactory(
        number="P-PAGE-1", name=f"Bygg {LONG} {LONG}", customer=customer, leader=kari,
        activity=False, starts_on=date(2026, 3, 2), ends_on=date(2028, 12, 18),
        notes=f"Avtalt i møte.\n\n{'lang' * 40}",
    )  # fmt: skip
    project.tags.set(ProjectTag.objects.create(name=f"Fag {one}", color=one) for one in COLORS)
    fixed = PriceModelFactory(project=project, kind="fixed", order=1, name=f"Fastpris {LONG}")
    role = ProjectRoleFactory(name=f"Rolle {LONG}")
    over = {"estimated_hours": 10, "starts_on": date(2026, 3, 2), "ends_on": date(2026, 9, 1)}
    kinds = [
        {"title": f"{LONG} {LONG}", "hourly_rate": "1234567.50", **over},
        {"state": "planned", "price_model": fixed, "estimated_hours": 123456},
        {"state": "finished", "starts_on": date(2026, 3, 2)},
    ]
    rows = [ActivityFactory(project=project, number=n, **one) for n, one in enumerate(kinds, 1)]
    colleague = UserFactory(first_name=LONG, last_name=LONG)
    EmployeeFactory(user=colleague, terms__role=role)
    ProjectMember.objects.create(project=project, user=colleague)
    ProjectMember.objects.create(project=project, user=UserFactory(), role=role)
    today = timezone.localdate()
    for n in range(4):
        for user in (colleague, kari):
            TimeEntryFactory(
                activity=rows[n % 2],
                user=user,
                day=today - timedelta(days=n),
                hours=Decimal("7.25"),
            )
    blocked = CustomerFactory(name=f"{LONG} AS", status="blocked", country="SE")
    ProjectFactory(
        number="P-PAGE-2", customer=blocked, activity=False, model=False, state="cancelled"
    )


def project(page: Page) -> None:
    page.goto(_PROJECT)
    expect(page.locator(".activities tbody tr")).to_have_count(3)
    expect(page.locator(".activities .bar[data-over]")).to_be_visible()
    expect(page.locator(".colleague")).to_have_count(3)


def project_empty(page: Page) -> None:
    page.goto(_EMPTY)
    expect(page.locator(".of-project [data-status=blocked]").first).to_be_visible()
    expect(page.locator("#activities .muted")).to_be_visible()


def project_state(page: Page) -> None:
    project(page)
    page.locator(".state-menu summary").click()
    expect(page.locator(".state-menu .menu__item[aria-current]")).to_be_visible()


def project_edit(page: Page) -> None:
    page.goto(f"{_PROJECT}edit/")
    expect(page.locator("form.edit [name=customer]")).to_be_visible()


def project_edit_errors(page: Page) -> None:
    project_edit(page)
    page.locator("[name=name]").fill("")
    page.locator("[name=customer]").fill(f"1103 {LONG}")
    page.locator("[name=ends_on]").fill("0026-01-01")
    page.locator("form.edit .btn--primary").click()
    expect(page.locator("[name=customer][aria-invalid=true]")).to_be_visible()


def project_edit_together(page: Page) -> None:
    """Somebody else sets the state while the form is open."""
    project_edit(page)
    page.locator("[name=state]").select_option("finished")
    other = page.context.new_page()
    other.goto(_PROJECT)
    now = other.locator(".state-menu summary").get_attribute("data-state")
    other.locator(".state-menu summary").click()
    wanted = "paused" if now == "progress" else "progress"
    other.locator(f".state-menu [value={wanted}].menu__item").click()
    expect(other.locator(".state-menu summary")).to_have_attribute("data-state", wanted)
    other.close()
    page.locator("form.edit .btn--primary").click()
    expect(page.locator("[name=state][aria-invalid=true]")).to_be_visible()


def activity_new(page: Page) -> None:
    project(page)
    page.locator("[hx-get$='/activities/new/']").click()
    expect(page.locator("dialog[open] [name=title]")).to_be_visible()


def activity_errors(page: Page) -> None:
    activity_new(page)
    page.locator("dialog[open] [name=estimated_hours]").fill(LONG)
    page.locator("dialog[open] [name=hourly_rate]").fill("-1")
    page.locator("dialog[open] footer .btn--primary").click()
    expect(page.locator("dialog[open] [name=title][aria-invalid=true]")).to_be_visible()


def activity_edit_page(page: Page) -> None:
    project(page)
    page.goto(page.locator(".activities a[href$='/edit/']").first.get_attribute("href") or "")
    expect(page.locator(".sheet [name=title]")).to_have_value(f"{LONG} {LONG}")


def activity_remove(page: Page) -> None:
    project(page)
    page.locator(".activities [hx-get$='/delete/']").first.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def member_new(page: Page) -> None:
    project(page)
    page.locator("#people header [hx-get$='/people/new/']").click()
    expect(page.locator("dialog[open] [name=user]")).to_be_visible()
    page.locator("dialog[open] footer .btn--primary").click()
    expect(page.locator("dialog[open] [name=user][aria-invalid=true]")).to_be_visible()


def member_role(page: Page) -> None:
    project(page)
    page.locator(".colleague [hx-get$='/edit/']").first.click()
    expect(page.locator("dialog[open] [name=role]")).to_be_visible()


def member_remove(page: Page) -> None:
    project(page)
    page.locator(".colleague [hx-get$='/delete/']").first.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    project, project_empty, project_state, project_edit, project_edit_errors,
    project_edit_together, activity_new, activity_errors, activity_edit_page, activity_remove,
    member_new, member_role, member_remove,
]  # fmt: skip
