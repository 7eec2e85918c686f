"""The page of a project: its head and tabs, its facts, and who sees what."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from moment.projects import project_tabs
from moment.projects.models import Project, ProjectTag
from tests.conftest import said, signed_in
from tests.factories import (
    ActivityFactory,
    CustomerFactory,
    ExpenseFactory,
    ProjectFactory,
    TimeEntryFactory,
    UserFactory,
)
from tests.pages import fields_of
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/projects/5001/"


@pytest.fixture
def project(db):
    customer = CustomerFactory(number="1040", name="Tromsø kommune")
    return ProjectFactory(number="5001", name="Kvaløya skole", customer=customer)


def text_of(response) -> str:
    """Return the words of a page, with single blanks between them."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(words.split())


def test_the_head_tells_whose_it_is_who_leads_it_and_when(as_per, project, kari):
    project.leader, project.starts_on = kari, date(2026, 3, 2)
    project.save()
    project.tags.add(ProjectTag.objects.create(name="Bridge"))
    words = text_of(as_per.get(URL))
    for told in ("Projects / 5001", "Kvaløya skole", "In progress", "Bridge", "Tromsø kommune"):
        assert told in words
    assert "Kari Lunde" in words
    assert "2 Mar 2026" in words


@pytest.mark.parametrize(
    ("status", "word"), [("blocked", "Blocked"), ("inactive", "Inactive"), ("active", "")]
)
def test_a_customer_is_marked_by_its_status(as_per, project, status, word):
    project.customer.status = status
    project.customer.save()
    html = as_per.get(URL).content.decode()
    assert f'href="/customers/1040/" data-status="{status}"' in html
    assert (f'<span class="pill" data-status="{status}">{word}</span>' in html) == bool(word)


def test_who_may_not_see_customers_gets_the_name_without_a_link(project):
    user = UserFactory(roles=["Register hours"])
    user.groups.get().permissions.remove(
        user.groups.get().permissions.get(codename="view_customer")
    )
    html = signed_in(user).get(URL).content.decode()
    assert "Tromsø kommune" in html
    assert "/customers/1040/" not in html


def test_the_tabs_count_hours_and_expenses(project, django_assert_num_queries):
    for hours in ("7.5", "3.25"):
        TimeEntryFactory(activity=project.activities.get(), hours=Decimal(hours))
    ExpenseFactory(project=project)
    TimeEntryFactory()
    ExpenseFactory()
    with django_assert_num_queries(1):
        tabs = {tab.name: tab for tab in project_tabs.of(project)}
    assert tabs["projects:project"].url == URL
    assert tabs["projects:project"].count == ""
    assert tabs["projects:hours"].count == "10.75"
    assert tabs["projects:expenses"].count == "1"
    assert list(tabs) == [
        "projects:project",
        "projects:hours",
        "projects:expenses",
        "projects:invoicing",
    ]


def test_without_hours_and_expenses_the_tabs_say_so(project):
    assert [tab.count for tab in project_tabs.of(project)] == ["", "0", "0", ""]


def test_the_open_tab_is_marked(as_per, project):
    html = as_per.get(URL).content.decode()
    assert f'<a href="{URL}" aria-current="page">Overview</a>' in html


def test_what_people_write_is_text_and_nothing_else(as_kari, project, kari):
    hostile = "<script>alert(1)</script>"
    project.name, project.notes = hostile, f"{hostile}\n\nsecond"
    project.save()
    project.activities.update(title=hostile)
    html = as_kari.get(URL).content.decode()
    assert hostile not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<p>second</p>" in html


def test_amounts_are_for_those_who_may_see_them(as_kari, as_per, project):
    ActivityFactory(project=project, hourly_rate=Decimal("1333.50"))
    assert "1,333.50" in text_of(as_kari.get(URL))
    assert "1,333.50" not in text_of(as_per.get(URL))


def test_who_may_only_look_gets_no_buttons(as_per, project):
    html = as_per.get(URL).content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    assert "<form" not in main
    assert "/edit/" not in main
    assert "/new/" not in main


def test_there_is_no_page_of_a_project_that_is_not_there(as_kari):
    assert as_kari.get("/projects/5999/").status_code == 404


# The state


def test_the_state_is_changed_from_the_head(as_kari, project):
    data = {"shown": "progress", "state": "paused"}
    response = as_kari.post(f"{URL}state/", data)
    assert response["Location"] == URL
    assert "“Paused”" in said(response)
    project.refresh_from_db()
    assert (project.state, project.version) == ("paused", 2)


def test_every_state_can_be_chosen_in_the_head(as_kari, project):
    html = as_kari.get(URL).content.decode()
    menu = html[html.index("state-menu") : html.index("</details>", html.index("state-menu"))]
    assert re.findall(r'name="state" value="(\w+)"', menu) == Project.State.values


def test_a_state_that_somebody_changed_meanwhile_stays(as_kari, project):
    Project.objects.update(state="finished")
    response = as_kari.post(f"{URL}state/", {"shown": "progress", "state": "paused"})
    assert "“Finished” meanwhile" in said(response)
    assert Project.objects.get().state == "finished"


def test_the_same_state_twice_changes_nothing(as_kari, project):
    as_kari.post(f"{URL}state/", {"shown": "offer", "state": "progress"})
    assert Project.objects.get().version == 1


@pytest.mark.parametrize("wanted", ["", "done", "x" * 5000])
def test_there_are_no_other_states(as_kari, project, wanted):
    response = as_kari.post(f"{URL}state/", {"shown": "progress", "state": wanted})
    assert "no such state" in said(response)
    assert Project.objects.get().state == "progress"


def test_the_state_changes_by_posting_alone(as_kari, project):
    assert as_kari.get(f"{URL}state/").status_code == 405
    assert Project.objects.get().state == "progress"


def test_who_may_look_cannot_set_the_state(as_per, project):
    response = as_per.post(f"{URL}state/", {"shown": "progress", "state": "paused"})
    assert response.status_code == 403
    assert Project.objects.get().state == "progress"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_set_the_state_at_once_one_is_told(kari):
    ProjectFactory(number="5001")
    states = ["paused", "finished"]

    def set_to(person: int) -> str:
        client = Client()
        client.force_login(kari)
        return said(client.post(f"{URL}state/", {"shown": "progress", "state": states[person]}))

    told = at_once(2, set_to)
    project = Project.objects.get()
    assert project.version == 2
    assert sorted("meanwhile" in words for words in told) == [False, True]
    assert states.index(project.state) == ["meanwhile" in words for words in told].index(False)


def test_a_state_set_in_the_head_is_told_to_whoever_edits(as_kari, project):
    fields = fields_of(as_kari.get(f"{URL}edit/"), "form.edit")
    as_kari.post(f"{URL}state/", {"shown": "progress", "state": "paused"})
    response = as_kari.post(f"{URL}edit/", fields | {"state": "finished"})
    assert response.status_code == 422
    assert "Changed meanwhile to “Paused”" in text_of(response)
