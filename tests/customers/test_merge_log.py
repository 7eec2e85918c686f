"""The page of a merge, what undoing it would do, and what the histories tell of both."""

import re

import pytest

from customers import merging
from customers.models import Contact, Customer, File, Merge, Note
from tests.customers.kept_files import kept as kept_file
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
    PersonFactory,
    TagFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(db):
    return CustomerFactory(number="1040", name="Tromsø kommune", phone="77 00 00 01")


@pytest.fixture
def other(db, kari):
    other = CustomerFactory(
        number="1028",
        name="Tromsø Kommune – Bygg",
        invoice_email="bygg.faktura@tromso.example",
        responsible=kari,
        tags=[TagFactory(name="Public sector")],
    )
    NoteFactory.create_batch(3, customer=other, author=kari)
    ContactFactory(customer=other)
    return other


def merged(kept, *others, by, **chosen) -> Merge:
    return merging.merge(kept.pk, [other.pk for other in others], by=by, **chosen)


def words(answer) -> str:
    """Return what the main part of a page says, as one line."""
    main = answer.text.partition("<main")[2].partition("</main>")[0] or answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main.partition(">")[2]))


def versions(merge: Merge) -> dict[str, int]:
    keys = [merge.kept_id, *merge.merged.values_list("customer", flat=True)]
    rows = Customer.with_merged.filter(pk__in=keys).values_list("pk", "version")
    return {f"seen-{pk}": version for pk, version in rows}


def undone(client, merge: Merge, **chosen):
    return client.post(f"{merge.get_absolute_url()}undo/", versions(merge) | chosen)


# What the merge did


def test_the_page_tells_who_merged_what_and_what_it_changed(as_per, kari, kept, other):
    merge = merged(kept, other, by=kari)
    page = as_per.get(merge.get_absolute_url())
    said = words(page)
    assert "Merged into 1040 Tromsø kommune" in said
    assert re.search(r"Kari Lunde merged them today at \d\d:\d\d", said)
    assert '<a href="/customers/1028/">Tromsø Kommune – Bygg</a>' in page.text
    assert "Responsible empty Kari Lunde" in said
    assert "Invoice e-mail empty bygg.faktura@tromso.example" in said
    assert "Tags empty Public sector" in said
    assert "Phone" not in said
    assert "1 contact 3 notes" in said
    assert 'href="/customers/1040/contacts/"' in page.text
    # He may only look.
    assert "/undo/" not in page.text


def test_each_of_several_is_told_of_with_what_came_from_it(as_kari, kari, kept, other):
    third = CustomerFactory(number="1031", name="Tromsø komune")
    OtherAddressFactory(customer=third)
    said = words(as_kari.get(merged(kept, other, third, by=kari).get_absolute_url()))
    assert re.search(r"From 1028 Tromsø Kommune – Bygg 1 contact 3 notes", said)
    assert re.search(r"From 1031 Tromsø komune 1 further address", said)


def test_what_was_joined_and_what_stayed_behind_is_told(as_kari, kari, kept, other):
    marit = PersonFactory(name="Marit Olsen")
    ContactFactory(customer=kept, person=marit, title="")
    ContactFactory(customer=other, person=marit, title="Byggesjef")
    OtherAddressFactory(customer=kept, label="Lager", street="Havnegata 1")
    OtherAddressFactory(customer=other, label="Lager", street="Havnegata 9")
    for customer in (kept, other):
        kept_file(customer, "Avtale.pdf")
    said = words(as_kari.get(merged(kept, other, by=kari).get_absolute_url()))
    assert "Contacts of both, joined Marit Olsen" in said
    assert "Contact Marit Olsen Title empty Byggesjef" in said
    assert "Label Lager Lager (1028)" in said
    assert "Stayed behind, as 1040 has its own 1 contact 1 file" in said
    assert "comes back when the merge is undone" in said


def test_rates_that_gave_way_are_told_as_such(as_kari, as_per, kari, kept, other):
    HourlyRateFactory(customer=kept, user=kari, role=None, rate=900)
    HourlyRateFactory(customer=other, user=kari, role=None, rate=1250)
    key = f"rates-user-{kari.pk}"
    merge = merged(kept, other, by=kari, decided={key: str(other.pk)})
    page = as_kari.get(merge.get_absolute_url())
    assert "Of 1040, gave way to what moved 1 hourly rate" in words(page)
    assert "/invoicing/rates/" in page.text
    looked = as_per.get(merge.get_absolute_url())
    assert "1250" not in looked.text
    assert "/invoicing/rates/" not in looked.text
    assert "Comes back to 1040 Tromsø kommune 1 hourly rate" in words(
        as_kari.get(f"{merge.get_absolute_url()}undo/")
    )


def test_nothing_to_tell_is_said(as_per, kari, kept):
    empty = CustomerFactory(name="Tomt")
    said = words(as_per.get(merged(kept, empty, by=kari).get_absolute_url()))
    assert "Nothing: 1040 kept its own values." in said


def test_names_are_no_markup(as_kari, kari, kept):
    hostile = CustomerFactory(name="<script>alert(1)</script>", website="javascript:alert(1)")
    NoteFactory(customer=hostile, author=kari, text="<img src=x onerror=alert(1)>")
    merge = merged(kept, hostile, by=kari)
    for url in (merge.get_absolute_url(), f"{merge.get_absolute_url()}undo/"):
        page = as_kari.get(url)
        assert "<script>alert" not in page.text
        assert 'href="javascript' not in page.text
    history = as_kari.get("/customers/1040/history/")
    assert "Merged" in history.text
    assert "<script>alert" not in history.text


def test_only_those_who_see_customers_see_merges(client, as_ola, as_per, kari, kept, other):
    merge = merged(kept, other, by=kari)
    url = merge.get_absolute_url()
    assert as_ola.get(url).status_code == 403
    assert client.get(url).status_code == 302
    assert as_per.get(f"{url}undo/").status_code == 403
    assert as_per.post(f"{url}undo/", versions(merge)).status_code == 403
    assert as_per.get("/customers/merges/999999/").status_code == 404
    merge.refresh_from_db()
    assert merge.undone_at is None


# What undoing it would do


def test_asking_changes_nothing_and_tells_what_goes_back(as_kari, kari, kept, other):
    merge = merged(kept, other, by=kari)
    said = words(as_kari.get(f"{merge.get_absolute_url()}undo/"))
    assert "1028 Tromsø Kommune – Bygg becomes a customer of its own again." in said
    assert "Goes back to 1028 Tromsø Kommune – Bygg 1 contact 3 notes" in said
    assert "Put back at 1040 Tromsø kommune Responsible empty Invoice e-mail empty" in said
    assert "without Public sector" in said
    assert "Since the merge" not in said
    merge.refresh_from_db()
    assert merge.undone_at is None


def test_a_kept_customer_that_took_the_others_number_is_told_from_it(as_kari, kari, kept, other):
    merge = merged(kept, other, by=kari, chosen={"number": other.pk})
    assert "1028 Tromsø Kommune – Bygg The kept one has this number now" in words(
        as_kari.get(merge.get_absolute_url())
    )
    said = words(as_kari.get(f"{merge.get_absolute_url()}undo/"))
    assert "Goes back to 1028 Tromsø Kommune – Bygg 1 contact" in said
    assert "Put back at 1040 Tromsø kommune" in said


def test_what_was_joined_at_the_kept_customer_is_said_to_go_back(as_kari, kari, kept, other):
    person = PersonFactory(name="Eva Moen")
    ContactFactory(customer=kept, person=person, phone="")
    ContactFactory(customer=other, person=person, phone="99 88 77 66")
    said = words(as_kari.get(f"{merged(kept, other, by=kari).get_absolute_url()}undo/"))
    assert "Contact Eva Moen Phone at this customer empty" in said


def test_what_has_changed_since_is_told(as_kari, kari, kept, other):
    kept_file(other, "Avtale.pdf")
    merge = merged(kept, other, by=kari)
    for note in Note.objects.filter(customer=kept)[:2]:
        note.text = "Endret"
        note.save()
    File.objects.get().delete()
    NoteFactory.create_batch(4, customer=kept, author=kari)
    said = words(as_kari.get(f"{merge.get_absolute_url()}undo/"))
    assert "Edited: 2 notes. What was edited goes back as it is now." in said
    assert "New: 4 notes. What is new stays with 1040 Tromsø kommune." in said
    assert "No longer there: 1 file." in said
    assert "Goes back to 1028 Tromsø Kommune – Bygg 1 contact 3 notes" in said


def test_a_recipient_made_since_of_a_moved_contact_is_not_said_to_stay(as_kari, kari, kept, other):
    merge = merged(kept, other, by=kari)
    contact = Contact.objects.get(customer=kept)
    InvoiceRecipientFactory(customer=kept, contact=contact, email="")
    InvoiceRecipientFactory(customer=kept)
    said = words(as_kari.get(f"{merge.get_absolute_url()}undo/"))
    assert "New: 1 invoice recipient." in said


def test_a_field_changed_since_needs_a_decision(as_kari, kari, kept, other):
    merge = merged(kept, other, by=kari)
    edit(kept, invoice_email="ny@tromso.example")
    page = as_kari.get(f"{merge.get_absolute_url()}undo/")
    said = words(page)
    assert "Invoice e-mail was changed after the merge" in said
    assert "Leave it as it is now: ny@tromso.example" in said
    assert "Put back what was before the merge: empty" in said
    assert re.search(r'name="decided-invoice_email" value="leave" checked', page.text)
    undone(as_kari, merge)
    kept.refresh_from_db()
    assert kept.invoice_email == "ny@tromso.example"
    assert kept.responsible is None


def test_a_field_changed_since_is_put_back_where_that_is_chosen(as_kari, kari, kept, other):
    merge = merged(kept, other, by=kari)
    edit(kept, invoice_email="ny@tromso.example")
    undone(as_kari, merge, **{"decided-invoice_email": "back"})
    kept.refresh_from_db()
    assert kept.invoice_email == ""


def test_an_address_is_decided_together(as_kari, kari, kept):
    place = {"visiting_street": "Rådhusgata 2", "visiting_postcode": "9008"}
    other = CustomerFactory(visiting_city="Tromsø", **place)
    merge = merged(kept, other, by=kari)
    edit(kept, visiting_street="Rådhusgata 3")
    said = words(as_kari.get(f"{merge.get_absolute_url()}undo/"))
    assert "Leave it as it is now: Rådhusgata 3, 9008, Tromsø" in said
    undone(as_kari, merge)
    kept.refresh_from_db()
    assert (kept.visiting_street, kept.visiting_city) == ("Rådhusgata 3", "Tromsø")


def test_a_colleague_chosen_since_is_named(as_kari, kari, per, kept, other):
    merge = merged(kept, other, by=kari)
    edit(kept, responsible=per)
    said = words(as_kari.get(f"{merge.get_absolute_url()}undo/"))
    assert "Leave it as it is now: Per Haugen" in said


def edit(customer: Customer, **values) -> None:
    customer.refresh_from_db()
    for name, value in values.items():
        setattr(customer, name, value)
    customer.version += 1
    customer.save()


# Undoing it


def test_undoing_leads_to_the_page_that_links_to_all_who_are_back(as_kari, kari, kept, other):
    merge = merged(kept, other, by=kari)
    answer = undone(as_kari, merge)
    assert answer.status_code == 302
    assert answer.url == merge.get_absolute_url()
    page = as_kari.get(answer.url)
    said = words(page)
    assert re.search(r"Kari Lunde undid it today at \d\d:\d\d", said)
    assert "A customer of its own again" in said
    assert as_kari.get("/customers/1028/").status_code == 200
    assert "/customers/1040/merge/?with=1028" in page.text
    assert "undo/" not in page.text
    assert list(other.notes.values_list("text", flat=True)) == ["A note."] * 3


def test_out_of_a_dialog_the_browser_is_sent_on(as_kari, kari, kept, other):
    merge = merged(kept, other, by=kari)
    url = f"{merge.get_absolute_url()}undo/"
    asked = as_kari.get(url, headers={"HX-Request": "true"})
    assert "<main" not in asked.text
    assert "data-close" in asked.text
    answer = as_kari.post(url, versions(merge), headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == merge.get_absolute_url()


@pytest.mark.parametrize("seen", ["", "x", "0", "-1", "9" * 40, "²"])
def test_whoever_did_not_see_them_as_they_are_is_asked_again(as_kari, kari, kept, other, seen):
    merge = merged(kept, other, by=kari)
    edit(kept, invoice_email="ny@tromso.example")
    answer = as_kari.post(
        f"{merge.get_absolute_url()}undo/",
        versions(merge) | {f"seen-{kept.pk}": seen, "decided-invoice_email": "back"},
    )
    assert answer.status_code == 422
    assert "Somebody has changed Tromsø kommune meanwhile, so nothing is undone yet." in words(
        answer
    )
    assert re.search(r'name="decided-invoice_email" value="back" checked', answer.text)
    assert f'name="seen-{kept.pk}" value="{kept.version}"' in answer.text
    merge.refresh_from_db()
    assert merge.undone_at is None


def test_a_later_merge_is_named_to_be_undone_first(as_kari, kari, kept, other):
    merge = merged(kept, other, by=kari)
    later = merged(CustomerFactory(number="1050"), kept, by=kari)
    asked = as_kari.get(f"{merge.get_absolute_url()}undo/")
    assert "A later merge rests on this one. Undo that first." in words(asked)
    assert f'href="{later.get_absolute_url()}"' in asked.text
    assert 'type="submit"' not in asked.text.partition("<main")[2]
    assert undone(as_kari, merge).status_code == 422
    assert undone(as_kari, later).status_code == 302
    assert undone(as_kari, merge).status_code == 302
    assert Customer.objects.filter(number__in=["1028", "1040", "1050"]).count() == 3


def test_what_was_undone_is_not_undone_again(as_kari, kari, kept, other):
    merge = merged(kept, other, by=kari)
    undone(as_kari, merge)
    answer = undone(as_kari, merge)
    assert answer.status_code == 422
    assert "This merge was undone already." in words(answer)


def test_what_refuses_it_meanwhile_is_told_with_the_choices_kept(
    as_kari, kari, kept, other, monkeypatch
):
    merge = merged(kept, other, by=kari)
    edit(kept, invoice_email="ny@tromso.example")

    def refuse(*_args, **_rest):
        raise merging.CannotUndo("An invoice has been paid since.")

    monkeypatch.setattr(merging, "undo", refuse)
    answer = undone(as_kari, merge, **{"decided-invoice_email": "back"})
    assert answer.status_code == 422
    assert "An invoice has been paid since." in words(answer)
    assert re.search(r'name="decided-invoice_email" value="back" checked', answer.text)


# The histories


def titles(client, number: str, query: str = "") -> list[str]:
    page = client.get(f"/customers/{number}/history/{query}").text
    return re.findall(r'class="title"><strong>([^<]+)</strong>', page)


def test_the_histories_of_all_concerned_tell_of_the_merge_and_its_undoing(
    as_kari, as_per, kari, kept, other
):
    merge = merged(kept, other, by=kari)
    assert titles(as_kari, "1040")[0] == "Merged 1028 Tromsø Kommune – Bygg into this one"
    assert f'href="{merge.get_absolute_url()}undo/"' in as_kari.get("/customers/1040/history/").text
    looked = as_per.get("/customers/1040/history/").text
    assert f'href="{merge.get_absolute_url()}"' in looked
    assert "undo/" not in looked
    undone(as_kari, merge)
    told = titles(as_kari, "1040", "?kind=data")
    assert "Undid the merge of 1028 Tromsø Kommune – Bygg into this one" in told
    assert "Merged 1028 Tromsø Kommune – Bygg into this one" in told
    told = titles(as_kari, "1028")
    assert "Undid the merge into 1040 Tromsø kommune" in told
    assert "Merged into 1040 Tromsø kommune" in told
    assert "undo/" not in as_kari.get("/customers/1040/history/").text


def test_what_came_from_a_merged_customer_is_told_of_by_its_name(as_kari, kari, kept, other):
    edit(other, phone="77 00 00 99")
    merged(kept, other, by=kari)
    page = as_kari.get("/customers/1040/history/").text
    subjects = re.findall(r'<span class="subject">([^<]+)</span>', page)
    assert subjects.count("1028 Tromsø Kommune – Bygg") == 3  # created, tagged, changed
    assert "1040 Tromsø kommune" not in subjects


def test_a_merge_into_what_was_merged_on_is_told_with_both_names(as_kari, kari, kept, other):
    merged(kept, other, by=kari)
    merged(CustomerFactory(number="1050", name="Nord"), kept, by=kari)
    told = titles(as_kari, "1050")
    assert "Merged 1040 Tromsø kommune into this one" in told
    assert "Merged 1028 Tromsø Kommune – Bygg into 1040 Tromsø kommune" in told


def test_the_old_number_leads_from_the_page_to_the_kept_one(as_kari, kari, kept, other):
    merged(kept, other, by=kari)
    assert as_kari.get("/customers/1028/").url == "/customers/1040/"
