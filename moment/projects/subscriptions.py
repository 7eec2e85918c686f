"""The periods of a subscription."""

import calendar
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from moment.projects.models import PriceModel, Project
from moment.templatetags.moment import full_date


def warnings(project: Project) -> list[str]:
    """Return of a project that is over which of its subscriptions go on all the same. One query."""
    if project.state in Project.OPEN:
        return []
    rows = project.price_models.filter(kind=PriceModel.Kind.SUBSCRIPTION)
    going_on = rows.filter(Q(ends_on=None) | Q(ends_on__gt=timezone.localdate()))
    for_ever = _("The subscription “%(model)s” goes on until it is given a last day.")
    for_now = _("The subscription “%(model)s” goes on until %(day)s.")
    return [
        for_now % {"model": model, "day": full_date(model.ends_on)}
        if model.ends_on
        else for_ever % {"model": model}
        for model in going_on
    ]


def begun(model: PriceModel, on: date) -> list[date]:
    """Return the first days of the periods that have begun by a day: each is paid for then.

    A period begins on the same day of the month as the first one, or on the last of a shorter one.
    """
    assert model.starts_on
    assert model.interval
    last = min(on, model.ends_on) if model.ends_on else on
    days: list[date] = []
    while (day := _later(model.starts_on, len(days) * model.interval)) <= last:
        days.append(day)
    return days


def periods(model: PriceModel, on: date) -> list[tuple[date, date]]:
    """Return the first and the last day of the same periods."""
    days = begun(model, on)
    assert model.starts_on
    assert model.interval
    found = []
    for place, first in enumerate(days, start=1):
        last = _later(model.starts_on, place * model.interval) - timedelta(1)
        found.append((first, min(last, model.ends_on) if model.ends_on else last))
    return found


def _later(day: date, months: int) -> date:
    """Return the day so many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
