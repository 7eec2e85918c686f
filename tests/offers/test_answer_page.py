"""The page on which a customer answers, without signing in."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from moment.offers import editing, receipts
from moment.offers.models import AnswerLink, Offer, OfferLetter
from moment.offers.receipts import Acceptance, Rejection
from tests.factories import OfferLineFactory
from tests.offers.sending import NINA, address_in, ready, sent
from tests.standin.mail import part

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def offer(kari, mail_server):
    kari.email, kari.language = "kari@fjordvik.example", "nb"
    kari.save()
    return sent(kari)


@pytest.fixture
def path(offer, mail_server):
    return address_in(mail_server.letters.pop())


def option(offer):
    return offer.lines.get(optional=True)


def accept(client, path, *chosen, name="Nina Dahl"):
    return client.post(path, {"act": "accept", "name": name, "chosen": chosen})


def test_the_customer_sees_what_is_offered(client, path, offer):
    response = client.get(path)
    text = response.content.decode()
    assert response.status_code == 200
    for words in ("Rehabilitering", "Forprosjekt", "160 h", "3D-skanning", "286,250.00", "Kari"):
        assert words in text, words
    assert "Sign in" not in text
    assert response["Referrer-Policy"] == "strict-origin"
    assert response["Cache-Control"] == "no-store"
    assert "noindex" in response["X-Robots-Tag"]


@pytest.mark.parametrize("reader", ["nb", "en"])
def test_it_speaks_the_language_of_the_offer(client, kari, mail_server, reader):
    sent(kari, language="nb")
    response = client.get(address_in(mail_server.letters[0]), headers={"Accept-Language": reader})
    assert 'lang="nb"' in response.content.decode()
    assert response["Content-Language"] == "nb"
    assert "286\xa0250,00" in response.content.decode()


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_answers_nothing(client, path, offer, method):
    before = Offer.objects.values().get()
    for query in ("", "?act=accept&name=Scanner", "?accept=1"):
        getattr(client, method)(path + query)
    assert Offer.objects.values().get() == before


def test_that_it_was_opened_is_written_down_once(client, path, offer, as_kari, kari):
    client.head(path)
    as_kari.get(path)  # a colleague who tries the address
    assert AnswerLink.objects.get().opened_at is None
    client.get(path)
    first = AnswerLink.objects.get().opened_at
    assert first
    client.get(path)
    assert AnswerLink.objects.get().opened_at == first
    kari.language = "en-gb"
    kari.save()
    assert "opened" in as_kari.get(f"/offers/{offer.number}/").content.decode()


def test_the_page_takes_as_many_queries_for_a_line_as_for_50(client, path, offer):
    client.get(path)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    before = queries()
    OfferLineFactory.create_batch(47, offer=offer)
    assert queries() == before <= 5


def test_ticking_shows_the_new_sum_and_saves_nothing(client, path, offer):
    data = {"act": "show", "chosen": [option(offer).pk], "name": "Nina"}
    fragment = client.post(path, data, headers=HTMX).content.decode()
    assert "321,250.00" in fragment
    assert "<html" not in fragment
    page = client.post(path, data).content.decode()
    assert "321,250.00" in page
    assert 'value="Nina"' in page
    assert f'value="{option(offer).pk}" checked' in page
    assert Offer.objects.get().state == "sent"
    assert not option(offer).chosen


def test_accepting_takes_the_options_that_are_ticked(client, path, offer):
    assert accept(client, path, option(offer).pk).status_code == 302
    offer = Offer.objects.get()
    assert (offer.state, offer.answered_name) == ("accepted", "Nina Dahl")
    assert (offer.amount, offer.optional) == (257000, 0)
    assert option(offer).chosen
    text = client.get(path).content.decode()
    assert "The offer has been accepted" in text
    assert "321,250.00" in text
    assert 'value="accept"' not in text


def test_a_line_of_another_offer_or_none_at_all_is_not_chosen(client, path, offer, kari):
    other = ready(kari, number="9001").lines.get(optional=True)
    accept(client, path, other.pk, "x", "-1", "9" * 30, offer.lines.first().pk)
    offer = Offer.objects.get(pk=offer.pk)
    assert offer.state == "accepted"
    assert not offer.lines.filter(chosen=True).exists()


@pytest.mark.parametrize("name", ["", "   ", "\x00", "x" * 201])
def test_without_a_name_nothing_is_accepted_and_what_is_ticked_stays(client, path, offer, name):
    response = accept(client, path, option(offer).pk, name=name)
    assert response.status_code == 422
    assert f'value="{option(offer).pk}" checked' in response.content.decode()
    assert "321,250.00" in response.content.decode()
    assert Offer.objects.get().state == "sent"


def test_rejecting_tells_why(client, path, offer, as_kari):
    data = {"act": "reject", "name": "Nina Dahl", "reason": "Too <b>dear</b>"}
    assert client.post(path, data).status_code == 302
    offer.refresh_from_db()
    assert (offer.state, offer.answer_reason) == ("rejected", "Too <b>dear</b>")
    assert "rejected" in client.get(path).content.decode()
    shown = as_kari.get(f"/offers/{offer.number}/").content.decode()
    assert "Too &lt;b&gt;dear&lt;/b&gt;" in shown


def test_both_get_a_receipt(client, path, offer, mail_server):
    accept(client, path, option(offer).pk)
    letters = {letter["To"]: letter for letter in mail_server.letters}
    assert set(letters) == {NINA, "kari@fjordvik.example"}
    receipt, told = letters[NINA], letters["kari@fjordvik.example"]
    assert "Nina Dahl accepted offer" in part(receipt, "plain")
    assert "3D-skanning" in part(receipt, "plain")
    assert "321,250.00" in part(receipt, "plain")
    assert receipt["Reply-To"] == "kari@fjordvik.example"
    assert receipt["Auto-Submitted"] == "auto-generated"
    assert next(receipt.iter_attachments()).get_content_type() == "application/pdf"
    assert 'lang="nb"' in part(told, "html")
    assert f"/offers/{offer.number}/" in part(told, "plain")
    kinds = set(OfferLetter.objects.exclude(sent_at=None).values_list("kind", flat=True))
    assert kinds == {"offer", "receipt", "told"}


def test_the_receipt_is_no_condition(client, path, offer, mail_server):
    mail_server.go_down()
    assert accept(client, path).status_code == 302
    assert Offer.objects.get().state == "accepted"
    assert OfferLetter.objects.filter(kind="receipt").get().failed_at


def test_the_letters_are_written_down_with_the_answer(path, offer, monkeypatch):
    def killed(made):
        raise KeyboardInterrupt

    monkeypatch.setattr(receipts.letters, "deliver", killed)
    link = AnswerLink.objects.select_related("offer").get()
    with pytest.raises(KeyboardInterrupt):
        receipts.answer(link, Acceptance("Nina"))
    assert OfferLetter.objects.filter(sent_at=None).count() == 2


@pytest.mark.parametrize("first", ["accept", "reject"])
@pytest.mark.parametrize("second", ["accept", "reject"])
def test_the_first_answer_holds(client, path, offer, first, second):
    client.post(path, {"act": first, "name": "Nina", "reason": "r"})
    before = Offer.objects.values().get()
    response = client.post(path, {"act": second, "name": "Somebody else", "reason": "other"})
    assert response.status_code == 409
    assert f"has been {first}ed" in response.content.decode()
    assert Offer.objects.values().get() == before
    assert OfferLetter.objects.filter(kind="receipt").count() == 1


def test_after_the_last_day_it_says_so(client, path, offer):
    yesterday = timezone.localdate() - timedelta(days=1)
    Offer.objects.update(valid_until=yesterday, issued_on=yesterday)
    AnswerLink.objects.update(expires_on=yesterday)
    for response in (client.get(path), accept(client, path)):
        assert response.status_code == 410
        assert "no longer valid" in response.content.decode()
        assert "Forprosjekt" not in response.content.decode()
        assert response["Referrer-Policy"] == "no-referrer"
    assert Offer.objects.get().state == "sent"
    assert client.get(f"{path}pdf/").status_code == 410


def test_on_the_last_day_it_can_be_answered(client, kari, mail_server):
    sent(kari, valid_until=timezone.localdate())
    assert accept(client, address_in(mail_server.letters[0])).status_code == 302


def test_after_a_new_version_it_says_so(client, path, offer, kari, mail_server):
    new = editing.new_version(offer, kari)
    for response in (client.get(path), accept(client, path)):
        assert response.status_code == 410
        assert "newer version" in response.content.decode()
    editing.discard(new, version=new.version)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("token", ["x", "x" * 43, "a.b", "%00", "æ" * 10, "7012", "x" * 3000])
def test_a_wrong_token_leads_nowhere(client, offer, token):
    for path in (f"/offers/answer/{token}/", f"/offers/answer/{token}/pdf/"):
        response = client.get(path)
        assert response.status_code == 404
        assert "There is no offer at this address" in response.content.decode()
        assert response["Cache-Control"] == "no-store"
    assert client.post(f"/offers/answer/{token}/", {"act": "accept"}).status_code == 404


def test_another_site_cannot_answer(path, offer):
    strict = Client(enforce_csrf_checks=True)
    data = {"act": "accept", "name": "Nina"}
    assert strict.post(path, data).status_code == 403
    page = strict.get(path)
    data["csrfmiddlewaretoken"] = page.context["csrf_token"]
    elsewhere = strict.post(path, data, headers={"Origin": "https://evil.example"})
    assert elsewhere.status_code == 403
    assert Offer.objects.get().state == "sent"
    assert strict.post(path, data).status_code == 302


def test_the_document_is_there_without_signing_in(client, path, offer):
    response = client.get(f"{path}pdf/")
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert b"".join(response.streaming_content).startswith(b"%PDF")


def test_hostile_texts_are_text(client, kari, mail_server):
    evil = "<script>alert(1)</script>"
    offer = ready(kari, name=evil, introduction=evil, terms=evil, your_reference=evil)
    offer.lines.update(title=evil, text=evil)
    sent_one = sent(kari, name=evil, number="8801")
    sent_one.lines.update(title=evil, text=evil)
    Offer.objects.filter(pk=sent_one.pk).update(
        introduction=evil, terms=evil, buyer_name=evil, your_reference=evil
    )
    path = address_in(mail_server.letters[-1])
    text = client.get(path).content.decode()
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;") > 8
    assert "<script>alert" not in part(mail_server.letters[-1], "html")


def test_who_has_no_address_is_not_written_to(client, path, offer, kari, mail_server):
    kari.email = ""
    kari.save()
    client.post(path, {"act": "reject", "name": "Nina"})
    assert mail_server.to == [NINA]


def test_by_hand_the_customer_gets_no_letter_and_the_responsible_one(
    offer, anne, kari, mail_server
):
    mail_server.letters.clear()
    receipts.answer_by_hand(offer, Rejection("Nina", "Too dear"), by=anne)
    assert mail_server.to == ["kari@fjordvik.example"]
    stored = Offer.objects.get()
    assert (stored.state, stored.answered_by) == ("rejected", anne)
