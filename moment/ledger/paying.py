"""Payments: entering them, what invoices they settle, and reversing them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from customers import holding as customers_holding
from moment.ledger import holding, matching
from moment.ledger.matching import CannotMatch, Item
from moment.ledger.models import Match, Payment
from moment.models import User
from moment.turns import in_turn

__all__ = ["CannotMatch", "CannotReverse", "pay", "reverse"]


class CannotReverse(Exception):
    """The payment cannot be reversed; the text says why."""


def pay(payment: Payment, parts: Mapping[int, Decimal]) -> Payment:
    """Save a new payment, and have it settle these amounts of invoices, by key.

    What no invoice takes stays open to the customer's credit. A negative payment settles what the
    customer has to its credit: the keys are of credit notes then. Raises CannotMatch,
    ChangedMeanwhile where an invoice is not the customer's any more, and MergedMeanwhile; then
    nothing is saved.
    """
    with customers_holding.held(payment.customer) as customer:
        invoices = holding.lock_invoices(customer, list(parts))
        payment.customer, payment.remaining, payment.is_open = customer, payment.amount, True
        payment.save()
        for key, amount in parts.items():
            _settle(invoices[key], payment, amount, by=payment.made_by)
    return payment


def reverse(payment: Payment, *, by: User, on: date, text: str = "") -> Payment:
    """Take back a payment from a day on, by a payment of the opposite amount; return that.

    What it had settled is open again. Raises CannotReverse, MergedMeanwhile.
    """
    with in_turn(), transaction.atomic(), customers_holding.held(payment.customer) as customer:
        matches = list(_matches(payment))
        keys = {key for match in matches for key in (match.invoice_id, match.credit_note_id) if key}
        invoices = holding.lock_invoices(customer, keys)
        others = {key for match in matches for key in (match.payment_id, match.repayment_id) if key}
        payments = holding.lock_payments(customer, {payment.pk, *others})
        stored = payments[payment.pk]
        if stored.reverses_id or Payment.objects.filter(reverses=stored).exists():
            raise CannotReverse(_("This payment is reversed already, or reverses one itself."))
        if on < stored.paid_on:
            raise CannotReverse(_("It cannot be reversed before it was paid."))
        for match in matches:
            # The rows that are locked are the ones to be renewed.
            match.invoice = invoices.get(match.invoice_id or 0)
            match.credit_note = invoices.get(match.credit_note_id or 0)
            match.payment = payments.get(match.payment_id or 0)
            match.repayment = payments.get(match.repayment_id or 0)
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
        _settle(back, stored, abs(stored.amount), by=by)
    return back


def _settle(other: Item, payment: Payment, amount: Decimal, *, by: User) -> None:
    """Match a payment with an invoice, or with another payment; negative it is what is owed."""
    debit, credit = (other, payment) if payment.amount > 0 else (payment, other)
    matching.settle(debit, credit, amount, by=by)


def _matches(payment: Payment) -> QuerySet[Match]:
    """Return what a payment is matched with and nobody has taken back."""
    rows = Match.objects.filter(payment=payment) | Match.objects.filter(repayment=payment)
    return rows.filter(takes_back=None, taken_back_by=None).order_by("pk")
