"""Who can be given an offer, by status and relation: every cell, through the pages' forms.

The table itself stands in `customers.places`.
"""

import pytest
from django.core.exceptions import ValidationError
from lxml import html

from customers.models import Customer
from moment.offers import editing
from moment.offers.models import Offer
from tests.factories import OfferFactory
from tests.offers.editor_pages import errors_of, form_of
from tests.offers.sending import NINA, ready, sent
from tests.pages import fields_of
from tests.rule_table import EVERYBODY, WHO, becomes, beside, cells, offered, who, why_not

pytestmark = pytest.mark.django_db
NEW = "/offers/new/"


def new_offer(client, query="") -> dict:
    """Return the dialog as it opens, with what is typed at least."""
    return fields_of(client.get(f"{NEW}{query}"), "form.dialog") | {"name": "Bru"}


def stored(offer) -> Offer:
    return Offer.objects.select_related("customer", "responsible").get(pk=offer.pk)


@cells("offer")
def test_a_new_offer(as_kari, status, relation, can):
    customer = who(status, relation)
    response = as_kari.post(NEW, new_offer(as_kari) | {"customer": WHO})
    assert response.status_code == (302 if can else 422)
    assert [one.customer for one in Offer.objects.all()] == [customer] * can
    if not can:
        assert beside(response, "customer") == (WHO, why_not("offer", status))
        assert fields_of(response, "form.dialog")["name"] == "Bru"


@cells("offer")
def test_the_list_under_the_field_of_a_new_offer(as_kari, status, relation, can):
    who(status, relation)
    assert offered(as_kari, as_kari.get(NEW), "customer") == [WHO] * can


@cells("offer")
def test_a_new_offer_opened_from_a_customer(as_kari, status, relation, can):
    who(status, relation)
    tab = html.fromstring(as_kari.get("/customers/1033/offers/").content.decode())
    links = set(tab.xpath("//main//a[starts-with(@href, '/offers/new/')]/@href"))
    assert links == ({f"{NEW}?customer=1033"} if can else set())
    assert (why_not("offer", status) in tab.text_content()) != can
    # The same address typed, or kept from before: it is said before anything is filled in.
    opened = as_kari.get(f"{NEW}?customer=1033")
    assert (why_not("offer", status) in opened.content.decode()) != can
    response = as_kari.post(f"{NEW}?customer=1033", new_offer(as_kari, "?customer=1033"))
    assert response.status_code == (302 if can else 422)
    assert Offer.objects.count() == can


@cells("offer")
def test_what_a_customer_becomes_between_opening_and_saving_a_new_offer(
    as_kari, status, relation, can
):
    customer = who()
    filled = new_offer(as_kari, "?customer=1033")
    becomes(customer, status, relation)
    response = as_kari.post(NEW, filled)
    assert Offer.objects.count() == can
    if not can:
        assert beside(response, "customer") == (WHO, why_not("offer", status))
        again = fields_of(response, "form.dialog")
        becomes(customer, "potential", "participant")
        assert as_kari.post(NEW, again).status_code == 302
        assert Offer.objects.get().name == "Bru"


@cells("offer")
def test_what_a_customer_becomes_between_checking_and_saving_a_new_offer(
    kari, status, relation, can
):
    made = OfferFactory.build(customer=who(), responsible=kari, number="")
    becomes(Customer.objects.get(), status, relation)
    if can:
        assert editing.create(made).customer.name == "Storgata"
        return
    with pytest.raises(ValidationError) as told:
        editing.create(made)
    assert told.value.message_dict == {"customer": [why_not("offer", status)]}
    assert not Offer.objects.exists()


@cells("offer")
def test_another_customer_of_an_offer(as_kari, kari, status, relation, can):
    customer, offer = who(status, relation), OfferFactory(number="X-1", responsible=kari)
    before, opened = offer.customer, as_kari.get("/offers/X-1/")
    assert offered(as_kari, opened, "customer") == [WHO] * can
    typed = form_of(opened) | {"customer": [WHO], "name": ["Ny bru"], "do": ["save"]}
    response = as_kari.post("/offers/X-1/", typed)
    assert response.status_code == (302 if can else 422)
    assert stored(offer).customer == (customer if can else before)
    if not can:
        assert errors_of(response) == [why_not("offer", status)]
        kept = form_of(response)
        assert (kept["customer"], kept["name"]) == ([WHO], ["Ny bru"])


@cells("offer")
def test_what_another_customer_becomes_between_checking_and_saving(kari, status, relation, can):
    checked, offer = who(), OfferFactory(responsible=kari)
    becomes(Customer.objects.get(pk=checked.pk), status, relation)
    changed = stored(offer)
    changed.customer = checked
    if can:
        editing.save(changed, [], version=offer.version, tags=None)
    else:
        with pytest.raises(ValidationError) as told:
            editing.save(changed, [], version=offer.version, tags=None)
        assert told.value.message_dict == {"customer": [why_not("offer", status)]}
    assert (stored(offer).customer == checked) == can


@pytest.mark.parametrize(("status", "relation"), EVERYBODY)
def test_the_customer_of_an_offer_stays_whatever_becomes_of_it(as_kari, kari, status, relation):
    customer = who()
    offer = OfferFactory(number="X-1", customer=customer, responsible=kari)
    opened = form_of(as_kari.get("/offers/X-1/"))
    becomes(customer, status, relation)
    for name in ("Ny bru", "Nyere bru"):
        response = as_kari.post("/offers/X-1/", opened | {"name": [name], "do": ["save"]})
        assert response.status_code == 302
        assert (stored(offer).name, stored(offer).customer) == (name, customer)
        opened = form_of(as_kari.get("/offers/X-1/"))
    assert "Nyere bru" in as_kari.get("/customers/1033/offers/").content.decode()


@cells("offer")
def test_sending_what_was_written_before(as_kari, kari, mail_server, status, relation, can):
    customer = who()
    offer = ready(kari, customer=customer, number="X-1")
    filled = fields_of(as_kari.get("/offers/X-1/send/"), "form.dialog") | {"others": NINA}
    becomes(customer, status, relation)
    response = as_kari.post("/offers/X-1/send/", filled)
    assert response.status_code == (302 if can else 422)
    assert (stored(offer).state == "sent") == can
    assert len(mail_server.letters) == can
    if not can:
        assert why_not("offer", status) in response.content.decode()


@cells("offer")
def test_a_new_version_of_what_was_sent(as_kari, kari, mail_server, status, relation, can):
    customer = who()
    offer = sent(kari, customer=customer, number="X-1")
    becomes(customer, status, relation)
    response = as_kari.post("/offers/X-1/new-version/")
    assert response.status_code == (302 if can else 422)
    assert Offer.objects.count() == 1 + can
    if not can:
        assert stored(offer).state == "sent"
        assert why_not("offer", status) in response.content.decode()
