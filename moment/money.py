"""Currencies."""

from babel import Locale
from babel.core import get_global
from django.core.validators import RegexValidator
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext_lazy, to_locale
from django.utils.translation import gettext as _

currency_code = RegexValidator(
    r"^[A-Z]{3}\Z", gettext_lazy("A currency is three capital letters, like NOK.")
)

COMMON = ["NOK", "SEK", "DKK", "EUR", "USD", "GBP"]


def codes() -> list[str]:
    """Return the ISO codes of every currency in use today, the most common here first."""
    tender = {
        code
        for currencies in get_global("territory_currencies").values()
        for code, _start, end, is_tender in currencies
        if is_tender and end is None
    }
    return COMMON + sorted(tender - set(COMMON))


def _choices() -> list[tuple[str, str]]:
    names = Locale.parse(to_locale(get_language() or "en")).currencies
    named = [(code, f"{code} – {names.get(code, code)}") for code in codes()]
    return [("", _("Company's standard")), *named]


# Named in the reader's language when shown.
currency_choices = lazy(_choices, list)
