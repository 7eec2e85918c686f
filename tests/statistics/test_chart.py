"""The chart: bars for each month, and nothing in it that a strict page would refuse."""

from decimal import Decimal

import pytest
from django.utils import translation
from lxml import etree

from moment.statistics import chart
from moment.statistics.figures import Month

SVG = "{http://www.w3.org/2000/svg}"


def months(*amounts, before=0):
    return [
        Month(f"{2025 + n // 12}-{n % 12 + 1:02}", Decimal(one), Decimal(before))
        for n, one in enumerate(amounts)
    ]


def drawn(*amounts, before=0):
    return etree.fromstring(chart.by_month(months(*amounts, before=before)))


def test_it_has_no_styles_scripts_or_words_of_its_own():
    text = chart.by_month(months(1000, 2000))
    for unwanted in (
        "<style",
        "<script",
        "style=",
        "href",
        "http://pygal",
        "<!--",
        "Pygal",
        "<desc",
    ):
        assert unwanted not in text
    assert 'aria-hidden="true"' in text


@pytest.mark.parametrize(
    ("amount", "told"), [("12344.50", "12,345"), ("-0.40", "0"), ("-1500", "−1,500")]
)
def test_amounts_are_told_as_in_the_table_beneath(amount, told):
    (title,) = drawn(amount).xpath("//*[local-name()='title']/text()[contains(., '2025')]")
    assert title == f"January 2025: {told}"


def test_thousands_of_a_large_company_are_written_out():
    assert chart.thousands(2e9) == "2,000,000"


def test_each_month_has_a_bar_and_one_for_the_year_before():
    svg = drawn(182_000, 209_000, before=150_000)
    bars = svg.xpath("//*[@class='bar']")
    assert len(bars) == 4
    told = [bar.findtext(f"{SVG}title") or bar.findtext("title") for bar in bars]
    assert told == [
        "Jan: 150,000", "Feb: 150,000", "January 2025: 182,000", "February 2025: 209,000",
    ]  # fmt: skip
    heights = [float(bar[0].get("height")) for bar in bars]
    assert heights[0] == heights[1] < heights[2] < heights[3]
    assert heights[3] / heights[2] == pytest.approx(209 / 182, rel=0.01)


@pytest.mark.parametrize(
    ("amounts", "ticks"),
    [
        ((182_000, 209_000), [0, 100_000, 200_000, 300_000]),
        ((-500, 1000), [-500, 0, 500, 1000]),
        ((-30, -10), [-30, -20, -10, 0]),
        (("0.01",), [0, 0.005, 0.01]),
    ],
)
def test_lines_stand_at_round_amounts_that_hold_all_bars(amounts, ticks):
    numbers = [Decimal(one) for one in amounts]
    assert chart.ticks_of(min(numbers), max(numbers)) == pytest.approx(ticks)


def test_negative_months_are_drawn_below_the_line():
    svg = drawn(-500, 1000)
    tops = [float(bar[0].get("y")) for bar in svg.xpath("//*[@class='bar']")][2:]
    assert tops[0] > tops[1]


def test_without_any_amount_there_is_no_chart():
    assert chart.by_month(months(0, 0)) == ""


def test_many_months_leave_out_labels():
    svg = drawn(*range(1, 61))
    labels = [
        one.text for one in svg.xpath("//*[@class='axis x']//*[local-name()='text']") if one.text
    ]
    assert 10 <= len(labels) <= chart.LABELS


def test_months_and_amounts_are_in_the_readers_language():
    with translation.override("nb"):
        text = chart.by_month(months(182_000, 0, 0, 0, 5_000))
    assert "januar 2025: 182" in text
    assert "mai" in text.lower()
