"""Whoever may see no invoices finds none: in pages, tabs, the rail, search, history and files."""

from decimal import Decimal

import pytest

from customers import merging
from customers.models import NumberSeries
from moment.ledger import correcting, exporting
from tests import walking
from tests.conftest import signed_in
from tests.factories import CustomerFactory, UserFactory
from tests.hidden import somebody
from tests.ledger.making import draft, invoice, payment
from tests.walking import Walk

pytestmark = pytest.mark.django_db
AMOUNTS = {"gross": Decimal("7331.85"), "part": Decimal("1234.65"), "paid": Decimal("517.35")}
PAGES = [
    "/invoices/all/", "/invoices/all/?q=Hemmelig", "/invoices/HT20001/", "/invoices/HT20002/",
    "/invoices/HT20001/credit/", "/invoices/HT20001/move/", "/invoices/export/",
    "/invoices/export/?of=lines", "/invoices/export/?format=csv", "/invoices/accounting/",
    "/customers/50001/invoices/", "/customers/50009/invoices/",
]  # fmt: skip
AROUND = [
    "/customers/", "/customers/?q=20001&status=all", "/customers/50001/",
    "/customers/50001/history/", "/customers/50001/history/?kind=invoices",
    "/customers/50001/merge/?with=50002", "/customers/50009/",
    "/projects/?state=all", "/",
]  # fmt: skip


@pytest.fixture
def secrets(anne):
    """Customers of which one was merged, with invoices, a credit note, a payment and an export."""
    customer = CustomerFactory(number="50001", name="Fjell AS")
    CustomerFactory(number="50002", name="Vidde AS")
    merged = CustomerFactory(number="50009", name="Fjell A/S")
    from_ledger(customer, merged, anne)
    merging.merge(customer.pk, [merged.pk], by=anne)
    amounts = {name: walking.amount(value) for name, value in AMOUNTS.items()}
    return amounts | {"number": "HT2000", "text": "Hemmelig"}


def from_ledger(customer, merged, by):
    NumberSeries.objects.filter(kind=NumberSeries.Kind.INVOICE).update(prefix="HT")
    for one in (customer, merged):
        made = invoice(one, str(AMOUNTS["gross"]), by=by, contact="Hemmelig kontakt")
        part = {made.lines.get().pk: AMOUNTS["part"]}
        correcting.credit(made, parts=part, release=False, by=by, reason="Hemmelig grunn")
        made.refresh_from_db()
        payment(one, str(AMOUNTS["paid"]), made, made_by=by)
        draft(one, str(AMOUNTS["gross"]), contact="Hemmelig kontakt")
    exporting.export(by=by)


def test_who_may_do_all_but_see_invoices_finds_none(secrets):
    client = signed_in(somebody(without="view_invoice"))
    walk = Walk(client, press=("/customers/50001/merge/",)).go([*PAGES, *AROUND])
    assert walk.found(secrets) == {}
    assert {client.get(url).status_code for url in PAGES} == {403}
    page = client.get("/customers/50001/").content.decode()
    assert "/invoices/" not in page


@pytest.mark.parametrize(
    "role", ["View customers", "Register hours", "Administer projects", "Administer offers"]
)
def test_no_role_without_the_right_tells_of_invoices(secrets, role):
    client = signed_in(UserFactory(roles=[role]))
    assert Walk(client).go([*PAGES, *AROUND]).found(secrets) == {}
    assert {client.get(url).status_code for url in PAGES} == {403}


def test_who_may_see_them_finds_them(secrets, as_kari):
    """The others would find nothing either if there were nothing to be found."""
    walk = Walk(as_kari).go([*PAGES[:4], "/customers/50001/history/", "/customers/50001/invoices/"])
    assert set(walk.found(secrets)) == set(secrets)
    assert "/invoices/" in as_kari.get("/customers/50001/").content.decode()


def test_who_may_look_at_invoices_changes_none(secrets):
    client = signed_in(UserFactory(roles=["View customers", "View customer economy"]))
    page = client.get("/invoices/HT20001/").content.decode()
    assert "7,331.85" in page
    assert "/credit/" not in page
    assert "/move/" not in page
    for url in ("/invoices/HT20001/credit/", "/invoices/HT20001/move/"):
        assert client.post(url, {"what": "whole"}).status_code == 403
