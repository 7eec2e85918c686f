"""Editing a customer: all fields, clear answers, and two people at once."""

import re

import pytest
from django.utils.html import escape

from customers.models import Customer, NumberSeries, UsedNumber
from moment.models import CompanySettings
from tests.conftest import signed_in
from tests.factories import CustomerFactory, TagFactory, UserFactory
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/customers/77/edit/"


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell AS", email="a@fjell.example")


def form_of(client, url: str = URL) -> dict:
    """Return what a browser would post if nothing were changed."""
    html = client.get(url).content.decode()
    data: dict = {}
    form = html[html.index('class="edit"') :]
    for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        if name is None or name[1] == "csrfmiddlewaretoken":
            continue
        value = re.search(r'value="([^"]*)"', tag)
        if 'type="checkbox"' in tag:
            if "checked" in tag:
                data.setdefault(name[1], []).append(value[1])
        elif tag.startswith("<select"):
            options = form[form.index(tag) :].partition("</select>")[0]
            picked = re.search(r'value="([^"]*)" selected', options)
            data[name[1]] = picked[1] if picked else ""
        elif tag.startswith("<textarea"):
            data[name[1]] = form[form.index(tag) + len(tag) :].partition("</textarea>")[0].lstrip()
        elif "disabled" not in tag:
            data[name[1]] = _plain(value[1]) if value else ""
    return data


def _plain(text: str) -> str:
    return text.replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&")


def test_every_field_is_saved(as_kari, customer, kari):
    tag = TagFactory()
    changes = {
        "name": "Fjell og Vidde AS",
        "org_number": "212 345 679",
        "status": "inactive",
        "relation": "both",
        "tags": [tag.pk],
        "responsible": kari.pk,
        "visiting_street": "Kaigata 3\r\n2. etasje",
        "visiting_postcode": "5003",
        "visiting_city": "Bergen",
        "postal_street": "Postboks 1",
        "postal_postcode": "5801",
        "postal_city": "Bergen",
        "invoice_street": "Box 1",
        "invoice_postcode": "SE-411 01",
        "invoice_city": "Göteborg",
        "invoice_country": "SE",
        "email": "b@fjell.example",
        "invoice_email": "faktura@fjell.example",
        "invoice_type": "ehf",
        "phone": "+47 22000000",
        "website": "fjell.example",
        "bank_account": "8601.11.17947",
        "currency": "EUR",
        "language": "en",
    }
    response = as_kari.post(URL, form_of(as_kari) | changes)
    assert response.status_code == 302, response.context["form"].errors
    customer.refresh_from_db()
    assert customer.name == "Fjell og Vidde AS"
    assert customer.org_number == "212345679"
    assert customer.responsible == kari
    assert list(customer.tags.all()) == [tag]
    assert customer.visiting.lines == ["Kaigata 3", "2. etasje", "5003 Bergen"]
    assert customer.invoice.lines == ["Box 1", "SE-411 01 Göteborg", "Sweden"]
    assert customer.phone == "22 00 00 00"
    assert customer.website == "https://fjell.example"
    assert customer.bank_account == "86011117947"
    assert (customer.currency, customer.language) == ("EUR", "en")
    assert customer.invoice_type == "ehf"
    assert customer.search_text.startswith(" fjell og vidde as 77 212345679")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "", "required"),
        ("org_number", "123456789", "do not add up"),
        ("org_number", "222222222", "do not add up"),
        ("email", "nobody", "valid email"),
        ("website", "javascript:alert(1)", "valid URL"),
        ("bank_account", "12345678901", "eleven digits"),
        ("bank_account", "NO00 1234", "valid IBAN"),
        ("visiting_postcode", "50032", "four digits"),
        ("number", "new", "at least one digit"),
        ("currency", "XXX", "valid choice"),
        ("invoice_type", "fax", "valid choice"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_is_saved(
    as_kari, customer, field, value, told
):
    response = as_kari.post(URL, form_of(as_kari) | {"phone": "22 00 00 00", field: value})
    assert response.status_code == 422
    assert told in str(response.context["form"].errors[field]).replace("e-mail", "email")
    assert "22 00 00 00" in response.content.decode()
    customer.refresh_from_db()
    assert customer.phone == ""


def test_a_phone_that_is_no_valid_number_stays_as_typed(as_kari, customer):
    as_kari.post(URL, form_of(as_kari) | {"phone": "22 00 00 00 ask for Eva"})
    assert Customer.objects.get().phone == "22 00 00 00 ask for Eva"


def test_a_foreign_customer_keeps_its_own_kind_of_numbers(as_kari, customer):
    changes = {"country": "SE", "org_number": "556036-0793", "visiting_postcode": "411 01"}
    assert as_kari.post(URL, form_of(as_kari) | changes).status_code == 302
    assert Customer.objects.get().org_number == "556036-0793"


@pytest.mark.parametrize(("standard", "words"), [("email", "E-mail"), ("ehf", "EHF")])
def test_the_empty_invoice_type_names_the_companys_standard(as_kari, customer, standard, words):
    CompanySettings(pk=1, invoice_type=standard).save()
    html = as_kari.get(URL).content.decode()
    assert f'<option value="" selected>Company&#x27;s standard ({words})</option>' in html


def test_an_invoice_type_can_be_given_up_for_the_companys(as_kari, customer):
    Customer.objects.update(invoice_type="letter")
    assert as_kari.post(URL, form_of(as_kari) | {"invoice_type": ""}).status_code == 302
    assert Customer.objects.get().invoice_type == ""


# Numbers


def test_the_old_number_leads_to_the_new_on_every_page(as_kari, customer):
    as_kari.post(URL, form_of(as_kari) | {"number": "78"})
    for page in ("", "edit/", "history/"):
        response = as_kari.get(f"/customers/77/{page}")
        assert (response.status_code, response["Location"]) == (302, f"/customers/78/{page}")
    assert as_kari.get("/customers/78/").status_code == 200
    assert set(UsedNumber.objects.values_list("number", flat=True)) == {"77", "78"}


def test_a_customer_may_take_its_old_number_back(as_kari, customer):
    as_kari.post(URL, form_of(as_kari) | {"number": "78"})
    as_kari.post("/customers/78/edit/", form_of(as_kari, "/customers/78/edit/") | {"number": "77"})
    assert as_kari.get("/customers/77/").status_code == 200
    assert as_kari.get("/customers/78/")["Location"] == "/customers/77/"


def test_nobody_gets_a_number_that_another_had(as_kari, customer):
    as_kari.post(URL, form_of(as_kari) | {"number": "78"})
    CustomerFactory(number="90", name="Other AS")
    other = "/customers/90/edit/"
    response = as_kari.post(other, form_of(as_kari, other) | {"number": "77", "name": "New AS"})
    assert response.status_code == 422
    assert "77 was used before by Fjell AS" in response.content.decode()
    assert 'value="New AS"' in response.content.decode()
    assert Customer.objects.filter(number="90", name="Other AS").exists()


def test_a_locked_series_keeps_the_number(as_kari, customer):
    NumberSeries.objects.update(locked=True)
    assert as_kari.post(URL, form_of(as_kari) | {"number": "78"}).status_code == 302
    assert Customer.objects.get().number == "77"


# Two at once


def test_two_people_meet_with_both_values_and_nothing_is_lost(as_kari, customer):
    per = signed_in(UserFactory(is_superuser=True))
    mine, theirs = form_of(as_kari), form_of(per)
    per.post(URL, theirs | {"email": "theirs@fjell.example", "phone": "22 00 00 00"})

    response = as_kari.post(URL, mine | {"email": "mine@fjell.example", "name": "Fjell & Co"})
    html = response.content.decode()

    assert response.status_code == 422
    assert "Changed meanwhile by somebody else" in html
    assert "Changed meanwhile to “theirs@fjell.example”" in html
    assert 'value="mine@fjell.example"' in html  # what I typed
    assert escape("Fjell & Co") in html
    assert 'value="22 00 00 00"' in html  # what I left alone follows
    assert Customer.objects.get().email == "theirs@fjell.example"

    again = {name: response.context["form"][name].value() for name in mine}
    assert as_kari.post(URL, again).status_code == 302
    stored = Customer.objects.get()
    assert (stored.email, stored.name, stored.phone) == (
        "mine@fjell.example",
        "Fjell & Co",
        "22 00 00 00",
    )


def test_tags_changed_by_both_are_shown_by_name(as_kari, customer):
    mine, other = TagFactory(name="Mine"), TagFactory(name="Theirs")
    seen = form_of(as_kari)
    per = signed_in(UserFactory(is_superuser=True))
    per.post(URL, form_of(per) | {"tags": [other.pk]})
    response = as_kari.post(URL, seen | {"tags": [mine.pk]})
    assert "Changed meanwhile to “Theirs”" in response.content.decode()
    assert list(Customer.objects.get().tags.all()) == [other]


def test_an_invoice_type_changed_by_both_is_shown_in_words(as_kari, customer):
    Customer.objects.update(invoice_type="letter")
    seen = form_of(as_kari)
    per = signed_in(UserFactory(is_superuser=True))
    per.post(URL, form_of(per) | {"invoice_type": ""})
    response = as_kari.post(URL, seen | {"invoice_type": "ehf"})
    told = escape("Changed meanwhile to “Company's standard (E-mail)”")
    assert told in response.content.decode()
    assert response.context["form"]["invoice_type"].value() == "ehf"
    assert Customer.objects.get().invoice_type == ""


def test_an_invoice_type_left_alone_follows_what_others_saved(as_kari, customer):
    seen = form_of(as_kari)
    Customer.objects.update(invoice_type="ehf", version=2)
    response = as_kari.post(URL, seen | {"name": "Fjell og Vidde AS"})
    assert response.status_code == 422
    assert response.context["form"]["invoice_type"].value() == "ehf"


@pytest.mark.parametrize(
    "seen", ["", "{", "[]", "[" * 100_000, '{"version": "x"}', '{"version": 1, "values": 3}']
)
def test_a_form_that_does_not_say_what_it_saw_overwrites_nothing(as_kari, customer, seen):
    response = as_kari.post(URL, form_of(as_kari) | {"seen": seen, "name": "Over AS"})
    assert response.status_code == 422
    assert "Changed meanwhile" in response.content.decode()
    assert 'value="Over AS"' in response.content.decode()  # what was typed is kept
    assert Customer.objects.get().name == "Fjell AS"


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_save_at_once_one_wins_and_the_others_are_told(kari):
    CustomerFactory(number="77", name="Fjell AS")
    clients = [signed_in(kari) for _ in range(8)]
    forms = [form_of(client) for client in clients]

    def save(person: int) -> int:
        return clients[person].post(URL, forms[person] | {"name": f"Name {person}"}).status_code

    assert sorted(at_once(8, save)) == [302] + [422] * 7
    assert Customer.objects.get().version == 2
