"""Charts as SVG that stands in the page and takes its colours from the style sheets."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import ceil, floor, log10

import pygal
from django.template.defaultfilters import floatformat
from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext
from lxml import etree

from moment.money import with_minus
from moment.statistics.figures import Month

WIDTH, HEIGHT = 900, 270
LABELS = 12  # more would stand over each other
THOUSAND = 1000
_LINES = 4
_UNWANTED = (
    "defs",
    "desc",
    "title",
    "g[contains(@class, 'overlay')]",
    "g[@class='titles']",
    "rect[@class='background']",
    "comment()",
    "g[@class='axis x']//path",
)


def by_month(months: Sequence[Month]) -> SafeString:
    """Return bars of what was invoiced in months beside the year before; empty without any.

    Amounts are shown in thousands. Without styles, scripts and words of its own: the page says what
    it shows, and has a table for who does not see it.
    """
    amounts = [amount for month in months for amount in (month.before, month.amount)]
    if not any(amounts):
        return SafeString("")
    ticks = ticks_of(min(amounts), max(amounts))
    step = ceil(len(months) / LABELS)
    bars = pygal.Bar(
        width=WIDTH,
        height=HEIGHT,
        js=[],
        no_prefix=True,
        show_legend=False,
        rounded_bars=2,
        spacing=0,
        margin=6,
        margin_left=56,
        margin_bottom=36,
        range=(ticks[0], ticks[-1]),
        y_labels=[{"value": tick, "label": thousands(tick)} for tick in ticks],
        x_labels=["" if place % step else short(month) for place, month in enumerate(months)],
    )
    bars.add("", [float(month.before) for month in months])
    bars.add("", [float(month.amount) for month in months])
    return plain(bars.render_tree(), _told(months))


def short(month: Month) -> str:
    """Return `Dec`: the format is each language's own."""
    return date_format(_day(month), pgettext("date format, as of Django's date filter", "M"))


def long(month: Month) -> str:
    """Return `December 2025`."""
    return date_format(_day(month), "YEAR_MONTH_FORMAT")


def _day(month: Month) -> date:
    return date.fromisoformat(f"{month.name}-01")


def thousands(tick: float) -> str:
    return with_minus(number_format(f"{tick / THOUSAND:.12g}", force_grouping=True))


def ticks_of(lowest: Decimal, highest: Decimal) -> list[float]:
    """Return the amounts at which lines are drawn, 0 among them: of 1, 2 or 5 with noughts."""
    low, high = min(float(lowest), 0.0), max(float(highest), 0.0)
    rough = (high - low) / _LINES
    unit = 10.0 ** floor(log10(rough))
    step = next(unit * n for n in (1, 2, 5, 10) if unit * n >= rough)
    return [n * step for n in range(floor(low / step), ceil(high / step) + 1)]


def plain(tree: etree._Element, told: Sequence[Sequence[str]]) -> SafeString:
    """Return a chart without what pygal adds, each bar of each series with what it tells."""
    for found in _UNWANTED:
        for one in tree.xpath(f"//{found}"):
            one.getparent().remove(one)
    for series, values in zip(tree.xpath("//g[@class='bars']"), told, strict=False):
        for bar, words in zip(series.xpath("g[@class='bar']"), values, strict=True):
            etree.SubElement(bar, "title").text = words
    tree.attrib.pop("id", None)
    tree.set("aria-hidden", "true")
    tree.set("focusable", "false")
    etree.cleanup_namespaces(tree)
    return mark_safe(etree.tostring(tree, encoding="unicode"))  # noqa: S308  lxml escapes


def _told(months: Sequence[Month]) -> list[list[str]]:
    amount = lambda value: with_minus(floatformat(value, "0g"))  # noqa: E731
    before = [f"{short(month)}: {amount(month.before)}" for month in months]
    return [before, [f"{long(month)}: {amount(month.amount)}" for month in months]]
