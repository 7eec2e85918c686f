"""The page that makes several customers one: what it shows, asks, does and refuses."""

from typing import Any

import pytest
from django.urls import reverse
from lxml import html

from customers.merging import making
from customers.merging.rules import Decision, Option
from customers.models import Customer, Merge
from tests.conftest import said, signed_in
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    EntityFactory,
    HourlyRateFactory,
    NoteFactory,
    PersonFactory,
    TagFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
URL = "/customers/1040/merge/"


@pytest.fixture
def town(db):
    return CustomerFactory(
        number="1040", name="Tromsø kommune", org_number="212345679", credit_terms=30
    )


@pytest.fixture
def works(db):
    return CustomerFactory(
        number="1028",
        name="Tromsø Kommune – Bygg",
        invoice_email="bygg@tromso.example",
        credit_terms=0,
    )


def tree_of(response) -> Any:
    return html.fromstring(response.content.decode())


def text_of(response) -> str:
    return " ".join(tree_of(response).xpath("string(//main)").split())


def form_of(response, xpath: str) -> dict[str, list[str]]:
    """Return what a browser would send of a form, left as it is."""
    (form,) = tree_of(response).xpath(xpath)
    fields: dict[str, list[str]] = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def page_fields(response) -> dict[str, list[str]]:
    return form_of(response, "//form[@id='merging']")


def question(client, *numbers: str, url: str = URL, **chosen: Any) -> dict[str, list[str]]:
    """Return what the question would post, of the page of these with some other choices."""
    fields = page_fields(client.get(url, {"with": numbers})) | chosen
    asked = client.get(url, fields | {"ask": "1"})
    return form_of(asked, "//main//form[contains(@class, 'dialog')]")


def row(response, label: str) -> list[tuple[str, bool]]:
    """Return the values of a row of the table, each with whether it is chosen."""
    (found,) = tree_of(response).xpath(f"//tr[th[normalize-space()='{label}']]")
    return [
        (
            " ".join(cell.xpath("string(.//span[contains(@class, 'merging__value')])").split()),
            bool(cell.xpath(".//input[@checked]")),
        )
        for cell in found.xpath("td")
    ]


# What it shows


def test_fields_that_differ_stand_side_by_side_with_the_usual_one_chosen(as_kari, town, works):
    response = as_kari.get(URL, {"with": "1028"})
    assert row(response, "Number") == [("1040", True), ("1028", False)]
    assert row(response, "Company reg. no.") == [("212 345 679", True), ("empty", False)]
    assert row(response, "Invoice e-mail") == [("empty", False), ("bygg@tromso.example", True)]
    assert row(response, "Credit terms") == [("30 days", True), ("0 days", False)]
    assert "Status" not in text_of(response)
    assert "Everything else is the same." in text_of(response)


def test_values_are_said_in_words(as_kari, kari, town, works):
    contact = ContactFactory(customer=works, person=PersonFactory(name="Eva Berg"))
    Customer.objects.filter(pk=works.pk).update(
        responsible=kari,
        status="inactive",
        relation="both",
        country="SE",
        invoice_contact=contact,
        invoice_type="ehf",
        hours_rates=False,
        endpoint_scheme="0007",
        endpoint_id="5567321707",
        postal_street="Boks 1\nInngang B",
        postal_postcode="9008",
        postal_city="Tromsø",
        postal_country="SE",
    )
    response = as_kari.get(URL, {"with": "1028"})
    said = {
        "Responsible": ("nobody", "Kari Lunde"),
        "Status": ("Active", "Inactive"),
        "Relation": ("Customer", "Both"),
        "Company reg. no.": ("212 345 679Norway", "emptySweden"),
        "Customer contact": ("empty", "Eva Berg"),
        "Preferred invoice type": ("Company value", "EHF"),
        "Hours with rates": ("Company value", "No"),
        "E-invoicing address": ("empty", "0007:5567321707"),
        "Postal address": ("empty", "Boks 1Inngang B9008 TromsøSweden"),
    }
    assert {label: tuple(v for v, _ in row(response, label)) for label in said} == said


def test_every_choice_says_the_field_the_value_and_whose_it_is(as_kari, town, works):
    labels = tree_of(as_kari.get(URL, {"with": "1028"})).xpath("//td//input/@aria-label")
    assert "Name: Tromsø kommune (1040)" in labels
    assert "Invoice e-mail: empty (1040)" in labels


def test_the_tags_of_all_are_shown_once(as_kari, town, works):
    shared = TagFactory(name="Offentlig")
    town.tags.add(shared)
    works.tags.add(shared, TagFactory(name="Rammeavtale"))
    (tags,) = tree_of(as_kari.get(URL, {"with": "1028"})).xpath("//tr[th[.='Tags']]/td")
    assert " ".join(tags.text_content().split()) == "Offentlig Rammeavtale from both"


def test_what_moves_is_counted_and_leads_to_where_it_is(as_kari, town, works):
    for _n in range(2):
        NoteFactory(customer=works)
    ContactFactory(customer=works)
    ContactFactory(customer=town)
    pills = tree_of(as_kari.get(URL, {"with": "1028"})).xpath("//a[@data-info]")
    said = {pill.text_content().partition(" – ")[0]: pill.get("href") for pill in pills}
    assert said["1 contact"] == "/customers/1028/contacts/"
    assert said["2 notes"].startswith("/customers/1028/")


def test_every_page_that_what_moves_leads_to_is_there(as_kari, town):
    for _label, rule, _column in making.applied():
        if rule.page:
            assert as_kari.get(reverse(rule.page, args=[town.number])).status_code == 200


def test_rates_are_not_read_by_those_who_may_not(town, works):
    clerk = UserFactory(roles=["View customers", "Administer customer details"])
    HourlyRateFactory(customer=town, role=None, user=clerk, rate=4321)
    HourlyRateFactory(customer=works, role=None, user=clerk, rate=1234)
    response = signed_in(clerk).get(URL, {"with": "1028"})
    assert response.status_code == 200
    for secret in ("4,321", "4321", "1,234", "1234"):
        assert secret not in text_of(response)


def test_blocked_bankrupt_and_of_different_numbers_is_warned_of(as_kari, town):
    entity = EntityFactory(bankrupt=True)
    CustomerFactory(number="1031", org_number=entity.org_number, status="blocked", name="Øst AS")
    told = text_of(as_kari.get(URL, {"with": "1031"}))
    assert "1031 Øst AS is blocked." in told
    assert "The register says of 1031 Øst AS: Bankrupt" in told
    assert "They have different company reg. nos." in told
    assert "Merge 1031 into 1040" in told


def test_hostile_values_are_shown_as_text(as_kari, town):
    bad = '"><script>alert(1)</script>'
    CustomerFactory(number="1031", name=bad, phone=bad, invoice_text=bad)
    page = as_kari.get(URL, {"with": ["1031", bad], "chosen-name": bad, "decided-x": bad})
    asked = as_kari.get(URL, {"with": "1031", "ask": "1", "q": bad})
    chosen = as_kari.get(URL, {"q": "script", "choose": "1", "with": bad})
    for response in (page, asked, chosen):
        assert response.status_code == 200
        assert b"<script>alert" not in response.content


# Keeping another one


def test_swapping_keeps_what_was_chosen(as_kari, town, works):
    fields = page_fields(as_kari.get(URL, {"with": "1028"}))
    fields |= {"chosen-name": [str(works.pk)], "chosen-credit_terms": [str(town.pk)]}
    response = as_kari.get("/customers/1028/merge/", fields)
    assert row(response, "Name") == [("Tromsø Kommune – Bygg", True), ("Tromsø kommune", False)]
    assert row(response, "Credit terms") == [("0 days", False), ("30 days", True)]
    assert "itself" not in text_of(response)
    assert "Merge 1040 into 1028" in text_of(response)


def test_of_several_each_can_be_the_one_that_is_kept(as_kari, town, works):
    CustomerFactory(number="1031")
    response = as_kari.get(URL, {"with": ["1028", "1031"]})
    heads = tree_of(response).xpath("//thead//button/@formaction")
    assert heads == ["/customers/1028/merge/", "/customers/1031/merge/"]
    assert "Merge 2 customers into 1040" in text_of(response)


# Doing it


def test_it_asks_first_and_then_merges_as_chosen(as_kari, kari, town, works):
    post = question(as_kari, "1028", **{"chosen-credit_terms": [str(works.pk)]})
    assert not Merge.objects.exists()
    response = as_kari.post(URL, post, follow=True)
    assert response.redirect_chain == [("/customers/1040/", 302)]
    kept = Customer.objects.get(number="1040")
    assert (kept.credit_terms, kept.invoice_email) == (0, "bygg@tromso.example")
    made = Merge.objects.get()
    assert (made.kept, made.made_by) == (kept, kari)
    assert "1028 is part of 1040 Tromsø kommune now." in response.content.decode()
    assert f'<a href="/customers/merges/{made.pk}/">Undo</a>' in response.content.decode()
    assert as_kari.get("/customers/1028/")["Location"] == "/customers/1040/"


def test_the_question_says_what_will_happen(as_kari, town, works):
    NoteFactory(customer=works)
    works.tags.add(TagFactory(name="Rammeavtale"))
    response = as_kari.get(
        URL, {"with": "1028", "ask": "1", "chosen-name": works.pk}, headers={"HX-Request": "true"}
    )
    told = " ".join(html.fromstring(response.content.decode()).text_content().split())
    assert "Merge 1028 into 1040?" in told
    assert "1 note" in told
    assert "Name Tromsø kommune → Tromsø Kommune – Bygg" in told
    assert "New tags Rammeavtale" in told
    assert b"<html" not in response.content


def test_the_number_of_another_may_be_kept(as_kari, town, works):
    response = as_kari.post(URL, question(as_kari, "1028", **{"chosen-number": [str(works.pk)]}))
    assert response["Location"] == "/customers/1028/"
    assert "Tromsø Kommune – Bygg is part of 1028 Tromsø kommune now." in said(response)
    assert as_kari.get("/customers/1040/")["Location"] == "/customers/1028/"


def test_what_was_decided_counts(as_kari, town, works):
    person = PersonFactory(name="Marit Olsen")
    mine = ContactFactory(customer=town, person=person, title="Byggesjef")
    theirs = ContactFactory(customer=works, person=person, title="Leder")
    response = as_kari.get(URL, {"with": "1028"})
    (legend,) = tree_of(response).xpath("//fieldset/legend")
    assert "Marit Olsen" in legend.text_content()
    name = f"decided-contact-{person.pk}"
    assert page_fields(response)[name] == [str(mine.pk)]
    as_kari.post(URL, question(as_kari, "1028", **{name: [str(theirs.pk)]}))
    mine.refresh_from_db()
    assert mine.title == "Leder"


def test_what_was_not_decided_is_asked_for(as_kari, town, works, monkeypatch):
    options = [Option("1500", "1500"), Option("1510", "1510")]
    decision = Decision("ledger", "Which account?", options)
    rule = next(rule for _label, rule, _column in making.applied())
    monkeypatch.setattr(type(rule), "decisions", lambda *_args: [decision])
    fields = question(as_kari, "1028", **{"chosen-name": [str(works.pk)]})
    assert "decided-ledger" not in fields
    asked = as_kari.get(URL, {"with": "1028", "ask": "1"})
    assert len(tree_of(asked).xpath("//form//input[@name='decided-ledger'][@required]")) == 2
    response = as_kari.post(URL, fields)
    assert response.status_code == 422
    assert "Choose one of these." in text_of(response)
    assert row(response, "Name")[1] == ("Tromsø Kommune – Bygg", True)
    assert not Merge.objects.exists()
    assert as_kari.post(URL, fields | {"decided-ledger": "1510"}).status_code == 302
