"""The hours of the demo's colleagues: two years of working weeks, all but the last approved."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.db import connection
from django.utils import timezone

from moment.demo.jobs import SEED, Kind, State
from moment.demo.projects import Made
from moment.models import User
from moment.projects import hours
from moment.projects.hours import Hours
from moment.projects.models import Employee, TimeEntry

_COMMENTS = (
    "", "", "", "Befaring", "Møte med byggherre", "Tegninger", "Beregninger", "Rapport",
    "Prosjekteringsmøte", "E-post og oppfølging", "Kontroll av underlag", "Modell",
    "Notat om grunnforhold", "Utkast sendt til gjennomlesing", "Reise",
)  # fmt: skip
_DAYS = ("7.5", "7.5", "7.5", "8", "7", "6.5", "8.25", "5.75")
# Who is how many weeks behind with having hours approved.
_BEHIND = {"ola": 5, "jonas": 4, "kari": 2}
_USUALLY = 3
# Where few of the weeks have something to do.
_LITTLE = {Kind.SUBSCRIPTION: 0.3, Kind.NONE: 0.1}


def load(made: Sequence[Made], colleagues: Mapping[str, User], now: datetime, weeks: int) -> int:
    """Register so many weeks of hours and approve the older ones; return how many entries."""
    today = timezone.localdate(now)
    employed = dict(Employee.objects.values_list("user__username", "employed_from"))
    first = today - timedelta(weeks=weeks)
    wanted = [
        one
        for name, user in colleagues.items()
        if name in employed
        for one in _of(name, user, made, max(employed[name] or first, first), today)
    ]
    entries = hours.register(wanted)
    old = {
        user.pk: today - timedelta(days=today.weekday(), weeks=_BEHIND.get(name, _USUALLY))
        for name, user in colleagues.items()
    }
    hours.approve(
        [entry.pk for entry in entries if entry.day < old[entry.user_id]], colleagues["kari"]
    )
    _date_back(entries, now)
    return len(entries)


def _of(name: str, user: User, made: Sequence[Made], since: date, today: date) -> Iterator[Hours]:
    """Yield a colleague's hours, week by week."""
    mine = [one for one in made if name in one.people]
    monday = since + timedelta(days=-since.weekday() % 7)
    while monday <= today:
        rng = Random(f"{SEED} {name} {monday}")
        running = [
            one
            for one in mine
            if _takes(one, monday) and rng.random() < _LITTLE.get(one.job.kind, 1)
        ]
        if running and not _is_away(monday, rng):
            these = rng.sample(running, min(len(running), rng.choice((1, 2, 2, 3))))
            for number in range(5):
                day = monday + timedelta(days=number)
                if day <= today and rng.random() < 0.96:
                    yield from _day(user, these, day, rng)
        monday += timedelta(weeks=1)


def _takes(one: Made, monday: date) -> bool:
    job = one.job
    begun = job.state not in (State.PLANNED, State.OFFER)
    return begun and job.starts_on <= monday <= job.ends_on


def _is_away(monday: date, rng: Random) -> bool:
    """Tell whether it is the week of Christmas, three in July, or one now and then."""
    if (monday.month, monday.day) >= (12, 22):
        return True
    return (monday.month == 7 and 6 <= monday.day <= 26) or rng.random() < 0.03


def _day(user: User, these: Sequence[Made], day: date, rng: Random) -> Iterator[Hours]:
    whole = Decimal(rng.choice(_DAYS))
    first = rng.choice(these)
    parts = [(first, whole)]
    if len(these) > 1 and rng.random() < 0.4:
        less = Decimal(rng.choice(("1", "1.5", "2.5", "3")))
        second = rng.choice([one for one in these if one is not first])
        parts = [(first, whole - less), (second, less)]
    for one, number in parts:
        (activity,) = rng.choices(one.activities, one.weights)
        yield Hours(
            user.pk,
            activity.pk,
            day,
            number,
            comment=rng.choice(_COMMENTS),
            billable=rng.random() < 0.94,
        )


def _date_back(entries: Sequence[TimeEntry], now: datetime) -> None:
    """Have each been registered in the evening, and approved the Monday after the next."""
    zone = timezone.get_current_timezone()
    adapt = connection.ops.adapt_datetimefield_value
    rows = []
    for entry in entries:
        evening = min(now, datetime.combine(entry.day, time(15, 30), zone))
        away = timedelta(days=14 - entry.day.weekday())
        approved = min(now, datetime.combine(entry.day + away, time(9, 0), zone))
        rows.append((adapt(evening), adapt(approved), entry.pk))
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE projects_timeentry SET created_at = %s, "
            "approved_at = CASE WHEN approved_at IS NULL THEN NULL ELSE %s END WHERE id = %s",
            rows,
        )
