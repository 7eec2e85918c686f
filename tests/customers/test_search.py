"""The overview's search finds customers by any part of what is known."""

import pytest
from django.db import connection

from customers import search
from customers.models import Customer
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def found(question: str) -> set[str]:
    """Return the names found by way of the index, which walking the rows must find too."""
    by_index = Customer.objects.filter(search.indexed(question))
    by_walking = Customer.objects.filter(search.walked(question))
    assert set(by_index) == set(by_walking)
    return {customer.name for customer in by_index}


@pytest.fixture(autouse=True)
def customers(db):
    CustomerFactory(
        number="1043",
        name="Fjordkraft Teknikk AS",
        org_number="212345679",
        visiting_city="Bergen",
        email="post@fjordkraft.example",
    )
    CustomerFactory(number="1044", name="Ås Måling & Øl-verk", invoice_email="faktura@as.example")
    CustomerFactory(number="K-7", name="Æventyr Design", postal_city="Tromsø")


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("fjord", "Fjordkraft Teknikk AS"),
        ("KRAFT", "Fjordkraft Teknikk AS"),
        ("teknikk fjordkraft", "Fjordkraft Teknikk AS"),
        ("te fj", "Fjordkraft Teknikk AS"),
        ("1043", "Fjordkraft Teknikk AS"),
        ("212345679", "Fjordkraft Teknikk AS"),
        ("212 345 679", "Fjordkraft Teknikk AS"),
        ("bergen", "Fjordkraft Teknikk AS"),
        ("post@fjordkraft", "Fjordkraft Teknikk AS"),
        ("måling", "Ås Måling & Øl-verk"),
        ("maling", "Ås Måling & Øl-verk"),
        ("ol-verk", "Ås Måling & Øl-verk"),
        ("faktura@as", "Ås Måling & Øl-verk"),
        ("aeventyr", "Æventyr Design"),
        ("tromso", "Æventyr Design"),
        ("k-7", "Æventyr Design"),
        ("æ", "Æventyr Design"),
    ],
)
def test_it_finds(question, name):
    assert found(question) == {name}


@pytest.mark.parametrize("question", ["xyz", "fjord xyz", '"', "fjord' OR 1=1", "NEAR(", "*"])
def test_it_finds_nothing(question):
    if search.words_of(question):
        assert found(question) == set()


def test_it_follows_a_changed_name():
    customer = Customer.objects.get(number="1043")
    customer.name = "Sildakraft AS"
    customer.save()
    assert found("silda") == {"Sildakraft AS"}
    assert found("teknikk") == set()


def test_it_forgets_what_is_deleted():
    customer = Customer.objects.get(number="1043")
    customer.used_numbers.all().delete()
    customer.delete()
    assert found("fjordkraft") == set()


def test_the_index_is_made_anew_when_a_migration_has_dropped_its_triggers():
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER {search.INDEX}_insert")
        CustomerFactory(name="Usynlig AS")
        search.install(using="default")
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"DROP INDEX {search.INDEX}")
        search.install(using="default")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_indexes WHERE indexname = %s", [search.INDEX])
            assert cursor.fetchone()
        CustomerFactory(name="Usynlig AS")
    assert found("usynlig") == {"Usynlig AS"}
