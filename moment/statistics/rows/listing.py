"""A list of the rows behind a figure, as the page and the spreadsheet show it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import Promise

from moment.statistics.figures import Statistics
from moment.tabular import Column

PAGE_SIZE = 50
NOTHING = Decimal(0)
DAY, TEXT, HOURS, AMOUNT, COUNT = "day", "text", "hours", "amount", "count"


@dataclass(frozen=True)
class Cell:
    """What stands in a column of a row; `url` leads to what it names."""

    value: Any
    url: str = ""


@dataclass(frozen=True)
class Heading:
    """A column: `kind` says how its values are written. `total` is that of all rows."""

    words: str
    kind: str = TEXT
    total: Decimal | int | None = None

    @property
    def is_number(self) -> bool:
        return self.kind in (HOURS, AMOUNT, COUNT)


class Rows:
    """The rows behind one figure of the statistics, narrowed by what the query string names."""

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    permission: ClassVar[str] = "ledger.view_invoice"

    def __init__(self, statistics: Statistics, data: Mapping[str, str]) -> None:
        self.statistics, self.data = statistics, data
        self.customers = [statistics.customer.pk]

    @property
    def found(self) -> QuerySet | Sequence[Any]:
        """All rows, in their order."""
        raise NotImplementedError

    @property
    def headings(self) -> list[Heading]:
        raise NotImplementedError

    def cells(self, rows: Iterable[Any]) -> Iterator[list[Cell]]:
        """Yield the cells of these rows, amounts as they are, not rounded."""
        raise NotImplementedError

    @cached_property
    def page(self) -> Page:
        return Paginator(self.found, PAGE_SIZE).get_page(self.data.get("page"))

    @property
    def lines(self) -> Iterator[list[tuple[Heading, Cell]]]:
        headings = self.headings
        for cells in self.cells(list(self.page)):
            yield list(zip(headings, cells, strict=True))

    def columns(self) -> list[Column]:
        return [Column(one.words, 30 if one.kind == TEXT else 14) for one in self.headings]

    def sheet_rows(self) -> Iterator[list[Any]]:
        for cells in self.cells(self.found):
            yield [cell.value for cell in cells]

    def _key(self, name: str) -> int | None:
        """Return the key that the query string names; None for none, or nonsense."""
        text = self.data.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
