"""Currencies, and amounts as people read and write them."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_precision
from django.core.validators import RegexValidator
from django.utils.formats import get_format
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext_lazy, to_locale
from django.utils.translation import gettext as _

currency_code = RegexValidator(
    r"^[A-Z]{3}\Z", gettext_lazy("A currency is three capital letters, like NOK.")
)

MINUS = "\u2212"
COMMON = ["NOK", "SEK", "DKK", "EUR", "USD", "GBP"]


@cache
def codes() -> tuple[str, ...]:
    """Return the ISO codes of every currency in use today, the most common here first."""
    tender = {
        code
        for currencies in get_global("territory_currencies").values()
        for code, _start, end, is_tender in currencies
        if is_tender and end is None
    }
    return (*COMMON, *sorted(tender - set(COMMON)))


def _choices() -> list[tuple[str, str]]:
    names = Locale.parse(to_locale(get_language() or "en")).currencies
    named = [(code, f"{code} – {names.get(code, code)}") for code in codes()]
    return [("", _("Company's standard")), *named]


# Named in the reader's language when shown.
currency_choices = lazy(_choices, list)


_CENTS = Decimal("0.01")
# What people put between thousands, beside the comma and the full stop.
_BLANKS = re.compile(r"[\s\u00a0\u2009\u202f'’]")
_WRITTEN = re.compile(r"-?\d+(?:[.,]\d+)*\Z", re.ASCII)
_GROUPED = re.compile(r"-?[1-9]\d{0,2}(?:[.,]\d{3})+\Z", re.ASCII)


def amount(value: Decimal | int | None) -> str:
    """Return an amount with two decimals, `1 204 500,00` or `1,204,500.00`; empty for None.

    One below 0 has a true minus, which is as wide as the digits: `−500,00`.
    """
    if value is None:
        return ""
    # Nothing is added so that nothing stands without a minus.
    cents = Decimal(value).quantize(_CENTS, rounding=ROUND_HALF_UP) + 0
    return f"{cents:,.2f}".translate(_separators(get_language()))


@cache
def _separators(language: str | None) -> dict[int, str]:
    """Return what stands in a language for the marks of `-1,204,500.00`.

    Kept, since pages have hundreds of amounts and Django would look it up for each.
    """
    names = {",": "THOUSAND_SEPARATOR", ".": "DECIMAL_SEPARATOR"}
    return {ord("-"): MINUS} | {
        ord(mark): get_format(name, language) for mark, name in names.items()
    }


def with_minus(number: str) -> str:
    """Return a number that Django or Python wrote with the minus that people write."""
    return number.replace("-", MINUS)


def read_amount(text: str) -> Decimal:
    """Return the amount that somebody wrote: `1 250,50`, `1250.50`, `1.250,50` or `1,250.50`.

    The last mark is the decimal one, unless all marks are alike with three digits after each: those
    stand between thousands, since no amount has three decimals. Raises ValueError for anything
    else.
    """
    bare = _BLANKS.sub("", text).replace(MINUS, "-")
    if not _WRITTEN.match(bare):
        raise ValueError(f"not an amount: {text!r}")
    marks = [c for c in bare if c in ".,"]
    if _GROUPED.match(bare) and len(set(marks)) == 1:
        return Decimal(re.sub("[.,]", "", bare))
    if not marks:
        return Decimal(bare)
    whole, decimals = re.split(r"[.,](?=[^.,]*\Z)", bare)
    between = set(marks[:-1])
    if between and (len(between) > 1 or marks[-1] in between or not _GROUPED.match(whole)):
        raise ValueError(f"not an amount: {text!r}")
    return Decimal(f"{re.sub('[.,]', '', whole)}.{decimals}")


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return an amount in the currency's smallest coin, half of it away from zero.

    Never in more than two decimals: more are neither kept nor shown, also where there are coins of
    a thousandth.
    """
    return amount.quantize(coin(currency), ROUND_HALF_UP)


def coin(currency: str) -> Decimal:
    """Return the smallest that amounts of a currency are rounded to: 0.01, or 1."""
    return Decimal(1).scaleb(-min(get_currency_precision(currency), 2))
