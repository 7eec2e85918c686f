"""A file with customers as a table: which columns are understood, and the cells of each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from customers.importing.headings import LABELS, bare, by_heading
from moment.reading_rows import NotReadable, table_of

MOST_ROWS = 10_000
MOST_BYTES = 20 * 1024**2
# What our own CSV puts before a text that a spreadsheet would take for a formula.
_MARK, _FORMULAS = "'", ("=", "+", "-", "@", "#")


@dataclass(frozen=True)
class Table:
    """The rows of a file, each with its line and its cells by our names of the columns."""

    columns: Sequence[str]
    unknown: Sequence[str] = ()  # headings that mean nothing here
    rows: Sequence[tuple[int, Mapping[str, str]]] = field(default_factory=list)

    @property
    def labels(self) -> list[str]:
        return [str(LABELS[name]) for name in self.columns]


def read(data: bytes) -> Table:
    """Return the table in a CSV or XLSX file. Raises NotReadable, which says why it has none."""
    if len(data) > MOST_BYTES:
        words = _("The file is too large: at most %(most)s MB.")
        raise NotReadable(words % {"most": MOST_BYTES // 1024**2})
    rows = table_of(data)
    _line, first = next(rows, (0, []))
    names, unknown = _columns(first)
    table: list[tuple[int, Mapping[str, str]]] = []
    for line, cells in rows:
        if len(table) == MOST_ROWS:
            raise NotReadable(
                _("At most %(most)s rows at a time. Split the file.") % {"most": MOST_ROWS}
            )
        named = {
            name: _plain(text) for name, text in zip(names, cells, strict=False) if name and text
        }
        if named:
            table.append((line, named))
    if not table:
        raise NotReadable(_("There are no rows with customers below the headings."))
    return Table([name for name in names if name], unknown, table)


def _columns(headings: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return our name of each column, empty for those that are not taken, and these headings."""
    known, names, unknown = by_heading(), [], []
    for heading in headings:
        name = known.get(bare(heading), "")
        taken = name and name not in names
        names.append(name if taken else "")
        if heading and not taken:
            unknown.append(heading[:60])
    if "name" not in names:
        words = _("The first row must name the columns, and one of them must be %(name)s.")
        raise NotReadable(words % {"name": LABELS["name"]})
    return names, unknown


def _plain(text: str) -> str:
    return text[1:] if text.startswith(_MARK) and text[1:].startswith(_FORMULAS) else text
