"""Typing a name: the register's companies beside what we know of our customers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import CustomerFactory, EntityFactory

pytestmark = pytest.mark.django_db
URL = "/registry/search/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def companies(db):
    EntityFactory(org_number="212345679", name="VARDEFJORD TEKNIKK AS", business_city="BERGEN")
    EntityFactory(org_number="223456782", name="VARDEFJORD DRIFT AS", bankrupt=True)


def typed(client, question: str, **more) -> str:
    return client.get(
        URL, {"name": question, "country": "NO", **more}, headers=HTMX
    ).content.decode()


def test_our_copies_are_offered_at_once_and_the_register_asked_after(as_kari, companies):
    html = typed(as_kari, "vardefj")
    assert html.index("Teknikk AS") < html.index("Drift AS")  # the living first
    assert "<mark>Vardefj</mark>ord Teknikk AS" in html
    assert "Bergen" in html
    assert "Bankrupt" in html
    assert 'role="option"' in html
    assert "Asking the register" in html
    assert "2 companies found" in html


def test_the_second_step_adds_what_the_register_has(as_kari, register):
    known = next(iter(register.entities.values()))
    word = known["navn"].split()[0]
    assert known["organisasjonsnummer"] not in typed(as_kari, word)
    assert known["organisasjonsnummer"] in typed(as_kari, word, asked="1")


@pytest.mark.parametrize("mode", ["down", "500", "html", "half", "junk", "429"])
def test_a_register_that_is_broken_is_said_and_copies_still_offered(
    as_kari, register, companies, mode
):
    register.fail(mode)
    html = typed(as_kari, "vardefj", asked="1")
    assert "The register does not answer" in html
    assert "enter the customer by hand" in html
    assert "Teknikk AS" in html


def test_who_is_a_customer_already_is_said_in_the_list_and_below(as_kari, companies):
    CustomerFactory(number="1043", name="Vardefjord Teknikk", org_number="212345679")
    html = typed(as_kari, "vardefjord teknikk as")
    assert "Already customer 1043" in html
    assert 'href="/customers/1043/"' in html


def test_abroad_nothing_is_looked_up_but_our_own_are_told(as_kari, companies):
    CustomerFactory(number="7", name="Vardefjord AB", country="SE", status="inactive")
    html = typed(as_kari, "Vardefjord A.B.", country="SE")
    assert 'role="option"' not in html
    assert "Asking the register" not in html
    assert 'href="/customers/7/"' in html
    assert "inactive" in html


@pytest.mark.parametrize("question", ["", "v", " ", "9", "%", "_", "<script>", "a" * 300, "\x00x"])
def test_odd_questions_get_an_answer(as_kari, companies, question):
    html = typed(as_kari, question)
    assert "<script>" not in html


def test_for_a_browser_it_is_a_page(as_kari, companies):
    html = as_kari.get(URL, {"q": "vardefj"}).content.decode()
    assert "<html" in html
    assert "/customers/new/?org_number=212345679" in html


def test_a_chosen_company_shows_what_will_be_filled_in(as_kari, companies):
    html = as_kari.get("/customers/new/chosen/?org_number=212345679").content.decode()
    assert 'name="org_number" value="212345679"' in html
    assert "0155 Bergen" in html


def test_a_place_of_business_offers_its_owner(as_kari, companies):
    EntityFactory(
        org_number="234567896",
        name="VARDEFJORD AVD OSLO",
        kind="sub",
        parent_org_number="212345679",
    )
    html = as_kari.get("/customers/new/chosen/?org_number=234567896").content.decode()
    assert "Invoices go to the company that owns it, Vardefjord Teknikk AS" in html
    assert 'name="choose" value="212345679"' in html


@pytest.mark.parametrize("number", ["", "x", "123456789", "99", "%00"])
def test_choosing_nonsense_shows_no_company(as_kari, number):
    response = as_kari.get("/customers/new/chosen/", {"org_number": number})
    assert response.status_code == 200
    assert b"Registered name" not in response.content


@pytest.mark.parametrize("question", ["a b " * 2000, "x" * 60_000, "1" * 5000])
def test_a_question_of_any_length_gets_an_answer(as_kari, register, question):
    for asked in ({}, {"asked": "1"}):
        # Nothing bears such a name, and the list says so by being hidden.
        html = typed(as_kari, question, **asked)
        assert 'role="option"' not in html
        assert 'id="new-results"' in html
    response = as_kari.post("/customers/new/", {"name": question, "country": "NO", "lookup": "1"})
    assert response.status_code == 200


def test_who_may_only_look_is_not_led_to_creating(as_per, companies):
    html = as_per.get(URL, {"q": "vardefj"}).content.decode()
    assert "Vardefjord Teknikk AS" in html.replace("<mark>", "").replace("</mark>", "")
    assert "/customers/new/" not in html


@pytest.mark.parametrize("more", [{}, {"as_page": True}])
def test_a_place_of_business_says_whose_it_is(as_kari, companies, more):
    EntityFactory(name="FJORDAVD BODØ", kind="sub", parent_org_number="212345679")
    EntityFactory(name="FJORDAVD ALENE", kind="sub", parent_org_number="310000000")
    html = _html(as_kari, "fjordavd", **more)
    assert "Place of business of Vardefjord Teknikk AS" in html
    assert html.count("Place of business") == 2


@pytest.mark.parametrize("more", [{}, {"as_page": True}])
def test_a_hit_by_a_former_name_says_so(as_kari, more):
    EntityFactory(name="HELT NYTT AS", former_names="VARDEFJORD AS\nELDST AS")
    assert "formerly Vardefjord AS" in _html(as_kari, "vardefjord", **more)
    assert "formerly Eldst AS" in _html(as_kari, "eldst", **more)
    assert "formerly" not in _html(as_kari, "helt nytt", **more)


def test_a_former_name_is_written_as_text(as_kari):
    EntityFactory(name="NYTT AS", former_names="GAMMELT <b>&</b> SLITT AS")
    html = typed(as_kari, "gammelt")
    assert "&lt;b&gt;&amp;" in html.lower()
    assert "<b>" not in html.lower()


def test_a_longer_list_takes_no_more_queries(as_kari):
    for number in range(12):
        owner = EntityFactory(name=f"EIER {number} AS")
        sub = EntityFactory(
            name=f"VARDEFJORD {number}", kind="sub", parent_org_number=owner.org_number,
            former_names=f"TIDLIGERE {number}",
        )  # fmt: skip
        CustomerFactory(name=f"Vardefjord {number}", org_number=sub.org_number)
    with CaptureQueriesContext(connection) as one:
        typed(as_kari, "vardefjord 7")
    with CaptureQueriesContext(connection) as ten:
        assert typed(as_kari, "vardefjord").count('role="option"') == 10
    assert len(ten) <= len(one)


def _html(client, question: str, as_page: bool = False) -> str:
    if as_page:
        return client.get(URL, {"q": question}).content.decode()
    return typed(client, question)
