"""What was sent holds, whatever is changed afterwards; who accepted it can go on reading it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from moment.models import CompanySettings
from moment.offers import conditions, editing, links
from moment.offers.models import AnswerLink, Offer, OfferLetter
from moment.offers.privacy import NOBODY
from tests.offers.sending import NINA, address_in, sent
from tests.standin.mail import part

pytestmark = pytest.mark.django_db(transaction=True)


def accept(client, path, **fields):
    return client.post(path, {"act": "accept", "name": "Nina Dahl", **fields})


def days_pass(offer) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Offer.objects.filter(pk=offer.pk).update(valid_until=yesterday, issued_on=yesterday)
    AnswerLink.objects.filter(offer=offer).update(expires_on=yesterday)


@pytest.mark.parametrize("registered", [True, False])
def test_the_vat_is_as_it_was_sent_though_the_company_changes(
    client, as_kari, kari, mail_server, registered
):
    kari.email = "kari@fjordvik.example"
    kari.save()
    company = CompanySettings(pk=1, name="Fjordvik AS", vat_registered=registered)
    company.save()
    offer = sent(kari)
    assert (offer.vat_registered, offer.vat_rate) == (registered, 25 if registered else 0)
    path = address_in(mail_server.letters.pop())
    total = "286,250.00" if registered else "229,000.00"
    words = "VAT 25 % of" if registered else "not in the VAT register"
    company.vat_registered = not registered
    company.save()
    for page in (client.get(path), as_kari.get(f"/offers/{offer.number}/")):
        assert total in page.content.decode()
    assert words in client.get(path).content.decode().replace("\xa0", " ")
    accept(client, path)
    assert all(f"Total: NOK {total}" in part(one, "plain") for one in mail_server.letters)
    assert {one["To"] for one in mail_server.letters} == {NINA, kari.email}


def test_a_new_version_has_the_vat_of_its_own_day(kari, mail_server):
    company = CompanySettings(pk=1, name="Fjordvik AS")
    company.save()
    offer = sent(kari)
    company.vat_registered = False
    company.save()
    new = editing.new_version(offer, kari)
    assert (new.vat_rate, new.vat_registered) == (None, None)
    assert conditions.of(new).vat_rate == 0
    offer.refresh_from_db()
    assert conditions.of(offer).vat_rate == Decimal(25)


def test_the_history_says_sent_and_nothing_of_the_vat(as_kari, kari, mail_server):
    offer = sent(kari)
    entry = LogEntry.objects.get_for_object(offer).first()
    assert "vat_rate" in entry.changes
    history = as_kari.get(f"/customers/{offer.customer.number}/history/").content.decode()
    assert "Offer sent" in history
    assert "VAT register" not in history


def test_who_accepted_can_read_it_after_the_last_day(client, kari, mail_server):
    offer = sent(kari)
    path = address_in(mail_server.letters[0])
    accept(client, path, chosen=[offer.lines.get(optional=True).pk])
    days_pass(offer)
    response = client.get(path)
    text = response.content.decode()
    assert response.status_code == 200
    assert "The offer has been accepted" in text
    assert "321,250.00" in text
    assert 'name="act"' not in text
    assert client.get(f"{path}pdf/").status_code == 200
    assert client.post(path, {"act": "reject", "name": "Nina"}).status_code == 409
    assert Offer.objects.get().state == "accepted"


def test_what_was_rejected_is_closed_after_the_last_day(client, kari, mail_server):
    offer = sent(kari)
    path = address_in(mail_server.letters[0])
    client.post(path, {"act": "reject", "name": "Nina"})
    assert client.get(path).status_code == 200
    days_pass(offer)
    response = client.get(path)
    assert response.status_code == 410
    assert "Forprosjekt" not in response.content.decode()
    assert client.get(f"{path}pdf/").status_code == 410


def test_the_address_of_an_accepted_offer_is_withdrawn_after_the_last_day_too(
    client, as_kari, kari, mail_server
):
    offer = sent(kari)
    path = address_in(mail_server.letters[0])
    accept(client, path)
    days_pass(offer)
    url = f"/offers/{offer.number}/links/revoke/"
    assert url in as_kari.get(f"/offers/{offer.number}/").content.decode()
    assert b"can still be read at 1 address" in as_kari.get(url).content
    assert as_kari.post(url).status_code == 302
    response = client.get(path)
    assert response.status_code == 410
    assert "withdrawn" in response.content.decode()
    assert "Forprosjekt" not in response.content.decode()
    assert client.get(f"{path}pdf/").status_code == 410
    assert not links.holding(Offer.objects.get()).exists()


def test_the_senders_words_are_there_when_it_is_sent_again(as_kari, kari, mail_server):
    mail_server.refuses.add(NINA)
    offer = sent(kari)
    page = f"/offers/{offer.number}/send/"
    form = {"version": offer.version, "others": NINA, "message": "  As agreed,\r\nKari "}
    as_kari.post(page, form)
    letter = OfferLetter.objects.latest("pk")
    assert letter.message == "As agreed,\r\nKari"
    asked = as_kari.get(f"{page}?letter={letter.pk}")
    assert asked.context["form"]["message"].value() == "As agreed,\r\nKari"
    first = offer.letters.earliest("pk")
    greeting = as_kari.get(f"{page}?letter={first.pk}").context["form"]["message"].value()
    assert greeting.startswith("Hello")


def test_an_erased_address_gets_no_receipt(client, kari, mail_server):
    offer = sent(kari)
    path = address_in(mail_server.letters.pop())
    offer.letters.update(to=NOBODY)
    assert accept(client, path).status_code == 302
    assert NOBODY not in mail_server.to
    assert not OfferLetter.objects.filter(kind="receipt").exists()


def test_the_letters_of_somebody_who_has_left_go_to_the_company(client, kari, anne, mail_server):
    CompanySettings(pk=1, name="Fjordvik AS", email="post@fjordvik.example").save()
    kari.email = "kari@fjordvik.example"
    kari.save()
    sent(kari)
    path = address_in(mail_server.letters.pop())
    assert "kari@fjordvik.example" in client.get(path).content.decode()
    kari.is_active = False
    kari.save()
    text = client.get(path).content.decode()
    assert "kari@fjordvik.example" not in text
    assert "post@fjordvik.example" in text
    accept(client, path)
    assert mail_server.to == [NINA, "post@fjordvik.example"]
    assert {one["Reply-To"] for one in mail_server.letters} == {"post@fjordvik.example"}
