"""Spreadsheets of key statistics, of the rows behind them and of reports, opened again."""

from datetime import date
from decimal import Decimal

import pytest

from moment.ledger.models import Invoice
from moment.statistics.reports.development import DevelopmentReport
from moment.statistics.rows import ALL
from tests import sheets
from tests.factories import CustomerFactory, ProjectFactory, TagFactory
from tests.ledger.making import payment
from tests.statistics.making import employee, invoiced, statistics, worked
from tests.statistics.reporting import DEVELOPMENT, OWN, URL, fill

pytestmark = pytest.mark.django_db
PAGE = "/customers/77/statistics/"
COLUMNS = ["Name", "Value", "Unit", "Hours", "Income", "The year before", "Cost", "Profit"]
SUMS = {"Hours", "Income", "The year before", "Cost", "Profit", "Margin, %"}


@pytest.fixture
def customer(kari):
    """Work of two for two projects, invoiced in two currencies, in part credited, and paid."""
    made = CustomerFactory(number="77", name="Fjordkraft AS")
    evil = ProjectFactory(customer=made, name="=1+1", number="P-1")
    other = ProjectFactory(customer=made, name="Bru", number="P-2")
    ida, odd = employee("500"), employee("333.33", role="@Adviser")
    first, second = worked(evil, ida, "8"), worked(other, odd, "2.25", date(2025, 5, 5))
    worked(other, ida, "1", date(2024, 5, 5))
    one = invoiced(made, (evil, "12000"), (None, "500.55"), entries={first: "12000"})
    euro = {"currency": "EUR", "rate": Decimal("11.437512"), "on": date(2025, 6, 1)}
    invoiced(made, (other, "200.10"), entries={second: "200.10"}, **euro)
    invoiced(made, (evil, "-1000"), credits=one, on=date(2025, 7, 1))
    invoiced(made, (other, "300"), on=date(2024, 6, 1))
    payment(made, "11500.55", one, on=date(2025, 4, 21), made_by=kari)
    return made


def opened(client, url):
    return sheets.sheet(client.get(url))


def test_each_line_is_what_the_figures_are(as_kari, customer):
    book = opened(as_kari, f"{PAGE}export/?{OWN}")
    found, own = sheets.rows(book), statistics(customer)
    assert list(found[0]) == ["Key statistics", *COLUMNS, "Margin, %"]
    period = [row for row in found if row["Key statistics"] == "Period"]
    assert [row["Value"] for row in period] == [date(2025, 1, 1), date(2025, 12, 31)]
    figures = {r["Name"]: (r["Value"], r["Unit"]) for r in found if r["Key statistics"] == "Figure"}
    expected = {
        "Invoiced, excl. VAT": (own.invoiced, "NOK"),
        "The year before": (own.invoiced_before, "NOK"),
        "Cost of hours": (own.cost_of_hours, "NOK"),
        "Cost of expenses": (own.cost_of_expenses, "NOK"),
        "Profit": (own.profit, "NOK"),
        "Margin": (own.margin, "%"),
        "Hours": (own.hours, "hours"),
        "Billable": (own.billable_share, "%"),
        "Average hourly rate": (own.average_rate, "NOK"),
        "Pays in": (own.paid.days, "days"),
        "Offers won": (own.offered.won, None),
    }
    for name, (value, unit) in expected.items():
        assert figures[name] == (pytest.approx(float(value)), unit), name
    assert own.invoiced == Decimal("11500.55") + Decimal("200.10") * Decimal("11.437512")
    for kind, rows in [
        ("Colleague", own.people),
        ("Project role", own.roles),
        ("Project", own.projects),
    ]:
        theirs = [row for row in found if row["Key statistics"] == kind]
        for row, sums in zip(theirs, rows, strict=True):
            told = [row[name] for name in ("Income", "Cost", "Profit")]
            assert told == pytest.approx([float(n) for n in (sums.income, sums.cost, sums.profit)])
            assert (row["Hours"] or 0) == sums.hours
        assert sum(row["Income"] for row in theirs) == pytest.approx(float(own.invoiced))
    months = [row for row in found if row["Key statistics"] == "Month"]
    assert len(months) == 12
    assert [row["The year before"] for row in months][5] == 300
    assert sum(row["Income"] for row in months) == pytest.approx(float(own.invoiced))


def test_names_are_text_and_all_else_numbers(as_kari, customer):
    book = opened(as_kari, f"{PAGE}export/?{OWN}")
    tricks = set()
    for row in book.iter_rows(min_row=2):
        kind, name, value, _unit, *numbers = row
        assert [cell.data_type for cell in (kind, name)] == ["s", "s"]
        assert value.data_type == ("d" if kind.value == "Period" else "n")
        assert {cell.data_type for cell in numbers} == {"n"}
        if name.value.startswith(("=", "@")):
            tricks.add((name.value, name.quotePrefix))
    assert tricks == {("=1+1", True), ("@Adviser", True)}


@pytest.mark.parametrize("figure", list(ALL))
def test_rows_behind_a_figure_are_those_of_the_page(as_kari, customer, figure):
    page = as_kari.get(f"{PAGE}rows/?figure={figure}&{OWN}").context["listed"]
    heads = [heading.words for heading in page.headings]
    book = opened(as_kari, f"{PAGE}rows/export/?figure={figure}&{OWN}")
    assert [cell.value for cell in book[1]] == heads
    shown = [[cell.value for _heading, cell in line] for line in page.lines]
    cells = list(book.iter_rows(min_row=2))
    assert len(cells) == len(shown)
    for row, line in zip(cells, shown, strict=True):
        for heading, cell, value in zip(page.headings, row, line, strict=True):
            if value in ("", None):
                assert cell.value is None
            elif heading.kind == "day":
                assert (cell.data_type, cell.value.date()) == ("d", value)
            elif heading.is_number:
                assert (cell.data_type, cell.value) == ("n", pytest.approx(float(value)))
            else:
                assert (cell.data_type, cell.value) == ("s", str(value))
    for place, heading in enumerate(page.headings):
        if heading.total is not None:
            total = sum(row[place].value or 0 for row in cells)
            assert total == pytest.approx(float(heading.total))


def test_the_credit_note_takes_away_and_the_euro_is_converted(as_kari, customer):
    found = sheets.rows(opened(as_kari, f"{PAGE}rows/export/?figure=invoiced&{OWN}"))
    note, euro, first = Invoice.objects.filter(issued_on__year=2025).order_by("-issued_on")
    assert [(row["No."], row["Amount"], row["NOK"]) for row in found] == [
        (note.number, -1000, -1000),
        (euro.number, 200.1, pytest.approx(2288.646151)),
        (first.number, 12500.55, 12500.55),
    ]


def test_every_column_of_the_report_of_customers(as_kari, report):
    first, *_rest = fill()
    first.name, first.responsible = "=Fjord", first.responsible
    first.save()
    first.tags.add(TagFactory(name="+Rød"))
    found = report("sort=name")
    book = opened(as_kari, f"{URL}export/?{OWN}&sort=name")
    rows = sheets.rows(book)
    told = [row.name for row in found.page.rows]
    assert [row["Customer"] for row in rows] == told
    for row, shown in zip(rows, found.page.rows, strict=True):
        values = [cell.value for cell in shown.cells]
        assert list(row.values())[4:] == pytest.approx([v and float(v) for v in values])
        assert row["Customer no."] == shown.number
    for place, total in list(enumerate(found.totals))[:3]:
        sums = sum(list(row.values())[4 + place] for row in rows)
        assert sums == pytest.approx(float(total.value))
    sheets.check_kinds(book, (), list(rows[0])[4:])
    place = 2 + told.index("=Fjord")
    assert (book[f"B{place}"].quotePrefix, book[f"D{place}"].quotePrefix) == (True, True)


def test_every_column_of_development(as_kari, report):
    fill()
    for of in ("income", "profit", "hours"):
        found = report(f"of={of}&sort=name", DevelopmentReport)
        book = opened(as_kari, f"{DEVELOPMENT}export/?{OWN}&of={of}&sort=name")
        rows = sheets.rows(book)
        unit = "hours" if of == "hours" else "NOK"
        assert list(rows[0])[4:] == [
            *(f"{year}, {unit}" for year in range(2021, 2026)), "Change, %",
        ]  # fmt: skip
        for row, shown in zip(rows, found.page.rows, strict=True):
            values = [cell.value for cell in shown.cells]
            assert list(row.values())[4:] == pytest.approx([v and float(v) for v in values])
        sheets.check_kinds(book, (), list(rows[0])[4:])


def test_they_are_in_the_language_of_who_asks(as_kari, kari, customer):
    kari.language = "nb"
    kari.save()
    heads = {
        f"{PAGE}export/?{OWN}": ["Nøkkeltall", "Navn", "Verdi", "Enhet", "Timer"],
        f"{PAGE}rows/export/?figure=invoiced&{OWN}": ["Dato", "Nr.", "Type", "Valuta", "Beløp"],
        f"{URL}export/?{OWN}": ["Kundenr.", "Kunde", "Ansvarlig", "Etiketter", "Inntekt, NOK"],
        f"{DEVELOPMENT}export/?{OWN}": ["Kundenr.", "Kunde", "Ansvarlig", "Etiketter", "2021, NOK"],
    }
    for url, expected in heads.items():
        assert [cell.value for cell in opened(as_kari, url)[1]][:5] == expected
