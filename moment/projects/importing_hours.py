"""Importing hours: what the rows of a text mean, and what is wrong with them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from customers.forms.fields import one_line
from customers.models.number_series import can_be_number
from moment.models import User
from moment.names import name_key
from moment.projects import hours
from moment.projects.hours import Hours
from moment.projects.hours_text import read_hours
from moment.projects.models import Activity, Project
from moment.reading_rows import ErrorValue, NotReadable, read_day, rows_of

MOST_ROWS = 5000
MOST_TICKS = 200
LONGEST = 500  # characters of a comment
DAY, PROJECT, ACTIVITY, HOURS, COMMENT, COLLEAGUE, BILLABLE = COLUMNS = (
    "day", "project", "activity", "hours", "comment", "colleague", "billable",
)  # fmt: skip
_NEEDED = (DAY, PROJECT, HOURS)
_HEADINGS = {
    DAY: "date, day, dato, dag, work date, arbeidsdato",
    PROJECT: "project, project no, project number, project name, prosjekt, prosjektnr, "
    "prosjektnummer, prosjektnavn",
    ACTIVITY: "activity, activity no, activity name, task, aktivitet, aktivitetsnr, oppgave",
    HOURS: "hours, hour, time, duration, timer, timar, antall, antall timer, tid",
    COMMENT: "comment, comments, note, description, text, kommentar, beskrivelse, notat, tekst",
    COLLEAGUE: "colleague, employee, user, person, who, kollega, ansatt, medarbeider, bruker, hvem",
    BILLABLE: "billable, chargeable, fakturerbar, fakturerbart, faktureres",
}
HEADINGS = {name: column for column, names in _HEADINGS.items() for name in names.split(", ")}
_YES = {"", "1", "x", "y", "yes", "true", "sant", "j", "ja", "billable", "fakturerbar"}
_NO = {"0", "n", "no", "nei", "false", "usant", "not billable", "ikke fakturerbar"}


@dataclass
class Row:
    """A row as it was written, what it means, and why it cannot be imported."""

    line: int
    cells: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)  # by column; of the whole by ""
    means: Hours | None = None
    project: Project | None = None
    activity: Activity | None = None
    user: User | None = None
    errors: Mapping[str, str] = field(default_factory=dict)  # of a spreadsheet, by column
    like: str = ""  # what is there already, in words
    ticked: bool = False

    @property
    def is_left_out(self) -> bool:
        return bool(self.like) and not self.ticked

    @property
    def problem(self) -> str:
        """What is wrong with the row as a whole."""
        return self.problems.get("", "")

    @property
    def shown(self) -> list[tuple[str, str, str, str]]:
        """Return each column with its text, what was found by it, and what is wrong there."""
        found = {
            column: f"{one.number} {one}"
            for column, one in ((PROJECT, self.project), (ACTIVITY, self.activity))
            if one and _key(f"{one.number} {one}") != _key(self.cells.get(column, ""))
        }
        return [
            (name, self.cells.get(name, ""), found.get(name, ""), self.problems.get(name, ""))
            for name in COLUMNS
        ]


class Draft:
    """The rows of a text as hours that `who` wants to import. A fixed number of queries.

    `ticked` are the lines of rows that are to be imported although the same hours are there.
    """

    def __init__(
        self, text: str, who: User, ticked: Collection[int] = (), *, all_ticked: bool = False
    ) -> None:
        self.text, self.who, self.ticked, self.all_ticked = text, who, set(ticked), all_ticked
        self.may_register_all = who.has_perm("projects.change_timeentry")
        self.problem = ""  # with the text as a whole
        self.unknown: list[str] = []  # headings that mean nothing here
        self.rows: list[Row] = []
        try:
            self._read()
        except NotReadable as error:
            self.problem, self.rows = str(error), []
        if not self.problem:
            self._look_up()
            self._check()

    def again(self) -> "Draft":
        """Return the same rows, looked through once more."""
        return Draft(self.text, self.who, self.ticked, all_ticked=self.all_ticked)

    # What there is

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.problems]

    @property
    def twice(self) -> list[Row]:
        return [row for row in self.rows if row.like]

    @property
    def is_ticked_together(self) -> bool:
        """Tell whether so many are there that nobody ticks them one by one."""
        return len(self.twice) > MOST_TICKS

    @cached_property
    def chosen(self) -> list[Row]:
        """The rows to import: those in order, without those that are there already."""
        return [row for row in self.rows if not row.problems and not row.is_left_out]

    @property
    def can_be_imported(self) -> bool:
        return not self.problem and not self.wrong and bool(self.chosen)

    @property
    def wanted(self) -> list[Hours]:
        return [row.means for row in self.chosen if row.means]

    @property
    def not_twice(self) -> set[int]:
        """The places among those wanted that must not be there already."""
        return {place for place, row in enumerate(self.chosen) if not row.like}

    @property
    def sum(self) -> Decimal:
        return sum((one.hours for one in self.wanted), Decimal(0))

    @property
    def projects(self) -> set[str]:
        return {row.project.number for row in self.chosen if row.project}

    # Reading

    def _read(self) -> None:
        columns: Sequence[str] = COLUMNS
        for n, (line, cells) in enumerate(rows_of(self.text)):
            if n == 0 and (named := self._header(cells)):
                columns = named
                continue
            if len(self.rows) == MOST_ROWS:
                raise NotReadable(
                    _("At most %(most)s rows at a time. Split the text.") % {"most": MOST_ROWS}
                )
            named_cells = {
                name: one_line(text) for name, text in zip(columns, cells, strict=False) if name
            }
            errors = {
                name: text.problem
                for name, text in zip(columns, cells, strict=False)
                if name and isinstance(text, ErrorValue)
            }
            self.rows.append(Row(line, named_cells, errors=errors))
        if not self.rows:
            raise NotReadable(_("There are no rows with hours here."))

    def _header(self, cells: Sequence[str]) -> list[str]:
        """Return the columns that a first row names, empty where it is none."""
        names = [" ".join(cell.casefold().replace(".", " ").split()) for cell in cells]
        columns = [HEADINGS.get(name, "") for name in names]
        if len([name for name in columns if name]) < 2:
            return []
        missing = [str(_titles()[name]) for name in _NEEDED if name not in columns]
        if missing:
            raise NotReadable(
                _("The header names no column for %(columns)s.") % {"columns": ", ".join(missing)}
            )
        seen: set[str] = set()
        for n, name in enumerate(columns):
            if name in seen or (not name and cells[n]):
                self.unknown.append(cells[n][:40])
                columns[n] = ""
            seen.add(name)
        return columns

    # Looking up

    def _look_up(self) -> None:
        projects = self._projects()
        activities: dict[int, list[Activity]] = {}
        found = {one.pk for ones in projects.values() for one in ones}
        for activity in Activity.objects.filter(project__in=found).order_by("number"):
            activities.setdefault(activity.project_id, []).append(activity)
        people = self._people()
        for row in self.rows:
            self._find(row, PROJECT, projects.get(_key(row.cells.get(PROJECT, "")), []))
            if row.project:
                there = activities.get(row.project.pk, [])
                self._find(row, ACTIVITY, _meant(there, row.cells.get(ACTIVITY, "")))
            self._find_person(row, people)

    def _projects(self) -> dict[str, list[Project]]:
        """Return projects by what they are called in the rows: number, or name."""
        asked = {_key(row.cells.get(PROJECT, "")) for row in self.rows}
        numbers = {n for text in asked for n in (text, _first(text)) if can_be_number(n)}
        names = {text: name_key(text) for text in asked if text}
        rows = Project.objects.visible_to(self.who).filter(
            Q(number__in=numbers) | Q(name_key__in=set(names.values()) - {""})
        )
        by_number, by_name = {}, dict[str, list[Project]]()
        for project in rows:
            by_number[project.number] = project
            by_name.setdefault(project.name_key, []).append(project)
        found = {}
        for text in asked:
            one = by_number.get(text)
            found[text] = [one] if one else by_name.get(names.get(text, ""), [])
            one = by_number.get(_first(text))
            # “2026 Renovation” is not project 2026, unless that is called so.
            if one and not found[text] and _alike(_behind(_first(text), text), _key(one.name)):
                found[text] = [one]
        return found

    def _people(self) -> dict[str, list[User]]:
        found: dict[str, list[User]] = {}
        if not any(row.cells.get(COLLEAGUE) for row in self.rows):
            return found
        for user in User.objects.all():
            for name in {_key(str(user)), _key(user.username), _key(user.email)} - {""}:
                found.setdefault(name, []).append(user)
        return found

    @staticmethod
    def _find(row: Row, column: str, found: Sequence[Project | Activity]) -> None:
        text = row.cells.get(column, "")
        if len(found) == 1:
            setattr(row, column, found[0])
        elif found:
            row.problems[column] = (
                _("Several have this name. Give the number.") if text else _("Which one?")
            )
        elif text:
            row.problems[column] = (
                _("There is no such project.")
                if column == PROJECT
                else _("The project has no such activity.")
            )
        else:
            row.problems[column] = _("Missing.")

    def _find_person(self, row: Row, people: Mapping[str, Sequence[User]]) -> None:
        text = row.cells.get(COLLEAGUE, "")
        found = people.get(_key(text), []) if text else [self.who]
        if len(found) == 1:
            row.user = found[0]
            if row.user != self.who and not self.may_register_all:
                row.problems[COLLEAGUE] = _("You may register only your own hours.")
        else:
            row.problems[COLLEAGUE] = (
                _("Several have this name. Give the user name.")
                if found
                else _("There is no such colleague.")
            )

    # Checking

    def _check(self) -> None:
        for row in self.rows:
            self._understand(row)
        meant = [row for row in self.rows if row.means]
        wanted = [row.means for row in meant if row.means]
        there = hours.there_already(wanted)
        seen: dict[Hours, int] = {}
        for place, row in enumerate(meant):
            assert row.means is not None
            first = seen.setdefault(row.means, row.line)
            if place in there:
                row.like = _("There already")
            elif first != row.line:
                row.like = _("The same as line %(line)s") % {"line": first}
            row.ticked = self.all_ticked or row.line in self.ticked
        taken = [row for row in meant if not row.is_left_out]
        for place, why in hours.problems([row.means for row in taken if row.means]).items():
            taken[place].problems[""] = why

    @staticmethod
    def _understand(row: Row) -> None:
        day, number = _day(row), _number(row)
        comment = row.cells.get(COMMENT, "")
        if len(comment) > LONGEST:
            row.problems[COMMENT] = _("At most %(most)s characters.") % {"most": LONGEST}
        billable = row.cells.get(BILLABLE, "").casefold()
        if billable not in _YES | _NO:
            row.problems[BILLABLE] = _("Write yes or no.")
        row.problems |= row.errors
        if row.problems or day is None or number is None or not (row.user and row.activity):
            return
        row.means = Hours(row.user.pk, row.activity.pk, day, number, comment, billable not in _NO)


def _day(row: Row) -> date | None:
    text = row.cells.get(DAY, "")
    try:
        return read_day(text)
    except ValueError:
        row.problems[DAY] = (
            _("No date, such as 2026-11-02 or 2.11.2026.") if text else _("Missing.")
        )
    return None


def _number(row: Row) -> Decimal | None:
    text = row.cells.get(HOURS, "")
    try:
        return read_hours(text)
    except ValueError:
        row.problems[HOURS] = _("Not hours, such as 7.5 or 7:30.") if text else _("Missing.")
    return None


def _meant(activities: Sequence[Activity], text: str) -> list[Activity]:
    """Return the activities of a project that a text names: by number, title, or both.

    Without a text the only one there is.
    """
    if not text:
        return list(activities)
    key, first = _key(text), _first(_key(text))
    named = [one for one in activities if _key(one.title) == key]
    if named:
        return named
    rest = _behind(first, key)
    numbered = [one for one in activities if str(one.number) == first.rstrip(".:")]
    # “2 floors” is not the second activity, unless that is called so.
    return [one for one in numbered if not rest or _alike(rest, _key(one.title))]


def _alike(text: str, title: str) -> bool:
    """Tell whether one is the beginning of the other."""
    return text.startswith(title) or title.startswith(text)


def _key(text: str) -> str:
    return " ".join(text.upper().split())


def _behind(first: str, text: str) -> str:
    return text.removeprefix(first).lstrip(" -–:")


def _first(text: str) -> str:
    return text.split(maxsplit=1)[0] if text else ""


def _titles() -> dict[str, str]:
    return {DAY: _("Date"), PROJECT: _("Project"), HOURS: _("Hours")}
