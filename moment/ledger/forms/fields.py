"""Fields for amounts below 0, and for exchange rates."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from moment import money
from moment.forms import AmountField
from moment.lines import plain

_RATE = re.compile(r"\d{1,8}(?:[.,]\d{1,6})?\Z", re.ASCII)


class SignedAmountField(AmountField):
    """An amount, or a quantity, that can be below 0."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip().replace("−", "-")
        if text.startswith("--"):
            raise self._refused("invalid", example=money.amount(Decimal("1250.50")))
        found = super().to_python(text.removeprefix("-"))
        return -found if found and text.startswith("-") else found


class RateField(forms.CharField):
    """What one of a currency is in the company's: above 0, with six decimals at most."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {
        "invalid": _("Write a number above 0 with six decimals at most, such as 11.5432."),
    }

    def prepare_value(self, value: Any) -> Any:
        return plain(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        text = "".join((super().to_python(value) or "").split())
        if not text:
            return None
        found = Decimal(text.replace(",", ".")) if _RATE.match(text) else Decimal(0)
        if not found:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True
