"""What stayed behind with a merged customer is kept, and appears nowhere."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from customers import contacts, counts, merging, persons, privacy, traces
from customers import recipients as customer_recipients
from customers.contact_report import ContactReport
from customers.mailing_lists import ListedContacts, named, recipients
from customers.models import Contact, Customer, File, HourlyRate, MailingList, Note
from customers.overview import Overview
from customers.readiness import counted_customers
from tests.customers import kept_files
from tests.customers.telling import customer_of, tell
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
)

pytestmark = pytest.mark.django_db
GONE = "eva@gammel.example"


@pytest.fixture
def eva():
    return PersonFactory(name="Eva Vik", emails=["eva@vik.example"])


@pytest.fixture
def kept(anne, eva):
    """1028 was merged into 1040, which had the like of all its rows; both had Eva."""
    tag, role = TagFactory(name="Bygg"), ContactTagFactory(name="Leder")
    pair = []
    for number, name, email in (
        ("1040", "Tromsø kommune", "eva@ny.example"), ("1028", "Polarbygg", GONE),
    ):  # fmt: skip
        customer = CustomerFactory(number=number, name=name, tags=[tag], org_number="")
        contact = ContactFactory(customer=customer, person=eva, email=email, tags=[role])
        InvoiceRecipientFactory(customer=customer, contact=contact, email="")
        HourlyRateFactory(customer=customer, user=anne, role=None)
        OtherAddressFactory(customer=customer, label="Lager", street="Kaia 1")
        NoteFactory(customer=customer, author=anne, text="Ringte Eva Vik.")
        kept_files.kept(customer, "Avtale Eva Vik.pdf", by=anne)
        pair.append(customer)
    eva.save()
    merging.merge(pair[0].pk, [pair[1].pk], by=anne)
    return Customer.objects.get()


def all_pages(client, *paths: str) -> str:
    return "".join(client.get(path, follow=True).content.decode() for path in paths)


def test_the_rows_are_all_kept(kept):
    for model in (Contact, File, HourlyRate, Note):
        assert model.objects.count() == 2


def test_the_overview_shows_and_counts_one(kept, anne):
    overview = Overview(QueryDict("status=all&q=polarbygg"), anne)
    assert [row["number"] for row in overview.page.rows] == ["1040"]
    assert overview.counts["active"] == 1
    assert Overview(QueryDict("status=all&q=1028"), anne).page.rows[0]["number"] == "1040"
    assert counts.by_status()["active"] == 1


def test_the_profile_shows_each_thing_once(as_anne, kept):
    pages = all_pages(
        as_anne, "/customers/1040/", "/customers/1040/contacts/", "/customers/1040/files/",
        "/customers/1040/notes/", "/customers/1040/invoicing/recipients/",
        "/customers/1040/invoicing/rates/",
    )  # fmt: skip
    assert GONE not in pages
    assert as_anne.get("/customers/1040/files/").content.count(b"Avtale Eva Vik.pdf</a>") <= 1
    assert kept.notes.count() == kept.files.count() == kept.hourly_rates.count() == 1


def test_the_report_over_contacts_has_the_person_once(as_anne, anne, kept):
    report = ContactReport(QueryDict("who=all&status=all"), anne)
    assert [row["number"] for row in report.page.rows] == ["1040"]
    assert report.counts["all"] == 1
    assert len(list(report.sheet_rows())) == 1
    assert GONE not in all_pages(as_anne, "/customers/contacts/?status=all&who=all")


def test_a_mailing_list_writes_to_nobody_by_the_address_that_stayed_behind(anne, kept):
    listed = ListedContacts(
        MailingList.objects.create(name="Alle", created_by=anne), QueryDict(), anne
    )
    assert recipients(named(listed.reached)).addresses == ["eva@ny.example"]


def test_invoices_go_to_the_address_of_the_kept_one(kept):
    (row,) = customer_recipients.rows_of(kept)
    assert row.address == "eva@ny.example"


def test_the_page_of_the_person_has_one_post(as_anne, kept, eva):
    pages = all_pages(
        as_anne, f"/customers/contacts/{eva.pk}/", f"/customers/contacts/{eva.pk}/erase/"
    )
    assert "Tromsø kommune" in pages
    assert "Polarbygg</a>" not in pages
    assert GONE not in pages


def test_a_person_whose_only_post_stayed_behind_has_none(as_anne, anne, kept, eva):
    contacts.remove(kept.contacts.get())
    report = ContactReport(QueryDict("who=none"), anne)
    assert [row["name"] for row in report.page.rows] == ["Eva Vik"]
    assert persons.visible_to(anne).get() == eva
    assert as_anne.get(f"/customers/contacts/{eva.pk}/").status_code == 200


def test_readiness_for_electronic_invoices_counts_one(kept):
    assert sum(n for *_what, n in counted_customers()) == 1


def test_an_alert_about_a_number_that_only_the_merged_one_had_is_not_shown(as_anne, anne):
    old = customer_of(number="1028", name="Polarbygg AS")
    merging.merge(CustomerFactory(number="1040", org_number="914552038").pk, [old.pk], by=anne)
    tell(old, bankrupt=True)
    assert "Polarbygg" not in all_pages(as_anne, "/customers/alerts/")
    assert counts.open_alerts() == 0


@pytest.mark.parametrize("tags", ["tag", "contacttag"])
def test_the_admin_counts_a_tag_once(as_anne, kept, tags):
    page = as_anne.get(reverse(f"admin:customers_{tags}_changelist"))
    (row,) = page.context["cl"].result_list
    assert row.used == 1


def test_a_colleague_renamed_meanwhile_sorts_the_merged_one_too(anne, kari):
    kept, other = CustomerFactory(), CustomerFactory(responsible=kari)
    merging.merge(kept.pk, [other.pk], by=anne)
    kari.first_name = "Åse"
    kari.save()
    merging.undo(kept.merges.get().pk, by=anne)
    assert Customer.objects.get(pk=other.pk).sort_responsible.startswith("z}se")


# What is kept on a person is told, also where nobody sees it


def test_what_is_handed_over_has_all_that_is_stored(kept, eva):
    told = privacy.export(eva)
    assert {post["email"] for post in told["contact_of"]} == {"eva@ny.example", GONE}


def test_free_text_of_merged_customers_is_told_and_named_as_such(anne, eva):
    old = CustomerFactory(number="1028", name="Eva Vik Bygg")
    merging.merge(CustomerFactory(number="1040", name="Tromsø").pk, [old.pk], by=anne)
    found = {
        str(one.kind): [words for words, _url in one.places]
        for one in traces.mentions(traces.in_free_text(traces.known_of(eva)))
    }
    assert found["Customers"] == ["1028 Eva Vik Bygg, merged into 1040"]


def test_erasing_a_person_empties_what_stayed_behind(anne, kept, eva):
    privacy.erase(eva, anne)
    assert set(Contact.objects.values_list("email", flat=True)) == {""}
