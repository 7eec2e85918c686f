"""What offers and projects keep about a person is handed over, erased, and else told."""

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from customers import privacy
from moment.offers.models import Offer, OfferLetter
from moment.offers.privacy import NOBODY
from tests.factories import ContactFactory, CustomerFactory, OfferFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact():
    return ContactFactory(
        customer=CustomerFactory(number="77"),
        person__name="Eva Moen",
        person__emails=["eva@moen.example"],
    )


@pytest.fixture
def offer(contact):
    made = OfferFactory(
        customer=contact.customer, number="7001", name="Forprosjekt", contact=contact
    )
    made.state, made.buyer_name, made.answered_at = "accepted", "Fjell AS", timezone.now()
    made.answered_name = "Eva Moen"
    made.save()
    return made


def letter(offer, to, contact=None, number=1):
    return OfferLetter.objects.create(
        offer=offer,
        to=to,
        contact=contact,
        message="Hello Eva",
        message_id=f"<{number}@moment>",
        error=f"No such: {to}",
    )


def test_letters_answers_and_projects_are_handed_over(contact, offer):
    letter(offer, "Eva@Moen.example")
    letter(offer, "ola@moen.example", number=2)
    ProjectFactory(number="P-1", name="Ny bru", invoice_contact=contact)
    found = privacy.export(contact.person)
    assert [one["address"] for one in found["letters_about_offers"]] == ["Eva@Moen.example"]
    assert [one["message"] for one in found["letters_about_offers"]] == ["Hello Eva"]
    assert [one["name"] for one in found["offers_answered"]] == ["Eva Moen"]
    assert found["offers_to"] == [{"offer": "Forprosjekt", "offer_number": "7001", "version": 1}]
    assert found["customer_contact_of_projects"] == [{"project": "Ny bru", "project_number": "P-1"}]


def test_erased_is_who_got_letters_and_who_answered(contact, offer, anne):
    mine = letter(offer, "eva@moen.example", contact)
    other = letter(offer, "post@fjell.example", number=2)
    privacy.erase(contact.person, anne)
    for row in (mine, other, offer):
        row.refresh_from_db()
    assert (mine.to, mine.contact, mine.error, mine.message) == (NOBODY, None, "", "")
    assert other.message == "Hello Eva"
    assert other.to == "post@fjell.example"
    assert offer.answered_name == "Erased person"
    for entry in LogEntry.objects.get_for_object(offer):
        assert "Eva" not in f"{entry.changes}{entry.changes_text}"


def test_an_address_of_somebody_else_too_stays(contact, offer, anne):
    ContactFactory(person__emails=["eva@moen.example"])
    plain = letter(offer, "eva@moen.example")
    privacy.erase(contact.person, anne)
    plain.refresh_from_db()
    assert plain.to == "eva@moen.example"


def test_projects_and_drafts_name_the_person_no_more(contact, anne):
    project = ProjectFactory(invoice_contact=contact)
    draft = OfferFactory(contact=contact)
    privacy.erase(contact.person, anne)
    for row in (project, draft):
        version = row.version
        row.refresh_from_db()
        assert row.version == version + 1
    assert (project.invoice_contact, draft.contact) == (None, None)


def test_somebody_of_the_same_name_elsewhere_keeps_the_answer(contact, anne):
    elsewhere = OfferFactory()
    Offer.objects.filter(pk=elsewhere.pk).update(
        state="rejected", buyer_name="X", answered_at=timezone.now(), answered_name="Eva Moen"
    )
    privacy.erase(contact.person, anne)
    elsewhere.refresh_from_db()
    assert elsewhere.answered_name == "Eva Moen"


def test_documents_that_had_to_be_kept_are_told(contact, offer, anne, as_anne):
    OfferFactory(number="7002", name="Utkast", contact=contact)
    ProjectFactory(number="P-1", name="Ny bru", notes="Ring Eva Moen først.")
    OfferFactory(number="7003", name="Brev", introduction="Hei Eva Moen!")
    person = contact.person
    privacy.erase(person, anne)
    told = {str(one.kind): [words for words, _url in one.places] for one in privacy.kept_of(person)}
    assert told["Documents of offers"] == ["7001 Forprosjekt"]
    assert told["Offers"] == ["7003 Brev"]
    assert told["Projects"] == ["P-1 Ny bru"]
    assert all(
        as_anne.get(url).status_code == 200
        for one in privacy.kept_of(person)
        for _words, url in one.places
    )
