"""Matching what customers owe with what they have to their credit, and taking that back.

All functions are for a transaction in which the rows they are given are locked (`ledger.holding`).
"""

from datetime import date
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _

from moment.ledger.models import Invoice, Match, Payment
from moment.models import User

Item = Invoice | Payment


class CannotMatch(Exception):
    """These two do not settle each other, or not so much; the text says why."""


def settle(debit: Item, credit: Item, amount: Decimal, *, by: User) -> Match:
    """Have so much of a debit settled by a credit: both are of one customer and currency.

    A debit is an invoice or a negative payment, a credit a payment or a credit note. The amount is
    above 0 and at most what is open of each. Raises CannotMatch.
    """
    _check(debit, credit, amount)
    match = Match(
        amount=amount,
        matched_on=max(day_of(debit), day_of(credit)),
        made_by=by,
        **_sides(debit, credit),
    )
    match.save()
    _renew(debit)
    _renew(credit)
    return match


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
    for item in (match.invoice, match.repayment, match.payment, match.credit_note):
        if item is not None:
            _renew(item)
    return back


def day_of(item: Item) -> date:
    """Return from which day on an item is in the ledger."""
    day = item.paid_on if isinstance(item, Payment) else item.issued_on
    assert day is not None
    return day


def owed(item: Item) -> Decimal:
    """Return what is open of an item; positive where the customer owes it."""
    return -item.remaining if isinstance(item, Payment) else item.remaining


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


def _renew(item: Item) -> None:
    """Write down what of an item is open, as its matches add up."""
    if isinstance(item, Payment):
        rows = Match.objects.filter(payment=item) | Match.objects.filter(repayment=item)
        whole, sign = item.amount, 1 if item.amount > 0 else -1
    else:
        rows = Match.objects.filter(invoice=item) | Match.objects.filter(credit_note=item)
        whole, sign = item.gross, item.sign
    amounts = list(rows.values_list("amount", flat=True))
    item.remaining = whole - sign * sum(amounts, Decimal(0))
    item.is_open = bool(item.remaining)
    fields = ["remaining", "is_open"]
    if isinstance(item, Invoice):
        last = rows.aggregate(last=Max("matched_on"))["last"]
        item.settled_on = None if item.is_open else last or item.issued_on
        fields.append("settled_on")
    item.save(update_fields=fields)
