"""What every old address leads to once customers were merged."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import NoReverseMatch, reverse

from customers import merging, numbers
from customers.models import Customer, File, Note, OtherAddress
from tests.conftest import said
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
from tests.test_permissions import OURS

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def takes_a_number_alone(name: str) -> bool:
    try:
        return reverse(name, kwargs={"number": "1028"}).startswith("/customers/1028/")
    except NoReverseMatch:
        return False


PAGES = [name for name, _view in OURS if takes_a_number_alone(name)]
# Answered to htmx alone, beside what is being typed.
PARTS = {"customers:contact_find", "customers:edit_alike"}


@pytest.fixture
def kept(anne):
    """1028 was merged into 1034, and that into 1040."""
    kept, between, old = (
        CustomerFactory(number=number, name=name)
        for number, name in (
            ("1040", "Tromsø kommune"), ("1034", "Tromsø Bygg"), ("1028", "Bygg Tromsø"),
        )
    )  # fmt: skip
    merging.merge(between.pk, [old.pk], by=anne)
    merging.merge(kept.pk, [between.pk], by=anne)
    return Customer.objects.get()


@pytest.mark.parametrize("number", ["1034", "1028"])
@pytest.mark.parametrize("name", [name for name in PAGES if name not in PARTS])
def test_a_page_of_an_old_number_leads_to_that_of_the_kept_one(as_anne, kept, name, number):
    response = as_anne.get(reverse(name, args=[number]), follow=True)
    if response.status_code == 405:  # nothing to look at
        return
    assert response.status_code == 200
    assert response.request["PATH_INFO"].startswith("/customers/1040/"), response.redirect_chain


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_part_of_a_page_is_of_the_kept_one(as_anne, kept, name):
    asked = {"name": "Eva"}
    old, now = (
        as_anne.get(reverse(name, args=[number]), asked, headers=HTMX, follow=True)
        for number in ("1028", "1040")
    )
    assert old.status_code == 200
    assert old.content == now.content


def test_there_are_pages_to_walk():
    assert {"customers:profile", "customers:edit", "customers:history"} < set(PAGES)


def test_the_old_address_keeps_what_it_asks_for(as_anne, kept):
    response = as_anne.get("/customers/1028/history/?kind=note")
    assert response["Location"] == "/customers/1040/history/?kind=note"


def test_who_follows_an_old_number_is_told_whose_it_is(as_anne, kept):
    led = as_anne.get("/customers/1028/", follow=True).content.decode()
    assert "The number 1028 belongs to 1040 Tromsø kommune by now." in led
    assert said(as_anne.get("/customers/1040/")) == ""
    assert said(as_anne.get("/customers/1028/notes/", headers=HTMX)) == ""


def test_what_is_sent_to_an_old_number_holds_for_the_kept_one(as_anne, kept):
    as_anne.post("/customers/1028/notes/", {"text": "Ringte."})
    assert Note.objects.get().customer == kept


def test_an_old_number_that_the_kept_one_took_is_its_own(as_anne, anne):
    kept, other = CustomerFactory(number="1040"), CustomerFactory(number="1028")
    merging.merge(kept.pk, [other.pk], by=anne, chosen={"number": other.pk})
    assert as_anne.get("/customers/1028/").status_code == 200
    assert as_anne.get("/customers/1040/")["Location"] == "/customers/1028/"


def test_no_old_number_is_used_again(kept):
    for number in ("1028", "1034", "1040"):
        with pytest.raises(ValidationError, match="Tromsø kommune"):
            numbers.allocate(number)


def test_who_types_an_old_number_is_told_whose_it_was(as_anne, kept):
    new = {"name": "Ny AS", "country": "SE", "status": "active", "relation": "customer"}
    response = as_anne.post("/customers/new/", new | {"number": "1028"})
    assert response.status_code == 422
    assert "1028 was used before by Tromsø kommune" in response.content.decode()


def test_after_the_merge_is_undone_each_has_its_own_again(as_anne, anne, kept):
    merging.undo(kept.merges.get().pk, by=anne)
    assert as_anne.get("/customers/1034/").status_code == 200
    assert as_anne.get("/customers/1028/")["Location"] == "/customers/1034/"


# Rows of an old number


@pytest.fixture
def pair():
    return CustomerFactory(number="1040", name="Tromsø"), CustomerFactory(number="1028", name="By")


def of_rows(customer: Customer, person, author) -> dict[str, list]:
    """Give a customer one row of each kind that has a page; return the pages and their keys."""
    contact = ContactFactory(customer=customer, person=person)
    recipient = InvoiceRecipientFactory(customer=customer, contact=contact, email="")
    rate = HourlyRateFactory(customer=customer, user=author, role=None)
    address = OtherAddressFactory(customer=customer, label="Lager", street="Kaia 1")
    note = NoteFactory(customer=customer, author=author, text="Ringte.")
    file = kept_files.kept(customer, "plan.pdf", by=author)
    return {
        "contact_edit": contact.pk, "contact_end": contact.pk, "contact_remove": contact.pk,
        "invoicing_recipient_edit": recipient.pk, "invoicing_recipient_delete": recipient.pk,
        "invoicing_rate_edit": rate.pk, "invoicing_rate_delete": rate.pk,
        "address_edit": address.pk, "address_delete": address.pk,
        "note": note.pk, "note_edit": note.pk, "note_delete": note.pk,
        "file": file.pk, "file_edit": file.pk, "file_replace": file.pk, "file_delete": file.pk,
        "file_versions": file.pk, "file_download": file.pk,
    }  # fmt: skip


def opened(client, number: str, pages: dict) -> dict[str, int]:
    return {
        page: client.get(reverse(f"customers:{page}", args=[number, pk])).status_code
        for page, pk in pages.items()
    }


def test_rows_that_moved_are_found_under_the_old_number_too(as_anne, anne, pair):
    kept, other = pair
    pages = of_rows(other, PersonFactory(), anne)
    merging.merge(kept.pk, [other.pk], by=anne)
    for number in ("1028", "1040"):
        assert set(opened(as_anne, number, pages).values()) == {200}


def test_rows_that_stayed_behind_lead_to_their_like(as_anne, anne, pair):
    kept, other = pair
    person = PersonFactory()
    theirs = of_rows(kept, person, anne)
    pages = of_rows(other, person, anne)
    merging.merge(kept.pk, [other.pk], by=anne)
    assert not kept.files.exclude(pk=theirs["file"])  # the like stayed behind
    found = opened(as_anne, "1028", pages)
    assert set(found.values()) == {200}, found


def test_rows_that_stayed_behind_lead_to_their_like_in_another_spelling(as_anne, anne, pair):
    kept, other = pair
    person = PersonFactory()
    theirs = of_rows(kept, person, anne)
    pages = of_rows(other, person, anne)
    OtherAddress.objects.filter(customer=other).update(label="LAGER Å")
    OtherAddress.objects.filter(customer=kept).update(label="lager å")
    File.objects.filter(pk=theirs["file"]).update(name="AVTALE Å.PDF")
    File.objects.filter(pk=pages["file"]).update(name="avtale å.pdf")
    merging.merge(kept.pk, [other.pk], by=anne)
    assert kept.files.count() == kept.other_addresses.count() == 1
    found = opened(as_anne, "1028", pages)
    assert set(found.values()) == {200}, found


@pytest.mark.parametrize("kind", ["files", "notes"])
def test_the_old_address_of_what_has_no_like_any_more_leads_to_the_list(as_anne, anne, pair, kind):
    kept, other = pair
    person = PersonFactory()
    of_rows(kept, person, anne)
    pages = of_rows(other, person, anne)
    merging.merge(kept.pk, [other.pk], by=anne)
    getattr(kept, kind).get().delete()
    page = kind.removesuffix("s")
    response = as_anne.get(reverse(f"customers:{page}", args=["1028", pages[page]]), follow=True)
    assert response.request["PATH_INFO"] == f"/customers/1040/{kind}/"
    assert "was made one with another" in response.content.decode()


def test_nobody_else_s_row_is_found_under_an_old_number(as_anne, anne, kept):
    stranger = NoteFactory(customer=CustomerFactory(number="7"))
    assert as_anne.get(f"/customers/1028/notes/{stranger.pk}/").status_code == 404
