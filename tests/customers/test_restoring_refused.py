"""A value that cannot be put back any more is refused with the reason."""

from datetime import date

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry

from customers import files, restoring
from customers.models import Customer, File
from customers.models.classification import Tag
from moment.content import receive
from tests.customers.kept_files import kept, pdf
from tests.customers.putting_back import changed, made, possible, put_back
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    OtherAddressFactory,
    TagFactory,
)
from tests.moment.samples import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell AS")


def test_a_row_that_is_gone_is_said_to_be(customer, kari):
    address = made("address", customer, kari)
    entry = changed(address, "city", "Tromsø", "Bergen")
    address.delete()
    assert restoring.key_of(entry, "city") not in possible(customer, kari)
    with pytest.raises(restoring.CannotPutBack, match="has been removed since"):
        restoring.offer(entry, "city", kari, customer)
    with pytest.raises(restoring.CannotPutBack, match="has been removed since"):
        restoring.put_back(entry, "city", kari, customer, seen="")


@pytest.mark.parametrize("what", ["contact", "person", "email"])
def test_nothing_comes_back_of_a_person_who_was_taken_off(customer, anne, what):
    row = made(what, customer, anne)
    field = {"contact": "title", "person": "phone", "email": "address"}[what]
    entry = changed(row, field, "a@b.example", "c@d.example")
    customer.contacts.get().delete()
    assert possible(customer, anne) == set()
    with pytest.raises(restoring.CannotPutBack, match="has been removed since"):
        restoring.put_back(entry, field, anne, customer, seen="")


def test_a_colleague_who_has_left_does_not_come_back(customer, kari, per):
    entry = changed(customer, "responsible", per, kari)
    per.is_active = False
    per.save()
    assert restoring.key_of(entry, "responsible") not in possible(customer, kari)
    with pytest.raises(restoring.CannotPutBack, match="no longer here"):
        restoring.offer(entry, "responsible", kari, customer)


def test_a_contact_of_another_customer_does_not_come_back(customer, kari):
    contact = ContactFactory(customer=customer)
    entry = changed(customer, "invoice_contact", contact, None)
    contact.customer = CustomerFactory()
    contact.save()
    with pytest.raises(restoring.CannotPutBack, match="no longer here"):
        restoring.offer(entry, "invoice_contact", kari, customer)


def test_a_tag_that_was_deleted_does_not_come_back_but_the_others_do(customer, kari):
    kept, gone = TagFactory(name="Bygg"), TagFactory(name="Havn")
    customer.tags.set([kept, gone])
    customer.tags.remove(kept, gone)
    both = LogEntry.objects.latest("pk")
    customer.tags.add(gone)
    customer.tags.remove(gone)
    one = LogEntry.objects.latest("pk")
    Tag.objects.filter(pk=gone.pk).delete()
    assert restoring.key_of(one, "tags") not in possible(customer, kari)
    with pytest.raises(restoring.CannotPutBack, match="no tag Havn any more"):
        restoring.offer(one, "tags", kari, customer)
    assert restoring.offer(both, "tags", kari, customer).then == "Bygg"


@pytest.mark.parametrize(
    ("now", "field", "old", "new", "told"),
    [
        ({}, "org_number", "123456789", "", "do not add up"),
        ({"country": "SE", "org_number": "556036-0793"}, "country", "NO", "SE", "nine digits"),
        ({}, "visiting_postcode", "411 01", "9008", "four digits"),
        ({}, "currency", "XXX", "NOK", "valid choice"),
        ({}, "email", "nobody", "a@b.example", "valid email"),
        ({}, "bank_account", "12345678901", "", "eleven digits"),
        ({}, "name", "", "Fjell AS", "required"),
        ({}, "credit_terms", 999, 30, "less than or equal to 365"),
        ({}, "vat_code", "99", "3", "not a valid choice"),
    ],
)  # fmt: skip
def test_a_value_that_is_valid_no_more_is_refused_with_the_reason(
    customer, kari, now, field, old, new, told
):
    Customer.objects.update(**now)
    customer.refresh_from_db()
    entry = LogEntry.objects.log_create(
        customer, action=LogEntry.Action.UPDATE, changes={field: [str(old), str(new)]}
    )
    entry.refresh_from_db()
    with pytest.raises(restoring.CannotPutBack) as refused:
        restoring.offer(entry, field, kari, customer)
    assert told in str(refused.value).replace("e-mail", "email")
    before = Customer.objects.values().get()
    with pytest.raises(restoring.CannotPutBack):
        restoring.put_back(entry, field, kari, customer, seen="")
    assert {**Customer.objects.values().get(), "last_activity_at": 0} == {
        **before,
        "last_activity_at": 0,
    }


def test_what_is_wrong_elsewhere_on_the_customer_is_no_hindrance(customer, kari):
    Customer.objects.update(bank_account="1", visiting_postcode="x")
    customer.refresh_from_db()
    entry = changed(customer, "phone", "77 00 00 01", "77 00 00 02")
    put_back(entry, "phone", kari, customer)
    assert Customer.objects.get().phone == "77 00 00 01"


def test_two_rates_never_hold_on_the_same_day(customer, kari):
    rate = HourlyRateFactory(customer=customer, valid_from=date(2025, 1, 1))
    entry = changed(rate, "valid_from", date(2025, 1, 1), date(2026, 1, 1))
    HourlyRateFactory(customer=customer, role=rate.role, valid_until=date(2025, 12, 31))
    with pytest.raises(restoring.CannotPutBack, match="until 31 Dec 2025"):
        put_back(entry, "valid_from", kari, customer)
    rate.refresh_from_db()
    assert rate.valid_from == date(2026, 1, 1)


def test_a_name_that_another_has_taken_does_not_come_back(customer, kari):
    file = made("file", customer, kari)
    entry = changed(file, "name", "avtale.pdf", "kontrakt.pdf")
    File.objects.create(
        customer=customer, name="avtale.pdf", content=file.content, uploaded_by=kari
    )
    with pytest.raises(restoring.CannotPutBack, match="has this name"):
        put_back(entry, "name", kari, customer)
    address = made("address", customer, kari)
    entry = changed(address, "label", "Lager", "Kontor")
    OtherAddressFactory(customer=customer, label="LAGER")
    with pytest.raises(restoring.CannotPutBack, match="this label already"):
        put_back(entry, "label", kari, customer)
    recipient = made("recipient", customer, kari)
    entry = changed(recipient, "email", "a@b.example", "c@d.example")
    InvoiceRecipientFactory(customer=customer, email="A@b.example")
    with pytest.raises(restoring.CannotPutBack, match="recipient already"):
        put_back(entry, "email", kari, customer)


def test_the_last_day_stays_after_the_first(customer, kari):
    contact = made("contact", customer, kari)
    entry = changed(contact, "employed_until", date(2020, 1, 1), None)
    contact.employed_from = date(2022, 1, 1)
    contact.save()
    with pytest.raises(restoring.CannotPutBack, match="The last day is before the first"):
        restoring.offer(entry, "employed_until", kari, customer)


def test_creating_and_deleting_are_no_changes_of_a_value(customer, anne):
    with set_actor(anne):
        OtherAddressFactory(customer=customer).delete()
    assert possible(customer, anne) == set()
    made = LogEntry.objects.filter(action=LogEntry.Action.CREATE, object_id=customer.pk)
    entry = made.filter(content_type__model="customer").get()
    with pytest.raises(restoring.CannotPutBack, match="no value before"):
        restoring.offer(entry, "name", anne, customer)


def test_a_name_that_does_not_fit_the_content_any_more_is_refused_in_words(as_kari, kari):
    customer = CustomerFactory(number="77")
    file = kept(customer, "a.txt", b"hello text", by=kari)
    files.replace(file, receive(upload("b.pdf", pdf())), "a.pdf", kari)
    entry = LogEntry.objects.filter(changes__has_key="name").latest("pk")
    seen = restoring.offer(entry, "name", kari, customer).seen
    response = as_kari.post(f"/customers/77/history/{entry.pk}/name/", {"seen": seen})
    assert response.status_code == 422
    assert b"a.txt" in response.content
    assert File.objects.get().name == "a.pdf"
