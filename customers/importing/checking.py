"""What the cells of a row mean, and what is wrong with them, by the rules that forms have too."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from customers.forms import places
from customers.forms.edit import EditCustomerForm
from customers.forms.fields import one_line, org_number_of, phone_number
from customers.forms.numbered import number_of
from customers.importing.headings import LABELS, RESPONSIBLE, TAGS, bare, choices
from customers.importing.reading import Table
from customers.models import Customer
from moment.money import codes
from moment.reading_rows import ErrorValue
from registry import postcodes

_FIELDS = EditCustomerForm.base_fields
_CHOSEN = frozenset({"status", "relation", "language", "invoice_type"})
_STREETS = ("visiting_street", "postal_street")
_ADDRESSES = ("visiting", "postal")
_LOOKED_UP = (TAGS, RESPONSIBLE)


class Warning(NamedTuple):
    """What somebody should look at, with the customer it is about, and why."""

    text: str
    number: str = ""
    name: str = ""
    why: str = ""


@dataclass
class Row:
    """A row as it was written, the customer that it would be, and why it would be none."""

    line: int
    cells: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)  # by column
    warnings: list[Warning] = field(default_factory=list)
    # Why it is left out though nothing is wrong, and which customer it is already.
    there: str = ""
    customer: Customer | None = None
    tags: list[Any] = field(default_factory=list)
    responsible: Any = None

    @property
    def is_new(self) -> bool:
        return not self.there and not self.problems

    @property
    def name(self) -> str:
        return self.values.get("name") or one_line(self.cells.get("name", ""))

    @property
    def country(self) -> str:
        return self.values.get("country", "NO")

    @property
    def number(self) -> str:
        """The number that was written, empty for the next of the series."""
        return self.values.get("number", "")

    @property
    def watched(self) -> str:
        """The reg. no. that the register knows the customer by, empty for none."""
        return self.values.get("org_number", "") if self.country == postcodes.COUNTRY else ""

    @property
    def why(self) -> list[tuple[str, str]]:
        """Return what is wrong, by the headings of columns."""
        return [(str(LABELS[name]), text) for name, text in self.problems.items()]


def rows_of(table: Table) -> list[Row]:
    """Return the rows of a table with what can be said of each by itself. No query."""
    checker = _Checker()
    rows = []
    for line, cells in table.rows:
        row = Row(line, cells)
        checker.check(row)
        rows.append(row)
    return rows


def check_places(rows: Sequence[Row]) -> None:
    """Check postcodes against cities, and fill these in. At most one query."""
    norwegian = [row for row in rows if row.country == postcodes.COUNTRY]
    known = postcodes.places_of(
        row.values.get(f"{kind}_postcode", "") for row in norwegian for kind in _ADDRESSES
    )
    for row in norwegian:
        for kind in _ADDRESSES:
            code = row.values.get(f"{kind}_postcode", "")
            if not code:
                continue
            city = row.values.get(f"{kind}_city", "")
            checked = places.check(code, city, known)
            if checked.problem:
                row.problems[f"{kind}_postcode"] = checked.problem
            row.values[f"{kind}_city"] = checked.city
            if checked.expected:
                words = _("Postcode %(code)s is %(place)s, not %(city)s.")
                told = {"code": code, "place": checked.expected, "city": city}
                row.warnings.append(Warning(words % told))


class _Checker:
    """Checks one row after the other; what stood in a row before is not checked again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, bool], tuple[str, str]] = {}
        self._currencies = frozenset(codes())

    def check(self, row: Row) -> None:
        written = row.cells.get("country", "NO")
        # Read as a word, #N/A would be Namibia.
        known = not isinstance(written, ErrorValue)
        country = choices("country").get(bare(written)) if known else None
        if country is None:
            row.problems["country"] = _("There is no such country.")
        else:
            row.values["country"] = country
        norwegian = country == "NO"
        if not one_line(row.cells.get("name", "")):
            row.problems["name"] = str(_FIELDS["name"].error_messages["required"])
        for name, text in row.cells.items():
            if isinstance(text, ErrorValue):
                row.problems[name] = text.problem
                continue
            if name == "country" or name in _LOOKED_UP:
                continue
            key = (name, text, norwegian)
            if key not in self._known:
                self._known[key] = self._checked(*key)
            value, problem = self._known[key]
            if problem:
                row.problems[name] = problem
            elif value:
                row.values[name] = value

    def _checked(self, name: str, text: str, norwegian: bool) -> tuple[str, str]:
        """Return the value that a cell means, and what is wrong with it."""
        if name in _CHOSEN:
            value = choices(name).get(bare(text), "")
            return value, "" if value else _not_chosen(name)
        text = text.strip() if name in _STREETS else one_line(text)
        if name == "currency":
            wrong = "" if text.upper() in self._currencies else _("There is no such currency.")
            return text.upper(), wrong
        if name.endswith("postcode") and norwegian and len(text) in (2, 3) and text.isdigit():
            text = text.zfill(4)  # the zeros that spreadsheets take away
        try:
            value = _FIELDS[name].clean(text) if text else ""
            return (_MORE[name](value, norwegian) if value and name in _MORE else value), ""
        except ValidationError as error:
            return "", " ".join(error.messages)


# What forms do with some fields beside what these do by themselves.
_MORE: dict[str, Callable[[str, bool], str]] = {
    "number": lambda text, norwegian: number_of(text),
    "org_number": org_number_of,
    "phone": phone_number,
}


def _not_chosen(name: str) -> str:
    field: Any = _FIELDS[name]
    labels = dict.fromkeys(str(label) for value, label in field.choices if value)
    return _("Write one of these: %(words)s.") % {"words": ", ".join(labels)}
