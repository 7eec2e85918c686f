"""What an hour costs: by kind of price model, whose rate, on which day, in which currency."""

from datetime import date
from decimal import Decimal

import pytest

from moment.projects.models import PriceList, PriceListRate, ProjectMember, RolePrice
from moment.projects.pricing import Prices
from tests.factories import (
    ActivityFactory,
    CustomerFactory,
    EmployeeFactory,
    HourlyRateFactory,
    PriceModelFactory,
    ProjectFactory,
    ProjectRoleFactory,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)


@pytest.fixture
def role():
    return ProjectRoleFactory(name="Geologist")


@pytest.fixture
def employee(role):
    return EmployeeFactory(terms__role=role, terms__sales_price=1100, terms__cost_rate=610)


def project(rates_from: str = "customer", **fields):
    return ProjectFactory(model__rates_from=rates_from, **fields)


def price(project, employee, day: date = DAY):
    found = Prices([project]).price(project.activities.get(), employee.user_id, day)
    return found.amount if found.amount is not None else found.missing


def test_a_customers_rate_of_a_colleague_goes_before_that_of_the_role(employee, role):
    one = project()
    assert price(one, employee) == 1100
    HourlyRateFactory(customer=one.customer, role=role, rate=1250)
    assert price(one, employee) == 1250
    HourlyRateFactory(customer=one.customer, role=None, user=employee.user, rate=1300)
    assert price(one, employee) == 1300


def test_a_customers_rate_holds_in_its_period_only(employee, role):
    one = project()
    period = {"valid_from": date(2026, 11, 2), "valid_until": date(2026, 11, 3)}
    HourlyRateFactory(customer=one.customer, role=role, rate=1250, **period)
    days = [date(2026, 11, day) for day in (1, 2, 3, 4)]
    assert [price(one, employee, day) for day in days] == [1100, 1250, 1250, 1100]


def test_a_customers_rates_in_another_currency_than_the_projects_are_none(employee, role):
    one = project(customer=CustomerFactory(currency="EUR"), currency="NOK")
    HourlyRateFactory(customer=one.customer, role=role, rate=120)
    assert price(one, employee) == 1100


def test_employees_prices_hold_from_their_day_on(employee):
    one = project("employee")
    employee.terms.create(valid_from=date(2026, 7, 1), sales_price=1200)
    assert price(one, employee, date(2026, 6, 30)) == 1100
    assert price(one, employee, date(2026, 7, 1)) == 1200
    assert "no sales price" in price(one, employee, date(2019, 12, 31))


def test_roles_prices_hold_from_their_day_on(employee, role):
    one = project("role")
    assert "has no price" in price(one, employee)
    RolePrice.objects.create(role=role, valid_from=date(2026, 11, 2), price=990)
    assert price(one, employee) == 990
    assert "has no price" in price(one, employee, date(2026, 11, 1))


def test_what_somebody_is_in_the_project_goes_before_the_terms(employee):
    leader = ProjectRoleFactory(name="Inspector")
    one = project("role")
    ProjectMember.objects.create(project=one, user=employee.user, role=leader)
    RolePrice.objects.create(role=leader, valid_from=date(2026, 1, 1), price=1500)
    assert price(one, employee) == 1500


def test_price_lists_are_by_role_and_in_their_own_currency(employee, role):
    prices = PriceList.objects.create(name="Frame", currency="EUR")
    one = project("price_list", model__price_list=prices, currency="EUR")
    assert "not in the list" in price(one, employee)
    PriceListRate.objects.create(price_list=prices, role=role, rate=95)
    assert price(one, employee) == 95
    one.currency = "NOK"
    one.save()
    assert "another currency" in price(one, employee)


def test_employees_have_no_prices_in_other_currencies(employee):
    assert "currency" in price(project("employee", currency="SEK"), employee)


@pytest.mark.parametrize("kind", ["fixed", "offer", "none"])
def test_hours_that_are_not_what_is_paid_for_cost_nothing(employee, kind):
    one = ProjectFactory(model__kind=kind)
    assert price(one, employee) == 0
    assert Prices([one]).is_billable(one.activities.get()) == (kind != "none")


def test_an_agreed_rate_of_the_activity_goes_before_everything(employee):
    one = ProjectFactory(model__kind="offer", activity__hourly_rate=1150)
    assert price(one, employee) == 1150


def test_an_activity_can_have_a_price_model_of_its_own(employee):
    one = ProjectFactory(model__kind="fixed")
    hourly = PriceModelFactory(project=one, order=1)
    activity = ActivityFactory(project=one, price_model=hourly)
    assert Prices([one]).price(activity, employee.user_id, DAY).amount == 1100


def test_costs_follow_the_terms(employee):
    prices = Prices([])
    assert prices.cost(employee.user_id, DAY) == Decimal(610)
    assert prices.cost(employee.user_id, date(2019, 12, 31)) is None


def test_many_hours_on_many_projects_take_no_more_queries(
    employee, role, django_assert_max_num_queries
):
    projects = [project() for _ in range(20)]
    for one in projects:
        HourlyRateFactory(customer=one.customer, role=role)
    activities = [one.activities.get() for one in projects]
    with django_assert_max_num_queries(6):
        prices = Prices(projects)
        for activity in activities:
            for day in range(1, 29):
                assert prices.price(activity, employee.user_id, date(2026, 10, day)).amount == 1250
