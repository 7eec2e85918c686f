"""Template tags of the pages with hours."""

from datetime import date
from decimal import Decimal

from django import template
from django.utils.formats import date_format
from django.utils.translation import pgettext

from moment.projects.hours_text import hours_text

register = template.Library()


@register.filter
def hours(value: Decimal | None) -> str:
    """Return hours as people read them: 7,5 or 7.5."""
    return hours_text(value)


@register.filter
def weekday(day: date) -> str:
    """Return `Monday 16 November`: the format is each language's own."""
    return date_format(day, pgettext("date format, as of Django's date filter", "l j F"))


@register.filter
def weekday_short(day: date) -> str:
    """Return `Mon 16 Nov`."""
    return date_format(day, pgettext("date format, as of Django's date filter", "D j M"))
