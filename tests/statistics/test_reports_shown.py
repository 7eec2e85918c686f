"""Reports as charts and spreadsheets, who may see them, and in how many queries."""

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

from customers.models import SavedFilter
from moment.statistics.reports.customers import CustomersReport
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
from tests.statistics.making import employee, invoiced, share, worked
from tests.statistics.reporting import DEVELOPMENT, OWN, URL, fill, of_its_own, values, years
from tests.test_query_growth import queries

pytestmark = pytest.mark.django_db


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
    assert found.narrow_chart in page
    assert report("sort=margin").charted.name == "income"
    assert report("sort=overdue").charted.name == "overdue"


def test_long_names_are_shortened_where_there_is_less_room(report):
    name = "Arkitektkontoret Solbakken AS"
    invoiced(CustomerFactory(name=name), (None, "1000"))
    found = report()
    assert f">{name}</text>" in found.chart
    assert ">Arkitektkontoret…</text>" in found.narrow_chart


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
