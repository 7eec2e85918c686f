"""The first ten of a report as bars beside their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pygal
from django.utils.formats import number_format
from django.utils.safestring import SafeString

from moment.money import with_minus
from moment.statistics.chart import plain, thousands, ticks_of

TOP = 10
ROW, FOOT = 30, 44


@dataclass(frozen=True)
class Size:
    """How wide a chart is drawn, how much of it names take, and of how many letters they are."""

    width: int
    names: int
    longest: int


PAGE, PHONE = Size(1000, 250, 34), Size(380, 124, 17)


@dataclass(frozen=True)
class Bar:
    """What a bar stands for: `amount`, and `before`, what there was in the year before."""

    name: str
    amount: Decimal
    text: str
    before: Decimal | None = None
    before_text: str = ""


def of(bars: Sequence[Bar], *, in_thousands: bool, on: Size = PAGE) -> SafeString:
    """Return bars from the top down, beside those of the year before; empty without any.

    Without styles, scripts and words of its own: the page says what it shows, and has a table for
    who does not see it.
    """
    amounts = [one.amount for one in bars] + [one.before for one in bars if one.before is not None]
    if not any(amounts):
        return SafeString("")
    ticks = ticks_of(min(amounts), max(amounts))
    label = thousands if in_thousands else _plainly
    upwards = list(reversed(bars))
    chart = pygal.HorizontalBar(
        width=on.width,
        height=ROW * len(bars) + FOOT,
        js=[],
        no_prefix=True,
        show_legend=False,
        rounded_bars=2,
        spacing=0,
        margin=6,
        margin_left=on.names,
        margin_right=30,
        margin_bottom=FOOT - 18,
        range=(ticks[0], ticks[-1]),
        y_labels=[{"value": tick, "label": label(tick)} for tick in ticks],
        # As wide as a name may be, whatever the names: they are put in below.
        x_labels=["." for _one in bars],
    )
    told = []
    if any(one.before is not None for one in bars):
        chart.add("", [float(one.before or 0) for one in upwards])
        told.append([f"{one.name}: {one.before_text}" for one in upwards])
    chart.add("", [float(one.amount) for one in upwards])
    told.append([f"{one.name}: {one.text}" for one in upwards])
    tree = chart.render_tree()
    for label, one in zip(tree.xpath("//g[@class='axis y']//text"), upwards, strict=True):
        label.text = _short(one.name, on.longest)
    return plain(tree, told)


def _plainly(tick: float) -> str:
    return with_minus(number_format(f"{tick:.12g}", force_grouping=True))


def _short(name: str, longest: int) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"
