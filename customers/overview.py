"""The overview as one object: from the parameters of its address to the rows it shows."""

import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Count, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from customers import counts
from customers.filters import CustomerFilter
from customers.models import Customer
from customers.models.number_series import NUMBER_PATTERN
from customers.register_facts import trouble_of
from moment.keyset import beyond
from moment.names import initials
from moment.templatetags.moment import day_in_words
from registry.org_number import formatted

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
    ("city", gettext_lazy("City")),
    ("responsible", gettext_lazy("Resp.")),
    ("activity", gettext_lazy("Last activity")),
]
# Newest first where that is what one looks for.
DESCENDING_FIRST = {"number", "activity"}
FIELDS = (
    "pk",
    "number",
    "name",
    "country",
    "org_number",
    "status",
    "relation",
    "visiting_city",
    "postal_city",
    "postal_country",
    "visiting_country",
    "responsible_id",
    "responsible__first_name",
    "responsible__last_name",
    "responsible__username",
    "last_activity_at",
)


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


@dataclass
class Page:
    rows: list[dict[str, Any]] = field(default_factory=list)
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


class Overview:
    """The customers that a user asks for, by the parameters of a query string.

    Parameters that make no sense are left out. `params` is what is left: the shortest query that
    shows the same, which links, exports and saved filters use.
    """

    def __init__(self, data: QueryDict, user: AbstractBaseUser | AnonymousUser) -> None:
        self.data = data
        self.filter = CustomerFilter(data, Customer.objects.visible_to(user))
        self.status = data.get("status", DEFAULT_STATUS)
        if self.status not in (ALL, *Customer.Status.values):
            self.status = DEFAULT_STATUS
        self.sort = data.get("sort", DEFAULT_SORT)
        if self.sort.removeprefix("-") not in Customer.SORTS:
            self.sort = DEFAULT_SORT

    # What is asked for

    @cached_property
    def params(self) -> dict[str, Any]:
        return {
            **({"status": self.status} if self.status != DEFAULT_STATUS else {}),
            **({"sort": self.sort} if self.sort != DEFAULT_SORT else {}),
            **self.filter.params,
        }

    def url(self, **changes: Any) -> str:
        """Return the address of this overview with other parameters; None takes one out."""
        query = QueryDict(mutable=True)
        for name, value in (self.params | changes).items():
            if value:
                query.setlist(name, value if isinstance(value, list) else [value])
        path = reverse("customers:overview")
        return f"{path}?{query.urlencode()}" if query else path

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filter.params)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Return each filter in use as words and the address without it."""
        chips = []
        for name, value in self.filter.params.items():
            if name == "match":
                continue
            if name == "q":
                chips.append((f"“{value}”", self.url(q=None)))
                continue
            labels = dict(self.filter.form.fields[name].choices)
            chips += [
                (str(labels[one]), self.url(**{name: [v for v in value if v != one]}))
                for one in value
            ]
        return chips

    # What there is

    @cached_property
    def counts(self) -> dict[str, int]:
        """Customers by status: of all, each counted to the limit; of hits, the limit together."""
        if not self.is_narrowed:
            return counts.by_status()
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
                url=self.url(status=None if value == DEFAULT_STATUS else value),
            )
            for value, label, count in tabs
        ]

    @property
    def elsewhere(self) -> list[Tab]:
        """Return the other tabs that have hits, when this one has none."""
        if self.page.rows:
            return []
        return [t for t in self.tabs if t.count and t.value != ALL]

    @property
    def columns(self) -> list[Column]:
        key, descending = self.sort.removeprefix("-"), self.sort.startswith("-")
        columns = []
        for name, label in COLUMNS:
            column = Column(str(label), key=name)
            if name:
                first = f"-{name}" if name in DESCENDING_FIRST else name
                other = name if first.startswith("-") else f"-{name}"
                wanted = other if self.sort == first else first
                column.url = self.url(sort=None if wanted == DEFAULT_SORT else wanted)
                if name == key:
                    column.sorted = "descending" if descending else "ascending"
            columns.append(column)
        return columns

    @cached_property
    def page(self) -> Page:
        """The rows of the page: those after or before a customer, from the start, or the last."""
        key, descending = self.sort.removeprefix("-"), self.sort.startswith("-")
        fields = [*Customer.SORTS[key], "id"]
        backwards = "before" in self.data or "last" in self.data
        customers = self.filter.queryset
        if self.is_narrowed:
            many = self.is_cut or self.total > FEW
            customers = self.filter.found(walking=many)
        if self.status != ALL:
            customers = customers.filter(status=self.status)
        cursor = self._cursor(fields)
        if cursor is not None:
            customers = customers.filter(beyond(fields, cursor, descending=descending != backwards))
        sign = "-" if descending != backwards else ""
        # Keys first: sorting thousands of whole rows for the sake of fifty would cost far more.
        pks = list(
            customers.order_by(*(sign + name for name in fields)).values_list("pk", flat=True)[
                : PAGE_SIZE + 1
            ]
        )
        by_pk = {row["pk"]: row for row in Customer.objects.filter(pk__in=pks).values(*FIELDS)}
        rows = [by_pk[pk] for pk in pks if pk in by_pk]
        more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
        if backwards:
            rows.reverse()
        return self._page(rows, more=more, backwards=backwards, started=cursor is not None)

    def _cursor(self, fields: list[str]) -> tuple[Any, ...] | None:
        number = self.data.get("after") or self.data.get("before")
        if not number or len(number) > 20 or not re.fullmatch(NUMBER_PATTERN, number):
            return None
        return Customer.objects.filter(number=number).values_list(*fields).first()

    def _page(self, rows: list[dict], *, more: bool, backwards: bool, started: bool) -> Page:
        page = Page(rows=table_rows(rows))
        if not rows:
            return page
        at_start = not more if backwards else not started
        at_end = (not started) if backwards else not more
        page.first = self._position(len(rows), at_start=at_start, at_end=at_end)
        first, last = rows[0]["number"], rows[-1]["number"]
        if not at_start:
            page.first_url = self.url()
            page.previous_url = self.url(
                before=first, row=page.first - PAGE_SIZE if page.first > PAGE_SIZE else None
            )
        if not at_end:
            page.next_url = self.url(after=last, row=page.first and page.first + len(rows))
            page.last_url = self.url(last=1)
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


def table_rows(customers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the cells of these customers, ready to print: the page adds nothing but markup.

    Two queries whatever the number: their tags, and the register's troubles.
    """
    status = {value: str(label) for value, label in Customer.Status.choices}
    relation = {value: str(label) for value, label in Customer.Relation.choices}
    no_number = _("No reg. no.")
    prefix = reverse("customers:overview")
    tags = tags_of([customer["pk"] for customer in customers])
    troubles = trouble_of([c["org_number"] for c in customers if c["country"] == "NO"])
    # A page has few different days.
    in_words = cache(day_in_words)
    rows = []
    for c in customers:
        person = _person(c)
        rows.append(
            {
                "number": c["number"],
                "url": f"{prefix}{c['number']}/",
                "name": c["name"],
                "org_number": _org_number(c) or no_number,
                "trouble": troubles.get(c["org_number"], ""),
                "status": c["status"],
                "status_label": status[c["status"]],
                "tags": tags.get(c["pk"], ()),
                "relation": relation[c["relation"]],
                "city": _place(c),
                "person": person,
                "initials": initials(person),
                "activity": in_words(localtime(c["last_activity_at"]).date()),
            }
        )
    return rows


def _person(customer: dict[str, Any]) -> str:
    """Return the responsible's name as `str(user)` does, without making a user of it."""
    if not customer["responsible_id"]:
        return ""
    names = customer["responsible__first_name"], customer["responsible__last_name"]
    return " ".join(names).strip() or customer["responsible__username"]


def _org_number(customer: dict[str, Any]) -> str:
    number = customer["org_number"]
    return formatted(number) if customer["country"] == "NO" else number


def _place(customer: dict[str, Any]) -> str:
    """Return the city, abroad with its country: `Göteborg, SE`."""
    kind = "visiting" if customer["visiting_city"] else "postal"
    city = customer[f"{kind}_city"]
    country = customer[f"{kind}_country"] or customer["country"]
    if country == "NO":
        return city
    return f"{city}, {country}" if city else str(countries.name(country))


def tags_of(pks: list[int]) -> dict[int, list[tuple[str, str]]]:
    """Return the tags of each customer as (name, colour), in the company's order."""
    tags: dict[int, list[tuple[str, str]]] = {}
    links = Customer.tags.through.objects.filter(customer_id__in=pks).order_by(
        "tag__order", "tag__name"
    )
    for pk, name, color in links.values_list("customer_id", "tag__name", "tag__color"):
        tags.setdefault(pk, []).append((name, color))
    return tags
