"""Hours when two people, or one impatient, act at once."""

import threading
import time
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from moment.projects import hours, saving_week
from moment.projects.hours import ChangedMeanwhile, Hours, Refused
from moment.projects.models import Activity, TimeEntry
from moment.projects.saving_week import Cell, Shown, WeekRefused
from moment.turns import in_turn
from tests.conftest import signed_in
from tests.factories import (
    EmployeeFactory,
    PriceModelFactory,
    ProjectFactory,
    TimeEntryFactory,
)
from tests.pages import fields_of
from tests.projects.weeks import URL, cell, opened
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 2)


@pytest.fixture
def activity(kari):
    EmployeeFactory(user=kari)
    return ProjectFactory(number="4001").activities.get()


def outcome(act, *args):
    try:
        act(*args)
    except (ChangedMeanwhile, Refused, hours.ThereAlready) as error:
        return type(error)
    return None


def test_a_week_sent_twice_at_once_is_saved_once(kari, activity):
    TimeEntryFactory(user=kari, activity=activity, day=date(2026, 11, 3))
    clients = [signed_in(kari) for _ in range(4)]
    fields = opened(clients[0]) | {cell(activity): "7.5", cell(activity, 1): "3"}
    answers = at_once(4, lambda n: clients[n].post(URL, fields).status_code)
    assert answers == [302] * 4
    found = TimeEntry.objects.order_by("day").values_list("hours", flat=True)
    assert list(found) == [Decimal("7.5"), Decimal(3)]


def test_two_who_fill_a_cell_at_once_are_both_heard(kari, activity):
    def save(n):
        return saving_week.save(kari.pk, [Cell(activity.pk, DAY, Decimal(n + 1))])

    answers = at_once(3, lambda n: outcome(save, n))
    assert sorted(answers, key=str) == sorted([None, WeekRefused, WeekRefused], key=str)
    assert TimeEntry.objects.count() == 1


def test_no_day_gets_more_than_24_hours_however_many_save_at_once(kari, activity):
    EmployeeFactory()
    activities = [ProjectFactory().activities.get() for _ in range(4)]

    def save(n):
        return hours.register([Hours(kari.pk, activities[n].pk, DAY, Decimal(9))])

    answers = at_once(4, lambda n: outcome(save, n))
    assert answers.count(None) == 2
    assert sum(TimeEntry.objects.values_list("hours", flat=True)) == 18


def test_hours_approved_while_they_are_changed_are_not_both(kari, activity):
    for n in range(5):
        entry = TimeEntryFactory(user=kari, activity=activity, day=DAY, hours=1)
        shown = Shown(entry.pk, entry.hours, entry.comment)
        week = [Cell(activity.pk, DAY, Decimal("1.5"), "", shown)]
        other = Hours(kari.pk, activity.pk, DAY, Decimal("1.5"))
        acts = [
            lambda entry=entry: hours.approve([entry.pk], kari),
            lambda week=week: saving_week.save(kari.pk, week),
            lambda entry=entry, other=other: hours.change(entry, other),
        ]
        _approved, *told = at_once(3, lambda n, acts=acts: outcome(acts[n]))
        stored = TimeEntry.objects.get(pk=entry.pk)
        assert stored.approved_at
        assert stored.approved_by == kari
        was_changed = any(answer is None for answer in told)
        assert stored.hours == (Decimal("1.5") if was_changed else 1), n
        TimeEntry.objects.all().delete()


def test_rows_sent_twice_at_once_are_imported_once(kari, activity):
    page = "/projects/hours/import/"
    clients = [signed_in(kari) for _ in range(3)]
    rows = "".join(f"2026-11-0{n}\t4001\t{activity.number}\t{n}\n" for n in range(2, 7))
    shown = clients[0].post(page, {"rows": rows, "do": "check"})
    fields = fields_of(shown, "form.hours-import") | {"do": "import"}
    answers = at_once(3, lambda n: clients[n].post(page, fields).status_code)
    assert sorted(answers) == [302, 422, 422]
    assert TimeEntry.objects.count() == 5


def test_two_who_approve_at_once_approve_once(kari, activity):
    keys = [TimeEntryFactory(user=kari, activity=activity, hours=1).pk for _ in range(20)]
    assert sorted(at_once(3, lambda n: hours.approve(keys, kari))) == [0, 0, 20]


def test_two_who_remove_at_once_remove_once(kari, activity):
    entry = TimeEntryFactory(user=kari, activity=activity)
    answers = at_once(3, lambda n: outcome(hours.delete, entry))
    assert answers.count(None) == 1
    assert answers.count(ChangedMeanwhile) == 2


def test_what_becomes_billable_while_it_is_approved_is_not_priced_as_if_it_were_not(kari):
    EmployeeFactory(user=kari, terms__sales_price=1100)
    project = ProjectFactory(model__kind="none")
    activity = project.activities.get()
    entry = TimeEntryFactory(user=kari, activity=activity, billable=False)
    hourly = PriceModelFactory(project=project, order=1)
    locked = threading.Event()

    def act(person: int) -> None:
        if person:
            locked.wait(30)
            hours.approve([entry.pk], kari)
            return
        with in_turn(), transaction.atomic():  # as who gives the activity another price model
            TimeEntry.objects.filter(pk=entry.pk).update(billable=True)
            locked.set()
            time.sleep(0.5)  # long enough for the other to wait for the entry
            Activity.objects.filter(pk=activity.pk).update(price_model=hourly)

    at_once(2, act)
    entry.refresh_from_db()
    assert (entry.billable, entry.price) == (True, 1100)
