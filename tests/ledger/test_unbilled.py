"""What can be invoiced, and that it is what the projects say is not yet invoiced."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from moment.ledger import unbilled
from moment.projects import figures
from moment.projects.models import Project
from moment.projects.pricing import Prices
from tests.factories import ExpenseFactory, PriceModelFactory, ProjectFactory
from tests.ledger.work import DAY, approved, drafts, of

pytestmark = pytest.mark.django_db


def prices_of(*projects) -> Prices:
    keys = [project.pk for project in projects]
    return Prices(Project.objects.select_related("customer").filter(pk__in=keys))


def full() -> Project:
    """A project with some of everything, and with what is not to be invoiced yet."""
    project = ProjectFactory(expense_surcharge=Decimal("7.5"))
    approved(project, 3, hours=Decimal("0.33"), price=Decimal("1234.55"))
    approved(project, hours=2, price=None)
    approved(project, hours=5, billable=False)
    approved(project, hours=4, price=0)
    fixed = PriceModelFactory(project=project, kind="fixed", order=1)
    fixed.plan.create(text="Half", amount=Decimal("10000.10"), due_on=date(2026, 11, 1))
    fixed.plan.create(text="Rest", amount=9999, due_on=date(2100, 1, 1))
    fixed.plan.create(text="Some day", amount=9999)
    PriceModelFactory(
        project=project, kind="subscription", order=2, name="Support", amount=500, interval=1,
        starts_on=date(2026, 9, 30), ends_on=date(2026, 11, 10),
    )  # fmt: skip
    ExpenseFactory(project=project, cost=Decimal("99.99"), day=DAY)
    ExpenseFactory(project=project, cost=Decimal("10"), surcharge=0, day=date(2026, 11, 5))
    ExpenseFactory(project=project, cost=1000, billable=False)
    return project


def test_what_can_be_invoiced_is_what_the_project_says_is_not_yet_invoiced():
    project = full()
    (found,) = of(project)
    said = figures.by(prices_of(project))[project.pk]
    sums = found.sums
    assert (sums.work, sums.plan) == (said.work, said.plan) == (
        Decimal("1222.20"), Decimal("10000.10"))  # fmt: skip
    assert (sums.subscriptions, sums.expenses) == (said.subscriptions, said.expenses)
    assert (sums.subscriptions, sums.expenses) == (1000, Decimal("117.49"))
    assert sums.total == said.to_invoice
    assert (sums.hours, sums.unpriced) == (Decimal("0.99"), 2)
    assert found.unpriced[0].missing
    assert unbilled.sums(prices_of(project))[project.pk] == sums


@pytest.mark.parametrize("currency", ["ISK", "JPY", "NOK"])
def test_what_is_agreed_with_parts_of_a_coin_is_in_whole_coins_everywhere(currency):
    """What can be invoiced, what the project says, and the lines of the draft are the same."""
    project = ProjectFactory(currency=currency)
    fixed = PriceModelFactory(project=project, kind="fixed", order=1)
    for n in range(3):
        fixed.plan.create(text=f"Part {n}", amount="333.50", due_on=date(2026, 11, 1))
    fixed.plan.create(text="Later", amount="333.50", due_on=date(2100, 1, 1))
    PriceModelFactory(
        project=project, kind="subscription", order=2, name="Support", amount="99.50", interval=1,
        starts_on=date(2026, 9, 30), ends_on=date(2026, 11, 10),
    )  # fmt: skip
    plan, period = Decimal("333.50"), Decimal("99.50")
    if currency != "NOK":
        plan, period = Decimal(334), Decimal(100)
    (found,) = of(project)
    said = figures.by(prices_of(project))[project.pk]
    assert (found.sums.plan, found.sums.subscriptions) == (3 * plan, 2 * period)
    assert (said.plan, said.coming, said.subscriptions) == (3 * plan, plan, 2 * period)
    assert unbilled.sums(prices_of(project))[project.pk] == found.sums
    (made,) = drafts(project)
    assert made.net == found.sums.total == said.to_invoice


def test_periods_of_a_subscription_have_their_first_and_last_day():
    (found,) = of(full())
    assert [(one.first_day, one.last_day) for one in found.periods] == [
        (date(2026, 9, 30), date(2026, 10, 29)),
        (date(2026, 10, 30), date(2026, 11, 10)),
    ]


def test_what_is_on_a_draft_is_not_there_any_more():
    project = full()
    (first,) = drafts(project)
    (found,) = of(project)
    assert not found.choice
    assert len(found.unpriced) == 1
    sums = unbilled.sums(prices_of(project))[project.pk]
    assert (sums.total, sums.drafts) == (0, first.net)
    assert figures.by(prices_of(project))[project.pk].to_invoice == first.net


def test_hours_and_expenses_up_to_a_day_and_the_rest_as_it_is_due():
    project = full()
    approved(project, day=date(2026, 11, 1))
    (found,) = of(project, until=date(2026, 10, 31))
    assert found.sums == unbilled.sums(prices_of(project), until=date(2026, 10, 31))[project.pk]
    assert {one.day for one in found.hours} == {DAY}
    assert [one.expense.day for one in found.expenses] == [DAY]
    assert (len(found.items), len(found.periods)) == (1, 2)


def test_hours_whose_price_is_known_by_now_can_be_invoiced():
    project = ProjectFactory()
    activity = project.activities.get()
    approved(project, hours=3, price=None)
    assert of(project)[0].unpriced
    activity.hourly_rate = Decimal("777.77")
    activity.save()
    (found,) = of(project)
    assert (found.sums.work, found.unpriced) == (Decimal("2333.31"), [])
    assert unbilled.sums(prices_of(project))[project.pk].work == Decimal("2333.31")


def test_nothing_falls_due_of_what_is_only_offered():
    project = full()
    Project.objects.filter(pk=project.pk).update(state="offer")
    (found,) = of(project)
    assert (found.items, found.periods) == ([], [])


def test_projects_with_something_are_found_and_no_others():
    with_hours, with_plan, with_period, with_expense, empty, drafted = [
        ProjectFactory() for _nth in range(6)
    ]
    approved(with_hours)
    approved(empty, billable=False)
    approved(empty, price=0)
    approved(drafted)
    drafts(drafted)
    with_plan.price_models.get().plan.create(text="Step", amount=1, due_on=DAY)
    PriceModelFactory(
        project=with_period, kind="subscription", amount=5, interval=12, starts_on=DAY
    )
    ExpenseFactory(project=with_expense)
    found = Project.objects.filter(unbilled.with_some())
    assert set(found) == {with_hours, with_plan, with_period, with_expense}
    assert set(Project.objects.filter(unbilled.with_some(date(2026, 10, 1)))) == {
        with_plan, with_period,
    }  # fmt: skip


def test_any_number_of_projects_takes_the_same_number_of_queries():
    counts = []
    for many in (1, 4):
        projects = [full() for _nth in range(many)]
        for read in (unbilled.of, unbilled.sums):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                read(prices_of(*projects))
            counts.append((read, len(queries)))
    assert counts[:2] == counts[2:]
    assert max(count for _read, count in counts) <= 14
