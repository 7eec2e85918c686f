"""The overview: tabs, filters, sort, pages, all of it in the address."""

import html
import re
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from customers.models import Customer
from customers.overview import Overview, count_text
from tests.factories import CustomerFactory, EntityFactory, TagFactory

pytestmark = pytest.mark.django_db
URL = "/customers/"


@pytest.fixture
def shown(kari):
    """Return the overview that a query string asks for."""
    return lambda query="": Overview(QueryDict(query), kari)


def names(overview: Overview) -> list[str]:
    return [row["name"] for row in overview.page.rows]


def walk(shown, query: str) -> list[str]:
    """Follow Next from the first page to the last; return all names in the order met."""
    overview, met = shown(query), []
    for _ in range(20):
        met += names(overview)
        if not overview.page.next_url:
            return met
        overview = shown(overview.page.next_url.partition("?")[2])
    raise AssertionError("the pages never end")


# Tabs


def test_it_opens_on_active_customers(shown):
    for status in Customer.Status.values:
        CustomerFactory(name=status, status=status)
    assert names(shown()) == ["active"]
    assert {tab.value: tab.count for tab in shown().tabs} == {
        "all": 4,
        "active": 1,
        "potential": 1,
        "inactive": 1,
        "blocked": 1,
    }


@pytest.mark.parametrize("status", ["potential", "inactive", "blocked"])
def test_each_tab_shows_its_own(shown, status):
    for value in Customer.Status.values:
        CustomerFactory(name=value, status=value)
    assert names(shown(f"status={status}")) == [status]
    assert len(names(shown("status=all"))) == 4


def test_counts_follow_the_search(shown):
    CustomerFactory(name="Fjord AS")
    CustomerFactory(name="Fjell AS", status="inactive")
    counts = shown("q=fjell").counts
    assert counts["active"] == 0
    assert counts["inactive"] == 1


def test_counts_stop_at_ten_thousand(monkeypatch, shown):
    monkeypatch.setattr("customers.counts.LIMIT", 3)
    CustomerFactory.create_batch(5)
    assert shown().counts["active"] == 4
    assert count_text(4) == "3+"
    assert shown().total_text == "3+"
    assert shown("q=kunde").total_text == "3+"  # of hits four are counted, and there are more
    assert len(names(shown("q=kunde"))) == 5


def test_hits_only_elsewhere_are_told_and_linked(as_kari):
    CustomerFactory(name="Fjell AS", status="inactive")
    content = as_kari.get(URL + "?q=fjell").content.decode()
    link = html.unescape(re.search(r'href="([^"]+status=inactive[^"]*)"', content)[1])
    assert "But there are some elsewhere" in content
    assert "Fjell AS" in as_kari.get(link).content.decode()


# Filters


@pytest.fixture
def tagged():
    energy, oslo = TagFactory(name="Energy"), TagFactory(name="Oslo")
    CustomerFactory(name="both", tags=[energy, oslo])
    CustomerFactory(name="energy", tags=[energy])
    CustomerFactory(name="neither")
    return f"tags={energy.pk}&tags={oslo.pk}"


def test_tags_any_and_all(shown, tagged):
    assert set(names(shown(tagged))) == {"both", "energy"}
    assert names(shown(tagged + "&match=all")) == ["both"]


def test_filters_give_the_same_by_ids_and_by_walking(shown, tagged, monkeypatch):
    few = set(names(shown(tagged)))
    monkeypatch.setattr("customers.overview.FEW", 0)
    assert set(names(shown(tagged))) == few
    assert names(shown(tagged + "&match=all")) == ["both"]
    assert set(names(shown("q=e"))) | {"both"} >= {"energy"}


def test_relation_responsible_and_country(shown, kari, per):
    CustomerFactory(name="hers", responsible=kari)
    CustomerFactory(name="his", responsible=per, relation="both", country="SE")
    CustomerFactory(name="nobody's", relation="participant", country="DK")
    assert names(shown("relation=both")) == ["his"]
    assert set(names(shown("relation=both&relation=participant"))) == {"his", "nobody's"}
    assert names(shown(f"responsible={kari.pk}")) == ["hers"]
    assert set(names(shown(f"responsible={per.pk}&responsible=nobody"))) == {"his", "nobody's"}
    assert names(shown("country=SE")) == ["his"]
    assert names(shown(f"country=SE&responsible={kari.pk}")) == []


@pytest.mark.parametrize(
    "query",
    [
        "status=gone",
        "sort=password",
        "sort=-",
        "tags=x",
        "tags=99999999999999999999",
        "match=or",
        "relation=friend",
        "responsible=-1",
        "country=XX",
        "after=nobody",
        "before=",
        "row=x",
        "row=-5",
        "row=٣",
        "q=" + "a" * 5000,
        "q=%00",
        "q=%FF%FE",
        "last=1&after=1",
        "page=-1",
        "status=active&status=all",
        "after=%00",
    ],
)
def test_nonsense_in_the_address_shows_a_page_all_the_same(as_kari, query):
    CustomerFactory(name="Fjell AS")
    assert as_kari.get(f"{URL}?{query}").status_code == 200


def test_a_filter_value_nobody_offered_is_left_out_and_said(as_kari):
    CustomerFactory(name="Fjell AS")
    content = as_kari.get(URL + "?country=XX").content.decode()
    assert "Fjell AS" in content
    assert "Country: unknown value ignored" in content


def test_good_values_beside_an_unknown_one_still_count(shown, tagged):
    assert set(names(shown(tagged + "&tags=999"))) == {"both", "energy"}


def test_the_customers_of_someone_who_left_can_be_found(shown, per):
    CustomerFactory(name="orphan", responsible=per)
    CustomerFactory(name="other")
    per.is_active = False
    per.save()
    assert names(shown(f"responsible={per.pk}")) == ["orphan"]


def test_only_norwegian_numbers_are_grouped_and_a_postal_city_has_its_own_country(shown):
    CustomerFactory(country="GB", org_number="123456789", postal_city="Leeds")
    CustomerFactory(postal_city="Stockholm", postal_country="SE")
    swedish, british = shown().page.rows
    assert (british["org_number"], british["city"]) == ("123456789", "Leeds, GB")
    assert swedish["city"] == "Stockholm, SE"


def test_the_address_is_the_shortest_that_shows_the_same(shown, tagged):
    overview = shown(f"status=active&sort=-number&q=+fjell+&{tagged}&match=any&page=3&x=y")
    assert overview.url().startswith("/customers/?q=fjell&tags=")
    assert "status" not in overview.url()
    assert "x=" not in overview.url()


def test_a_chip_takes_its_own_filter_away(shown, tagged):
    chips = dict(shown(tagged + "&q=e").chips)
    assert set(chips) == {"“e”", "Energy", "Oslo"}
    assert "tags" in chips["“e”"]
    assert chips["Energy"].count("tags") == 1


# Sort and pages


@pytest.mark.parametrize("sort", list(Customer.SORTS))
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_sort_walks_through_all_pages_without_doubles_or_gaps(shown, kari, sort, sign):
    now = timezone.now()
    for n in range(130):
        CustomerFactory(
            name=f"Navn {n % 7}",
            visiting_city=["Oslo", "Ås", "Ærøy", ""][n % 4],
            relation=Customer.Relation.values[n % 3],
            status=Customer.Status.values[n % 4],
            responsible=kari if n % 2 else None,
            last_activity_at=now - timedelta(days=n % 5),
        )
    field = Customer.SORTS[sort][0]
    met = []
    overview = shown(f"status=all&sort={sign}{sort}")
    pages = 0
    while True:
        met += [row["number"] for row in overview.page.rows]
        pages += 1
        if not overview.page.next_url:
            break
        overview = shown(overview.page.next_url.partition("?")[2])
    assert pages == 3
    expected = list(
        Customer.objects.order_by(f"{sign}{field}", f"{sign}id").values_list("number", flat=True)
    )
    assert met == expected


def test_previous_leads_back_and_last_to_the_end(shown):
    CustomerFactory.create_batch(120)
    first = shown("sort=number")
    second = shown(first.page.next_url.partition("?")[2])
    back = shown(second.page.previous_url.partition("?")[2])
    last = shown(first.page.last_url.partition("?")[2])
    assert names(back) == names(first)
    assert (first.page.first, second.page.first, back.page.first, last.page.first) == (
        1,
        51,
        1,
        71,
    )
    assert not first.page.previous_url
    assert not last.page.next_url
    assert shown(last.page.previous_url.partition("?")[2]).page.first == 21


def test_the_norwegian_alphabet_ends_in_aeoeaa(shown):
    for name in ("Ås", "Ørn", "Ære", "Zen", "ask", "Bø"):
        CustomerFactory(name=name)
    assert names(shown("sort=name")) == ["ask", "Bø", "Zen", "Ære", "Ørn", "Ås"]


def test_numbers_sort_by_value(shown):
    for number in ("10", "9", "100", "K-2", "K-10"):
        CustomerFactory(number=number, name=number)
    assert names(shown("sort=number")) == ["9", "10", "100", "K-2", "K-10"]


def test_a_colleague_who_marries_sorts_by_the_new_name(shown, kari, per):
    CustomerFactory(name="hers", responsible=kari)
    CustomerFactory(name="his", responsible=per)
    kari.first_name = "Åse"
    kari.save()
    assert names(shown("sort=responsible")) == ["his", "hers"]


# Rows


def test_a_row_says_what_matters(as_kari, kari):
    EntityFactory(org_number="212345679", bankrupt=True, bankrupt_on="2020-02-03")
    CustomerFactory(
        number="1043",
        name="Fjordkraft & Sønner <AS>",
        org_number="212345679",
        visiting_city="Bergen",
        responsible=kari,
        tags=[TagFactory(name="Energy", color="amber")],
    )
    CustomerFactory(name="Lindqvist AB", country="SE", visiting_city="Göteborg")
    content = as_kari.get(URL).content.decode()
    assert "Fjordkraft &amp; Sønner &lt;AS&gt;" in content
    assert 'href="/customers/1043/"' in content
    assert "212\u00a0345\u00a0679" in content
    assert "Bankrupt since 3 Feb 2020" in content
    assert '<span class="tag" data-color="amber">Energy</span>' in content
    assert "Göteborg, SE" in content
    assert 'aria-label="Kari Lunde"' in content


def test_an_empty_base_greets_with_the_button(as_kari):
    content = as_kari.get(URL).content.decode()
    assert "Your customers will appear here" in content
    assert content.count("New customer") >= 2


def test_htmx_gets_the_table_and_the_address_to_show(as_kari):
    CustomerFactory(name="Fjell AS")
    response = as_kari.get(URL + "?q=fjell&status=active", headers={"HX-Request": "true"})
    assert b"<html" not in response.content
    assert b"Fjell AS" in response.content
    assert response["HX-Replace-Url"] == "/customers/?q=fjell"


def test_going_back_gets_the_whole_page(as_kari):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert b"<html" in as_kari.get(URL, headers=headers).content


def test_a_new_customer_counts_at_once(as_kari, filled_in, django_capture_on_commit_callbacks):
    CustomerFactory()
    assert b'Active<span class="count">1</span>' in as_kari.get(URL).content
    with django_capture_on_commit_callbacks(execute=True):
        as_kari.post("/customers/new/", filled_in)
    assert b'Active<span class="count">2</span>' in as_kari.get(URL).content
