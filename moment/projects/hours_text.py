"""Hours as people read and write them."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format

_LONGEST = 12  # characters; more are no hours
_CENTS, _MINUTES = Decimal("0.01"), Decimal(60)
_BLANKS = re.compile(r"[\s\u00a0\u2009\u202f]")
_CLOCK = re.compile(r"(-?)(\d{1,4}):([0-5]\d)\Z", re.ASCII)
_NUMBER = re.compile(r"-?(?:\d{1,6}(?:[.,]\d{0,2})?|[.,]\d{1,2})\Z", re.ASCII)
_QUARTERS = {"¼": ".25", "½": ".5", "¾": ".75"}


def read_hours(text: str) -> Decimal:
    """Return the hours that somebody wrote: `7,5`, `7.5`, `7:30` or `7½`, to two decimals.

    Whether there are so many in a day is not asked here. Raises ValueError for anything else.
    """
    bare = _BLANKS.sub("", text).replace("−", "-").lower().removesuffix("h").removesuffix("t")
    if len(bare) > _LONGEST:
        raise ValueError("too long for hours")
    if clock := _CLOCK.match(bare):
        sign, whole, minutes = clock.groups()
        hours = Decimal(whole) + Decimal(minutes) / _MINUTES
        return (-hours if sign else hours).quantize(_CENTS, rounding=ROUND_HALF_UP)
    if bare[-1:] in _QUARTERS and (bare[:-1].removeprefix("-") or "0").isdecimal():
        bare = bare[:-1] + _QUARTERS[bare[-1]]
    if not _NUMBER.match(bare):
        raise ValueError(f"not hours: {text!r}")
    return Decimal(bare.replace(",", ".").removesuffix(".")).quantize(_CENTS)


def hours_text(hours: Decimal | None) -> str:
    """Return hours as they are read, `7,5` or `7.5`, grouped where many; empty for None."""
    if hours is None:
        return ""
    bare = Decimal(hours).quantize(_CENTS, rounding=ROUND_HALF_UP).normalize()
    decimals = max(0, -int(bare.as_tuple().exponent))
    return str(number_format(bare, decimal_pos=decimals, force_grouping=abs(bare) >= 1000))
