"""Whoever lacks the right to money sees nothing of key statistics, wherever they look."""

from datetime import date

import pytest

from moment.statistics.rows import ALL
from tests.conftest import signed_in
from tests.factories import CustomerFactory, ProjectFactory
from tests.hidden import somebody
from tests.statistics.making import employee, invoiced, worked

pytestmark = pytest.mark.django_db
OWN = "period=own&from=2025-01-01&until=2025-12-31"
PAGES = [
    "", "export/", *[f"rows/?figure={figure}&" for figure in ALL],
    *[f"rows/export/?figure={figure}&" for figure in ALL],
]  # fmt: skip


@pytest.fixture
def customer():
    made = CustomerFactory(number="77")
    project = ProjectFactory(customer=made)
    entry = worked(project, employee("813.37"), "10", date(2025, 3, 3))
    invoiced(made, (project, "48123.70"), entries={entry: "48123.70"})
    return made


@pytest.mark.parametrize("without", ["view_invoice", "view_amounts"])
def test_every_page_is_refused_without_one_of_the_rights(customer, without):
    asking = signed_in(somebody(without=without))
    for page in PAGES:
        url = f"/customers/77/statistics/{page}{'' if '?' in page else '?'}{OWN}"
        assert asking.get(url).status_code == 403, url


@pytest.mark.parametrize("without", ["view_invoice", "view_amounts"])
def test_neither_tab_nor_figures_are_shown(customer, without):
    page = signed_in(somebody(without=without)).get("/customers/77/").content.decode()
    assert "/statistics/" not in page
    assert "Margin" not in page
    assert "Invoiced, last 12 months" not in page


def test_per_is_refused_and_shown_nothing(as_per, customer):
    assert as_per.get("/customers/77/statistics/").status_code == 403
    page = as_per.get("/customers/77/").content.decode()
    assert "/statistics/" not in page


def test_offers_are_for_who_may_see_offers(customer):
    asking = signed_in(somebody(without="view_offer"))
    page = asking.get(f"/customers/77/statistics/?{OWN}")
    assert page.status_code == 200
    assert b"Offers won" not in page.content
    assert asking.get(f"/customers/77/statistics/rows/?figure=offers&{OWN}").status_code == 404


def test_who_may_see_money_sees_it(as_kari, customer):
    assert b"48,124" in as_kari.get(f"/customers/77/statistics/?{OWN}").content
