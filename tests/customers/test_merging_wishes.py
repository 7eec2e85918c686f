"""What users of other registers wish for most when customers are merged, one test each."""

from datetime import date

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from customers import contacts, files, history, merging, notes
from customers.contacts import Details, Post
from customers.models import (
    Contact,
    Customer,
    File,
    InvoiceRecipient,
    MailingList,
    Merge,
    OtherAddress,
    UsedNumber,
)
from registry import alerts
from registry.models import Alert, Watch
from tests.conftest import signed_in
from tests.customers.changes import told
from tests.customers.kept_files import kept, pdf, replaced
from tests.customers.merged_rows import family, stored
from tests.customers.merging_pages import confirm, log_url, opened, words
from tests.factories import (
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
    PersonFactory,
    ProjectRoleFactory,
    TagFactory,
    UserFactory,
    org_number,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    """The one that is kept, and the other."""
    return CustomerFactory(number="77", name="Fjell AS"), CustomerFactory(
        number="78", name="Fjell A/S"
    )


def content_of(client, url: str) -> bytes:
    response = client.get(url)
    assert response.status_code == 200, url
    return b"".join(response.streaming_content)


# Nothing is lost


def test_files_are_kept_and_open_as_before(kari, as_per, pair):
    mine, theirs = pair
    plan = kept(theirs, "Plan.pdf", data=pdf("The plan"), by=kari, note="Signed")
    newer = replaced(plan, pdf("A newer plan"))
    other = kept(mine, "Plan.pdf", data=pdf("Quite another plan"), by=kari)
    merging.merge(mine.pk, [theirs.pk], by=kari)

    page = as_per.get("/customers/77/files/").content.decode()
    assert page.count("Plan.pdf") >= 2
    url = "/customers/77/files"
    assert content_of(as_per, f"{url}/{plan.pk}/download/") == pdf("A newer plan")
    assert content_of(as_per, f"{url}/{plan.pk}/versions/1/") == pdf("The plan")
    assert content_of(as_per, f"{url}/{other.pk}/download/") == pdf("Quite another plan")
    plan.refresh_from_db()
    assert (plan.note, plan.version, plan.content_id) == ("Signed", 2, newer.content_id)


def test_the_same_file_at_both_is_there_once_and_its_bytes_stay(kari, as_per, pair):
    mine, theirs = pair
    first = kept(mine, "Plan.pdf", data=pdf("The plan"), by=kari)
    second = kept(theirs, "Plan.pdf", data=pdf("The plan"), by=kari, is_invoice_attachment=True)
    merge = merging.merge(mine.pk, [theirs.pk], by=kari)
    [file] = mine.files.all()
    assert (file, file.is_invoice_attachment) == (first, True)
    # Deleted there, it is still at the other one when that comes back.
    files.delete(file, file.version)
    merging.undo(merge.pk, by=kari)
    assert content_of(as_per, f"/customers/78/files/{second.pk}/download/") == pdf("The plan")


def test_an_old_number_leads_to_the_customer_that_was_kept(kari, as_per, pair):
    mine, theirs = pair
    merging.merge(mine.pk, [theirs.pk], by=kari)
    for page in ("", "contacts/", "files/", "history/", "invoicing/", "notes/"):
        response = as_per.get(f"/customers/78/{page}")
        assert response.status_code == 302, page
        assert response["Location"] == f"/customers/77/{page}"


def test_an_old_number_leads_there_through_merge_after_merge(kari, as_per):
    a, b, c, d = (CustomerFactory(number=str(81 + n), name=f"Link {n} AS") for n in range(4))
    UsedNumber.objects.create(number="41", customer=a)
    merging.merge(b.pk, [a.pk], by=kari)
    merging.merge(c.pk, [b.pk], by=kari)
    merging.merge(d.pk, [c.pk], by=kari, chosen={"number": c.pk})
    d.refresh_from_db()
    assert d.number == "83"
    for number in ("41", "81", "82", "84"):
        assert as_per.get(f"/customers/{number}/")["Location"] == "/customers/83/", number
    assert as_per.get("/customers/83/").status_code == 200
    found = as_per.get("/customers/?q=81").content.decode()
    assert "Link 3 AS" in found
    assert 'href="/customers/81/"' not in found


def test_no_number_is_ever_used_again(kari, as_kari, pair, filled_in):
    mine, theirs = pair
    merging.merge(mine.pk, [theirs.pk], by=kari)
    response = as_kari.post("/customers/new/", filled_in | {"number": "78"})
    assert response.status_code == 422
    assert "78 was used before by Fjell AS and is never reused." in words(response)
    assert Customer.with_merged.filter(number="78").count() == 1


def test_what_would_break_a_unique_rule_is_asked_and_not_dropped(kari, pair):
    mine, theirs = pair
    role = ProjectRoleFactory(name="Engineer")
    HourlyRateFactory(customer=mine, role=role, rate=1000)
    dearer = HourlyRateFactory(customer=theirs, role=role, rate=1500)
    person = PersonFactory(name="Eva Moen")
    ContactFactory(customer=mine, person=person, title="Clerk")
    ContactFactory(customer=theirs, person=person, title="Boss", phone="22 22 22 22")
    keys = [decision.key for decision in merging.decisions(pair, kari)]
    assert keys == [f"contact-{person.pk}", f"rates-role-{role.pk}"]

    rows = {label: len(rows) for label, rows in stored().items() if rows}
    decided = dict.fromkeys(keys, str(theirs.pk)) | {
        keys[0]: str(theirs.contacts.get().pk),
    }
    merging.merge(mine.pk, [theirs.pk], by=kari, decided=decided)
    after = stored()
    assert all(len(after[label]) >= count for label, count in rows.items())
    assert list(mine.hourly_rates.all()) == [dearer]
    contact = mine.contacts.get()
    assert (contact.title, contact.phone) == ("Boss", "22 22 22 22")


def test_what_is_called_the_same_but_is_not_stays_beside_the_other(kari, pair):
    mine, theirs = pair
    OtherAddressFactory(customer=mine, label="Lager", street="Havnegata 1")
    OtherAddressFactory(customer=theirs, label="lager", street="Storgata 9")
    merging.merge(mine.pk, [theirs.pk], by=kari)
    assert [(a.label, a.street) for a in mine.other_addresses.all()] == [
        ("Lager", "Havnegata 1"),
        ("lager (78)", "Storgata 9"),
    ]


def test_no_row_is_gone_whatever_the_customers_have(kari):
    customers = family(kari, 4)
    before = {label: len(rows) for label, rows in stored().items()}
    merging.merge(customers[0].pk, [c.pk for c in customers[1:]], by=kari)
    after = stored()
    assert [label for label in before if len(after[label]) < before[label]] == []


# History


def test_history_is_read_at_the_customer_that_was_kept(kari, as_kari, pair):
    mine, theirs = pair
    theirs.phone = "22 22 22 22"
    theirs.save()
    contact = contacts.add_new(theirs, Details("Eva Berg"), Post(title="Clerk"))
    contacts.save(contact, contact.person.version, Details("Eva Dahl"), Post(title="Boss"))
    contacts.remove(contact)
    file = kept(theirs, "Plan.pdf", by=kari)
    note = notes.add(theirs, text="Call them", author=kari)
    before = told(theirs)
    merging.merge(mine.pk, [theirs.pk], by=kari)

    after = [changes for _title, _subject, changes in told(Customer.objects.get(pk=mine.pk))]
    assert [changes for _title, _subject, changes in before if changes not in after] == []
    assert len(after) > len(before)
    page = as_kari.get("/customers/77/history/").content.decode()
    for text in ("22 22 22 22", "Eva Dahl", "Boss", file.name, note.text, "Contact removed"):
        assert text in page, text


def test_a_merge_says_who_made_it_and_when(kari, as_kari, as_per, pair):
    mine, theirs = pair
    NoteFactory(customer=theirs)
    begun = timezone.now()
    merge = merging.merge(mine.pk, [theirs.pk], by=kari)
    assert merge.made_by == kari
    assert begun <= merge.made_at <= timezone.now()
    newest = history.of(Customer.objects.get(pk=mine.pk)).entries[0]
    assert (newest.title[:6], newest.actor) == ("Merged", "Kari Lunde")
    assert newest.at >= begun
    assert "Fjell A/S" in as_per.get("/customers/77/history/").content.decode()
    page = words(as_per.get(log_url(merge)))
    for text in ("78", "Fjell A/S", "Kari Lunde", "1 note"):
        assert text in page, text

    boss = UserFactory(first_name="Ada", last_name="Boss", is_superuser=True)
    merging.undo(merge.pk, by=boss)
    for customer in Customer.objects.all():
        newest = history.of(customer).entries[0]
        assert (newest.title[:5], newest.actor) == ("Undid", "Ada Boss")
    assert "Ada Boss" in words(as_per.get(log_url(merge)))


# What is the same, and what is not


def test_different_currencies_are_a_choice_and_never_silent(kari, as_kari, pair):
    mine, theirs = pair
    Customer.objects.filter(pk=mine.pk).update(currency="NOK")
    Customer.objects.filter(pk=theirs.pk).update(currency="EUR")
    both = list(Customer.objects.order_by("pk"))
    assert "currency" in [group.name for group in merging.fields.differing(both)]
    page = words(as_kari.get("/customers/77/merge/?with=78"))
    assert "NOK" in page
    assert "EUR" in page
    merging.merge(mine.pk, [theirs.pk], by=kari, chosen={"currency": theirs.pk})
    mine.refresh_from_db()
    assert mine.currency == "EUR"


def test_contacts_without_an_address_are_not_taken_for_one(kari, pair):
    mine, theirs = pair
    for customer in pair:
        ContactFactory(customer=customer, person__name="Post", title="", email="")
        ContactFactory(customer=customer, person__name="Nina Vik", email="")
    merging.merge(mine.pk, [theirs.pk], by=kari)
    assert sorted(map(str, mine.contacts.all())) == ["Nina Vik", "Nina Vik", "Post", "Post"]


def test_any_number_of_customers_is_merged_from_the_list(as_kari):
    made = [CustomerFactory(number=str(91 + n), name=f"Vik {n} AS") for n in range(4)]
    for customer in made:
        NoteFactory(customer=customer, text=f"Of {customer.number}")
    overview = as_kari.get("/customers/?with=91&with=92&with=93&with=94")
    assert "/customers/merge/" in overview.content.decode()
    response = as_kari.get("/customers/merge/?with=91&with=92&with=93&with=94", follow=True)
    assert response.redirect_chain[-1][0].startswith("/customers/91/merge/")
    form = opened(as_kari, *made)
    answer = confirm(as_kari, form)
    assert answer.status_code == 302
    assert [customer.number for customer in Customer.objects.all()] == ["91"]
    assert made[0].notes.count() == 4
    assert Merge.objects.get().merged.count() == 3


# What hangs on a contact


def test_contacts_keep_their_tags_lists_and_parts_in_invoices(kari, pair):
    mine, theirs = pair
    boss, buyer = ContactTagFactory(name="Boss"), ContactTagFactory(name="Buyer")
    person = PersonFactory(name="Eva Moen")
    post = ContactFactory(customer=mine, person=person, tags=[boss])
    same = ContactFactory(customer=theirs, person=person, tags=[buyer])
    other = ContactFactory(customer=theirs, person__name="Nina Vik", tags=[buyer])
    news, offers = (
        MailingList.objects.create(name=name, query="", created_by=kari)
        for name in ("News", "Offers")
    )
    news.left_out.add(same, other)
    offers.left_out.add(post, same)
    InvoiceRecipientFactory(customer=theirs, contact=same, email="", kind="to")
    InvoiceRecipientFactory(customer=theirs, contact=other, email="", kind="cc")
    Customer.objects.filter(pk=theirs.pk).update(invoice_contact=same)
    merge = merging.merge(mine.pk, [theirs.pk], by=kari)

    assert set(post.tags.all()) == {boss, buyer}
    assert set(other.tags.all()) == {buyer}
    assert set(news.left_out.filter(customer=mine)) == {post, other}
    assert set(offers.left_out.filter(customer=mine)) == {post}
    who = InvoiceRecipient.objects.filter(customer=mine).values_list("contact", "kind")
    assert set(who) == {(post.pk, "to"), (other.pk, "cc")}
    mine.refresh_from_db()
    assert mine.invoice_contact == post

    merging.undo(merge.pk, by=kari)
    assert set(post.tags.all()) == {boss}
    assert set(news.left_out.all()) == {same, other}
    assert set(offers.left_out.all()) == {post, same}
    assert set(InvoiceRecipient.objects.filter(customer=theirs).values_list("contact", "kind")) == {
        (same.pk, "to"),
        (other.pk, "cc"),
    }
    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert (mine.invoice_contact, theirs.invoice_contact) == (None, same)


def test_who_has_left_one_of_them_but_not_the_other_is_there_still(kari, pair):
    mine, theirs = pair
    person = PersonFactory(name="Eva Moen")
    ContactFactory(
        customer=mine,
        person=person,
        employed_from=date(2015, 1, 1),
        employed_until=date(2020, 1, 1),
    )
    ContactFactory(customer=theirs, person=person, employed_from=date(2020, 2, 1))
    merging.merge(mine.pk, [theirs.pk], by=kari)
    assert not mine.contacts.get().is_former()
    assert list(Contact.objects.current().filter(customer=mine))


def test_tags_of_all_of_them_are_united(kari):
    shared, mine, theirs = TagFactory(), TagFactory(), TagFactory()
    a, b = CustomerFactory(tags=[shared, mine]), CustomerFactory(tags=[shared, theirs])
    merge = merging.merge(a.pk, [b.pk], by=kari)
    assert set(a.tags.all()) == {shared, mine, theirs}
    merging.undo(merge.pk, by=kari)
    assert set(a.tags.all()) == {shared, mine}
    assert set(b.tags.all()) == {shared, theirs}


# Nobody is bothered


def test_no_letter_goes_out_and_no_alert_is_raised(
    kari, pair, mailoutbox, django_capture_on_commit_callbacks
):
    mine, theirs = pair
    colleague = UserFactory(username="nils", email="nils@moment.example", first_name="Nils")
    numbers = [org_number(700 + n) for n in range(2)]
    for customer, number in zip(pair, numbers, strict=True):
        Customer.objects.filter(pk=customer.pk).update(org_number=number)
        alerts.watch(number)
    NoteFactory(customer=theirs, text=f"@{colleague.username} look at this")
    ContactFactory(customer=theirs, person__emails=["eva@fjell.example"])
    InvoiceRecipientFactory(customer=theirs)
    with django_capture_on_commit_callbacks(execute=True):
        merge = merging.merge(mine.pk, [theirs.pk], by=kari, chosen={"org_number": theirs.pk})
    with django_capture_on_commit_callbacks(execute=True):
        merging.undo(merge.pk, by=kari)
    assert mailoutbox == []
    assert not Alert.objects.exists()
    assert set(Watch.objects.values_list("pk", flat=True)) == set(numbers)


def test_the_log_of_changes_names_no_row_that_merely_moved(kari):
    customers = family(kari)
    before = LogEntry.objects.latest("pk").pk
    merging.merge(customers[0].pk, [c.pk for c in customers[1:]], by=kari)
    new = LogEntry.objects.filter(pk__gt=before)
    assert not new.filter(action=LogEntry.Action.DELETE).exists()
    touched = {(entry.content_type.model, entry.changes_text) for entry in new}
    assert len(new) <= 12, touched
    assert File.objects.filter(customer=customers[0]).count() == 4
    assert OtherAddress.objects.filter(customer=customers[0]).count() == 4


def test_everybody_sees_one_customer_where_there_were_several(kari, pair):
    mine, theirs = pair
    merging.merge(mine.pk, [theirs.pk], by=kari)
    for user in (kari, UserFactory(roles=["View customers"])):
        page = words(signed_in(user).get("/customers/"))
        assert "Fjell AS" in page
        assert "Fjell A/S" not in page
