"""The overview finds customers by the people who work there."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers import contacts, search
from customers.contacts import Details, Post
from customers.models import Customer, Person
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def fjell(db):
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def vidde(db):
    return CustomerFactory(number="78", name="Vidde AS")


def found(question: str) -> set[str]:
    """Return the names found by way of the index, which walking the rows must find too."""
    by_index = Customer.objects.filter(search.indexed(question))
    assert set(by_index) == set(Customer.objects.filter(search.walked(question)))
    return {customer.name for customer in by_index}


def add(customer, **post):
    details = Details("Kåre Ødegård", ["kare@odegard.example"])
    return contacts.add_new(customer, details, Post(**post))


def test_a_customer_is_found_by_a_contact_and_both_its_addresses(fjell, vidde, as_kari):
    add(fjell, email="ko@fjellpost.example")
    for question in ("kåre", "ødegård", "kare@odegard", "ko@fjellpost", "fjell kare"):
        assert found(question) == {"Fjell AS"}
    html = as_kari.get("/customers/?q=ødegård").content.decode()
    assert "Fjell AS" in html
    assert "Vidde AS" not in html


def test_a_person_at_two_customers_finds_both_and_a_new_name_follows_at_both(fjell, vidde):
    contact = add(fjell)
    contacts.add_existing(vidde, contact.person)
    assert found("kåre") == {"Fjell AS", "Vidde AS"}
    version = Person.objects.get().version
    contacts.save(contact, version, Details("Kåre Lind", ["ny@lind.example"]), Post())
    assert found("odegard") == set()
    assert found("ny@lind") == {"Fjell AS", "Vidde AS"}


def test_who_was_removed_or_has_left_is_not_found_and_who_will_come_is(fjell, vidde):
    contact = add(fjell)
    contacts.add_existing(vidde, contact.person)
    contacts.remove(contact)
    assert found("kåre") == {"Vidde AS"}
    today = timezone.localdate()
    contacts.end(vidde.contacts.get(), today)
    assert found("kåre") == {"Vidde AS"}
    contacts.end(vidde.contacts.get(), today - timedelta(1))
    assert found("kåre") == set()
    add(fjell, employed_from=today + timedelta(1))
    assert found("kåre") == {"Fjell AS"}


def test_a_customer_that_is_saved_keeps_its_contacts(fjell):
    add(fjell)
    customer = Customer.objects.get(pk=fjell.pk)
    customer.name = "Fjellet AS"
    customer.save()
    assert found("fjellet kåre") == {"Fjellet AS"}


def test_many_contacts_never_push_out_the_customers_own_words(fjell):
    for n in range(60):
        details = Details(f"Navnebror{n} {'x' * 60}{n}", [f"{'y' * 60}{n}@lang.example"])
        contacts.add_new(fjell, details)
    fjell.refresh_from_db()
    assert len(fjell.search_text) == 4000
    assert fjell.search_text.startswith(" fjell as 77")
    assert found("navnebror0") == {"Fjell AS"}


def test_a_new_customer_costs_no_query_more_and_a_known_one_two(fjell):
    add(fjell)
    with CaptureQueriesContext(connection) as captured:
        Customer(number="99", name="Ny AS").searchable()
    assert len(captured) == 0
    customer = Customer.objects.get(pk=fjell.pk)
    with CaptureQueriesContext(connection) as captured:
        customer.searchable()
    assert len(captured) == 2  # contacts, and what was merged into it


def test_only_what_is_searched_is_written_on_the_customer(fjell):
    add(fjell)
    before = Customer.objects.values().get(pk=fjell.pk)
    contacts.add_new(fjell, Details("Ny Person"))
    after = Customer.objects.values().get(pk=fjell.pk)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"search_text", "last_activity_at"}
