"""Values of every invoice setting: as people type them, as they are kept, as they are shown."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NamedTuple

from moment.invoice_settings.choices import Kind, Level
from moment.invoice_settings.declared import SETTINGS, Setting, on
from moment.models import CompanySettings

LEVELS = (Level.PROJECT, Level.CUSTOMER, Level.COMPANY)
EACH = [(level, setting) for level in LEVELS for setting in on(level)]
NAMES = [f"{level.value}-{setting.name}" for level, setting in EACH]


class Value(NamedTuple):
    typed: str
    kept: Any
    shown: str


_BY_NAME = {
    "endpoint_scheme": [Value("0007", "0007", "0007"), Value("0088", "0088", "0088")],
    "accounting_department": [Value("A-10", "A-10", "A-10"), Value("20", "20", "20")],
    "accounting_project": [Value("P.1", "P.1", "P.1"), Value("7001", "7001", "7001")],
    "sales_account_domestic": [Value("3010", "3010", "3010"), Value("3020", "3020", "3020")],
    "sales_account_foreign": [Value("3110", "3110", "3110"), Value("3120", "3120", "3120")],
    "ledger_account": [Value("1510", "1510", "1510"), Value("1520", "1520", "1520")],
}
_BY_KIND = {
    Kind.LINE: [Value("Avd. 4", "Avd. 4", "Avd. 4"), Value("Ø-2", "Ø-2", "Ø-2")],
    Kind.TEXT: [
        Value("Arbeid\r\nutført", "Arbeid\nutført", "Arbeid\nutført"),
        Value("Takk", "Takk", "Takk"),
    ],
    Kind.EMAIL: [
        Value("a@scan.example", "a@scan.example", "a@scan.example"),
        Value("b@scan.example", "b@scan.example", "b@scan.example"),
    ],
    Kind.SWITCH: [Value("yes", True, "Yes"), Value("no", False, "No")],
    Kind.WHOLE: [Value("14", 14, "14 days"), Value("1", 1, "1 day")],
    Kind.PERCENT: [
        Value("12,5", Decimal("12.5"), "12.5 %"),
        Value("8", Decimal(8), "8 %"),
    ],
    Kind.AMOUNT: [
        Value("1 204,50", Decimal("1204.5"), "1,204.50"),
        Value("75", Decimal(75), "75.00"),
    ],
    Kind.CURRENCY: [Value("EUR", "EUR", "EUR"), Value("SEK", "SEK", "SEK")],
}
_ZEROS = {
    Kind.SWITCH: Value("no", False, "No"),
    Kind.WHOLE: Value("0", 0, "0 days"),
    Kind.PERCENT: Value("0", Decimal(0), "0 %"),
    Kind.AMOUNT: Value("0", Decimal(0), "0.00"),
}


def values(setting: Setting) -> list[Value]:
    """Return two values of a setting; of a contact, as keys that a test must give it."""
    if setting.choices:
        first, *_rest, last = setting.choices.choices
        return [Value(key, key, str(label)) for key, label in (last, first)]
    if setting.kind == Kind.CONTACT:
        return [Value("1", 1, "Marit Olsen"), Value("2", 2, "Nils Berg")]
    return _BY_NAME.get(setting.name) or _BY_KIND[setting.kind]


def zero(setting: Setting) -> Value | None:
    """Return the value that is 0 or no, for a setting that has one."""
    return _ZEROS.get(setting.kind)


def project(**own: Any) -> SimpleNamespace:
    """Return what a project is to the settings: an object with their names."""
    nothing = {
        f"{one.name}_id" if one.kind == Kind.CONTACT else one.name: None
        for one in on(Level.PROJECT)
    }
    return SimpleNamespace(**nothing | own)


def company(**own: Any) -> CompanySettings:
    """Return the company, unsaved."""
    return CompanySettings(pk=1, **own)


def attribute(name: str) -> str:
    """Return what the attribute that keeps a setting is called."""
    return f"{name}_id" if SETTINGS[name].kind == Kind.CONTACT else name
