"""Pages with hours ask the database as much for many rows as for few."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from moment.projects import hours
from tests.factories import (
    ActivityFactory,
    EmployeeFactory,
    ProjectFactory,
    TimeEntryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
LIMITS = {
    "/projects/hours/": 12,
    "/projects/hours/activities/?add=project": 9,
    "/projects/4001/hours/": 24,
    "/projects/4001/hours/?approved=no&month=2026-11&billable=yes": 21,
    "/projects/4001/hours/week/": 16,
    "/projects/4001/hours/new/": 11,
    "/projects/4001/hours/approve/": 12,
    "/projects/hours/import/": 7,
}


def test_queries_of_hours_do_not_grow_with_rows(as_kari, kari):
    EmployeeFactory(user=kari)
    project = ProjectFactory(number="4001")
    today = timezone.localdate()

    def more(count: int) -> None:
        for n in range(count):
            activity = ActivityFactory(project=project)
            elsewhere = ProjectFactory().activities.get()
            colleague = EmployeeFactory(user=UserFactory()).user
            for who in (kari, colleague):
                TimeEntryFactory(user=who, activity=activity, day=today, hours="0.25")
                old = TimeEntryFactory(user=who, activity=activity, day=today - timedelta(days=n))
            TimeEntryFactory(user=kari, activity=elsewhere, day=today, hours="0.25")
            hours.approve([old.pk], kari)

    def asked() -> dict:
        return {path: queries(as_kari, path) for path in LIMITS}

    more(2)
    asked()  # what is read once and kept
    few = asked()
    assert {page: n for page, n in few.items() if n > LIMITS[page]} == {}
    more(20)
    assert {page: n for page, n in asked().items() if n > few[page]} == {}


def queries(client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
