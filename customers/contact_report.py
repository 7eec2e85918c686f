"""The report over all contacts as one object: from the parameters of its address to its rows."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Case, Exists, Func, IntegerField, OuterRef, QuerySet, Value, When
from django.db.models.functions import Lower, Replace
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from customers import contact_rows, counts
from customers.contact_filters import OF_PERSONS, ContactFilter
from customers.filtering import Menu
from customers.models import Contact, Customer, Person
from customers.models.contact import ContactQuerySet
from customers.overview import Column, Page, Tab, count_text
from moment.keyset import beyond, is_key

PAGE_SIZE = 50
CURRENT, FORMER, ALL, NO_CUSTOMER = "current", "former", "all", "none"
WHO = {
    CURRENT: gettext_lazy("Current"),
    FORMER: gettext_lazy("Former"),
    ALL: gettext_lazy("All"),
    NO_CUSTOMER: gettext_lazy("Without a customer"),
}
SORTS = {
    "person": ["person__sort_name", "id"],
    "customer": ["customer__sort_name", "person__sort_name", "id"],
    "title": ["untitled", "title_key", "person__sort_name", "id"],
}
DEFAULT_SORT = "person"
_OF_PERSONS = ["sort_name", "id"]
COLUMNS = [
    ("person", gettext_lazy("Person")),
    ("title", gettext_lazy("Title")),
    ("customer", gettext_lazy("Customer")),
    ("", gettext_lazy("E-mail")),
    ("", gettext_lazy("Phone")),
    ("", gettext_lazy("Tags")),
]


class _InByteOrder(Func):
    """A text as PostgreSQL compares it byte by byte, which SQLite does anyway."""

    template = "%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template='(%(expressions)s) COLLATE "C"')


def _title_key() -> Func:
    """Return the title as `sort_key` would make it: there is no column for it."""
    key: Any = Lower("title")
    for letter, last in (("æ", "z{"), ("ø", "z|"), ("å", "z}")):
        for written in (letter, letter.upper()):
            key = Replace(key, Value(written), Value(last))
    return _InByteOrder(key)


class ContactReport:
    """The contacts that a user asks for, by the parameters of a query string.

    `who` chooses current contacts, former ones, all, or persons who are no contact of anybody.
    Parameters that make no sense are left out; `params` is the shortest query that shows the same.
    Erased persons are never among them.
    """

    def __init__(self, data: QueryDict, user: AbstractBaseUser | AnonymousUser) -> None:
        self.data = data
        # Tested row by row: beside a list of persons, one of customers would be crossed with it.
        visible = Customer.objects.visible_to(user).filter(pk=OuterRef("customer_id"))
        self.filter = ContactFilter(
            data, Contact.objects.filter(Exists(visible.order_by()), person__erased_at=None)
        )
        self.who = data.get("who", CURRENT)
        if self.who not in WHO:
            self.who = CURRENT
        self.sort = data.get("sort", DEFAULT_SORT)
        if self.sort.removeprefix("-") not in SORTS or not self.is_of_customers:
            self.sort = "-person" if self.sort == "-person" else DEFAULT_SORT

    # What is asked for

    @property
    def is_of_customers(self) -> bool:
        """Tell whether the rows are contacts of customers, not persons without one."""
        return self.who != NO_CUSTOMER

    @cached_property
    def filters(self) -> dict[str, Any]:
        """The filters in use; of persons without a customer, those that ask about the person."""
        if self.is_of_customers:
            return self.filter.params
        return {name: v for name, v in self.filter.params.items() if name in OF_PERSONS}

    @cached_property
    def params(self) -> dict[str, Any]:
        return {
            **({"who": self.who} if self.who != CURRENT else {}),
            **({"sort": self.sort} if self.sort != DEFAULT_SORT else {}),
            **self.filters,
        }

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filters)

    @property
    def may_be_written_to(self) -> bool:
        """Tell whether there may be current contacts among the rows."""
        return self.who in (CURRENT, ALL)

    @property
    def hides_statuses(self) -> bool:
        """Tell whether contacts of inactive and blocked customers are left aside."""
        return self.is_of_customers and "status" not in self.filters

    @property
    def all_statuses_url(self) -> str:
        return self.url(status=ALL)

    @property
    def rarer_menus(self) -> list[Menu]:
        menus = self.filter.rarer_menus
        return [m for m in menus if self.is_of_customers or m.name in OF_PERSONS]

    @property
    def query(self) -> str:
        """The filters alone, as a mailing list keeps them."""
        return urlencode(self.filters, doseq=True)

    @cached_property
    def path(self) -> str:
        return reverse("customers:contact_report")

    def url(self, **changes: Any) -> str:
        """Return the address of this report with other parameters; None takes one out."""
        query = self.query_with(**changes)
        return f"{self.path}?{query}" if query else self.path

    def query_with(self, **changes: Any) -> str:
        params = self.params | changes
        return urlencode({name: v for name, v in params.items() if v}, doseq=True)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Return each filter in use as words and the address without it."""
        return self.filter.chips(self.url, of=self.filters)

    # What there is

    @cached_property
    def contacts(self) -> ContactQuerySet:
        """The contacts of customers that are asked for."""
        return self._of(self.who) if self.is_of_customers else Contact.objects.none()

    @cached_property
    def current(self) -> ContactQuerySet:
        """Those of them who work there today: the only ones to write to."""
        return self.contacts.current()

    def _of(self, who: str) -> ContactQuerySet:
        found = self.filter.found()
        if who == CURRENT:
            return found.current()
        if who == FORMER:
            return found.filter(employed_until__lt=timezone.localdate())
        return found

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many there are of each kind, each counted to the limit."""
        found: dict[str, QuerySet] = {who: self._of(who) for who in (CURRENT, FORMER, ALL)}
        found[NO_CUSTOMER] = self.filter.without_customer()
        return {who: rows.order_by()[: counts.LIMIT + 1].count() for who, rows in found.items()}

    @property
    def total(self) -> int:
        return self.counts[self.who]

    @property
    def total_text(self) -> str:
        return count_text(self.total)

    @cached_property
    def tabs(self) -> list[Tab]:
        # What asks about customers makes no sense of persons without one.
        forgotten = dict.fromkeys(self.filter.params.keys() - {*OF_PERSONS})
        return [
            Tab(
                value=who,
                label=str(label),
                count=self.counts[who],
                count_text=count_text(self.counts[who]),
                current=who == self.who,
                url=self.url(
                    who=None if who == CURRENT else who,
                    **(forgotten | {"sort": None} if who == NO_CUSTOMER else {}),
                ),
            )
            for who, label in WHO.items()
        ]

    @property
    def elsewhere(self) -> list[Tab]:
        """Return the other tabs that have hits, when this one has none."""
        return [] if self.page.rows else [t for t in self.tabs if t.count and t.value != ALL]

    @cached_property
    def columns(self) -> list[Column]:
        columns = []
        for name, label in COLUMNS:
            column = Column(str(label), key=name)
            if name and (self.is_of_customers or name == "person"):
                other = f"-{name}" if self.sort == name else name
                column.url = self.url(sort=None if other == DEFAULT_SORT else other)
                if self.sort.removeprefix("-") == name:
                    column.sorted = "descending" if self.sort.startswith("-") else "ascending"
            if name in ("", "person") or self.is_of_customers:
                columns.append(column)
        return columns

    # The page

    @cached_property
    def page(self) -> Page:
        """The rows of the page: those after or before one, from the start, or the last."""
        descending = self.sort.startswith("-")
        backwards = "before" in self.data or "last" in self.data
        found, fields = self._keyed(self._found), self._fields
        cursor = self._place(self.data.get("after") or self.data.get("before"))
        if cursor is not None:
            found = found.filter(beyond(fields, cursor, descending=descending != backwards))
        sign = "-" if descending != backwards else ""
        found = found.order_by(*(sign + name for name in fields))
        rows = self._rows(found[: PAGE_SIZE + 1])
        more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
        if backwards:
            rows.reverse()
        started = cursor is not None
        at_start = not more if backwards else not started
        at_end = not started if backwards else not more
        page = Page(rows=rows)
        if not rows:
            return page
        page.first = self._position(len(rows), at_start=at_start, at_end=at_end)
        if not at_start:
            page.first_url = self.url()
            page.previous_url = self.url(
                before=rows[0]["key"], row=max(page.first - PAGE_SIZE, 0) or None
            )
        if not at_end:
            page.next_url = self.url(
                after=rows[-1]["key"], row=page.first and page.first + len(rows)
            )
            page.last_url = self.url(last=1)
        return page

    @property
    def _found(self) -> QuerySet:
        return self.contacts if self.is_of_customers else self.filter.without_customer()

    @property
    def _fields(self) -> list[str]:
        """The columns to order by."""
        return SORTS[self.sort.removeprefix("-")] if self.is_of_customers else _OF_PERSONS

    def _keyed(self, rows: QuerySet) -> QuerySet:
        """Return the rows with what the order needs and no column holds."""
        if "title_key" not in self._fields:
            return rows
        untitled = Case(When(title="", then=1), default=0, output_field=IntegerField())
        return rows.annotate(untitled=untitled, title_key=_title_key())

    def _place(self, key: str | None) -> tuple[Any, ...] | None:
        """Return where the row with the key stands in the order; None where it makes no sense."""
        if not (key and is_key(key)):
            return None
        rows = Contact.objects.all() if self.is_of_customers else Person.objects.all()
        return self._keyed(rows).filter(pk=key).values_list(*self._fields).first()

    def _rows(self, found: QuerySet) -> list[dict[str, Any]]:
        """Return the cells of these rows, in two queries."""
        if not self.is_of_customers:
            return contact_rows.of_persons(found)
        return contact_rows.of_contacts(found, self.filter.contact_tags)

    def _position(self, length: int, *, at_start: bool, at_end: bool) -> int:
        """Return the position of the first row, 0 when unknown.

        Between the ends links carry it along: a hint, believed only as far as it can be right.
        """
        if at_start:
            return 1
        if at_end and self.total <= counts.LIMIT:
            return self.total - length + 1
        hint = self.data.get("row", "")
        position = int(hint) if hint.isascii() and hint.isdigit() and len(hint) < 9 else 0
        is_exact = self.total <= counts.LIMIT
        return 0 if is_exact and position + length > self.total else position

    # The spreadsheet

    def sheet_rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the cells of all rows asked for, in the order of the page."""
        sign = "-" if self.sort.startswith("-") else ""
        found = self._keyed(self._found).order_by(*(sign + name for name in self._fields))
        if not self.is_of_customers:
            return contact_rows.sheet_of_persons(found)
        return contact_rows.sheet_of_contacts(found, self.filter.contact_tags)
