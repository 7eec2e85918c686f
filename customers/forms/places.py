"""The places of Norwegian postcodes in forms with addresses: filled in, and compared."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _

from registry import postcodes

COUNTRY = postcodes.COUNTRY


class Checked(NamedTuple):
    """The city that a postcode and a city make, and what is wrong with the postcode.

    `expected` is the place of the postcode where the city is another one.
    """

    city: str
    problem: str = ""
    expected: str = ""


def check(code: str, city: str, known: dict[str, str]) -> Checked:
    """Check a Norwegian postcode with its city, by `postcodes.places_of`; an empty one is found."""
    if code and not postcodes.is_postcode(code):
        return Checked(city, problem=_("A Norwegian postcode has four digits."))
    if code in known and not city:
        return Checked(known[code])
    if postcodes.is_place(code, city, known):
        return Checked(city)
    return Checked(city, expected=known[code])


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
            checked = check(code, city, known)
            if checked.problem:
                self.form.add_error(f"{prefix}postcode", checked.problem)
            elif checked.city != city:
                data[f"{prefix}city"] = checked.city
            elif checked.expected:
                self.warnings.append(
                    _("Postcode %(code)s is %(place)s, not %(city)s. It was saved as written.")
                    % {"code": code, "place": checked.expected, "city": city}
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
