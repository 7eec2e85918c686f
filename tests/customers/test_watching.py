"""The numbers of Norwegian customers are watched for as long as somebody has them."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from customers import alerting, creating
from customers.models import Customer
from registry.models import Alert, Watch
from tests.conftest import signed_in
from tests.customers.telling import customer_of, tell
from tests.customers.test_editing import form_of
from tests.factories import CustomerFactory, EntityFactory, UserFactory, org_number
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/customers/77/edit/"
ONE, OTHER = org_number(9001), org_number(9002)


def watched() -> set[str]:
    return set(Watch.objects.values_list("pk", flat=True))


def save(client, url: str = URL, **changes: str) -> None:
    assert client.post(url, form_of(client, url) | changes).status_code == 302


def test_a_new_norwegian_customer_is_watched(as_kari, register):
    number = next(iter(register.entities))
    form = {
        "country": "NO", "number": "1000", "proposed": "1000", "name": "Fjell AS",
        "org_number": number, "status": "active", "relation": "customer",
    }  # fmt: skip
    assert as_kari.post("/customers/new/", form).status_code == 302
    assert watched() == {number}


def test_without_a_norwegian_number_there_is_nothing_to_watch(series):
    creating.create(Customer(name="Lindqvist AB", country="SE", org_number="5560360793"))
    creating.create(Customer(name="Uten nummer AS"))
    assert watched() == set()


def test_a_customer_that_is_not_saved_is_not_watched(series):
    CustomerFactory(number="77")
    with pytest.raises(ValidationError):
        creating.create(Customer(name="Fjell AS", org_number=ONE), wanted="77")
    assert watched() == set()


def test_another_number_is_watched_instead_and_what_was_told_of_the_old_one_goes(as_kari):
    customer = customer_of(EntityFactory(org_number=ONE), number="77")
    tell(customer, vat_registered=True)
    save(as_kari, org_number=OTHER)
    assert watched() == {OTHER}
    assert not Alert.objects.exists()


def test_a_number_that_another_customer_has_stays_watched(as_kari):
    customer = customer_of(EntityFactory(org_number=ONE), number="77")
    CustomerFactory(org_number=ONE, status="blocked")
    tell(customer, vat_registered=True)
    save(as_kari, org_number=OTHER)
    assert watched() == {ONE, OTHER}
    assert Alert.objects.open().count() == 1


def test_the_same_digits_in_another_country_are_another_number(as_kari):
    customer_of(EntityFactory(org_number=ONE), number="77")
    CustomerFactory(number="78", country="SE", org_number=ONE)
    save(as_kari, country="SE")
    assert watched() == set()
    save(as_kari, "/customers/78/edit/", country="NO")
    assert watched() == {ONE}


def test_editing_something_else_leaves_what_was_told(as_kari):
    customer = customer_of(EntityFactory(org_number=ONE), number="77")
    tell(customer, vat_registered=True)
    save(as_kari, phone="22 00 00 00")
    assert watched() == {ONE}
    assert Alert.objects.open().count() == 1


def test_a_number_taken_away_is_no_longer_watched(as_kari):
    customer_of(EntityFactory(org_number=ONE), number="77")
    save(as_kari, org_number="")
    assert watched() == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(2))
def test_a_number_given_up_and_taken_at_once_stays_watched(attempt):
    """In whatever order: of four who have it, all leave, while four others come."""
    boss = UserFactory(is_superuser=True)
    for n in range(8):
        number = ONE if n % 2 else OTHER
        customer_of(EntityFactory.build(org_number=number), number=f"8{n}")
    clients = [signed_in(boss) for _ in range(8)]
    forms = [form_of(clients[n], f"/customers/8{n}/edit/") for n in range(8)]

    def swap(n: int) -> int:
        number = OTHER if n % 2 else ONE
        url = f"/customers/8{n}/edit/"
        return clients[n].post(url, forms[n] | {"org_number": number}).status_code

    assert at_once(8, swap) == [302] * 8
    assert watched() == {ONE, OTHER}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["", ONE], ids=["who leaves", "who comes"])
def test_of_one_who_leaves_a_number_and_one_who_comes_the_second_waits_for_the_first(first):
    customers = {"": customer_of(EntityFactory.build(org_number=ONE)), ONE: CustomerFactory()}
    first_wrote, second_is_done = threading.Event(), threading.Event()

    def change(who: int) -> None:
        number = first if who == 0 else ("" if first else ONE)
        if who:
            first_wrote.wait(timeout=30)
        with transaction.atomic():
            customer = customers[number]
            had, customer.org_number = customer.org_number, number
            customer.save()
            alerting.follow(customer, instead_of=had)
            if who == 0:
                first_wrote.set()
                second_is_done.wait(timeout=1)  # it is not before this commits
        if who:
            second_is_done.set()

    at_once(2, change)
    assert watched() == {ONE}
