"""What customers owe at a date, and for how long it has been due.

The items of a customer are its invoices, credit notes and payments. What is open of one at a date
is what is open of it now and what was settled after that date; so for today, when nothing is, the
indexes over open items answer alone. Amounts are positive where the customer owes them.

An invoice is aged by its due date. Payments and credit notes that have settled nothing yet, and
money that went back to the customer, are not due: nobody is reminded of them. So the five parts of
a balance always add up to it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    Case,
    DateField,
    DecimalField,
    Exists,
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


def open_items(on: date, customers: Customers = None) -> tuple[str, list[Any]]:
    """Return the beginning of a query, and its parameters, that names what is open `open_items`.

    Its columns are `_COLUMNS`. Asks whether anything was settled after the date.
    """
    columns = ", ".join(_COLUMNS)
    if not settled_later(on):
        sql, params = _open_now(on, customers)
        return f"WITH open_items ({columns}) AS ({sql})", params
    sql, params = _stored(on, customers)
    if sql == _NOTHING_THERE:
        return f"WITH open_items ({columns}) AS ({sql})", params
    parts = _settled_later(on, customers)
    added, more = _together(parts)
    left = "stored.amount + COALESCE(later.amount, 0)"
    shown = ", ".join(left if name == "amount" else f"stored.{name}" for name in _COLUMNS)
    return (
        f"WITH stored ({columns}) AS ({sql}), settled (item, amount) AS ({added}), "  # noqa: S608
        "later AS (SELECT item, SUM(amount) AS amount FROM settled GROUP BY item), "
        f"open_items ({columns}) AS (SELECT {shown} FROM stored "
        f"LEFT JOIN later ON later.item = stored.item WHERE ROUND({left}, 2) <> 0)",
        [*params, *more],
    )


# What stands for rows of customers of whom there are none.
_NOTHING_THERE = "SELECT 0, 0, '', CAST(NULL AS DATE), CAST(NULL AS DATE), 0, 0 WHERE 1 = 0"


def _together(parts: Sequence[QuerySet]) -> tuple[str, list[Any]]:
    """Return the query, and its parameters, of the rows of all of these."""
    try:
        sql, params = parts[0].union(*parts[1:], all=True).query.sql_with_params()
    except EmptyResultSet:
        return _NOTHING_THERE, []
    return sql, list(params)


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


def read_day(value: Any) -> date | None:
    """Return a day of which a query told: SQLite keeps it as a text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


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


def _open_now(on: date, customers: Customers) -> tuple[str, list[Any]]:
    """Return the query of what is open now of the items of that date, and its parameters.

    Written out, since every page with money asks this: finding the words takes longer than the
    answer.
    """
    among = ""
    keys: list[Any] = []
    if customers is not None:
        try:
            among, keys = _of_those(customers)
        except EmptyResultSet:
            return _NOTHING_THERE, []
    return (
        "SELECT id, customer_id, currency, issued_on, "  # noqa: S608
        "CASE WHEN kind = 'invoice' THEN due_on END, remaining, rate FROM ledger_invoice "
        f"WHERE is_open AND issued_on <= %s{among} UNION ALL "
        "SELECT -id, customer_id, currency, paid_on, CAST(NULL AS DATE), -remaining, rate "
        f"FROM ledger_payment WHERE is_open AND paid_on <= %s{among}",
        [day(on), *keys, day(on), *keys],
    )


def _of_those(customers: Collection[int] | QuerySet) -> tuple[str, list[Any]]:
    """Return the condition that a row is of these customers. Raises EmptyResultSet for none."""
    if isinstance(customers, QuerySet):
        sql, params = customers.query.sql_with_params()
        return f" AND customer_id IN ({sql})", list(params)
    keys = list(customers)
    if not keys:
        raise EmptyResultSet
    return f" AND customer_id IN ({', '.join(['%s'] * len(keys))})", keys


def _stored(on: date, customers: Customers) -> tuple[str, list[Any]]:
    """Return the query of what is open now of the items of that date that were open then.

    Those that were settled later have nothing open now.
    """
    sql, params = _open_now(on, customers)
    invoices = Invoice.objects.filter(_among("", customers), issued_on__lte=on, settled_on__gt=on)
    payments = Payment.objects.filter(_among("", customers), paid_on__lte=on, is_open=False)
    payments = payments.filter(_matched(on, "payment", customers)) | (
        payments.filter(_matched(on, "repayment", customers), amount__lt=0)
    )
    settled, more = _together(
        [
            _items(invoices, "", F("pk"), "issued_on", _due(), F("remaining")),
            _items(payments, "", -F("pk"), "paid_on", _never(), -F("remaining")),
        ]
    )
    if _NOTHING_THERE in (sql, settled):
        return _NOTHING_THERE, []
    return f"{sql} UNION ALL {settled}", [*params, *more]


def _matched(on: date, side: str, customers: Customers) -> Q:
    """Return the condition that a payment was matched after a date, on one side."""
    if customers is None:
        later = Match.objects.filter(matched_on__gt=on, **{f"{side}__isnull": False})
        return Q(pk__in=later.order_by().values(side))
    return Q(Exists(_after(on).filter(**{side: OuterRef("pk")})))


def all_items(on: date, customers: Customers) -> tuple[str, list[Any]]:
    """Return the same as `open_items`, called `all_items`, of all there is at the date."""
    invoices = Invoice.objects.final().filter(_among("", customers), issued_on__lte=on)
    payments = Payment.objects.filter(_among("", customers), paid_on__lte=on)
    rows = _items(invoices, "", F("pk"), "issued_on", _due(), F("gross"))
    paid = _items(payments, "", -F("pk"), "paid_on", _never(), -F("amount"))
    sql, params = _together([rows, paid])
    return f"WITH all_items ({', '.join(_COLUMNS)}) AS ({sql})", list(params)


# What stands on the sides of matches that have few.
_WHICH: Mapping[str, Q] = {
    "invoice": Q(),
    "credit_note": Q(credit_note__isnull=False, credit_note__kind="credit_note"),
    "repayment": Q(repayment__isnull=False, repayment__amount__lt=0),
    "payment": Q(),
}


def _settled_later(on: date, customers: Customers) -> list[QuerySet]:
    """Return what of the items of that date was settled after it, by item: a match is of two."""
    later = Match.objects.filter(matched_on__gt=on) if customers is None else _after(on)
    found = []
    for side, sign, day in (
        ("invoice", 1, "issued_on"),
        ("credit_note", -1, "issued_on"),
        ("repayment", 1, "paid_on"),
        ("payment", -1, "paid_on"),
    ):
        prefix, of_invoice = f"{side}__", day == "issued_on"
        among = _among(prefix, customers) & _WHICH[side]
        if of_invoice and customers is not None:
            # What was settled for good by then need not be looked up.
            among &= Q(**{f"{prefix}is_open": True}) | Q(**{f"{prefix}settled_on__gt": on})
        rows = later.filter(among, **{f"{prefix}{day}__lte": on})
        item: Any = F(f"{side}_id") if of_invoice else -F(f"{side}_id")
        amount = F("amount") if sign > 0 else -F("amount")
        found.append(rows.order_by().values_list(item, amount))
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
