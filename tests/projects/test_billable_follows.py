"""Hours are billable as far as the price model in force of their activity has it."""

from datetime import date
from decimal import Decimal

import pytest

from customers.holding import ChangedMeanwhile
from moment.projects import editing, figures, hours, price_models
from moment.projects.hours import Hours
from moment.projects.models import Activity, TimeEntry
from tests.conftest import said, signed_in
from tests.factories import (
    ActivityFactory,
    EmployeeFactory,
    PriceModelFactory,
    ProjectFactory,
    TimeEntryFactory,
)
from tests.pages import fields_of
from tests.projects.price_model_pages import address, fields
from tests.together import at_once

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)


@pytest.fixture
def project(kari):
    EmployeeFactory(user=kari)
    return ProjectFactory(number="5001")


@pytest.fixture
def model(project):
    return project.price_models.get()


@pytest.fixture
def entries(project, kari):
    """One that is approved, and one that is not."""
    activity = project.activities.get()
    found = [TimeEntryFactory(user=kari, activity=activity, hours=n) for n in (4, 3)]
    hours.approve([found[0].pk], kari)
    return found


def marks():
    return list(TimeEntry.objects.order_by("pk").values_list("billable", flat=True))


def to_kind(client, model, kind):
    url = address(model)
    return said(client.post(url, fields(client.get(url)) | {"kind": kind}))


def test_a_price_model_that_bills_nothing_any_more_takes_its_hours_along(as_kari, model, entries):
    told = to_kind(as_kari, model, "none")
    assert told.endswith("3 h are not billable any more. 4 approved h stay billable.")
    assert marks() == [True, False]
    assert figures.of([model.project])[model.project.pk].to_invoice == 4400


def test_they_come_back_with_a_price_model_that_bills(as_kari, model, entries):
    to_kind(as_kari, model, "none")
    assert to_kind(as_kari, model, "hourly").endswith("3 h are billable from now on.")
    assert marks() == [True, True]


def test_other_changes_of_a_price_model_leave_marks_alone(as_kari, model, entries):
    TimeEntry.objects.update(billable=False)
    assert to_kind(as_kari, model, "fixed") == "The price model is saved."
    assert marks() == [False, False]


def test_activities_with_a_price_model_of_their_own_are_not_touched(as_kari, model, entries):
    own = PriceModelFactory(project=model.project, order=1)
    model.project.activities.update(price_model=own)
    to_kind(as_kari, model, "none")
    assert marks() == [True, True]


def test_hours_follow_the_default_where_another_becomes_that(as_kari, model, entries):
    internal = PriceModelFactory(project=model.project, kind="none", order=1)
    told = said(as_kari.post(address(internal, "default")))
    assert "3 h are not billable any more." in told
    assert marks() == [True, False]


def test_hours_follow_their_activity_to_another_price_model(as_kari, model, entries):
    internal = PriceModelFactory(project=model.project, kind="none", order=1)
    activity = model.project.activities.get()
    url = f"/projects/5001/activities/{activity.pk}/edit/"
    sent = fields_of(as_kari.get(url), "form.dialog") | {"price_model": internal.pk}
    assert "3 h are not billable any more." in said(as_kari.post(url, sent))
    assert marks() == [True, False]


def test_an_approval_that_is_taken_back_meets_the_price_model_there_is_now(as_kari, model, entries):
    to_kind(as_kari, model, "none")
    hours.take_back([entries[0].pk])
    assert marks() == [False, False]


def test_an_agreed_rate_costs_nothing_where_nothing_is_billable(project, kari, model):
    activity = ActivityFactory(project=project, number=9, hourly_rate=900)
    entry = TimeEntryFactory(user=kari, activity=activity)
    type(model).objects.update(kind="none", rates_from="")
    hours.approve([entry.pk], kari)
    assert figures.of([project])[project.pk].to_invoice == 0


def test_making_one_the_default_that_was_just_removed_says_so(as_kari, model, monkeypatch):
    gone = PriceModelFactory(project=model.project, kind="fixed", order=1)
    url = address(gone, "default")
    make_first = price_models.make_first

    def removed_first(*args):
        type(gone).objects.filter(pk=gone.pk).delete()
        return make_first(*args)

    monkeypatch.setattr(price_models, "make_first", removed_first)
    assert said(as_kari.post(url)) == "Somebody has removed this meanwhile. Nothing was saved."


@pytest.mark.django_db(transaction=True)
def test_hours_registered_while_billing_ends_are_not_left_billable(kari):
    EmployeeFactory(user=kari)
    project = ProjectFactory(number="5001")
    model, activity = project.price_models.get(), project.activities.get()
    one = Hours(kari.pk, activity.pk, DAY, Decimal(1))

    def act(n):
        if n == 0:
            client = signed_in(kari)
            url = address(model)
            return client.post(url, fields(client.get(url)) | {"kind": "none"}).status_code
        return len(hours.register([one]))

    assert at_once(4, act) == [302, 1, 1, 1]
    assert marks() == [False, False, False]


@pytest.mark.django_db(transaction=True)
def test_an_activity_is_changed_while_hours_come_in_on_several(kari):
    """Both lock activities, in one order."""
    EmployeeFactory(user=kari)
    project = ProjectFactory(number="5001")
    first, last = project.activities.get(), ActivityFactory(project=project, number=9)
    wanted = [Hours(kari.pk, one.pk, DAY, Decimal("0.25")) for one in (first, last)]

    def act(n):
        if n % 2:
            return len(hours.register(wanted))
        mine = Activity.objects.select_related("project__customer").get(pk=last.pk)
        try:
            editing.save_activity(mine, mine.version)
        except ChangedMeanwhile:
            return "changed"
        return "saved"

    answers = at_once(8, act)
    assert answers.count(2) == 4
    assert "saved" in answers
    assert TimeEntry.objects.count() == 8
