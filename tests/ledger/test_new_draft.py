"""A draft by hand: who can be invoiced, by status and relation, and by which project's settings."""

import pytest

from moment.ledger.models import Invoice
from tests.conftest import signed_in
from tests.factories import CustomerFactory, ProjectFactory, UserFactory
from tests.ledger.draft_pages import HTMX, said
from tests.pages import fields_of
from tests.rule_table import WHO, becomes, beside, cells, offered, who, why_not

pytestmark = pytest.mark.django_db
NEW = "/invoices/drafts/new/"


@cells("invoice")
def test_who_can_be_invoiced(as_kari, status, relation, can):
    customer = who(status, relation)
    assert offered(as_kari, as_kari.get(NEW), "customer") == [WHO] * can
    response = as_kari.post(NEW, {"customer": WHO, "project": ""})
    assert response.status_code == (302 if can else 422)
    assert [one.customer for one in Invoice.objects.all()] == [customer] * can
    opened = as_kari.get(f"{NEW}?customer=1033").content.decode()
    assert (why_not("invoice", status) in opened) != can
    if not can:
        assert beside(response, "customer") == (WHO, why_not("invoice", status))


def test_what_a_customer_becomes_meanwhile(as_kari):
    customer = who()
    filled = fields_of(as_kari.get(f"{NEW}?customer=1033"), "form.dialog")
    becomes(customer, "blocked", "both")
    response = as_kari.post(NEW, filled)
    assert beside(response, "customer") == (WHO, why_not("invoice", "blocked"))


def test_the_projects_of_the_customer_are_offered(as_kari):
    customer, other = who(), CustomerFactory(number="77", name="Fjell AS")
    mine = ProjectFactory(number="P-1", name="Bru", customer=customer)
    ProjectFactory(number="P-2", name="Tunnel", customer=other)
    ProjectFactory(number="P-3", name="Avsluttet", customer=customer, state="finished")
    opened = as_kari.get(f"{NEW}?customer=1033").content.decode()
    assert "P-1 Bru" in opened
    assert "Tunnel" not in opened
    assert "Avsluttet" not in opened
    typed = {"customer": "77", "customer_changed": "1", "project": mine.pk}
    part = as_kari.post(NEW, typed, headers=HTMX).content.decode()
    assert "P-2 Tunnel" in part
    assert "Bru" not in part
    assert "P-2 Tunnel" in as_kari.post(NEW, typed).content.decode()
    response = as_kari.post(NEW, {"customer": "77", "project": mine.pk})
    assert response.status_code == 422
    assert "Select a valid choice." in said(response)
    response = as_kari.post(NEW, {"customer": WHO, "project": mine.pk})
    made = Invoice.objects.get()
    assert (response["Location"], made.project) == (f"/invoices/drafts/{made.pk}/", mine)


@pytest.mark.parametrize("status", ["active", "inactive", "blocked"])
def test_the_button_is_there_for_those_who_can_be_invoiced(as_kari, status):
    who(status)
    page = as_kari.get("/customers/1033/invoices/").content.decode()
    assert (f'href="{NEW}?customer=1033"' in page) == (status != "blocked")
    for page in ("/invoices/", "/invoices/drafts/"):
        assert f'href="{NEW}"' in as_kari.get(page).content.decode()


def test_who_may_make_none_finds_no_button():
    looker = signed_in(UserFactory(roles=["View customers", "View customer economy"]))
    who()
    for page in ("/customers/1033/invoices/", "/invoices/drafts/"):
        assert NEW not in looker.get(page).content.decode()
    assert looker.get(NEW).status_code == 403
