"""Sums and shares to the cent, and amounts and texts that nobody would write."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from customers.models import Customer
from moment.projects import expense_list, figures, hours, sharing
from moment.projects.hour_list import sums_of
from moment.projects.models import Expense, PlanItem, Project, TimeEntry
from moment.projects.sharing import Part
from tests.conftest import said
from tests.factories import EmployeeFactory, PriceModelFactory, ProjectFactory, TimeEntryFactory
from tests.pages import fields_of
from tests.projects.price_model_pages import address, fields, fixed

pytestmark = pytest.mark.django_db
HUGE = "9" * 50


def test_thousands_of_hours_make_what_they_make_on_paper(kari):
    """A database that adds up in binary fractions is off by so much that an amount is another."""
    EmployeeFactory(user=kari, terms__sales_price="0.50")
    project = ProjectFactory()
    activity = project.activities.get()
    parts = [Decimal("0.33")] * 1501 + [Decimal("7.35")] * 900
    TimeEntry.objects.bulk_create(
        TimeEntry(user=kari, activity=activity, day=date(2026, 11, 2), hours=one) for one in parts
    )
    hours.approve(TimeEntry.objects.values_list("pk", flat=True), kari)
    found = figures.of([project])[project.pk]
    there = sums_of(TimeEntry.objects.all())
    assert {str(n) for n in (found.hours, found.billable, there.hours)} == {"7110.33"}
    assert found.work == Decimal("3555.17")


def test_expenses_of_a_few_cents_add_up(kari):
    project = ProjectFactory()
    Expense.objects.bulk_create(
        Expense(project=project, user=kari, day=date(2026, 11, 2), text="Toll", cost="0.07")
        for _n in range(3000)
    )
    listed = expense_list.ExpenseList(project, kari, {})
    assert str(listed.cost) == "210.00"
    assert listed.to_invoice == 210


def test_a_plan_that_is_due_leaves_nothing_to_come(kari):
    model = PriceModelFactory(project=ProjectFactory(model=False), kind="fixed")
    for amount in ("0.10", "0.20", "0.70"):
        PlanItem.objects.create(
            price_model=model, text="Part", amount=amount, due_on=date(2026, 1, 1)
        )
    found = figures.of([model.project])[model.project.pk]
    assert (str(found.plan), str(found.coming)) == ("1.00", "0.00")


def test_parts_are_whole_coins_of_a_currency_without_cents():
    shares = [
        Part(Customer(pk=n), Decimal(one), n == 0) for n, one in enumerate(("50", "25", "25"))
    ]
    assert sharing.split(Decimal(1001), shares, "JPY") == {0: 501, 1: 250, 2: 250}
    assert sharing.split(Decimal(1001), shares, "NOK")[1] == Decimal("250.25")


@pytest.mark.parametrize("text", [HUGE, "1e400", "NaN", "Infinity", "-5", "\0", "x" * 10_000])
@pytest.mark.parametrize("rows", ["", "add-plan", "add-share"])
def test_amounts_of_a_price_model_that_make_no_sense_are_told(as_kari, text, rows):
    model = fixed(ProjectFactory(number="5001"))
    odd = {"plan-0-amount": text, "own-percent": text, "amount": text}
    sent = fields(as_kari.get(address(model))) | odd | ({"rows": rows} if rows else {})
    response = as_kari.post(address(model), sent)
    assert response.status_code == (200 if rows else 422)
    assert list(model.plan.values_list("amount", flat=True)) == [4000, 6000]


@pytest.mark.parametrize("number", ["\0", HUGE, "5001\0", "'", "x" * 10_000, "nothing"])
def test_activities_of_a_project_that_cannot_be_are_none(as_kari, number):
    ProjectFactory(number="5001")
    page = as_kari.get("/projects/hours/activities/", {"project": number, "add": "activity"})
    assert page.status_code == 200
    assert b"<option" not in page.content


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "\0", "1e400"])
def test_days_that_nobody_has_worked_on_are_refused_in_words(as_kari, kari, day):
    EmployeeFactory(user=kari)
    ProjectFactory(number="5001")
    url = "/projects/5001/hours/new/"
    sent = fields_of(as_kari.get(url), "form.dialog") | {"hours": "1", "day": day}
    assert as_kari.post(url, sent).status_code == 422
    assert not TimeEntry.objects.exists()


def test_ending_a_project_tells_of_a_subscription_that_goes_on(as_kari):
    project = ProjectFactory(number="5001", model=False)
    PriceModelFactory(
        project=project, kind="subscription", amount=100, interval=1, starts_on=date(2026, 1, 1)
    )
    response = as_kari.post("/projects/5001/state/", {"state": "finished", "shown": "progress"})
    assert said(response).endswith("goes on until it is given a last day.")
    project.price_models.update(ends_on=date(2099, 12, 31))
    Project.objects.update(state="progress")
    response = as_kari.post("/projects/5001/state/", {"state": "finished", "shown": "progress"})
    assert said(response).endswith("goes on until 31 Dec 2099.")
    project.price_models.update(ends_on=timezone.localdate())
    Project.objects.update(state="progress")
    response = as_kari.post("/projects/5001/state/", {"state": "finished", "shown": "progress"})
    assert said(response).endswith("The project is set to “Finished”.")


def test_the_sum_of_a_day_is_taken_exactly(kari):
    """24 hours are not too many, however they are made up."""
    EmployeeFactory(user=kari)
    activity = ProjectFactory().activities.get()
    for _n in range(10):
        TimeEntryFactory(user=kari, activity=activity, hours=Decimal("2.3"))
    one = hours.Hours(kari.pk, activity.pk, date(2026, 11, 2), Decimal(1))
    assert hours.problems([one]) == {}
