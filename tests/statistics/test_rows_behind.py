"""The rows behind each figure: all of them, and no others; what they add up to."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.http import QueryDict
from openpyxl import load_workbook

from moment.ledger.models import BilledTime
from moment.statistics.rows import ALL, behind
from moment.statistics.rows.listing import PAGE_SIZE
from tests.factories import (
    CustomerFactory,
    ExpenseFactory,
    OfferFactory,
    ProjectFactory,
    TimeEntryFactory,
    UserFactory,
)
from tests.ledger.making import payment
from tests.statistics.making import employee, invoiced, new_terms, share, statistics, worked

pytestmark = pytest.mark.django_db
URL = "/customers/77/statistics/rows/"
OWN = "period=own&from=2025-01-01&until=2025-12-31"


@pytest.fixture
def customer():
    return CustomerFactory(number="77", name="Fjordkraft AS")


@pytest.fixture
def everything(customer):
    """Some of each, shared, in two currencies, and some of which nothing counts."""
    projects = [ProjectFactory(customer=customer), ProjectFactory(customer=customer)]
    theirs = ProjectFactory()
    share(projects[1], CustomerFactory(), Decimal("33.33"))
    share(theirs, customer, Decimal("12.5"))
    people = [employee("333.33"), employee("0.07", role="Adviser")]
    new_terms(people[0], date(2025, 6, 1), Decimal("444.44"), "Adviser")
    entries = []
    for n, place in enumerate([*projects, theirs] * 2):
        day = date(2025, 2 * n + 1, 5)
        entries.append(worked(place, people[n % 2], "3.75", day))
        worked(place, people[n % 2], "0.25", day, approved=False)
        ExpenseFactory(project=place, cost=Decimal("99.99"), day=day)
    worked(projects[0], people[0], "5", date(2024, 5, 5))
    first = invoiced(
        customer, (projects[0], "5000.55"), (None, "11.11"),
        on=date(2025, 5, 1), entries={entries[0]: "4000.45", entries[1]: "1000.10"},
    )  # fmt: skip
    euro = {"currency": "EUR", "rate": Decimal("11.123456")}
    invoiced(customer, (projects[1], "77.77"), on=date(2025, 6, 1), **euro)
    note = invoiced(customer, (projects[0], "-1000.10"), on=date(2025, 7, 1), credits=first)
    BilledTime.objects.filter(entry=entries[1]).update(released_by=note)
    invoiced(customer, (projects[0], "1"), on=date(2024, 5, 1))
    payment(customer, "4011.56", first, on=date(2025, 5, 20))
    sent = {"customer": customer, "buyer_name": "Fjord", "sent_at": "2025-03-01T12:00:00+01:00"}
    OfferFactory(state="sent", **sent)
    OfferFactory(state="accepted", answered_at="2025-04-01T12:00:00+02:00", **sent)
    return statistics(customer)


def rows_of(found, figure, user, **more):
    data = QueryDict(mutable=True)
    data.update({"figure": figure, **more})
    return behind(found, data, user)


def added_up(rows) -> list:
    """Return what the numbers of each column come to, by adding up every row."""
    cells = list(rows.cells(rows.found))
    return [
        sum((row[place].value or 0 for row in cells), 0)
        for place, heading in enumerate(rows.headings)
        if heading.total is not None
    ]


@pytest.mark.parametrize("figure", list(ALL))
def test_the_rows_add_up_to_their_total(everything, kari, figure):
    rows = rows_of(everything, figure, kari)
    totals = [heading.total for heading in rows.headings if heading.total is not None]
    assert totals
    assert added_up(rows) == totals
    assert any(totals)


def test_the_totals_are_the_figures(everything, kari):
    total = lambda figure: [h.total for h in rows_of(everything, figure, kari).headings if h.total]  # noqa: E731
    assert total("invoiced") == total("lines") == [everything.invoiced]
    assert total("hours") == [everything.hours, everything.cost_of_hours]
    assert total("expenses") == [everything.cost_of_expenses]
    assert total("billed") == [everything.billed_hours, everything.income_by_hours]
    assert total("not_invoiced") == list(everything.not_invoiced.values())
    assert total("offers") == [everything.offered.won]


def test_rows_of_one_colleague_project_or_month_are_what_their_line_says(everything, kari):
    for row in everything.people:
        if row.of:
            key = str(row.of.pk)
            assert added_up(rows_of(everything, "hours", kari, person=key))[0] == row.hours
            assert added_up(rows_of(everything, "billed", kari, person=key))[-1] == row.income
    for row in everything.projects:
        key = str(row.of.pk if row.of else 0)
        assert added_up(rows_of(everything, "lines", kari, project=key)) == [row.income]
    for month in everything.months:
        rows = rows_of(everything, "invoiced", kari, month=month.name)
        assert added_up(rows) == [month.amount] == [rows.headings[-1].total]


def test_they_are_shown_page_by_page(as_kari, customer):
    activity, user = ProjectFactory(customer=customer).activities.get(), UserFactory()
    for n in range(PAGE_SIZE + 1):
        day = date(2025, 1, 1 + n % 28)
        TimeEntryFactory(activity=activity, user=user, day=day, hours="0.25")
    first = as_kari.get(f"{URL}?figure=hours&{OWN}")
    assert first.content.count(b"<tr>") == PAGE_SIZE + 2
    assert b"page=2" in first.content
    assert as_kari.get(f"{URL}?figure=hours&{OWN}&page=2").content.count(b"<tr>") == 3
    assert as_kari.get(f"{URL}?figure=hours&{OWN}&page=%00").status_code == 200


@pytest.mark.parametrize("figure", list(ALL))
def test_each_has_a_page_and_a_spreadsheet_with_the_same_rows(as_kari, everything, figure):
    page = as_kari.get(f"{URL}?figure={figure}&{OWN}")
    assert page.status_code == 200
    response = as_kari.get(f"{URL}export/?figure={figure}&{OWN}")
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    assert sheet.max_row - 1 == page.context["listed"].page.paginator.count > 0


@pytest.mark.parametrize("query", ["figure=", "figure=tull", "figure=%00"])
def test_there_is_no_page_for_what_is_no_figure(as_kari, customer, query):
    assert as_kari.get(f"{URL}?{query}").status_code == 404


@pytest.mark.parametrize(
    "query", ["person=x", "person=%00", "person=9" + "9" * 30, "month=2025-13"]
)
def test_nonsense_narrows_nothing(as_kari, everything, query):
    figure = "invoiced" if "month" in query else "hours"
    whole = as_kari.get(f"{URL}?figure={figure}&{OWN}").context["listed"].page.paginator.count
    response = as_kari.get(f"{URL}?figure={figure}&{OWN}&{query}")
    assert response.context["listed"].page.paginator.count == whole


def test_nothing_behind_a_figure_is_said_in_words(as_kari, customer):
    assert b"There is nothing behind this figure." in as_kari.get(f"{URL}?figure=paid").content
