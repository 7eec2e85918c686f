"""Weeks, and somebody's hours in one: a row for each activity, a column for each day."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from moment.models import User
from moment.names import folded
from moment.projects.hours_text import hours_text
from moment.projects.models import Activity, Project, TimeEntry

MOST_ROWS = 50
_LATELY = timedelta(weeks=4)
_WRITTEN = re.compile(r"(20\d\d)-W(\d\d)\Z", re.ASCII)
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Week:
    """A week by its Monday; numbered as ISO 8601 does."""

    monday: date

    @classmethod
    def of(cls, day: date) -> "Week":
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def read(cls, text: str) -> "Week":
        """Return the week written as `2026-W47`; where that makes no sense, the present one."""
        if written := _WRITTEN.match(text):
            with suppress(ValueError):  # years have 52 or 53
                return cls(date.fromisocalendar(int(written[1]), int(written[2]), 1))
        return cls.of(timezone.localdate())

    def __str__(self) -> str:
        year, number, _weekday = self.monday.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def days(self) -> list[date]:
        return [self.monday + timedelta(days=n) for n in range(7)]

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def previous(self) -> "Week":
        return Week(self.monday - timedelta(days=7))

    @property
    def next(self) -> "Week":
        return Week(self.monday + timedelta(days=7))

    @property
    def is_present(self) -> bool:
        return self == Week.of(timezone.localdate())

    @property
    def span(self) -> str:
        """Its days in words: `16–22 Nov 2026`."""
        first, last = self.monday, self.sunday
        day = pgettext("date format, as of Django's date filter", "j")
        whole = pgettext("date format, as of Django's date filter", "j M Y")
        if first.month != last.month:
            day = pgettext("date format, as of Django's date filter", "j M")
        if first.year != last.year:
            day = whole
        return f"{date_format(first, day)}–{date_format(last, whole)}"


@dataclass(frozen=True)
class Typed:
    """What somebody wrote in a cell."""

    hours: str = ""
    comment: str = ""


@dataclass
class CellView:
    """A cell as it is shown: what is there, or what somebody wants there and why not."""

    activity: Activity
    day: date
    place: int  # in the week, from 0
    entries: list[TimeEntry] = field(default_factory=list)
    typed: Typed | None = None
    problem: str = ""

    @property
    def name(self) -> str:
        return f"{self.activity.pk}-{self.place}"

    @property
    def sum(self) -> Decimal:
        return sum((entry.hours for entry in self.entries), _NOTHING)

    @property
    def is_approved(self) -> bool:
        return any(entry.approved_at for entry in self.entries)

    @property
    def is_several(self) -> bool:
        return len(self.entries) > 1

    @property
    def is_locked(self) -> bool:
        """Tell whether it is only read here."""
        return self.is_several or self.is_approved or (not self.takes_hours and not self.typed)

    @property
    def takes_hours(self) -> bool:
        return not why_none(self.activity)

    @property
    def hours(self) -> str:
        return self.typed.hours if self.typed else hours_text(self.sum or None)

    @property
    def comment(self) -> str:
        if self.typed:
            return self.typed.comment
        return "; ".join(entry.comment for entry in self.entries if entry.comment)

    @property
    def is_today(self) -> bool:
        return self.day == timezone.localdate()


@dataclass
class Row:
    activity: Activity
    cells: list[CellView]

    @property
    def sum(self) -> Decimal:
        return sum((cell.sum for cell in self.cells), _NOTHING)

    @property
    def note(self) -> str:
        return why_none(self.activity)

    @property
    def problems(self) -> list[CellView]:
        return [cell for cell in self.cells if cell.problem]


class Grid:
    """Somebody's hours in a week on some activities.

    The activities are those with hours in the week, those `with_rows`, and those with hours lately
    that still take some; of a single project, all that take some.
    """

    def __init__(
        self,
        user: User,
        week: Week,
        activities: QuerySet[Activity],
        *,
        project: Project | None = None,
        with_rows: Iterable[int] = (),
        typed: Mapping[str, Typed] | None = None,
    ) -> None:
        self.user, self.week, self.project = user, week, project
        self.activities, self.with_rows = activities, list(with_rows)
        self.typed = typed or {}

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(activity) for activity in self._shown]

    @cached_property
    def cells(self) -> dict[str, CellView]:
        return {cell.name: cell for row in self.rows for cell in row.cells}

    @property
    def days(self) -> list[tuple[date, Decimal]]:
        """Each day with its sum."""
        sums = [sum((row.cells[n].sum for row in self.rows), _NOTHING) for n in range(7)]
        return list(zip(self.week.days, sums, strict=True))

    @property
    def sum(self) -> Decimal:
        return sum((row.sum for row in self.rows), _NOTHING)

    @property
    def problems(self) -> list[CellView]:
        return [cell for row in self.rows for cell in row.problems]

    @property
    def may_lack_some(self) -> bool:
        """Tell whether there may be activities that take hours and are not shown."""
        return self.project is None or len(self.rows) >= MOST_ROWS

    @cached_property
    def elsewhere(self) -> Decimal:
        """What somebody has registered in the week outside of the project that is shown."""
        if self.project is None:
            return _NOTHING
        rows = TimeEntry.objects.filter(user=self.user, day__in=self.week.days)
        rows = rows.exclude(activity__project=self.project).order_by()
        return sum(rows.values_list("hours", flat=True), _NOTHING)

    @property
    def seen(self) -> dict[str, list[Any]]:
        """What each cell that can be written in holds now: the entry, its hours and comment."""
        return {
            name: [entry.pk, str(entry.hours), entry.comment]
            for name, cell in self.cells.items()
            if not cell.is_locked
            for entry in cell.entries
        }

    @cached_property
    def _entries(self) -> Mapping[int, list[TimeEntry]]:
        rows = TimeEntry.objects.filter(user=self.user, day__in=self.week.days).order_by("pk")
        if self.project is not None:
            rows = rows.filter(activity__project=self.project)
        found: dict[int, list[TimeEntry]] = defaultdict(list)
        for entry in rows:
            found[entry.activity_id].append(entry)
        return found

    @cached_property
    def _shown(self) -> list[Activity]:
        must = {*self._entries, *self.with_rows}
        rows = self.activities.select_related("project__customer")
        rows = rows.order_by("project__sort_number", "number")
        shown = list(rows.filter(pk__in=must))
        room = max(0, MOST_ROWS - len(shown))
        if room and not self.with_rows:
            shown += taking_hours(rows).exclude(pk__in=must).filter(**self._usual())[:room]
        return sorted(shown, key=lambda one: (one.project.sort_number, one.number))

    def _usual(self) -> dict[str, Any]:
        if self.project is not None:
            return {}
        lately = TimeEntry.objects.filter(
            user=self.user, day__range=(self.week.monday - _LATELY, self.week.sunday)
        )
        return {"pk__in": lately.order_by().values("activity")}

    def _row(self, activity: Activity) -> Row:
        cells = [CellView(activity, day, n) for n, day in enumerate(self.week.days)]
        for entry in self._entries.get(activity.pk, ()):
            cells[(entry.day - self.week.monday).days].entries.append(entry)
        for cell in cells:
            cell.typed = self.typed.get(cell.name)
        return Row(activity, cells)


def taking_hours(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """Return those of the activities on which hours can be registered."""
    return activities.filter(project__state__in=Project.TAKING_HOURS).exclude(
        state=Activity.State.FINISHED
    )


def why_none(activity: Activity) -> str:
    """Return why an activity takes no hours; empty where it does."""
    if not activity.project.takes_hours:
        return str(activity.project.get_state_display())
    return _("Finished") if activity.state == Activity.State.FINISHED else ""


def key_of(activity: Activity) -> str:
    """Return what an activity is called where one is typed: `5001-2`."""
    return f"{activity.project.number}-{activity.number}"


def proposals(
    activities: QuerySet[Activity], text: str, *, without: Collection[int] = ()
) -> list[Activity]:
    """Return activities that take hours and fit a text, the one meant by its number alone."""
    rows = taking_hours(activities).exclude(pk__in=without).select_related("project__customer")
    rows = rows.order_by("project__sort_number", "number")
    first = text.split(maxsplit=1)[0] if text.split() else ""
    number, _dash, place = first.rpartition("-")
    if number and place.isascii() and place.isdigit() and len(place) < 9:
        exact = list(rows.filter(project__number=number.upper(), number=int(place)))
        if exact:
            return exact
    for word in text.split()[:8]:
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(project__search_text__contains=folded(word))
            | Q(project__customer__search_text__contains=folded(word))
        )
    return list(rows[:20])
