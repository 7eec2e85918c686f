"""How forms look, fields that several have, and the log-in form."""

from decimal import Decimal
from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from moment import money


class Renderer(TemplatesSetting):
    """Renders fields by `templates/form/field.html`."""

    field_template_name = "form/field.html"


class AmountField(forms.CharField):
    """An amount of money as people write it, with 1 250,50 and 1250.50 for the same."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {
        "invalid": _("Write an amount with digits, such as %(example)s."),
        "negative": _("An amount is 0 or more."),
        "decimals": _("At most two decimals."),
        "too_large": _("At most %(highest)s."),
    }

    def __init__(self, *, max_digits: int = 12, **options: Any) -> None:
        super().__init__(**options)
        self.highest = Decimal(10) ** (max_digits - 2) - Decimal("0.01")

    def prepare_value(self, value: Any) -> Any:
        """Show a stored amount as it is read; what was typed stays as it was typed."""
        return money.amount(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            found = money.read_amount(text)
        except ValueError:
            raise self._refused("invalid", example=money.amount(Decimal("1250.50"))) from None
        if found < 0:
            raise self._refused("negative")
        if found > self.highest:
            raise self._refused("too_large", highest=money.amount(self.highest))
        if found != found.quantize(Decimal("0.01")):
            raise self._refused("decimals")
        return found.quantize(Decimal("0.01"))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True

    def _refused(self, code: str, **params: Any) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


class LoginForm(AllauthLoginForm):
    """User name or e-mail, and password; labels say it, not placeholders that go away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        self.fields["password"].help_text = ""
        for name in ("login", "password"):
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs |= {"autofocus": True, "autocomplete": "username"}
