"""What customers owe at a date, and for how long it has been due.

The items of a customer are its invoices, credit notes and payments (`moment.ledger.items`). Amounts
are positive where the customer owes them.

An invoice is aged by its due date. Payments and credit notes that have settled nothing yet, and
money that went back to the customer, are not due: nobody is reminded of them. So the five parts of
a balance always add up to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from moment.ledger.items import Customers, day, open_items, rows_of
from moment.money import rounded
from moment.projects.sums import exact

# The last day of overdue that each part takes; what is overdue for longer is in the last one.
DAYS = (30, 60, 90)
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Ageing:
    """A balance by how long its parts have been due. `credit`, in `not_due`, is what has settled
    nothing yet: negative."""

    currency: str
    not_due: Decimal = _NOTHING
    to_30: Decimal = _NOTHING
    to_60: Decimal = _NOTHING
    to_90: Decimal = _NOTHING
    over_90: Decimal = _NOTHING
    credit: Decimal = _NOTHING

    @property
    def parts(self) -> tuple[Decimal, ...]:
        return (self.not_due, *self.overdue_parts)

    @property
    def overdue_parts(self) -> tuple[Decimal, ...]:
        return (self.to_30, self.to_60, self.to_90, self.over_90)

    @property
    def balance(self) -> Decimal:
        return sum(self.parts, _NOTHING)

    @property
    def overdue(self) -> Decimal:
        return sum(self.overdue_parts, _NOTHING)


AMOUNTS = tuple(field.name for field in fields(Ageing) if field.name != "currency")


@dataclass(frozen=True)
class Aged:
    """What a customer owes at a date: in each currency, and together in the company's.

    `together` takes each item by its own exchange rate; `count` is how many are open.
    """

    by_currency: Mapping[str, Ageing]
    together: Ageing
    count: int = 0


def of_customer(customer: int, on: date, currency: str) -> Aged:
    """Return what a customer owes at a date, together in this currency, the company's."""
    return of_customers([customer], on, currency).get(customer) or Aged({}, Ageing(currency))


def of_customers(customers: Customers, on: date, currency: str) -> dict[int, Aged]:
    """Return what customers owe at a date, by key, for those that have open items then.

    `customers` are keys, or a queryset that has them; None: all. Two queries.
    """
    sql, params = _by_part(on, customers, "customer_id")
    sums: dict[int, _Sums] = {}
    for customer, *row in rows_of(sql, params):
        sums.setdefault(customer, _Sums(currency)).add(*row)
    return {customer: one.aged for customer, one in sums.items()}


def total(
    on: date, currency: str, customers: Customers = None, *, only_overdue: bool = False
) -> Aged:
    """Return what customers, or those with something overdue, owe together. Two queries."""
    sql, params = _by_part(on, customers, "0", only_overdue=only_overdue)
    sums = _Sums(currency)
    for _all, *row in rows_of(sql, params):
        sums.add(*row)
    return sums.aged


# Adding up: the database by part, which is little to do for each item, and the rest here


class _Sums:
    """Collects what the items of each currency and part come to."""

    def __init__(self, currency: str) -> None:
        self.currency, self.count = currency, 0
        self.own: dict[str, dict[str, Decimal]] = {}
        self.ours: dict[str, Decimal] = {}

    def add(self, currency: str, part: int, amount: Any, ours: Any, count: int) -> None:
        # What is to the customer's credit is not due.
        names = ["not_due", "credit"] if part < 0 else [_PARTS[part]]
        own = self.own.setdefault(currency, {})
        for name in names:
            own[name] = own.get(name, _NOTHING) + exact(amount)
            self.ours[name] = self.ours.get(name, _NOTHING) + exact(ours, 6)
        self.count += count

    @property
    def aged(self) -> Aged:
        together = {name: rounded(sums, self.currency) for name, sums in self.ours.items()}
        return Aged(
            {currency: Ageing(currency, **self.own[currency]) for currency in sorted(self.own)},
            Ageing(self.currency, **together),
            self.count,
        )


_PARTS = ("not_due", "to_30", "to_60", "to_90", "over_90")


def _by_part(
    on: date, customers: Customers, group: str, *, only_overdue: bool = False
) -> tuple[str, list[Any]]:
    """Return the query of what each group owes in each currency and part, and how many items."""
    sql, params = open_items(on, customers)
    part = (
        "CASE WHEN due_on IS NULL THEN CASE WHEN amount < 0 THEN -1 ELSE 0 END "
        "WHEN due_on >= %s THEN 0 WHEN due_on >= %s THEN 1 WHEN due_on >= %s THEN 2 "
        "WHEN due_on >= %s THEN 3 ELSE 4 END"
    )
    params += [day(one) for one in (on, *(on - timedelta(days=days) for days in DAYS))]
    where = ""
    if only_overdue:
        where = " WHERE customer_id IN (SELECT customer_id FROM open_items WHERE due_on < %s)"
        params.append(day(on))
    return (
        f"{sql}, parts AS (SELECT {group} AS owner, currency, {part} AS part, amount, "  # noqa: S608
        f"amount * rate AS ours FROM open_items{where}) "
        "SELECT owner, currency, part, SUM(amount), SUM(ours), COUNT(*) FROM parts "
        "GROUP BY owner, currency, part",
        params,
    )
