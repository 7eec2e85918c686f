"""What follows from merging for invoices and payments, in the book of what the base must hold."""

from collections.abc import Collection
from typing import Any

from customers.models import Merge
from moment.ledger.models import Match, Payment

Row = tuple[str, Any]  # table and key
State = dict[Row, dict[str, Any]]

INVOICE, PAYMENT = "ledger.invoice", "ledger.payment"
STATEMENT = "ledger.statement"
# They follow from what is matched, which is taken back where it was between several.
OF_MATCHES = {"remaining", "is_open", "settled_on"}


def settled_by(payment: int) -> list[Row]:
    """Return what a payment was ever matched with, but for its own reversal."""
    rows = Match.objects.filter(takes_back=None)
    found: list[Row] = []
    for match in rows.filter(payment=payment) | rows.filter(repayment=payment):
        other = match.invoice_id or match.credit_note_id
        if other:
            found.append((INVOICE, other))
        else:
            pair = match.repayment_id if match.payment_id == payment else match.payment_id
            if Payment.objects.get(pk=pair).reverses_id != payment:
                found.append((PAYMENT, pair))
    return found


def owner_apart(row: Row, state: State) -> int:
    """Return whose a new row would be: what it hangs on decides."""
    values = state[row]
    if row[0] == INVOICE and values["credits"]:
        return state[INVOICE, values["credits"]]["customer"]
    if row[0] == PAYMENT:
        owners = {state[other]["customer"] for other in settled_by(row[1])}
        if len(owners) == 1:
            return owners.pop()
    return values["customer"]


def follow_ledger(pk: int, kept: int, others: Collection[int], expected: State) -> None:
    """Have credit notes, and payments made since, go where what they settle goes back to."""
    for row in sorted((row for row in expected if row[0] == INVOICE), key=lambda row: row[1]):
        values = expected[row]
        if values["credits"] and values["customer"] == kept:
            there = expected[INVOICE, values["credits"]]["customer"]
            values["customer"] = there if there in others else kept
    since = Merge.objects.get(pk=pk).made_at
    new = Payment.objects.filter(made_at__gt=since).order_by("pk").values_list("pk", flat=True)
    for payment in new:
        values = expected[PAYMENT, payment]
        owners = {expected[other]["customer"] for other in settled_by(payment)}
        if values["customer"] == kept and len(owners) == 1:
            there = owners.pop()
            values["customer"] = there if there in others else kept
