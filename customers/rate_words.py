"""Hourly rates in sentences."""

from django.utils.translation import gettext as _

from customers.models import HourlyRate
from customers.rates import Ending
from moment.money import amount
from moment.templatetags.moment import full_date


def rate_words(rate: HourlyRate) -> str:
    """Return a rate as a sentence: `Ola has 1 250,00 from 1 Jan 2026 with no end.`"""
    text = {
        (True, True): _("%(who)s has %(rate)s from %(first)s until %(last)s."),
        (True, False): _("%(who)s has %(rate)s from %(first)s with no end."),
        (False, True): _("%(who)s has %(rate)s until %(last)s."),
        (False, False): _("%(who)s has %(rate)s with neither a first nor a last day."),
    }[bool(rate.valid_from), bool(rate.valid_until)]
    return text % {
        "who": rate.user or rate.role,
        "rate": amount(rate.rate),
        "first": full_date(rate.valid_from),
        "last": full_date(rate.valid_until),
    }


def days_words(rate: HourlyRate) -> str:
    """Return the days on which a rate holds: `from 1 Jan 2026 with no end`."""
    text = {
        (True, True): _("from %(first)s until %(last)s"),
        (True, False): _("from %(first)s with no end"),
        (False, True): _("until %(last)s"),
        (False, False): _("with neither a first nor a last day"),
    }[bool(rate.valid_from), bool(rate.valid_until)]
    return text % {"first": full_date(rate.valid_from), "last": full_date(rate.valid_until)}


def amount_words(rate: HourlyRate) -> str:
    """Return how much from when: `1 250,00 from 1 Jan 2026 with no end`."""
    return f"{amount(rate.rate)} {days_words(rate)}"


def ending_words(ending: Ending) -> str:
    """Return what an earlier rate would do to make way, and what is left without a rate then."""
    text = _("End it on %(day)s.") % {"day": full_date(ending.last_day)}
    if ending.gap_from is None:
        return text
    after = _("From %(day)s there is then no rate.") % {"day": full_date(ending.gap_from)}
    return f"{text} {after}"
