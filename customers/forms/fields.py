"""Input that several customer forms clean alike."""

from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import iban
from stdnum.no import kontonr

from customers.forms.places import Places
from registry import org_number


def one_line(text: str) -> str:
    """Return the text with single blanks and without control characters."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def phone_number(text: str, norwegian: bool) -> str:
    """Return the phone number as people write it; what is no valid number stays as typed."""
    try:
        number = phonenumbers.parse(text, "NO" if norwegian else None)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_valid_number(number):
        return text
    domestic = norwegian and number.country_code == 47
    formats = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(
        number, formats.NATIONAL if domestic else formats.INTERNATIONAL
    )


def org_number_of(text: str, norwegian: bool) -> str:
    """Return the reg. no. as it is kept; a Norwegian one is checked. Raises ValidationError."""
    if not norwegian:
        return " ".join(text.split())
    number = org_number.compact(text)
    if len(number) != 9 or not number.isdigit():
        raise ValidationError(_("A Norwegian company reg. no. has nine digits."))
    if not org_number.is_valid(number):
        raise ValidationError(
            _("%(number)s is not a company reg. no.: its digits do not add up. Is one mistyped?")
            % {"number": org_number.formatted(number)}
        )
    return number


class CustomerCleaning(forms.ModelForm):
    """Cleans the fields of a customer, whichever of them a form has."""

    places: Places | None = None

    def clean_name(self) -> str:
        """Return the name with single blanks and without control characters."""
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(self.fields["name"].error_messages["required"], code="required")
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        norwegian = data.get("country") == "NO"
        cleaners = {
            "org_number": org_number_of,
            "phone": phone_number,
            "bank_account": self._bank_account,
        }
        for name, cleaner in cleaners.items():
            if data.get(name):
                try:
                    data[name] = cleaner(data[name], norwegian)
                except ValidationError as error:
                    self.add_error(name, error)
        if self.places:
            self.places.clean(data, home=data.get("country") or "")
        return data

    @staticmethod
    def _bank_account(text: str, norwegian: bool) -> str:
        bare = "".join(text.split()).replace(".", "").upper()
        if bare[:2].isalpha():
            if not iban.is_valid(bare):
                raise ValidationError(_("This is not a valid IBAN. Is a character mistyped?"))
            return bare
        if norwegian and not kontonr.is_valid(bare):
            raise ValidationError(
                _(
                    "This is not a Norwegian bank account: it has eleven digits, "
                    "the last a check digit. Is one mistyped?"
                )
            )
        return bare


def day_field(*, required: bool = False, **options: Any) -> forms.DateField:
    """Return a field for a day."""
    # Browsers want this format, whatever the language.
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(required=required, widget=widget, **options)
