"""My week: what it shows, saving it all at once, and what is wrong in a cell."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from moment.projects import hours
from moment.projects.models import Employee, TimeEntry
from moment.projects.week import Week
from tests.factories import (
    ActivityFactory,
    EmployeeFactory,
    ProjectFactory,
    TimeEntryFactory,
    UserFactory,
)
from tests.projects.weeks import URL, cell, note, opened, send, sendable, stored

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)


@pytest.fixture
def activity(kari):
    EmployeeFactory(user=kari, employed_from=date(2025, 1, 1))
    project = ProjectFactory(number="4001", name="Storgata", activity=False)
    activity = ActivityFactory(project=project, number=2, title="Prosjektering")
    TimeEntryFactory(user=kari, activity=activity, day=DAY - timedelta(days=3), hours=1)
    return activity


def week_of(activity):
    return TimeEntry.objects.filter(activity=activity, day__gte=DAY)


def problems(response) -> list[str]:
    assert response.status_code == 422
    return [cell.problem for cell in response.context["grid"].problems]


# What it shows


def test_a_week_shows_what_one_worked_on_lately(as_kari, activity, kari):
    long_ago = TimeEntryFactory(user=kari, day=DAY - timedelta(days=60))
    others = TimeEntryFactory(day=DAY)
    page = as_kari.get(URL).content.decode()
    assert "Week 45" in page
    assert "2–8 Nov 2026" in page
    assert "Prosjektering" in page
    assert str(long_ago.activity) not in page
    assert str(others.activity) not in page


def test_a_week_that_makes_no_sense_is_the_present_one(as_kari, activity):
    for text in ("2026-W99", "x", "9999-W01", "2026-W", "-W-", "2026-W٤"):
        assert as_kari.get("/projects/hours/", {"week": text}).context["week"].is_present


def test_the_last_week_of_a_year_is_numbered_as_by_iso():
    week = Week.read("2026-W53")
    assert (week.monday, week.number) == (date(2026, 12, 28), 53)
    assert (str(week.next), week.span) == ("2027-W01", "28 Dec 2026–3 Jan 2027")
    assert str(Week.read("2025-W01").previous) == "2024-W52"


def test_days_and_activities_have_sums(as_kari, activity, kari):
    for place, number in ((0, "7.5"), (0, "0.25"), (3, "4")):
        TimeEntryFactory(
            user=kari, activity=activity, day=DAY + timedelta(days=place), hours=Decimal(number)
        )
    grid = as_kari.get(URL).context["grid"]
    assert [sum for _day, sum in grid.days] == [Decimal("7.75"), 0, 0, 4, 0, 0, 0]
    assert grid.rows[0].sum == grid.sum == Decimal("11.75")


# Saving


def test_a_week_is_saved_at_once(as_kari, activity, kari):
    other = ActivityFactory(project=activity.project, number=1, title="Befaring")
    TimeEntryFactory(user=kari, activity=other, day=DAY, hours=2, comment="Tur")
    fields = opened(as_kari)
    response = send(
        as_kari, fields,
        **{cell(activity, 0): "7,5", cell(activity, 1): "7:30", note(activity, 1): " Møte\tto "},
        **{cell(activity, 2): "7.25", cell(other, 0): "", cell(other, 4): "½"},
    )  # fmt: skip
    assert response.status_code == 302
    assert response["Location"] == URL
    assert stored(week_of(activity)) == [
        (2, Decimal("7.5"), ""), (3, Decimal("7.5"), "Møte to"), (4, Decimal("7.25"), ""),
    ]  # fmt: skip
    assert stored(week_of(other)) == [(6, Decimal("0.5"), "")]


def test_a_comment_alone_can_be_changed(as_kari, activity, kari):
    entry = TimeEntryFactory(user=kari, activity=activity, day=DAY, billable=False)
    send(as_kari, opened(as_kari), **{note(activity): "Befaring"})
    entry.refresh_from_db()
    assert (entry.comment, entry.hours, entry.billable) == ("Befaring", Decimal("7.5"), False)


def test_what_is_left_alone_is_not_written(as_kari, activity, kari):
    TimeEntryFactory(user=kari, activity=activity, day=DAY, comment="x  y")
    fields = opened(as_kari)
    TimeEntry.objects.update(comment="Changed by another")
    response = send(as_kari, fields)
    assert response.status_code == 302
    assert set(TimeEntry.objects.values_list("comment", flat=True)) == {"Changed by another"}


def test_sent_twice_it_is_saved_once(as_kari, activity):
    fields = opened(as_kari) | {cell(activity): "7.5", note(activity): "Møte"}
    assert [as_kari.post(URL, fields).status_code for _ in range(2)] == [302, 302]
    assert stored(week_of(activity)) == [(2, Decimal("7.5"), "Møte")]
    fields = opened(as_kari) | {cell(activity): "0"}
    assert [as_kari.post(URL, fields).status_code for _ in range(2)] == [302, 302]
    assert stored(week_of(activity)) == []


def test_fifty_rows_are_saved_in_few_queries(
    as_kari, activity, kari, django_assert_max_num_queries
):
    for _ in range(49):
        one = ActivityFactory(project=activity.project)
        TimeEntryFactory(user=kari, activity=one, day=DAY + timedelta(days=1), hours="0.25")
    fields = opened(as_kari)
    cells = {name: "0.25" for name in fields if name.startswith("h-") and name.endswith("-3")}
    assert len(cells) == 50
    with django_assert_max_num_queries(35):
        assert send(as_kari, fields, **cells).status_code == 302
    assert TimeEntry.objects.filter(day=DAY + timedelta(days=3)).count() == 50


# What is wrong in a cell


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("25", "Hours are above 0 and at most 24."),
        ("-2", "Hours are above 0 and at most 24."),
        ("seven", "“seven” is not hours. Write 7.5 or 7:30."),
        ("<b>7</b>", "“<b>7</b>” is not hours. Write 7.5 or 7:30."),
    ],
)
def test_a_wrong_cell_is_said_and_nothing_typed_is_lost(as_kari, activity, text, why):
    cells = {cell(activity, 0): text, cell(activity, 2): "7:15", note(activity, 2): "Møte"}
    response = send(as_kari, opened(as_kari), **cells)
    assert problems(response) == [why]
    assert b"<b>7" not in response.content
    kept = sendable(response)
    assert {name: kept[name] for name in cells} == cells
    assert not week_of(activity).exists()
    assert send(as_kari, kept, **{cell(activity, 0): "3"}).status_code == 302
    assert [day for day, *_rest in stored(week_of(activity))] == [2, 4]


def test_all_wrong_cells_are_said_at_once(as_kari, activity):
    cells = {cell(activity, 0): "25", cell(activity, 1): "x", note(activity, 2): "Only words"}
    said = problems(send(as_kari, opened(as_kari), **cells))
    assert len(said) == 3
    assert said[2] == "Write how many hours too."


def test_a_day_has_24_hours_over_all_projects(as_kari, activity, kari):
    TimeEntryFactory(user=kari, day=DAY, hours=20)
    (said,) = problems(send(as_kari, opened(as_kari), **{cell(activity): "4.25"}))
    assert "more than 24 hours" in said
    assert send(as_kari, opened(as_kari), **{cell(activity): "4"}).status_code == 302


def test_hours_move_between_cells_of_a_full_day(as_kari, activity, kari):
    other = TimeEntryFactory(user=kari, day=DAY, hours=24)
    cells = {cell(activity): "24", cell(other.activity): ""}
    assert send(as_kari, opened(as_kari), **cells).status_code == 302
    assert stored(TimeEntry.objects.filter(day=DAY)) == [(2, Decimal(24), "")]


def test_before_employment_is_said(as_kari, activity, kari):
    Employee.objects.update(employed_from=DAY + timedelta(days=2))
    said = problems(send(as_kari, opened(as_kari), **{cell(activity): "1", cell(activity, 2): "1"}))
    assert said == ["Kari Lunde is not employed that day."]


def test_who_is_no_employee_is_told(as_kari, activity):
    Employee.objects.filter(user__username="kari").update(user=UserFactory())
    assert b"not set up as an employee yet" in as_kari.get(URL).content
    assert "Not set up" in problems(send(as_kari, opened(as_kari), **{cell(activity): "1"}))[0]


def test_an_activity_finished_meanwhile_is_said_with_what_was_typed(as_kari, activity):
    fields = opened(as_kari)
    activity.state = "finished"
    activity.save()
    response = send(as_kari, fields, **{cell(activity): "6"})
    assert problems(response) == ["The activity “Prosjektering” is finished."]
    assert sendable(response)[cell(activity)] == "6"


def test_a_project_that_takes_none_by_now_is_said(as_kari, activity):
    fields = opened(as_kari)
    activity.project.state = "paused"
    activity.project.save()
    (said,) = problems(send(as_kari, fields, **{cell(activity): "6"}))
    assert said == "The project “Storgata” takes no hours: Paused."


def test_on_what_is_finished_there_is_nothing_to_write(as_kari, activity, kari):
    TimeEntryFactory(user=kari, activity=activity, day=DAY)
    activity.state = "finished"
    activity.save()
    assert cell(activity) not in opened(as_kari)
    assert b"7.5" in as_kari.get(URL).content


def test_an_activity_that_is_gone_takes_no_words_with_it(as_kari, activity, kari):
    gone = ActivityFactory(project=activity.project)
    fields = opened(as_kari) | {"row": [str(gone.pk), str(activity.pk)], cell(gone): "6.25"}
    gone.delete()
    response = as_kari.post(URL, fields)
    assert response.status_code == 422
    assert b"6.25" in response.content


def test_a_comment_that_is_too_long_is_said(as_kari, activity):
    cells = {cell(activity): "1", note(activity): "x" * 501}
    assert "500" in problems(send(as_kari, opened(as_kari), **cells))[0]


# Somebody else was there


def test_a_cell_changed_meanwhile_is_told_and_kept(as_kari, activity, kari):
    entry = TimeEntryFactory(user=kari, activity=activity, day=DAY, comment="A")
    fields = opened(as_kari)
    TimeEntry.objects.filter(pk=entry.pk).update(hours=3, comment="B")
    response = send(as_kari, fields, **{cell(activity): "6", cell(activity, 1): "2"})
    assert problems(response) == ["Changed meanwhile to “3 B”. Save again to keep what is here."]
    kept = sendable(response)
    assert (kept[cell(activity)], kept[cell(activity, 1)]) == ("6", "2")
    assert as_kari.post(URL, kept).status_code == 302
    assert stored(week_of(activity)) == [(2, Decimal(6), "A"), (3, Decimal(2), "")]


def test_a_cell_removed_meanwhile_is_told_and_kept(as_kari, activity, kari):
    entry = TimeEntryFactory(user=kari, activity=activity, day=DAY)
    fields = opened(as_kari)
    entry.delete()
    response = send(as_kari, fields, **{cell(activity): "6"})
    assert problems(response) == ["Removed meanwhile. Save again to keep what is here."]
    assert as_kari.post(URL, sendable(response)).status_code == 302
    assert stored(week_of(activity)) == [(2, Decimal(6), "")]


def test_a_cell_approved_meanwhile_is_told_and_stays(as_kari, activity, kari):
    entry = TimeEntryFactory(user=kari, activity=activity, day=DAY)
    fields = opened(as_kari)
    hours.approve([entry.pk], UserFactory())
    response = send(as_kari, fields, **{cell(activity): "6", note(activity): "Min"})
    assert problems(response) == ["Approved meanwhile as “7.5”. You wrote “6 Min”."]
    assert cell(activity) not in sendable(response)
    entry.refresh_from_db()
    assert entry.hours == Decimal("7.5")


def test_a_cell_filled_twice_meanwhile_is_told(as_kari, activity, kari):
    fields = opened(as_kari)
    TimeEntryFactory.create_batch(2, user=kari, activity=activity, day=DAY, hours=1)
    (said,) = problems(send(as_kari, fields, **{cell(activity): "6"}))
    assert said == "Several entries by now: “1; 1”. You wrote “6”."


def test_of_a_wrong_cell_what_was_shown_is_remembered(as_kari, activity, kari):
    entry = TimeEntryFactory(user=kari, activity=activity, day=DAY)
    response = send(as_kari, opened(as_kari), **{cell(activity): "25"})
    TimeEntry.objects.filter(pk=entry.pk).update(hours=3)
    again = send(as_kari, sendable(response), **{cell(activity): "6"})
    assert "Changed meanwhile to “3”" in problems(again)[0]


@pytest.mark.parametrize("seen", ["", "x", "[]", "{}", '{"1-0": 3}', "[" * 100_000, "null"])
def test_what_was_shown_and_makes_no_sense_overwrites_nothing(as_kari, activity, kari, seen):
    TimeEntryFactory(user=kari, activity=activity, day=DAY)
    response = send(as_kari, opened(as_kari), **{cell(activity): "6", "seen": seen})
    assert "Changed meanwhile" in problems(response)[0]


def test_several_entries_are_a_sum_with_a_link_to_the_list(as_kari, activity, kari):
    TimeEntryFactory.create_batch(2, user=kari, activity=activity, day=DAY, hours=2)
    page = as_kari.get(URL).content.decode()
    assert cell(activity) not in opened(as_kari)
    link = (
        f"/projects/4001/hours/?activity={activity.pk}&amp;colleague={kari.pk}&amp;day=2026-11-02"
    )
    assert link in page


def test_approved_cells_are_locked(as_kari, activity, kari):
    entry = TimeEntryFactory(user=kari, activity=activity, day=DAY)
    hours.approve([entry.pk], kari)
    fields = opened(as_kari)
    assert cell(activity) not in fields
    response = send(as_kari, fields, **{cell(activity): "3"})
    assert "Approved meanwhile" in problems(response)[0]
    assert timezone.is_aware(TimeEntry.objects.get(pk=entry.pk).approved_at)


def test_no_row_is_forgotten_however_many_there_are(as_kari, kari):
    EmployeeFactory(user=kari)
    activities = [ProjectFactory().activities.get() for _n in range(65)]
    for activity in activities:
        TimeEntryFactory(user=kari, activity=activity, day=DAY, hours=Decimal("0.25"))
    fields = opened(as_kari)
    last = fields["row"][-1]
    assert len(fields["row"]) == 65
    assert as_kari.post(URL, fields | {f"h-{last}-0": "0.5"}).status_code == 302
    assert TimeEntry.objects.get(activity=last).hours == Decimal("0.5")
