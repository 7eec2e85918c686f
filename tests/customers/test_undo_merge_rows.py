"""Taking a merge back when its contacts, recipients or addresses have changed since."""

from datetime import date

import pytest
from django.utils import timezone

from customers import addresses, contacts, merging, privacy, recipients
from customers.models import (
    Contact,
    Customer,
    InvoiceRecipient,
    MailingList,
    Person,
)
from tests.customers.merging_state import now, state
from tests.factories import (
    ContactFactory,
    InvoiceRecipientFactory,
    OtherAddressFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db


def test_the_contact_that_invoices_named_comes_back(kept, other, merge, undo):
    mine, theirs = ContactFactory(customer=kept), ContactFactory(customer=other)
    Customer.objects.filter(pk=kept.pk).update(invoice_contact=mine)
    Customer.objects.filter(pk=other.pk).update(invoice_contact=theirs)
    merged = merge(chosen={"invoice_contact": other.pk})
    assert now(kept).invoice_contact == theirs
    undo(merged)
    assert (now(kept).invoice_contact, now(other).invoice_contact) == (mine, theirs)


def test_invoices_name_nobody_who_is_erased(kept, other, merge, undo):
    theirs = ContactFactory(customer=other)
    Customer.objects.filter(pk=other.pk).update(invoice_contact=theirs)
    merged = merge()
    Person.objects.filter(contacts=theirs).update(erased_at=timezone.now())
    undo(merged)
    assert now(other).invoice_contact is None


def test_invoices_name_nobody_who_goes_back_to_another_customer(kept, other, merge, undo):
    theirs = ContactFactory(customer=other)
    merged = merge()
    Customer.objects.filter(pk=kept.pk).update(invoice_contact=theirs)
    undo(merged)
    assert now(kept).invoice_contact is None


def test_whoever_was_made_a_recipient_since_goes_where_the_contact_goes(kept, other, merge, undo):
    contact = ContactFactory(customer=other, email="eva@x.example")
    merged = merge()
    (recipient,) = recipients.add(now(kept), contacts=[now(contact)], addresses=[], kind="to")
    undo(merged)
    assert now(recipient).customer == other


def test_a_recipient_who_is_now_a_contact_of_the_kept_one_stays_there(kept, other, merge, undo):
    mine = ContactFactory(customer=kept)
    recipient = InvoiceRecipientFactory(customer=other)
    merged = merge()
    recipient = now(recipient)
    recipient.contact, recipient.email = mine, ""
    recipient.save()
    since = merging.Since(merged)
    told = [reason for step in since.moves for reason in since.stuck(step).values()]
    assert told == ["It is a contact of the kept customer."]
    undo(merged)
    assert now(recipient).customer == kept


def test_a_recipient_whose_address_gets_the_invoices_there_already_stays(kept, other, merge, undo):
    mine = InvoiceRecipientFactory(customer=kept, email="felles@x.example")
    InvoiceRecipientFactory(customer=other, email="felles@x.example")
    moved = InvoiceRecipientFactory(customer=other, email="b@x.example")
    merged = merge()
    now(mine).delete()
    moved = now(moved)
    moved.email = "Felles@x.example"
    moved.save()
    undo(merged)
    assert now(moved).customer == kept
    assert other.invoice_recipients.get().email == "felles@x.example"


def test_a_joined_contact_that_was_edited_since_keeps_the_edit(kept, other, merge, undo):
    person = PersonFactory()
    mine = ContactFactory(customer=kept, person=person)
    ContactFactory(
        customer=other, person=person, title="Sjef", phone="22", employed_from=date(2020, 1, 1)
    )
    merged = merge()
    mine = now(mine)
    mine.title = "Leder"
    mine.save()
    undo(merged)
    mine = now(mine)
    assert (mine.title, mine.phone, mine.employed_from) == ("Leder", "", None)
    assert other.contacts.get().title == "Sjef"


def test_dates_that_do_not_fit_what_was_edited_since_stay(kept, other, merge, undo):
    person = PersonFactory()
    mine = ContactFactory(customer=kept, person=person, employed_from=date(2024, 1, 1))
    theirs = ContactFactory(customer=other, person=person, employed_from=date(2020, 1, 1))
    merged = merge(decided={f"contact-{person.pk}": str(theirs.pk)})
    contacts.end(now(mine), date(2021, 1, 1))
    undo(merged)
    assert now(mine).employed_from == date(2020, 1, 1)
    assert now(theirs).employed_until is None


def test_the_one_that_stayed_behind_is_there_though_the_kept_one_was_removed(
    kari, kept, other, merge, undo
):
    person = PersonFactory()
    mine = ContactFactory(customer=kept, person=person)
    theirs = ContactFactory(customer=other, person=person)
    InvoiceRecipientFactory(customer=other, contact=theirs, email="")
    merged = merge()
    contacts.remove(now(mine))
    undo(merged)
    assert list(Contact.objects.filter(person=person)) == [theirs]
    assert not InvoiceRecipient.objects.exists()


def test_a_person_who_was_added_again_since_is_a_contact_of_both(kept, other, merge, undo):
    person = PersonFactory()
    theirs = ContactFactory(customer=other, person=person)
    merged = merge()
    contacts.remove(now(theirs))
    again = contacts.add_existing(now(kept), person)
    undo(merged)
    assert now(again).customer == kept
    assert not other.contacts.exists()


def test_a_person_who_is_a_contact_there_again_stays_with_the_kept_one(kept, other, merge, undo):
    person = PersonFactory()
    moved = ContactFactory(customer=other, person=person)
    recipient = InvoiceRecipientFactory(customer=other, contact=moved, email="")
    Customer.objects.filter(pk=other.pk).update(invoice_contact=moved)
    merged = merge()
    ContactFactory(customer=other, person=person)
    undo(merged)
    assert (now(moved).customer, now(recipient).customer) == (kept, kept)
    assert now(other).invoice_contact is None


@pytest.mark.parametrize("is_joined", [True, False])
def test_of_a_person_who_was_erased_since_nothing_comes_back(
    anne, kept, other, merge, undo, is_joined
):
    person = PersonFactory(name="Eva Moen", emails=["eva@x.example"])
    mine = ContactFactory(customer=kept, person=person if is_joined else PersonFactory())
    theirs = ContactFactory(customer=other, person=person, title="Sjef", phone="22 33 44 55")
    InvoiceRecipientFactory(customer=other, contact=theirs, email="")
    Customer.objects.filter(pk=kept.pk).update(invoice_contact=mine)
    Customer.objects.filter(pk=other.pk).update(invoice_contact=theirs)
    merged = merge(chosen={"invoice_contact": other.pk})
    privacy.erase(person, anne)
    undo(merged)
    told = str(state())
    for text in ("Sjef", "22 33 44 55", "Eva Moen", "eva@x.example", "eva moen"):
        assert text not in told
    assert now(other).invoice_contact is None
    assert now(kept).invoice_contact is None
    assert now(theirs).customer == other


def test_mailing_lists_leave_out_whom_they_left_out(kari, kept, other, merge, undo):
    person = PersonFactory()
    mine = ContactFactory(customer=kept, person=person)
    theirs = ContactFactory(customer=other, person=person)
    gone, there = (MailingList.objects.create(name=n, created_by=kari) for n in "ab")
    gone.left_out.add(theirs)
    there.left_out.add(mine, theirs)
    merged = merge()
    gone.delete()
    undo(merged)
    assert set(there.left_out.all()) == {mine, theirs}


def test_a_label_comes_back_unless_another_address_has_it(kept, other, merge, undo):
    for customer, street in ((kept, "Ene"), (other, "Andre")):
        OtherAddressFactory(customer=customer, label="Lager", street=street)
    moved = other.other_addresses.get()
    second = OtherAddressFactory(customer=other, label="Kontor")
    merged = merge()
    own = kept.other_addresses.get(label="Lager")
    own.label = "Hovedlager"
    addresses.save(own)
    second = now(second)
    second.label = "Lager"
    addresses.save(second)
    undo(merged)
    assert now(second).label == "Lager"
    assert now(moved).label == f"Lager ({other.number})"
    assert {now(second).customer, now(moved).customer} == {other}


def test_an_address_whose_label_is_taken_there_stays_and_is_told(kept, other, merge, undo):
    for customer in (kept, other):
        OtherAddressFactory(customer=customer, label="Lager")
    moved = OtherAddressFactory(customer=other, label="Kontor")
    merged = merge()
    kept.other_addresses.get(label="Lager").delete()
    moved = now(moved)
    moved.label = "lager"
    addresses.save(moved)
    since = merging.Since(merged)
    told = [reason for step in since.moves for reason in since.stuck(step).values()]
    assert told == ["There is another address with this label."]
    undo(merged)
    assert (now(moved).customer, now(moved).label) == (kept, "lager")
    assert other.other_addresses.get().label == "Lager"
