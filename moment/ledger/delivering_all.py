"""Delivering many invoices, one after another, for somebody who sees how far it is."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from moment.invoice_settings.choices import InvoiceType
from moment.ledger import delivering
from moment.ledger.delivering import CannotDeliver, DeliveredMeanwhile, Plan
from moment.ledger.models import Delivery, Invoice
from moment.models import User

MOST = 500  # invoices at a time
PATIENCE = 5.0  # seconds of one request


@dataclass(frozen=True)
class Row:
    """An invoice with its plan and the last time that it was delivered, if ever.

    `state` is that of the delivery; without one `ready`, or `by_hand` where somebody has to print
    or download it.
    """

    plan: Plan
    delivery: Delivery | None
    state: str


@dataclass(frozen=True)
class Rounds:
    rows: Sequence[Row]

    @property
    def ready(self) -> list[Row]:
        return [row for row in self.rows if row.state == "ready"]

    @property
    def by_hand(self) -> list[Row]:
        return [row for row in self.rows if row.state == "by_hand"]

    @property
    def failed(self) -> list[Row]:
        return [row for row in self.rows if row.state in ("failed", "stopped")]

    @property
    def done(self) -> list[Row]:
        return [row for row in self.rows if row.state == "done"]

    @property
    def total(self) -> int:
        """How many go out by themselves, those that have included."""
        return len(self.rows) - len(self.by_hand)

    @property
    def tried(self) -> int:
        return self.total - len(self.ready)


def rounds(invoices: Sequence[Invoice]) -> Rounds:
    """Return invoices with their plans and how far they are. At most nine queries."""
    last: dict[int, Delivery] = {}
    for delivery in Delivery.objects.filter(invoice__in=invoices).order_by("pk"):
        last[delivery.invoice_id] = delivery
    rows = []
    for plan in delivering.plans(invoices) if invoices else []:
        before = last.get(plan.invoice.pk)
        if before is not None:
            state = delivering.state_of(before)
        else:
            state = "ready" if plan.by_itself else "by_hand"
        rows.append(Row(plan, before, state))
    return Rounds(rows)


def deliver(invoices: Sequence[Invoice], *, by: User, until: float) -> None:
    """Deliver what goes out by itself and never has, until the clock (`time.monotonic`) says so.

    At least one is delivered. What cannot be is written down as failed, with the reason.
    """
    for row in rounds(invoices).ready:
        _deliver(row.plan, by)
        if time.monotonic() > until:
            return


def _deliver(plan: Plan, by: User) -> None:
    by_mail = plan.way == InvoiceType.EMAIL
    try:
        delivering.deliver(
            plan.invoice,
            plan.way,
            by=by,
            seen=0,
            to=plan.to if by_mail else (),
            copy_to=plan.copy_to if by_mail else (),
            message=delivering.greeting(plan.invoice) if by_mail else "",
        )
    except CannotDeliver as error:
        delivering.refuse(plan, error, by)
    except DeliveredMeanwhile:
        pass  # somebody else was first
