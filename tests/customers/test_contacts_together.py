"""Many people at the same contacts at once: nobody is lost, doubled or kept waiting for ever."""

from datetime import date

import pytest

from customers import contacts
from customers.models import Contact, Customer, Person
from tests.conftest import signed_in
from tests.customers.contact_pages import form_of, url_of, url_of_contact
from tests.factories import ContactFactory, CustomerFactory, PersonFactory
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_person_is_added_once_however_many_do_it(kari):
    customer, person = CustomerFactory(), PersonFactory()
    clients = [signed_in(kari) for _ in range(6)]

    def add(one: int) -> int:
        return clients[one].post(url_of(customer, "new/"), {"person": person.pk}).status_code

    assert sorted(at_once(6, add)) == [302] + [422] * 5
    assert Contact.objects.count() == 1


def test_of_six_who_save_at_once_one_wins_and_the_others_are_told(kari):
    contact = ContactFactory()
    url = url_of_contact(contact)
    clients = [signed_in(kari) for _ in range(6)]
    forms = [form_of(client, url) for client in clients]

    def save(one: int) -> int:
        return clients[one].post(url, forms[one] | {"name": f"Name {one}"}).status_code

    assert sorted(at_once(6, save)) == [302] + [422] * 5
    assert Person.objects.get().version == 2


def test_a_person_at_many_customers_is_changed_from_all_of_them_at_once():
    person = PersonFactory(name="Eva Moen")
    customers = [CustomerFactory() for _ in range(4)]
    posts = [ContactFactory(person=person, customer=customer) for customer in customers]
    others = [CustomerFactory() for _ in range(2)]

    def act(one: int) -> None:
        # Those who come from the last customer and those from the first meet in the middle.
        if one < 2:
            contacts.add_existing(others[one], person)
        elif one < 4:
            contacts.remove(posts[one])
        else:
            contacts.end(posts[one - 4], date(2030, 1, one))

    at_once(6, act)
    at = set(person.contacts.values_list("customer_id", flat=True))
    assert at == {customer.pk for customer in (*customers[:2], *others)}
    assert set(person.contacts.exclude(employed_until=None).values_list("pk", flat=True)) == {
        posts[0].pk,
        posts[1].pk,
    }
    person.refresh_from_db()
    assert person.version == 7
    for customer in Customer.objects.all():
        assert ("eva moen" in customer.search_text) == (customer.pk in at)
