"""What the rows of a report consist of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.template.defaultfilters import floatformat

from moment.money import with_minus
from moment.projects.hours_text import hours_text

MONEY, HOURS, PERCENT = "money", "hours", "percent"


@dataclass(frozen=True)
class Measure:
    """A column of figures by its name; what is a percentage does not add up."""

    name: str
    label: Any
    kind: str = MONEY

    def text(self, value: Decimal | None) -> str:
        if value is None:
            return "–"
        if self.kind == HOURS:
            return hours_text(value)
        if self.kind == PERCENT:
            return f"{with_minus(floatformat(value, 1))} %"
        # Rounded half up, as templates do: `number_format` cuts off.
        return with_minus(floatformat(value, "0g"))


@dataclass(frozen=True)
class Cell:
    label: str
    text: str
    value: Any
    url: str = ""

    @property
    def is_negative(self) -> bool:
        return self.value is not None and self.value < 0


@dataclass
class Row:
    """A customer or a group: what it is called, and its cells."""

    name: str
    url: str = ""
    number: str = ""
    status: str = ""
    person: str = ""
    tags: Sequence[tuple[str, str]] = ()
    count: int = 0  # customers of a group
    cells: list[Cell] = field(default_factory=list)


@dataclass
class Entry:
    """What a row is made of: `key` is a customer's, a tag's or a colleague's, 0 for none."""

    key: int
    name: str  # as it is sorted
    figures: Any
    number: str = ""
    count: int = 1


def in_order(
    entries: Sequence[Entry], by: Callable[[Entry], Any], *, descends: bool
) -> list[Entry]:
    """Return entries sorted; equal ones by name, those without a value last."""
    named = sorted(entries, key=lambda one: (one.name, one.key))
    valued = [(by(one), one) for one in named]
    known = [pair for pair in valued if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=descends)
    return [one for _value, one in known] + [one for value, one in valued if value is None]
