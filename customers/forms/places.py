"""The places of Norwegian postcodes in forms with addresses: filled in, and compared."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from registry import postcodes

COUNTRY = postcodes.COUNTRY


class Places:
    """The postcode and city fields of a form, by the prefixes of their names.

    An empty city is filled in from the postcode; one that goes with the postcode is marked, so that
    the page may replace it when the postcode changes; one that contradicts it is told, never
    refused. Abroad everything stays as written. One query each for showing and for cleaning.
    """

    def __init__(self, form: forms.BaseForm, prefixes: Sequence[str]) -> None:
        self.form, self.prefixes = form, prefixes
        # What contradicts its postcode in a form that has been cleaned, in sentences.
        self.warnings: list[str] = []
        self._mark()

    def clean(self, data: dict[str, Any], *, home: str) -> None:
        """Check the postcodes and fill in the cities. `home` holds where no country is given."""
        norwegian = [p for p in self.prefixes if (data.get(f"{p}country") or home) == COUNTRY]
        known = postcodes.places_of(data.get(f"{p}postcode") or "" for p in norwegian)
        for prefix in norwegian:
            code, city = data.get(f"{prefix}postcode") or "", data.get(f"{prefix}city") or ""
            if code and not postcodes.is_postcode(code):
                self.form.add_error(f"{prefix}postcode", _("A Norwegian postcode has four digits."))
            elif code in known and not city:
                data[f"{prefix}city"] = known[code]
            elif not postcodes.is_place(code, city, known):
                self.warnings.append(
                    _("Postcode %(code)s is %(place)s, not %(city)s. It was saved as written.")
                    % {"code": code, "place": known[code], "city": city}
                )

    def _mark(self) -> None:
        shown = {
            prefix: (
                str(self.form[f"{prefix}postcode"].value() or ""),
                str(self.form[f"{prefix}city"].value() or ""),
            )
            for prefix in self.prefixes
        }
        known = postcodes.places_of(code for code, _city in shown.values())
        for prefix, (code, city) in shown.items():
            fits = code in known and postcodes.is_place(code, city, known)
            attrs = self.form.fields[f"{prefix}city"].widget.attrs
            attrs["data-filled"] = city if fits else ""
