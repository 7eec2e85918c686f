"""Merging: rows that have their like at the kept customer are joined with it, and none is lost."""

from datetime import date

import pytest
from django.core.files.base import ContentFile

from customers import merging
from customers.models import File, InvoiceRecipient, MailingList
from moment import content as contents
from tests.factories import (
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db


def file_of(customer, kari, name="avtale.txt", text="Avtale", **values):
    content = contents.receive(ContentFile(text.encode(), name=name))
    return File.objects.create(
        customer=customer, name=name, content=content, uploaded_by=kari, **values
    )


def test_a_person_who_is_a_contact_of_both_is_one_contact_with_what_either_knew(kept, other, merge):
    person, (one, two) = PersonFactory(), (ContactTagFactory(), ContactTagFactory())
    mine = ContactFactory(customer=kept, person=person, title="Leder", tags=[one])
    ContactFactory(
        customer=other, person=person, title="Sjef", phone="22", tags=[one, two],
        employed_from=date(2020, 1, 1),
    )  # fmt: skip
    merge()
    contact = kept.contacts.get()
    assert (contact.pk, contact.title, contact.phone) == (mine.pk, "Leder", "22")
    assert contact.employed_from == date(2020, 1, 1)
    assert set(contact.tags.all()) == {one, two}


def test_whoever_works_at_one_of_them_still_works_there(kept, other, merge):
    person = PersonFactory()
    ContactFactory(customer=kept, person=person, employed_until=date(2020, 1, 1))
    ContactFactory(customer=other, person=person)
    merge()
    assert kept.contacts.get().employed_until is None


def test_of_three_posts_of_a_person_the_details_that_were_chosen_go_first(kept, other, merge):
    third, person = CustomerFactory(), PersonFactory()
    posts = [
        ContactFactory(customer=customer, person=person, title=f"Tittel {n}", email=email)
        for n, (customer, email) in enumerate(
            [(kept, ""), (other, "b@x.example"), (third, "c@x.example")]
        )
    ]
    merge(third, decided={f"contact-{person.pk}": str(posts[2].pk)})
    contact = kept.contacts.get()
    assert (contact.title, contact.email) == ("Tittel 2", "c@x.example")


def test_a_person_whom_only_the_others_know_is_one_contact_too(kept, other, merge):
    third, person = CustomerFactory(), PersonFactory()
    ContactFactory(customer=other, person=person, title="B")
    last = ContactFactory(customer=third, person=person, title="C")
    merge(third, decided={f"contact-{person.pk}": str(last.pk)})
    assert [contact.title for contact in kept.contacts.all()] == ["C"]


@pytest.mark.parametrize("decided", [{"no": "1"}, {"contact-x": "y"}])
def test_a_decision_on_nothing_is_not_heeded(kept, other, merge, decided):
    assert merge(decided=decided).kept == kept


@pytest.mark.parametrize("value", ["x", "0", 17, ("a",)])
def test_a_decision_that_is_none_of_the_options_is_asked_again(kept, other, merge, value):
    person = PersonFactory()
    ContactFactory(customer=kept, person=person, title="A")
    ContactFactory(customer=other, person=person, title="B")
    with pytest.raises(merging.Undecided) as asked:
        merge(decided={f"contact-{person.pk}": value})
    assert [decision.key for decision in asked.value.decisions] == [f"contact-{person.pk}"]


def test_two_of_one_name_without_an_address_are_two(kari, kept, other, merge):
    for customer in (kept, other):
        ContactFactory(customer=customer, person=PersonFactory(name="Eva Moen"))
    rule = merging.making.rules()["customers.contact.customer"]
    assert rule.remarks([kept, other]) == [
        "Several contacts are called Eva Moen. They are kept apart."
    ]
    merge()
    assert kept.contacts.count() == 2


def test_a_contact_who_gets_the_invoices_of_both_gets_them_once_and_to_them(kept, other, merge):
    person = PersonFactory()
    mine = ContactFactory(customer=kept, person=person)
    theirs = ContactFactory(customer=other, person=person)
    InvoiceRecipientFactory(customer=kept, contact=mine, email="", kind="cc")
    InvoiceRecipientFactory(customer=other, contact=theirs, email="", kind="to")
    merge()
    recipient = kept.invoice_recipients.get()
    assert (recipient.contact, recipient.kind) == (mine, "to")


def test_an_address_that_gets_the_invoices_of_both_gets_them_once(kept, other, merge):
    InvoiceRecipientFactory(customer=kept, email="Faktura@x.example")
    InvoiceRecipientFactory(customer=other, email="faktura@X.example")
    InvoiceRecipientFactory(customer=other, email="regnskap@x.example")
    merge()
    assert kept.invoice_recipients.count() == 2
    assert InvoiceRecipient.objects.count() == 3


def test_whoever_was_left_out_of_a_mailing_list_at_either_is_left_out(kari, kept, other, merge):
    person = PersonFactory()
    mine = ContactFactory(customer=kept, person=person)
    theirs = ContactFactory(customer=other, person=person)
    lists = [MailingList.objects.create(name=name, created_by=kari) for name in "ab"]
    lists[0].left_out.add(mine, theirs)
    lists[1].left_out.add(theirs)
    merge()
    assert [mine in one.left_out.all() for one in lists] == [True, True]


def test_the_same_file_is_there_once_and_every_other_is_kept(kari, kept, other, merge):
    mine = file_of(kept, kari)
    file_of(other, kari, "AVTALE.txt", is_invoice_attachment=True)
    file_of(other, kari, text="En annen avtale")
    file_of(other, kari, "kopi.txt")
    merge()
    assert sorted(kept.files.values_list("name", flat=True)) == [
        "avtale.txt",
        "avtale.txt",
        "kopi.txt",
    ]
    mine.refresh_from_db()
    assert mine.is_invoice_attachment
    assert File.objects.count() == 4


def test_a_file_that_says_more_than_its_like_is_kept_beside_it(kari, kept, other, merge):
    file_of(kept, kari, note="Signert")
    file_of(other, kari, note="Usignert")
    file_of(other, kari, version=2)
    merge()
    assert kept.files.count() == 3


def test_the_same_note_of_the_same_author_is_there_once(kari, per, kept, other, merge):
    mine = NoteFactory(customer=kept, author=kari, text="Ring.")
    NoteFactory(customer=other, author=kari, text="Ring.", pinned=True)
    NoteFactory(customer=other, author=per, text="Ring.")
    merge()
    assert kept.notes.count() == 2
    mine.refresh_from_db()
    assert mine.pinned


def test_the_same_address_is_there_once_and_another_of_its_label_gets_the_number(
    kept, other, merge
):
    OtherAddressFactory(customer=kept, label="Lager")
    OtherAddressFactory(customer=kept, label="Østbygget", street="Ene")
    OtherAddressFactory(customer=other, label="lager")
    OtherAddressFactory(customer=other, label="ØSTBYGGET", street="Andre")
    OtherAddressFactory(customer=other, label=f"Østbygget ({other.number})")
    merge()
    assert set(kept.other_addresses.values_list("label", flat=True)) == {
        "Lager",
        "Østbygget",
        f"ØSTBYGGET ({other.number}, 2)",
        f"Østbygget ({other.number})",
    }


def test_a_long_label_is_cut_so_that_the_number_fits(kept, other, merge):
    for customer, street in ((kept, "Ene"), (other, "Andre")):
        OtherAddressFactory(customer=customer, label="x" * 60, street=street)
    merge()
    labels = kept.other_addresses.values_list("label", flat=True)
    end = f" ({other.number})"
    assert set(labels) == {"x" * 60, "x" * (60 - len(end)) + end}
