"""Whoever may see no invoices is told nothing of money, at any address there is."""

import pytest
from django.urls import get_resolver

from tests.conftest import signed_in
from tests.factories import UserFactory
from tests.hidden import somebody
from tests.hidden_books import AMOUNTS, Books
from tests.walking import OURS, Walk, addresses

pytestmark = pytest.mark.django_db
# What pages can be asked for beside what they show at first.
ASKED = [
    "/customers/?columns=outstanding&columns=overdue&columns=last_invoice&status=all",
    "/customers/?columns=outstanding&sort=-outstanding&overdue=1&status=all",
    "/customers/?q=20001&status=all",
    "/customers/50001/", "/customers/50009/",
    "/customers/50001/history/", "/customers/50001/history/?kind=invoices",
    "/customers/50001/history/?kind=payments",
    "/customers/50001/invoicing/", "/customers/50001/merge/?with=50002",
    "/customers/50001/projects/?state=all", "/customers/50001/contacts/",
    "/customers/choose/?place=invoice&customer=50", "/customers/choose/?place=payment&customer=HT",
    "/customers/einvoicing/", "/customers/duplicates/",
    "/projects/?state=all&sort=-to_invoice", "/projects/export/?state=all",
    "/projects/P-1/", "/projects/P-1/hours/", "/projects/P-1/hours/export/",
    "/projects/P-1/expenses/", "/projects/P-1/invoicing/", "/projects/hours/", "/",
    "/invoices/all/?q=emmeli&state=all", "/invoices/export/?of=lines",
    "/invoices/export/?format=csv", "/invoices/drafts/?q=emmeli",
    "/invoices/payments/?state=unknown", "/invoices/payments/new/?customer=50001",
    "/invoices/ledger/?q=50", "/invoices/drafts/new/?customer=50001",
    "/customers/50001/ledger/?open=&at=2026-01-01", "/customers/50001/ledger/match/?currency=NOK",
    "/customers/50001/statistics/rows/?figure=invoiced",
    "/customers/50001/statistics/rows/export/?figure=invoiced",
]  # fmt: skip
LOOKING = ["View customers", "Administer customer details", "Administer customer contacts"]
WORKING = ["Register hours", "Administer projects", "Administer offers"]
MONEY = [
    (name, takes) for name, _view, takes in OURS if name.startswith(("ledger:", "statistics:"))
]


@pytest.fixture
def books(anne):
    return Books(anne)


@pytest.fixture
def everywhere(books):
    return [*ASKED, *addresses(MONEY, books.known)]


def test_no_address_is_left_out():
    assert len(MONEY) > 45
    assert {name.partition(":")[0] for name, _takes in MONEY} <= {*get_resolver().namespace_dict}


@pytest.mark.parametrize("roles", [LOOKING, [*LOOKING, *WORKING]])
def test_no_role_beside_those_for_invoices_tells_of_money(books, everywhere, roles):
    """Whoever has several is shown whatever any of them shows."""
    walk = Walk(signed_in(UserFactory(roles=roles))).go(everywhere)
    assert walk.found(books.secrets) == {}


def test_who_may_do_all_but_see_invoices_is_told_none(books, everywhere):
    client = signed_in(somebody(without="view_invoice"))
    found = Walk(client, press=("/customers/50001/", "/projects/P-1/")).go(everywhere)
    assert found.found(books.secrets) == {}
    for url in addresses(MONEY, books.known):
        assert client.get(url).status_code == 403, url
        assert client.post(url).status_code == 403, url


def test_who_may_look_at_invoices_changes_none_of_them(books):
    """Whatever is sent is refused, or done nothing about: it is a page that is looked at."""
    client = signed_in(UserFactory(roles=["View customers", "View customer economy"]))
    before = {model: list(model.objects.values()) for model in books.models}
    answers = {}
    for url in addresses(MONEY, books.known):
        answers[url] = client.post(url, {"seen": "", "version": "1", "what": "whole"}).status_code
    assert {model: list(model.objects.values()) for model in books.models} == before
    assert {403} <= {*answers.values()} <= {200, 302, 403, 404, 405, 422}


def test_who_may_see_them_finds_them_all(books, as_kari):
    """The others would find nothing either if there were nothing to be found."""
    pages = [
        "/invoices/all/", "/customers/50001/ledger/", "/customers/50001/history/",
        "/invoices/payments/", "/invoices/payments/?state=unknown", "/invoices/HT20001/",
        "/customers/50001/", "/invoices/export/", "/customers/?columns=overdue&status=all",
    ]  # fmt: skip
    walk = Walk(as_kari).go(pages)
    assert {*walk.found(books.secrets)} == {*AMOUNTS, "number", "words"}
