"""What lists have in common: tabs, order and pages, all from the parameters of an address."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from customers.filtering import PageFilter
from customers.overview import PAGE_SIZE, Column, Page, Tab, count_text
from moment.keyset import beyond


class Listing:
    """The rows of a list that its address asks for.

    Parameters that make no sense are left out; `params` is the shortest query that shows the same.
    """

    url_name: ClassVar[str]
    # The parameter that chooses a tab, the tabs by its values, and the one shown without it.
    chosen_by: ClassVar[str] = "state"
    tab_labels: ClassVar[Mapping[str, Any]]
    usual_tab: ClassVar[str]
    # Tabs whose rows stand in others too.
    sums: ClassVar[Collection[str]] = ("all",)
    # The columns: what each is sorted by, empty where it is not, and its heading.
    heads: ClassVar[Sequence[tuple[str, Any]]]
    # For each order the columns to order by, each with a value in every row; the last is unique.
    sorts: ClassVar[Mapping[str, Sequence[str]]]
    usual_sort: ClassVar[str]
    # Newest and largest first where that is what one looks for.
    descending_first: ClassVar[Collection[str]] = ()

    filter: PageFilter

    def __init__(self, data: QueryDict) -> None:
        self.data = data
        self.tab = data.get(self.chosen_by, self.usual_tab)
        if self.tab not in self.tab_labels:
            self.tab = self.usual_tab
        self.sort = data.get("sort", self.usual_sort)
        if self.sort.removeprefix("-") not in self.sorts:
            self.sort = self.usual_sort

    # What is asked for

    @cached_property
    def filters(self) -> dict[str, Any]:
        """The filters in use."""
        return self.filter.params

    @cached_property
    def params(self) -> dict[str, Any]:
        return {
            **({self.chosen_by: self.tab} if self.tab != self.usual_tab else {}),
            **({"sort": self.sort} if self.sort != self.usual_sort else {}),
            **self.filters,
        }

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filters)

    @cached_property
    def path(self) -> str:
        return reverse(self.url_name)

    def url(self, **changes: Any) -> str:
        """Return the address of this list with other parameters; None takes one out."""
        query = self.query_with(**changes)
        return f"{self.path}?{query}" if query else self.path

    def query_with(self, **changes: Any) -> str:
        params = self.params | changes
        return urlencode({name: v for name, v in params.items() if v}, doseq=True)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Return each filter in use as words and the address without it."""
        return self.filter.chips(self.url, of=self.filters)

    @property
    def sort_key(self) -> str:
        """The order without its direction."""
        return self.sort.removeprefix("-")

    @property
    def descends(self) -> bool:
        return self.sort.startswith("-")

    @property
    def order(self) -> Sequence[str]:
        """The columns to order by."""
        return self.sorts[self.sort_key]

    def ordered(self, rows: QuerySet, *, backwards: bool = False) -> QuerySet:
        """Return the rows in the order that is asked for, or the other way round."""
        sign = "-" if self.descends != backwards else ""
        return rows.order_by(*(sign + name for name in self.order))

    # What there is

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows each tab has, of all that the filters let through."""
        raise NotImplementedError

    @property
    def total(self) -> int:
        return self.counts[self.tab]

    @property
    def exact_total(self) -> int | None:
        """The number of all rows of the tab, None where it is only known to be large."""
        return self.total

    @property
    def total_text(self) -> str:
        return count_text(self.total)

    @cached_property
    def tabs(self) -> list[Tab]:
        return [
            Tab(
                value=value,
                label=str(label),
                count=self.counts[value],
                count_text=count_text(self.counts[value]),
                current=value == self.tab,
                url=self.tab_url(value),
            )
            for value, label in self.tab_labels.items()
        ]

    def tab_url(self, value: str) -> str:
        return self.url(**{self.chosen_by: None if value == self.usual_tab else value})

    @property
    def elsewhere(self) -> list[Tab]:
        """Return the other tabs that have hits, when this one has none."""
        if self.page.rows:
            return []
        return [tab for tab in self.tabs if tab.count and tab.value not in self.sums]

    @cached_property
    def columns(self) -> list[Column]:
        return [self._column(name, str(label)) for name, label in self.heads]

    def _column(self, name: str, label: str) -> Column:
        """Return a column, with the address that sorts by it, or the other way round."""
        column = Column(label, key=name)
        if name:
            first, other = name, f"-{name}"
            if name in self.descending_first:
                first, other = other, first
            wanted = other if self.sort == first else first
            column.url = self.url(sort=None if wanted == self.usual_sort else wanted)
            if name == self.sort_key:
                column.sorted = "descending" if self.descends else "ascending"
        return column

    # The page

    @cached_property
    def page(self) -> Page:
        """The rows of the page: those after or before one, from the start, or the last."""
        raise NotImplementedError

    def page_of(
        self,
        rows: QuerySet,
        *,
        place: Callable[[str], Sequence[Any] | None],
        shown: Callable[[QuerySet], list[Any]],
        key: Callable[[Any], Any],
    ) -> Page:
        """Return the page of these rows that the address asks for.

        `place` returns the columns to order by of the row with a key, None where there is none;
        `shown` fetches rows, and `key` returns the key of one that it fetched.
        """
        backwards = "before" in self.data or "last" in self.data
        cursor = place(self.data.get("after") or self.data.get("before") or "")
        if cursor is not None:
            rows = rows.filter(beyond(self.order, cursor, descending=self.descends != backwards))
        fetched = shown(self.ordered(rows, backwards=backwards)[: PAGE_SIZE + 1])
        more, fetched = len(fetched) > PAGE_SIZE, fetched[:PAGE_SIZE]
        if backwards:
            fetched.reverse()
        page = Page(rows=fetched)
        if not fetched:
            return page
        at_start = not more if backwards else cursor is None
        at_end = cursor is None if backwards else not more
        page.first = self._position(len(fetched), at_start=at_start, at_end=at_end)
        if not at_start:
            page.first_url = self.url()
            row = max(page.first - PAGE_SIZE, 0) or None
            page.previous_url = self.url(before=key(fetched[0]), row=row)
        if not at_end:
            row = page.first and page.first + len(fetched)
            page.next_url = self.url(after=key(fetched[-1]), row=row)
            page.last_url = self.url(last=1)
        return page

    def _position(self, length: int, *, at_start: bool, at_end: bool) -> int:
        """Return the position of the first row, 0 when unknown.

        Between the ends links carry it along: a hint, believed only as far as it can be right.
        """
        if at_start:
            return 1
        total = self.exact_total
        if at_end and total is not None:
            return total - length + 1
        hint = self.data.get("row", "")
        position = int(hint) if hint.isascii() and hint.isdigit() and len(hint) < 9 else 0
        return 0 if total is not None and position + length > total else position
