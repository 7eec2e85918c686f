"""What stands ready for somebody who is about to write hours, or a price model."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from lxml import html

from moment.projects import hours
from moment.projects.week import Week
from tests.conftest import signed_in
from tests.factories import (
    ActivityFactory,
    CustomerFactory,
    EmployeeFactory,
    ProjectFactory,
    TimeEntryFactory,
    UserFactory,
)
from tests.projects.price_model_pages import fields, new_address, press

pytestmark = pytest.mark.django_db
MINE, NEW = "/projects/hours/", "/projects/4001/hours/new/"


@pytest.fixture
def project(kari):
    EmployeeFactory(user=kari)
    project = ProjectFactory(number="4001", activity=False)
    for number, title in enumerate(("Befaring", "Skisse", "Modell"), 1):
        ActivityFactory(project=project, number=number, title=title)
    return project


def tree(response):
    return html.fromstring(response.content.decode())


def ready(response) -> list[str]:
    """Return the names of the fields that get the focus."""
    return tree(response).xpath("//main//*[@autofocus]/@name")


def chosen(response, name: str) -> str:
    (text,) = tree(response).xpath(f"//select[@name='{name}']/option[@selected]/text()")
    return text


def today_in(activity) -> str:
    return f"h-{activity.pk}-{timezone.localdate().weekday()}"


def test_this_week_opens_on_today_in_the_first_row_that_takes_hours(as_kari, project, kari):
    first, second, _third = project.activities.all()
    monday = Week.of(timezone.localdate()).monday
    for activity in (first, second):
        TimeEntryFactory(user=kari, activity=activity, day=monday - timedelta(days=1))
    assert ready(as_kari.get(MINE)) == [today_in(first)]
    done = TimeEntryFactory(user=kari, activity=first, day=timezone.localdate())
    hours.approve([done.pk], kari)
    assert ready(as_kari.get(MINE)) == [today_in(second)]


def test_another_week_opens_on_nothing(as_kari, project, kari):
    TimeEntryFactory(user=kari, activity=project.activities.first(), day=date(2026, 11, 2))
    assert ready(as_kari.get(f"{MINE}?week=2026-W45")) == []


def test_a_row_that_is_added_is_next_to_be_written_in(as_kari, project, kari):
    first, _second, third = project.activities.all()
    TimeEntryFactory(user=kari, activity=first, day=timezone.localdate())
    added = as_kari.post(MINE, {"row": first.pk, "add": "4001-3", "do": "add"})
    assert ready(added) == [today_in(third)]
    before = as_kari.post(f"{MINE}?week=2026-W02", {"add": "4001-3", "do": "add"})
    assert ready(before) == [f"h-{third.pk}-0"]


def test_what_cannot_be_added_is_next_to_be_put_right(as_kari, project):
    assert ready(as_kari.post(MINE, {"add": "Bru", "do": "add"})) == ["add"]


def test_a_project_shows_all_that_takes_hours_and_offers_to_add_no_more(as_kari, project):
    page = as_kari.get("/projects/4001/hours/week/")
    assert len(page.context["grid"].rows) == 3
    assert not tree(page).xpath("//*[@name='add']")
    assert tree(as_kari.get(MINE)).xpath("//*[@name='add']")


def test_a_project_without_open_activities_says_so_and_leads_to_them(as_kari, project):
    project.activities.update(state="finished")
    for address in ("/projects/4001/hours/week/", NEW):
        page = tree(as_kari.get(address))
        assert "No activity takes hours here" in page.text_content()
        assert not page.xpath("//main//*[@name='hours' or @name='add']")
    assert page.xpath("//footer//button") == []


def test_an_entry_is_most_likely_for_the_activity_of_the_last_one(as_kari, project, kari):
    _first, second, third = project.activities.all()
    assert chosen_or_first(as_kari.get(NEW)) == "1 Befaring"
    TimeEntryFactory(user=kari, activity=third, day=date(2026, 11, 2))
    TimeEntryFactory(user=kari, activity=second, day=date(2026, 11, 3))
    TimeEntryFactory(user=UserFactory(), activity=third, day=date(2026, 11, 4))
    assert chosen_or_first(as_kari.get(NEW)) == "2 Skisse"


def chosen_or_first(response) -> str:
    options = tree(response).xpath("//select[@name='activity']/option")
    return next((one for one in options if one.get("selected") is not None), options[0]).text


def test_whose_hours_is_only_asked_of_those_who_keep_everybodys(as_kari, project, kari):
    assert chosen(as_kari.get(NEW), "user") == str(kari)
    ida = UserFactory(roles=["Register hours"])
    page = tree(signed_in(ida).get(NEW))
    assert page.xpath("//input[@type='hidden'][@name='user']/@value") == [str(ida.pk)]


def test_a_new_price_model_has_room_for_the_first_item_of_its_plan(as_kari, project):
    sent = fields(as_kari.get(new_address(project)))
    assert (sent["plan-TOTAL_FORMS"], sent["plan-0-text"]) == ("1", "")
    sent |= {"kind": "fixed", "plan-0-text": "Start", "plan-0-amount": "1000"}
    assert as_kari.post(new_address(project), sent).status_code == 302
    plan = project.price_models.get(kind="fixed").plan
    assert [item.text for item in plan.all()] == ["Start"]


def test_the_first_further_customer_leaves_the_own_one_the_rest(as_kari, project):
    address = new_address(project)
    CustomerFactory(number="71", relation="participant")
    sent = fields(as_kari.get(address))
    assert sent["own-percent"] == "100"
    sent = press(as_kari, address, sent, "add-share")
    assert sent["own-percent"] == ""
    sent |= {"kind": "none", "share-0-customer": "71", "share-0-percent": "30"}
    assert as_kari.post(address, sent).status_code == 302
    share = project.price_models.get(kind="none").shares.get()
    assert share.percent == 30
    kept = press(as_kari, address, sent | {"own-percent": "70"}, "add-share")
    assert kept["own-percent"] == "70"
