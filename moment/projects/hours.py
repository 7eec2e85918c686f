"""Hours: what may be registered, registering, changing and approving them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from moment.models import User
from moment.projects import billable, billed
from moment.projects.models import Activity, Employee, TimeEntry
from moment.projects.models.work import HOURS_A_DAY
from moment.projects.pricing import Prices
from moment.projects.sums import exact
from moment.turns import in_turn

AHEAD = timedelta(days=31)  # further on a date is a mistake in typing
_FIRST_DAY = date(2000, 1, 1)
BATCH = 500  # rows written with one statement


@dataclass(frozen=True)
class Hours:
    """What somebody wants to register: a user, an activity, a day and so many hours."""

    user: int
    activity: int
    day: date
    hours: Decimal
    comment: str = ""
    billable: bool = True


class Refused(Exception):
    """Some of the hours cannot be registered: by their places, why. Nothing was saved."""

    def __init__(self, problems: Mapping[int, str]) -> None:
        super().__init__(problems)
        self.problems = problems


class ChangedMeanwhile(Exception):
    """Somebody has changed, approved or removed the entry meanwhile; `stored` is what there is."""

    def __init__(self, stored: TimeEntry | None) -> None:
        super().__init__(stored)
        self.stored = stored


class ThereAlready(Exception):
    """Hours like some of these are there already: their places. Nothing was saved."""

    def __init__(self, places: Collection[int]) -> None:
        super().__init__(places)
        self.places = places


def register(wanted: Sequence[Hours], *, not_twice: Collection[int] = ()) -> list[TimeEntry]:
    """Save all of these hours and return the entries, or raise Refused and save none.

    ThereAlready is raised when there are such hours as those at the places `not_twice`. A fixed
    number of queries for each five hundred.
    """
    with held({one.user for one in wanted}, {one.activity for one in wanted}) as ground:
        if twice := there_already(wanted) & set(not_twice):
            raise ThereAlready(twice)
        if problems := ground.problems(wanted):
            raise Refused(problems)
        entries = [entry_of(one, ground) for one in wanted]
        return TimeEntry.objects.bulk_create(entries, batch_size=BATCH)


def problems(wanted: Sequence[Hours]) -> dict[int, str]:
    """Return why some of these could not be registered now, by their places. Saves nothing."""
    users, activities = {one.user for one in wanted}, {one.activity for one in wanted}
    return Ground(users, activities).problems(wanted)


def there_already(wanted: Sequence[Hours]) -> set[int]:
    """Return the places of those that are there: with this comment, by this user, that day."""
    if not wanted:
        return set()
    days = [one.day for one in wanted]
    rows = TimeEntry.objects.filter(
        user__in={one.user for one in wanted},
        activity__in={one.activity for one in wanted},
        day__range=(min(days), max(days)),
    )
    there = set(rows.order_by().values_list("user", "activity", "day", "hours", "comment"))
    return {
        place
        for place, one in enumerate(wanted)
        if (one.user, one.activity, one.day, one.hours, one.comment) in there
    }


def change(entry: TimeEntry, wanted: Hours) -> TimeEntry:
    """Give an entry other hours, or another day, activity or comment.

    `entry` is as it was shown. Raises ChangedMeanwhile or Refused.
    """
    with held({entry.user_id, wanted.user}, {entry.activity_id, wanted.activity}) as ground:
        stored = _as_shown(entry)
        if problems := ground.problems([wanted], instead_of=[stored]):
            raise Refused(problems)
        new = entry_of(wanted, ground)
        new.pk, new.created_at = stored.pk, stored.created_at
        new.save(force_update=True)
    return new


def delete(entry: TimeEntry) -> None:
    """Remove an entry as it was shown. Raises ChangedMeanwhile, and OnInvoice for one that was."""
    with held({entry.user_id}, {entry.activity_id}):
        stored = _as_shown(entry)
        billed.check_removal(stored)
        stored.delete()


def approve(keys: Collection[int], by: User) -> int:
    """Approve these entries and write down what their hours cost then. Return how many there were.

    Approved ones stay as they are.
    """
    with in_turn(), transaction.atomic():
        rows = TimeEntry.objects.select_for_update(of=("self",)).filter(pk__in=keys)
        rows = rows.filter(approved_at=None).order_by("pk")
        entries = list(rows)
        # Read after the entries are locked: whoever changes how they are priced locks them first.
        on = Activity.objects.select_related("project__customer")
        activities = on.in_bulk({entry.activity_id for entry in entries})
        prices = Prices(activity.project for activity in activities.values())
        alike = defaultdict(list)
        for entry in entries:
            price = prices.price(activities[entry.activity_id], entry.user_id, entry.day).amount
            alike[price, prices.cost(entry.user_id, entry.day)].append(entry.pk)
        now = timezone.now()
        for (price, cost), found in alike.items():
            written = {"approved_at": now, "approved_by": by, "price": price, "cost": cost}
            for some in _batches(found):
                TimeEntry.objects.filter(pk__in=some).update(**written)
    return len(entries)


def take_back(keys: Collection[int]) -> int:
    """Take the approval of these entries back, so that they can be changed; return how many.

    Raises OnInvoice where one of them is on an invoice or a draft.
    """
    with in_turn(), transaction.atomic():
        # Whoever changes how they are priced has these locked.
        on = set(
            TimeEntry.objects.filter(pk__in=keys).order_by().values_list("activity", flat=True)
        )
        _lock(Activity.objects.filter(pk__in=on))
        rows = TimeEntry.objects.select_for_update().filter(pk__in=keys).order_by("pk")
        approved = [entry.pk for entry in rows if entry.approved_at]
        billed.check_entries(approved)
        none = dict.fromkeys(["approved_at", "approved_by", "price", "cost"])
        count = TimeEntry.objects.filter(pk__in=approved).update(**none)
        billable.let_go(approved)
    return count


def _batches(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


class Ground:
    """What decides whether hours of these users on these activities can be registered."""

    def __init__(self, users: Collection[int], activities: Collection[int]) -> None:
        rows = Activity.objects.filter(pk__in=activities).select_related("project__customer")
        self.activities = {row.pk: row for row in rows}
        self.employees = {
            row.user_id: row
            for row in Employee.objects.filter(user__in=users).select_related("user")
        }
        self.prices = Prices(row.project for row in self.activities.values())

    def problems(
        self, wanted: Sequence[Hours], *, instead_of: Iterable[TimeEntry] = ()
    ) -> dict[int, str]:
        """Return why some of these cannot be registered in place of those, by their places."""
        found = {}
        for place, one in enumerate(wanted):
            if problem := self._problem(one):
                found[place] = problem
        return found | self._too_many(wanted, found, instead_of)

    def _problem(self, one: Hours) -> str:
        activity = self.activities.get(one.activity)
        if activity is None:
            return _("There is no such activity.")
        if not activity.project.takes_hours:
            return _("The project “%(project)s” takes no hours: %(state)s.") % {
                "project": activity.project,
                "state": activity.project.get_state_display(),
            }
        if activity.state == Activity.State.FINISHED:
            return _("The activity “%(activity)s” is finished.") % {"activity": activity}
        if not 0 < one.hours <= HOURS_A_DAY:
            return _("Hours are above 0 and at most 24.")
        if not _FIRST_DAY <= one.day <= timezone.localdate() + AHEAD:
            return _("This date is too far away.")
        employee = self.employees.get(one.user)
        if employee is None:
            return _("Not set up as an employee yet. An administrator can do that.")
        if not employee.is_employed(one.day):
            return _("%(person)s is not employed that day.") % {"person": employee}
        return ""

    def _too_many(
        self, wanted: Sequence[Hours], refused: Collection[int], instead_of: Iterable[TimeEntry]
    ) -> dict[int, str]:
        """Return the hours with which somebody would have more than there are in a day."""
        new = [(place, one) for place, one in enumerate(wanted) if place not in refused]
        if not new:
            return {}
        days = [one.day for _place, one in new]
        rows = TimeEntry.objects.filter(
            user__in={one.user for _place, one in new}, day__range=(min(days), max(days))
        ).exclude(pk__in=[entry.pk for entry in instead_of])
        sums = rows.order_by().values_list("user", "day").annotate(Sum("hours"))
        there = defaultdict(Decimal, {(user, day): exact(hours) for user, day, hours in sums})
        found = {}
        for place, one in new:
            there[one.user, one.day] += one.hours
            if there[one.user, one.day] > HOURS_A_DAY:
                found[place] = _("That makes more than 24 hours on %(day)s.") % {
                    "day": date_format(one.day, "SHORT_DATE_FORMAT")
                }
        return found


@contextmanager
def held(users: Collection[int], activities: Collection[int]) -> Iterator[Ground]:
    """Lock the employees, then the activities, for a transaction in which their hours change."""
    with in_turn(), transaction.atomic():
        _lock(Employee.objects.filter(user__in=users))
        _lock(Activity.objects.filter(pk__in=activities))
        yield Ground(users, activities)


def _lock(rows: QuerySet) -> None:
    list(rows.select_for_update().order_by("pk").values_list("pk"))


def entry_of(one: Hours, ground: Ground) -> TimeEntry:
    """Return the entry that these hours make, not saved."""
    activity = ground.activities[one.activity]
    return TimeEntry(
        user_id=one.user,
        activity=activity,
        day=one.day,
        hours=one.hours,
        comment=one.comment,
        billable=one.billable and ground.prices.is_billable(activity),
    )


_SHOWN = ("user_id", "activity_id", "day", "hours", "comment", "billable", "approved_at")


def _as_shown(entry: TimeEntry) -> TimeEntry:
    """Return the entry as it is stored, unless it is not what was shown, or approved."""
    # Locked: who approves locks nothing but entries.
    stored = TimeEntry.objects.select_for_update().filter(pk=entry.pk).first()
    if stored is None or stored.approved_at:
        raise ChangedMeanwhile(stored)
    if any(getattr(stored, name) != getattr(entry, name) for name in _SHOWN):
        raise ChangedMeanwhile(stored)
    return stored
