"""Reports: each row is what the customer's own page says, and the total is what they add up to."""

import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from customers import merging
from customers.models import Customer, SavedFilter
from moment.ledger import ageing
from moment.statistics.reports.customers import MEASURES, CustomersReport
from moment.statistics.reports.development import DevelopmentReport
from tests.conftest import signed_in
from tests.factories import (
    CustomerFactory,
    ExpenseFactory,
    ProjectFactory,
    TagFactory,
    UserFactory,
)
from tests.hidden import somebody
from tests.ledger.making import payment
from tests.statistics.making import YEAR, employee, invoiced, share, statistics, worked
from tests.test_query_growth import queries

pytestmark = pytest.mark.django_db
URL = "/reports/customers/"
DEVELOPMENT = "/reports/development/"
OWN = "period=own&from=2025-01-01&until=2025-12-31"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def report(kari):
    """Return the report of the customers in 2025 that a query string asks for."""

    def made(query="", kind=CustomersReport, period=OWN):
        found = kind(QueryDict(f"{period}&{query}"), kari)
        assert found.form.is_valid()
        return found

    return made


def names(found) -> list[str]:
    return [row.name for row in found.page.rows]


def values(found) -> dict[str, list]:
    return {row.name: [cell.value for cell in row.cells] for row in found.page.rows}


def fill() -> list[Customer]:
    """Make customers with work that two of them share, expenses, payments and other currencies."""
    first, second, abroad, idle = (
        CustomerFactory(name=name) for name in ("Fjord AS", "Bre AS", "Hav AB", "Ingenting AS")
    )
    shared, own = ProjectFactory(customer=first), ProjectFactory(customer=second)
    share(shared, second, 40)
    foreign = ProjectFactory(customer=abroad, currency="EUR")
    share(foreign, first, 25)
    ida, odd = employee("500"), employee("333.33", role="Adviser")
    hers = worked(shared, ida, "10")
    worked(shared, odd, "3.25", date(2025, 6, 1), billable=False)
    worked(own, odd, "7.75", date(2025, 12, 31), approved=False)
    worked(own, ida, "2", date(2024, 12, 31))
    worked(foreign, ida, "4")
    for project in (shared, own, foreign):
        ExpenseFactory(project=project, cost="99.99", day=date(2025, 3, 1))
    made = invoiced(first, (shared, "15000"), (None, "700.50"), entries={hers: "15000"})
    invoiced(first, (shared, "-200"), credits=made, on=date(2025, 6, 1))
    invoiced(second, (shared, "4000"), on=date(2025, 1, 1))
    invoiced(second, (own, "9"), on=date(2026, 1, 1))
    euros = {"currency": "EUR", "rate": Decimal("11.123456")}
    invoiced(abroad, (foreign, "1000.10"), **euros)
    invoiced(first, (None, "10"), currency="EUR", rate=Decimal("12"), on=date(2025, 9, 1))
    payment(first, "5000", made, on=date(2025, 5, 1))
    return [first, second, abroad, idle]


def of_its_own(customer, on=YEAR.last) -> list:
    """Return what the pages of one customer say, in the order of the report's columns."""
    own = statistics(customer)
    owed = ageing.of_customer(customer.pk, on, own.currency).together
    return [
        own.invoiced, own.cost, own.profit, own.margin, own.hours, own.billable_share,
        owed.balance, owed.overdue,
    ]  # fmt: skip


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


# Development


def years(**amounts) -> Customer:
    customer = CustomerFactory(name="Fjord AS")
    for year, amount in amounts.items():
        invoiced(customer, (None, amount), on=date(int(year[1:]), 3, 1))
    return customer


def test_development_has_the_same_days_of_five_years(report, as_kari):
    years(y2020="7", y2021="10", y2023="100", y2024="200", y2025="250")
    invoiced(Customer.objects.get(), (None, "999"), on=date(2024, 12, 1))
    until_june = "period=own&from=2025-01-01&until=2025-06-30"
    found = report(kind=DevelopmentReport, period=until_june)
    assert [str(one.label) for one in found.measures] == [
        "2021", "2022", "2023", "2024", "2025", "Change",
    ]  # fmt: skip
    assert values(found)["Fjord AS"] == [10, 0, 100, 200, 250, Decimal("25.0")]
    assert [cell.value for cell in found.totals] == [10, 0, 100, 200, 250, Decimal("25.0")]
    page = as_kari.get(f"{DEVELOPMENT}?{until_june}").content.decode()
    assert "statistics/?period=own&amp;from=2021-01-01&amp;until=2021-06-30" in page


@pytest.mark.parametrize(("of", "place"), [("income", 0), ("profit", 2), ("hours", 4)])
def test_development_is_the_same_as_the_figures_of_each_year(report, of, place):
    customers = fill()
    found = values(report(f"of={of}", DevelopmentReport))
    for customer in customers[:3]:
        own = of_its_own(customer)[place]
        assert found.get(customer.name, [0] * 5)[4] == own
        year_before = statistics(customer, YEAR.before)
        before = [year_before.invoiced, 0, year_before.profit, 0, year_before.hours][place]
        assert found.get(customer.name, [0] * 5)[3] == before


def test_development_takes_a_year_at_most(as_kari):
    long = "period=own&from=2024-01-01&until=2025-01-01"
    response = as_kari.get(f"{DEVELOPMENT}?{long}")
    assert response.status_code == 422
    assert "a year at most" in response.content.decode()
    assert as_kari.get(f"{URL}?{long}").status_code == 200
    leap = "period=own&from=2024-02-29&until=2025-02-28"
    assert as_kari.get(f"{DEVELOPMENT}?{leap}").status_code == 200


def test_years_that_begin_in_another_are_called_by_both(report):
    across = "period=own&from=2024-07-01&until=2025-06-30"
    found = report(kind=DevelopmentReport, period=across)
    assert [str(one.label) for one in found.measures][-2] == "2024/25"


# The chart and the spreadsheet


def test_the_first_ten_are_drawn_beside_their_table(report, as_kari):
    for n in range(12):
        invoiced(CustomerFactory(name=f"Kunde <{n:02}>"), (None, str(1000 + n)))
    found = report()
    assert [bar.name for bar in found.bars] == [f"Kunde <{n:02}>" for n in range(11, 1, -1)]
    svg = found.chart
    assert svg.count('class="bar"') == 10
    assert "Kunde &lt;11&gt;: 1,011" in svg
    for unwanted in ("style=", "<style", "<script", "Kunde <"):
        assert unwanted not in svg
    page = as_kari.get(f"{URL}?{OWN}&sort=name").content.decode()
    assert "Top ten: Income" in page
    assert report("sort=margin").charted.name == "income"
    assert report("sort=overdue").charted.name == "overdue"


def test_the_spreadsheet_has_all_rows(as_kari, report, monkeypatch):
    monkeypatch.setattr("moment.statistics.reports.report.PAGE_SIZE", 1)
    customers = fill()
    customers[0].tags.add(TagFactory(name="Rød"))
    response = as_kari.get(f"{URL}export/?{OWN}&sort=name")
    sheet = load_workbook(BytesIO(response.getvalue())).active
    heads, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert heads[:6] == [
        "Customer no.",
        "Customer",
        "Responsible",
        "Tags",
        "Income, NOK",
        "Cost, NOK",
    ]
    assert [row[1] for row in rows] == ["Bre AS", "Fjord AS", "Hav AB"]
    assert rows[1][3] == "Rød"
    for row, customer in zip(rows, (customers[1], customers[0], customers[2]), strict=True):
        told = [None if value is None else float(value) for value in of_its_own(customer)]
        assert row[4:] == pytest.approx(told)


def test_the_spreadsheet_of_groups_and_of_years(as_kari):
    years(y2024="200", y2025="250")
    for url, first in ((URL, "Tag"), (DEVELOPMENT, "Tag")):
        response = as_kari.get(f"{url}export/?{OWN}&group=tag")
        sheet = load_workbook(BytesIO(response.getvalue())).active
        heads, row = sheet.iter_rows(values_only=True)
        assert heads[:2] == (first, "Customers")
        assert row[:2] == ("No tag", 1)
        assert 250 in row


# Rights


PAGES = ["/reports/", URL, f"{URL}export/", DEVELOPMENT, f"{DEVELOPMENT}export/"]


@pytest.mark.parametrize("without", ["view_invoice", "view_amounts", "view_customer"])
def test_every_report_is_refused_without_one_of_the_rights(without):
    asking = signed_in(somebody(without=without))
    for url in PAGES:
        assert asking.get(url).status_code == 403, url
    assert "/reports/" not in asking.get("/projects/").content.decode()


def test_per_is_shown_no_way_to_them_and_kari_is(as_per, as_kari):
    for url in PAGES:
        assert as_per.get(url).status_code == 403
    assert "/reports/" not in as_per.get("/customers/").content.decode()
    assert 'href="/reports/"' in as_kari.get("/customers/").content.decode()
    assert as_kari.get("/reports/").status_code == 200


def test_hours_lead_nowhere_for_who_sees_no_projects(report):
    first, *_rest = fill()
    asking = signed_in(somebody(without="view_project"))
    page = asking.get(f"{URL}?{OWN}").content.decode()
    assert "figure=hours" not in page
    assert f"/customers/{first.number}/statistics/?" in page


def test_an_empty_base_and_an_empty_period_say_so(as_kari):
    assert "No figures in this period" in as_kari.get(URL).content.decode()
    CustomerFactory()
    assert "1 customer has neither" in as_kari.get(URL).content.decode()
    assert "No customers match" in as_kari.get(f"{URL}?q=finnesikke").content.decode()


class Random(TestCase):
    """Whatever was invoiced, worked and shared, rows are each customer's own figures."""

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_rows_are_the_customers_own(self, data):
        customers = [CustomerFactory(name=f"K{n}") for n in range(3)]
        somebody_else = UserFactory(is_superuser=True)
        users = [employee(str(data.draw(st.integers(0, 900)))) for _ in range(2)]
        days = st.dates(date(2024, 12, 25), date(2026, 1, 5))
        for _ in range(data.draw(st.integers(1, 4))):
            owner, payer = data.draw(st.permutations(customers))[:2]
            project = ProjectFactory(
                customer=owner, currency=data.draw(st.sampled_from(["", "EUR"]))
            )
            if data.draw(st.booleans()):
                share(project, payer, data.draw(st.integers(1, 100)))
            for _ in range(data.draw(st.integers(0, 3))):
                hours = str(data.draw(st.integers(1, 900)) / 100)
                worked(project, data.draw(st.sampled_from(users)), hours, data.draw(days))
            ExpenseFactory(project=project, cost="17.77", day=data.draw(days))
        for _ in range(data.draw(st.integers(0, 4))):
            currency, rate = data.draw(st.sampled_from([("NOK", 1), ("EUR", "11.13")]))
            amount = str(data.draw(st.integers(-5000, 900_000)) / 100)
            customer, on = data.draw(st.sampled_from(customers)), data.draw(days)
            if amount.startswith("-"):
                amount = amount[1:]
            invoiced(customer, (None, amount), on=on, currency=currency, rate=Decimal(rate))
        found = CustomersReport(QueryDict(OWN), somebody_else)
        assert found.form.is_valid()
        rows = values(found)
        for customer in customers:
            own = of_its_own(customer)
            assert rows.get(customer.name, [0, 0, 0, None, 0, None, 0, 0]) == own
        for place in (0, 1, 2, 4, 6, 7):
            assert found.totals[place].value == sum(row[place] for row in rows.values())


@pytest.mark.parametrize(
    "path",
    [
        URL, f"{URL}?group=tag", f"{URL}?group=responsible&q=kunde", f"{URL}export/",
        f"{DEVELOPMENT}?of=profit", f"{DEVELOPMENT}?of=hours&group=tag",
    ],
)  # fmt: skip
def test_queries_do_not_grow_with_customers(as_kari, path):
    today = timezone.localdate()

    def more(count: int) -> None:
        for _ in range(count):
            customer = CustomerFactory(tags=[TagFactory()], responsible=UserFactory())
            project = ProjectFactory(customer=customer)
            share(project, CustomerFactory(), 30)
            day = today - timedelta(days=20)
            entry = worked(project, employee(), "3", day)
            ExpenseFactory(project=project, cost=5, day=day)
            made = invoiced(customer, (project, "500"), on=day, entries={entry: "500"})
            payment(customer, "100", made, on=day)
            SavedFilter.objects.create(
                owner=UserFactory(), name="x", query="status=all", shared=True
            )

    more(2)
    few = queries(as_kari, path)
    more(8)
    assert queries(as_kari, path) <= few <= 40
