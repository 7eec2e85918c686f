"""Customers that may be the same are told apart from those that only sound alike."""

import pytest

from customers.duplicates import alike
from customers.models import Customer
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def numbers(name: str, org_number: str = "") -> list[str]:
    found = alike(Customer.objects.all(), name=name, org_number=org_number)
    return [likeness.customer.number for likeness in found]


@pytest.mark.parametrize(
    "name",
    [
        "Brekke & Sønner Bygg AS",
        "BREKKE OG SØNNER BYGG",
        "Brekke & Sonner Bygg",
        "Brekke og Søner Bygg A/S",
        "brekke og sønner bygg a.s.",
    ],
)
def test_spellings_of_one_name_are_found(name):
    CustomerFactory(number="1", name="Brekke og Sønner Bygg AS")
    CustomerFactory(number="2", name="Brekkestø Havn AS")
    if "&" in name:
        CustomerFactory(number="3", name="Brekke & Sønner Bygg")
        assert "3" in numbers(name)
    else:
        assert numbers(name) == ["1"]


@pytest.mark.parametrize("name", ["Fjellheim Eiendom AS", "Fjell AS", "", "AS", "F"])
def test_other_companies_are_left_alone(name):
    CustomerFactory(name="Fjellheim Energi AS")
    assert numbers(name) == []


def test_an_equal_reg_no_comes_first_whatever_the_name():
    CustomerFactory(number="1", name="Fjell AS")
    CustomerFactory(number="2", name="Vidde AS", org_number="212345679", status="inactive")
    found = alike(Customer.objects.all(), name="Fjell", org_number="212345679")
    assert [(like.customer.number, str(like.why)) for like in found] == [
        ("2", "same company reg. no."),
        ("1", "same name"),
    ]


def test_an_equal_reg_no_is_shown_among_many_of_the_same_name():
    for number in "123456":
        CustomerFactory(number=number, name="Hansen AS")
    CustomerFactory(number="9", name="Hansen AS", org_number="212345679")
    assert numbers("Hansen AS", "212345679")[0] == "9"


def test_an_island_is_no_company_form():
    CustomerFactory(number="1", name="Norvik Øy")
    assert numbers("Norvik") == []


@pytest.mark.parametrize(("count", "queries"), [(40, 2), (300, 4)])
def test_two_or_four_queries_whatever_the_number(django_assert_num_queries, count, queries):
    for n in range(count):
        CustomerFactory(name=f"Fjell og Vidde {n} AS")
    with django_assert_num_queries(queries):
        assert len(numbers("Fjell og Vidde 7 AS")) == 5
