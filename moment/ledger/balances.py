"""What each customer owes at a date, as one object: from an address to the rows it shows.

Only customers with open items are there. They are added up in the database, through the indexes
over what is open, and only those of a page are fetched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.filtering import Menu
from customers.filters import CustomerFilter
from customers.listing import Listing
from customers.models import Customer
from customers.overview import PAGE_SIZE, Page
from customers.rows import tags_of
from moment import tabular
from moment.ledger import ageing, items
from moment.ledger.ageing import Aged
from moment.ledger.forms.ledger import AtForm
from moment.models import CompanySettings, User

OPEN, OVERDUE = "open", "overdue"
_BATCH = 500


class BalanceFilter(CustomerFilter):
    """The filters of the overview that are asked for here: tags, people and words."""

    @cached_property
    def menus(self) -> list[Menu]:
        return [self.menu(name) for name in ("tags", "responsible")]


@dataclass
class Row:
    customer: Customer
    aged: Aged
    tags: Sequence[tuple[str, str]] = ()


class BalanceList(Listing):
    """The customers with open items at a date that a user asks for."""

    url_name = "ledger:ledgers"
    chosen_by = "show"
    tab_labels: ClassVar = {
        OPEN: gettext_lazy("All with open items"),
        OVERDUE: gettext_lazy("Overdue"),
    }
    usual_tab = OPEN
    sums = (OPEN,)
    heads = (
        ("number", gettext_lazy("No.")),
        ("name", gettext_lazy("Name")),
        ("", gettext_lazy("Resp.")),
        ("balance", gettext_lazy("Balance")),
        ("", gettext_lazy("Not due")),
        ("", gettext_lazy("1–30 days")),
        ("", gettext_lazy("31–60 days")),
        ("", gettext_lazy("61–90 days")),
        ("", gettext_lazy("Over 90 days")),
        ("overdue", gettext_lazy("Overdue")),
    )
    # Columns of the query in `_sql`; the last is unique.
    sorts: ClassVar = {
        "number": ["c.sort_number", "c.id"],
        "name": ["c.sort_name", "c.id"],
        "balance": ["b.balance", "c.id"],
        "overdue": ["b.overdue", "c.id"],
    }
    usual_sort = "-overdue"
    descending_first = ("balance", "overdue")

    def __init__(self, data: QueryDict, user: User | AnonymousUser) -> None:
        super().__init__(data)
        self.form = AtForm(data)
        self.on = self.form.on
        self.currency = CompanySettings.current().currency
        self.filter = BalanceFilter(data, Customer.objects.visible_to(user))

    @cached_property
    def params(self) -> dict[str, Any]:
        at = {"at": self.on.isoformat()} if self.data.get("at") and self.form.is_valid() else {}
        return at | super().params

    @cached_property
    def customers(self) -> Any:
        """The customers that the filters let through; None: all."""
        if not self.is_narrowed:
            return None
        return self.filter.found(walking=False).order_by().values("pk")

    # What there is

    def _sql(self) -> tuple[str, list[Any]]:
        """Return the beginning of a query with `balances`: each customer's, and what is overdue."""
        sql, params = items.open_items(self.on, self.customers)
        overdue = "SUM(CASE WHEN due_on < %s THEN amount * rate ELSE 0 END)"
        return (
            f"{sql}, balances (customer_id, balance, overdue) AS (SELECT customer_id, "  # noqa: S608
            f"SUM(amount * rate), {overdue} FROM open_items GROUP BY customer_id)",
            [*params, items.day(self.on)],
        )

    @cached_property
    def counts(self) -> dict[str, int]:
        sql, params = self._sql()
        counted = "SELECT COUNT(*), SUM(CASE WHEN overdue > 0 THEN 1 ELSE 0 END) FROM balances"
        ((every, overdue),) = items.rows_of(f"{sql} {counted}", params)
        return {OPEN: every, OVERDUE: overdue or 0}

    @cached_property
    def total_aged(self) -> Aged:
        """What the customers of the tab owe together."""
        only_overdue = self.tab == OVERDUE
        return ageing.total(self.on, self.currency, self.customers, only_overdue=only_overdue)

    def keys(self, limit: int, offset: int = 0) -> list[int]:
        """Return the keys of so many customers, in the order that is asked for."""
        sql, params = self._sql()
        where = "WHERE b.overdue > 0" if self.tab == OVERDUE else ""
        way = "DESC" if self.descends else "ASC"
        order = ", ".join(f"{name} {way}" for name in self.order)
        sql += (
            " SELECT c.id FROM balances b JOIN customers_customer c ON c.id = b.customer_id "  # noqa: S608
            f"{where} ORDER BY {order} LIMIT %s OFFSET %s"
        )
        return [key for (key,) in items.rows_of(sql, [*params, limit, offset])]

    @cached_property
    def page(self) -> Page:
        """The page with the number that the address has: all are added up for any of them."""
        last = max(0, self.total - 1) // PAGE_SIZE
        asked = self.data.get("page", "")
        number = int(asked) - 1 if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0
        number = min(max(number, 0), last)
        page = Page(rows=self.rows(self.keys(PAGE_SIZE, number * PAGE_SIZE)))
        page.first = number * PAGE_SIZE + 1 if page.rows else 0
        if number:
            page.first_url = self.url()
            page.previous_url = self.url(page=number if number > 1 else None)
        if number < last:
            page.next_url, page.last_url = self.url(page=number + 2), self.url(page=last + 1)
        return page

    def rows(self, keys: Sequence[int]) -> list[Row]:
        """Return rows of these customers, in their order, in a fixed number of queries."""
        found = Customer.objects.select_related("responsible").in_bulk(keys)
        aged = ageing.of_customers(keys, self.on, self.currency)
        tags = tags_of(Customer, keys, self.filter.tags)
        return [
            Row(found[key], aged[key], tags.get(key, ()))
            for key in keys
            if key in found and key in aged
        ]

    # The spreadsheet

    @property
    def sheet_columns(self) -> list[tabular.Column]:
        return [
            tabular.Column(_("Customer no."), 12),
            tabular.Column(_("Customer"), 32),
            tabular.Column(_("Responsible"), 22),
            tabular.Column(_("Tags"), 24),
            tabular.Column(_("Currency"), 9),
            tabular.Column(_("Balance"), 14),
            *(tabular.Column(str(label), 14) for _key, label in self.heads[4:9]),
            tabular.Column(_("Overdue"), 14),
        ]

    def sheet_rows(self) -> Iterator[list[Any]]:
        """Yield the cells of all hits, in the order of the page: a row for each currency."""
        keys = self.keys(self.total)
        for start in range(0, len(keys), _BATCH):
            for row in self.rows(keys[start : start + _BATCH]):
                customer = row.customer
                for currency, one in row.aged.by_currency.items():
                    yield [
                        customer.number,
                        customer.name,
                        str(customer.responsible or ""),
                        ", ".join(name for name, _color in row.tags),
                        currency,
                        one.balance,
                        *one.parts,
                        one.overdue,
                    ]
