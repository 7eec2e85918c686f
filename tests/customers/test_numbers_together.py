"""Sixteen people create customers at the same moment."""

import pytest

from customers.models import Customer, NumberSeries, UsedNumber
from tests.conftest import signed_in
from tests.factories import UserFactory
from tests.together import at_once

PEOPLE, EACH = 16, 5
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clients():
    boss = UserFactory(username="boss", is_superuser=True)
    return [signed_in(boss) for _ in range(PEOPLE)]


def test_no_number_is_doubled_none_is_lost_and_nobody_sees_an_error(filled_in, clients):
    first = NumberSeries.objects.get(kind="customer").next

    def create_some(person: int) -> list[int]:
        # Everyone was shown the same proposal.
        return [
            clients[person]
            .post("/customers/new/", filled_in | {"name": f"Selskap {person} {n} AB"})
            .status_code
            for n in range(EACH)
        ]

    answers = [answer for some in at_once(PEOPLE, create_some) for answer in some]

    assert answers == [302] * (PEOPLE * EACH)
    expected = {str(first + n) for n in range(PEOPLE * EACH)}
    assert set(Customer.objects.values_list("number", flat=True)) == expected
    assert set(UsedNumber.objects.values_list("number", flat=True)) == expected
    assert NumberSeries.objects.get(kind="customer").next == first + PEOPLE * EACH


def test_of_people_who_type_the_same_number_one_gets_it_and_the_others_are_told(filled_in, clients):
    def create_one(person: int) -> tuple[int, bool]:
        response = clients[person].post(
            "/customers/new/", filled_in | {"number": "4711", "name": f"Selskap {person}"}
        )
        return response.status_code, b"4711 is already used" in response.content

    assert sorted(at_once(6, create_one)) == [(302, False)] + [(422, True)] * 5
    assert Customer.objects.filter(number="4711").count() == 1
