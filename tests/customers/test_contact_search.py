"""Persons are found by any part of what is known of them, through an index of their own."""

import pytest
from django.db import connection

from customers import search
from customers.models import Customer, Person
from tests.factories import ContactFactory, CustomerFactory, PersonFactory

pytestmark = pytest.mark.django_db


def found(question: str) -> set[str]:
    """Return the names found by way of the index, which walking the rows must find too."""
    by_index = Person.objects.filter(search.PERSONS.indexed(question))
    by_walking = Person.objects.filter(search.PERSONS.walked(question))
    assert set(by_index) == set(by_walking)
    return {person.name for person in by_index}


@pytest.fixture(autouse=True)
def persons(db):
    kari = PersonFactory(
        name="Kari Åsgård", mobile="900 12 345", emails=["kari@fjordkraft.example"]
    )
    ContactFactory(person=kari, title="Økonomisjef", email="regnskap@nordlys.example")
    kari.save()
    PersonFactory(name="Ole 2 Ærlig", phone="22 33 44 55")


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("kari", "Kari Åsgård"),
        ("ÅSGÅRD kari", "Kari Åsgård"),
        ("asgard", "Kari Åsgård"),
        ("fjordkraft", "Kari Åsgård"),
        ("regnskap@nordlys", "Kari Åsgård"),
        ("økonomi", "Kari Åsgård"),
        ("900 12 345", "Kari Åsgård"),
        ("k", "Kari Åsgård"),
        ("ol ær", "Ole 2 Ærlig"),
        ("33 44", "Ole 2 Ærlig"),
        ("o", "Ole 2 Ærlig"),
    ],
)
def test_it_finds(question, name):
    assert found(question) == {name}


@pytest.mark.parametrize("question", ["xyz", "kari xyz", "sgård", "kari' OR 1=1", "NEAR(", "2"])
def test_it_finds_nothing(question):
    assert found(question) == ({"Kari Åsgård"} if question == "sgård" else set())


def test_it_follows_a_changed_name():
    person = Person.objects.get(name="Kari Åsgård")
    person.name = "Kari Brekke"
    person.save()
    assert found("brekke") == {"Kari Brekke"}
    assert found("åsgård") == set()


def test_it_forgets_who_is_deleted():
    Person.objects.get(name="Ole 2 Ærlig").delete()
    assert found("ærlig") == set()


def test_customers_and_persons_are_found_apart():
    CustomerFactory(name="Kari Bygg AS", number="77")
    assert found("kari") == {"Kari Åsgård"}
    customers = Customer.objects.filter(search.indexed("bygg"))
    assert [customer.name for customer in customers] == ["Kari Bygg AS"]
    assert Customer.objects.filter(search.indexed("7")).count() == 0
    assert not Person.objects.filter(search.PERSONS.indexed("bygg")).exists()


def test_the_index_answers_and_no_row_is_read_in_vain():
    asked = Person.objects.filter(search.PERSONS.indexed("fjordkraft")).order_by()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "customers_person_search" in asked.explain() or "VIRTUAL TABLE INDEX" in asked.explain()


def test_both_indexes_are_made_anew_when_a_migration_has_dropped_them():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {search.PERSONS.name}_update")
            cursor.execute(f"DROP TRIGGER {search.CUSTOMERS.name}_insert")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"DROP INDEX {search.PERSONS.name}")
            cursor.execute(f"DROP INDEX {search.CUSTOMERS.name}")
    search.install(using="default")
    search.install(using="default")
    person = Person.objects.get(name="Kari Åsgård")
    person.name = "Kari Brekke"
    person.save()
    CustomerFactory(name="Usynlig AS")
    assert found("brekke") == {"Kari Brekke"}
    assert Customer.objects.filter(search.indexed("usynlig")).exists()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_indexes WHERE indexname IN (%s, %s)",
                [search.PERSONS.name, search.CUSTOMERS.name],
            )
            assert cursor.fetchone()[0] == 2


@pytest.mark.parametrize("typed", ["900 12 345", "90012345", "12345"])
def test_a_phone_number_is_found_however_it_is_grouped(typed):
    assert found(typed) == {"Kari Åsgård"}
