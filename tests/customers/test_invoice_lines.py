"""What an invoice charges: each grouping, and sums that add up to the smallest coin."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from customers import invoice_lines, invoice_totals
from customers.invoice_lines import Expense, Work
from moment.invoice_settings.choices import HoursGrouping, Level, LineGrouping
from moment.invoice_settings.declared import SETTINGS
from moment.invoice_settings.levels import Effective


def settings_of(**values) -> Effective:
    """Return settings in force of which a customer has these values of its own."""
    nothing = dict.fromkeys(SETTINGS) | {"invoice_contact_id": None}
    return Effective([(Level.CUSTOMER, SimpleNamespace(**nothing | values))])


def work(project="P1", activity="Design", employee="Nora", day=1, hours="2", rate="1000", **more):
    return Work(
        project, activity, employee, more.pop("role", "Leader"), date(2026, 11, day),
        Decimal(hours), Decimal(rate), **more,
    )  # fmt: skip


DONE = [
    work(day=2, comment="Roof"),
    work(employee="Jonas", role="Engineer", day=5, hours="1.5", rate="800"),
    work(project="P2", activity="Survey", day=3),
    work(day=9, hours="0.25"),
]


def texts(**settings) -> list[tuple[str, str, Decimal]]:
    found = invoice_lines.lines(DONE, [], settings_of(**settings))
    return [(line.heading, line.text, line.amount) for line in found]


@pytest.mark.parametrize(
    ("grouping", "expected"),
    [
        ("project", [("", "P1", "3450"), ("", "P2", "2000")]),
        ("activity", [("P1", "Design", "3450"), ("P2", "Survey", "2000")]),
        ("employee", [("P1", "Nora", "2250"), ("P1", "Jonas", "1200"), ("P2", "Nora", "2000")]),
        ("role", [("P1", "Leader", "2250"), ("P1", "Engineer", "1200"), ("P2", "Leader", "2000")]),
        ("entry", [("P1", "Nora, Design: Roof", "2000"), ("P1", "Jonas, Design", "1200"),
                   ("P1", "Nora, Design", "250"), ("P2", "Nora, Survey", "2000")]),
    ],
)  # fmt: skip
def test_work_is_grouped_as_set(grouping, expected):
    assert texts(line_grouping=grouping) == [(h, t, Decimal(a)) for h, t, a in expected]


def test_two_entries_that_are_alike_are_two_lines():
    found = invoice_lines.lines([work(), work()], [], settings_of(line_grouping="entry"))
    assert len(found) == 2


def test_a_rate_is_shown_where_all_hours_of_a_line_have_it():
    found = invoice_lines.lines(DONE, [], settings_of(line_grouping="project"))
    assert [(line.hours, line.rate) for line in found] == [
        (Decimal("3.75"), None),
        (Decimal(2), Decimal(1000)),
    ]


def test_the_period_is_from_the_first_day_to_the_last():
    found = invoice_lines.lines(DONE, [], settings_of(line_grouping="project"))
    assert found[0].period == (date(2026, 11, 2), date(2026, 11, 9))
    without = invoice_lines.lines(DONE, [], settings_of(line_period=False))
    assert all(line.period is None for line in without)


def test_a_discount_takes_off_the_work_alone():
    expenses = [Expense("Train", date(2026, 11, 3), Decimal("864"))]
    found = invoice_lines.lines(
        DONE,
        expenses,
        settings_of(
            discount=Decimal("12.5"), discount_text="Rammeavtale", expense_surcharge=Decimal(5),
            charge_amount=Decimal("65"), charge_text="Gebyr",
        ),
    )  # fmt: skip
    assert [(line.text, line.amount) for line in found[-4:]] == [
        ("Rammeavtale (12.5\u00a0%)", Decimal("-681.25")),
        ("Train", Decimal("864.00")),
        ("Surcharge on expenses (5\u00a0%)", Decimal("43.20")),
        ("Gebyr", Decimal("65.00")),
    ]


def test_nothing_is_added_where_nothing_is_set_and_zero_is_a_value():
    found = invoice_lines.lines(
        DONE, [], settings_of(discount=Decimal(0), charge_amount=Decimal(0))
    )
    assert len(found) == 2


def test_each_expense_can_have_a_surcharge_of_its_own_and_comes_to_what_it_does_by_itself():
    spent = [
        Expense("Train", date(2026, 6, 2), Decimal("0.10"), key=1),
        Expense("Bus", date(2026, 6, 2), Decimal("0.10"), key=2),
        Expense("Taxi", date(2026, 6, 3), Decimal("99.99"), Decimal("12.5")),
        Expense("Ferry", date(2026, 6, 3), Decimal("50"), Decimal(0)),
    ]
    found = invoice_lines.lines([], spent, settings_of(expense_surcharge=Decimal(5)))
    assert [(line.kind, line.amount) for line in found[4:]] == [
        ("surcharge", Decimal("0.02")),  # a øre of each, not of both together
        ("surcharge", Decimal("12.50")),
    ]
    assert [line.expense.key for line in found[:2]] == [1, 2]


def test_hours_of_different_parts_never_share_a_line_and_lines_know_theirs():
    done = [work(key=1, part="a"), work(key=2, part="b"), work(key=3, part="a")]
    found = invoice_lines.lines(done, [], settings_of())
    assert [[entry.key for entry in line.work] for line in found] == [[1, 3], [2]]
    assert {line.kind for line in found} == {"work"}


def test_without_expenses_there_is_no_surcharge():
    found = invoice_lines.lines(DONE, [], settings_of(expense_surcharge=Decimal(5)))
    assert not [line for line in found if line.heading == "Expenses"]


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        ("12.50", "en-gb", "12.5\u00a0%"),
        ("12.50", "nb", "12,5\u00a0%"),
        ("100", "nb", "100\u00a0%"),
        ("0.05", "nb", "0,05\u00a0%"),
    ],
)
def test_per_cent_has_as_few_digits_as_it_takes(value, language, expected):
    with translation.override(language):
        assert invoice_lines.percent(Decimal(value)) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.005", "NOK", "0.01"),
        ("-0.005", "NOK", "-0.01"),
        ("2.675", "EUR", "2.68"),
        ("1204.5", "JPY", "1205"),
        ("1.0055", "KWD", "1.01"),
    ],
)
def test_halves_of_the_smallest_coin_are_rounded_up(amount, currency, expected):
    assert invoice_lines.rounded(Decimal(amount), currency) == Decimal(expected)


@pytest.mark.parametrize(
    ("grouping", "cells"),
    [
        ("activity", [("Design",), ("Survey",)]),
        ("employee", [("Nora",), ("Jonas",)]),
        ("employee_day", [("Jonas",), ("Nora",), ("Nora",), ("Nora",)]),
        ("entry", [("Nora", "Design: Roof"), ("Nora", "Survey"), ("Jonas", "Design"),
                   ("Nora", "Design")]),
    ],
)  # fmt: skip
def test_hours_are_specified_as_set(grouping, cells):
    rows = invoice_lines.hours(DONE, settings_of(hours_grouping=grouping))
    assert [row.cells for row in rows] == cells
    assert sum(row.hours for row in rows) == Decimal("5.75")
    assert all(bool(row.day) == (grouping in ("employee_day", "entry")) for row in rows)


def test_hours_of_one_day_are_one_row():
    rows = invoice_lines.hours([work(), work()], settings_of(hours_grouping="employee_day"))
    assert [(row.hours, row.day) for row in rows] == [(Decimal(4), date(2026, 11, 1))]


entries = st.builds(
    work,
    project=st.sampled_from(["P1", "P2"]),
    activity=st.sampled_from(["Design", "Survey"]),
    employee=st.sampled_from(["Nora", "Jonas"]),
    day=st.integers(1, 28),
    hours=st.decimals("0.01", "24", places=2).map(str),
    rate=st.decimals("0", "5000", places=2).map(str),
)


@given(
    st.lists(entries, max_size=30),
    st.sampled_from(LineGrouping.values),
    st.decimals("0", "100", places=2),
    st.sampled_from(["NOK", "JPY", "KWD"]),
    st.sampled_from([Decimal(25), Decimal(15), Decimal(12), Decimal(0)]),
)
def test_what_stands_on_the_invoice_adds_up(done, grouping, discount, currency, vat):
    settings = settings_of(line_grouping=grouping, discount=discount, currency=currency)
    found = invoice_lines.lines(done, [], settings)
    totals = invoice_totals.of((("3", vat, line.amount) for line in found), currency)
    coin = invoice_lines.rounded(Decimal(1), currency).as_tuple().exponent
    assert totals.net == sum((line.amount for line in found), Decimal(0))
    assert totals.gross == totals.net + totals.vat
    for amount in [*(line.amount for line in found), totals.vat, totals.gross]:
        assert amount == invoice_lines.rounded(amount, currency)
        assert amount.as_tuple().exponent >= coin
    # Each line is off by half a coin at most.
    exact = sum((entry.amount for entry in done), Decimal(0)) * (1 - discount / 100)
    assert abs(totals.net - exact) <= Decimal(len(found)) * Decimal(10) ** coin


@given(st.lists(entries, max_size=30), st.sampled_from(HoursGrouping.values))
def test_no_hour_is_lost_or_told_twice(done, grouping):
    hours = sum((entry.hours for entry in done), Decimal(0))
    rows = invoice_lines.hours(done, settings_of(hours_grouping=grouping))
    assert sum((row.hours for row in rows), Decimal(0)) == hours
    for summary in ("project", "activity", "employee"):
        rows = invoice_lines.summary(done, settings_of(summary=summary))
        assert sum((row.hours for row in rows), Decimal(0)) == hours
