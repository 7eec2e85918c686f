"""People who make projects at the same moment."""

import pytest

from customers.models import Customer, NumberSeries
from moment.projects.models import Activity, PriceModel, Project
from tests.conftest import signed_in
from tests.factories import CustomerFactory, UserFactory
from tests.together import at_once

PEOPLE = 8
NEW = "/projects/new/"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clients():
    boss = UserFactory(username="boss", is_superuser=True)
    CustomerFactory(number="1043", name="Fjordkraft AS")
    return [signed_in(boss) for _ in range(PEOPLE)]


def typed(person: int, **more: str) -> dict[str, str]:
    return {
        "customer": "1043", "name": f"Project {person}", "number": "5000", "proposed": "5000",
        "state": "progress", "model-kind": "hourly", "model-rates_from": "employee", **more,
    }  # fmt: skip


def test_all_get_numbers_of_their_own_and_nobody_sees_an_error(clients):
    def create(person: int) -> str:
        return clients[person].post(NEW, typed(person)).get("Location", "")

    # Everyone was shown the same proposal.
    led_to = at_once(PEOPLE, create)
    expected = {str(5000 + n) for n in range(PEOPLE)}
    assert set(led_to) == {f"/projects/{number}/" for number in expected}
    assert set(Project.objects.values_list("number", flat=True)) == expected
    assert PriceModel.objects.count() == Activity.objects.count() == PEOPLE
    assert NumberSeries.objects.get(kind="project").next == 5000 + PEOPLE


def test_of_two_who_type_the_same_number_one_gets_it_and_the_other_is_told(clients):
    def create(person: int) -> tuple[int, bool]:
        response = clients[person].post(NEW, typed(person, number="4711"))
        return response.status_code, b"4711 is already used" in response.content

    assert sorted(at_once(2, create)) == [(302, False), (422, True)]
    assert Project.objects.get().number == "4711"


def test_no_project_is_made_for_a_customer_once_it_is_blocked(clients):
    def act(person: int) -> int:
        if person == 0:
            customer = Customer.objects.get(number="1043")
            customer.status = "blocked"
            customer.save()
            return 0
        return clients[person].post(NEW, typed(person)).status_code

    answers = at_once(4, act)[1:]
    assert set(answers) <= {302, 422}
    assert Project.objects.count() == answers.count(302)
    assert clients[0].post(NEW, typed(9)).status_code == 422
