"""A payment as its page shows it: what it settles, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from moment.ledger.matching import Item
from moment.ledger.models import Match, Payment


@dataclass(frozen=True)
class Settled:
    """A match of the payment, seen from it."""

    match: Match
    item: Item  # with what
    # By what it was taken back; None: it holds.
    taken_back: Match | None

    @property
    def is_payment(self) -> bool:
        return isinstance(self.item, Payment)


class PaymentPage:
    def __init__(self, payment: Payment) -> None:
        self.payment = payment

    @cached_property
    def settled(self) -> Sequence[Settled]:
        """The matches in the order in which they were made, those taken back too."""
        rows = Match.objects.filter(Q(payment=self.payment) | Q(repayment=self.payment))
        rows = rows.filter(takes_back=None).order_by("pk")
        related = ("invoice", "credit_note", "payment", "repayment", "made_by")
        return [
            self._settled(one) for one in rows.select_related(*related, "taken_back_by__made_by")
        ]

    @property
    def reversed_by(self) -> Payment | None:
        return getattr(self.payment, "reversed_by", None)

    @property
    def can_be_reversed(self) -> bool:
        return self.reversed_by is None and self.payment.reverses_id is None

    def _settled(self, match: Match) -> Settled:
        if match.payment_id == self.payment.pk:
            item: Item | None = match.invoice or match.repayment
        else:
            item = match.payment or match.credit_note
        assert item is not None
        return Settled(match, item, getattr(match, "taken_back_by", None))
