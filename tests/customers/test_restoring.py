"""Putting a value back: every field of every thing, by the rules of editing it."""

from datetime import date
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied

from customers import history, restoring
from customers.models import Customer
from tests.customers.putting_back import changed, made, possible, put_back
from tests.factories import (
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    NoteFactory,
    TagFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell AS")


# What comes back

TABLE = [
    ("customer", "name", "Fjell AS", "Vidde AS"),
    ("customer", "status", "potential", "blocked"),
    ("customer", "relation", "both", "participant"),
    ("customer", "country", "SE", "NO"),
    ("customer", "org_number", "212345679", ""),
    ("customer", "visiting_street", "Storgata 1\n2. etasje", ""),
    ("customer", "visiting_postcode", "9008", "5003"),
    ("customer", "visiting_city", "Tromsø", "Bergen"),
    ("customer", "invoice_country", "SE", ""),
    ("customer", "email", "a@fjell.example", "b@fjell.example"),
    ("customer", "invoice_email", "", "b@fjell.example"),
    ("customer", "phone", "77 00 00 01", "spør etter Eva"),
    ("customer", "website", "https://fjell.example", ""),
    ("customer", "bank_account", "86011117947", ""),
    ("customer", "invoice_type", "ehf", ""),
    ("customer", "invoice_type", "", "letter"),
    ("customer", "currency", "EUR", "SEK"),
    ("customer", "language", "", "en"),
    ("customer", "credit_terms", 0, 30),
    ("customer", "credit_terms", None, 14),
    ("customer", "attach_files", False, None),
    ("customer", "attach_files", None, True),
    ("customer", "discount", Decimal("12.50"), Decimal("0.00")),
    ("customer", "your_reference", "Eva", None),
    ("customer", "invoice_text", "Takk\nfor sist", "Takk"),
    ("customer", "vat_code", "5", "3"),
    ("customer", "hours_grouping", "employee", None),
    ("contact", "title", "Leder", "Sjef"),
    ("contact", "email", "", "a@fjell.example"),
    ("contact", "phone", "77 00 00 01", ""),
    ("contact", "employed_from", date(2020, 1, 1), None),
    ("contact", "employed_until", None, date(2024, 1, 1)),
    ("person", "name", "Eva Berg", "Eva Dahl"),
    ("person", "phone", "", "77 00 00 01"),
    ("person", "mobile", "900 00 000", ""),
    ("email", "address", "eva@fjell.example", "ida@fjell.example"),
    ("file", "name", "avtale.pdf", "kontrakt.pdf"),
    ("file", "note", "", "utkast"),
    ("file", "is_invoice_attachment", True, False),
    ("rate", "rate", Decimal("1250.00"), Decimal("1300.50")),
    ("rate", "valid_from", date(2020, 1, 1), None),
    ("rate", "valid_until", None, date(2030, 1, 1)),
    ("recipient", "email", "a@fjell.example", "b@fjell.example"),
    ("recipient", "kind", "to", "cc"),
    ("note", "text", "Ring Eva.\n\nOg Ida.", "Ring Ida."),
    ("address", "label", "Lager", "Kontor"),
    ("address", "street", "Havnegata 1", "Kaigata 3"),
    ("address", "postcode", "9008", "5003"),
    ("address", "city", "Tromsø", "Bergen"),
    ("address", "country", "", "SE"),
]


@pytest.mark.parametrize(("what", "field", "old", "new"), TABLE)
def test_a_value_comes_back_and_that_too_stands_in_the_history(
    customer, kari, anne, what, field, old, new
):
    row = made(what, customer, kari)
    by = kari if what == "note" else anne
    entry = changed(row, field, old, new)
    assert restoring.key_of(entry, field) in possible(customer, by)
    put_back(entry, field, by, customer)
    stored = type(row).objects.get(pk=row.pk)
    assert getattr(stored, field) == old
    customer.refresh_from_db()
    newest = history.of(customer, viewer=by).entries[0]
    assert (newest.title, newest.actor) == ("Value put back", str(by))
    assert [change.field for change in newest.changes] == [field]
    assert newest.log.additional_data["put_back"] == {"entry": entry.pk, "field": field}
    # It is that already, so it is not offered again; the other way round it can be undone.
    assert restoring.key_of(entry, field) not in possible(customer, by)
    assert restoring.key_of(newest.log, field) in possible(customer, by)
    with pytest.raises(restoring.CannotPutBack, match="already"):
        restoring.offer(entry, field, by, customer)


def test_every_field_that_can_be_put_back_is_there(customer, kari):
    for model, (permission, fields) in restoring.offers._RULES.items():
        assert permission.partition(".")[0] == "customers"
        for field in fields:
            assert model._meta.get_field(field), f"{model}.{field}"


def test_people_and_contacts_come_back_by_name(customer, kari, per):
    contact = ContactFactory(customer=customer, person__name="Eva Berg")
    entry = changed(customer, "responsible", per, kari)
    offer = restoring.offer(entry, "responsible", kari, customer)
    assert (offer.label, offer.now, offer.then) == ("Responsible", "Kari Lunde", "Per Haugen")
    put_back(entry, "responsible", kari, customer)
    customer.refresh_from_db()
    entry = changed(customer, "invoice_contact", contact, None)
    put_back(entry, "invoice_contact", kari, customer)
    stored = Customer.objects.get()
    assert (stored.responsible, stored.invoice_contact) == (per, contact)


@pytest.mark.parametrize(
    ("what", "factory"), [("customer", TagFactory), ("contact", ContactTagFactory)]
)
def test_tags_are_put_back_and_taken_away_again(customer, kari, what, factory):
    row = made(what, customer, kari)
    kept, lost = factory(name="Bygg"), factory(name="Havn")
    row.tags.set([kept, lost])
    added = LogEntry.objects.latest("pk")
    row.tags.remove(lost)
    removed = LogEntry.objects.latest("pk")
    offer = restoring.offer(removed, "tags", kari, customer)
    assert (offer.now, offer.then) == ("Bygg", "Bygg, Havn")
    put_back(removed, "tags", kari, customer)
    assert set(row.tags.all()) == {kept, lost}
    put_back(added, "tags", kari, customer)
    assert not row.tags.exists()
    assert history.of(customer).entries[0].title == "Value put back"


def test_the_customer_is_saved_as_editing_does(customer, kari):
    entry = changed(customer, "name", "Fjell AS", "Vidde AS")
    before = Customer.objects.get()
    put_back(entry, "name", kari, customer)
    stored = Customer.objects.get()
    assert stored.version == before.version + 1
    assert stored.last_activity_at > before.last_activity_at
    assert stored.sort_name == "fjell as"


def test_a_persons_search_text_and_version_follow(customer, kari):
    person = made("person", customer, kari)
    entry = changed(person, "name", "Eva Berg", "Eva Dahl")
    put_back(entry, "name", kari, customer)
    person.refresh_from_db()
    assert person.version == 2
    assert "berg" in person.search_text
    assert "berg" in Customer.objects.get().search_text


def test_a_note_put_back_is_an_edit_of_its_author(customer, kari):
    note = made("note", customer, kari)
    entry = changed(note, "text", "En", "To")
    put_back(entry, "text", kari, customer)
    note.refresh_from_db()
    assert (note.text, note.version) == ("En", 2)
    assert note.edited_at


# Rights


@pytest.mark.parametrize("what", sorted({what for what, *_rest in TABLE}))
def test_who_may_not_edit_a_thing_may_not_put_it_back(customer, per, what):
    _what, field, old, new = next(line for line in TABLE if line[0] == what)
    entry = changed(made(what, customer, per), field, old, new)
    assert not restoring.may(entry, field, per)
    assert possible(customer, per) == set()
    with pytest.raises(PermissionDenied):
        restoring.offer(entry, field, per, customer)
    with pytest.raises(PermissionDenied):
        restoring.put_back(entry, field, per, customer, seen="")


def test_nobody_puts_another_ones_words_back(customer, kari, anne):
    entry = changed(NoteFactory(customer=customer, author=UserFactory()), "text", "En", "To")
    for user in (kari, anne):
        assert possible(customer, user) == set()
        with pytest.raises(PermissionDenied):
            restoring.offer(entry, "text", user, customer)
