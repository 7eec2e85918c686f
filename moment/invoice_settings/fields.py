"""Form fields for invoice settings: what people type, and what is kept of it."""

import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from moment.invoice_settings.choices import Kind
from moment.invoice_settings.declared import Setting
from moment.invoice_settings.words import number_words
from moment.money import currency_choices, read_amount

Choices = Iterable[tuple[str, str]]

# What stands for a field that was posted as it was shown.
UNTOUCHED: Any = object()
YES, NO = "yes", "no"


def kept(value: Any) -> str:
    """Return a value as one text, the same for equal values: empty for none, `12.5`, `yes`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return "\n".join(str(value).splitlines())


def typed(setting: Setting, text: str) -> str:
    """Return what stands in the field for a value that `kept` made a text of."""
    if text and setting.kind in (Kind.PERCENT, Kind.AMOUNT):
        return number_words(setting, text)
    return text


class NumberField(forms.CharField):
    """A number between two limits, with so many decimals at most. Empty: None."""

    def __init__(self, setting: Setting, *, decimals: int) -> None:
        mode = "decimal" if decimals else "numeric"
        # Not `type=number`: browsers would send what is no number as empty.
        widget = forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off", "size": 12})
        super().__init__(required=False, max_length=40, widget=widget)
        self.setting, self.decimals = setting, decimals

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        unit = str(self.setting.unit) if self.setting.kind != Kind.AMOUNT else ""
        try:
            value = read_amount(text.removesuffix(unit))
        except ValueError:
            raise ValidationError(_("This is not a number."), code="invalid") from None
        if len(f"{value:f}".partition(".")[2].rstrip("0")) > self.decimals:
            if self.decimals:
                raise ValidationError(_("Write it with two decimals at most."))
            raise ValidationError(_("Write a whole number."))
        lowest, highest = self.setting.lowest or 0, self.setting.highest
        if highest is not None and not lowest <= value <= highest:
            ends = f"{number_format(highest, force_grouping=True)} {unit}".strip()
            raise ValidationError(
                _("It must be between %(lowest)s and %(highest)s.")
                % {"lowest": number_format(lowest), "highest": ends}
            )
        return value.quantize(Decimal("0.01")) if self.decimals else int(value)


class SettingField(forms.Field):
    """One setting on one level. `shown` is the text of the value that the person was shown.

    What was not touched, or not posted at all, is never an error, even where it would be refused
    today.
    """

    def __init__(self, setting: Setting, inner: forms.Field, shown: str | None) -> None:
        super().__init__(required=False, label=setting.label, help_text=setting.help)
        # Given to Django it would be copied, with its choices.
        self.widget = inner.widget
        self.setting, self.inner = setting, inner
        self.shown = None if shown is None else typed(setting, shown)

    def clean(self, value: Any) -> Any:
        if value is None or (self.shown is not None and same(value, self.shown)):
            return UNTOUCHED
        value = self.inner.clean(value)
        if value in ("", None):
            return None
        if self.setting.kind in (Kind.LINE, Kind.TEXT):
            lines = ["".join(map(_printed, line)).rstrip() for line in value.splitlines()]
            return "\n".join(lines).strip() or None
        return value


def _printed(character: str) -> str:
    """Return a blank for a control character, which no invoice can carry."""
    return " " if unicodedata.category(character) == "Cc" else character


def same(posted: Any, shown: str) -> bool:
    """Tell whether two texts are the same but for how browsers break lines."""
    return isinstance(posted, str) and posted.splitlines() == shown.splitlines()


def field_for(
    setting: Setting,
    *,
    shown: str | None,
    present: str,
    inherit: str | None,
    placeholder: str,
    contacts: Choices = (),
) -> SettingField:
    """Return the field of a setting.

    `present` is the value on the level, which stays a choice whatever it is. `inherit` names the
    empty choice; None where the level must have a value of its own.
    """
    return SettingField(setting, _inner(setting, present, inherit, placeholder, contacts), shown)


def _inner(
    setting: Setting, present: str, inherit: str | None, placeholder: str, contacts: Choices
) -> forms.Field:
    required = inherit is None
    empty = [] if required else [("", inherit or "")]
    hint: dict[str, Any] = {"placeholder": placeholder} if placeholder else {}
    validators = setting.validators
    match setting.kind:
        case Kind.CHOICE:
            assert setting.choices
            return _choice([*empty, *setting.choices.choices], present, required)
        case Kind.CURRENCY:
            return _choice([*empty, *currency_choices()[1:]], present, required)
        case Kind.SWITCH:
            choices = [*empty, (YES, _("Yes")), (NO, _("No"))]
            return _choice(choices, present, required, coerce=lambda text: text == YES)
        case Kind.CONTACT:
            return _choice([*empty, *contacts], present, required, coerce=int)
        case Kind.WHOLE | Kind.PERCENT | Kind.AMOUNT:
            field: forms.Field = NumberField(
                setting, decimals=0 if setting.kind == Kind.WHOLE else 2
            )
            field.widget.attrs |= hint
            return field
        case Kind.TEXT:
            area = forms.Textarea(attrs={"rows": 2, **hint})
            return forms.CharField(required=required, max_length=setting.length, widget=area)
        case Kind.EMAIL:
            mail = forms.EmailInput(attrs=hint)
            return forms.EmailField(required=required, max_length=254, widget=mail)
    line = forms.TextInput(attrs={"autocomplete": "off", **hint})
    return forms.CharField(
        required=required, max_length=setting.length, widget=line, validators=validators
    )


def _choice(
    choices: list[tuple[str, Any]], present: str, required: bool, coerce: Any = str
) -> forms.Field:
    if present and present not in {str(value) for value, _label in choices}:
        choices.append((present, present))
    return forms.TypedChoiceField(
        choices=choices, required=required, coerce=coerce, empty_value=None
    )
