"""Days in forms over projects."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from customers.forms.fields import day_field

FIRST_YEAR, LAST_YEAR = 1990, 2100


def sensible(day: date) -> None:
    """Refuse years that come of typing only two digits of one."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_("Is the year right? It is %(year)s.") % {"year": day.year})


def sensible_day(**options: Any) -> forms.DateField:
    """Return a field for a day of a year that people plan in."""
    return day_field(validators=[sensible], **options)
