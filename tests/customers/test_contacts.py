"""The contacts tab: who is shown, how they are reached, and what is used where."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from customers.models import Contact
from tests.customers.contact_pages import url_of
from tests.factories import ContactFactory, ContactTagFactory, CustomerFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def today():
    return timezone.localdate()


def html_of(client, customer) -> str:
    response = client.get(url_of(customer))
    assert response.status_code == 200
    return response.content.decode()


def test_a_contact_is_shown_with_all_that_is_known(as_kari, customer):
    person = PersonFactory(name="Eva Moen", mobile="900 00 001", emails=["eva@moen.example"])
    contact = ContactFactory(
        customer=customer,
        person=person,
        title="Prosjektleder",
        phone="22 00 00 00",
        employed_from=date(2020, 3, 1),
        tags=[ContactTagFactory(name="Regnskap", color="teal")],
    )
    html = html_of(as_kari, customer)
    for text in (
        "Eva Moen",
        "Prosjektleder",
        '<span class="tag" data-color="teal">Regnskap</span>',
        'href="mailto:eva@moen.example"',
        'href="tel:22000000"',
        'href="tel:90000001"',
        "Since 1 Mar 2020",
        url_of(customer, f"{contact.pk}/"),
    ):
        assert text in html
    assert "<s>" not in html


def test_the_customers_own_address_goes_first_and_the_others_are_struck_through(as_kari, customer):
    person = PersonFactory(emails=["eva@moen.example", "em@moen.example"])
    ContactFactory(customer=customer, person=person, email="eva@fjell.example")
    html = html_of(as_kari, customer)
    assert 'href="mailto:eva@fjell.example"' in html
    for unused in ("eva@moen.example", "em@moen.example"):
        struck = f'<s>{unused}<span class="visually-hidden"> (not used here)</span></s>'
        assert struck in html
        assert html.index("eva@fjell.example") < html.index(struck)
        assert f"mailto:{unused}" not in html


def test_an_address_that_is_both_is_shown_once(as_kari, customer):
    person = PersonFactory(emails=["Eva@moen.example"])
    ContactFactory(customer=customer, person=person, email="eva@moen.example")
    html = html_of(as_kari, customer)
    assert html.lower().count("mailto:eva@moen.example") == 1
    assert "<s>" not in html


def test_former_contacts_stay_below_and_future_ones_are_marked(as_kari, customer, today):
    for name, days in {
        "Former Person": {"employed_until": today - timedelta(1)},
        "Last Day": {"employed_until": today},
        "Coming Person": {"employed_from": today + timedelta(1)},
        "Always Person": {},
    }.items():
        ContactFactory(customer=customer, person=PersonFactory(name=name), **days)
    html = html_of(as_kari, customer)
    before, _heading, after = html.partition('scope="rowgroup"')
    assert "Former Person" in after
    for name in ("Last Day", "Coming Person", "Always Person"):
        assert name in before
        assert name not in after
    assert before.count('<span class="pill" data-status="potential">From ') == 1
    # The tab counts those who work there today.
    assert 'Contacts <span class="count">2</span>' in html


def test_other_customers_of_a_person_are_linked_and_many_are_counted(as_kari, customer):
    person = PersonFactory()
    ContactFactory(customer=customer, person=person)
    for n in range(5):
        other = CustomerFactory(number=f"9{n}", name=f"Annen {n} AS", status="blocked")
        ContactFactory(customer=other, person=person)
    html = html_of(as_kari, customer)
    assert '<a class="link" href="/customers/90/contacts/" data-status="blocked">90 Annen 0 AS' in (
        html
    )
    assert "92 Annen 2 AS" in html
    assert "93 Annen 3 AS" not in html
    assert "and 2 more" in html


def test_a_phone_that_is_more_than_a_number_is_no_link(as_kari, customer):
    ContactFactory(customer=customer, phone="22 00 00 00 ask for Eva")
    html = html_of(as_kari, customer)
    assert "<span>22 00 00 00 ask for Eva</span>" in html
    assert "tel:" not in html


def test_an_empty_tab_says_what_belongs_there(as_kari, as_per, customer):
    html = html_of(as_kari, customer)
    assert "No contacts yet" in html
    assert url_of(customer, "new/") in html
    html = html_of(as_per, customer)
    assert "No contacts yet" in html
    assert url_of(customer, "new/") not in html


def test_who_may_look_sees_no_way_to_change(as_per, customer):
    contact = ContactFactory(customer=customer, person=PersonFactory(name="Eva Moen"))
    html = html_of(as_per, customer)
    assert "Eva Moen" in html
    assert url_of(customer, f"{contact.pk}/") not in html
    assert url_of(customer, "new/") not in html


def test_names_are_text(as_kari, customer):
    name = "<script>alert(1)</script>"
    ContactFactory(
        customer=customer,
        person=PersonFactory(name=name),
        title="<b>Sjef</b>",
        tags=[ContactTagFactory(name="<i>merke</i>")],
    )
    for page in ("", f"{Contact.objects.get().pk}/", f"{Contact.objects.get().pk}/remove/"):
        html = as_kari.get(url_of(customer, page)).content.decode()
        assert "<script>alert" not in html
        assert "<b>Sjef" not in html
        assert "<i>merke" not in html
        assert "&lt;script&gt;alert(1)" in html


def test_a_moved_number_leads_to_the_tab_of_the_new_one(as_kari, customer):
    customer.used_numbers.create(number="76")
    for page in ("", "new/"):
        response = as_kari.get(f"/customers/76/contacts/{page}")
        assert (response.status_code, response["Location"]) == (302, url_of(customer, page))


@pytest.mark.parametrize("page", ["", "end/", "remove/"])
def test_a_contact_is_only_reached_through_its_own_customer(as_kari, customer, page):
    elsewhere = ContactFactory()
    for pk in (elsewhere.pk, 10**30):
        assert as_kari.get(url_of(customer, f"{pk}/{page}")).status_code == 404
        assert as_kari.post(url_of(customer, f"{pk}/{page}")).status_code == 404
    assert Contact.objects.filter(pk=elsewhere.pk).exists()


@pytest.mark.parametrize("page", ["", "end/", "remove/"])
def test_an_erased_person_is_shown_and_not_changed(as_kari, customer, page):
    person = PersonFactory(name="Erased", erased_at=timezone.now())
    contact = ContactFactory(customer=customer, person=person)
    assert as_kari.get(url_of(customer, f"{contact.pk}/{page}")).status_code == 404
    html = html_of(as_kari, customer)
    assert "Erased" in html.partition('scope="rowgroup"')[2]
    assert f"/contacts/{contact.pk}/" not in html
