"""Filling in a week by keyboard."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from moment.projects.models import TimeEntry
from moment.projects.week import Week
from tests.factories import ActivityFactory, EmployeeFactory, ProjectFactory


@pytest.fixture
def activity(kari):
    EmployeeFactory(user=kari)
    project = ProjectFactory(number="4001", activity=False)
    return ActivityFactory(project=project, title="Befaring")


def test_a_week_is_filled_in_by_keyboard_and_only_hours_get_a_comment(
    karis_page: Page, activity, kari
):
    page, monday = karis_page, Week.of(timezone.localdate()).monday
    page.goto("/projects/4001/hours/week/")
    expect(page.locator(f"#h-{activity.pk}-{timezone.localdate().weekday()}")).to_be_focused()
    cells = [page.locator(f"#h-{activity.pk}-{n}") for n in range(7)]
    expect(page.locator(".cell__comment summary").first).to_be_hidden()
    cells[0].focus()
    page.keyboard.press("Tab")
    expect(cells[1]).to_be_focused()
    page.keyboard.type("7,5")
    page.keyboard.press("Tab")  # to the comment, which can be opened now
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    comment = page.locator(f"#c-{activity.pk}-1")
    expect(comment).to_be_focused()
    page.keyboard.type("Møte")
    page.keyboard.press("Tab")
    expect(cells[2]).to_be_focused()
    expect(comment).to_be_hidden()  # and covers no cell
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("The week is saved.")
    found = TimeEntry.objects.filter(user=kari).order_by("day")
    assert [((one.day - monday).days, one.hours, one.comment) for one in found] == [
        (1, 7.5, "Møte"),
        (2, 2, ""),
    ]


def test_a_colleagues_week_is_shown_as_soon_as_it_is_chosen(karis_page: Page, activity):
    colleague = EmployeeFactory(user__first_name="Ida", user__last_name="Berg").user
    page = karis_page
    page.goto("/projects/4001/hours/week/?week=2026-W45")
    page.get_by_label("Whose hours").select_option(label="Ida Berg")
    expect(page.locator(".week caption")).to_contain_text("Ida Berg")
    page.locator(f"#h-{activity.pk}-0").fill("3")
    page.get_by_role("button", name="Save week").click()
    expect(page.locator("#toasts")).to_contain_text("The week is saved.")
    assert TimeEntry.objects.get().user == colleague
