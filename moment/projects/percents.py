"""Per cents as people read them."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.formats import number_format


def in_words(percent: Decimal) -> str:
    """Return `12.5 %`, without needless zeros."""
    return f"{bare(percent)} %"


def bare(percent: Decimal) -> str:
    """Return `12.5`."""
    return number_format(f"{percent.normalize():f}")


def span(percents: Sequence[Decimal]) -> str:
    """Return what the smallest and the largest are, `20–40 %`; these are in order, none twice."""
    if not percents:
        return ""
    if len(percents) == 1:
        return in_words(percents[0])
    return f"{bare(percents[0])}–{in_words(percents[-1])}"
