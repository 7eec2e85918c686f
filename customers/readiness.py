"""Readiness for electronic invoices: where our Norwegian customers stand, who could be switched.

The numbers are exact. Counting a hundred thousand customers takes a third of a second on SQLite,
so where there are that many the numbers are kept for a moment.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import counts
from customers.einvoicing import (
    NOT_EHF,
    Reach,
    Standing,
    reachability_of,
    standing_of,
    switchable,
)
from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from moment.keyset import beyond
from moment.models import CompanySettings, InvoiceType
from registry.models import NORWEGIAN_SCHEME, Reachability
from registry.org_number import formatted

PAGE_SIZE = 50
ALL = "all"
DEFAULT_STATUS = Customer.Status.ACTIVE.value
BAR = 1000  # units that the bar of all groups is wide
_FAILED = "failed"
# A join, which models cannot say of tables that have no foreign key: PostgreSQL meets each once,
# where subqueries would look into an index for each customer.
_COUNTED = """
    SELECT customer.status, customer.invoice_type,
        CASE WHEN customer.org_number = '' THEN 'none'
             WHEN reachability.invoice THEN 'yes'
             WHEN NOT reachability.invoice THEN 'no'
             WHEN reachability.failed_at IS NOT NULL THEN 'failed'
             ELSE 'unknown' END AS reach,
        COUNT(*)
    FROM customers_customer AS customer
    LEFT JOIN registry_reachability AS reachability
        ON reachability.scheme = %s AND reachability.identifier = customer.org_number
    WHERE customer.country = 'NO' AND customer.merged_into_id IS NULL
    GROUP BY 1, 2, 3
"""
_ORDER = ("sort_name", "id")
Counted = tuple[str, str, str, int]  # status, own invoice type, reach, how many

# What the overview is narrowed by to show those who stand there.
_FILTERS: dict[Standing, dict[str, Any]] = {
    Standing.GETS_EHF: {"ehf": Reach.YES.value, "invoice_type": [InvoiceType.EHF.value]},
    Standing.SWITCHABLE: {"ehf": Reach.YES.value, "invoice_type": NOT_EHF},
    Standing.UNREACHABLE: {"ehf": Reach.NO.value},
    Standing.UNKNOWN: {"ehf": Reach.UNKNOWN.value},
    Standing.NO_NUMBER: {"ehf": Reach.NO_NUMBER.value},
}
# Those of them who are set to EHF wait for something that does not come.
_WARNED = (Standing.UNREACHABLE, Standing.NO_NUMBER)

_FIELDS = ("pk", "number", "name", "org_number", "status", "invoice_type")


@dataclass
class Group:
    """The customers who stand at one place: how many, where to see them, where the bar has them."""

    standing: Standing
    count: int
    percent: int
    url: str
    start: str  # in units of the bar
    width: str
    set_to_ehf: int = 0  # of those whom EHF would not reach
    set_to_ehf_url: str = ""

    @property
    def label(self) -> str:
        return str(self.standing.label)


@dataclass
class Tab:
    label: str
    count: int
    url: str
    current: bool


@dataclass
class Page:
    """Customers who could be switched, by name."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    first_url: str = ""
    previous_url: str = ""
    next_url: str = ""


class Readiness:
    """The Norwegian customers that a user asks for, by the parameters of a query string.

    Parameters: `status` as in the overview; `after` and `before`, the number of a customer, turn
    the pages of the list. What makes no sense is left out.
    """

    def __init__(self, data: QueryDict, user: AbstractBaseUser | AnonymousUser) -> None:
        self.data = data
        self.status = data.get("status", "")
        if self.status not in (ALL, *Customer.Status.values):
            self.status = DEFAULT_STATUS
        self.customers: CustomerQuerySet = Customer.objects.visible_to(user).filter(country="NO")
        if self.status != ALL:
            self.customers = self.customers.filter(status=self.status)

    # The numbers

    @cached_property
    def groups(self) -> list[Group]:
        """The five groups, in which every customer is once."""
        groups, before = [], 0
        for standing in Standing:
            count = self._count(standing)
            start, end = (BAR * n // max(self.total, 1) for n in (before, before + count))
            group = Group(
                standing=standing,
                count=count,
                percent=percent(count, self.total),
                url=self.overview_url(_FILTERS[standing]),
                start=str(start),
                width=str(end - start),
            )
            if standing in _WARNED:
                group.set_to_ehf = self._standings[standing, InvoiceType.EHF.value]
                group.set_to_ehf_url = self.overview_url(
                    _FILTERS[standing] | {"invoice_type": [InvoiceType.EHF.value]}
                )
            groups.append(group)
            before += count
        return groups

    @cached_property
    def total(self) -> int:
        return self._standings.total()

    @property
    def receiving(self) -> int:
        """How many can receive EHF, whatever they get today."""
        return self.getting + self.switchable

    @property
    def receiving_url(self) -> str:
        return self.overview_url({"ehf": Reach.YES.value})

    @property
    def getting(self) -> int:
        return self._count(Standing.GETS_EHF)

    @property
    def switchable(self) -> int:
        return self._count(Standing.SWITCHABLE)

    @property
    def unknown(self) -> int:
        return self._count(Standing.UNKNOWN)

    @cached_property
    def failed(self) -> int:
        """How many are not known because every attempt to ask came to nothing."""
        return sum(n for _status, _type, reach, n in self._rows if reach == _FAILED)

    @property
    def nobody_is_known(self) -> bool:
        """Tell whether there is no answer about anybody yet, though there are numbers to ask."""
        return bool(self.unknown) and not (self.receiving or self._count(Standing.UNREACHABLE))

    @cached_property
    def tabs(self) -> list[Tab]:
        counted: Counter[str] = Counter()
        for status, _type, _reach, n in self._counted:
            counted[status] += n
            counted[ALL] += n
        labels = [(ALL, _("All")), *Customer.Status.choices]
        return [
            Tab(str(label), counted[value], self.url(status=value), value == self.status)
            for value, label in labels
        ]

    @property
    def elsewhere(self) -> list[Tab]:
        """The other statuses that have customers, for when this one has none."""
        return [tab for tab in self.tabs[1:] if tab.count and not tab.current]

    # Addresses

    @property
    def params(self) -> dict[str, str]:
        return {"status": self.status} if self.status != DEFAULT_STATUS else {}

    @property
    def query(self) -> str:
        """The shortest query string, with its question mark, that asks for the same customers."""
        return f"?{urlencode(self.params)}" if self.params else ""

    def url(self, *, status: str | None = None, **page: str) -> str:
        """Return the address of this page for a status, this one by default, turned to a page."""
        status = status or self.status
        params = ({"status": status} if status != DEFAULT_STATUS else {}) | page
        path = reverse("customers:einvoicing")
        return f"{path}?{urlencode(params)}" if params else path

    def overview_url(self, filters: dict[str, Any]) -> str:
        """Return the address of the overview narrowed to these Norwegian customers."""
        params = self.params | {"country": "NO"} | filters
        return f"{reverse('customers:overview')}?{urlencode(params, doseq=True)}"

    # The list

    @cached_property
    def page(self) -> Page:
        """Those who could be switched, after or before a customer or from the start."""
        customers, backwards = self.customers.filter(switchable()), "before" in self.data
        beside = self.data.get("after") or self.data.get("before") or ""
        cursor = Customer.objects.place_of(beside, _ORDER)
        if cursor is None:
            backwards = False
        else:
            customers = customers.filter(beyond(_ORDER, cursor, descending=backwards))
        sign = "-" if backwards else ""
        rows = list(
            customers.order_by(*(sign + name for name in _ORDER)).values(*_FIELDS)[: PAGE_SIZE + 1]
        )
        more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
        if backwards:
            rows.reverse()
        known = reachability_of(row["org_number"] for row in rows)
        page = Page([self._row(row, known.get(row["org_number"])) for row in rows])
        if rows and (more if backwards else cursor is not None):
            page.first_url = self.url()
            page.previous_url = self.url(before=rows[0]["number"])
        if rows and (backwards or more):
            page.next_url = self.url(after=rows[-1]["number"])
        return page

    # Behind all that

    @cached_property
    def _standard(self) -> str:
        return CompanySettings.current().invoice_type

    @cached_property
    def _counted(self) -> list[Counted]:
        return counted_customers()

    @cached_property
    def _rows(self) -> list[Counted]:
        return [row for row in self._counted if self.status in (ALL, row[0])]

    @cached_property
    def _standings(self) -> Counter[tuple[Standing, str]]:
        """How many stand where, by the invoice type in force."""
        standings: Counter[tuple[Standing, str]] = Counter()
        for _status, own, answer, n in self._rows:
            kind = own or self._standard
            reach = Reach.UNKNOWN if answer == _FAILED else answer
            standings[standing_of(reach, kind), kind] += n
        return standings

    def _count(self, standing: Standing) -> int:
        return sum(self._standings[standing, kind] for kind in InvoiceType.values)

    def _row(self, row: dict[str, Any], reachability: Reachability | None) -> dict[str, Any]:
        return row | {
            "url": reverse("customers:profile", args=[row["number"]]),
            "org_number": formatted(row["org_number"]),
            "invoice_type": InvoiceType(row["invoice_type"] or self._standard).label,
            "by_standard": not row["invoice_type"],
            "reachability": reachability,
        }


def counted_customers() -> list[Counted]:
    """Return how many Norwegian customers there are of each status, own invoice type and reach.

    With no certain answer the reach is `unknown`, or `failed` where it was asked for in vain.
    """
    many = sum(counts.by_status().values()) > counts.LIMIT
    # No question of the overview reads like this.
    counted = counts.kept("readiness", _count) if many else _count()
    return [(*what.split(","), n) for what, n in counted.items()]  # type: ignore[misc]


def _count() -> dict[str, int]:
    """Return the numbers by status, own invoice type and reach with commas between. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [NORWEGIAN_SCHEME])
        return {f"{status},{own},{reach}": n for status, own, reach, n in cursor.fetchall()}


def percent(count: int, total: int) -> int:
    """Return the share in whole per cent: none is 0, all is 100, and nothing else is either."""
    if count in (0, total):
        return 100 if count else 0
    return min(max(round(100 * count / total), 1), 99)
