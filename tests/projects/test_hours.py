"""Hours: what is refused and why, registering, changing and approving them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from moment.projects import hours
from moment.projects.hours import Hours
from moment.projects.models import TimeEntry
from tests.factories import (
    ActivityFactory,
    EmployeeFactory,
    HourlyRateFactory,
    ProjectFactory,
    TimeEntryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)


@pytest.fixture
def employee():
    return EmployeeFactory(
        user__first_name="Ida",
        user__last_name="Berg",
        employed_from=date(2025, 1, 1),
        employed_until=date(2026, 11, 30),
    )


@pytest.fixture
def activity():
    return ProjectFactory(name="Storgata").activities.get()


def wanted(employee, activity, number: str = "7.5", day: date = DAY, **fields) -> Hours:
    return Hours(employee.user_id, activity.pk, day, Decimal(number), **fields)


def why(*some: Hours) -> str:
    """Return why the only one of these that is refused is, registered or merely asked for."""
    found = hours.problems(some)
    with pytest.raises(hours.Refused) as refused:
        hours.register(some)
    assert refused.value.problems == found
    assert not TimeEntry.objects.exists()
    (problem,) = found.values()
    return problem


def test_hours_are_registered(employee, activity):
    (entry,) = hours.register([wanted(employee, activity, comment="Befaring")])
    entry.refresh_from_db()
    assert (entry.user, entry.activity, entry.day) == (employee.user, activity, DAY)
    assert (entry.hours, entry.comment, entry.billable) == (Decimal("7.5"), "Befaring", True)
    assert (entry.approved_at, entry.price, entry.cost) == (None, None, None)


@pytest.mark.parametrize("number", ["0", "-1", "24.25", "25", "1000"])
def test_a_day_has_so_many_hours(employee, activity, number):
    assert why(wanted(employee, activity, number)) == "Hours are above 0 and at most 24."


def test_all_hours_of_a_day_count_together(employee, activity):
    other = ActivityFactory()
    some = wanted(employee, activity, "12"), wanted(employee, other, "12.25")
    assert "more than 24 hours" in why(*some)
    hours.register([wanted(employee, activity, "12")])
    assert list(hours.problems([wanted(employee, other, "12.25")])) == [0]
    hours.register([wanted(employee, other, "12")])
    assert hours.problems([wanted(employee, other, "12", DAY + timedelta(1))]) == {}
    somebody = EmployeeFactory()
    assert hours.problems([wanted(somebody, activity, "24")]) == {}


@pytest.mark.parametrize("day", [date(2024, 12, 31), date(2026, 12, 1)])
def test_hours_are_of_the_time_of_employment(employee, activity, day):
    assert why(wanted(employee, activity, day=day)) == "Ida Berg is not employed that day."


def test_first_and_last_day_of_employment_are_within(employee, activity):
    hours.register(
        [
            wanted(employee, activity, day=date(2025, 1, 1)),
            wanted(employee, activity, day=date(2026, 11, 30)),
        ]
    )


def test_who_is_no_employee_has_no_hours(activity):
    one = Hours(UserFactory().pk, activity.pk, DAY, Decimal(1))
    assert "Not set up as an employee" in why(one)


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(1, 1, 1), date(9999, 12, 31)])
def test_dates_far_away_are_mistakes(employee, activity, day):
    assert why(wanted(employee, activity, day=day)) == "This date is too far away."


def test_a_month_ahead_is_not_far(activity):
    someone = EmployeeFactory()
    last = timezone.localdate() + hours.AHEAD
    assert hours.problems([wanted(someone, activity, day=last)]) == {}
    assert hours.problems([wanted(someone, activity, day=last + timedelta(1))])


def test_a_finished_activity_takes_none(employee):
    activity = ActivityFactory(title="Skisse", state="finished")
    assert why(wanted(employee, activity)) == "The activity “Skisse” is finished."


@pytest.mark.parametrize(
    ("state", "takes"),
    [
        ("offer", False),
        ("planned", True),
        ("progress", True),
        ("paused", False),
        ("finished", False),
        ("cancelled", False),
    ],
)
def test_projects_take_hours_by_their_state(employee, state, takes):
    activity = ProjectFactory(state=state).activities.get()
    assert (hours.problems([wanted(employee, activity)]) == {}) == takes


def test_an_activity_that_is_gone_is_said(employee):
    assert "no such activity" in why(Hours(employee.user_id, 987, DAY, Decimal(1)))


def test_one_that_is_refused_refuses_all(employee, activity):
    some = [wanted(employee, activity, day=date(2026, 11, day)) for day in range(2, 7)]
    some[3] = wanted(employee, activity, "25")
    with pytest.raises(hours.Refused) as refused:
        hours.register(some)
    assert list(refused.value.problems) == [3]
    assert not TimeEntry.objects.exists()


def test_what_is_not_billable_at_all_is_never_billable(employee):
    activity = ProjectFactory(model__kind="none").activities.get()
    (entry,) = hours.register([wanted(employee, activity)])
    assert entry.billable is False


def test_a_thousand_hours_take_few_queries(employee, activity, django_assert_max_num_queries):
    days = [date(2025, 1, 1) + timedelta(day) for day in range(500)]
    some = [wanted(employee, activity, "1", day) for day in days for _ in range(2)]
    with django_assert_max_num_queries(24):  # SQLite takes some ninety rows at once
        assert len(hours.register(some)) == 1000


# Changed and removed


def test_an_entry_gets_other_hours_and_does_not_count_twice(employee, activity):
    (entry,) = hours.register([wanted(employee, activity, "20")])
    changed = hours.change(entry, wanted(employee, activity, "24", comment="Natt"))
    assert TimeEntry.objects.get() == changed
    assert (changed.hours, changed.comment) == (24, "Natt")
    with pytest.raises(hours.Refused):
        hours.change(changed, wanted(employee, activity, "25"))


def test_who_comes_second_is_told(employee, activity):
    (entry,) = hours.register([wanted(employee, activity)])
    seen = TimeEntry.objects.get()
    hours.change(entry, wanted(employee, activity, "4"))
    for act in (
        lambda: hours.change(seen, wanted(employee, activity, "5")),
        lambda: hours.delete(seen),
    ):
        with pytest.raises(hours.ChangedMeanwhile) as told:
            act()
        assert told.value.stored.hours == 4
    hours.delete(TimeEntry.objects.get())
    with pytest.raises(hours.ChangedMeanwhile) as told:
        hours.delete(seen)
    assert told.value.stored is None


def test_approved_hours_do_not_change(employee, activity, kari):
    (entry,) = hours.register([wanted(employee, activity)])
    hours.approve([entry.pk], kari)
    for act in (
        lambda: hours.change(entry, wanted(employee, activity)),
        lambda: hours.delete(entry),
    ):
        with pytest.raises(hours.ChangedMeanwhile):
            act()


# Approved


def test_approving_writes_down_what_the_hours_cost_then(employee, activity, kari):
    HourlyRateFactory(customer=activity.project.customer, role=None, user=employee.user, rate=1300)
    activity.project.price_models.update(rates_from="customer")
    entry = TimeEntryFactory(user=employee.user, activity=activity)
    assert hours.approve([entry.pk], kari) == 1
    entry.refresh_from_db()
    assert (entry.approved_by, entry.price, entry.cost) == (kari, 1300, 600)
    employee.terms.update(cost_rate=700)
    assert hours.approve([entry.pk], UserFactory()) == 0
    entry.refresh_from_db()
    assert (entry.approved_by, entry.cost) == (kari, 600)


def test_an_approval_can_be_taken_back(employee, activity, kari):
    (entry,) = hours.register([wanted(employee, activity)])
    hours.approve([entry.pk], kari)
    assert hours.take_back([entry.pk]) == 1
    entry.refresh_from_db()
    assert (entry.approved_at, entry.approved_by, entry.price, entry.cost) == (None,) * 4
    assert hours.take_back([entry.pk]) == 0
