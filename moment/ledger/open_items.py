"""What is open between a customer and us: what it owes, and what it has to its credit."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from customers.models import Customer
from moment.keyset import is_key
from moment.ledger import matching
from moment.ledger.matching import Item
from moment.ledger.models import Invoice, Payment

INVOICE, PAYMENT = "invoice", "payment"
NOTHING = Decimal(0)


def debits(customer: Customer, currency: str) -> list[Item]:
    """Return what the customer owes, the oldest first: invoices, and money that went back."""
    return [item for item in _of(customer, currency) if matching.owed(item) > 0]


def credits(customer: Customer, currency: str) -> list[Item]:
    """Return what the customer has to its credit, the oldest first: payments and credit notes."""
    return [item for item in _of(customer, currency) if matching.owed(item) < 0]


def currencies(customer: Customer) -> list[str]:
    """Return the currencies in which something is open, that of the oldest invoice first."""
    invoices = Invoice.objects.still_open().filter(customer=customer).order_by("due_on", "pk")
    payments = Payment.objects.still_open().filter(customer=customer).order_by("paid_on", "pk")
    found = [*invoices.values_list("currency", flat=True)]
    return list(dict.fromkeys([*found, *payments.values_list("currency", flat=True)]))


def key_of(item: Item) -> str:
    """Return what forms call an item: `invoice-7`, `payment-7`."""
    return f"{PAYMENT if isinstance(item, Payment) else INVOICE}-{item.pk}"


def named(keys: Iterable[str]) -> tuple[set[int], set[int]]:
    """Return the keys of the invoices and of the payments that forms mean; others are left out."""
    invoices: set[int] = set()
    payments: set[int] = set()
    for key in keys:
        kind, _dash, number = key.partition("-")
        if is_key(number) and kind in (INVOICE, PAYMENT):
            (invoices if kind == INVOICE else payments).add(int(number))
    return invoices, payments


def open_of(item: Item) -> Decimal:
    """Return what is open of an item, without its sign."""
    return abs(item.remaining)


def by_oldest(items: Iterable[Item], amount: Decimal) -> dict[str, Decimal]:
    """Return how an amount settles items, the first ones first, by what forms call them."""
    parts = {}
    for item in items:
        part = min(amount, open_of(item))
        if part <= 0:
            break
        parts[key_of(item)] = part
        amount -= part
    return parts


def pairs(
    debits: Sequence[tuple[Item, Decimal]], credits: Sequence[tuple[Item, Decimal]]
) -> Iterator[tuple[Item, Item, Decimal]]:
    """Yield which debit is settled by which credit, and how much, in their order.

    Both come to the same.
    """
    waiting = iter(credits)
    credit, left = next(waiting, (None, NOTHING))
    for debit, amount in debits:
        while amount and credit is not None:
            part = min(amount, left)
            yield debit, credit, part
            amount, left = amount - part, left - part
            if not left:
                credit, left = next(waiting, (None, NOTHING))


def seen(customer: Customer) -> str:
    """Return what a form keeps of what was open as it was shown, and of the newest payment then."""
    rows: list[Item] = [
        *Invoice.objects.still_open().filter(customer=customer).order_by("pk"),
        *Payment.objects.still_open().filter(customer=customer).order_by("pk"),
    ]
    text = " ".join(f"{key_of(row)}:{row.remaining}" for row in rows)
    newest = Payment.objects.filter(customer=customer).order_by("-pk").values_list("pk", flat=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{customer.pk}.{newest.first() or 0}.{digest}"


def newest_seen(shown: str) -> int | None:
    """Return the key of the newest payment when a form was shown, 0 for none; None if unknown."""
    _customer, _dot, rest = shown.partition(".")
    number = rest.partition(".")[0]
    return int(number) if is_key(number) else None


def _of(customer: Customer, currency: str) -> list[Item]:
    its = {"customer": customer, "currency": currency}
    invoices = Invoice.objects.still_open().filter(**its)
    payments = Payment.objects.still_open().filter(**its)
    return sorted([*invoices, *payments], key=_age)


def _age(item: Item) -> tuple[date, str, int]:
    day = item.paid_on if isinstance(item, Payment) else item.due_on
    assert day is not None
    return day, key_of(item)[0], item.pk
