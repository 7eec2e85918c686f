"""The new-customer form, with and without htmx."""

import pytest

from customers.models import Customer, NumberSeries
from tests.conftest import said
from tests.factories import CustomerFactory, EntityFactory, TagFactory

pytestmark = pytest.mark.django_db
NEW = "/customers/new/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def entity():
    return EntityFactory(
        org_number="212345679",
        name="FJORDKRAFT TEKNIKK AS",
        business_address="Kaigata 3",
        business_postcode="5003",
        business_city="BERGEN",
        postal_address="Postboks 9",
        postal_postcode="5801",
        postal_city="BERGEN",
    )


def test_the_form_opens_as_page_and_as_fragment(as_kari):
    page, fragment = as_kari.get(NEW), as_kari.get(NEW, headers=HTMX)
    assert b"<html" in page.content
    assert b"<html" not in fragment.content
    assert b'value="1000"' in fragment.content
    assert "HX-Request" in page["Vary"]


def test_fields_stand_in_the_order_people_think(as_kari):
    html = as_kari.get(NEW).content.decode()
    TagFactory()
    order = [
        html.index(f'data-field="{name}"')
        for name in ("country", "number", "name", "status", "tags", "relation")
    ]
    assert order == sorted(order)


def test_saving_leads_to_the_profile(as_kari, filled_in):
    tags = [TagFactory(name="Energy"), TagFactory()]
    data = filled_in | {"status": "potential", "relation": "both", "tags": [t.pk for t in tags]}
    response = as_kari.post(NEW, data)
    customer = Customer.objects.get()
    assert response["Location"] == "/customers/1000/"
    assert (customer.name, customer.country.code, customer.status, customer.relation) == (
        "Lindqvist AB",
        "SE",
        "potential",
        "both",
    )
    assert set(customer.tags.all()) == set(tags)


def test_htmx_is_sent_to_the_profile_as_a_whole(as_kari, filled_in):
    response = as_kari.post(NEW, filled_in, headers=HTMX)
    assert response["HX-Redirect"] == "/customers/1000/"


def test_a_chosen_company_fills_in_its_addresses(as_kari, filled_in, entity):
    as_kari.post(
        NEW, filled_in | {"country": "NO", "name": "Fjordkraft", "org_number": "212345679"}
    )
    customer = Customer.objects.get()
    assert customer.name == "Fjordkraft"  # what was typed wins over the register's name
    assert customer.org_number == "212345679"
    assert customer.visiting.lines == ["Kaigata 3", "5003 Bergen"]
    assert customer.postal.lines == ["Postboks 9", "5801 Bergen"]
    assert not customer.invoice


@pytest.mark.parametrize("typed", ["212345679", "212 345 679", "NO 212 345 679 MVA", "212.345.679"])
def test_a_reg_no_typed_as_the_name_is_looked_up_and_shown_before_saving(
    as_kari, filled_in, entity, typed
):
    response = as_kari.post(NEW, filled_in | {"country": "NO", "name": typed})
    html = response.content.decode()
    assert response.status_code == 422
    assert not Customer.objects.exists()
    assert 'value="Fjordkraft Teknikk AS"' in html
    assert 'name="org_number" value="212345679"' in html
    assert "Kaigata 3" in html


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("212 345 671", "do not add up"),
        ("999999999", "do not add up"),
        ("12345", "has nine digits"),
    ],
)
def test_a_wrong_reg_no_is_said_beside_the_name_and_nothing_typed_is_lost(
    as_kari, filled_in, typed, told
):
    response = as_kari.post(NEW, filled_in | {"country": "NO", "org_number": typed})
    html = response.content.decode()
    assert response.status_code == 422
    assert told in html
    assert 'value="Lindqvist AB"' in html
    assert not Customer.objects.exists()


def test_a_number_taken_meanwhile_is_replaced_and_told(as_kari, filled_in, series):
    CustomerFactory(number="1000", name="First AS")
    response = as_kari.post(NEW, filled_in)
    assert response["Location"] == "/customers/1001/"
    assert "1000 was taken meanwhile" in said(response)
    assert "got number 1001" in said(response)


def test_a_typed_number_that_is_used_is_refused_beside_the_field(as_kari, filled_in):
    CustomerFactory(number="2000", name="First AS")
    response = as_kari.post(NEW, filled_in | {"number": "2000"})
    assert response.status_code == 422
    assert "2000 is already used by First AS" in response.content.decode()
    assert 'value="2000"' in response.content.decode()


@pytest.mark.parametrize("number", ["new", "10/20", "æ1", "-", "1" * 21, "1 2"])
def test_a_typed_number_that_cannot_stand_in_an_address_is_refused(as_kari, filled_in, number):
    response = as_kari.post(NEW, filled_in | {"number": number})
    assert response.status_code == 422
    assert not Customer.objects.exists()


def test_small_letters_in_a_number_become_capitals(as_kari, filled_in):
    assert as_kari.post(NEW, filled_in | {"number": "k-7"})["Location"] == "/customers/K-7/"


def test_a_locked_series_takes_no_other_number(as_kari, filled_in, series):
    NumberSeries.objects.update(locked=True)
    as_kari.post(NEW, filled_in | {"number": "7777"})
    assert Customer.objects.get().number == "1000"


def test_a_hidden_series_shows_no_number(as_kari, filled_in, series):
    NumberSeries.objects.update(hidden=True)
    html = as_kari.get(NEW).content.decode()
    assert 'data-field="number"' not in html
    as_kari.post(NEW, filled_in | {"number": ""})
    assert Customer.objects.get().number == "1000"


def test_a_series_that_is_used_up_is_named(as_kari, filled_in, series):
    NumberSeries.objects.update(first=1000, last=1000, next=1001)
    assert "“Customers” (1000–1000) is used up" in as_kari.get(NEW).content.decode()
    response = as_kari.post(NEW, filled_in | {"number": "", "proposed": ""})
    assert response.status_code == 422
    assert "is used up" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("A" * 200, "A" * 200),
        ("🏔️ Fjell 🏔️", "🏔️ Fjell 🏔️"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("  Fjell \t og\n Vidde  ", "Fjell og Vidde"),
        ("Ærlig Øl & Åpent «AS»", "Ærlig Øl & Åpent «AS»"),
    ],
)
def test_odd_names_are_kept_and_shown_as_text(as_kari, filled_in, name, stored):
    response = as_kari.post(NEW, filled_in | {"name": name}, follow=True)
    assert Customer.objects.get().name == stored
    assert b"<script>alert" not in response.content
    assert response.status_code == 200
    assert as_kari.get("/customers/").status_code == 200


@pytest.mark.parametrize("name", ["", "   ", "\t\n", "A" * 201, "\x07"])
def test_a_name_that_is_none_is_refused(as_kari, filled_in, name):
    response = as_kari.post(NEW, filled_in | {"name": name})
    assert response.status_code == 422
    assert not Customer.objects.exists()


def test_a_null_byte_is_refused_in_words(as_kari, filled_in):
    response = as_kari.post(NEW, filled_in | {"name": "A\x00B"})
    assert response.status_code == 422


@pytest.mark.parametrize(
    "nonsense",
    [
        {"country": "XX"},
        {"status": "gone"},
        {"relation": "friend"},
        {"tags": ["x"]},
        {"tags": ["99999"]},
    ],
)
def test_values_nobody_offered_are_refused(as_kari, filled_in, nonsense):
    assert as_kari.post(NEW, filled_in | nonsense).status_code == 422
    assert not Customer.objects.exists()


def test_a_likely_duplicate_is_told_but_does_not_block(as_kari, filled_in):
    CustomerFactory(number="4000", name="Lindquist A.B.")
    response = as_kari.post(NEW, filled_in)
    assert response["Location"] == "/customers/1000/"
    assert 'href="/customers/4000/"' in said(response)


def test_without_javascript_a_button_looks_up_and_another_chooses(as_kari, filled_in, entity):
    data = filled_in | {"country": "NO", "name": "fjordkr"}
    found = as_kari.post(NEW, data | {"lookup": "1"}).content.decode()
    assert 'name="choose" value="212345679"' in found
    chosen = as_kari.post(NEW, data | {"choose": "212345679"}).content.decode()
    assert 'value="Fjordkraft Teknikk AS"' in chosen
    assert 'name="org_number" value="212345679"' in chosen
    dropped = as_kari.post(NEW, data | {"org_number": "212345679", "drop": "1"}).content.decode()
    assert 'name="org_number"' not in dropped
    assert not Customer.objects.exists()


def test_a_link_can_name_the_company(as_kari, entity):
    html = as_kari.get(NEW + "?org_number=212345679").content.decode()
    assert 'value="Fjordkraft Teknikk AS"' in html
    assert "Postboks 9" in html


@pytest.mark.parametrize("typed", ["212 345 671", "999999999", "NO 212345671 MVA"])
def test_a_mistyped_reg_no_never_becomes_a_name(as_kari, filled_in, typed):
    response = as_kari.post(NEW, filled_in | {"country": "NO", "name": typed})
    assert response.status_code == 422
    assert "do not add up" in str(response.context["form"].errors["name"])
    assert typed in response.content.decode()
    assert not Customer.objects.exists()


def test_a_company_chosen_before_the_country_was_changed_is_left_out(as_kari, filled_in):
    as_kari.post(NEW, filled_in | {"country": "SE", "org_number": "212345679"})
    assert Customer.objects.get().org_number == ""


def test_a_typed_number_that_happens_to_be_next_is_the_one_given(as_kari, filled_in, series):
    response = as_kari.post(NEW, filled_in | {"number": "1001", "proposed": "1000"})
    assert response["Location"] == "/customers/1001/"
    assert "taken meanwhile" not in said(response)


def test_an_address_of_any_length_is_answered_at_once(client, db):
    assert client.get("/customers/" + "1" * 5000 + "!/").status_code == 404
