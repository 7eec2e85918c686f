"""Numbers are proposed, allocated, stepped over and never used twice."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from customers import numbers
from customers.creating import create
from customers.models import Customer, NumberSeries, UsedNumber
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def test_a_proposal_reserves_nothing(series):
    assert numbers.propose().number == "1000"
    assert numbers.propose().number == "1000"


def test_customers_get_one_number_after_the_other(series):
    assert [create(Customer(name="A")).number, create(Customer(name="B")).number] == [
        "1000",
        "1001",
    ]


def test_a_typed_number_is_stepped_over(series):
    create(Customer(name="A"), wanted="1001")
    assert [create(Customer(name=n)).number for n in "BC"] == ["1000", "1002"]


def test_a_long_run_of_used_numbers_is_stepped_over_in_few_queries(
    series, django_assert_max_num_queries
):
    customer = CustomerFactory()
    UsedNumber.objects.bulk_create(
        UsedNumber(number=str(n), customer=customer) for n in range(1000, 4500)
    )
    with django_assert_max_num_queries(6):
        assert numbers.propose().number == "4500"


def test_prefix_and_width_shape_the_number(series):
    NumberSeries.objects.update(prefix="K-", first=1, next=7, width=5)
    assert create(Customer(name="A")).number == "K-00007"


def test_a_number_is_not_used_again_after_renumbering(series):
    customer = create(Customer(name="A"))
    Customer.objects.filter(pk=customer.pk).update(number="7000")
    with pytest.raises(numbers.NumberTaken, match="used before by A"):
        create(Customer(name="B"), wanted="1000")
    assert create(Customer(name="B")).number == "1001"


def test_a_used_number_is_refused_by_name(series):
    create(Customer(name="Fjord AS"), wanted="2000")
    with pytest.raises(numbers.NumberTaken, match="2000 is already used by Fjord AS"):
        create(Customer(name="B"), wanted="2000")
    assert Customer.objects.count() == 1


def test_a_series_that_is_used_up_says_which(series):
    NumberSeries.objects.update(first=1000, last=1001, next=1000)
    create(Customer(name="A"))
    create(Customer(name="B"))
    with pytest.raises(numbers.SeriesUsedUp, match=r"Customers.*1000–1001"):
        create(Customer(name="C"))
    assert "used up" in numbers.propose().problem


def test_a_failure_after_allocation_gives_the_number_back(series):
    with transaction.atomic():
        assert create(Customer(name="A")).number == "1000"
        transaction.set_rollback(True)
    assert create(Customer(name="B")).number == "1000"


def test_two_customers_cannot_share_a_number_whatever_the_code_does():
    CustomerFactory(number="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.create(number="1", name="B")


@pytest.mark.parametrize(
    "changes",
    [
        {"first": 20, "last": 10, "next": 20},
        {"first": 5, "last": 9, "next": 11},
        {"first": 5, "last": 9, "next": 4},
    ],
)
def test_a_series_must_make_sense(changes):
    series = NumberSeries(kind="project", name="Projects", **changes)
    with pytest.raises(ValidationError):
        series.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        series.save()
