"""Payments: entering them, what invoices they settle, and reversing them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from customers import holding as customers_holding
from customers.models import Customer
from moment.ledger import holding, matching, open_items
from moment.ledger.holding import ChangedMeanwhile
from moment.ledger.matching import CannotMatch, Item
from moment.ledger.models import Match, Payment
from moment.models import User
from moment.turns import in_turn

__all__ = [
    "CannotMatch",
    "CannotReverse",
    "ChangedMeanwhile",
    "EnteredAlready",
    "entered",
    "pay",
    "reverse",
    "settle_open",
    "take_back",
]
# What tells a payment that is sent once more from another one.
_ALIKE = ("amount", "currency", "paid_on", "kid", "text", "made_by")


class CannotReverse(Exception):
    """The payment cannot be reversed; the text says why."""


class EnteredAlready(Exception):
    """The same form was sent twice, as by a double click; `payment` is what the first one made."""

    def __init__(self, payment: Payment) -> None:
        super().__init__(payment)
        self.payment = payment


def pay(
    payment: Payment,
    parts: Mapping[int, Decimal],
    *,
    others: Mapping[int, Decimal] | None = None,
    shown: str | None = None,
) -> Payment:
    """Save a new payment, and have it settle these amounts of invoices, by key.

    What no invoice takes stays open to the customer's credit. A negative payment settles what the
    customer has to its credit: the keys are of credit notes then. `others` are payments of the
    other sign that it is matched with. `shown` is what `open_items.seen` returned when the form was
    shown. Raises CannotMatch, ChangedMeanwhile where an invoice is not the customer's any more or
    something else is open than was shown, EnteredAlready, and MergedMeanwhile; then nothing is
    saved.
    """
    with customers_holding.held(payment.customer) as customer:
        _check_seen(customer, shown, payment)
        invoices = holding.lock_invoices(customer, list(parts))
        payments = holding.lock_payments(customer, list(others or {}))
        payment.customer, payment.remaining, payment.is_open = customer, payment.amount, True
        payment.save()
        wanted: list[tuple[Item, Decimal]] = []
        wanted += [(invoices[key], amount) for key, amount in parts.items()]
        wanted += [(payments[key], amount) for key, amount in (others or {}).items()]
        sides = [_side_by_side(other, payment) for other, _amount in wanted]
        amounts = [amount for _other, amount in wanted]
        matching.settle_all(
            [(*side, amount) for side, amount in zip(sides, amounts, strict=True)],
            by=payment.made_by,
        )
    return payment


def settle_open(
    customer: Customer, parts: Mapping[str, Decimal], *, by: User, shown: str | None = None
) -> list[Match]:
    """Match what a customer owes with what it has to its credit, the oldest first.

    `parts` is how much of which item, as `open_items.key_of` calls them; both sides come to the
    same. Raises CannotMatch, ChangedMeanwhile and MergedMeanwhile.
    """
    with in_turn(), transaction.atomic(), customers_holding.held(customer) as held:
        _check_seen(held, shown)
        invoice_keys, payment_keys = open_items.named(parts)
        items: list[Item] = [*holding.lock_invoices(held, invoice_keys).values()]
        items += holding.lock_payments(held, payment_keys).values()
        items.sort(key=lambda item: (matching.day_of(item), item.pk))
        wanted = [(item, parts[open_items.key_of(item)]) for item in items]
        owed = [one for one in wanted if matching.owed(one[0]) > 0]
        credit = [one for one in wanted if matching.owed(one[0]) <= 0]
        if sum(one[1] for one in owed) != sum(one[1] for one in credit):
            raise CannotMatch(_("What is owed and what is to the customer's credit differ."))
        return matching.settle_all(list(open_items.pairs(owed, credit)), by=by)


def take_back(match: Match, *, by: User, on: date) -> Match:
    """Undo a match from a day on, with its items locked; see `matching.take_back`.

    A payment and its reversal stay matched. Raises CannotMatch, ChangedMeanwhile and
    MergedMeanwhile.
    """
    some = match.payment or match.credit_note
    assert some is not None
    with in_turn(), transaction.atomic(), customers_holding.held(some.customer) as customer:
        stored = Match.objects.select_related("payment", "repayment").get(pk=match.pk)
        if stored.is_reversal:
            raise CannotMatch(_("A payment and what reverses it stay matched."))
        _lock_items(customer, [stored])
        return matching.take_back(stored, by=by, on=on)


def reverse(payment: Payment, *, by: User, on: date, text: str = "") -> Payment:
    """Take back a payment from a day on, by a payment of the opposite amount; return that.

    What it had settled is open again. Raises CannotReverse, MergedMeanwhile.
    """
    with in_turn(), transaction.atomic(), customers_holding.held(payment.customer) as customer:
        matches = list(_matches(payment))
        stored = _lock_items(customer, matches, payment)[payment.pk]
        if stored.reverses_id or Payment.objects.filter(reverses=stored).exists():
            raise CannotReverse(_("This payment is reversed already, or reverses one itself."))
        if on < stored.paid_on:
            raise CannotReverse(_("It cannot be reversed before it was paid."))
        for match in matches:
            matching.take_back(match, by=by, on=on)
        back = Payment(
            customer=customer,
            amount=-stored.amount,
            currency=stored.currency,
            rate=stored.rate,
            paid_on=on,
            way=stored.way,
            kid=stored.kid,
            text=text,
            reverses=stored,
            remaining=-stored.amount,
            made_by=by,
        )
        back.save()
        matching.settle(*_side_by_side(stored, back), abs(stored.amount), by=by)
    return back


def entered(payment: Payment, shown: str) -> Payment | None:
    """Return what the same form has made already, by a double click; else None.

    That is a payment like this one, by the same person, newer than the newest that was shown.
    """
    newest = open_items.newest_seen(shown)
    if newest is None:
        return None
    alike = {name: getattr(payment, name) for name in _ALIKE}
    rows = Payment.objects.filter(customer=payment.customer, pk__gt=newest, reverses=None, **alike)
    return rows.order_by("pk").first()


def _check_seen(customer: Customer, shown: str | None, payment: Payment | None = None) -> None:
    """Raise ChangedMeanwhile unless what is open is as it was shown. The customer is locked.

    EnteredAlready where this very payment was entered since.
    """
    if shown is None or shown == open_items.seen(customer):
        return
    if payment is not None and (first := entered(payment, shown)):
        raise EnteredAlready(first)
    raise ChangedMeanwhile(None)


def _lock_items(customer: Customer, matches: Sequence[Match], *more: Payment) -> dict[int, Payment]:
    """Lock what these are matches of and put it in its place on them; return the payments."""
    keys = {key for match in matches for key in (match.invoice_id, match.credit_note_id) if key}
    invoices = holding.lock_invoices(customer, keys)
    others = {key for match in matches for key in (match.payment_id, match.repayment_id) if key}
    payments = holding.lock_payments(customer, {*others, *(row.pk for row in more)})
    for match in matches:
        match.invoice = invoices.get(match.invoice_id or 0)
        match.credit_note = invoices.get(match.credit_note_id or 0)
        match.payment = payments.get(match.payment_id or 0)
        match.repayment = payments.get(match.repayment_id or 0)
    return payments


def _side_by_side(other: Item, payment: Payment) -> tuple[Item, Item]:
    """Return a payment and what it is matched with, the debit first."""
    return (other, payment) if payment.amount > 0 else (payment, other)


def _matches(payment: Payment) -> QuerySet[Match]:
    """Return what a payment is matched with and nobody has taken back."""
    its = Q(payment=payment) | Q(repayment=payment)
    return Match.objects.in_force().filter(its).order_by("pk")
