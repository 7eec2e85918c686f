"""How soon invoices are paid, and what is outstanding."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from moment.ledger.models import Invoice, Match, Payment
from moment.projects.sums import exact
from moment.statistics.grouping import Days
from moment.statistics.periods import Period

NOTHING = Decimal(0)
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

    What credit notes alone have settled nobody has paid.
    """
    paid = Match.objects.filter(invoice=OuterRef("pk"), payment__isnull=False)
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


@dataclass(frozen=True)
class Outstanding:
    """In the company's currency, with VAT. `oldest`: when the first overdue invoice was due."""

    amount: Decimal
    overdue: Decimal
    oldest: date | None

    @property
    def days_overdue(self) -> int:
        return (timezone.localdate() - self.oldest).days if self.oldest else 0


def outstanding(customers: Collection[Any] | QuerySet) -> Outstanding:
    """Return what customers owe today together, less what no invoice has taken; two queries."""
    late = Q(due_on__lt=timezone.localdate(), remaining__gt=0)
    rows = Invoice.objects.filter(customer__in=customers, is_open=True).order_by()
    sums = rows.values_list("rate").annotate(
        Sum("remaining"), due=Sum("remaining", filter=late), first=Min("due_on", filter=late)
    )
    amount = overdue = NOTHING
    oldest: list[date] = []
    for rate, whole, due, first in sums:
        amount += exact(whole) * rate
        overdue += exact(due) * rate
        oldest += [first] if first else []
    paid = Payment.objects.still_open().filter(customer__in=customers).order_by()
    for rate, whole in paid.values_list("rate").annotate(Sum("remaining")):
        amount -= exact(whole) * rate
    return Outstanding(amount, overdue, min(oldest, default=None))
