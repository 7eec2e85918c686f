"""Matching what customers owe with what they have to their credit, and taking that back.

All functions are for a transaction in which the rows they are given are locked (`ledger.holding`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from moment.ledger.models import Invoice, Match, Payment
from moment.models import User

Item = Invoice | Payment
BATCH = 500  # rows read or written with one statement
# Which columns of a match name an item, and what of an item its matches change.
_SIDES: Mapping[Any, Sequence[str]] = {
    Invoice: ("invoice", "credit_note"),
    Payment: ("repayment", "payment"),
}
_WRITTEN: Mapping[Any, Sequence[str]] = {
    Invoice: ("remaining", "is_open", "settled_on"),
    Payment: ("remaining", "is_open"),
}


class CannotMatch(Exception):
    """These two do not settle each other, or not so much; the text says why."""


def settle(debit: Item, credit: Item, amount: Decimal, *, by: User) -> Match:
    """Have so much of a debit settled by a credit: both are of one customer and currency.

    A debit is an invoice or a negative payment, a credit a payment or a credit note. The amount is
    above 0 and at most what is open of each. Raises CannotMatch.
    """
    (match,) = settle_all([(debit, credit, amount)], by=by)
    return match


def settle_all(parts: Sequence[tuple[Item, Item, Decimal]], *, by: User) -> list[Match]:
    """Settle many debits by credits, each so much, in a fixed number of queries for five hundred.

    An item that is there several times is the same object. Raises CannotMatch.
    """
    items = {_key(item): item for debit, credit, _amount in parts for item in (debit, credit)}
    rows, matches = _rows(items), []
    free = {key: _free_from(rows[key]) for key in items}
    for debit, credit, amount in parts:
        _check(debit, credit, amount)
        debit.remaining -= amount if isinstance(debit, Invoice) else -amount
        credit.remaining += amount if isinstance(credit, Invoice) else -amount
        days = (day_of(debit), day_of(credit), free[_key(debit)], free[_key(credit)])
        matches.append(
            Match(amount=amount, matched_on=max(days), made_by=by, **_sides(debit, credit))
        )
    Match.objects.bulk_create(matches, batch_size=BATCH)
    renew(items.values())
    return matches


def take_back(match: Match, *, by: User, on: date) -> Match:
    """Undo a match from a day on: what it settled is open again.

    Its items are locked. Raises CannotMatch where that was done already.
    """
    if match.takes_back_id or Match.objects.filter(takes_back=match).exists():
        raise CannotMatch(_("This was taken back already."))
    back = Match(
        amount=-match.amount,
        matched_on=max(on, match.matched_on),
        takes_back=match,
        made_by=by,
        invoice=match.invoice,
        repayment=match.repayment,
        payment=match.payment,
        credit_note=match.credit_note,
    )
    back.save()
    sides = (match.invoice, match.repayment, match.payment, match.credit_note)
    renew(item for item in sides if item is not None)
    return back


def day_of(item: Item) -> date:
    """Return from which day on an item is in the ledger."""
    day = item.paid_on if isinstance(item, Payment) else item.issued_on
    assert day is not None
    return day


def owed(item: Item) -> Decimal:
    """Return what is open of an item; positive where the customer owes it."""
    return -item.remaining if isinstance(item, Payment) else item.remaining


def renew(items: Iterable[Item]) -> None:
    """Write down what of items is open, and since when nothing is, as their matches add up."""
    found = {_key(item): item for item in items}
    rows = _rows(found)
    for key, item in found.items():
        whole, sign = _whole(item)
        item.remaining = whole - sign * sum((row.amount for row in rows[key]), Decimal(0))
        item.is_open = bool(item.remaining)
        if isinstance(item, Invoice):
            item.settled_on = None if item.is_open else _settled_on(item, rows[key])
    for model, names in _WRITTEN.items():
        _write(model, names, [item for item in found.values() if isinstance(item, model)])


def _write(model: Any, names: Sequence[str], rows: Collection[Item]) -> None:
    """Save these fields of rows that are locked: many times as quick as `bulk_update`."""
    fields = [model._meta.get_field(name) for name in names]
    columns = ", ".join(f"{field.column} = %s" for field in fields)
    values = [
        [
            *(one.get_db_prep_save(getattr(row, one.attname), connection) for one in fields),
            row.pk,
        ]
        for row in rows
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {model._meta.db_table} SET {columns} WHERE id = %s",  # noqa: S608
                values,
            )


def _check(debit: Item, credit: Item, amount: Decimal) -> None:
    if debit.customer_id != credit.customer_id:
        raise CannotMatch(_("They belong to two customers."))
    if debit.currency != credit.currency:
        raise CannotMatch(
            _("%(one)s cannot settle %(other)s.")
            % {"one": credit.currency, "other": debit.currency}
        )
    if amount <= 0:
        raise CannotMatch(_("Write more than 0."))
    if amount > owed(debit) or amount > -owed(credit):
        raise CannotMatch(_("So much is not open any more."))


def _sides(debit: Item, credit: Item) -> dict[str, Item]:
    return {
        "repayment" if isinstance(debit, Payment) else "invoice": debit,
        "payment" if isinstance(credit, Payment) else "credit_note": credit,
    }


def _whole(item: Item) -> tuple[Decimal, int]:
    """Return what an item comes to, and the sign of that."""
    if isinstance(item, Payment):
        return item.amount, 1 if item.amount > 0 else -1
    return item.gross, item.sign


def _key(item: Item) -> tuple[type[Item], int]:
    return type(item), item.pk


def _rows(items: Collection[tuple[type[Item], int]]) -> dict[tuple[type[Item], int], list[Match]]:
    """Return the matches of items, also those that take others back."""
    found: dict[tuple[type[Item], int], list[Match]] = {key: [] for key in items}
    for model, sides in _SIDES.items():
        keys = sorted(key for kind, key in items if kind is model)
        for start in range(0, len(keys), BATCH):
            some = set(keys[start : start + BATCH])
            for side in sides:
                for match in Match.objects.filter(**{f"{side}__in": some}):
                    found[model, getattr(match, f"{side}_id")].append(match)
    return found


def _settled_on(invoice: Invoice, rows: Sequence[Match]) -> date | None:
    """Return the day since which nothing is open of an invoice of which nothing is open now."""
    whole, sign = _whole(invoice)
    by_day: dict[date, Decimal] = {}
    for row in rows:
        by_day[row.matched_on] = by_day.get(row.matched_on, Decimal(0)) + row.amount
    found, settled = invoice.issued_on, Decimal(0)
    was_open = bool(whole)
    for day in sorted(by_day):
        settled += by_day[day]
        is_open = whole != sign * settled
        if was_open and not is_open:
            found = day
        was_open = is_open
    return found


def _lasting(rows: Sequence[Match]) -> list[Match]:
    """Return the matches of an item without those taken back on the very day they count from."""
    days = {row.pk: row.matched_on for row in rows}
    void: set[int | None] = set()
    for row in rows:
        if row.takes_back_id and row.matched_on == days[row.takes_back_id]:
            void |= {row.pk, row.takes_back_id}
    return [row for row in rows if row.pk not in void]


def _free_from(rows: Sequence[Match]) -> date:
    """Return from which day on all that is open of an item now is open.

    What was matched once and taken back later was not open in between; were it matched with
    something else from an earlier day, more than all of it would have been settled on that day.
    """
    days = [row.matched_on for row in _lasting(rows) if row.takes_back_id]
    return max(days, default=date.min)
