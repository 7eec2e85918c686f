"""The periods that figures are of: what they are called, what is beside them, what is refused."""

from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from moment.statistics import periods
from moment.statistics.forms import PeriodForm
from moment.statistics.periods import Name

TODAY = "2026-11-22"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(f"{TODAY}T12:00:00+01:00", tick=False):
        yield


def days(period) -> tuple[str, str]:
    return str(period.first), str(period.last)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("last_12_months", "2025-12-01", TODAY),
        ("this_year", "2026-01-01", TODAY),
        ("last_year", "2025-01-01", "2025-12-31"),
    ],
)
def test_periods_by_name(name, first, last):
    assert days(periods.named(Name(name))) == (first, last)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("2025-01-01", "2025-12-31", Name.LAST_YEAR),
        ("2026-01-01", TODAY, Name.THIS_YEAR),
        ("2026-01-01", "2026-12-31", Name.THIS_YEAR),
        ("2025-12-01", "2026-11-30", Name.LAST_12),
        ("2025-12-02", "2026-11-30", Name.OWN),
    ],
)
def test_what_has_a_name_is_called_by_it(first, last, name):
    assert periods.between(date.fromisoformat(first), date.fromisoformat(last)).name == name


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2025-12-01", TODAY, ("2024-12-01", "2025-11-22")),
        ("2025-02-01", "2025-02-28", ("2024-02-01", "2024-02-29")),
        ("2024-02-01", "2024-02-29", ("2023-02-01", "2023-02-28")),
        ("2024-02-29", "2025-02-28", ("2023-02-28", "2024-02-28")),
        ("2024-01-01", "2025-12-31", ("2023-01-01", "2024-12-31")),
        ("2026-05-10", "2026-05-10", ("2025-05-10", "2025-05-10")),
    ],
)
def test_the_year_before_are_the_same_days(first, last, before):
    period = periods.between(date.fromisoformat(first), date.fromisoformat(last))
    assert days(period.before) == before


def test_whole_months_move_by_months_and_others_by_days():
    last_12 = periods.named(Name.LAST_12)
    assert days(last_12.previous) == ("2024-12-01", "2025-11-30")
    assert last_12.previous.next == last_12
    assert periods.named(Name.THIS_YEAR).previous == periods.named(Name.LAST_YEAR)
    assert periods.named(Name.LAST_YEAR).next == periods.named(Name.THIS_YEAR)
    february = periods.between(date(2026, 2, 1), date(2026, 2, 28))
    assert days(february.previous) == ("2026-01-01", "2026-01-31")
    week = periods.between(date(2026, 3, 2), date(2026, 3, 8))
    assert days(week.previous) == ("2026-02-23", "2026-03-01")
    assert days(week.next) == ("2026-03-09", "2026-03-15")


def test_nothing_comes_after_today():
    for name in (Name.THIS_YEAR, Name.LAST_12):
        assert periods.named(name).next is None
    assert periods.between(date(2026, 11, 1), date(2026, 11, 22)).next is None


@settings(deadline=None)
@given(first=st.dates(date(2001, 1, 1), date(2026, 11, 1)), length=st.integers(0, 3000))
def test_periods_follow_each_other_without_gap_and_lead_back(first, length):
    period = periods.between(first, first + timedelta(length))
    assert period.previous.last + timedelta(1) == period.first
    assert period.before.first <= period.before.last < period.last
    form = PeriodForm(dict(pair.split("=") for pair in period.previous.query.split("&")))
    if (
        period.previous.first.year > 1990
        and (period.previous.last - period.previous.first).days < 3653
    ):
        assert form.is_valid()
        assert form.chosen == period.previous


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"period": "next_week"}, "period", "There is no such period."),
        ({"period": "own"}, "from", "Write a date."),
        ({"period": "own", "from": "2026-01-01"}, "until", "Write a date."),
        ({"period": "own", "from": "x", "until": "2026-01-01"}, "from", "valid date"),
        ({"period": "own", "from": "2026-02-30", "until": "2026-03-01"}, "from", "valid date"),
        (
            {"period": "own", "from": "2026-01-02", "until": "2026-01-01"},
            "until",
            "The last day is before the first.",
        ),
        (
            {"period": "own", "from": "2010-01-01", "until": "2026-01-01"},
            "until",
            "A period is ten years at most.",
        ),
        ({"period": "own", "from": "0026-01-01", "until": "2026-01-01"}, "from", "year"),
    ],
)
def test_nonsense_is_answered_beside_the_field(data, field, words):
    form = PeriodForm(data)
    assert not form.is_valid()
    assert words in str(form.errors[field])


def test_without_anything_said_it_is_the_last_12_months():
    form = PeriodForm({})
    assert form.is_valid()
    assert form.chosen.name == Name.LAST_12


def test_the_months_of_a_period():
    assert periods.between(date(2025, 11, 30), date(2026, 1, 1)).months == [
        "2025-11", "2025-12", "2026-01",
    ]  # fmt: skip
