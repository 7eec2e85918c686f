"""A page is opened, its customer is merged into another, and then the page is sent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.db.transaction import Atomic
from django.test import Client
from django.urls import reverse

from customers import merging
from customers.models import Customer, Note
from tests.customers import kept_files
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
    PersonFactory,
)
from tests.pages import fields_of
from tests.together import at_once

HTMX = {"HX-Request": "true"}


@pytest.fixture
def pair(db):
    return (
        CustomerFactory(number="1040", name="Tromsø kommune", phone="77 00 00 01"),
        CustomerFactory(number="1028", name="Tromsø Bygg", phone="77 00 00 02"),
    )


def merged(pair, by, **how) -> None:
    kept, other = pair
    merging.merge(kept.pk, [other.pk], by=by, **how)


# An edit form that was opened before


@pytest.fixture
def opened(as_kari, anne, pair) -> Callable[..., dict[str, Any]]:
    """Open the form of 1028, and have it merged into 1040 then; return what the form holds."""

    def open_and_merge(**how) -> dict[str, Any]:
        fields = fields_of(as_kari.get("/customers/1028/edit/"), "form.edit")
        merged(pair, anne, **how)
        return fields

    return open_and_merge


def alike_in_version(kept: Customer) -> Customer:
    """Give the kept customer the version that the other's form was opened with."""
    Customer.objects.filter(pk=kept.pk).update(version=1)
    return Customer.objects.get(pk=kept.pk)


def test_the_form_of_the_merged_one_changes_nothing_of_the_kept_one(as_kari, pair, opened):
    fields = opened()
    kept = alike_in_version(pair[0])
    response = as_kari.post("/customers/1028/edit/", fields | {"email": "ny@bygg.example"})
    assert response.status_code == 422
    now = Customer.objects.get(pk=kept.pk)
    assert (now.name, now.phone, now.email) == ("Tromsø kommune", "77 00 00 01", "")


def test_it_is_told_and_what_was_typed_is_kept(as_kari, pair, opened):
    fields = opened()
    typed = fields | {"email": "ny@bygg.example", "phone": "99 99 99 99"}
    response = as_kari.post("/customers/1028/edit/", typed)
    page = response.content.decode()
    assert "1028 Tromsø Bygg was merged into 1040 Tromsø kommune meanwhile" in page
    shown = fields_of(response, "form.edit")
    assert (shown["email"], shown["phone"]) == ("ny@bygg.example", "99 99 99 99")
    # What was left alone is the kept one's; what differs from what was typed is said.
    assert (shown["name"], shown["number"]) == ("Tromsø kommune", "1040")
    assert "Changed meanwhile to “77 00 00 01”" in page


def test_sent_once_more_it_is_saved_on_the_kept_one(as_kari, pair, opened):
    fields = opened()
    response = as_kari.post("/customers/1028/edit/", fields | {"email": "ny@bygg.example"})
    response = as_kari.post("/customers/1028/edit/", fields_of(response, "form.edit"))
    assert response["Location"] == "/customers/1040/"
    now = Customer.objects.get(number="1040")
    assert (now.name, now.email) == ("Tromsø kommune", "ny@bygg.example")


def test_a_number_that_the_kept_one_took_is_no_proof(as_kari, anne, pair, opened):
    """1028 leads to the kept one under its very own number."""
    fields = opened(chosen={"number": pair[1].pk})
    alike_in_version(pair[0])
    response = as_kari.post("/customers/1028/edit/", fields)
    assert response.status_code == 422
    assert Customer.objects.get().name == "Tromsø kommune"


def test_a_form_of_the_kept_one_does_not_change_who_has_the_number_again(as_kari, anne, pair):
    merged(pair, anne, chosen={"number": pair[1].pk})
    fields = fields_of(as_kari.get("/customers/1028/edit/"), "form.edit")
    merging.undo(pair[0].merges.get().pk, by=anne)
    response = as_kari.post("/customers/1028/edit/", fields | {"email": "ny@bygg.example"})
    assert response.status_code == 422
    assert "1028 is another customer since a merge was undone" in response.content.decode()
    assert set(Customer.objects.values_list("email", flat=True)) == {""}


@pytest.mark.parametrize("seen", ["", "{}", "[]", '{"customer": "x"}', '{"customer": -1}',
                                  '{"customer": 99999999999999999999, "values": {}}'])  # fmt: skip
def test_a_form_that_does_not_say_what_it_showed_saves_nothing(as_kari, pair, seen):
    fields = fields_of(as_kari.get("/customers/1028/edit/"), "form.edit")
    response = as_kari.post("/customers/1028/edit/", fields | {"seen": seen, "name": "Nei"})
    assert response.status_code == 422
    assert not Customer.objects.filter(name="Nei")


def test_invoicing_settings_of_the_merged_one_do_not_overwrite_others(as_kari, anne, pair):
    Customer.objects.filter(number="1040").update(your_reference="Kommunen")
    fields = fields_of(as_kari.get("/customers/1028/invoicing/"), "form.edit")
    merged(pair, anne)
    typed = fields | {"your_reference": "Bygg"}
    response = as_kari.post("/customers/1028/invoicing/", typed)
    assert response.status_code == 422
    assert Customer.objects.get().your_reference == "Kommunen"
    assert 'value="Bygg"' in response.content.decode()


# Merged between asking for the customer and locking it


def rows(customer: Customer, author) -> dict[str, tuple[int, ...]]:
    contact = ContactFactory(customer=customer, person=PersonFactory())
    recipient = InvoiceRecipientFactory(customer=customer, contact=None, email="r@bygg.example")
    rate = HourlyRateFactory(customer=customer, user=author, role=None)
    return {
        "contact": (contact.pk,), "recipient": (recipient.pk,), "rate": (rate.pk,),
        "address": (OtherAddressFactory(customer=customer, label="Lager", street="Kaia 1").pk,),
        "note": (NoteFactory(customer=customer, author=author, text="Ringte.").pk,),
        "file": (kept_files.kept(customer, by=author).pk,),
    }  # fmt: skip


# The page, whose row it is about, the class of its form, and what is typed.
SENT = [
    ("edit", "", "edit", {"phone": "12 34 56 78"}),
    ("invoicing", "", "edit", {"your_reference": "Ny"}),
    ("notes", "", "", {"text": "Noe nytt."}),
    ("note_edit", "note", "", {"text": "Ringte igjen.", "version": "1"}),
    ("note_pin", "note", "", {"pinned": "on"}),
    ("note_delete", "note", "", {}),
    ("address_new", "", "", {"label": "Kontor", "street": "Gata 2", "country": ""}),
    ("address_edit", "address", "dialog", {"street": "Kaia 2"}),
    ("address_delete", "address", "", {}),
    ("invoicing_recipient_new", "", "", {"addresses": "ny@bygg.example", "kind": "to"}),
    ("invoicing_recipient_edit", "recipient", "dialog", {"email": "ny@bygg.example"}),
    ("invoicing_recipient_delete", "recipient", "", {}),
    ("invoicing_rate_edit", "rate", "dialog", {"rate": "1500"}),
    ("invoicing_rate_delete", "rate", "", {}),
    ("contact_new", "", "", {"name": "Eva Ny"}),
    ("contact_edit", "contact", "dialog", {"title": "Leder"}),
    ("contact_end", "contact", "", {"employed_until": "2026-01-01"}),
    ("contact_remove", "contact", "", {}),
    ("file_edit", "file", "dialog", {"note": "Ny"}),
    ("file_delete", "file", "", {"version": "1"}),
]  # fmt: skip


@contextmanager
def just_before_writing(act: Callable[[], Any]) -> Iterator[None]:
    """Act after what is asked for was read, and before the transaction that writes begins."""
    real, done = Atomic.__enter__, []

    def enter(atomic: Atomic) -> None:
        if not done:
            done.append(True)
            act()
        real(atomic)

    with patch.object(Atomic, "__enter__", enter):
        yield
    assert done, "nothing was written"


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
@pytest.mark.parametrize(("name", "row", "form", "typed"), SENT, ids=[name for name, *_ in SENT])
def test_merged_at_that_moment_is_told_and_keeps_all(
    as_anne, anne, pair, name, row, form, typed, headers
):
    path = reverse(f"customers:{name}", args=["1028", *(rows(pair[1], anne).get(row, ()))])
    fields = fields_of(as_anne.get(path), f"form.{form}") if form else {}
    with just_before_writing(lambda: merged(pair, anne)):
        response = as_anne.post(path, fields | typed, headers=headers)
    page = response.content.decode()
    assert response.status_code == 409, page
    assert "1028 Tromsø Bygg was merged into 1040 Tromsø kommune just now." in page
    if not headers:
        shown = fields_of(response, "form.unsent__form")
        assert {name: shown.get(name) for name in typed} == typed
    again = as_anne.post(path, fields | typed, headers=headers)
    # The edit form is shown once more, with what the kept one has.
    assert again.status_code in ({422} if name == "edit" else {200, 302})


@pytest.mark.django_db
def test_a_row_that_went_back_is_not_taken_from_its_customer(as_anne, anne, pair):
    """Undone between asking for the note and locking the customer that it was shown with."""
    note = NoteFactory(customer=pair[1], author=anne, text="Ringte.")
    merged(pair, anne)
    merge = pair[0].merges.get().pk
    with just_before_writing(lambda: merging.undo(merge, by=anne)):
        as_anne.post(f"/customers/1040/notes/{note.pk}/edit/", {"text": "Ny", "version": "1"})
    assert Note.objects.get().customer == pair[1]
    assert Note.objects.get().text == "Ringte."


# Two at once


@pytest.mark.django_db(transaction=True)
def test_whoever_writes_while_somebody_merges_loses_nothing(anne, pair):
    def act(person: int) -> int:
        if person == 0:
            merged(pair, anne)
            return 0
        path, text = "/customers/1028/notes/", {"text": f"Notat {person}"}
        client = Client()
        client.force_login(anne)
        first = client.post(path, text)
        return (client.post(path, text) if first.status_code == 409 else first).status_code

    assert set(at_once(5, act)[1:]) == {302}
    found = Note.objects.order_by("text")
    assert [note.text for note in found] == [f"Notat {n}" for n in range(1, 5)]
    assert {note.customer for note in found} == {pair[0]}
