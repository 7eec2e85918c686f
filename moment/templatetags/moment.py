"""Template tags that every page may use."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from django import template
from django.conf import settings
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from lucide.templatetags.lucide import lucide

from moment import money, names

register = template.Library()


@register.simple_tag
@cache
def icon(name: str) -> str:
    """Return a Lucide icon that screen readers pass over; the words stand beside it."""
    return lucide(name, size=18, aria_hidden="true")


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """Return the languages to choose from, each by its own name."""
    return settings.LANGUAGES


@register.filter
def when(moment: datetime | None) -> str:
    """Return a date as people say it: Today, Yesterday, 11 Nov, or with its year."""
    return day_in_words(timezone.localtime(moment).date()) if moment else ""


@register.filter
def when_inside(moment: datetime) -> str:
    """Return the same for the middle of a sentence: today, yesterday, 11 Nov."""
    day, today = timezone.localtime(moment).date(), timezone.localdate()
    words = {today: _("today"), today - timedelta(days=1): _("yesterday")}
    return words.get(day) or short_date(day)


def day_in_words(day: date) -> str:
    today = timezone.localdate()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return short_date(day)


@register.filter
def short_date(day: date) -> str:
    """Return `19 Nov`, with the year when it is another: the formats are each language's own."""
    if day.year == timezone.localdate().year:
        return date_format(day, pgettext("date format, as of Django's date filter", "j M"))
    return date_format(day, pgettext("date format, as of Django's date filter", "j M Y"))


@register.filter
def full_date(day: date | None) -> str:
    """Return `19 Nov 2026`, always with the year; empty for None."""
    if day is None:
        return ""
    return date_format(day, pgettext("date format, as of Django's date filter", "j M Y"))


@register.filter
def when_exactly(moment: datetime) -> str:
    """Return the day as `when` does, and the time."""
    return f"{when(moment)} {date_format(timezone.localtime(moment), 'H:i')}"


@register.filter
def initials(person: object) -> str:
    return names.initials(str(person))


@register.filter
def amount(value: Decimal | None) -> str:
    """Return an amount as people read it: 1 204 500,00 or 1,204,500.00."""
    return money.amount(value)


@register.filter
def figure(value: Decimal | None, places: str = "0g") -> str:
    """Return a number rounded as `floatformat` does, with the minus of `amount`: −1 205."""
    return money.with_minus(floatformat(value, places))
