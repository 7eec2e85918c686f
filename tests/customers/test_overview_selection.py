"""Choosing customers in the overview, to merge them."""

import pytest
from lxml import html

from customers import merging
from customers.overview import PAGE_SIZE
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def page(client, query: str = "", **headers):
    return html.fromstring(client.get(f"/customers/{query}", headers=headers).content.decode())


def boxes(tree) -> dict[str, bool]:
    """Return the numbers that can be selected, and whether each is."""
    found = tree.xpath("//input[@name='with']")
    return {box.get("value"): box.get("checked") is not None for box in found}


@pytest.fixture(autouse=True)
def customers(db):
    CustomerFactory(number="1040", name="Tromsø kommune")
    CustomerFactory(number="1028", name="Tromsø <b>Bygg</b>")
    CustomerFactory(number="1012", name="Skagerrak AS")


def test_each_row_has_a_box_that_says_whom_it_selects(as_kari):
    tree = page(as_kari)
    assert boxes(tree) == {"1040": False, "1028": False, "1012": False}
    words = tree.xpath("//tbody//input/@aria-label")
    assert words == ["Select 1040 Tromsø kommune", "Select 1028 Tromsø <b>Bygg</b>",
                     "Select 1012 Skagerrak AS"]  # fmt: skip


def test_they_are_sent_to_the_page_that_merges(as_kari):
    tree = page(as_kari)
    (form,) = tree.xpath("//form[@id='selection']")
    assert (form.get("method"), form.get("action")) == ("get", "/customers/merge/")
    assert form.xpath(".//button[@type='submit']")[0].text_content().strip() == "Merge"
    owners = {box.get("form") for box in tree.xpath("//tbody//input[@name='with']")}
    assert owners == {"selection"}


def test_no_form_stands_within_another(as_kari):
    tree = page(as_kari)
    assert not tree.xpath("//form//form")
    assert not tree.xpath("//form[@id='filters']//input[@name='with']")


def test_who_may_not_change_customers_has_nothing_to_select(as_per):
    tree = page(as_per)
    assert not boxes(tree)
    assert not tree.xpath("//form[@id='selection']")
    assert not tree.xpath("//*[contains(@class, 'pick')]")


def test_what_was_selected_stays_so_while_one_searches_for_more(as_kari):
    tree = page(as_kari, "?q=skagerrak&with=1028&with=1012", **HTMX)
    assert boxes(tree) == {"1012": True, "1028": True}
    assert tree.xpath("string(//label[contains(@class, 'picked')])") == "1028 Tromsø <b>Bygg</b>"


def test_it_stays_so_where_nothing_is_found(as_kari):
    assert boxes(page(as_kari, "?q=zzz&with=1028", **HTMX)) == {"1028": True}


def test_the_search_sends_along_what_is_selected(as_kari):
    (filters,) = page(as_kari).xpath("//form[@id='filters']")
    assert filters.get("hx-include") == "#results"


def test_the_address_does_not_tell_what_is_selected(as_kari):
    response = as_kari.get("/customers/?q=tromsø&with=1028", headers=HTMX)
    assert "with" not in response["HX-Replace-Url"]


@pytest.mark.parametrize("number", ["", "0", "999", "'", "x" * 5000, "1028\x00"])
def test_what_is_no_customer_is_not_selected(as_kari, number):
    response = as_kari.get("/customers/", {"q": "skagerrak", "with": number}, headers=HTMX)
    assert response.status_code == 200
    assert boxes(html.fromstring(response.content.decode())) == {"1012": False}


def test_a_customer_that_was_merged_is_not_selected_any_more(as_kari, anne, customers):
    kept, other = CustomerFactory(number="7"), CustomerFactory(number="8")
    merging.merge(kept.pk, [other.pk], by=anne)
    assert boxes(page(as_kari, "?q=skagerrak&with=8&with=7", **HTMX)) == {"1012": False, "7": True}


def test_no_more_are_kept_selected_than_a_page_has(as_kari, django_assert_max_num_queries):
    many = "&".join(f"with={n}" for n in range(5000))
    with django_assert_max_num_queries(20):
        assert not any(boxes(page(as_kari, f"?{many}", **HTMX)).values())
    assert PAGE_SIZE == 50
