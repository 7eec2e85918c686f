"""Whoever may see no amounts of projects is told none, wherever they look and whatever they try."""

import pytest

from tests.conftest import signed_in
from tests.factories import UserFactory
from tests.hidden import RATES, World, somebody
from tests.walking import OURS, Walk, addresses

pytestmark = pytest.mark.django_db
APPS = ("customers:", "projects:", "offers:")
# What pages can be asked for beside what they show at first.
ASKED = [
    "/customers/?columns=in_progress&columns=not_invoiced&status=all",
    "/customers/?columns=not_invoiced&sort=-not_invoiced&status=all",
    "/customers/50001/history/?kind=projects",
    "/customers/50001/history/?kind=invoicing",
    "/customers/50001/merge/?with=50002",
    "/customers/50001/projects/?state=all",
    "/customers/50002/projects/?state=all",
    "/customers/choose/?place=price_model&customer=50",
    "/projects/?state=all&sort=-to_invoice",
    "/projects/export/?state=all",
    "/projects/new/?customer=50001",
    "/offers/export/?sort=-remaining",
    "/invoices/", "/invoices/?until=all", "/invoices/of/P-1/", "/invoices/drafts/",
    "/invoices/drafts/new/?customer=50001", "/customers/50001/statistics/",
    "/customers/50001/statistics/export/", "/reports/customers/", "/reports/development/",
]  # fmt: skip


@pytest.fixture
def world(anne):
    return World(anne)


@pytest.fixture
def everywhere(world):
    """Every address of customers, projects and offers."""
    takes = [(name, takes) for name, _view, takes in OURS if name.startswith(APPS)]
    return ASKED + addresses(takes, world.known)


def test_who_may_do_all_but_see_amounts_is_told_none(world, everywhere):
    asking = signed_in(somebody(without="view_amounts"))
    walk = Walk(asking, press=("/projects/", "/offers/")).go(everywhere)
    assert walk.found(world.amounts) == {}


def test_no_role_for_work_tells_amounts(world, everywhere):
    """Whoever has them all is shown whatever any of them shows."""
    roles = ["View customers", "Register hours", "Administer projects"]
    some = [url for url in everywhere if not url.startswith("/offers/")]
    walk = Walk(signed_in(UserFactory(roles=roles))).go(some)
    assert walk.found(world.amounts) == {}


def test_who_may_see_them_finds_nearly_all_of_them(world, as_kari):
    """The others would find nothing either if there were nothing to be found."""
    pages = ["", "hours/export/", "expenses/", "invoicing/"]
    some = [f"/projects/P-1/{page}" for page in pages]
    walk = Walk(as_kari).go([*some, "/customers/50001/history/?kind=projects"])
    found = walk.found({what: world.amounts[what] for what in RATES})
    nowhere = {"price of the employee", "cost of the employee", "discount of the project"}
    assert {*RATES} - {*found} <= nowhere
