"""What customers owe at a date, and for how long it has been due.

The items of a customer are its invoices, credit notes and payments. What is open of one at a date
is what is open of it now and what was settled after that date; so for today, when nothing is, the
indexes over open items answer alone. Amounts are positive where the customer owes them.

An invoice is aged by its due date. Payments and credit notes that have settled nothing yet, and
money that went back to the customer, are not due: nobody is reminded of them. So the five parts of
a balance always add up to it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    DateField,
    DecimalField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from moment.ledger.models import Invoice, Match, Payment
from moment.money import rounded

# The last day of overdue that each part takes; what is overdue for longer is in the last one.
DAYS = (30, 60, 90)
_MONEY = DecimalField(max_digits=16, decimal_places=2)
_NOTHING = Decimal(0)

# What an item is: `item` is an invoice's key, or a payment's below 0; `day` is when it came into
# the ledger, and `due_on` is NULL where it is never due.
_COLUMNS = ("item", "customer_id", "currency", "day", "due_on", "amount", "rate")

Customers = Collection[int] | QuerySet | None


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

    `together` takes each item by its own exchange rate.
    """

    by_currency: Mapping[str, Ageing]
    together: Ageing


def of_customer(customer: int, on: date, currency: str) -> Aged:
    """Return what a customer owes at a date, together in this currency, the company's."""
    return of_customers([customer], on, currency).get(customer) or Aged({}, Ageing(currency))


def of_customers(customers: Customers, on: date, currency: str) -> dict[int, Aged]:
    """Return what customers owe at a date, by key, for those that have open items then.

    `customers` are keys, or a queryset that has them; None: all. Two queries.
    """
    sql, params = open_items(on, customers)
    sums, more = _sums(on)
    sql = (
        f"{sql} SELECT customer_id, currency, {sums} FROM open_items "  # noqa: S608
        "GROUP BY customer_id, currency ORDER BY customer_id, currency"
    )
    found: dict[int, dict[str, Ageing]] = {}
    together: dict[int, list[list[Decimal]]] = {}
    for customer, of, *amounts in rows_of(sql, [*params, *more]):
        own, ours = amounts[: len(AMOUNTS)], amounts[len(AMOUNTS) :]
        found.setdefault(customer, {})[of] = Ageing(of, *(exact(one) for one in own))
        together.setdefault(customer, []).append([exact(one, 6) for one in ours])
    return {
        customer: Aged(by_currency, _added_up(together[customer], currency))
        for customer, by_currency in found.items()
    }


def total(
    on: date, currency: str, customers: Customers = None, *, only_overdue: bool = False
) -> Aged:
    """Return what customers, or those with something overdue, owe together. Two queries."""
    sql, params = open_items(on, customers)
    sums, more = _sums(on)
    sql = f"{sql} SELECT currency, {sums} FROM open_items"  # noqa: S608
    if only_overdue:
        sql += " WHERE customer_id IN (SELECT customer_id FROM open_items WHERE due_on < %s)"
        more = [*more, day(on)]
    by_currency, ours = {}, []
    sql += " GROUP BY currency ORDER BY currency"
    for of, *amounts in rows_of(sql, [*params, *more]):
        by_currency[of] = Ageing(of, *(exact(one) for one in amounts[: len(AMOUNTS)]))
        ours.append([exact(one, 6) for one in amounts[len(AMOUNTS) :]])
    return Aged(by_currency, _added_up(ours, currency))


def open_items(on: date, customers: Customers = None) -> tuple[str, list[Any]]:
    """Return the beginning of a query, and its parameters, that names what is open `open_items`.

    Its columns are `_COLUMNS`. Asks whether anything was settled after the date.
    """
    later = settled_later(on)
    parts = [*_stored(on, customers), *(_settled_later(on, customers) if later else ())]
    sql, params = parts[0].union(*parts[1:], all=True).query.sql_with_params()
    columns = ", ".join(_COLUMNS)
    if not later:
        return f"WITH open_items ({columns}) AS ({sql})", list(params)
    # Of one item there may be several rows, which may come to nothing.
    key = ", ".join(name for name in _COLUMNS if name != "amount")
    summed = f"SELECT {key}, SUM(amount) FROM items GROUP BY {key}"  # noqa: S608
    return (
        f"WITH items ({columns}) AS ({sql}), "
        f"open_items ({key}, amount) AS ({summed} HAVING ROUND(SUM(amount), 2) <> 0)",
        list(params),
    )


def settled_later(on: date) -> bool:
    """Tell whether anything was settled after a date, so that it was open then."""
    return Match.objects.filter(matched_on__gt=on).exists()


def rows_of(sql: str, params: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall()


def exact(value: Any, places: int = 2) -> Decimal:
    """Return what a sum came to: SQLite adds up numbers that are not quite what they stand for."""
    return Decimal(str(value or 0)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def day(value: date) -> Any:
    """Return a day as the database takes it in a query."""
    return connection.ops.adapt_datefield_value(value)


# What a part of the balance holds, as the SQL that picks its amounts: days stand for `%s`.


def _sums(on: date) -> tuple[str, list[Any]]:
    """Return the SQL of AMOUNTS, in each currency and in the company's, and its parameters."""
    ends = [on, *(on - timedelta(days=days) for days in DAYS)]
    first, *limits = [day(one) for one in ends]
    conditions: list[tuple[str, list[Any]]] = [
        ("due_on IS NULL OR due_on >= %s", [first]),
        ("due_on < %s AND due_on >= %s", [first, limits[0]]),
        ("due_on < %s AND due_on >= %s", [limits[0], limits[1]]),
        ("due_on < %s AND due_on >= %s", [limits[1], limits[2]]),
        ("due_on < %s", [limits[2]]),
        ("due_on IS NULL AND amount < 0", []),
    ]
    shown, params = [], []
    for value in ("amount", "amount * rate"):
        for condition, values in conditions:
            shown.append(f"SUM(CASE WHEN {condition} THEN {value} ELSE 0 END)")
            params += values
    return ", ".join(shown), params


def _added_up(rows: Iterable[list[Decimal]], currency: str) -> Ageing:
    sums = [sum(some, _NOTHING) for some in zip(*rows, strict=True)] or [_NOTHING] * len(AMOUNTS)
    return Ageing(currency, *(rounded(one, currency) for one in sums))


# The items


def _never() -> Any:
    return Cast(Value(None), DateField())


def _due(prefix: str = "") -> Any:
    """Return when an invoice is due; a credit note never is."""
    return Case(
        When(**{f"{prefix}kind": Invoice.Kind.INVOICE.value}, then=F(f"{prefix}due_on")),
        default=None,
        output_field=DateField(),
    )


def _items(rows: QuerySet, prefix: str, item: Any, day: str, due: Any, amount: Any) -> QuerySet:
    """Return rows of items with `_COLUMNS`, in their order."""
    customer, currency, rate = (
        F(f"{prefix}{name}") for name in ("customer_id", "currency", "rate")
    )
    return rows.order_by().values_list(
        item, customer, currency, F(f"{prefix}{day}"), due, amount, rate
    )


def _among(prefix: str, customers: Customers) -> Q:
    return Q() if customers is None else Q(**{f"{prefix}customer__in": customers})


def _stored(on: date, customers: Customers) -> list[QuerySet]:
    """Return what is open now of the items of that date."""
    invoices = Invoice.objects.still_open().filter(_among("", customers), issued_on__lte=on)
    payments = Payment.objects.still_open().filter(_among("", customers), paid_on__lte=on)
    return [
        _items(invoices, "", F("pk"), "issued_on", _due(), F("remaining")),
        _items(payments, "", -F("pk"), "paid_on", _never(), -F("remaining")),
    ]


def all_items(on: date, customers: Customers) -> tuple[str, list[Any]]:
    """Return the same as `open_items`, called `all_items`, of all there is at the date."""
    invoices = Invoice.objects.final().filter(_among("", customers), issued_on__lte=on)
    payments = Payment.objects.filter(_among("", customers), paid_on__lte=on)
    rows = _items(invoices, "", F("pk"), "issued_on", _due(), F("gross"))
    paid = _items(payments, "", -F("pk"), "paid_on", _never(), -F("amount"))
    sql, params = rows.union(paid, all=True).query.sql_with_params()
    return f"WITH all_items ({', '.join(_COLUMNS)}) AS ({sql})", list(params)


# What stands on the sides of matches that have few.
_WHICH: Mapping[str, Mapping[str, Any]] = {
    "invoice": {},
    "credit_note": {"credit_note__isnull": False, "credit_note__kind": "credit_note"},
    "repayment": {"repayment__isnull": False, "repayment__amount__lt": 0},
    "payment": {},
}


def _settled_later(on: date, customers: Customers) -> list[QuerySet]:
    """Return what of the items of that date was settled after it: each match is of two."""
    later = Match.objects.filter(matched_on__gt=on) if customers is None else _after(on)
    found = []
    for side, sign, day in (
        ("invoice", 1, "issued_on"),
        ("credit_note", -1, "issued_on"),
        ("repayment", 1, "paid_on"),
        ("payment", -1, "paid_on"),
    ):
        prefix, of_invoice = f"{side}__", day == "issued_on"
        which = _WHICH[side]
        rows = later.filter(_among(prefix, customers), **{f"{prefix}{day}__lte": on}, **which)
        item: Any = F(f"{side}_id") if of_invoice else -F(f"{side}_id")
        due = _due(prefix) if of_invoice else _never()
        found.append(
            _items(rows, prefix, item, day, due, F("amount") if sign > 0 else -F("amount"))
        )
    return found


def _after(on: date) -> QuerySet:
    """Return what was settled after a date, to be met by what it settles and not by its day.

    SQLite does not know that few of all matches are of one item.
    """
    return Match.objects.alias(day=Coalesce("matched_on", "matched_on")).filter(day__gt=on)


# The same of rows of one model


def with_left(rows: QuerySet, on: date) -> QuerySet:
    """Return invoices or payments with `left`: what is open of each at a date, owed if positive.

    For the rows of a page: each is looked up by itself.
    """
    of_invoices = rows.model is Invoice
    left: Any = F("remaining") if of_invoices else -F("remaining")
    owed, credit = ("invoice", "credit_note") if of_invoices else ("repayment", "payment")
    left = left + _settled(owed, on) - _settled(credit, on)
    return rows.annotate(left=Coalesce(left, Value(_NOTHING), output_field=_MONEY))


def _settled(side: str, on: date) -> Any:
    """Return what an item settled after a date on one side of matches."""
    matches = _after(on).filter(**{side: OuterRef("pk")})
    sums = matches.order_by().values(side).annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(sums), Value(_NOTHING), output_field=_MONEY)
