"""Approving hours on the page of a project, and taking approvals back."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from moment.projects import hours
from moment.projects.models import TimeEntry
from tests.conftest import said, signed_in
from tests.factories import EmployeeFactory, ProjectFactory, TimeEntryFactory, UserFactory
from tests.pages import fields_of

pytestmark = pytest.mark.django_db
URL = "/projects/4001/hours/"
DAY = date(2026, 11, 2)


@pytest.fixture
def ida(db):
    return EmployeeFactory(user__first_name="Ida", user__last_name="Berg").user


@pytest.fixture
def entries(kari, ida):
    """Three of Ida's, day after day, and one of Kari's."""
    activity = ProjectFactory(number="4001").activities.get()
    days = [DAY + timedelta(days=n) for n in range(3)]
    hers = [TimeEntryFactory(user=ida, activity=activity, day=day) for day in days]
    return [*hers, TimeEntryFactory(user=kari, activity=activity, day=DAY)]


def approved() -> list[TimeEntry]:
    return list(TimeEntry.objects.filter(approved_at__isnull=False).order_by("pk"))


def asked(client, query: str = "", page: str = "approve"):
    return client.get(f"{URL}{page}/?{query}", headers={"HX-Request": "true"})


def answered(client, response, query: str = "", page: str = "approve", **more):
    fields = fields_of(response, "form.dialog")
    if keys := response.context["ticked"]:
        fields["entry"] = [str(key) for key in keys]
    return client.post(f"{URL}{page}/?{query}", fields | more)


def test_it_is_asked_first_what_will_be_approved(as_kari, entries):
    page = asked(as_kari).content.decode()
    assert "<strong>4 entries</strong> with 30 hours" in page
    assert "Ida Berg" in page
    assert approved() == []
    assert b"<html" in as_kari.get(f"{URL}approve/").content


def test_all_that_the_list_shows_is_approved(as_kari, kari, entries, ida):
    query = f"colleague={ida.pk}"
    response = answered(as_kari, asked(as_kari, query), query)
    assert response["Location"] == f"{URL}?{query}"
    assert said(response) == "3 entries are approved."
    assert approved() == entries[:3]
    (by,) = {entry.approved_by for entry in approved()}
    assert by == kari
    assert {(entry.price, entry.cost) for entry in approved()} == {(1100, 600)}


def test_up_to_a_day_is_approved(as_kari, entries):
    query = "until=2026-11-03"
    response = asked(as_kari, query)
    assert "<strong>3 entries</strong>" in response.content.decode()
    answered(as_kari, response)
    assert approved() == [entries[0], entries[1], entries[3]]


def test_without_a_day_it_is_up_to_today(as_kari, entries):
    TimeEntry.objects.filter(pk=entries[0].pk).update(day=timezone.localdate() + timedelta(days=1))
    for until in ("", "x", "2026-99-99"):
        assert asked(as_kari, f"until={until}").context["sums"].count == 3


def test_another_day_is_looked_at_without_javascript_before_anything_is_done(as_kari, entries):
    response = as_kari.get(f"{URL}approve/")
    for until in ("2026-11-02", timezone.localdate().isoformat()):
        response = answered(as_kari, response, look="1", until=until)
        assert approved() == []
        assert response.context["until"].isoformat() == until


def test_what_is_ticked_is_approved(as_kari, entries):
    query = f"entry={entries[1].pk}&entry={entries[3].pk}"
    response = asked(as_kari, query)
    assert b"approve-until" not in response.content
    answered(as_kari, response)
    assert approved() == [entries[1], entries[3]]


def test_ticks_of_other_projects_and_nonsense_mean_nothing(as_kari, entries):
    other = TimeEntryFactory()
    query = f"entry={other.pk}&entry=x&entry=-1&entry={'9' * 30}"
    response = asked(as_kari, query)
    assert response.context["sums"].count == 0
    assert b"nothing to approve" in response.content
    answered(as_kari, response)
    assert approved() == []


def test_hours_that_changed_since_the_question_are_asked_about_again(as_kari, entries):
    response = asked(as_kari)
    TimeEntry.objects.filter(pk=entries[0].pk).update(hours=20)
    again = answered(as_kari, response)
    assert again.status_code == 422
    assert b"changed meanwhile" in again.content
    assert approved() == []
    assert answered(as_kari, again).status_code == 302
    assert len(approved()) == 4


def test_hours_that_came_since_the_question_are_not_approved_unseen(as_kari, entries):
    response = asked(as_kari)
    TimeEntryFactory(user=entries[0].user, activity=entries[0].activity, day=DAY)
    assert answered(as_kari, response).status_code == 422
    assert approved() == []


def test_sent_twice_it_is_told_that_there_is_nothing_left(as_kari, entries):
    response = asked(as_kari)
    assert answered(as_kari, response).status_code == 302
    again = answered(as_kari, response)
    assert again.status_code == 422
    assert b"nothing to approve" in again.content


def test_approvals_are_taken_back_after_asking(as_kari, kari, entries):
    hours.approve([entry.pk for entry in entries], kari)
    response = asked(as_kari, "", "take-back")
    assert "<strong>4 entries</strong>" in response.content.decode()
    assert len(approved()) == 4
    answered(as_kari, response, "", "take-back")
    assert approved() == []
    assert set(TimeEntry.objects.values_list("price", "cost", "approved_by")) == {(None,) * 3}


def test_approving_needs_the_right(as_per, entries):
    client = signed_in(UserFactory(roles=["Register hours"]))
    for who in (as_per, client):
        for page in ("approve", "take-back"):
            assert who.get(f"{URL}{page}/").status_code == 403
            assert who.post(f"{URL}{page}/").status_code == 403
    assert approved() == []


def test_two_thousand_hours_are_approved_in_few_queries(
    kari, entries, django_assert_max_num_queries
):
    entry = entries[0]
    TimeEntry.objects.bulk_create(
        TimeEntry(user=entry.user, activity=entry.activity, day=DAY, hours=1) for _ in range(2000)
    )
    keys = list(TimeEntry.objects.values_list("pk", flat=True))
    with django_assert_max_num_queries(30):
        assert hours.approve(keys, kari) == 2004
    with django_assert_max_num_queries(10):
        assert hours.take_back(keys) == 2004
