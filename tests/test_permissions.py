"""Every view has a guard, and the guard holds."""

import pytest
from django.urls import NoReverseMatch, reverse

from tests import walking
from tests.factories import CustomerFactory

OURS = [(name, view) for name, view, _takes in walking.OURS]


@pytest.mark.parametrize(("name", "view"), OURS, ids=[name for name, _ in OURS])
def test_every_view_says_what_right_it_needs(name, view):
    assert hasattr(view, "needs"), f"{name} has no @needs"


# What somebody may who may look.
LOOKING = {"customers.view_customer", "projects.view_project"}
PAGES = [
    (name, view)
    for name, view in OURS
    if name.startswith(("customers:", "projects:", "offers:", "ledger:", "statistics:"))
    and view.needs
]


def address(name: str) -> str:
    """Return an address of the page, with what it takes: a customer's number, keys of rows."""
    for args in ([], ["50001"], ["50001", 1], ["50001", 1, 1], [1]):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    raise AssertionError(f"no address for {name}")


@pytest.mark.parametrize("name", [name for name, _ in PAGES])
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_role_nothing_opens(as_ola, name, method):
    CustomerFactory(number="50001")
    assert getattr(as_ola, method)(address(name)).status_code == 403


@pytest.mark.parametrize("name", [name for name, _ in PAGES])
def test_signed_out_everything_leads_to_the_login(client, db, name):
    response = client.get(address(name))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name", [name for name, view in PAGES if not LOOKING.issuperset(view.needs)]
)
def test_who_may_look_may_not_change(as_per, name):
    CustomerFactory(number="50001")
    assert as_per.get(address(name)).status_code in (403, 405)
    assert as_per.post(address(name), {"name": "Nei AS", "text": "nei"}).status_code == 403


def test_the_button_is_only_shown_to_those_who_may(as_kari, as_per):
    CustomerFactory()
    assert b"New customer" in as_kari.get("/customers/").content
    assert b"New customer" not in as_per.get("/customers/").content


def test_someone_without_a_role_is_told_whom_to_ask(as_ola):
    response = as_ola.get("/customers/")
    assert response.status_code == 403
    assert b"You have no role yet" in response.content
