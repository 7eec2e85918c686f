"""Hours as people write them."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from moment.projects.hours_text import hours_text, read_hours

SOME = st.decimals(min_value=0, max_value=9999, places=2)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("7,5", "7.5"), ("7.5", "7.5"), ("7:30", "7.5"), ("7.25", "7.25"), ("7½", "7.5"),
        ("¼", "0.25"), ("-¾", "-0.75"), (" 8 ", "8"), ("8h", "8"), ("8 t", "8"), ("8,", "8"),
        (",5", "0.5"), ("0:45", "0.75"), ("7:20", "7.33"), ("-2", "-2"), ("−2", "-2"),
        ("25", "25"), ("7 ,5", "7.5"), ("0", "0"), ("24:00", "24"), ("-0:30", "-0.5"),
    ],
)  # fmt: skip
def test_hours_are_read(text, hours):
    assert read_hours(text) == Decimal(hours)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "7.333", "7:60", "7:5", "7:30:00", "1.000,5", "1e3", "NaN", "Infinity", "７",
        "7..5", "7,5,5", "½½", ".", "-", "12345678", "7;30", "--2", "+2", "h", "½7",
    ],
)  # fmt: skip
def test_what_is_no_hours_is_refused(text):
    with pytest.raises(ValueError, match="hours"):
        read_hours(text)


@given(hours=SOME, language=st.sampled_from(["nb", "en-gb"]))
def test_hours_are_read_as_they_are_shown(hours, language):
    with translation.override(language):
        shown = hours_text(hours)
    if hours < 1000:
        assert read_hours(shown) == hours
    assert shown


@given(hours=st.integers(0, 99), minutes=st.integers(0, 59))
def test_minutes_are_right_to_a_hundredth(hours, minutes):
    read = read_hours(f"{hours}:{minutes:02}")
    assert abs(read * 60 - (hours * 60 + minutes)) <= Decimal("0.3")


@given(text=st.text(max_size=30))
def test_any_text_is_hours_or_refused(text):
    try:
        read = read_hours(text)
    except ValueError:
        return
    assert read == read.quantize(Decimal("0.01"))


def test_hours_are_shown_as_short_as_they_are():
    assert [hours_text(Decimal(n)) for n in ("7.50", "8.00", "100", "0.25", "1234.5")] == [
        "7.5", "8", "100", "0.25", "1,234.5",
    ]  # fmt: skip
    with translation.override("nb"):
        assert hours_text(Decimal("7.50")) == "7,5"
    assert hours_text(None) == ""
