"""The people of a project: who is shown, adding, their role there, taking them out."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from moment.projects import editing, figures, project_page
from moment.projects.models import ProjectMember, RolePrice
from moment.projects.pricing import Prices
from tests.conftest import said
from tests.factories import (
    EmployeeFactory,
    ProjectFactory,
    ProjectRoleFactory,
    TimeEntryFactory,
    UserFactory,
)
from tests.pages import fields_of
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/projects/5001/"
NEW = f"{URL}people/new/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def project(db):
    return ProjectFactory(number="5001")


@pytest.fixture
def role(db):
    return ProjectRoleFactory(name="Geologist")


@pytest.fixture
def ada(db):
    return UserFactory(first_name="Ada", last_name="Berg")


@pytest.fixture
def member(project, ada):
    return ProjectMember.objects.create(project=project, user=ada)


def people_of(project) -> dict[str, project_page.Colleague]:
    rows = project_page.people(Prices([project]), figures.of([project])[project.pk])
    return {str(row.user): row for row in rows}


def url_of(member, page: str = "edit") -> str:
    return f"{URL}people/{member.pk}/{page}/"


def errors(response, name: str) -> str:
    return " ".join(response.context["form"].errors.get(name, []))


# Who is shown


def test_members_the_leader_and_whoever_has_worked_are_shown(project, member, kari):
    project.leader = kari
    bo = UserFactory(first_name="Bo", last_name="Dal")
    TimeEntryFactory(user=bo, activity=project.activities.get(), hours=Decimal("7.5"))
    UserFactory(first_name="Cato")
    people = people_of(project)
    assert list(people) == ["Bo Dal", "Kari Lunde", "Ada Berg"]
    assert [one.member for one in people.values()] == [None, None, member]
    assert [one.hours for one in people.values()] == [Decimal("7.5"), 0, 0]
    assert people["Kari Lunde"].is_leader


def test_who_has_worked_the_most_comes_first_and_the_bars_compare(project):
    activity = project.activities.get()
    for hours in (Decimal(2), Decimal(8)):
        TimeEntryFactory(activity=activity, hours=hours)
    assert [(one.hours, one.width) for one in people_of(project).values()] == [(8, 1000), (2, 250)]


def test_the_role_is_the_one_there_else_by_the_terms(project, role):
    employee = EmployeeFactory(terms__role=role)
    member = ProjectMember.objects.create(project=project, user=employee.user)
    (one,) = people_of(project).values()
    assert (one.role, one.by_terms) == ("Geologist", True)
    member.role = ProjectRoleFactory(name="Inspector")
    member.save()
    (one,) = people_of(project).values()
    assert (one.role, one.by_terms) == ("Inspector", False)


def test_a_project_with_nobody_in_it_says_what_belongs_there(as_kari, project):
    assert b"Nobody yet" in as_kari.get(URL).content


# Adding


def test_a_colleague_is_added_in_a_role(as_kari, project, ada, role):
    response = as_kari.post(NEW, {"user": ada.pk, "role": role.pk})
    assert response["Location"] == URL
    assert "Ada Berg" in said(response)
    assert (project.members.get().user, project.members.get().role) == (ada, role)


def test_members_and_former_colleagues_are_not_offered(as_kari, project, member, kari):
    UserFactory(first_name="Cato", is_active=False)
    html = as_kari.get(NEW, headers=HTMX).content.decode()
    assert "Kari Lunde" in html
    assert "Ada Berg" not in html
    assert "Cato" not in html


def test_who_has_hours_but_is_no_member_is_chosen_already(as_kari, project):
    entry = TimeEntryFactory(activity=project.activities.get())
    assert f"?user={entry.user_id}" in as_kari.get(URL).content.decode()
    fields = fields_of(as_kari.get(f"{NEW}?user={entry.user_id}"), "form.dialog")
    assert fields["user"] == str(entry.user_id)


@pytest.mark.parametrize("user", ["", "x", "99999999", "9" * 30])
def test_somebody_who_is_not_there_cannot_be_added(as_kari, project, user):
    assert as_kari.get(f"{NEW}?user={user}").status_code == 200
    response = as_kari.post(NEW, {"user": user, "role": ""}, headers=HTMX)
    assert response.status_code == 422
    assert errors(response, "user")
    assert not ProjectMember.objects.exists()


def test_somebody_added_meanwhile_is_told(as_kari, project, ada, monkeypatch):
    add = editing.add_member

    def added_first(member):
        ProjectMember.objects.create(project=project, user=ada)
        return add(member)

    monkeypatch.setattr(editing, "add_member", added_first)
    response = as_kari.post(NEW, {"user": ada.pk, "role": ""}, headers=HTMX)
    assert response.status_code == 422
    assert "Ada Berg is in the project already" in errors(response, "user")


@pytest.mark.django_db(transaction=True)
def test_somebody_added_by_many_at_once_is_there_once(kari):
    ProjectFactory(number="5001")
    ada = UserFactory(first_name="Ada")

    def add(_person: int) -> int:
        client = Client()
        client.force_login(kari)
        return client.post(NEW, {"user": ada.pk, "role": ""}).status_code

    assert sorted(at_once(4, add)) == [302, 422, 422, 422]
    assert ProjectMember.objects.count() == 1


# The role


def test_the_role_there_decides_what_an_hour_costs(as_kari, project, ada, member, role):
    project.price_models.update(rates_from="role")
    RolePrice.objects.create(role=role, valid_from=date(2026, 1, 1), price=1500)
    as_kari.post(url_of(member), {"role": role.pk, "seen": ""})
    fields = fields_of(as_kari.get(url_of(member)), "form.dialog")
    assert as_kari.post(url_of(member), fields | {"role": role.pk}).status_code == 302
    prices = Prices([project])
    assert prices.price(project.activities.get(), ada.pk, date(2026, 11, 2)).amount == 1500


def test_a_role_that_somebody_changed_meanwhile_is_told(as_kari, project, member, role):
    fields = fields_of(as_kari.get(url_of(member)), "form.dialog")
    other = ProjectRoleFactory(name="Inspector")
    ProjectMember.objects.update(role=other)
    response = as_kari.post(url_of(member), fields | {"role": role.pk}, headers=HTMX)
    assert response.status_code == 422
    assert "Changed meanwhile to “Inspector”" in errors(response, "role")
    again = fields_of(response, "form.dialog")
    assert again["role"] == str(role.pk)
    assert as_kari.post(url_of(member), again).status_code == 302
    member.refresh_from_db()
    assert member.role == role


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_a_role_at_once_one_is_told(kari):
    project = ProjectFactory(number="5001")
    member = ProjectMember.objects.create(project=project, user=UserFactory())
    roles = [ProjectRoleFactory(), ProjectRoleFactory()]
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(kari)
    forms = [fields_of(client.get(url_of(member)), "form.dialog") for client in clients]

    def change(person: int) -> int:
        data = forms[person] | {"role": roles[person].pk}
        return clients[person].post(url_of(member), data).status_code

    answers = at_once(2, change)
    assert sorted(answers) == [302, 422]
    member.refresh_from_db()
    assert member.role == roles[answers.index(302)]


# Taking out


def test_somebody_without_hours_is_taken_out_after_asking(as_kari, project, member):
    assert b"Nothing of theirs" in as_kari.get(url_of(member, "delete")).content
    assert ProjectMember.objects.exists()
    assert "not in the project any more" in said(as_kari.post(url_of(member, "delete")))
    assert not ProjectMember.objects.exists()


def test_somebody_with_hours_stays(as_kari, project, member):
    TimeEntryFactory(user=member.user, activity=project.activities.get(), hours=Decimal("7.5"))
    url = url_of(member, "delete")
    assert url not in as_kari.get(URL).content.decode()
    for response in (as_kari.get(url), as_kari.post(url)):
        assert b"7.5 hours here are theirs" in response.content
        assert b"btn--bad" not in response.content
    assert ProjectMember.objects.exists()


def test_hours_elsewhere_do_not_hold_somebody_here(as_kari, project, member):
    TimeEntryFactory(user=member.user)
    as_kari.post(url_of(member, "delete"))
    assert not ProjectMember.objects.exists()


def test_members_are_changed_through_their_own_project_alone(as_kari, project):
    other = ProjectMember.objects.create(project=ProjectFactory(), user=UserFactory())
    for page in ("edit", "delete"):
        assert as_kari.post(url_of(other, page)).status_code == 404
    assert ProjectMember.objects.exists()


@pytest.mark.parametrize("page", ["new", "1/edit", "1/delete"])
def test_who_may_look_may_not_change_them(as_per, project, member, page):
    assert as_per.post(f"{URL}people/{page}/").status_code == 403
    assert ProjectMember.objects.exists()
