"""A new contact: somebody new, or somebody we know already."""

from datetime import date

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from customers import contacts
from customers.models import Contact, Person
from tests.customers.contact_pages import addresses_of, posted_by, url_of
from tests.factories import ContactFactory, ContactTagFactory, CustomerFactory, PersonFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def url(customer):
    return url_of(customer, "new/")


@pytest.fixture
def eva(db):
    """She is at another customer."""
    person = PersonFactory(name="Eva Moen", emails=["eva@moen.example"])
    other = CustomerFactory(number="1043", name="Vidde AS")
    ContactFactory(person=person, customer=other, title="Daglig leder")
    person.save()  # the search text follows the title
    return person


def test_everything_about_a_new_person_is_saved(as_kari, customer, url):
    tag = ContactTagFactory()
    response = as_kari.post(
        url,
        {
            "name": "  Kari \t Berg ",
            "emails": "kari@berg.example\r\nk@berg.example",
            "mobile": "90000001",
            "phone": "+47 22000000",
            "title": "Økonomi",
            "email_here": "faktura@fjell.example",
            "phone_here": "22000001",
            "tags": [tag.pk],
            "employed_from": "2020-01-02",
            "employed_until": "2031-12-31",
        },
    )
    assert (response.status_code, response["Location"]) == (302, url_of(customer))
    contact = Contact.objects.get()
    person = contact.person
    assert (contact.customer, person.name) == (customer, "Kari Berg")
    assert addresses_of(contact) == ["kari@berg.example", "k@berg.example"]
    assert (person.mobile, person.phone, contact.phone) == (
        "90 00 00 01",
        "22 00 00 00",
        "22 00 00 01",
    )
    assert (contact.title, contact.email) == ("Økonomi", "faktura@fjell.example")
    assert list(contact.tags.all()) == [tag]
    assert (contact.employed_from, contact.employed_until) == (date(2020, 1, 2), date(2031, 12, 31))
    for word in (" kari berg", " k berg", " okonomi", " faktura fjell", " 90 00 00 01"):
        assert all(part in person.search_text for part in word.split())


def test_a_name_is_enough(as_kari, url):
    assert as_kari.post(url, {"name": "Kari Berg"}).status_code == 302
    assert Contact.objects.get().person.name == "Kari Berg"


def test_it_stands_in_the_history_of_the_customer(as_kari, customer, url, kari):
    as_kari.post(url, {"name": "Kari Berg", "emails": "kari@berg.example"})
    entries = LogEntry.objects.filter(pk__in=customer.changes.values("entry"))
    kinds = set(entries.values_list("content_type__model", flat=True))
    assert {"contact", "personemail"} <= kinds
    assert set(entries.values_list("actor", flat=True)) == {kari.pk}


def test_it_counts_as_activity(as_kari, customer, url):
    before = timezone.now()
    as_kari.post(url, {"name": "Kari Berg"})
    customer.refresh_from_db()
    assert customer.last_activity_at >= before


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "", "required"),
        ("name", " \u200b\x07 ", "required"),
        ("name", "x" * 201, "at most 200"),
        ("title", "x" * 101, "at most 100"),
        ("emails", "kari", "“kari” is not an e-mail address."),
        ("emails", "Berg, Kari", "“Berg” is not an e-mail address."),
        ("emails", f"{'x' * 300}@berg.example", "is not an e-mail address."),
        ("emails", "\n".join(f"k{n}@berg.example" for n in range(21)), "No more than 20"),
        ("emails", "x" * 5001, "at most 5000"),
        ("email_here", "a@b.example, c@d.example", "valid email"),
        ("phone", "1" * 51, "at most 50"),
        ("tags", "99999", "not one of the available choices"),
        ("tags", "x", "not a valid value"),
        ("employed_from", "32.13.2020", "valid date"),
        ("employed_until", "2019-12-31", "The last day is before the first."),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_is_saved(
    as_kari, url, field, value, told
):
    data = {"name": "Kari Berg", "employed_from": "2020-01-01", "mobile": "900 00 001"}
    response = as_kari.post(url, data | {field: value})
    assert response.status_code == 422
    assert told in " ".join(response.context["form"].errors[field])
    assert 'value="900 00 001"' in response.content.decode()
    assert not Person.objects.exists()


def test_names_lose_control_characters_and_keep_the_rest(as_kari, url):
    name = "Åse <b>O'Hara</b> “Lille” & sønn 李"
    as_kari.post(url, {"name": f"{name}\u202e\x00"[:-1]})
    assert Person.objects.get().name == name


def test_two_hundred_characters_are_not_too_many(as_kari, url):
    assert as_kari.post(url, {"name": "Ø" * 200, "title": "Ø" * 100}).status_code == 302
    assert Person.objects.get().name == "Ø" * 200


@pytest.mark.parametrize(
    "text",
    [
        "kari@berg.example; k@berg.example",
        "kari@berg.example,k@berg.example,",
        "kari@berg.example k@berg.example",
        "Kari Berg <kari@berg.example>, <k@berg.example>",
        "Berg, Kari <kari@berg.example>; Berg, K <k@berg.example>",
        '"Berg; Kari" <kari@berg.example>\r\nmailto:k@berg.example',
    ],
)
def test_addresses_are_taken_as_people_paste_them(as_kari, url, text):
    assert as_kari.post(url, {"name": "Kari Berg", "emails": text}).status_code == 302
    assert addresses_of(Contact.objects.get()) == ["kari@berg.example", "k@berg.example"]


def test_an_address_given_twice_is_kept_once_and_said(as_kari, url):
    text = "kari@berg.example, k@berg.example, Kari@BERG.example"
    response = as_kari.post(url, {"name": "Kari Berg", "emails": text}, follow=True)
    assert addresses_of(Contact.objects.get()) == ["kari@berg.example", "k@berg.example"]
    assert "Given twice and kept once: kari@berg.example." in response.content.decode()


# Somebody we know


@pytest.mark.parametrize("question", ["eva", "MOEN eva", "eva@moen.example", "daglig leder moen"])
def test_typing_finds_who_we_know_and_says_where_they_are(as_kari, customer, eva, question):
    response = as_kari.get(url_of(customer, "find/"), {"name": question}, headers=HTMX)
    html = response.content.decode()
    assert f'name="choose" value="{eva.pk}"' in html
    assert "Daglig leder, 1043 Vidde AS" in html
    assert "1 person found" in html


@pytest.mark.parametrize("question", ["", "e", "!", "xyz", "%", "_", "' OR 1=1 --", "x" * 5000])
def test_typing_something_else_finds_nobody(as_kari, customer, eva, question):
    response = as_kari.get(url_of(customer, "find/"), {"name": question}, headers=HTMX)
    assert response.status_code == 200
    assert "choose" not in response.content.decode()


def test_a_misspelt_name_is_found(as_kari, customer, eva):
    response = as_kari.get(url_of(customer, "find/"), {"name": "Eva Moenn"}, headers=HTMX)
    html = response.content.decode()
    assert f'value="{eva.pk}"' in html
    assert "% alike" in html


def test_no_more_than_ten_are_offered(as_kari, customer):
    for n in range(15):
        PersonFactory(name=f"Nils Nummer {n}")
    response = as_kari.get(url_of(customer, "find/"), {"name": "nils nummer"}, headers=HTMX)
    assert response.content.decode().count('name="choose"') == 10


def test_erased_persons_are_not_offered(as_kari, customer, eva):
    Person.objects.update(erased_at=timezone.now())
    response = as_kari.get(url_of(customer, "find/"), {"name": "eva"}, headers=HTMX)
    assert "Eva" not in response.content.decode()
    data = {"person": str(eva.pk), "name": ""}
    assert as_kari.post(url_of(customer, "new/"), data).status_code == 422
    assert not customer.contacts.exists()


def test_choosing_adds_the_person_with_what_is_theirs_here(as_kari, customer, url, eva):
    typed = {"name": "eva", "emails": "typed@before.example", "title": "Styreleder"}
    response = as_kari.post(url, typed | {"choose": eva.pk})
    assert response.status_code == 200
    html = response.content.decode()
    assert "1043 Vidde AS" in html
    data = posted_by(html)
    assert (data["person"], data["title"]) == (str(eva.pk), "Styreleder")
    response = as_kari.post(url, data)
    assert (response.status_code, response["Location"]) == (302, url_of(customer))
    contact = customer.contacts.get()
    assert (contact.person, contact.title) == (eva, "Styreleder")
    assert addresses_of(contact) == ["eva@moen.example"]  # a choice changes nothing elsewhere
    assert Person.objects.count() == 1
    assert Person.objects.get().version == eva.version + 1


def test_a_choice_can_be_taken_back_and_what_was_typed_is_there(as_kari, url, eva):
    typed = {"name": "eva m", "emails": "typed@before.example", "title": "Styreleder"}
    chosen = posted_by(as_kari.post(url, typed | {"choose": eva.pk}).content.decode())
    data = posted_by(as_kari.post(url, chosen | {"drop": "1"}).content.decode())
    assert "person" not in data
    assert {name: data[name] for name in typed} == typed


def test_without_javascript_a_button_finds(as_kari, url, eva):
    response = as_kari.post(url, {"name": "moen", "title": "Sjef", "find": "1"})
    assert response.status_code == 200
    assert f'name="choose" value="{eva.pk}"' in response.content.decode()
    assert 'value="Sjef"' in response.content.decode()
    assert "This field is required." not in response.content.decode()
    response = as_kari.post(url, {"name": "nobody", "find": "1"})
    assert "Nobody we know by this name." in response.content.decode()


def test_the_list_alone_leads_to_the_form(as_kari, customer, url):
    assert as_kari.get(url_of(customer, "find/")).headers["Location"] == url


def test_who_is_here_already_is_opened_instead(as_kari, customer, url, eva):
    here = ContactFactory(customer=customer, person=eva)
    html = as_kari.get(url_of(customer, "find/"), {"name": "eva"}, headers=HTMX).content.decode()
    assert "Already a contact here" in html
    assert "choose" not in html
    assert url_of(customer, f"{here.pk}/") in html
    response = as_kari.post(url, {"person": eva.pk})
    assert response.status_code == 422
    assert "Eva Moen is a contact here already." in response.content.decode()
    assert customer.contacts.count() == 1


@pytest.mark.parametrize("person", ["x", "0", "-1", "999999", "9" * 30, "1 OR 1=1"])
def test_a_person_that_makes_no_sense_is_nobody(as_kari, url, eva, person):
    response = as_kari.post(url, {"person": person, "title": "Sjef"})
    assert response.status_code == 422
    assert 'value="Sjef"' in response.content.decode()
    assert as_kari.get(url, {"person": person}).status_code == 200


def test_a_link_can_name_the_person(as_kari, url, eva):
    assert posted_by(as_kari.get(url, {"person": eva.pk}).content.decode())["person"] == str(eva.pk)


# Somebody alike


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"name": "EVA MOEN"}, "same name"),
        ({"name": "Eva Moenn"}, "name 88\u00a0% alike"),
        ({"name": "Somebody Else", "emails": "EVA@moen.example"}, "same e-mail address"),
    ],
)
def test_somebody_alike_is_shown_once_and_never_blocks(as_kari, customer, url, eva, typed, why):
    response = as_kari.post(url, typed)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Not added yet: we know somebody like this." in html
    assert why in html
    assert "1043 Vidde AS" in html
    assert not customer.contacts.exists()
    assert as_kari.post(url, posted_by(html)).status_code == 302
    assert customer.contacts.get().person != eva


def test_who_saw_them_while_typing_is_not_asked_again(as_kari, customer, url, eva):
    html = as_kari.get(
        url_of(customer, "find/"), {"name": "Eva Moen"}, headers=HTMX
    ).content.decode()
    assert f'name="known" value="{eva.pk}"' in html
    assert as_kari.post(url, {"name": "Eva Moen", "known": [eva.pk]}).status_code == 302


def test_a_form_sent_twice_adds_one(as_kari, customer, url):
    assert as_kari.post(url, {"name": "Kari Berg"}).status_code == 302
    assert as_kari.post(url, {"name": "Kari Berg"}).status_code == 422
    assert customer.contacts.count() == 1


def test_a_person_who_is_there_is_not_added_again(customer, eva):
    first = contacts.add_existing(customer, eva)
    with pytest.raises(contacts.AlreadyThere) as error:
        contacts.add_existing(customer, eva)
    assert error.value.contact == first
