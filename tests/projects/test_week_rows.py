"""Adding an activity to my week, with nothing typed lost."""

from datetime import date

import pytest

from moment.projects.models import TimeEntry
from tests.factories import ActivityFactory, EmployeeFactory, ProjectFactory, TimeEntryFactory
from tests.projects.weeks import URL, cell, opened, send, sendable

pytestmark = pytest.mark.django_db
OPTIONS = "/projects/hours/activities/"


@pytest.fixture
def activity(kari):
    EmployeeFactory(user=kari)
    project = ProjectFactory(number="4001", name="Storgata 14", activity=False)
    return ActivityFactory(project=project, number=2, title="Prosjektering")


@pytest.fixture
def mine(kari, activity):
    """One that is in the week already."""
    return TimeEntryFactory(user=kari, day=date(2026, 11, 2)).activity


def shown(response) -> list:
    return [row.activity for row in response.context["grid"].rows]


@pytest.mark.parametrize(
    "text", ["4001-2", "4001-2 Storgata 14, Prosjektering", "storgata", "prosjekt STOR", "4001"]
)
def test_an_activity_is_added_by_what_it_is_called(as_kari, activity, mine, text):
    response = send(as_kari, opened(as_kari), add=text, **{cell(mine, 3): "7:15"})
    assert response.status_code == 200
    assert set(shown(response)) == {activity, mine}
    kept = sendable(response)
    assert kept[cell(mine, 3)] == "7:15"
    assert kept["add"] == ""
    assert TimeEntry.objects.count() == 1
    assert send(as_kari, kept, **{cell(activity, 3): "1"}).status_code == 302
    assert TimeEntry.objects.count() == 3


def test_where_several_fit_one_is_chosen(as_kari, activity, mine):
    other = ActivityFactory(project=activity.project, number=3, title="Befaring")
    response = send(as_kari, opened(as_kari), add="storgata", **{cell(mine, 3): "2"})
    assert response.status_code == 422
    assert response.context["form"].found == [activity, other]
    kept = sendable(response) | {"add_key": str(other.pk)}
    response = as_kari.post(URL, kept)
    assert set(shown(response)) == {other, mine}
    assert sendable(response)[cell(mine, 3)] == "2"


@pytest.mark.parametrize("text", ["no such thing", "4001-99999999999", "9-2", "\0", "%", "<i>"])
def test_what_fits_nothing_is_said_and_kept(as_kari, activity, mine, text):
    fields = opened(as_kari) | {"do": "add"}
    response = send(as_kari, fields, add=text, **{cell(mine, 3): "2"})
    assert response.status_code == 422
    assert shown(response) == [mine]
    assert sendable(response)[cell(mine, 3)] == "2"
    assert b"<i>" not in response.content


def test_what_takes_no_hours_is_not_proposed(as_kari, activity, mine):
    finished = ActivityFactory(project=activity.project, title="Ferdig prosjekt", state="finished")
    paused = ProjectFactory(name="Storgata 16", state="paused").activities.get()
    options = as_kari.get(OPTIONS, {"add": "storgata"}).content.decode()
    assert "4001-2 Storgata 14, Prosjektering" in options
    assert finished.title not in options
    assert paused.project.name not in options


def test_of_a_project_only_its_own_are_proposed(as_kari, activity):
    ActivityFactory(title="Prosjektering")
    options = as_kari.get(OPTIONS, {"add": "prosj", "project": "4001"}).content.decode()
    assert options.count("<option") == 1


def test_a_week_without_activities_says_what_to_do(as_kari, activity):
    response = as_kari.get(URL)
    assert b"No activities in this week yet" in response.content
    assert shown(send(as_kari, {}, add="4001-2")) == [activity]


def test_of_a_large_project_not_more_rows_come_than_can_be_sent(as_kari, activity):
    for number in range(3, 90):
        ActivityFactory(project=activity.project, number=number)
    response = as_kari.get("/projects/4001/hours/week/")
    assert len(shown(response)) == 50
    assert len(sendable(response)) < 1000
