"""Elements of UBL, the language that EHF is written in."""

import re
from datetime import date
from decimal import Decimal

from lxml import etree

CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
INVOICE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
CREDIT_NOTE = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
NAMES = {"cac": CAC, "cbc": CBC}

# What XML cannot hold.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def root(name: str, namespace: str) -> etree._Element:
    names: dict[str | None, str] = {None: namespace, "cac": CAC, "cbc": CBC}
    return etree.Element(f"{{{namespace}}}{name}", nsmap=names)


def add(
    parent: etree._Element, name: str, value: str | Decimal | date | None = None, **attributes: str
) -> etree._Element:
    """Add an element and return it: one with a value is basic, one without holds others."""
    element = etree.SubElement(parent, f"{{{CAC if value is None else CBC}}}{name}", attributes)
    if value is not None:
        element.text = written(value)
    return element


def add_if(parent: etree._Element, name: str, value: str, **attributes: str) -> None:
    """Add an element with a text, where there is one: UBL has no empty elements."""
    if written(value):
        add(parent, name, value, **attributes)


def written(value: str | Decimal | date) -> str:
    """Return a value as XML has it: dates by ISO, numbers without exponent."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return _IMPOSSIBLE.sub("", value).strip()


def bare(number: Decimal) -> Decimal:
    """Return a number without zeros at its end, and without an exponent."""
    return number.quantize(Decimal(1)) if number == number.to_integral() else number.normalize()
