"""The period that a development is of, in each of its years."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from moment.statistics import periods
from moment.statistics.forms import PeriodForm
from moment.statistics.periods import Name, Period


class YearForm(PeriodForm):
    """A period of a year at most, so that one year's does not reach into the next one's.

    Empty: this year.
    """

    def clean(self) -> Mapping[str, Any]:  # type: ignore[override]
        found = super().clean()
        first, last = found.get("from"), found.get("until")
        if first and last and not self.errors and last >= _a_year_after(first):
            self.add_error("until", ValidationError(_("Here a period is a year at most.")))
        return found

    @property
    def chosen(self) -> Period:
        if not self.cleaned_data["period"]:
            return periods.named(Name.THIS_YEAR)
        return super().chosen


def _a_year_after(day: Any) -> Any:
    """Return the same day a year later; of 29 February, the first of March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, month=3, day=1)
