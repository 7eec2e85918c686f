"""Choosing a customer where not every one can be chosen: the list, the field, the refusals."""

import pytest
from django import forms

from customers import merging
from customers.forms.choosing import CustomerField
from customers.models import Customer
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
STATUSES = ["potential", "active", "inactive", "blocked"]
RELATIONS = ["customer", "participant", "both"]
URL = "/customers/choose/"
# By place, status and relation: the whole table, cell by cell.
TABLE = [
    (place, status, relation, allowed(status, relation))
    for place, allowed in {
        "project": lambda status, relation: status == "active" and relation != "participant",
        "price_model": lambda status, relation: status == "active",
        "offer": lambda status, relation: status in ("potential", "active"),
        "invoice": lambda status, relation: status != "blocked",
    }.items()
    for status in STATUSES
    for relation in RELATIONS
]


def form_for(place: str, text: str, stays: Customer | None = None):
    class Form(forms.Form):
        customer = CustomerField(place)

    form = Form({"customer": text})
    form.fields["customer"].visible = Customer.objects.all()
    form.fields["customer"].stays = stays
    return form


@pytest.mark.parametrize(("place", "status", "relation", "can"), TABLE)
def test_who_can_be_chosen_where(as_per, place, status, relation, can):
    customer = CustomerFactory(number="1033", name="Storgata", status=status, relation=relation)
    form = form_for(place, "1033 Storgata")
    assert form.is_valid() == can
    shown = as_per.get(URL, {"place": place, "customer": "storg"}).content.decode()
    assert ("1033 Storgata" in shown) == can
    if can:
        assert form.cleaned_data["customer"] == customer
        return
    (problem,) = form.errors["customer"]
    reason = "project participant only" if status == "active" else f"Storgata is {status}"
    assert reason in problem
    # What is chosen already stays whatever has become of it.
    assert form_for(place, "1033 Storgata", stays=customer).is_valid()


@pytest.mark.parametrize(
    "text", ["1033", "1033 Storgata", "1033 Stor", " 1033  storgata ", "storgata", "STORGATA"]
)
def test_a_number_or_a_name_is_enough(text):
    customer = CustomerFactory(number="1033", name="Storgata")
    CustomerFactory(number="1034", name="Storgata 14")
    form = form_for("offer", text)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["customer"] == customer


@pytest.mark.parametrize("text", ["7 Fjell", "1033 7 Fjell"])
def test_a_name_that_begins_with_a_number_is_a_name(text):
    CustomerFactory(number="7", name="Fjell og vidde")
    customer = CustomerFactory(number="1033", name="7 Fjell")
    form = form_for("offer", text)
    assert form.is_valid()
    assert form.cleaned_data["customer"] == customer


def test_a_number_with_another_name_is_nobody():
    CustomerFactory(number="7", name="Elleve")
    assert not form_for("offer", "7 Fjell").is_valid()


def test_large_and_small_letters_are_the_same_in_norwegian_too():
    customer = CustomerFactory(number="1033", name="Ørsta Byggeår")
    for text in ("ørsta byggeår", "1033 ØRSTA"):
        form = form_for("offer", text)
        assert form.is_valid(), text
        assert form.cleaned_data["customer"] == customer


def test_several_of_one_name_are_asked_for_by_number():
    for number in ("1", "2"):
        CustomerFactory(number=number, name="Storgata")
    form = form_for("offer", "Storgata")
    assert not form.is_valid()
    assert "1, 2" in form.errors["customer"][0]


@pytest.mark.parametrize("text", ["Ukjent AS", "9999", "<script>", "\x00", "%", "1" * 300])
def test_nobody_by_that_name_is_said(text):
    CustomerFactory()
    assert not form_for("offer", text).is_valid()


def test_a_merged_or_invisible_customer_cannot_be_chosen():
    kept = CustomerFactory(number="1")
    CustomerFactory(number="2", name="Sammen", merged_into=kept)
    assert not form_for("offer", "2 Sammen").is_valid()


@pytest.mark.parametrize("question", ["", " ", "\x00", "'", "%", "x" * 500, "storg"])
def test_the_list_answers_anything(as_per, question):
    CustomerFactory(name="Storgata")
    response = as_per.get(URL, {"place": "offer", "customer": question})
    assert response.status_code == 200


def test_the_list_is_of_known_places_and_for_those_who_see_customers(as_per, as_ola):
    assert as_per.get(URL).status_code == 404
    assert as_per.get(URL, {"place": "nowhere"}).status_code == 404
    assert as_ola.get(URL, {"place": "offer"}).status_code == 403


def test_names_are_no_markup(as_per):
    CustomerFactory(name='"><script>alert(1)</script>')
    assert (
        "<script>" not in as_per.get(URL, {"place": "offer", "customer": "alert"}).content.decode()
    )


@pytest.mark.parametrize("text", ["1033 Storgata", "1033 anything"])
def test_a_number_that_means_another_by_now_says_whose_it_is(anne, text):
    kept, merged = (CustomerFactory(number=n, name=f"Kunde {n}") for n in ("1001", "1033"))
    merging.merge(kept.pk, [merged.pk], by=anne)
    (problem,) = form_for("offer", text).errors["customer"]
    assert f"“{text}”: that number means 1001 Kunde 1001." in problem


def test_a_customer_that_was_renamed_meanwhile_is_named():
    CustomerFactory(number="1033", name="Storgata Eiendom")
    (problem,) = form_for("offer", "1033 Sjøgata").errors["customer"]
    assert "that number means 1033 Storgata Eiendom." in problem
