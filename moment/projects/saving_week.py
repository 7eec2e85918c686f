"""Saving somebody's week: cells that hold hours, changed, filled and emptied together."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from moment.projects.billing import billing
from moment.projects.hours import BATCH, Ground, Hours, Refused, entry_of, held
from moment.projects.models import TimeEntry


@dataclass(frozen=True)
class Shown:
    """The entry that somebody saw in a cell of a week."""

    key: int
    hours: Decimal
    comment: str


@dataclass(frozen=True)
class Cell:
    """What a cell of somebody's week should hold: hours, None for none, where `shown` stood."""

    activity: int
    day: date
    hours: Decimal | None
    comment: str = ""
    shown: Shown | None = None

    @property
    def is_untouched(self) -> bool:
        """Tell whether it holds what was shown."""
        if self.shown is None:
            return self.hours is None and not self.comment
        return (self.hours, self.comment) == (self.shown.hours, self.shown.comment)

    @property
    def is_comment_new(self) -> bool:
        """Tell whether the comment is another than what was shown."""
        return self.shown is None or self.comment != self.shown.comment


class WeekRefused(Refused):
    """Some cells cannot be saved: why, by their places; and what stands where others wrote.

    Nothing was saved.
    """

    def __init__(self, problems: Mapping[int, str], changed: Mapping[int, Sequence[TimeEntry]]):
        super().__init__(problems)
        self.changed = changed


def save(user: int, cells: Sequence[Cell], unread: Mapping[int, str] | None = None) -> int:
    """Make cells of somebody's week hold what they should; return how many entries changed.

    Cells left as they were shown stay as they are by now. All of the others are saved, or
    WeekRefused is raised and none is: as when some are `unread`, by their places, and why.
    """
    unread = unread or {}
    touched = [
        (place, cell)
        for place, cell in enumerate(cells)
        if place not in unread and not cell.is_untouched
    ]
    if not touched and not unread:
        return 0
    with held({user}, {cell.activity for _place, cell in touched}) as ground:
        there = _entries_of(user, [cell for _place, cell in touched])
        changed = {
            place: stored
            for place, cell in touched
            if not _is_as_shown(cell, stored := there[cell.activity, cell.day])
        }
        # Sent twice: the other time has done it.
        done = {place for place in changed if _holds(cells[place], changed[place])}
        todo = [(place, cell) for place, cell in touched if place not in changed]
        full = [(place, cell) for place, cell in todo if cell.hours is not None]
        wanted = [
            Hours(user, cell.activity, cell.day, cell.hours, cell.comment)
            for _place, cell in full
            if cell.hours is not None
        ]
        replaced = [entry for _place, cell in todo for entry in there[cell.activity, cell.day]]
        refused = {
            full[n][0]: why for n, why in ground.problems(wanted, instead_of=replaced).items()
        }
        refused |= (
            _invoiced_before(todo, there)
            | {
                place: _("Write how many hours too.")
                for place, cell in todo
                if cell.hours is None and cell.comment and cell.is_comment_new
            }
            | dict(unread)
        )
        if refused or changed.keys() - done:
            others = {place: rows for place, rows in changed.items() if place not in done}
            raise WeekRefused(refused, others)
        _write(wanted, there, ground)
        emptied = [cell for _place, cell in todo if cell.hours is None]
        keys = [entry.pk for cell in emptied for entry in there[cell.activity, cell.day]]
        TimeEntry.objects.filter(pk__in=keys).delete()
    return len(wanted) + len(keys)


def _invoiced_before(
    cells: Sequence[tuple[int, Cell]], there: Mapping[tuple[int, date], Sequence[TimeEntry]]
) -> dict[int, str]:
    """Return which cells cannot be emptied, by their places, and why: they were invoiced once."""
    emptied = {
        entry.pk: place
        for place, cell in cells
        if cell.hours is None
        for entry in there[cell.activity, cell.day]
    }
    ever = billing().places_of_entries(emptied, ever=True) if emptied else {}
    return {emptied[key]: _("It was invoiced once, so it stays.") for key in ever}


_Cells = dict[tuple[int, date], list[TimeEntry]]


def _entries_of(user: int, cells: Sequence[Cell]) -> _Cells:
    """Return, by activity and day, what somebody has there, locked."""
    rows = TimeEntry.objects.select_for_update().filter(
        user=user,
        activity__in={cell.activity for cell in cells},
        day__in={cell.day for cell in cells},
    )
    found: _Cells = defaultdict(list)
    for entry in rows.order_by("pk"):
        found[entry.activity_id, entry.day].append(entry)
    return found


def _is_as_shown(cell: Cell, stored: Sequence[TimeEntry]) -> bool:
    if cell.shown is None:
        return not stored
    return [(entry.pk, entry.hours, entry.comment, entry.approved_at) for entry in stored] == [
        (cell.shown.key, cell.shown.hours, cell.shown.comment, None)
    ]


def _holds(cell: Cell, stored: Sequence[TimeEntry]) -> bool:
    if cell.hours is None:
        return not stored and not cell.is_comment_new
    return [(entry.hours, entry.comment) for entry in stored] == [(cell.hours, cell.comment)]


def _write(wanted: Sequence[Hours], there: _Cells, ground: Ground) -> None:
    """Save these hours over the one entry that is there, or as a new one."""
    new, old = [], []
    for one in wanted:
        stored = there.get((one.activity, one.day))
        if not stored:
            new.append(entry_of(one, ground))
            continue
        (entry,) = stored
        entry.hours, entry.comment = one.hours, one.comment
        old.append(entry)
    TimeEntry.objects.bulk_create(new, batch_size=BATCH)
    TimeEntry.objects.bulk_update(old, ["hours", "comment"], batch_size=BATCH)
