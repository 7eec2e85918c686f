"""The files of a customer as a page shows them: found by name, sorted, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, File
from moment.content import can_preview
from moment.names import folded, number_key, sort_key

PAGE_SIZE = 100
# With so few, a search would only stand in the way.
SEARCHED_FROM = 20
DEFAULT_SORT = "-date"
_COLUMNS = [("name", _("Name")), ("", _("Kind")), ("size", _("Size")), ("date", _("Added"))]
# Largest and newest first.
_DESCENDING_FIRST = {"size", "date"}


@dataclass(frozen=True)
class Column:
    label: str | Promise
    url: str = ""  # empty: not sorted by
    sorted: str = ""  # "ascending", "descending" or empty


@dataclass(frozen=True)
class _Entry:
    """What a file is found and sorted by."""

    pk: int
    name: str
    date: datetime
    size: int
    kind: str

    def key(self, column: str) -> tuple[Any, ...]:
        if column == "name":
            return (number_key(sort_key(self.name)), self.pk)
        return (getattr(self, column), self.pk)


class FileList:
    """The files that the parameters of an address ask for; those that make no sense are left out.

    The names of all the customer's files are read and sorted here, in the Norwegian order, and then
    the files of one page: two queries.
    """

    def __init__(self, customer: Customer, data: Mapping[str, str]) -> None:
        self.customer = customer
        sort = data.get("sort", "")
        known = sort.removeprefix("-") in {key for key, _label in _COLUMNS if key}
        self.sort = sort if known else DEFAULT_SORT
        self.search = data.get("q", "").strip()[:100]
        self._after = data.get("after", "")

    @cached_property
    def _all(self) -> list[_Entry]:
        rows = self.customer.files.order_by()
        fields = ("pk", "name", "uploaded_at", "content__size", "content__kind")
        return [_Entry(*row) for row in rows.values_list(*fields)]

    @cached_property
    def _found(self) -> list[_Entry]:
        words = folded(self.search).split()
        found = [one for one in self._all if all(word in folded(one.name) for word in words)]
        column = self.sort.removeprefix("-")
        return sorted(found, key=lambda one: one.key(column), reverse=self.sort.startswith("-"))

    @cached_property
    def _start(self) -> int:
        places = {str(one.pk): place for place, one in enumerate(self._found)}
        return places.get(self._after, -1) + 1

    @cached_property
    def rows(self) -> list[File]:
        """The files of this page, with what they hold and who added them."""
        shown = [one.pk for one in self._found[self._start : self._start + PAGE_SIZE]]
        files = self.customer.files.select_related("content", "uploaded_by").in_bulk(shown)
        return [files[pk] for pk in shown if pk in files]

    @property
    def total(self) -> int:
        """How many files the customer has."""
        return len(self._all)

    @property
    def size(self) -> int:
        """Bytes of all the customer's files."""
        return sum(one.size for one in self._all)

    @property
    def largest(self) -> int:
        """Bytes that a new file may have."""
        return int(settings.FILES_MAX_SIZE)

    @property
    def found(self) -> int:
        return len(self._found)

    @property
    def first(self) -> int:
        """Position of the first row, from 1."""
        return self._start + 1

    @property
    def last(self) -> int:
        """Position of the last row."""
        return self._start + len(self.rows)

    @property
    def searchable(self) -> bool:
        return self.total > SEARCHED_FROM or bool(self.search)

    @property
    def columns(self) -> list[Column]:
        return [
            Column(label, self._sorted_by(key), self._direction(key)) if key else Column(label)
            for key, label in _COLUMNS
        ]

    @property
    def query(self) -> str:
        """What of the address goes on to a file shown from this list, to walk in its order."""
        return self._query(sort=self.sort, q=self.search)

    @property
    def first_url(self) -> str:
        return self._url(sort=self.sort, q=self.search) if self._start else ""

    @property
    def next_url(self) -> str:
        left = self.found > self._start + PAGE_SIZE
        return self._url(sort=self.sort, q=self.search, after=self.rows[-1].pk) if left else ""

    def beside(self, file: File) -> tuple[int | None, int | None]:
        """Return the keys of the files before and after this one, among those with a preview."""
        seen = [one.pk for one in self._found if can_preview(one.kind) or one.pk == file.pk]
        place = seen.index(file.pk) if file.pk in seen else None
        if place is None:
            return None, None
        before = seen[place - 1] if place else None
        return before, seen[place + 1] if place + 1 < len(seen) else None

    def _sorted_by(self, key: str) -> str:
        down = key in _DESCENDING_FIRST
        if self.sort.removeprefix("-") == key:
            down = not self.sort.startswith("-")
        return self._url(sort=f"-{key}" if down else key, q=self.search)

    def _direction(self, key: str) -> str:
        if self.sort.removeprefix("-") != key:
            return ""
        return "descending" if self.sort.startswith("-") else "ascending"

    def _query(self, **params: Any) -> str:
        kept = {name: v for name, v in params.items() if v and (name, v) != ("sort", DEFAULT_SORT)}
        return f"?{urlencode(kept)}" if kept else ""

    def _url(self, **params: Any) -> str:
        return reverse("customers:files", args=[self.customer.number]) + self._query(**params)
