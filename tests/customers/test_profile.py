"""The profile, its register card, notes and history."""

import pytest
from pytest_django.asserts import assertInHTML

from customers import history
from customers.models import Customer
from moment.models import CompanySettings
from registry import alerts
from registry.models import Entity
from tests.customers.test_editing import form_of
from tests.factories import CustomerFactory, EntityFactory, NoteFactory, TagFactory

pytestmark = pytest.mark.django_db
URL = "/customers/77/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def entity():
    return EntityFactory(
        org_number="212345679",
        name="FJELL AS",
        has_employees=True,
        employees=None,
        industry_code="71.121",
        industry_name="Byggeteknisk konsulentvirksomhet",
        vat_registered=True,
    )


@pytest.fixture
def customer(entity):
    return CustomerFactory(
        number="77",
        name="Fjell AS",
        org_number="212345679",
        visiting_street="Kaigata 3",
        visiting_postcode="5003",
        visiting_city="Bergen",
        tags=[TagFactory(name="Energy")],
    )


def test_it_shows_what_is_known(as_per, customer):
    html = as_per.get(URL).content.decode()
    for text in (
        "Fjell AS",
        "Energy",
        "212\u00a0345\u00a0679",
        "Kaigata 3<br>5003 Bergen",
        "As the visiting address",
        "71.121",
        "1–4",
        "Registered",
        "checked today",
    ):
        assert text in html, text


def test_an_unknown_number_is_not_found(as_per, customer):
    assert as_per.get("/customers/78/").status_code == 404


def test_small_letters_find_the_same_customer(as_per):
    CustomerFactory(number="K-7")
    assert as_per.get("/customers/k-7/").status_code == 200


def test_trouble_in_the_register_is_shown(as_per, customer, entity):
    Entity.objects.update(bankrupt=True, bankrupt_on="2020-02-03")
    assert "Bankrupt since 3 Feb 2020" in as_per.get(URL).content.decode()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"org_number": ""}, "Add the company reg. no. under Edit"),
        ({"country": "SE"}, "Only Norwegian companies are in the register"),
        ({"org_number": "223456782"}, "Not looked up yet"),
    ],
)
def test_without_register_facts_the_card_says_why(as_per, customer, changes, told):
    Customer.objects.filter(pk=customer.pk).update(**changes)
    assert told in as_per.get(URL).content.decode()


def test_check_again_asks_the_register_and_shows_the_answer(as_per, register):
    known = next(iter(register.entities.values()))
    CustomerFactory(number="78", org_number=known["organisasjonsnummer"])
    fragment = as_per.post("/customers/78/register/", headers=HTMX).content.decode()
    assert "<html" not in fragment
    assert known["organisasjonsform"]["beskrivelse"] in fragment
    assert as_per.post("/customers/78/register/").status_code == 302
    assert as_per.get("/customers/78/register/")["Location"] == "/customers/78/"


def test_check_again_brings_the_alert_that_it_raises(as_per, register):
    known = next(iter(register.entities.values()))
    number = known["organisasjonsnummer"]
    EntityFactory(org_number=number, name="ET GAMMELT NAVN AS")
    alerts.watch(number)
    CustomerFactory(number="78", org_number=number)
    fragment = as_per.post("/customers/78/register/", headers=HTMX).content.decode()
    assert 'id="alerts"' in fragment
    assert 'hx-swap-oob="true"' in fragment
    assert "Vardefjord Teknikk AS" in fragment.partition('id="alerts"')[2]


def test_check_again_while_the_register_is_down_says_so_and_keeps_the_copy(
    as_per, register, customer
):
    register.fail("500")
    fragment = as_per.post(URL + "register/", headers=HTMX).content.decode()
    assert "does not answer" in fragment
    assert "71.121" in fragment


# Notes


def test_a_note_is_added_with_author_and_counts_as_activity(as_kari, customer):
    before = customer.last_activity_at
    fragment = as_kari.post(URL + "notes/", {"text": "Ring Eva\n\nom tilbud"}, headers=HTMX)
    html = fragment.content.decode()
    assert "<p>Ring Eva</p>" in html
    assert "Kari Lunde" in html
    assert "<html" not in html
    customer.refresh_from_db()
    assert customer.last_activity_at > before
    assert as_kari.post(URL + "notes/", {"text": "To"})["Location"] == "/customers/77/#notes"


@pytest.mark.parametrize("headers", [None, HTMX])
def test_an_empty_note_is_refused_in_words(as_kari, customer, headers):
    response = as_kari.post(URL + "notes/", {"text": "  "}, headers=headers)
    assert response.status_code == 422
    assert "required" in response.content.decode()
    assert not customer.notes.exists()


def test_a_note_too_long_is_kept_in_the_field(as_kari, customer):
    response = as_kari.post(URL + "notes/", {"text": "a" * 5001}, headers=HTMX)
    assert response.status_code == 422
    assert "a" * 5001 in response.content.decode()


def test_notes_are_text_never_markup(as_per, customer):
    NoteFactory(customer=customer, text="<img src=x onerror=alert(1)>")
    assert b"<img src=x" not in as_per.get(URL).content


# Invoice type


@pytest.mark.parametrize(
    ("own", "told"),
    [("", "Letter <span>company standard</span>"), ("ehf", "EHF <span>this customer's own</span>")],
)
def test_the_invoice_type_in_force_is_shown_with_where_it_comes_from(as_per, customer, own, told):
    CompanySettings(pk=1, invoice_type="letter").save()
    Customer.objects.update(invoice_type=own)
    assertInHTML(
        f"<dd>{told}</dd>".replace("<span>", '<span class="muted">'),
        as_per.get(URL).content.decode(),
    )


# History


def test_history_says_who_changed_what_from_what_to_what(as_kari, customer, kari):
    edit = URL + "edit/"
    as_kari.post(
        edit,
        form_of(as_kari, edit)
        | {
            "status": "blocked",
            "responsible": kari.pk,
            "visiting_city": "Oslo",
            "tags": [],
        },
    )
    as_kari.post(URL + "notes/", {"text": "Sperret etter avtale"})
    html = as_kari.get(URL + "history/").content.decode()
    for text in (
        "Kari Lunde",
        "Customer changed",
        "Active",
        "Blocked",
        "Visiting address, city",
        "Bergen",
        "Oslo",
        "Energy",
        "Note written",
        "Sperret etter avtale",
    ):
        assert text in html, text
    assert "sort_name" not in html


def test_history_names_invoice_types_and_the_companys_standard(as_kari, customer):
    edit = URL + "edit/"
    for invoice_type in ("ehf", ""):
        as_kari.post(edit, form_of(as_kari, edit) | {"invoice_type": invoice_type})
    entries = history.of(customer).entries
    assert [entry.changes for entry in entries[:2]] == [
        [history.Change("Preferred invoice type", "EHF", "Company value")],
        [history.Change("Preferred invoice type", "Company value", "EHF")],
    ]


def test_all_of_a_long_history_can_be_reached(as_kari, customer):
    for n in range(120):
        as_kari.post(URL + "notes/", {"text": f"Notat nr. {n}."})
    first = as_kari.get(URL + "history/").content.decode()
    link = first[first.index("?older=") :].partition('"')[0]
    older = as_kari.get(URL + "history/" + link).content.decode()
    assert "Notat nr. 119." in first
    assert "Notat nr. 5." not in first
    assert "Notat nr. 5." in older
    assert "Notat nr. 119." not in older
    assert 'href="?older=' not in older
    assert as_kari.get(URL + "history/?older=x").status_code == 200


def test_after_signing_in_again_one_is_among_the_notes(as_kari, customer):
    assert b'name="text"' in as_kari.get(URL + "notes/").content


def test_creating_stands_in_the_history(as_kari):
    as_kari.post(
        "/customers/new/",
        {
            "country": "SE",
            "number": "",
            "name": "Lindqvist AB",
            "status": "active",
            "relation": "customer",
        },
    )
    html = as_kari.get("/customers/1000/history/").content.decode()
    assert "Customer created" in html
    assert "Kari Lunde" in html
    assert "Sweden" in html
