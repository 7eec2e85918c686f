"""Invoice settings as people read them: `30 days`, `12.5 %`, `Company value`."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from moment import money
from moment.invoice_settings.choices import Kind, Level
from moment.invoice_settings.declared import SETTINGS, Setting

# What the change log writes for a column without a value.
_NOTHING = (None, "", "None")
_ON, _OFF = (True, "True", "yes"), (False, "False", "no")


def show(
    setting: Setting | str,
    value: Any,
    *,
    level: Level = Level.CUSTOMER,
    contacts: Mapping[int, str] | None = None,
) -> str:
    """Return a level's own value in words; of none at all, what then holds.

    The value is as the level keeps it or as the change log wrote it. A contact is a key:
    `contacts` names them.
    """
    setting = SETTINGS[setting] if isinstance(setting, str) else setting
    return words(setting, value, contacts=contacts) or inherits(setting, level)


def words(setting: Setting, value: Any, *, contacts: Mapping[int, str] | None = None) -> str:
    """Return a value in words, empty for none."""
    if value in _NOTHING:
        return ""
    text = str(value)
    match setting.kind:
        case Kind.SWITCH:
            return _("Yes") if value in _ON else _("No") if value in _OFF else text
        case Kind.CHOICE:
            assert setting.choices
            return str(dict(setting.choices.choices).get(text, text))
        case Kind.CONTACT:
            named = (contacts or {}).get(int(text)) if text.isdecimal() else None
            return named or _("A contact no longer here")
        case Kind.WHOLE:
            return str(setting.counted % int(text)) if text.isdecimal() else text
        case Kind.PERCENT | Kind.AMOUNT:
            number = number_words(setting, value)
            return f"{number} {setting.unit}" if setting.kind == Kind.PERCENT else number
    return text


def number_words(setting: Setting, value: Any) -> str:
    """Return a percentage without needless zeros, an amount with two decimals: `1,204.50`."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if setting.kind == Kind.AMOUNT:
        return money.amount(number)
    return number_format(f"{number.normalize():f}")


def inherits(setting: Setting, level: Level) -> str:
    """Return what stands for a level's empty value."""
    above = setting.above(level)
    if Level.CUSTOMER in above:
        return _("Customer value")
    if Level.COMPANY in above:
        return _("Company value")
    return _("Standard value") if setting.standard is not None else _("No value")
