"""The activities of a project: what the page shows, adding, changing, finishing, removing."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from moment.projects import editing, figures, hours, project_page
from moment.projects.models import Activity, Project, TimeEntry
from moment.projects.pricing import Prices
from tests.conftest import said, signed_in
from tests.factories import (
    ActivityFactory,
    EmployeeFactory,
    PriceModelFactory,
    ProjectFactory,
    TimeEntryFactory,
    UserFactory,
)
from tests.pages import fields_of
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/projects/5001/"
NEW = f"{URL}activities/new/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def project(db):
    return ProjectFactory(number="5001", activity__number=1, activity__title="Survey")


@pytest.fixture
def activity(project):
    return project.activities.get()


def lines_of(project) -> list[project_page.Line]:
    return project_page.activities(Prices([project]), figures.of([project])[project.pk])


def edit_url(activity) -> str:
    return f"{URL}activities/{activity.pk}/edit/"


def form_of(client, url: str) -> dict:
    return fields_of(client.get(url), "form.dialog")


def errors(response, name: str) -> str:
    return " ".join(response.context["form"].errors.get(name, []))


# What the page shows


def test_hours_stand_beside_what_was_estimated(project, activity):
    activity.estimated_hours = 40
    activity.save()
    for some in ("7.5", "2.5"):
        TimeEntryFactory(activity=activity, hours=Decimal(some))
    (line,) = lines_of(project)
    assert (line.hours, line.width, line.is_over) == (10, 250, False)


def test_more_hours_than_estimated_fill_the_bar_and_are_marked(project, activity):
    activity.estimated_hours = 5
    activity.save()
    TimeEntryFactory(activity=activity, hours=Decimal("7.5"))
    (line,) = lines_of(project)
    assert (line.width, line.is_over) == (project_page.BAR, True)


@pytest.mark.parametrize("estimated", [None, 0])
def test_without_an_estimate_there_is_no_bar(project, activity, estimated):
    activity.estimated_hours = estimated
    activity.save()
    TimeEntryFactory(activity=activity)
    assert lines_of(project)[0].width is None


def test_the_price_model_is_its_own_or_the_default(project, activity):
    fixed = PriceModelFactory(project=project, kind="fixed", order=1, name="Lump sum")
    ActivityFactory(project=project, number=2, price_model=fixed)
    assert [line.model.kind for line in lines_of(project)] == ["hourly", "fixed"]


def test_the_page_shows_them_in_their_order(as_per, project):
    ActivityFactory(project=project, number=3, title="Report")
    ActivityFactory(project=project, number=2, title="Drawings", state="planned")
    html = as_per.get(URL).content.decode()
    table = html[html.index('<table class="activities">') :].partition("</table>")[0]
    assert re.findall(r'<th scope="row">(\w+)</th>', table) == ["Survey", "Drawings", "Report"]


def test_a_project_without_activities_says_what_belongs_there(as_kari, project):
    Activity.objects.all().delete()
    assert b"No activities yet" in as_kari.get(URL).content


# Adding and changing


def test_a_new_one_gets_the_next_number(as_kari, project):
    model = PriceModelFactory(project=project, kind="fixed", order=1)
    changes = {
        "title": " Drawings ",
        "state": "planned",
        "starts_on": "2026-03-02",
        "ends_on": "2026-04-02",
        "estimated_hours": "37,5",
        "price_model": model.pk,
        "hourly_rate": "1 250,50",
    }
    response = as_kari.post(NEW, form_of(as_kari, NEW) | changes)
    assert response["Location"] == URL
    made = Activity.objects.get(number=2)
    assert (made.project, made.title, made.state) == (project, "Drawings", "planned")
    assert (made.starts_on, made.ends_on) == (date(2026, 3, 2), date(2026, 4, 2))
    assert (made.estimated_hours, made.hourly_rate) == (Decimal("37.5"), Decimal("1250.5"))
    assert made.price_model == model


def test_numbers_of_other_projects_do_not_count(as_kari, project):
    ActivityFactory(number=70)
    as_kari.post(NEW, form_of(as_kari, NEW) | {"title": "Drawings"})
    assert project.activities.get(title="Drawings").number == 2


def test_the_first_one_of_a_project_has_number_one(as_kari, project):
    Activity.objects.all().delete()
    as_kari.post(NEW, form_of(as_kari, NEW) | {"title": "Drawings"})
    assert project.activities.get().number == 1


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("title", "", "required"),
        ("title", "x" * 201, "at most 200"),
        ("state", "done", "not one of"),
        ("starts_on", "0026-03-02", "Is the year right?"),
        ("ends_on", "2026-03-01", "before the first"),
        ("estimated_hours", "many", "is not hours"),
        ("estimated_hours", "-1", "0 or more"),
        ("estimated_hours", "9999999", "is not hours"),
        ("hourly_rate", "-1", "0 or more"),
        ("hourly_rate", "much", "with digits"),
        ("price_model", "99999999", "not one of"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_all_that_was_typed_stays(
    as_kari, project, field, value, told
):
    typed = form_of(as_kari, NEW) | {"title": "Drawings", "starts_on": "2026-03-02", field: value}
    response = as_kari.post(NEW, typed, headers=HTMX)
    assert response.status_code == 422
    assert told in errors(response, field) + errors(response, "__all__")
    assert Activity.objects.count() == 1
    kept = fields_of(response, "form.dialog")
    for name in ("title", "starts_on", "ends_on", "estimated_hours", "hourly_rate"):
        assert kept[name] == typed[name]


def test_another_projects_price_model_cannot_be_chosen(as_kari, project):
    other = PriceModelFactory()
    response = as_kari.post(
        NEW, form_of(as_kari, NEW) | {"title": "Drawings", "price_model": other.pk}
    )
    assert response.status_code == 422
    assert "not one of" in errors(response, "price_model")


def test_an_activity_is_changed(as_kari, project, activity):
    fields = form_of(as_kari, edit_url(activity))
    response = as_kari.post(edit_url(activity), fields | {"title": "Survey 2"}, headers=HTMX)
    assert response["HX-Redirect"] == URL
    activity.refresh_from_db()
    assert (activity.title, activity.number, activity.version) == ("Survey 2", 1, 2)


def test_an_activity_is_changed_through_its_own_project_alone(as_kari, project):
    other = ActivityFactory()
    for page in ("edit", "delete"):
        assert as_kari.get(f"{URL}activities/{other.pk}/{page}/").status_code == 404
    response = as_kari.post(f"{URL}activities/{other.pk}/state/", {"state": "finished"})
    assert response.status_code == 404


def test_who_may_not_see_amounts_changes_the_rest_and_the_rate_stays(project, activity):
    activity.hourly_rate = Decimal("1333.5")
    activity.save()
    client = signed_in(UserFactory(roles=["Administer projects"]))
    response = client.get(edit_url(activity))
    assert b"1,333.50" not in response.content
    fields = fields_of(response, "form.dialog")
    assert "hourly_rate" not in fields
    client.post(edit_url(activity), fields | {"title": "Survey 2", "hourly_rate": "1"})
    activity.refresh_from_db()
    assert (activity.title, activity.hourly_rate) == ("Survey 2", Decimal("1333.5"))


# Two at once


def test_where_two_change_one_both_values_are_shown(as_kari, project, activity):
    ours = form_of(as_kari, edit_url(activity))
    theirs = ours | {"title": "First", "estimated_hours": "10"}
    as_kari.post(edit_url(activity), theirs)
    response = as_kari.post(edit_url(activity), ours | {"title": "Second"}, headers=HTMX)
    assert response.status_code == 422
    assert "Changed meanwhile to “First”" in errors(response, "title")
    again = fields_of(response, "form.dialog")
    assert (again["title"], again["estimated_hours"]) == ("Second", "10")
    assert as_kari.post(edit_url(activity), again).status_code == 302
    activity.refresh_from_db()
    assert (activity.title, activity.estimated_hours) == ("Second", 10)


def test_one_that_was_removed_while_it_was_edited_says_so(as_kari, project, activity, monkeypatch):
    fields = form_of(as_kari, edit_url(activity))
    save = editing.save_activity

    def removed_first(*args):
        Activity.objects.all().delete()
        return save(*args)

    monkeypatch.setattr(editing, "save_activity", removed_first)
    response = as_kari.post(edit_url(activity), fields | {"title": "Second"}, headers=HTMX)
    assert response.status_code == 422
    assert "removed this meanwhile" in errors(response, "__all__")


def test_a_price_model_removed_between_choosing_and_saving_is_told(
    as_kari, project, activity, monkeypatch
):
    model = PriceModelFactory(project=project, kind="fixed", order=1)
    fields = form_of(as_kari, edit_url(activity)) | {"price_model": model.pk}
    save = editing.save_activity

    def removed_first(*args):
        model.delete()
        return save(*args)

    monkeypatch.setattr(editing, "save_activity", removed_first)
    response = as_kari.post(edit_url(activity), fields, headers=HTMX)
    assert response.status_code == 422
    assert "removed meanwhile" in errors(response, "price_model")


@pytest.mark.django_db(transaction=True)
def test_new_ones_at_once_get_a_number_each(kari):
    ProjectFactory(number="5001", activity__number=1)

    def add(person: int) -> int:
        client = Client()
        client.force_login(kari)
        data = {"title": f"Part {person}", "state": "open"}
        return client.post(NEW, data).status_code

    assert at_once(6, add) == [302] * 6
    numbers = Activity.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_change_one_at_once_one_does(kari):
    project = ProjectFactory(number="5001", activity__number=1)
    url = edit_url(project.activities.get())
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.force_login(kari)
    forms = [form_of(client, url) for client in clients]
    answers = at_once(
        4, lambda n: clients[n].post(url, forms[n] | {"title": f"Title {n}"}).status_code
    )
    assert sorted(answers) == [302, 422, 422, 422]
    assert Activity.objects.get().title == f"Title {answers.index(302)}"


# Finishing, reopening, removing


def test_one_is_finished_and_opened_again(as_kari, project, activity):
    url = f"{URL}activities/{activity.pk}/state/"
    for shown, wanted, words in (("open", "finished", "is finished"), ("finished", "open", "is o")):
        response = as_kari.post(url, {"shown": shown, "state": wanted})
        assert words in said(response)
        activity.refresh_from_db()
        assert activity.state == wanted


def test_one_that_somebody_changed_meanwhile_stays_as_it_is(as_kari, project, activity):
    Activity.objects.update(state="planned")
    url = f"{URL}activities/{activity.pk}/state/"
    response = as_kari.post(url, {"shown": "open", "state": "finished"})
    assert "meanwhile" in said(response)
    assert Activity.objects.get().state == "planned"


@pytest.mark.parametrize("wanted", ["", "done"])
def test_there_are_no_other_states(as_kari, project, activity, wanted):
    url = f"{URL}activities/{activity.pk}/state/"
    assert "no such state" in said(as_kari.post(url, {"shown": "open", "state": wanted}))
    assert Activity.objects.get().state == "open"


def test_one_without_hours_is_removed_after_asking(as_kari, project, activity):
    url = f"{URL}activities/{activity.pk}/delete/"
    assert b"Nothing is registered on it" in as_kari.get(url).content
    assert Activity.objects.exists()
    assert "removed" in said(as_kari.post(url))
    assert not Activity.objects.exists()


def test_one_with_hours_stays(as_kari, project, activity):
    TimeEntryFactory(activity=activity, hours=Decimal("7.5"))
    url = f"{URL}activities/{activity.pk}/delete/"
    assert url not in as_kari.get(URL).content.decode()
    for response in (as_kari.get(url), as_kari.post(url)):
        assert b"7.5 hours are registered on it" in response.content
        assert b"btn--bad" not in response.content
    assert Activity.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_hours_registered_while_one_is_removed_are_never_lost():
    employee = EmployeeFactory()
    for _ in range(4):
        activity = ActivityFactory(project=ProjectFactory(activity=False))
        wanted = hours.Hours(employee.user_id, activity.pk, timezone.localdate(), Decimal(1))

        def act(person: int, activity=activity, wanted=wanted) -> str:
            try:
                if person:
                    hours.register([wanted])
                else:
                    editing.remove_activity(activity)
            except (hours.Refused, editing.HasHours) as error:
                return type(error).__name__
            return ""

        outcome = at_once(2, act)
        there = TimeEntry.objects.filter(activity=activity.pk).count()
        assert (outcome, there) in ((["HasHours", ""], 1), (["", "Refused"], 0))


@pytest.mark.django_db(transaction=True)
def test_hours_are_registered_before_a_project_is_finished_or_not_at_all():
    employee = EmployeeFactory()
    project = ProjectFactory()
    activity = project.activities.get()

    def act(person: int) -> str:
        if not person:
            editing.set_state(project, "finished", shown="progress")
            return "finished"
        one = hours.Hours(employee.user_id, activity.pk, timezone.localdate(), Decimal(1))
        try:
            hours.register([one])
        except hours.Refused:
            return "refused"
        return "registered"

    finished, registered = at_once(2, act)
    assert finished == "finished"
    assert Project.objects.get().state == "finished"
    assert TimeEntry.objects.count() == (registered == "registered")


@pytest.mark.parametrize("page", ["new", "1/edit", "1/state", "1/delete"])
def test_who_may_look_may_not_change_them(as_per, project, page):
    assert as_per.post(f"{URL}activities/{page}/", {"title": "No"}).status_code == 403
    assert Activity.objects.get().title == "Survey"


def test_the_dialog_is_a_page_too(as_kari, project, activity):
    page = as_kari.get(edit_url(activity)).content.decode()
    part = as_kari.get(edit_url(activity), headers=HTMX).content.decode()
    assert "<html" in page
    assert 'class="sheet"' in page
    assert "<html" not in part
    assert 'hx-target="this"' in part
