"""Editing, ending and removing a contact: what is global, what is not, and what follows."""

from datetime import date, timedelta

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from customers import contacts
from customers.models import Contact, InvoiceRecipient, Person
from tests.conftest import signed_in
from tests.customers.contact_pages import addresses_of, form_of, url_of, url_of_contact
from tests.factories import (
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    InvoiceRecipientFactory,
    PersonFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(db):
    """Eva, who is at two customers."""
    person = PersonFactory(name="Eva Moen", emails=["eva@moen.example", "em@moen.example"])
    ContactFactory(person=person, customer=CustomerFactory(number="1043", name="Vidde AS"))
    return ContactFactory(
        person=person,
        customer=CustomerFactory(number="77", name="Fjell AS"),
        title="Sjef",
        employed_from=date(2020, 1, 1),
    )


@pytest.fixture
def url(contact):
    return url_of_contact(contact)


def test_nothing_changes_when_nothing_was_changed(as_kari, contact, url):
    LogEntry.objects.all().delete()
    assert as_kari.post(url, form_of(as_kari, url)).status_code == 302
    assert not LogEntry.objects.exists()
    assert addresses_of(contact) == ["eva@moen.example", "em@moen.example"]


def test_the_form_says_what_changes_everywhere(as_kari, contact, url):
    html = as_kari.get(url).content.decode()
    assert "Changes everywhere: also at" in html
    assert "1043 Vidde AS" in html
    assert "Only at Fjell AS" in html


def test_all_of_it_is_saved(as_kari, contact, url):
    tag = ContactTagFactory()
    changes = {
        "name": "Eva Berg",
        "emails": "em@moen.example\r\nEVA@moen.example\r\nny@moen.example",
        "phone": "22 00 00 00",
        "mobile": "",
        "title": "Styreleder",
        "email_here": "eva@fjell.example",
        "phone_here": "22 00 00 01",
        "tags": [tag.pk],
        "employed_from": "",
        "employed_until": "2031-01-01",
    }
    kept = contact.person.emails.get(address="em@moen.example").pk
    assert as_kari.post(url, form_of(as_kari, url) | changes).status_code == 302
    contact = Contact.objects.get(pk=contact.pk)
    assert addresses_of(contact) == ["em@moen.example", "EVA@moen.example", "ny@moen.example"]
    assert contact.person.emails.first().pk == kept
    assert (contact.person.name, contact.person.phone) == ("Eva Berg", "22 00 00 00")
    assert (contact.title, contact.email) == ("Styreleder", "eva@fjell.example")
    assert list(contact.tags.all()) == [tag]
    assert (contact.employed_from, contact.employed_until) == (None, date(2031, 1, 1))
    other = Contact.objects.get(customer__number="1043")
    assert (other.title, other.email, other.employed_until) == ("", "", None)
    assert other.person.version == 2
    words = " eva berg 22 00 em moen example ny styreleder fjell 01 22000000 22000001"
    assert contact.person.search_text == words


def test_a_change_of_the_person_stands_in_the_history_of_each_customer(as_kari, contact, url):
    LogEntry.objects.all().delete()
    changes = {"name": "Eva Berg", "title": "Styreleder"}
    as_kari.post(url, form_of(as_kari, url) | changes)
    for customer, kinds in ((contact.customer, {"person", "contact"}), (None, {"person"})):
        customer = customer or Contact.objects.get(customer__number="1043").customer
        entries = LogEntry.objects.filter(pk__in=customer.changes.values("entry"))
        assert set(entries.values_list("content_type__model", flat=True)) == kinds


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", " ", "This field is required."),
        ("emails", "a@b.example, c", "“c” is not an e-mail address."),
        ("employed_until", "2019-12-31", "The last day is before the first."),
    ],
)
def test_what_is_wrong_stands_beside_the_field(as_kari, contact, url, field, value, told):
    response = as_kari.post(url, form_of(as_kari, url) | {"title": "Ny", field: value})
    assert response.status_code == 422
    assert told in response.context["form"].errors[field]
    assert 'value="Ny"' in response.content.decode()
    contact.refresh_from_db()
    assert contact.title == "Sjef"


def test_two_people_meet_with_both_values_and_nothing_is_lost(as_kari, contact, url):
    per = signed_in(UserFactory(is_superuser=True))
    elsewhere = url_of_contact(Contact.objects.get(customer__number="1043"))
    tag = ContactTagFactory(name="Regnskap")
    mine = form_of(as_kari, url)
    # One changed the person from the other customer, then this post.
    theirs = {"name": "Eva Berg", "mobile": "900 00 001", "emails": "eva@berg.example"}
    assert per.post(elsewhere, form_of(per, elsewhere) | theirs).status_code == 302
    assert per.post(url, form_of(per, url) | {"tags": [tag.pk]}).status_code == 302

    typed = {"name": "Eva Lund", "title": "Styreleder", "emails": "eva@lund.example"}
    response = as_kari.post(url, mine | typed)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Changed meanwhile by somebody else" in html
    assert "Changed meanwhile to “Eva Berg”" in html
    assert "Changed meanwhile to “eva@berg.example”" in html
    assert 'value="Eva Lund"' in html
    assert 'value="90 00 00 01"' in html  # what I left alone follows
    assert Person.objects.get().name == "Eva Berg"

    again = {name: response.context["form"][name].value() for name in mine}
    again["tags"] = response.context["form"]["tags"].value()
    assert as_kari.post(url, again).status_code == 302
    stored = Contact.objects.get(pk=contact.pk)
    assert (stored.person.name, stored.person.mobile) == ("Eva Lund", "90 00 00 01")
    assert (stored.title, list(stored.tags.all())) == ("Styreleder", [tag])
    assert addresses_of(stored) == ["eva@lund.example"]


def test_tags_changed_by_both_are_shown_by_name(as_kari, contact, url):
    mine, theirs = ContactTagFactory(name="Mine"), ContactTagFactory(name="Theirs")
    seen = form_of(as_kari, url)
    as_kari.post(url, seen | {"tags": [theirs.pk]})
    response = as_kari.post(url, seen | {"tags": [mine.pk]})
    assert "Changed meanwhile to “Theirs”" in response.content.decode()
    assert list(contact.tags.all()) == [theirs]


@pytest.mark.parametrize(
    "seen", ["", "{", "[]", "[" * 100_000, '{"version": "x"}', '{"version": 1, "values": 3}']
)
def test_a_form_that_does_not_say_what_it_saw_overwrites_nothing(as_kari, contact, url, seen):
    Person.objects.update(version=5)
    response = as_kari.post(url, form_of(as_kari, url) | {"seen": seen, "name": "Over"})
    assert response.status_code == 422
    assert 'value="Over"' in response.content.decode()
    assert Person.objects.get().name == "Eva Moen"


# Ending


def test_employment_ends_today_unless_told(as_kari, contact):
    url = url_of_contact(contact, "end/")
    data = form_of(as_kari, url)
    assert data["employed_until"] == timezone.localdate().isoformat()
    yesterday = timezone.localdate() - timedelta(1)
    response = as_kari.post(url, data | {"employed_until": yesterday.isoformat()})
    assert response["Location"] == url_of(contact.customer)
    contact.refresh_from_db()
    assert contact.is_former()
    assert contact.person.version == 2
    assert Contact.objects.get(customer__number="1043").employed_until is None


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2019-12-31", "The last day is before the first."),
        ("", "This field is required."),
        ("soon", "Enter a valid date."),
    ],
)
def test_a_last_day_that_makes_no_sense_is_told(as_kari, contact, day, told):
    response = as_kari.post(url_of_contact(contact, "end/"), {"employed_until": day})
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Contact.objects.exclude(employed_until=None).exists()


# Removing


def test_removing_asks_first_and_says_what_it_means(as_kari, contact):
    url = url_of_contact(contact, "remove/")
    html = as_kari.get(url).content.decode()
    assert "Eva Moen will no longer be a contact of Fjell AS." in html
    assert "1043 Vidde AS" in html
    assert "without a customer" not in html
    assert "invoice" not in html.partition('class="dialog__body"')[2]
    InvoiceRecipientFactory(customer=contact.customer, contact=contact, email="")
    contact.customer.invoice_contact = contact
    contact.customer.save()
    html = as_kari.get(url).content.decode()
    assert "Gets no more invoices of this customer by e-mail." in html
    assert "Is no longer the customer contact on invoices." in html
    last = Contact.objects.get(customer__number="1043")
    contacts.remove(contact)
    html = as_kari.get(url_of_contact(last, "remove/")).content.decode()
    assert "This is the person's last customer." in html


def test_the_person_stays_and_all_that_pointed_to_the_contact_is_let_go(as_kari, contact, kari):
    customer = contact.customer
    InvoiceRecipientFactory(customer=customer, contact=contact, email="")
    other = InvoiceRecipientFactory(customer=customer)
    customer.invoice_contact = contact
    customer.save()
    LogEntry.objects.all().delete()
    response = as_kari.post(url_of_contact(contact, "remove/"))
    assert (response.status_code, response["Location"]) == (302, url_of(customer))
    version = customer.version
    customer.refresh_from_db()
    assert (customer.invoice_contact, customer.version) == (None, version + 1)
    assert list(InvoiceRecipient.objects.all()) == [other]
    person = Person.objects.get()
    assert [post.customer.number for post in person.contacts.all()] == ["1043"]
    assert "sjef" not in person.search_text
    told = LogEntry.objects.filter(pk__in=customer.changes.values("entry"))
    assert set(told.values_list("content_type__model", flat=True)) == {
        "contact",
        "invoicerecipient",
    }
    own = LogEntry.objects.get(content_type__model="customer")
    assert own.changes["invoice_contact"][1] == "None"
    assert own.actor == kari


def test_a_customer_whose_invoice_contact_is_another_is_not_changed(as_kari, contact):
    customer = contact.customer
    customer.invoice_contact = ContactFactory(customer=customer)
    customer.save()
    as_kari.post(url_of_contact(contact, "remove/"))
    version = customer.version
    customer.refresh_from_db()
    assert customer.version == version
    assert customer.invoice_contact is not None


@pytest.mark.parametrize("page", ["", "end/", "remove/"])
def test_what_is_gone_is_gone(as_kari, contact, page):
    url = url_of_contact(contact, page)
    data = form_of(as_kari, url)
    contacts.remove(contact)
    assert as_kari.post(url, data).status_code == 404
    for act in (
        lambda: contacts.remove(contact),
        lambda: contacts.end(contact, date(2030, 1, 1)),
        lambda: contacts.save(contact, 1, contacts.Details("X"), contacts.Post()),
    ):
        with pytest.raises(Contact.DoesNotExist):
            act()
