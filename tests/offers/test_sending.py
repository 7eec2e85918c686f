"""Sending an offer: what is written down, what goes out, and what became of it."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from pypdf import PdfReader

from customers.models import Customer
from moment.content import open_content
from moment.models import CompanySettings, Content
from moment.offers import document, editing, letters, links, sending, trail
from moment.offers.models import AnswerLink, Offer, OfferLetter
from moment.offers.sending import CannotSend, ChangedMeanwhile, Recipient
from tests.conftest import said
from tests.factories import ContactFactory, CustomerFactory, OfferFactory, PersonFactory
from tests.offers.sending import NINA, address_in, ready, sent
from tests.standin.mail import part

pytestmark = pytest.mark.django_db(transaction=True)


def page(offer) -> str:
    return f"/offers/{offer.number}/send/"


def posted(offer, **fields):
    return {"version": offer.version, "others": NINA, "message": "Hei!", **fields}


def text_of(content: Content) -> str:
    with open_content(content) as file:
        return " ".join(p.extract_text() for p in PdfReader(io.BytesIO(file.read())).pages)


def test_what_is_sent_is_written_down_and_goes_out(kari, mail_server, settings):
    settings.DEFAULT_FROM_EMAIL = "Moment <post@moment.example>"
    CompanySettings(pk=1, name="Fjordvik AS").save()
    kari.email = "kari@fjordvik.example"
    kari.save()
    offer = ready(kari)
    (letter,) = sending.send(offer, [Recipient(NINA)], by=kari, version=1, message="Hei <Nina>!")
    offer = Offer.objects.get(pk=offer.pk)
    assert (offer.state, offer.version, offer.buyer_name) == ("sent", 2, "Sameiet Storgata 14")
    assert (offer.currency, offer.language, offer.vat_code) == ("NOK", "en", "3")
    assert offer.buyer_number == offer.customer.number
    assert offer.sent_at
    assert "286,250.00" in text_of(offer.document)
    assert "DRAFT" not in text_of(offer.document)
    (mail,) = mail_server.letters
    assert mail["From"] == "Fjordvik AS <post@moment.example>"
    assert (mail["Reply-To"], mail["To"]) == ("kari@fjordvik.example", NINA)
    assert mail["Subject"] == f"Offer {offer.number}: Rehabilitering"
    assert mail["Auto-Submitted"] is None
    assert mail["Message-ID"] == letter.message_id
    assert "Hei <Nina>!" in part(mail, "plain")
    assert "Hei &lt;Nina&gt;!" in part(mail, "html")
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == f"Offer {offer.number}.pdf"
    with open_content(offer.document) as file:
        assert attached.get_content() == file.read()
    letter.refresh_from_db()
    assert letter.sent_at
    assert letter.failed_at is None
    assert letter.made_by == kari


def test_each_gets_an_address_of_their_own_and_only_its_digest_is_kept(kari, mail_server):
    offer = sent(kari, NINA, "per@storgata.example")
    tokens = {address_in(mail).split("/")[-2] for mail in mail_server.letters}
    assert len(tokens) == 2
    assert all(len(token) >= 43 for token in tokens)
    for token in tokens:
        link = links.find(token)
        assert link.offer == offer
        assert token not in str(AnswerLink.objects.values().get(pk=link.pk))
        assert link.expires_on == offer.valid_until


def test_the_letter_speaks_the_language_of_the_offer(kari, mail_server):
    offer = sent(kari, language="nb")
    assert offer.language == "nb"
    assert "Norwegian" not in part(mail_server.letters[0], "html")
    assert 'lang="nb"' in part(mail_server.letters[0], "html")


def test_an_address_gets_one_letter_however_often_it_is_chosen(kari, mail_server):
    contact = ContactFactory(person=PersonFactory(emails=[NINA]))
    offer = ready(kari, customer=contact.customer)
    others = [Recipient(NINA.upper()), Recipient(NINA), Recipient(NINA, contact)]
    (letter,) = sending.send(offer, others, by=kari, version=1)
    assert (letter.to, letter.contact) == (NINA, contact)
    assert len(mail_server.letters) == 1


def test_the_server_down_the_offer_is_sent_and_the_letter_says_it_failed(kari, mail_server):
    mail_server.go_down()
    offer = sent(kari)
    (letter,) = offer.letters.all()
    assert offer.state == "sent"
    assert letter.sent_at is None
    assert letter.failed_at
    assert "refused" in letter.error
    (event,) = trail.of(offer)
    assert (event.state, event.again) == ("failed", letter)


def test_one_who_is_refused_keeps_nobody_else_from_getting_it(kari, mail_server):
    mail_server.refuses.add(NINA)
    offer = sent(kari, NINA, "per@storgata.example")
    assert mail_server.to == ["per@storgata.example"]
    assert offer.letters.get(failed_at=None).to == "per@storgata.example"
    assert "No such person here" in offer.letters.get(sent_at=None).error


def test_a_failed_letter_is_sent_again_from_the_page(as_kari, kari, mail_server):
    mail_server.refuses.add(NINA)
    offer = sent(kari)
    letter = offer.letters.get()
    shown = as_kari.get(f"/offers/{offer.number}/").content.decode()
    assert f"{page(offer)}?letter={letter.pk}" in shown
    asked = as_kari.get(f"{page(offer)}?letter={letter.pk}")
    assert asked.context["form"]["others"].value() == NINA
    mail_server.refuses.clear()
    response = as_kari.post(page(offer), posted(offer))
    assert response.status_code == 302
    assert NINA in said(response)
    assert mail_server.to == [NINA]
    assert offer.letters.count() == 2


def test_sent_again_it_is_the_same_document_with_a_new_address(kari, mail_server):
    offer = sent(kari)
    before = document.ready(offer)
    Customer.objects.filter(pk=offer.customer_id).update(name="Another name AS")
    offer = Offer.objects.select_related("customer", "responsible").get(pk=offer.pk)
    assert document.ready(offer) != before
    sending.send(offer, [Recipient(NINA)], by=kari, version=offer.version)
    first, second = mail_server.letters
    pdfs = [next(mail.iter_attachments()).get_content() for mail in (first, second)]
    assert pdfs[0] == pdfs[1]
    assert address_in(first) != address_in(second)
    offer.refresh_from_db()
    assert offer.buyer_name == "Sameiet Storgata 14"
    assert offer.links.count() == 2


def test_a_second_press_of_the_button_sends_nothing(as_kari, kari, mail_server):
    offer = ready(kari)
    form = posted(offer)
    assert as_kari.post(page(offer), form).status_code == 302
    response = as_kari.post(page(offer), form)
    assert response.status_code == 422
    assert b"changed or sent meanwhile" in response.content
    assert len(mail_server.letters) == 1


def test_what_somebody_else_changed_is_not_sent_unseen(kari, mail_server):
    offer = ready(kari)
    stale = Offer.objects.select_related("customer", "responsible").get(pk=offer.pk)
    offer.introduction = "New"
    editing.save(offer, list(offer.lines.all()), version=1, tags=None)
    with pytest.raises(ChangedMeanwhile):
        sending.send(stale, [Recipient(NINA)], by=kari, version=1)
    assert mail_server.letters == []


def test_what_changes_while_the_pdf_is_made_is_on_it(kari, mail_server, monkeypatch):
    offer = ready(kari)
    made = []

    def changing(self):
        made.append(self)
        if len(made) == 1:
            Customer.objects.filter(pk=offer.customer_id).update(name="New name AS")
        return original(self)

    original = document.Ready.pdf
    monkeypatch.setattr(document.Ready, "pdf", changing)
    sending.send(offer, [Recipient(NINA)], by=kari, version=1)
    offer = Offer.objects.get(pk=offer.pk)
    assert len(made) == 2
    assert offer.buyer_name == "New name AS"
    assert "New name AS" in text_of(offer.document)


def test_what_never_stands_still_is_not_sent(kari, mail_server, monkeypatch):
    offer = ready(kari)
    names = iter("ABCDEFG")

    def changing(self):
        Customer.objects.filter(pk=offer.customer_id).update(name=next(names))
        return b"%PDF"

    monkeypatch.setattr(document.Ready, "pdf", changing)
    with pytest.raises(CannotSend, match="try again"):
        sending.send(offer, [Recipient(NINA)], by=kari, version=1)
    assert next(names) == "D"
    assert Offer.objects.get(pk=offer.pk).state == "draft"


@pytest.mark.parametrize("status", ["inactive", "blocked"])
def test_who_was_blocked_after_the_page_was_opened_gets_none(as_kari, kari, mail_server, status):
    offer = ready(kari)
    Customer.objects.filter(pk=offer.customer_id).update(status=status)
    response = as_kari.post(page(offer), posted(offer))
    assert response.status_code == 422
    assert b"can be given no new offer" in response.content
    offer = Offer.objects.select_related("customer", "responsible").get(pk=offer.pk)
    with pytest.raises(ValidationError):
        sending.send(offer, [Recipient(NINA)], by=kari, version=1)
    assert mail_server.letters == []


def test_an_offer_without_lines_is_not_sent(as_kari, kari, mail_server):
    offer = OfferFactory(responsible=kari)
    assert b"add a line first" in as_kari.get(page(offer)).content
    with pytest.raises(CannotSend):
        sending.send(offer, [Recipient(NINA)], by=kari, version=1)


@pytest.mark.parametrize("state", ["draft", "sent"])
def test_what_is_no_longer_valid_is_not_sent(as_kari, kari, mail_server, state):
    offer = sent(kari) if state == "sent" else ready(kari)
    mail_server.letters.clear()
    yesterday = timezone.localdate() - timedelta(days=1)
    Offer.objects.update(valid_until=yesterday, issued_on=yesterday)
    response = as_kari.post(page(offer), posted(offer))
    assert response.status_code == 422
    assert mail_server.letters == []


def test_it_waits_for_the_mail_server_outside_of_every_transaction(kari, mail_server):
    offer = ready(kari)
    with transaction.atomic(), pytest.raises(RuntimeError):
        sending.send(offer, [Recipient(NINA)], by=kari, version=1)
    assert not connection.in_atomic_block


def test_a_letter_whose_program_was_stopped_is_shown_so(as_kari, kari, mail_server, monkeypatch):
    def killed(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(letters, "deliver", killed)
    with pytest.raises(KeyboardInterrupt):
        sent(kari)
    offer = Offer.objects.get()
    letter = offer.letters.get()
    assert (offer.state, letter.sent_at, letter.failed_at) == ("sent", None, None)
    assert [event.state for event in trail.of(offer)] == ["waiting"]
    OfferLetter.objects.update(made_at=timezone.now() - timedelta(hours=1))
    (event,) = trail.of(offer)
    assert (event.state, event.again) == ("stopped", letter)
    assert f"?letter={letter.pk}" in as_kari.get(f"/offers/{offer.number}/").content.decode()


def test_current_contacts_with_an_address_are_offered_the_offers_own_ticked(as_kari, kari):
    customer = CustomerFactory()
    yesterday = timezone.localdate() - timedelta(days=1)
    nina = ContactFactory(customer=customer, person=PersonFactory(name="Nina", emails=[NINA]))
    ContactFactory(customer=customer, person=PersonFactory(name="Stum", emails=[]))
    per = PersonFactory(name="Per", emails=["per@storgata.example"])
    ContactFactory(customer=customer, person=per)
    former = PersonFactory(name="Forrige", emails=["f@storgata.example"])
    ContactFactory(customer=customer, person=former, employed_until=yesterday)
    offer = ready(kari, customer=customer, contact=nina)
    response = as_kari.get(page(offer))
    text = response.content.decode()
    assert "Nina" in text
    assert "Per" in text
    assert "Stum" not in text
    assert "Forrige" not in text
    assert response.context["form"]["contacts"].value() == [str(nina.pk)]


@pytest.mark.parametrize(
    ("others", "says"),
    [
        ("", "Choose at least one"),
        ("nina", "no e-mail address: nina"),
        (f"{NINA}, a@b", "no e-mail address: a@b"),
        (",".join(f"n{n}@a.example" for n in range(21)), "At most 20"),
    ],
)
def test_whom_it_cannot_go_to_is_said_beside_the_field(as_kari, kari, others, says, mail_server):
    offer = ready(kari)
    response = as_kari.post(page(offer), posted(offer, others=others, message="My own words"))
    assert response.status_code == 422
    text = response.content.decode()
    assert says in text
    assert "My own words" in text
    assert Offer.objects.get().state == "draft"


def test_a_contact_of_another_customer_cannot_be_posted(as_kari, kari, mail_server):
    other = ContactFactory(person=PersonFactory(emails=["x@y.example"]))
    offer = ready(kari)
    response = as_kari.post(page(offer), posted(offer, contacts=[other.pk]))
    assert response.status_code == 422
    assert mail_server.letters == []


def test_who_may_only_look_sends_nothing(as_per, kari, mail_server):
    offer = ready(kari)
    assert as_per.post(page(offer), posted(offer)).status_code == 403


def test_the_addresses_are_withdrawn(as_kari, kari, client, mail_server):
    offer = sent(kari)
    path = address_in(mail_server.letters[0])
    assert client.get(path).status_code == 200
    url = f"/offers/{offer.number}/links/revoke/"
    assert b"1 address was sent out" in as_kari.get(url).content
    assert client.get(path).status_code == 200
    assert as_kari.post(url).status_code == 302
    response = client.get(path)
    assert response.status_code == 410
    assert b"withdrawn" in response.content
    assert b"Prosjektering" not in response.content
    assert client.post(path, {"act": "accept", "name": "Nina"}).status_code == 410
    assert Offer.objects.get().state == "sent"


def test_the_addresses_of_a_rejected_offer_are_withdrawn_too(as_kari, kari, client, mail_server):
    offer = sent(kari)
    path = address_in(mail_server.letters[0])
    client.post(path, {"act": "reject", "name": "Nina"})
    url = f"/offers/{offer.number}/links/revoke/"
    assert url in as_kari.get(f"/offers/{offer.number}/").content.decode()
    assert b"was rejected can still be read at 1 address" in as_kari.get(url).content
    as_kari.post(url)
    assert url not in as_kari.get(f"/offers/{offer.number}/").content.decode()
    assert client.get(path).status_code == 410


def test_the_document_that_was_sent_is_the_one_that_is_shown(as_kari, kari, mail_server):
    offer = sent(kari)
    response = as_kari.get(f"/offers/{offer.number}/pdf/")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("inline")
    with open_content(offer.document) as file:
        assert b"".join(response.streaming_content) == file.read()


def test_what_was_not_sent_is_shown_as_a_draft(as_kari, kari):
    offer = ready(kari)
    response = as_kari.get(f"/offers/{offer.number}/pdf/")
    assert response["Cache-Control"] == "private, no-store"
    assert "DRAFT" in PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    assert as_kari.get(f"/offers/{offer.number}/pdf/?version=7").status_code == 404
    assert as_kari.get(f"/offers/{offer.number}/pdf/?version=x").status_code == 404
    assert as_kari.get(f"/offers/{offer.number}/pdf/?version=1").status_code == 200


def test_without_a_contact_the_customers_own_address_is_proposed(as_kari, kari):
    offer = ready(kari, customer=CustomerFactory(email="post@storgata.example"))
    form = as_kari.get(f"/offers/{offer.number}/send/").context["form"]
    assert form["others"].value() == "post@storgata.example"
    ContactFactory(customer=offer.customer, person=PersonFactory(emails=[NINA]))
    form = as_kari.get(f"/offers/{offer.number}/send/").context["form"]
    assert form["others"].value() is None
