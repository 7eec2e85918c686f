"""Sixteen people create customers at the same moment."""

import threading

import pytest
from django.db import connection
from django.test import Client

from customers.models import Customer, NumberSeries, UsedNumber
from tests.factories import UserFactory

PEOPLE, EACH = 16, 5


@pytest.mark.django_db(transaction=True)
def test_no_number_is_doubled_none_is_lost_and_nobody_sees_an_error(filled_in):
    user = UserFactory(username="boss", is_superuser=True)
    first = NumberSeries.objects.get(kind="customer").next
    answers: list[int] = []
    start = threading.Barrier(PEOPLE)

    def create_some(person: int) -> None:
        client = Client()
        client.force_login(user)
        start.wait()
        for n in range(EACH):
            # Everyone was shown the same proposal.
            response = client.post(
                "/customers/new/", filled_in | {"name": f"Selskap {person} {n} AB"}
            )
            answers.append(response.status_code)
        connection.close()

    threads = [threading.Thread(target=create_some, args=[n]) for n in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [302] * (PEOPLE * EACH)
    expected = {str(first + n) for n in range(PEOPLE * EACH)}
    assert set(Customer.objects.values_list("number", flat=True)) == expected
    assert set(UsedNumber.objects.values_list("number", flat=True)) == expected
    assert NumberSeries.objects.get(kind="customer").next == first + PEOPLE * EACH


@pytest.mark.django_db(transaction=True)
def test_of_people_who_type_the_same_number_one_gets_it_and_the_others_are_told(filled_in):
    user = UserFactory(username="boss", is_superuser=True)
    answers: list[tuple[int, bool]] = []
    start = threading.Barrier(6)

    def create_one(person: int) -> None:
        client = Client()
        client.force_login(user)
        start.wait()
        response = client.post(
            "/customers/new/", filled_in | {"number": "4711", "name": f"Selskap {person}"}
        )
        answers.append((response.status_code, b"4711 is already used" in response.content))
        connection.close()

    threads = [threading.Thread(target=create_one, args=[n]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [(302, False)] + [(422, True)] * 5
    assert Customer.objects.filter(number="4711").count() == 1
