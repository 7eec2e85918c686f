"""Whoever may see no offers finds none, neither by name, by number nor by amount; nor projects."""

import pytest

from tests.conftest import signed_in
from tests.factories import UserFactory
from tests.hidden import World, somebody
from tests.walking import OURS, Walk, addresses

pytestmark = pytest.mark.django_db
ASKED = [
    "/customers/?q=tilbud&status=all",
    "/customers/50001/history/?kind=offers",
    "/customers/50001/merge/?with=50002",
    "/customers/50001/projects/?state=all",
    "/customers/choose/?place=offer&customer=tilbud",
    "/projects/?q=tilbud&state=all",
    "/projects/export/?state=all",
]


@pytest.fixture
def world(anne):
    return World(anne)


@pytest.fixture
def everywhere(world):
    takes = [(name, takes) for name, _view, takes in OURS if name.startswith(("customers:", "off"))]
    of_projects = [f"/projects/P-1/{page}" for page in ("", "hours/", "expenses/", "invoicing/")]
    return [*ASKED, *of_projects, *addresses(takes, world.known)]


def test_who_may_do_all_but_see_offers_finds_none(world, everywhere):
    # Pressed are those of a customer's own pages, which tell what was saved meanwhile.
    walk = Walk(signed_in(somebody(without="view_offer")), press=("/customers/50001/",))
    assert walk.go(everywhere).found(world.offered) == {}


@pytest.mark.parametrize("role", ["View customers", "Register hours", "Administer projects"])
def test_no_role_for_work_tells_of_offers(world, role):
    some = [*ASKED, "/customers/50001/", "/customers/50001/history/", "/offers/", "/offers/HT7730/"]
    walk = Walk(signed_in(UserFactory(roles=[role]))).go(
        [*some, "/offers/export/", "/projects/P-1/"]
    )
    assert walk.found(world.offered) == {}


def test_who_may_see_them_finds_them(world, as_kari):
    some = ["/customers/50001/offers/", "/customers/50001/history/?kind=offers"]
    found = Walk(as_kari).go([*some, "/offers/HT7730/"]).found(world.offered)
    assert {"name", "number", "price", "option"} <= {*found}


def test_who_may_see_offers_but_no_projects_is_not_told_what_they_became(world):
    pages = ["/offers/", "/offers/export/", "/offers/HT7733/", "/customers/50001/history/"]
    more = [
        "/customers/50001/",
        "/customers/50001/offers/",
        "/customers/50001/history/?kind=offers",
    ]
    client = signed_in(somebody(without="view_project"))
    walk = Walk(client).go([*pages, *more])
    assert walk.found({"name": "Ny bru", "number": "P-1(?!\\d)"}) == {}
    assert b"Remaining" in signed_in(somebody(without="view_note")).get("/offers/").content
    assert b"Remaining" not in client.get("/offers/").content
