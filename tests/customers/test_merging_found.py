"""What searches find, and what is locked and erased, of customers that are merged."""

import threading

import pytest
from django.db import connection, transaction

from customers import contacts, merging, persons, privacy, search
from customers.duplicates import pairs
from customers.merging import making
from customers.models import Contact, Customer, DuplicatePair, MergeChange, Person
from moment.turns import in_turn
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    HourlyRateFactory,
    OtherAddressFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db


def found(question):
    """Return the customers that the index knows, merged ones too."""
    return set(Customer.with_merged.filter(search.indexed(question)))


def test_the_index_of_searches_holds_no_merged_customer_until_the_merge_is_undone(kari):
    kept, other, last = (CustomerFactory(name=name) for name in ("Fjord AS", "Vidde AS", "Ås AS"))
    ContactFactory(customer=other, person__name="Eva Moen")
    made = merging.merge(kept.pk, [other.pk], by=kari)
    other.refresh_from_db()
    other.save()
    contacts.finish([other])
    assert found("vidde") == found("moen") == {kept}
    later = merging.merge(last.pk, [kept.pk], by=kari)
    assert found("vidde") == found("moen") == {last}
    merging.undo(later.pk, by=kari)
    assert found("vidde") == found("moen") == {kept}
    merging.undo(made.pk, by=kari)
    assert found("vidde") == found("moen") == {other}


def both(title, other_title):
    """Return two customers with one contact, who has another title at each, and their contact."""
    kept, other = CustomerFactory(), CustomerFactory()
    person = PersonFactory(name="Eva Moen", emails=[])
    post = ContactFactory(customer=kept, person=person, title=title)
    ContactFactory(customer=other, person=person, title=other_title)
    person.save()
    return kept, other, post


def test_a_person_is_not_found_by_what_stayed_with_a_merged_customer(kari):
    kept, other, _post = both("Sjef", "Rektor")
    made = merging.merge(kept.pk, [other.pk], by=kari)
    assert [persons.find(kari, word, kept) != [] for word in ("sjef", "rektor")] == [True, False]
    merging.undo(made.pk, by=kari)
    assert persons.find(kari, "rektor", kept)


def test_a_person_who_was_edited_is_found_by_what_comes_back_when_a_merge_is_undone(kari):
    kept, other, post = both("Sjef", "Rektor")
    decided = {f"contact-{post.person_id}": str(other.contacts.get().pk)}
    made = merging.merge(kept.pk, [other.pk], by=kari, decided=decided)
    post = Contact.objects.get(pk=post.pk)
    version = Person.objects.get(pk=post.person_id).version
    contacts.save(post, version, contacts.Details("Eva Moen"), contacts.Post(title=post.title))
    merging.undo(made.pk, by=kari)
    assert persons.find(kari, "sjef", kept)
    assert persons.find(kari, "rektor", kept)


def test_what_merging_made_of_a_contact_is_erased_with_the_person_though_it_was_removed(kari, anne):
    kept, other, post = both("Sjef", "Rektor")
    decided = {f"contact-{post.person_id}": str(other.contacts.get().pk)}
    merging.merge(kept.pk, [other.pk], by=kari, decided=decided)
    contacts.remove(Contact.objects.get(pk=post.pk))
    privacy.erase(Person.objects.get(pk=post.person_id), anne)
    assert "Rektor" not in str(list(MergeChange.objects.values_list("values", flat=True)))


def test_a_pair_cannot_be_told_apart_when_one_was_merged_at_that_moment(kari, monkeypatch):
    kept, other = CustomerFactory(), CustomerFactory()
    pair = DuplicatePair.objects.create(first=kept, second=other, score=90)
    everybody = DuplicatePair.objects.all()
    monkeypatch.setattr(pairs, "visible_to", lambda user: everybody)
    Customer.objects.filter(pk=other.pk).update(merged_into=kept)
    assert pairs.dismiss(pair.pk, kari) is None


def test_a_rate_that_gave_way_is_not_removed_in_the_name_of_the_one_that_holds(as_anne, anne):
    kept, other = CustomerFactory(), CustomerFactory()
    rate = HourlyRateFactory(customer=kept, rate=1500)
    stayed = HourlyRateFactory(
        customer=other, role=rate.role, user=rate.user, rate=1200, valid_from=rate.valid_from
    )
    merging.merge(kept.pk, [other.pk], by=anne)
    answer = as_anne.post(f"/customers/{other.number}/invoicing/rates/{stayed.pk}/delete/")
    assert answer.status_code == 200
    assert "1,500" in answer.content.decode()
    assert kept.hourly_rates.get() == rate


def test_addresses_stay_in_their_country_when_the_country_does_not_go_back(kari):
    kept = CustomerFactory(country="NO", org_number="", visiting_street="Gata 1")
    other = CustomerFactory(country="SE", org_number="5560000000")
    site = OtherAddressFactory(customer=kept, country="")
    made = merging.merge(kept.pk, [other.pk], by=kari, chosen={"org_number": other.pk})
    kept.refresh_from_db()
    assert (kept.country, kept.visiting_country) == ("SE", "NO")
    kept.org_number = "5560000001"
    kept.save()
    merging.undo(made.pk, by=kari)
    kept.refresh_from_db()
    site.refresh_from_db()
    assert (kept.country, kept.visiting_country, site.country) == ("SE", "NO", "NO")


def test_addresses_stay_in_their_country_when_the_country_goes_back(kari):
    kept = CustomerFactory(country="NO", org_number="")
    other = CustomerFactory(country="SE", org_number="5560000000")
    made = merging.merge(kept.pk, [other.pk], by=kari, chosen={"org_number": other.pk})
    kept.refresh_from_db()
    kept.postal_street = "Gatan 1"
    kept.save()
    site = OtherAddressFactory(customer=kept, country="")
    merging.undo(made.pk, by=kari)
    kept.refresh_from_db()
    site.refresh_from_db()
    assert (kept.country, kept.postal_country, site.country) == ("NO", "SE", "SE")


HOSTILE = ["a\x00b", "1\x00", "\x00", "9" * 30]


@pytest.mark.parametrize("bad", HOSTILE)
def test_nothing_in_an_address_breaks_the_pages_of_merging(as_anne, bad):
    kept, other = CustomerFactory(), CustomerFactory()
    page = f"/customers/{kept.number}/merge/"
    asked = {
        page: ("q", "with", "chosen-number", "decided-x", "seen-1", "since"),
        "/customers/merge/": ("with",),
        "/customers/duplicates/": ("q", "evidence", "status", "responsible", "page", "state"),
        f"/customers/{kept.number}/edit/alike/": ("name", "org_number", "country"),
    }
    for url, names in asked.items():
        for name in names:
            for more in ({}, {"with": other.number}, {"with": other.number, "ask": "1"}):
                assert as_anne.get(url, {**more, name: bad}).status_code in (200, 302)
    answer = as_anne.post("/customers/duplicates/1/dismiss/", query_params={"customer": bad})
    assert answer.status_code in (302, 404)


@pytest.mark.django_db(transaction=True)
def test_who_was_merged_into_one_of_them_while_that_was_waited_for_is_locked_too():
    kept, other = CustomerFactory(), CustomerFactory()
    told, asked, locked = [], threading.Event(), threading.Event()

    def hold():
        try:
            asked.set()
            with in_turn(), transaction.atomic():
                making.lock([kept.pk])
                locked.set()
                threading.Event().wait(0.5)
                told.append("held")
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    with in_turn(), transaction.atomic():
        Customer.objects.select_for_update().get(pk=kept.pk)
        thread.start()
        asked.wait(30)
        threading.Event().wait(0.5)  # until it waits for the customer
        Customer.objects.filter(pk=other.pk).update(merged_into=kept)
    assert locked.wait(30)
    with in_turn(), transaction.atomic():
        Customer.with_merged.select_for_update().get(pk=other.pk)
        told.append("free")
    thread.join(30)
    assert told == ["held", "free"]
