"""Taking a merge back: all goes back, and nothing that happened since is lost or in the way."""

import pytest
from django.core.files.base import ContentFile

from customers import merging
from customers.models import (
    Customer,
    File,
    MailingList,
    Merge,
    UsedNumber,
)
from moment import content as contents
from moment.names import sort_key
from registry.models import Watch
from tests.customers.changes import titles
from tests.customers.merging_state import now, renew, state
from tests.factories import (
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
    PersonFactory,
    TagFactory,
    org_number,
)

pytestmark = pytest.mark.django_db


def furnish(customer, author, *, person, tags=()):
    """Give a customer a row of every kind, each with its like at others furnished so."""
    contact = ContactFactory(customer=customer, person=person, title=customer.name, tags=tags)
    ContactFactory(customer=customer)
    InvoiceRecipientFactory(customer=customer, contact=contact, email="")
    InvoiceRecipientFactory(customer=customer, email="felles@x.example")
    InvoiceRecipientFactory(customer=customer)
    NoteFactory(customer=customer, author=author, text="Ring.")
    NoteFactory(customer=customer, author=author, text=customer.name)
    OtherAddressFactory(customer=customer, label="Lager", street=customer.name)
    OtherAddressFactory(customer=customer, label="Kontor")
    HourlyRateFactory(customer=customer, user=author, role=None, rate=customer.pk)
    HourlyRateFactory(customer=customer)
    content = contents.receive(ContentFile(b"Avtale", name="avtale.txt"))
    for name in ("avtale.txt", f"{customer.number}.txt"):
        File.objects.create(customer=customer, name=name, content=content, uploaded_by=author)
    MailingList.objects.create(name=customer.name, created_by=author).left_out.add(contact)
    Customer.objects.filter(pk=customer.pk).update(invoice_contact=contact)


def test_everything_is_again_as_it_was(kari, undo):
    person, tags = PersonFactory(), [ContactTagFactory(), ContactTagFactory()]
    customers = [CustomerFactory(tags=[TagFactory()], email=f"{n}@x.example") for n in range(4)]
    for customer in customers:
        furnish(customer, kari, person=person, tags=tags[customer.pk % 2 :])
    renew()
    before = state()
    kept, *others = customers
    merge = merging.merge(
        kept.pk,
        [other.pk for other in others],
        by=kari,
        chosen={"number": others[1].pk, "name": others[2].pk, "email": others[0].pk},
        decided={
            f"contact-{person.pk}": str(others[2].contacts.get(person=person).pk),
            f"rates-user-{kari.pk}": str(others[1].pk),
        },
    )
    assert state() != before
    undo(merge)
    assert state() == before


def test_of_three_merges_on_each_other_the_last_is_undone_first(kari, undo):
    person = PersonFactory()
    customers = [CustomerFactory() for _ in range(4)]
    for customer in customers:
        furnish(customer, kari, person=person)
    renew()
    states, merges = [], []
    one, two, three, four = (customer.pk for customer in customers)
    for kept, gone in ((two, one), (three, two), (three, four)):
        states.append(state())
        merges.append(merging.merge(kept, [gone], by=kari, chosen={"number": gone, "name": gone}))
    assert set(UsedNumber.objects.values_list("customer", flat=True)) == {three}
    for merge in merges[:2]:
        with pytest.raises(merging.CannotUndo):
            undo(merge)
    for merge, before in zip(reversed(merges), reversed(states), strict=True):
        undo(merge)
        assert state() == before


def test_it_can_be_merged_again_and_undone_again(kari, kept, other, merge, undo):
    furnish(other, kari, person=PersonFactory())
    renew()
    before = state()
    merge()
    merged = state()
    undo(Merge.objects.get())
    merge()
    assert state() == merged
    undo(Merge.objects.first())
    assert state() == before


def test_no_merge_is_undone_twice(merge, undo):
    merged = merge()
    undo(merged)
    with pytest.raises(merging.CannotUndo):
        undo(merged)


def test_what_was_edited_since_goes_back_as_it_is_and_what_was_made_since_stays(
    kari, kept, other, merge, undo
):
    note = NoteFactory(customer=other, author=kari)
    merged = merge()
    note = now(note)
    note.text, note.pinned = "Endret", True
    note.save()
    new = NoteFactory(customer=kept, author=kari)
    undo(merged)
    note = now(note)
    assert (note.customer, note.text, note.pinned) == (other, "Endret", True)
    assert now(new).customer == kept
    assert titles(other).count("Note changed") == 1
    assert "Note changed" not in titles(kept)


def test_what_was_deleted_since_stays_gone(kari, kept, other, merge, undo):
    rows = [NoteFactory(customer=other), OtherAddressFactory(customer=other)]
    merged = merge()
    for row in rows:
        now(row).delete()
    undo(merged)
    assert not other.notes.exists()
    assert not other.other_addresses.exists()


def test_undoing_says_so_in_the_history_and_nothing_of_rows_that_only_went_back(
    kari, kept, other, merge, undo
):
    NoteFactory(customer=other)
    merged = merge()
    undo(merged)
    assert titles(other)[-2:] == ["Note written", "Customer created"]
    assert len(titles(other)) == 4
    assert "Note changed" not in titles(other)
    assert "Customer changed" not in titles(other)


# Values of the kept customer


def test_a_value_that_was_changed_since_stays_unless_somebody_wants_the_old_one(
    kept, other, merge, undo
):
    for decided, after in (({}, "44 44 44 44"), ({"phone": merging.BACK}, "")):
        merged = merge()
        customer = now(kept)
        assert customer.phone == other.phone
        customer.phone = "44 44 44 44"
        customer.save()
        undo(merged, **decided)
        assert now(kept).phone == after
        Customer.objects.filter(pk=kept.pk).update(phone="")


def test_country_and_reg_no_stay_together(kari, kept, merge, undo):
    Customer.objects.filter(pk=kept.pk).update(country="SE", org_number="5566778899")
    other = CustomerFactory(country="NO", org_number=org_number(1))
    merged = merging.merge(kept.pk, [other.pk], by=kari, chosen={"org_number": other.pk})
    customer = now(kept)
    customer.org_number = org_number(2)
    customer.save()
    undo(merged)
    assert (now(kept).country, now(kept).org_number) == ("NO", org_number(2))


def test_country_and_reg_no_go_back_together(kari, kept, undo):
    Customer.objects.filter(pk=kept.pk).update(country="SE", org_number="5566778899")
    other = CustomerFactory(country="NO", org_number=org_number(1))
    merged = merging.merge(kept.pk, [other.pk], by=kari, chosen={"org_number": other.pk})
    customer = now(kept)
    customer.org_number = org_number(2)
    customer.save()
    undo(merged, org_number=merging.BACK)
    assert (now(kept).country, now(kept).org_number) == ("SE", "5566778899")


def test_a_value_that_does_not_fit_beside_what_was_changed_since_is_refused_in_words(
    kari, kept, undo
):
    Customer.objects.filter(pk=kept.pk).update(country="SE", org_number="5566778899")
    other = CustomerFactory(country="SE", org_number="5566770000")
    merged = merging.merge(kept.pk, [other.pk], by=kari, chosen={"org_number": other.pk})
    customer = now(kept)
    customer.country, customer.org_number = "NO", org_number(2)
    customer.save()
    before = state()
    with pytest.raises(merging.CannotUndo, match="nine digits"):
        undo(merged, org_number=merging.BACK)
    assert state() == before
    undo(merged)
    assert now(kept).org_number == org_number(2)


def test_a_number_that_was_changed_since_stays_and_the_others_get_theirs(kept, other, merge, undo):
    merged = merge(chosen={"number": other.pk})
    customer = now(kept)
    customer.number = "NY-1"
    customer.save()
    UsedNumber.objects.create(number="NY-1", customer=kept)
    undo(merged)
    assert (now(kept).number, now(other).number) == ("NY-1", other.number)
    leads = dict(UsedNumber.objects.values_list("number", "customer"))
    assert leads == {"NY-1": kept.pk, kept.number: kept.pk, other.number: other.pk}


def test_tags_that_are_gone_meanwhile_are_not_in_the_way(kept, merge, undo):
    tag, contact_tag, person = TagFactory(), ContactTagFactory(), PersonFactory()
    other = CustomerFactory(tags=[tag])
    ContactFactory(customer=kept, person=person)
    ContactFactory(customer=other, person=person, tags=[contact_tag])
    merged = merge(other)
    tag.delete()
    contact_tag.delete()
    undo(merged)
    assert not now(kept).tags.exists()


def test_the_responsible_comes_back(kari, per, kept, other, merge, undo):
    Customer.objects.filter(pk=other.pk).update(responsible=per)
    merged = merge()
    assert now(kept).responsible == per
    per.first_name, per.is_active = "Pål", False
    per.save()
    undo(merged)
    assert (now(kept).responsible, now(other).responsible) == (None, per)
    assert now(other).sort_responsible == sort_key("Pål Haugen")


def test_the_search_finds_each_by_what_it_is_called_again(kari, undo):
    kept, other = CustomerFactory(name="Gammel Fjord AS"), CustomerFactory(name="Nye Fjell AS")
    ContactFactory(customer=other, person=PersonFactory(name="Eva Moen"))
    merged = merging.merge(kept.pk, [other.pk], by=kari, chosen={"name": other.pk})
    undo(merged)
    assert "fjell" not in now(kept).search_text
    assert "moen" not in now(kept).search_text
    assert "fjell" in now(other).search_text
    assert "moen" in now(other).search_text


def test_the_reg_no_that_comes_back_is_watched(kari, undo):
    kept = CustomerFactory(org_number=org_number(1))
    other = CustomerFactory(org_number=org_number(2))
    merged = merging.merge(kept.pk, [other.pk], by=kari, chosen={"org_number": other.pk})
    Watch.objects.all().delete()
    undo(merged)
    assert Watch.objects.filter(pk=org_number(1)).exists()
