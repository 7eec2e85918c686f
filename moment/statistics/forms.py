"""The form that asks for a period; it stands in the query string."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from moment.projects.forms.days import sensible_day
from moment.statistics import periods
from moment.statistics.periods import Name, Period

_LONGEST = timedelta(days=3653)


class PeriodForm(forms.Form):
    """A period by its name, or by its first and last day. Empty: the last 12 months."""

    period = forms.ChoiceField(
        choices=Name,
        required=False,
        error_messages={"invalid_choice": _("There is no such period.")},
    )
    until = sensible_day(label=_("Until"), required=False)

    field_order = ("period", "from", "until")

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        # A word of Python, which no attribute of a class can be called.
        self.fields["from"] = sensible_day(label=_("From"), required=False)
        self.order_fields(self.field_order)

    @property
    def days(self) -> list[forms.BoundField]:
        """The fields of an own period; where a named one is asked for, empty."""
        return [self["from"], self["until"]]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("period") != Name.OWN or self.errors:
            return found
        first, last = found.get("from"), found.get("until")
        for name in ("from", "until"):
            if found.get(name) is None:
                self.add_error(name, ValidationError(_("Write a date."), code="required"))
        if first and last and last < first:
            self.add_error("until", _("The last day is before the first."))
        elif first and last and last - first > _LONGEST:
            self.add_error("until", _("A period is ten years at most."))
        return found

    @property
    def chosen(self) -> Period:
        """The period that is asked for; the form is valid."""
        found = self.cleaned_data
        if found["period"] == Name.OWN:
            first: date = found["from"]
            return periods.between(first, found["until"])
        return periods.named(Name(found["period"] or Name.LAST_12))
