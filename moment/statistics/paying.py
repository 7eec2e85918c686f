"""How soon invoices are paid."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Sum
from django.utils import timezone

from moment.ledger.models import Invoice, Match
from moment.statistics.grouping import Days
from moment.statistics.periods import Period

_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Paid:
    """Of so many invoices: after how many days they were paid together, and should have been."""

    count: int
    days_taken: int
    days_given: int

    @property
    def days(self) -> Decimal | None:
        """After how many days an invoice is paid; None where none was."""
        return self._mean(self.days_taken)

    @property
    def terms(self) -> Decimal | None:
        return self._mean(self.days_given)

    @property
    def late(self) -> bool:
        return self.days_taken > self.days_given

    def _mean(self, days: int) -> Decimal | None:
        return (Decimal(days) / self.count).quantize(_TENTH) if self.count else None


def invoices(customers: Collection[Any] | QuerySet, period: Period) -> QuerySet[Invoice]:
    """Return the invoices that were paid to the end in a period.

    What credit notes alone have settled nobody has paid, nor what was paid and taken back.
    """
    paid = Match.objects.in_force().filter(invoice=OuterRef("pk"), payment__isnull=False)
    rows = Invoice.objects.final().filter(
        customer__in=customers,
        kind=Invoice.Kind.INVOICE,
        settled_on__range=(period.first, period.last),
    )
    taken, given = Days("settled_on", "issued_on"), Days("due_on", "issued_on")
    return rows.filter(Exists(paid)).annotate(taken=taken, given=given)


def of(customers: Collection[Any] | QuerySet, period: Period) -> Paid:
    """Return how soon invoices were paid, each counting the same; one query."""
    found = invoices(customers, period).aggregate(
        count=Count("pk"), days_taken=Sum("taken", default=0), days_given=Sum("given", default=0)
    )
    return Paid(**found)


def overdue_since(customer: Any) -> int:
    """Return how many days the oldest overdue invoice of a customer is; 0 without any. A query."""
    rows = Invoice.objects.filter(customer=customer).overdue()
    oldest = rows.aggregate(oldest=Min("due_on"))["oldest"]
    return (timezone.localdate() - oldest).days if oldest else 0
