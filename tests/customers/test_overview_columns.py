"""Columns of the overview that are chosen: kept in its links, offered by right, costing nothing."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from customers import columns
from customers.columns import Column
from customers.overview import PAGE_SIZE, Overview
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
URL = "/customers/"


class Letters(Column):
    """Says a text of the first customer alone."""

    name, heading = "letters", "Letters"
    asked: list = []

    def values(self, customers, found):
        self.asked.append(list(customers))
        return {customers[0]: "<b>first</b>"}


class Hidden(Column):
    """Not for everybody."""

    name, heading, permission = "hidden", "Hidden heading", "customers.delete_customer"

    def values(self, customers, found):
        return dict.fromkeys(customers, "secret")


@pytest.fixture(autouse=True)
def _columns(monkeypatch):
    Letters.asked = []
    both = [Letters(), Hidden()]
    monkeypatch.setattr(columns, "_all", lambda: both)


@pytest.fixture
def shown(kari):
    return lambda query="": Overview(QueryDict(query), kari)


def test_none_is_shown_unless_it_is_chosen(shown):
    CustomerFactory()
    assert [column.label for column in shown().columns][-2:] == ["Resp.", "Last activity"]
    assert shown().page.rows[0]["more"] == []
    assert Letters.asked == []


def test_a_chosen_one_stands_before_the_last(shown):
    CustomerFactory()
    labels = [column.label for column in shown("columns=letters").columns]
    assert labels[-3:] == ["Resp.", "Letters", "Last activity"]


def test_it_is_asked_for_the_rows_of_the_page_alone(shown):
    CustomerFactory.create_batch(PAGE_SIZE + 2)
    assert len(shown("columns=letters").page.rows) == PAGE_SIZE
    (asked,) = Letters.asked
    assert len(asked) == PAGE_SIZE


def test_what_it_says_is_shown_as_text_and_nothing_as_a_dash(as_kari):
    CustomerFactory.create_batch(2)
    page = as_kari.get(f"{URL}?columns=letters").content.decode()
    assert "&lt;b&gt;first&lt;/b&gt;" in page
    assert "<b>first" not in page
    assert page.count('<td class="extra">') == 2


def test_links_keep_the_columns(shown):
    CustomerFactory.create_batch(PAGE_SIZE + 1)
    overview = shown("columns=letters&relation=customer")
    urls = [tab.url for tab in overview.tabs] + [overview.page.next_url]
    urls += [column.url for column in overview.columns if column.url]
    urls += [url for _label, url in overview.chips]
    assert urls
    assert all("columns=letters" in url for url in urls)
    assert shown("columns=letters&columns=letters").url() == f"{URL}?columns=letters"


def test_columns_narrow_nothing(shown):
    assert not shown("columns=letters").is_narrowed
    assert shown("columns=letters").chips == []


@pytest.mark.parametrize("name", ["nonsense", "", "%00", "pk", "hidden", "<script>"])
def test_a_column_that_makes_no_sense_is_left_out(shown, name):
    CustomerFactory()
    overview = shown(f"columns={name}")
    assert overview.more == []
    assert overview.url() == URL
    assert overview.page.rows


def test_the_menu_offers_those_one_has_the_right_to_see(as_kari, as_anne):
    CustomerFactory()
    page = as_kari.get(f"{URL}?columns=letters&columns=hidden").content.decode()
    assert 'value="letters" checked' in page
    assert "Hidden heading" not in page
    assert "secret" not in page
    page = as_anne.get(f"{URL}?columns=hidden").content.decode()
    assert 'value="letters" >' in page
    assert "secret" in page


def test_choosing_works_in_the_form_without_javascript(as_kari):
    """The boxes are fields of the filter form, which is sent with GET."""
    CustomerFactory()
    page = as_kari.get(URL).content.decode()
    form = page[page.index('id="filters"') : page.index("</form>", page.index('id="filters"'))]
    assert 'name="columns"' in form
    answer = as_kari.get(f"{URL}?q=&columns=letters", headers={"HX-Request": "true"})
    assert answer["HX-Replace-Url"] == f"{URL}?columns=letters"
    assert b"first" in answer.content


def test_a_page_without_rows_asks_nothing(as_kari):
    CustomerFactory()
    assert as_kari.get(f"{URL}?q=nowhere&columns=letters").status_code == 200
    assert Letters.asked == []


def test_the_list_costs_no_more_queries_where_none_is_chosen(as_kari):
    CustomerFactory.create_batch(3)
    counts = []
    for query in ("", "?columns=nonsense", "?columns=letters"):
        as_kari.get(f"{URL}{query}")
        with CaptureQueriesContext(connection) as captured:
            as_kari.get(f"{URL}{query}")
        counts.append(len(captured))
    assert len(set(counts)) == 1
