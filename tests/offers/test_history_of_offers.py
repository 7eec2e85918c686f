"""A customer's history tells of its offers, to those who may see offers."""

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.utils import timezone

from customers import history
from moment.offers.models import Offer
from tests.factories import ContactFactory, CustomerFactory, OfferFactory

pytestmark = pytest.mark.django_db
URL = "/customers/77/history/"


@pytest.fixture
def customer():
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def offer(customer, kari):
    with set_actor(kari):
        made = OfferFactory(customer=customer, number="7001", name="Forprosjekt", amount=98_765)
    made.refresh_from_db()
    return made


def become(offer, state, **more):
    offer.state, offer.buyer_name = state, "Fjell AS"
    for name, value in more.items():
        setattr(offer, name, value)
    offer.save()


def titles(customer, viewer):
    return [entry.title for entry in history.of(customer, viewer=viewer).entries]


def test_an_offer_is_told_from_beginning_to_end(customer, offer, kari):
    become(offer, "sent", sent_at=timezone.now())
    become(offer, "accepted", answered_at=timezone.now(), answered_name="Eva Moen")
    assert titles(customer, kari)[:3] == ["Offer accepted", "Offer sent", "Offer made"]
    accepted, sent, made = history.of(customer, viewer=kari).entries[:3]
    assert {accepted.subject, sent.subject, made.subject} == {"7001 Forprosjekt"}
    assert ("Answer from", "Eva Moen") in [(c.label, c.new) for c in accepted.changes]
    assert [(c.old, c.new) for c in sent.changes] == [("Draft", "Sent")]
    assert ("Amount", "98,765.00") in [(c.label, c.new) for c in made.changes]


def test_a_version_that_was_replaced_is_told_as_such(customer, offer, kari):
    become(offer, "replaced")
    OfferFactory(customer=customer, number="7001", revision=2, replaces=offer, name="Forprosjekt")
    entries = history.of(customer, viewer=kari).entries
    assert [(e.title, e.subject) for e in entries[:2]] == [
        ("Offer made", "7001-2 Forprosjekt"),
        ("Offer replaced by a new version", "7001 Forprosjekt"),
    ]


def test_who_sees_no_offers_is_told_of_none(customer, offer, as_per):
    for query in ({}, {"kind": "offers"}):
        page = as_per.get(URL, query).content.decode()
        assert "Forprosjekt" not in page
        assert "98,765" not in page
        assert 'value="offers"' not in page


def test_the_page_asks_about_offers_alone(customer, offer, as_kari):
    ContactFactory(customer=customer)
    page = as_kari.get(URL, {"kind": "offers"}).content.decode()
    assert "Forprosjekt" in page
    assert "Contact added" not in page


def test_nothing_of_an_offer_can_be_put_back(customer, offer, as_anne):
    offer.name = "Hovedprosjekt"
    offer.save()
    (entry,) = LogEntry.objects.get_for_object(offer).filter(action=LogEntry.Action.UPDATE)
    assert "put-back" not in as_anne.get(URL).content.decode()
    assert as_anne.post(f"{URL}{entry.pk}/name/").status_code == 403
    assert Offer.objects.get().name == "Hovedprosjekt"


def test_markup_in_a_name_is_text(customer, kari, as_kari):
    OfferFactory(customer=customer, name="<script>alert(1)</script>")
    page = as_kari.get(URL).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
