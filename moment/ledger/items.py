"""The items of customers' ledgers as SQL: what they are, and what is open of them at a date.

What is open of one at a date is what is open of it now and what was settled after that date; so for
today, when nothing is, the indexes over open items answer alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
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

_MONEY = DecimalField(max_digits=16, decimal_places=2)

# What an item is: `item` is an invoice's key, or a payment's below 0; `day` is when it came into
# the ledger, and `due_on` is NULL where it is never due.
_COLUMNS = ("item", "customer_id", "currency", "day", "due_on", "amount", "rate")

Customers = Collection[int] | QuerySet | None


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
    return rows.annotate(left=Coalesce(left, Value(Decimal(0)), output_field=_MONEY))


def _settled(side: str, on: date) -> Any:
    """Return what an item settled after a date on one side of matches."""
    matches = _after(on).filter(**{side: OuterRef("pk")})
    sums = matches.order_by().values(side).annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(sums), Value(Decimal(0)), output_field=_MONEY)
