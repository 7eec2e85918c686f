"""Reports: each row is what the customer's own page says, and the total is what they add up to."""

import re
from datetime import date
from decimal import Decimal

import pytest

from customers import merging
from customers.models import Customer, SavedFilter
from moment.statistics.reports.customers import MEASURES
from tests.factories import (
    CustomerFactory,
    ExpenseFactory,
    ProjectFactory,
    TagFactory,
    UserFactory,
)
from tests.ledger.making import payment
from tests.statistics.making import invoiced, worked
from tests.statistics.reporting import DEVELOPMENT, HTMX, OWN, URL, fill, names, of_its_own, values

pytestmark = pytest.mark.django_db


# The figures


def test_each_row_is_what_the_customers_own_pages_say(report):
    customers = fill()
    found = values(report())
    assert set(found) == {"Fjord AS", "Bre AS", "Hav AB"}
    for customer in customers[:3]:
        assert found[customer.name] == of_its_own(customer), customer
    assert found["Hav AB"][0] == Decimal("1000.10") * Decimal("11.123456")
    assert report().without == 1


@pytest.mark.parametrize("few", [0, 1000])
def test_it_is_the_same_whether_customers_are_named_in_queries_or_not(report, monkeypatch, few):
    customers = fill()
    monkeypatch.setattr("moment.statistics.reports.figures.FEW", few)
    found = values(report("q=as"))
    assert found == {one.name: of_its_own(one) for one in customers[:2]}
    grouped = report("group=tag&q=as")
    assert [(row.name, row.count) for row in grouped.page.rows] == [("No tag", 2)]


def test_the_total_is_the_sum_of_all_rows(report):
    fill()
    found = report()
    rows = list(values(found).values())
    total = [cell.value for cell in found.totals]
    for place, measure in enumerate(MEASURES):
        if measure.kind != "percent":
            assert total[place] == sum(row[place] for row in rows), measure.name
    assert total[3] == (total[2] * 100 / total[0]).quantize(Decimal("0.1"))


def test_what_is_owed_is_as_of_the_periods_last_day(report):
    customer = CustomerFactory(name="Fjord AS")
    made = invoiced(customer, (None, "1000"), on=date(2025, 2, 1))
    payment(customer, "1000", made, on=date(2026, 1, 2))
    assert values(report())["Fjord AS"][6:] == [1000, 1000]
    later = report(period="period=own&from=2026-01-01&until=2026-01-31")
    assert later.figures == {}


def test_what_has_no_cost_or_rate_is_told(as_kari):
    project = ProjectFactory(currency="EUR")
    worked(project, UserFactory(), "4", date(2025, 3, 2), approved=False)
    ExpenseFactory(project=project, cost=5, day=date(2025, 3, 2))
    page = as_kari.get(f"{URL}?{OWN}").content.decode()
    assert "4 hours have no cost" in page
    assert "no exchange rate yet" in page


def test_merged_customers_figures_follow(report, anne):
    first, second, *_rest = fill()
    before = report().totals[0].value
    merging.merge(first.pk, [second.pk], by=anne)
    found = report()
    assert "Bre AS" not in names(found)
    assert values(found)["Fjord AS"] == of_its_own(Customer.objects.get(pk=first.pk))
    assert found.totals[0].value == before


# Groups


def test_a_customer_with_several_tags_stands_in_each_and_is_counted_once(report, as_kari):
    red, blue = TagFactory(name="Rød"), TagFactory(name="Blå")
    both, one = CustomerFactory(tags=[red, blue]), CustomerFactory(tags=[red])
    none = CustomerFactory()
    for customer, amount in ((both, "100"), (one, "20"), (none, "3")):
        invoiced(customer, (None, amount))
    found = report("group=tag")
    assert [(row.name, row.count, row.cells[0].value) for row in found.page.rows] == [
        ("Rød", 2, 120), ("Blå", 1, 100), ("No tag", 1, 3),
    ]  # fmt: skip
    assert found.totals[0].value == 123
    page = as_kari.get(f"{URL}?{OWN}&group=tag").content.decode()
    assert "A customer with several tags stands in each of them; the total counts it once." in page


def test_groups_lead_to_their_customers(report, as_kari):
    red, blue = TagFactory(name="Rød"), TagFactory(name="Blå")
    ida = UserFactory(first_name="Ida", last_name="Berg")
    both = CustomerFactory(name="Begge", tags=[red, blue], responsible=ida)
    one = CustomerFactory(name="En", tags=[red])
    for customer in (both, one):
        invoiced(customer, (None, "100"))
    urls = {row.name: row.url for row in report("group=tag").page.rows}
    assert names(report(urls["Blå"].partition("?")[2], period="")) == ["Begge"]
    assert sorted(names(report(urls["Rød"].partition("?")[2], period=""))) == ["Begge", "En"]
    narrowed = {row.name: row.url for row in report(f"group=tag&tags={red.pk}").page.rows}
    assert f"tags={red.pk}&tags={blue.pk}&match=all" in narrowed["Blå"]
    either = report(f"group=tag&tags={red.pk}&tags={blue.pk}").page.rows
    assert all(f"tags={row_tag}" in row.url for row, row_tag in zip(
        sorted(either, key=lambda row: row.name), (blue.pk, red.pk), strict=True
    ))  # fmt: skip
    people = {row.name: row.url for row in report("group=responsible").page.rows}
    assert set(people) == {"Ida Berg", "Nobody"}
    assert names(report(people["Nobody"].partition("?")[2], period="")) == ["En"]


# What is asked for


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=inactive", ["B"]),
        ("tags=1&tags=2", ["A", "B"]),
        ("tags=1&tags=2&match=all", ["B"]),
        ("relation=both", ["C"]),
        ("country=SE", ["C"]),
        ("responsible=nobody", ["B", "C"]),
        ("q=finnesikke", []),
        ("status=nonsense&tags=99&relation=x", ["A", "B", "C"]),
    ],
)
def test_filters_are_those_of_the_overview(report, kari, query, expected):
    one, two = TagFactory(pk=1), TagFactory(pk=2)
    made = [
        CustomerFactory(name="A", tags=[one], responsible=kari),
        CustomerFactory(name="B", tags=[one, two], status="inactive"),
        CustomerFactory(name="C", relation="both", country="SE"),
    ]
    for customer in made:
        invoiced(customer, (None, "100"))
    found = report(f"{query}&sort=name")
    assert names(found) == expected
    assert found.totals[0].value == 100 * len(expected)


@pytest.mark.parametrize("sort", ["number", "name", *[one.name for one in MEASURES]])
def test_every_column_sorts_both_ways(report, sort):
    fill()
    upwards, downwards = names(report(f"sort={sort}")), names(report(f"sort=-{sort}"))
    assert sorted(upwards) == sorted(downwards) == ["Bre AS", "Fjord AS", "Hav AB"]
    rows = values(report(f"sort=-{sort}"))
    places = {one.name: place for place, one in enumerate(MEASURES)}
    if sort in places:
        column = [row[places[sort]] for row in rows.values()]
        known = [value for value in column if value is not None]
        assert known == sorted(known, reverse=True)
        assert column[len(known) :] == [None] * (len(column) - len(known))


def test_pages_are_bounded_and_totals_are_of_all_hits(report, as_kari, monkeypatch):
    monkeypatch.setattr("moment.statistics.reports.report.PAGE_SIZE", 2)
    for n in range(5):
        invoiced(CustomerFactory(name=f"Kunde {n}"), (None, str(100 + n)))
    met, found = [], report()
    while True:
        assert found.totals[0].value == 510
        met += names(found)
        if not found.page.next_url:
            break
        found = report(found.page.next_url.partition("?")[2], period="")
    assert met == [f"Kunde {n}" for n in (4, 3, 2, 1, 0)]
    assert report("page=99").page.first == 5
    assert report("page=-1").page.first == 1
    assert as_kari.get(f"{URL}?{OWN}&page=2").status_code == 200


@pytest.mark.parametrize("url", [URL, DEVELOPMENT])
def test_a_period_that_is_wrong_is_told_beside_it(as_kari, url):
    for page in (url, f"{url}export/"):
        for headers in (None, HTMX):
            wrong = f"{page}?period=own&from=2025-02-01&until=2025-01-01&group=tag"
            response = as_kari.get(wrong, headers=headers)
            assert response.status_code == 422
            assert "The last day is before the first." in response.content.decode()
    assert as_kari.get(f"{url}?period=nonsense").status_code == 422


def test_each_figure_leads_to_the_rows_behind_it(as_kari, report):
    first, *_rest = fill()
    page = as_kari.get(f"{URL}?{OWN}").content.decode()
    links = set(re.findall(rf'href="(/customers/{first.number}/[^"]+)"', page))
    assert len(links) == 4
    for link in links:
        response = as_kari.get(link.replace("&amp;", "&"))
        assert response.status_code == 200
    query = report().period.query.replace("&", "&amp;")
    assert f"/customers/{first.number}/statistics/?{query}" in links
    assert f"/customers/{first.number}/ledger/?at=2025-12-31&amp;open=1" in links


# Saved filters


def test_a_saved_filter_narrows_as_in_the_overview(as_kari, kari, report):
    tag = TagFactory()
    for status in ("active", "inactive"):
        invoiced(CustomerFactory(name=status, status=status, tags=[tag]), (None, "100"))
    invoiced(CustomerFactory(name="uten"), (None, "100"))
    kept = SavedFilter.objects.create(owner=kari, name="Merket", query=f"tags={tag.pk}&sort=name")
    SavedFilter.objects.create(owner=kari, name="Alle merket", query=f"status=all&tags={tag.pk}")
    page = as_kari.get(f"{URL}?{OWN}&group=responsible&relation=customer").content.decode()
    urls = {
        name: url.replace("&amp;", "&")
        for url, name in re.findall(r'href="([^"]+)"[^>]*><span>(Merket|Alle merket)<', page)
    }
    query = urls["Merket"].partition("?")[2]
    found = report(query, period="")
    assert names(found) == ["Nobody"]
    assert found.period.first == date(2025, 1, 1)
    assert set(found.figures) == set(
        Customer.objects.filter(status="active", tags=tag).values_list("pk", flat=True)
    )
    assert "relation" not in query
    assert "<strong>Merket</strong>" in as_kari.get(urls["Merket"]).content.decode()
    everyone = report(urls["Alle merket"].partition("?")[2], period="")
    assert len(everyone.figures) == 2
    assert "<strong>Alle merket</strong>" in as_kari.get(urls["Alle merket"]).content.decode()
    kept.refresh_from_db()
    assert kept.query == f"tags={tag.pk}&sort=name"
