"""What a customer's pages and the expenses of a project ask of the database does not grow."""

from decimal import Decimal

import pytest
from django.utils import timezone

from moment.projects import hours
from moment.projects.models import PriceModelShare
from tests.customers.kept_files import kept
from tests.factories import (
    CustomerFactory,
    EmployeeFactory,
    ExpenseFactory,
    PriceModelFactory,
    ProjectFactory,
    TimeEntryFactory,
    UserFactory,
)
from tests.test_query_growth import HTMX, queries

pytestmark = pytest.mark.django_db


def share(project, customer) -> None:
    model = project.price_models.get()
    PriceModelShare.objects.create(price_model=model, customer=customer, percent=Decimal("12.5"))


def add(count: int, customer, project, by) -> None:
    today = timezone.localdate()
    receipt = kept().content
    for _ in range(count):
        own = ProjectFactory(customer=customer, leader=UserFactory())
        theirs = ProjectFactory()
        share(own, CustomerFactory())
        share(theirs, customer)
        for one in (own, theirs):
            entry = {"activity": one.activities.get(), "user": EmployeeFactory().user}
            approved = TimeEntryFactory(**entry, day=today)
            TimeEntryFactory(**entry, day=today)
            hours.approve([approved.pk], by)
            ExpenseFactory(project=one)
        subscription = {"kind": "subscription", "amount": 10, "interval": 1, "starts_on": today}
        PriceModelFactory(project=own, order=1, **subscription)
        ExpenseFactory(project=project, user=UserFactory(), receipt=receipt)


@pytest.mark.parametrize(
    ("path", "headers", "limit"),
    [
        ("/customers/77/projects/", None, 29),
        ("/customers/77/projects/?state=all", HTMX, 29),
        ("/customers/77/", None, 39),
        ("/customers/?columns=in_progress&columns=not_invoiced", None, 36),
        ("/projects/K77/expenses/", None, 16),
        ("/projects/K77/expenses/new/", HTMX, 8),
    ],
)
def test_queries_do_not_grow_with_rows(as_kari, kari, path, headers, limit):
    customer = CustomerFactory(number="77", responsible=kari)
    project = ProjectFactory(number="K77")
    add(3, customer, project, kari)
    few = queries(as_kari, path, headers)
    add(12, customer, project, kari)
    assert queries(as_kari, path, headers) <= few
    assert few <= limit


def test_a_customer_without_projects_costs_one_query_more(as_kari):
    CustomerFactory(number="77")
    without = queries(as_kari, "/customers/77/")
    ProjectFactory(customer=CustomerFactory(number="78"))
    assert queries(as_kari, "/customers/77/") == without
