"""Several e-mail addresses in one field, as people paste them."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.fields import one_line

MOST = 20  # addresses of one person
_LONGEST = 254
_QUOTED = re.compile(r'"[^"\n]*"')
_SEPARATED = re.compile(r"([,;\n])")
_NAMED = re.compile(r"[^<>]*<([^<>]*)>\s*")


class EmailsField(forms.CharField):
    """Cleans to a list of addresses, none of them twice.

    One on each line, or with commas or semicolons between, also as `Name <address>`.
    """

    widget = forms.Textarea(attrs={"rows": 2, "inputmode": "email", "autocapitalize": "none"})
    default_error_messages = {
        "too_many": gettext_lazy("No more than %(most)d addresses, please."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "max_length": 5000} | options)

    def clean(self, value: Any) -> Any:
        addresses = once(parsed(super().clean(value)))
        if len(addresses) > MOST:
            raise ValidationError(
                self.error_messages["too_many"], code="too_many", params={"most": MOST}
            )
        wrong = [address for address in addresses if not _is_address(address)]
        if wrong:
            raise ValidationError([_wrong(address) for address in wrong])
        return addresses


def parsed(text: str) -> list[str]:
    """Return the addresses of a text, or what stands in their place, as they come."""
    addresses: list[str] = []
    pieces = _SEPARATED.split(_QUOTED.sub(" ", text.replace("\r", "\n")))
    before = ""  # half of a name such as `Berg, Kari <kari@berg.example>`
    for piece, separator in zip(pieces[::2], [*pieces[1::2], "\n"], strict=True):
        named = _NAMED.fullmatch(piece)
        address = one_line(named[1] if named else piece).removeprefix("mailto:")
        if before and not named:
            addresses.append(before)
        before = ""
        if separator == "," and "@" not in piece and not named:
            before = address
        elif all("@" in word for word in address.split()):
            addresses += address.split()
        else:
            addresses.append(address)
    return addresses


def given_twice(text: str) -> list[str]:
    """Return the addresses that a text has more than once, whatever their case."""
    addresses = [address.lower() for address in parsed(text)]
    return sorted({address for address in addresses if addresses.count(address) > 1})


def once(addresses: list[str]) -> list[str]:
    """Return the addresses without those that differ from an earlier one in case alone."""
    first: dict[str, str] = {}
    for address in addresses:
        first.setdefault(address.lower(), address)
    return list(first.values())


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= _LONGEST


def _wrong(text: str) -> str:
    shown = text if len(text) <= 60 else f"{text[:60]}…"
    return _("“%(text)s” is not an e-mail address.") % {"text": shown}
