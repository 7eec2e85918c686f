"""A week's hours as somebody sends them."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from customers.forms.fields import one_line
from moment.keyset import is_key
from moment.models import User
from moment.projects import saving_week
from moment.projects.hours_text import hours_text, read_hours
from moment.projects.models import Activity, Project, TimeEntry
from moment.projects.saving_week import Cell, Shown, WeekRefused
from moment.projects.week import CellView, Grid, Typed, Week, proposals

LONGEST = 500  # characters of a comment
# Rows that are read: as many as fit in what a browser may send. A page shows all that have hours.
_MOST_SENT = 400


class WeekForm:
    """Somebody's week: the grid as it is, or with what was sent, and what is wrong with that.

    `activities` are those that who sends it may know of.
    """

    def __init__(
        self,
        data: QueryDict | None,
        *,
        user: User,
        week: Week,
        activities: QuerySet[Activity],
        project: Project | None = None,
    ) -> None:
        self.data = data or QueryDict()
        self.user, self.week, self.project, self.activities = user, week, project, activities
        self.found: list[Activity] = []  # what fits the text of an activity to add
        self.problem = ""  # with adding
        self.gone: list[str] = []  # what was written on activities that are no more
        self._added: list[int] = []
        self._told: set[str] = set()  # cells of which somebody was told what stands there now

    # Adding an activity

    @property
    def add(self) -> str:
        return one_line(self.data.get("add", "")[:240])

    @property
    def is_adding(self) -> bool:
        """Tell whether an activity is asked for: nothing is saved then."""
        return bool(self.add or self.data.get("add_key") or self.data.get("do") == "add")

    def choose(self) -> bool:
        """Add the row that is asked for; where several fit, they are `found`."""
        if is_key(key := self.data.get("add_key", "")):
            self.found = list(self.activities.filter(pk=key))
        elif not self.add:
            self.problem = _("Write which project or activity.")
            return False
        else:
            self.found = proposals(self.activities, self.add)
        if len(self.found) == 1:
            (activity,) = self.found
            self._added, self.found = [activity.pk], []
            return True
        self.problem = (
            _("Several activities fit. Which one?")
            if self.found
            else _("No activity that takes hours fits “%(text)s”.") % {"text": self.add}
        )
        return False

    # Saving

    def save(self) -> int | None:
        """Save the cells and return how many entries changed; None where something is wrong."""
        try:
            changed = saving_week.save(self.user.pk, self._cells, self._unread)
        except WeekRefused as error:
            for place, why in error.problems.items():
                self._tell(self._names[place], why)
            for place, stored in error.changed.items():
                self._tell_of_change(self._names[place], stored)
            return None
        return None if self.gone else changed

    @cached_property
    def grid(self) -> Grid:
        typed = {
            name: self._typed[name]
            for name, cell in zip(self._names, self._cells, strict=True)
            if not cell.is_untouched or name in self._unread_names
        }
        return Grid(
            self.user,
            self.week,
            self.activities,
            project=self.project,
            with_rows=[*self._rows, *self._added],
            typed=typed,
        )

    @property
    def focus(self) -> str:
        """Return the cell to write in next: of the row just added, else today's of the first."""
        added = [row for row in self.grid.rows if row.activity.pk in self._added]
        if self.problem or self.grid.problems:
            return ""
        for cell in (cell for row in added or self.grid.rows for cell in row.cells):
            if not cell.is_locked and (cell.is_today or (added and not self.week.is_present)):
                return cell.name
        return ""

    @property
    def seen(self) -> str:
        """What stands in the cells, for sending them back: as it was shown where one has typed."""
        now = self.grid.seen
        for name, cell in self.grid.cells.items():
            if cell.typed and name not in self._told:
                now.pop(name, None)
                if name in self._seen:
                    now[name] = self._seen[name]
        return json.dumps(now)

    # What was sent

    @cached_property
    def _rows(self) -> list[int]:
        asked = [int(key) for key in self.data.getlist("row") if is_key(key)]
        return list(dict.fromkeys(asked))[:_MOST_SENT]

    @cached_property
    def _typed(self) -> Mapping[str, Typed]:
        names = [f"{row}-{n}" for row in self._rows for n in range(7)]
        return {
            name: Typed(
                self.data.get(f"h-{name}", "").strip(), one_line(self.data.get(f"c-{name}", ""))
            )
            for name in names
            if f"h-{name}" in self.data
        }

    @cached_property
    def _seen(self) -> dict[str, Any]:
        try:
            seen = json.loads(self.data.get("seen", "{}"))
        except (ValueError, RecursionError):
            return {}
        return seen if isinstance(seen, dict) else {}

    @cached_property
    def _there(self) -> set[int]:
        """The activities of the rows that are still to be had."""
        rows = self.activities.filter(pk__in=self._rows).order_by()
        return set(rows.values_list("pk", flat=True))

    @cached_property
    def _names(self) -> list[str]:
        names = []
        for name, typed in self._typed.items():
            if int(name.partition("-")[0]) in self._there:
                names.append(name)
            elif typed.hours or typed.comment:
                self.gone.append(f"{typed.hours} {typed.comment}".strip())
        return names

    @cached_property
    def _cells(self) -> list[Cell]:
        return [self._cell(name, self._typed[name]) for name in self._names]

    @cached_property
    def _unread(self) -> dict[int, str]:
        """Why cells make no sense, by their places."""
        wrong = {}
        for place, name in enumerate(self._names):
            typed = self._typed[name]
            if _read(typed.hours) is None:
                example = hours_text(Decimal("7.5"))
                wrong[place] = _("“%(text)s” is not hours. Write %(example)s or 7:30.") % {
                    "text": typed.hours[:40],
                    "example": example,
                }
            elif len(typed.comment) > LONGEST:
                wrong[place] = _("A comment has at most %(most)s characters.") % {"most": LONGEST}
        return wrong

    @property
    def _unread_names(self) -> set[str]:
        return {self._names[place] for place in self._unread}

    def _cell(self, name: str, typed: Typed) -> Cell:
        row, _dash, place = name.partition("-")
        shown, comment = _shown(self._seen.get(name)), typed.comment
        if shown and comment == one_line(shown.comment):
            comment = shown.comment
        return Cell(
            activity=int(row),
            day=self.week.days[int(place)],
            hours=_read(typed.hours) or None,
            comment=comment,
            shown=shown,
        )

    # What is wrong

    def _tell(self, name: str, why: str) -> None:
        self.grid.cells[name].problem = why

    def _tell_of_change(self, name: str, stored: Sequence[TimeEntry]) -> None:
        """Say what somebody else did meanwhile. Sent once more, what is typed here counts."""
        self._told.add(name)
        cell = self.grid.cells[name]
        cell.problem = " ".join([self._changed(cell, stored), cell.problem]).strip()

    def _changed(self, cell: CellView, stored: Sequence[TimeEntry]) -> str:
        typed = cell.typed or Typed()
        wrote = " ".join(filter(None, [typed.hours or hours_text(Decimal(0)), typed.comment]))
        if not stored:
            return _("Removed meanwhile. Save again to keep what is here.")
        words = "; ".join(f"{hours_text(one.hours)} {one.comment}".strip() for one in stored)
        said = {"value": words, "typed": wrote}
        if any(one.approved_at for one in stored):
            return _("Approved meanwhile as “%(value)s”. You wrote “%(typed)s”.") % said
        if len(stored) > 1:
            return _("Several entries by now: “%(value)s”. You wrote “%(typed)s”.") % said
        return _("Changed meanwhile to “%(value)s”. Save again to keep what is here.") % said


def _read(text: str) -> Decimal | None:
    """Return the hours of a cell, 0 where it is empty; None where it makes no sense."""
    if not text:
        return Decimal(0)
    try:
        return read_hours(text)
    except ValueError:
        return None


def _shown(seen: Any) -> Shown | None:
    match seen:
        case [int(key), str(number), str(comment)]:
            try:
                return Shown(key, read_hours(number), comment)
            except ValueError:
                return None
    return None
