"""Who enters or renames a customer is told of those that are like it, and never held up."""

import pytest

from customers.duplicates import finding
from customers.models import Customer
from tests.conftest import said
from tests.factories import CustomerFactory
from tests.pages import fields_of

pytestmark = pytest.mark.django_db
NEW = "/customers/new/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def kept():
    return CustomerFactory(number="1040", name="Tromsø kommune")


@pytest.fixture
def merged(kept):
    return CustomerFactory(number="1028", name="Nordlys Bygg AS", merged_into=kept)


# While entering


def test_inactive_customers_are_told_of_with_their_status(as_kari):
    CustomerFactory(number="7", name="Nordlys Bygg AS", status="inactive")
    html = as_kari.get("/registry/search/?q=nordlys+bygg", headers=HTMX).content.decode()
    assert "7 Nordlys Bygg AS" in html
    assert "same name, inactive" in html


def test_a_merged_customer_is_told_of_with_the_one_that_was_kept(as_kari, merged):
    html = as_kari.get("/registry/search/?q=nordlys+byg", headers=HTMX).content.decode()
    assert "1028 Nordlys Bygg AS" in html
    assert "now part of" in html
    assert 'href="/customers/1040/"' in html
    assert 'href="/customers/1028/"' not in html


def test_saving_says_so_as_well_and_saves(as_kari, filled_in, merged):
    response = as_kari.post(NEW, filled_in | {"name": "Nordlys Bygg"})
    assert response.status_code == 302
    assert "1028 Nordlys Bygg AS (same name), now part of" in said(response)
    assert 'href="/customers/1040/"' in said(response)
    assert Customer.objects.filter(name="Nordlys Bygg").exists()


def test_names_are_told_as_text(as_kari, filled_in):
    CustomerFactory(name="Nordlys <b>Bygg</b> AS")
    told = said(as_kari.post(NEW, filled_in | {"name": "Nordlys b Bygg b"}))
    assert "<b>" not in told
    html = as_kari.get("/registry/search/?q=nordlys+b+bygg+b", headers=HTMX).content.decode()
    assert "Nordlys &lt;b&gt;Bygg&lt;/b&gt; AS" in html


# While renaming


@pytest.fixture
def customer():
    return CustomerFactory(number="50", name="Fjell AS", org_number="212345679")


def typed(client, **data) -> str:
    data = {"name": "Fjell AS", "org_number": "212 345 679", "country": "NO"} | data
    response = client.get("/customers/50/edit/alike/", data, headers=HTMX)
    assert response.status_code == 200
    return response.content.decode()


def test_a_new_name_near_another_is_told_while_it_is_typed(as_kari, customer, merged):
    CustomerFactory(number="60", name="Vidde Eiendom AS")
    finding.scan()
    assert "60 Vidde Eiendom AS" in typed(as_kari, name="Widde Eiendom")
    assert 'href="/customers/1040/"' in typed(as_kari, name="Nordlys Bygg")


def test_a_name_left_alone_is_not_told_of(as_kari, customer):
    CustomerFactory(number="60", name="Fjell AS", org_number="212345679")
    assert typed(as_kari).strip() == ""
    assert typed(as_kari, name="Fjell  AS ").strip() == ""


def test_a_new_reg_no_of_another_is_told_of(as_kari, customer):
    CustomerFactory(number="60", name="Vidde AS", org_number="312345677")
    html = typed(as_kari, org_number="312 345 677")
    assert "60 Vidde AS" in html
    assert "same company reg. no." in html


def test_without_javascript_it_is_told_after_saving(as_kari, customer):
    CustomerFactory(number="60", name="Vidde Eiendom AS")
    page = as_kari.get("/customers/50/edit/")
    response = as_kari.post(
        "/customers/50/edit/", fields_of(page, "form.edit") | {"name": "Vidde Eiendom"}
    )
    assert response.status_code == 302
    assert 'Looks like <a href="/customers/60/">60 Vidde Eiendom AS</a> (same name)' in said(
        response
    )
    assert Customer.objects.get(number="50").name == "Vidde Eiendom"


def test_saving_anything_else_tells_of_nobody(as_kari, customer):
    CustomerFactory(number="60", name="Fjell AS")
    page = as_kari.get("/customers/50/edit/")
    response = as_kari.post(
        "/customers/50/edit/", fields_of(page, "form.edit") | {"email": "post@fjell.example"}
    )
    assert said(response) == "Saved."


def test_who_may_not_edit_is_not_told(as_per, as_ola, customer):
    for client in (as_per, as_ola):
        assert client.get("/customers/50/edit/alike/?name=Vidde").status_code == 403


@pytest.mark.parametrize("name", ["", "x" * 5000, "\x00\x01", "%%%", "<script>"])
def test_whatever_is_typed_is_answered(as_kari, customer, name):
    assert "<script>" not in typed(as_kari, name=name)
