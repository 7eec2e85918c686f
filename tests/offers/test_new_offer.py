"""The new-offer dialog, and the same as a page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import NumberSeries
from moment.offers.models import Offer
from tests.conftest import said
from tests.factories import CustomerFactory, OfferFactory, UserFactory

pytestmark = pytest.mark.django_db
NEW = "/offers/new/"
HTMX = {"HX-Request": "true"}


def filled_in(kari, **fields) -> dict:
    return {
        "customer": "77 Fjell AS",
        "name": "Bru over elva",
        "number": "7000",
        "proposed": "7000",
        "valid_until": str(timezone.localdate() + timedelta(days=14)),
        "responsible": str(kari.pk),
    } | fields


@pytest.fixture
def customer():
    return CustomerFactory(number="77", name="Fjell AS", status="potential")


def errors_of(response) -> str:
    assert response.status_code == 422
    return response.content.decode()


def test_it_leads_to_the_editor(as_kari, kari, customer):
    response = as_kari.post(NEW, filled_in(kari))
    assert (response.status_code, response["Location"]) == (302, "/offers/7000/")
    offer = Offer.objects.get()
    assert (offer.customer, offer.name, offer.state) == (customer, "Bru over elva", "draft")
    assert (offer.responsible, offer.issued_on) == (kari, timezone.localdate())


def test_the_dialog_proposes_number_customer_day_and_oneself(as_kari, kari, customer):
    html = as_kari.get(f"{NEW}?customer=77", headers=HTMX).content.decode()
    assert "<html" not in html
    assert 'value="7000"' in html
    assert 'value="77 Fjell AS"' in html
    assert f'value="{timezone.localdate() + timedelta(days=30)}"' in html
    assert f'<option value="{kari.pk}" selected>' in html
    response = as_kari.post(f"{NEW}?customer=77", filled_in(kari), headers=HTMX)
    assert response["HX-Redirect"] == "/offers/7000/"


@pytest.mark.parametrize("status", ["blocked", "inactive"])
def test_a_customer_that_may_be_given_none_is_refused_in_words(as_kari, kari, customer, status):
    customer.status = status
    customer.save()
    words = f"Fjell AS is {status}, so it can be given no new offer."
    assert words in as_kari.get(f"{NEW}?customer=77").content.decode()
    html = errors_of(as_kari.post(NEW, filled_in(kari)))
    assert words in html
    assert "Bru over elva" in html
    assert not Offer.objects.exists()


@pytest.mark.parametrize("relation", ["customer", "participant", "both"])
@pytest.mark.parametrize("status", ["active", "potential"])
def test_any_other_customer_can_be_given_one(as_kari, kari, customer, status, relation):
    customer.status, customer.relation = status, relation
    customer.save()
    assert as_kari.post(NEW, filled_in(kari)).status_code == 302


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("customer", "Nobody AS", "There is no customer"),
        ("customer", "", "This field is required"),
        ("name", "   ", "This field is required"),
        ("valid_until", "2020-01-01", "over already"),
        ("valid_until", "0026-01-01", "Is the year right?"),
        ("valid_until", "soon", "Enter a valid date"),
        ("number", "Ø", "Use digits"),
        ("responsible", "999999", "Select a valid choice"),
    ],
)
def test_wrong_input_is_told_beside_its_field(as_kari, kari, customer, name, value, words):
    html = errors_of(as_kari.post(NEW, filled_in(kari, **{name: value})))
    assert words in html
    assert not Offer.objects.exists()


def test_a_number_that_is_used_is_refused(as_kari, kari, customer):
    OfferFactory(number="7500", name="Old")
    html = errors_of(as_kari.post(NEW, filled_in(kari, number="7500")))
    assert "Number 7500 is already used by Old." in html


def test_whoever_got_another_number_than_proposed_is_told(as_kari, kari, customer):
    OfferFactory(number="7000")
    response = as_kari.post(NEW, filled_in(kari))
    assert response["Location"] == "/offers/7001/"
    assert "The offer got number 7001" in said(response)


def test_a_series_that_is_used_up_is_named(as_kari, kari, customer):
    NumberSeries.objects.filter(kind="offer").update(next=10_000)
    assert "is used up" in as_kari.get(NEW).content.decode()
    assert "is used up" in errors_of(as_kari.post(NEW, filled_in(kari, number="", proposed="")))


def test_who_has_left_looks_after_no_new_offer(as_kari, kari, customer):
    gone = UserFactory(is_active=False)
    assert as_kari.post(NEW, filled_in(kari, responsible=str(gone.pk))).status_code == 422


def test_nonsense_in_the_address_is_left_out(as_kari):
    for number in ("999", "x", "%00", "7" * 50):
        assert as_kari.get(f"{NEW}?customer={number}").status_code == 200


def test_the_tab_of_a_customer_offers_a_new_one_or_says_why_not(as_kari, customer):
    url = "/customers/77/offers/"
    assert f"{NEW}?customer=77" in as_kari.get(url).content.decode()
    OfferFactory(customer=customer, number="7300", name="Bru")
    customer.status = "blocked"
    customer.save()
    html = as_kari.get(url).content.decode()
    assert "Bru" in html
    assert f"{NEW}?customer=77" not in html
    assert "Fjell AS is blocked, so it can be given no new offer." in html


def test_the_profile_shows_what_waits_first(as_kari, as_per, customer):
    for n in range(7):
        OfferFactory(customer=customer, number=f"74{n:02}", name=f"Offer no. {n}.")
    Offer.objects.exclude(number="7400").update(
        state="accepted", answered_at=timezone.now(), buyer_name="Fjell AS"
    )
    html = as_kari.get("/customers/77/").content.decode()
    assert html.index("Offer no. 0.") < html.index("Offer no. 6.") < html.index("Offer no. 3.")
    assert "Offer no. 2." not in html
    assert "All offers" in html
    assert "Offer no. 0." not in as_per.get("/customers/77/").content.decode()
