"""Letters about answers that did not arrive are sent again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from moment.offers import receipts
from moment.offers.models import Offer, OfferLetter
from moment.offers.receipts import Acceptance
from tests.conftest import said, signed_in
from tests.factories import UserFactory
from tests.offers.sending import NINA, sent
from tests.standin.mail import part
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def offer(kari, mail_server):
    """An accepted offer, whose receipt and whose word to Kari the mail server refused."""
    kari.email, kari.language = "kari@fjordvik.example", "nb"
    kari.save()
    offer = sent(kari, number="7012")
    mail_server.letters.clear()
    mail_server.refuses = {NINA, "kari@fjordvik.example"}
    receipts.answer(offer.links.get(), Acceptance("Nina Dahl"))
    mail_server.refuses = set()
    return Offer.objects.get()


def letter(kind: str) -> OfferLetter:
    return OfferLetter.objects.filter(kind=kind).latest("pk")


def url(of: OfferLetter) -> str:
    return f"/offers/7012/letters/{of.pk}/again/"


@pytest.mark.parametrize(
    ("kind", "to", "words", "language"),
    [
        ("receipt", NINA, "Nina Dahl accepted offer", "en-gb"),
        ("told", "kari@fjordvik.example", "Nina Dahl", "nb"),
    ],
)
def test_a_button_sends_it_to_the_same_address(
    as_kari, offer, mail_server, kind, to, words, language
):
    failed = letter(kind)
    assert url(failed) in as_kari.get("/offers/7012/").content.decode()
    page = as_kari.post(url(failed), follow=True)
    assert to in said(page)
    (arrived,) = mail_server.letters
    assert arrived["To"] == to
    assert words in part(arrived, "plain")
    assert f'lang="{language}"' in part(arrived, "html")
    assert letter(kind).sent_at
    assert url(failed) not in page.content.decode()
    # Pressed again, or in another window.
    assert "Ingenting ble gjort" in said(as_kari.post(url(failed), follow=True))
    assert len(mail_server.letters) == 1


def test_one_that_fails_again_can_be_sent_once_more(as_kari, offer, mail_server):
    mail_server.refuses = {NINA, "kari@fjordvik.example"}
    page = as_kari.post(url(letter("receipt")), follow=True)
    assert "Den kan sendes på nytt" in said(page)
    mail_server.refuses = set()
    again = letter("receipt")
    assert again.failed_at
    assert url(again) in page.content.decode()
    as_kari.post(url(again))
    assert letter("receipt").sent_at


def test_one_that_was_interrupted_can_be_sent_again(as_kari, offer):
    receipt = letter("receipt")
    OfferLetter.objects.update(failed_at=None, made_at=timezone.now())
    assert url(receipt) not in as_kari.get("/offers/7012/").content.decode()
    OfferLetter.objects.update(made_at=timezone.now() - timedelta(hours=1))
    assert url(receipt) in as_kari.get("/offers/7012/").content.decode()
    as_kari.post(url(receipt))
    assert letter("receipt").sent_at


def test_of_many_who_press_at_once_one_sends(offer, mail_server):
    receipt = OfferLetter.objects.select_related("offer__customer", "offer__responsible").get(
        kind="receipt"
    )
    found = at_once(4, lambda _person: receipts.again(receipt) is not None)
    assert sum(found) == 1
    assert len(mail_server.letters) == 1


def test_what_cannot_be_sent_again(as_kari, as_per, offer, mail_server):
    offered = OfferLetter.objects.get(kind="offer")
    assert as_kari.post(url(offered)).status_code == 404
    receipt = letter("receipt")
    assert as_kari.post(f"/offers/7013/letters/{receipt.pk}/again/").status_code == 404
    assert as_kari.post(f"/offers/7012/letters/{10**30}/again/").status_code == 404
    assert as_kari.get(url(receipt)).status_code == 405
    assert as_per.post(url(receipt)).status_code == 403
    looking = signed_in(UserFactory(roles=["View customers"]))
    assert looking.post(url(receipt)).status_code == 403
    assert mail_server.letters == []
