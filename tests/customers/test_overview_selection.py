"""Choosing customers in the overview, to merge them."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
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


def links(tree) -> list[str]:
    """Return the addresses of the tabs, the columns, the menu that sorts, and the pages."""
    return [
        *tree.xpath("//nav[@class='tabs']/a/@href"),
        *tree.xpath("//thead//a/@href"),
        *tree.xpath("//*[contains(@class, 'menu--sort')]//a/@href"),
        *tree.xpath("//nav[@class='pager']/a/@href"),
    ]


def test_links_carry_what_is_selected(as_kari):
    CustomerFactory.create_batch(PAGE_SIZE)
    found = links(page(as_kari, "?with=1028&with=1012"))
    assert len(found) > 15
    for link in found:
        assert parse_qs(urlsplit(link).query)["kept"] == ["1012.1028"], link
        ticked = [n for n, is_ticked in boxes(html.fromstring(as_kari.get(link).content)).items()
                  if is_ticked]  # fmt: skip
        assert sorted(ticked) == ["1012", "1028"], link
    assert not any("kept" in link for link in links(page(as_kari)))


def test_chips_carry_it_too(as_kari):
    (chip,) = page(as_kari, "?country=NO&with=1028").xpath("//a[@class='chip']/@href")
    assert chip == "/customers/?kept=1028"


def test_none_is_selected_by_the_link_that_says_so(as_kari):
    (none,) = page(as_kari, "?kept=1028").xpath("//a[@aria-label='Select none']/@href")
    assert none == "/customers/"


def test_that_all_are_selected_survives_another_order_but_not_another_tab(as_kari):
    CustomerFactory.create_batch(PAGE_SIZE)
    tree = page(as_kari, "?all=1")
    onward = tree.xpath("//thead//a/@href") + tree.xpath("//nav[@class='pager']/a/@href")
    assert onward
    assert all(parse_qs(urlsplit(link).query)["all"] == ["1"] for link in onward)
    assert not any("all=1" in link for link in tree.xpath("//nav[@class='tabs']/a/@href"))


def test_a_link_leads_on_with_what_is_ticked_by_then(as_kari):
    """What was kept when the link was written may have been unticked since."""
    boosted = HTMX | {"HX-Boosted": "true"}
    query = "sort=name&kept=1028.1040&with=1012&with=1040&with=x'&of=q%3Dx"
    answer = as_kari.get(f"/customers/?{query}", headers=boosted)
    assert answer["HX-Redirect"] == "/customers/?sort=name&kept=1012.1040"
    answer = as_kari.get("/customers/?sort=name&kept=1028", headers=boosted)
    assert answer["HX-Redirect"] == "/customers/?sort=name"
    assert "HX-Boosted" in answer["Vary"]


def test_without_scripts_a_button_keeps_what_is_ticked(as_kari):
    CustomerFactory.create_batch(PAGE_SIZE)
    tree = page(as_kari, "?sort=name&after=1012&row=3")
    (of,) = tree.xpath("//form[@id='selection']//input[@name='of']/@value")
    assert tree.xpath("//form[@id='selection']//noscript/button/@formaction") == ["/customers/"]
    answer = as_kari.get("/customers/", {"of": of, "with": ["1028", "1040"]})
    assert answer["Location"] == "/customers/?sort=name&after=1012&row=3&kept=1028.1040"


def test_many_more_are_kept_than_a_page_has(as_kari, django_assert_max_num_queries):
    made = CustomerFactory.create_batch(200)
    few = "&".join(f"with={one.number}" for one in made[:2])
    many = "&".join(f"with={one.number}" for one in made[:150])
    with CaptureQueriesContext(connection) as queries:
        page(as_kari, f"?{few}")
    with django_assert_max_num_queries(len(queries)):
        tree = page(as_kari, f"?{many}")
    assert sum(boxes(tree).values()) == 150
    assert "There is room for no more" not in tree.text_content()


def test_it_is_said_how_many_there_is_no_room_for(as_kari):
    numbers = [f"{n}" for n in range(5000, 5210)]
    for number in numbers:
        CustomerFactory(number=number)
    tree = page(as_kari, "?" + "&".join(f"with={number}" for number in numbers), **HTMX)
    assert sum(boxes(tree).values()) == 200
    (said,) = tree.xpath("//form[@id='selection']//*[@role='alert']")
    assert "10 customers are not selected any longer" in said.text_content()
    # What a link and a page of boxes come to is less than servers take.
    (following,) = tree.xpath("//nav[@class='pager']//a[@rel='next']/@href")
    assert len(following) + 250 * len("&with=5000") < 4094


def test_nonsense_costs_no_more(as_kari, django_assert_max_num_queries):
    many = "&".join(f"with={n}" for n in range(5000))
    with django_assert_max_num_queries(20):
        page(as_kari, f"?{many}", **HTMX)
