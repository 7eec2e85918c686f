"""The overview as one object: from the parameters of its address to the rows it shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import columns, counts, selecting
from customers.filters import CustomerFilter
from customers.models import Customer
from customers.rows import FIELDS, table_rows
from moment.keyset import beyond

PAGE_SIZE = 50
# So many hits are fetched by index and sorted; with more, walking in the page's order is quicker.
FEW = 5000
ALL = "all"
DEFAULT_STATUS = Customer.Status.ACTIVE.value
DEFAULT_SORT = "-number"

COLUMNS = [
    ("number", gettext_lazy("No.")),
    ("name", gettext_lazy("Name")),
    ("status", gettext_lazy("Status")),
    ("", gettext_lazy("Tags")),
    ("relation", gettext_lazy("Relation")),
    ("", gettext_lazy("EHF")),
    ("city", gettext_lazy("City")),
    ("responsible", gettext_lazy("Resp.")),
    ("activity", gettext_lazy("Last activity")),
]
# Newest first where that is what one looks for.
DESCENDING_FIRST = {"number", "activity"}


@dataclass
class Tab:
    value: str
    label: str
    count: int
    count_text: str
    current: bool
    url: str


@dataclass
class Column:
    label: str
    url: str = ""  # empty: not sorted by
    sorted: str = ""  # "ascending", "descending" or empty
    key: str = ""
    is_number: bool = False
    is_extra: bool = False  # one of those that are chosen


@dataclass
class Page:
    rows: list[Any] = field(default_factory=list)
    first: int = 0  # position of the first row, from 1; 0 when unknown
    previous_url: str = ""
    next_url: str = ""
    first_url: str = ""
    last_url: str = ""

    @property
    def last(self) -> int:
        """Position of the last row."""
        return self.first + len(self.rows) - 1


def count_text(count: int, *, at_least: bool = False) -> str:
    """Return the count for people: exact, or `10,000+` where there are or may be more."""
    shown = number_format(min(count, counts.LIMIT), force_grouping=True)
    return f"{shown}+" if at_least or count > counts.LIMIT else shown


def _query(params: dict[str, Any]) -> str:
    """Return these parameters as an address has them, without the empty ones."""
    return urlencode([(name, value) for name, value in params.items() if value], doseq=True)


def _asked(
    data: QueryDict, user: AbstractBaseUser | AnonymousUser
) -> tuple[str, str, list[columns.Column]]:
    """Return the status, the order and the columns besides those that there always are."""
    status = data.get("status", DEFAULT_STATUS)
    if status not in (ALL, *Customer.Status.values):
        status = DEFAULT_STATUS
    sort = data.get("sort", DEFAULT_SORT)
    if sort.removeprefix("-") not in Customer.SORTS:
        sort = DEFAULT_SORT
    return status, sort, columns.chosen(data.getlist("columns"), user)


def _shortest(
    status: str, sort: str, more: Sequence[columns.Column], filters: dict[str, Any]
) -> dict[str, Any]:
    return {
        **({"status": status} if status != DEFAULT_STATUS else {}),
        **({"sort": sort} if sort != DEFAULT_SORT else {}),
        **({"columns": [column.name for column in more]} if more else {}),
        **filters,
    }


class Overview:
    """The customers that a user asks for, by the parameters of a query string.

    Parameters that make no sense are left out. `params` is what is left: the shortest query that
    shows the same, which links, exports and saved filters use.
    """

    def __init__(self, data: QueryDict, user: AbstractBaseUser | AnonymousUser) -> None:
        self.data, self.user = data, user
        self.filter = CustomerFilter(data, Customer.objects.visible_to(user), user)
        self.status, self.sort, self.more = _asked(data, user)

    # What is asked for

    @cached_property
    def params(self) -> dict[str, Any]:
        return _shortest(self.status, self.sort, self.more, self.filter.params)

    @property
    def narrowed_by(self) -> dict[str, Any]:
        """What a saved filter keeps: all of them."""
        return self.params

    def params_of(self, data: QueryDict) -> dict[str, Any]:
        """Return the same of another address, by the choices there are here. No query."""
        return _shortest(*_asked(data, self.user), self.filter.params_of(data))

    def address_of(self, data: QueryDict) -> str:
        """Return the address here that asks for what these parameters of another do.

        With values that make no sense any more, which the page tells; without what the user has no
        right to ask for.
        """
        return self._address(_shortest(*_asked(data, self.user), self.filter.asked_of(data)))

    def url(self, **changes: Any) -> str:
        """Return the address of this overview with other parameters; None takes one out."""
        return self._address(self.params | changes)

    @property
    def query(self) -> str:
        """Return the shortest query string that shows the same, from its first page on."""
        return _query(self.params)

    def _address(self, params: dict[str, Any]) -> str:
        query = _query(params)
        return f"{self._path}?{query}" if query else self._path

    @cached_property
    def _path(self) -> str:
        return reverse("customers:overview")

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filter.params)

    @property
    def takes_all(self) -> bool:
        """Tell whether all customers of all pages are selected."""
        return "all" in self.data

    @property
    def all_url(self) -> str:
        return self.url(all=1)

    @property
    def selecting_query(self) -> str:
        """Return the query of this page that says what is selected, beside what is ticked."""
        place = {name: self.data.get(name) for name in ("before", "after", "row", "last")}
        return _query(self.params | self._with_all | place)

    @property
    def _with_all(self) -> dict[str, Any]:
        return {"all": 1} if self.takes_all else {}

    def _onward(self, **changes: Any) -> str:
        """Return the address of the same customers on another page or in another order."""
        return self._among_others(**self._with_all, **changes)

    def _among_others(self, **changes: Any) -> str:
        """Return the address of other customers, with those selected one by one, but not all."""
        return self.url(**changes, kept=selecting.together(self.selected))

    @cached_property
    def selected(self) -> dict[str, str]:
        """Return the customers that were selected before this was asked for: names by number."""
        numbers = [] if self.takes_all else selecting.fitting(selecting.asked(self.data))
        if not numbers:
            return {}
        found = self.filter.queryset.filter(number__in=numbers).order_by("sort_number")
        return dict(found.values_list("number", "name"))

    @property
    def left_out(self) -> int:
        """Return how many more were asked to be selected than there is room for."""
        numbers = [] if self.takes_all else selecting.asked(self.data)
        return len(numbers) - len(selecting.fitting(numbers))

    @property
    def selected_elsewhere(self) -> list[tuple[str, str]]:
        """Return those of them that are not among the rows."""
        here = {row["number"] for row in self.page.rows}
        return [(number, name) for number, name in self.selected.items() if number not in here]

    @property
    def columns_menu(self) -> list[tuple[str, str, bool]]:
        """Return the columns to choose from: their names, headings and whether they are shown."""
        return [
            (column.name, str(column.heading), column in self.more)
            for column in columns.available(self.user)
        ]

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Return each filter in use as words and the address without it."""
        return self.filter.chips(self._among_others)

    # What there is

    @cached_property
    def counts(self) -> dict[str, int]:
        """Customers by status: of all, each counted to the limit; of hits, the limit together."""
        if not self.is_narrowed:
            return counts.by_status()
        if self.filter.is_slow_to_count and sum(counts.by_status().values()) > FEW:
            return counts.kept(_query(self.filter.params), self._count)
        return self._count()

    def _count(self) -> dict[str, int]:
        """Return the hits of each status, counted to the limit together."""
        hits = self.filter.found(walking=False).order_by()[: counts.LIMIT + 1]
        return hits.aggregate(
            **{s: Count("pk", filter=Q(status=s)) for s in Customer.Status.values}
        )

    @property
    def is_cut(self) -> bool:
        """Tell whether there are more hits than are counted, so that each count is a least."""
        return self.is_narrowed and sum(self.counts.values()) > counts.LIMIT

    @cached_property
    def total(self) -> int:
        if self.status == ALL:
            return sum(self.counts.values())
        return self.counts[self.status]

    @property
    def total_text(self) -> str:
        return count_text(self.total, at_least=self.is_cut)

    @cached_property
    def tabs(self) -> list[Tab]:
        tabs = [(ALL, _("All"), sum(self.counts.values()))] + [
            (value, str(label), self.counts[value]) for value, label in Customer.Status.choices
        ]
        return [
            Tab(
                value=value,
                label=label,
                count=count,
                count_text=count_text(count, at_least=self.is_cut),
                current=value == self.status,
                url=self._among_others(status=None if value == DEFAULT_STATUS else value),
            )
            for value, label, count in tabs
        ]

    @property
    def elsewhere(self) -> list[Tab]:
        """Return the other tabs that have hits, when this one has none."""
        if self.page.rows:
            return []
        return [t for t in self.tabs if t.count and t.value != ALL]

    @cached_property
    def columns(self) -> list[Column]:
        key, descending = self.sort.removeprefix("-"), self.sort.startswith("-")
        shown = []
        for name, label in COLUMNS:
            column = Column(str(label), key=name, is_number=name == "number")
            if name:
                first = f"-{name}" if name in DESCENDING_FIRST else name
                other = name if first.startswith("-") else f"-{name}"
                wanted = other if self.sort == first else first
                column.url = self._onward(sort=None if wanted == DEFAULT_SORT else wanted)
                if name == key:
                    column.sorted = "descending" if descending else "ascending"
            shown.append(column)
        # Before the last, when something happened, which stays at the end.
        more = [
            Column(str(c.heading), "", "", c.name, c.is_number, is_extra=True) for c in self.more
        ]
        return [*shown[:-1], *more, *shown[-1:]]

    @cached_property
    def _hits(self) -> tuple[QuerySet, bool]:
        """The customers of all pages, and whether they are met by walking in the page's order."""
        customers, walking = self.filter.queryset, True
        if self.is_narrowed:
            walking = self.is_cut or self.filter.tests_all or self.total > FEW
            customers = self.filter.found(walking=walking)
        if self.status != ALL:
            customers = customers.filter(status=self.status)
        return customers, walking

    @property
    def _order(self) -> list[str]:
        """The columns to order by; the last is unique."""
        return [*Customer.SORTS[self.sort.removeprefix("-")], "id"]

    @property
    def matching(self) -> QuerySet:
        """The customers of all pages, in the order of these."""
        sign = "-" if self.sort.startswith("-") else ""
        return self._hits[0].order_by(*(sign + name for name in self._order))

    @cached_property
    def page(self) -> Page:
        """The rows of the page: those after or before a customer, from the start, or the last."""
        if self.is_narrowed and not (self.total or self.is_cut):
            return Page()
        descending, fields = self.sort.startswith("-"), self._order
        backwards = "before" in self.data or "last" in self.data
        customers, walking = self._hits
        beside = self.data.get("after") or self.data.get("before") or ""
        cursor = Customer.objects.place_of(beside, fields)
        if cursor is not None:
            customers = customers.filter(beyond(fields, cursor, descending=descending != backwards))
        sign = "-" if descending != backwards else ""
        customers = customers.order_by(*(sign + name for name in fields))
        if walking:
            rows = list(customers.values(*FIELDS)[: PAGE_SIZE + 1])
        else:
            # Keys first: sorting thousands of whole rows for fifty of them would cost far more.
            pks = list(customers.values_list("pk", flat=True)[: PAGE_SIZE + 1])
            by_pk = {row["pk"]: row for row in Customer.objects.filter(pk__in=pks).values(*FIELDS)}
            rows = [by_pk[pk] for pk in pks if pk in by_pk]
        more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
        if backwards:
            rows.reverse()
        return self._page(rows, more=more, backwards=backwards, started=cursor is not None)

    def _page(self, rows: list[dict], *, more: bool, backwards: bool, started: bool) -> Page:
        page = Page(rows=table_rows(rows, tags=self.filter.tags, people=self.filter.people))
        if not rows:
            return page
        columns.fill(page.rows, self.more)
        at_start = not more if backwards else not started
        at_end = (not started) if backwards else not more
        page.first = self._position(len(rows), at_start=at_start, at_end=at_end)
        first, last = rows[0]["number"], rows[-1]["number"]
        if not at_start:
            page.first_url = self._onward()
            row = page.first - PAGE_SIZE if page.first > PAGE_SIZE else None
            page.previous_url = self._onward(before=first, row=row)
        if not at_end:
            row = page.first and page.first + len(rows)
            page.next_url = self._onward(after=last, row=row)
            page.last_url = self._onward(last=1)
        return page

    def _position(self, length: int, *, at_start: bool, at_end: bool) -> int:
        """Return the position of the first row, 0 when unknown.

        Between the ends links carry it along: a hint, believed only as far as it can be right.
        """
        if at_start:
            return 1
        exact = self.total <= counts.LIMIT and not self.is_cut
        if at_end and exact:
            return self.total - length + 1
        hint = self.data.get("row", "")
        position = int(hint) if hint.isascii() and hint.isdigit() and len(hint) < 9 else 0
        return 0 if exact and position + length > self.total else position
