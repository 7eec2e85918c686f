"""The hours of a project as a list: from the parameters of its address to rows and sums."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from moment.keyset import is_key
from moment.models import User
from moment.money import rounded
from moment.projects.billing import Place, billing
from moment.projects.hour_filters import HourFilter
from moment.projects.models import Activity, Project, TimeEntry
from moment.projects.pricing import Prices
from moment.projects.sums import exact
from moment.tabular import Column
from moment.templatetags.moment import full_date

PAGE_SIZE = 50
_PAGES_AT_MOST = 9  # digits that a page number has


@dataclass(frozen=True)
class Line:
    """An entry as the list shows it; `price` of an hour and `amount` for those who may see them.

    What its cells say is made once, and only where it is shown: a spreadsheet has many lines.
    """

    entry: TimeEntry
    activity: Activity
    user: User
    price: Decimal | None = None
    amount: Decimal | None = None
    missing: str = ""
    # The invoice or draft that it is on, for who may see invoices.
    place: Place | None = None
    may_change: bool = False
    # The filters of the list, to come back to it.
    query: str = ""

    @cached_property
    def day(self) -> str:
        return full_date(self.entry.day)

    @cached_property
    def weekday(self) -> str:
        return date_format(self.entry.day, "D")

    @cached_property
    def name(self) -> str:
        return str(self.user)

    @cached_property
    def edit_url(self) -> str:
        return self._url("projects:entry_edit")

    @cached_property
    def delete_url(self) -> str:
        return self._url("projects:entry_delete")

    def _url(self, name: str) -> str:
        path = reverse(name, args=[self.activity.project.number, self.entry.pk])
        return f"{path}?{self.query}" if self.query else path


@dataclass(frozen=True)
class Sums:
    """Of all entries that the filters let through. `newest` is the last key among them."""

    count: int
    hours: Decimal
    billable: Decimal
    open: Decimal
    newest: int

    @property
    def token(self) -> str:
        """What tells these entries from those of another time."""
        return f"{self.count}-{self.hours}-{self.newest}"


class HourList:
    """The hours of a project that a user asks for, by the parameters of a query string.

    The project brings its customer. Without the right to, nobody gets to see amounts.
    """

    def __init__(self, data: QueryDict, project: Project, user: User) -> None:
        self.data, self.project, self.user = data, project, user
        self.filter = HourFilter(data, project)
        self.shows_amounts = user.has_perm("projects.view_amounts")
        self.may_change_all = user.has_perm("projects.change_timeentry")

    @cached_property
    def params(self) -> dict[str, Any]:
        return dict(self.filter.params)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.params)

    @cached_property
    def path(self) -> str:
        return reverse("projects:hours", args=[self.project.number])

    @cached_property
    def query(self) -> str:
        return self.query_with()

    def query_with(self, **changes: Any) -> str:
        params = self.params | changes
        return urlencode({name: v for name, v in params.items() if v}, doseq=True)

    def url(self, **changes: Any) -> str:
        """Return the address of this list with other parameters; None takes one out."""
        query = self.query_with(**changes)
        return f"{self.path}?{query}" if query else self.path

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The filters as fields of a form that asks about what is shown."""
        return [
            (name, one)
            for name, value in self.params.items()
            for one in ([value] if isinstance(value, str) else value)
        ]

    @property
    def chips(self) -> list[tuple[str, str]]:
        return self.filter.chips(self.url)

    # What there is

    @cached_property
    def found(self) -> QuerySet[TimeEntry]:
        return self.filter.found().order_by("-day", "-pk")

    @cached_property
    def sums(self) -> Sums:
        return sums_of(self.found)

    @property
    def pages(self) -> int:
        return max(1, -(-self.sums.count // PAGE_SIZE))

    @property
    def page(self) -> int:
        """The number of the page, from 1; the nearest there is."""
        asked = self.data.get("page", "")
        number = int(asked) if is_key(asked) and len(asked) <= _PAGES_AT_MOST else 1
        return min(max(number, 1), self.pages)

    @property
    def first(self) -> int:
        """The position of the page's first row, from 1."""
        return (self.page - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    @property
    def previous_url(self) -> str:
        if self.page < 2:
            return ""
        return self.url(page=self.page - 1 if self.page > 2 else None)

    @property
    def next_url(self) -> str:
        return self.url(page=self.page + 1) if self.page < self.pages else ""

    @property
    def last_url(self) -> str:
        return self.url(page=self.pages)

    @cached_property
    def lines(self) -> list[Line]:
        start = (self.page - 1) * PAGE_SIZE
        entries = list(self.found[start : start + PAGE_SIZE])
        places: Mapping[int, Place] = {}
        if billing().is_shown_to(self.user):
            places = billing().places_of_entries([entry.pk for entry in entries])
        return list(self._lines(entries, places))

    @cached_property
    def currency(self) -> str:
        return self._prices.currency(self.project)

    @cached_property
    def _prices(self) -> Prices:
        return Prices([self.project])

    @cached_property
    def _activities(self) -> dict[int, Activity]:
        found = {row.pk: row for row in self.project.activities.all()}
        for activity in found.values():
            activity.project = self.project
        return found

    def _lines(
        self, entries: Iterable[TimeEntry], places: Mapping[int, Place] | None = None
    ) -> Iterator[Line]:
        entries, places = list(entries), places or {}
        currency = self.currency if self.shows_amounts else ""
        people = {
            user.pk: user for user in User.objects.filter(pk__in={e.user_id for e in entries})
        }
        for entry in entries:
            activity, user = self._activities[entry.activity_id], people[entry.user_id]
            to_change: dict[str, Any] = {
                "place": places.get(entry.pk),
                "may_change": self._may_change(entry),
                "query": self.query,
            }
            if not self.shows_amounts or not entry.billable:
                yield Line(entry, activity, user, **to_change)
                continue
            price, missing = entry.price, ""
            if price is None:
                found = self._prices.price(activity, entry.user_id, entry.day)
                price, missing = found.amount, found.missing
            amount = rounded(price * entry.hours, currency) if price is not None else None
            yield Line(entry, activity, user, price, amount, missing, **to_change)

    def _may_change(self, entry: TimeEntry) -> bool:
        """Tell whether an entry can be changed, by this user."""
        is_theirs = self.may_change_all or entry.user_id == self.user.pk
        return is_theirs and entry.approved_at is None

    # The spreadsheet

    def columns(self) -> list[Column]:
        columns = [
            Column(_("Date"), 12),
            Column(_("Colleague"), 26),
            Column(_("Activity no."), 10),
            Column(_("Activity"), 30),
            Column(_("Hours"), 9),
            Column(_("Comment"), 50),
            Column(_("Billable"), 10),
            Column(_("Approved"), 18),
        ]
        if self.shows_amounts:
            columns += [
                Column(_("Price an hour, %(currency)s") % {"currency": self.currency}, 14),
                Column(_("Amount, %(currency)s") % {"currency": self.currency}, 14),
            ]
        return columns

    def sheet_rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the cells of all entries asked for, in the order of the page."""
        yes, no = _("Yes"), _("No")
        for line in self._lines(self.found):
            entry = line.entry
            row: tuple[Any, ...] = (
                entry.day,
                str(line.user),
                line.activity.number,
                line.activity.title,
                float(entry.hours),
                entry.comment,
                yes if entry.billable else no,
                entry.approved_at,
            )
            if self.shows_amounts:
                # Not rounded, so that those of an activity add up to what it comes to.
                value = None if line.price is None else line.price * entry.hours
                row += tuple(None if v is None else float(v) for v in (line.price, value))
            yield row


def sums_of(entries: QuerySet[TimeEntry]) -> Sums:
    """Add up entries, in one query."""
    found = entries.order_by().aggregate(
        count=Count("pk"),
        all=Sum("hours"),
        charged=Sum("hours", filter=Q(billable=True)),
        waiting=Sum("hours", filter=Q(approved_at=None)),
        newest=Max("pk"),
    )
    return Sums(
        count=found["count"],
        hours=exact(found["all"]),
        billable=exact(found["charged"]),
        open=exact(found["waiting"]),
        newest=found["newest"] or 0,
    )
