"""The items of customers' ledgers as SQL: what they are, and what is open of them at a date.

What is open of one at a date is what is open of it now and what was settled after that date; so for
today, when nothing is, the indexes over open items answer alone.

The SQL is written out, since every page with money asks it: having it made would take longer than
the answer does. With `CROSS JOIN` SQLite begins with what stands first; it cannot tell where there
is less to read.
"""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from moment.ledger.models import Invoice, Match

_MONEY = DecimalField(max_digits=16, decimal_places=2)

# What an item is: `item` is an invoice's key, or a payment's below 0; `day` is when it came into
# the ledger, and `due_on` is NULL where it is never due, as a credit note is not.
_COLUMNS = "item, customer_id, currency, day, due_on, amount, rate"
_INVOICE = (
    "SELECT i.id AS item, i.customer_id, i.currency, i.issued_on AS day, "
    "CASE WHEN i.kind = 'invoice' THEN i.due_on END AS due_on, {amount} AS amount, i.rate "
)
_PAYMENT = (
    "SELECT -p.id AS item, p.customer_id, p.currency, p.paid_on AS day, "
    "CAST(NULL AS DATE) AS due_on, {amount} AS amount, p.rate "
)
# What stands for items where there are none.
_NONE = "SELECT 0, 0, '', CAST(NULL AS DATE), CAST(NULL AS DATE), 0, 0 WHERE 1 = 0"

Customers = Collection[int] | QuerySet | None
# A query and its parameters.
_Query = tuple[str, list[Any]]


def open_items(on: date, customers: Customers = None) -> _Query:
    """Return the beginning of a query that names what is open at a date `open_items`.

    Its columns are `_COLUMNS`. Asks whether anything was settled after the date.
    """
    try:
        among, keys = _among(customers)
    except EmptyResultSet:
        return f"WITH open_items ({_COLUMNS}) AS ({_NONE})", []
    now = _open_now(on, among, keys)
    if not settled_later(on):
        return f"WITH open_items ({_COLUMNS}) AS ({now[0]})", now[1]
    left = "stored.amount + COALESCE(later.amount, 0)"
    # SQLite looks an item up in `later` only where it knows that its key is a number.
    sums = "SELECT CAST(item AS BIGINT), SUM(amount) FROM settled GROUP BY item"
    later = f"later (item, amount) AS ({sums})"
    rest = (
        f"open_items ({_COLUMNS}) AS (SELECT stored.item, customer_id, currency, day, due_on, "  # noqa: S608
        f"{left}, rate FROM stored LEFT JOIN later ON later.item = stored.item "
        f"WHERE ROUND({left}, 2) <> 0)"
    )
    if customers is None or isinstance(customers, QuerySet):
        # Beginning with what was settled: it may be of any of them.
        settled = _settled_after(on)
        stored = _together(now, _closed_later(on, among, keys))
        parts = [f"settled (item, amount) AS ({settled[0]})", later]
        parts.append(f"stored ({_COLUMNS}) AS ({stored[0]})")
        return f"WITH {', '.join([*parts, rest])}", [*settled[1], *stored[1]]
    # Beginning with their items: each is looked up by itself.
    stored, settled = _together(now, _closed_of(on, among, keys)), _settled_of_stored(on)
    parts = [f"stored ({_COLUMNS}) AS ({stored[0]})", f"settled (item, amount) AS ({settled[0]})"]
    return f"WITH {', '.join([*parts, later, rest])}", [*stored[1], *settled[1]]


def all_items(on: date, customers: Customers) -> _Query:
    """Return the same as `open_items`, called `all_items`, of all there is at the date."""
    try:
        among, keys = _among(customers)
    except EmptyResultSet:
        return f"WITH all_items ({_COLUMNS}) AS ({_NONE})", []
    sql, params = _together(
        (
            f"{_INVOICE.format(amount='i.gross')} FROM ledger_invoice i "
            f"WHERE i.number IS NOT NULL AND i.issued_on <= %s{among.format('i')}",
            [day(on), *keys],
        ),
        (
            f"{_PAYMENT.format(amount='-p.amount')} FROM ledger_payment p "
            f"WHERE p.paid_on <= %s{among.format('p')}",
            [day(on), *keys],
        ),
    )
    return f"WITH all_items ({_COLUMNS}) AS ({sql})", params


def settled_later(on: date) -> bool:
    """Tell whether anything was settled after a date, so that it was open then."""
    return Match.objects.filter(matched_on__gt=on).exists()


def rows_of(sql: str, params: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall()


def day(value: date) -> Any:
    """Return a day as the database takes it in a query."""
    return connection.ops.adapt_datefield_value(value)


def read_day(value: Any) -> date | None:
    """Return a day of which a query told: SQLite keeps it as a text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _among(customers: Customers) -> _Query:
    """Return the condition that a row is of these customers; `{0}` in it stands for the row.

    Raises EmptyResultSet where there are none.
    """
    if customers is None:
        return "", []
    if isinstance(customers, QuerySet):
        sql, params = customers.query.sql_with_params()
        escaped = sql.replace("{", "{{").replace("}", "}}")
        return f" AND {{0}}.customer_id IN ({escaped})", list(params)
    keys = list(customers)
    if not keys:
        raise EmptyResultSet
    return f" AND {{0}}.customer_id IN ({', '.join(['%s'] * len(keys))})", keys


def _together(*queries: _Query) -> _Query:
    """Return the query of the rows of all of these."""
    return " UNION ALL ".join(sql for sql, _params in queries), [
        param for _sql, params in queries for param in params
    ]


def _open_now(on: date, among: str, keys: list[Any]) -> _Query:
    """Return the query of what is open now of the items of a date."""
    return _together(
        (
            f"{_INVOICE.format(amount='i.remaining')} FROM ledger_invoice i "
            f"WHERE i.is_open AND i.issued_on <= %s{among.format('i')}",
            [day(on), *keys],
        ),
        (
            f"{_PAYMENT.format(amount='-p.remaining')} FROM ledger_payment p "
            f"WHERE p.is_open AND p.paid_on <= %s{among.format('p')}",
            [day(on), *keys],
        ),
    )


# The sides of a match: the item that each column names, and what it settles of that with its sign.
_SIDES = (
    ("invoice_id", "", ""),
    ("credit_note_id", "", "-"),
    ("repayment_id", "-", ""),
    ("payment_id", "-", "-"),
)


def _settled_after(on: date) -> _Query:
    """Return the query of all that was settled after a date, by item."""
    return _together(
        *(
            (
                f"SELECT {item}m.{side}, {sign}m.amount FROM ledger_match m "  # noqa: S608
                f"WHERE m.matched_on > %s AND m.{side} IS NOT NULL",
                [day(on)],
            )
            for side, item, sign in _SIDES
        )
    )


def _settled_of_stored(on: date) -> _Query:
    """Return the query of what was settled after a date of the items `stored`."""
    return _together(
        *(
            (
                f"SELECT stored.item, {sign}m.amount FROM stored CROSS JOIN ledger_match m "  # noqa: S608
                # Not by its day: SQLite does not know that few of all matches are of one item.
                f"WHERE m.{side} = {item}stored.item AND {item}stored.item > 0 "
                "AND COALESCE(m.matched_on, m.matched_on) > %s",
                [day(on)],
            )
            for side, item, sign in _SIDES
        )
    )


def _closed_later(on: date, among: str, keys: list[Any]) -> _Query:
    """Return the query of the items of a date of which nothing is open now, of those in `later`."""
    return _together(
        (
            f"{_INVOICE.format(amount='i.remaining')} FROM later CROSS JOIN ledger_invoice i "
            f"WHERE i.id = later.item AND NOT i.is_open AND i.issued_on <= %s{among.format('i')}",
            [day(on), *keys],
        ),
        (
            f"{_PAYMENT.format(amount='-p.remaining')} FROM later CROSS JOIN ledger_payment p "
            f"WHERE p.id = -later.item AND NOT p.is_open AND p.paid_on <= %s{among.format('p')}",
            [day(on), *keys],
        ),
    )


def _closed_of(on: date, among: str, keys: list[Any]) -> _Query:
    """Return the query of the items of a date of which nothing is open now, but may have been."""
    return _together(
        (
            f"{_INVOICE.format(amount='i.remaining')} FROM ledger_invoice i "
            f"WHERE i.settled_on > %s AND i.issued_on <= %s{among.format('i')}",
            [day(on), day(on), *keys],
        ),
        (
            f"{_PAYMENT.format(amount='-p.remaining')} FROM ledger_payment p "
            f"WHERE NOT p.is_open AND p.paid_on <= %s{among.format('p')}",
            [day(on), *keys],
        ),
    )


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


def _after(on: date) -> QuerySet:
    """Return what was settled after a date, to be met by what it settles and not by its day."""
    return Match.objects.alias(day=Coalesce("matched_on", "matched_on")).filter(day__gt=on)


def _settled(side: str, on: date) -> Any:
    """Return what an item settled after a date on one side of matches."""
    matches = _after(on).filter(**{side: OuterRef("pk")})
    sums = matches.order_by().values(side).annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(sums), Value(Decimal(0)), output_field=_MONEY)
