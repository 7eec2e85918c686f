"""What projects amount to."""

from datetime import date
from decimal import Decimal

import pytest

from moment.projects import figures, hours, subscriptions
from moment.projects.models import PriceModel, Project
from tests.factories import (
    EmployeeFactory,
    ExpenseFactory,
    PriceModelFactory,
    ProjectFactory,
    TimeEntryFactory,
)

DAY = date(2026, 11, 2)


def of(project) -> figures.Figures:
    projects = Project.objects.select_related("customer").filter(pk=project.pk)
    return figures.of(projects, DAY)[project.pk]


@pytest.mark.django_db
def test_approved_billable_hours_are_what_is_not_yet_invoiced(kari):
    employee = EmployeeFactory(terms__sales_price=1100)
    project = ProjectFactory(activity__estimated_hours=40)
    entry = {"activity": project.activities.get(), "user": employee.user}
    first = TimeEntryFactory(**entry, hours=Decimal("7.5"))
    second = TimeEntryFactory(**entry, hours=2)
    TimeEntryFactory(**entry, hours=1, billable=False)
    hours.approve([first.pk], kari)
    found = of(project)
    assert (found.hours, found.billable, found.unapproved) == (Decimal("10.5"), Decimal("9.5"), 3)
    assert (found.work, found.to_invoice, found.estimated) == (8250, 8250, 40)
    employee.terms.update(sales_price=1200)  # written down when it was approved
    assert of(project).work == 8250
    hours.approve([second.pk], kari)
    assert of(project).work == 8250 + 2400
    assert found.by_user == {employee.user_id: Decimal("10.5")}


@pytest.mark.django_db
def test_hours_without_a_price_are_told_until_they_get_one(kari):
    employee = EmployeeFactory(terms__sales_price=None)
    project = ProjectFactory()
    entry = TimeEntryFactory(activity=project.activities.get(), user=employee.user, hours=3)
    assert of(project).unpriced == 3
    hours.approve([entry.pk], kari)
    assert (of(project).unpriced, of(project).work) == (3, 0)
    employee.terms.update(sales_price=1000)
    assert (of(project).unpriced, of(project).work) == (0, 3000)


@pytest.mark.django_db
def test_plans_subscriptions_and_expenses_count_when_they_are_due():
    project = ProjectFactory(model__kind="fixed", expense_surcharge=10)
    plan = project.price_models.get().plan
    for number, due in enumerate([date(2026, 11, 1), DAY, date(2026, 11, 3), None]):
        plan.create(text="Step", amount=10**number, due_on=due)
    PriceModelFactory(
        project=project, kind="subscription", amount=500, interval=1, starts_on=date(2026, 9, 15)
    )
    ExpenseFactory(project=project, cost=Decimal("100.05"))
    ExpenseFactory(project=project, cost=100, surcharge=0)
    ExpenseFactory(project=project, cost=1000, billable=False)
    found = of(project)
    assert (found.plan, found.subscriptions) == (11, 1000)
    assert found.expenses == Decimal("210.06")
    assert found.to_invoice == 11 + 1000 + Decimal("210.06")


@pytest.mark.django_db
def test_of_what_is_only_offered_nothing_falls_due():
    project = ProjectFactory(model__kind="fixed", state="offer")
    project.price_models.get().plan.create(text="Step", amount=100, due_on=DAY)
    PriceModelFactory(project=project, kind="subscription", amount=500, interval=1, starts_on=DAY)
    found = of(project)
    assert (found.to_invoice, found.coming) == (0, 100)
    Project.objects.update(state="progress")
    found = of(project)
    assert (found.plan, found.subscriptions, found.coming) == (100, 500, 0)


@pytest.mark.django_db
def test_many_projects_take_no_more_queries(django_assert_max_num_queries, kari):
    employee = EmployeeFactory()
    for _ in range(12):
        project = ProjectFactory(model__rates_from="customer")
        TimeEntryFactory(activity=project.activities.get(), user=employee.user)
        ExpenseFactory(project=project)
    with django_assert_max_num_queries(14):
        found = figures.of(Project.objects.select_related("customer"))
    assert len(found) == 12


@pytest.mark.parametrize(
    ("starts", "interval", "ends", "on", "count"),
    [
        (date(2026, 1, 31), 1, None, date(2026, 2, 27), 1),
        (date(2026, 1, 31), 1, None, date(2026, 2, 28), 2),
        (date(2026, 1, 31), 1, None, date(2026, 3, 30), 2),
        (date(2026, 1, 31), 1, None, date(2026, 3, 31), 3),
        (date(2024, 2, 29), 12, None, date(2026, 3, 1), 3),
        (date(2026, 1, 1), 3, date(2026, 6, 30), date(2027, 1, 1), 2),
        (date(2026, 1, 1), 3, None, date(2025, 12, 31), 0),
    ],
)
def test_periods_begin_on_the_same_day_of_the_month(starts, interval, ends, on, count):
    model = PriceModel(starts_on=starts, interval=interval, ends_on=ends)
    assert len(subscriptions.begun(model, on)) == count
