"""How many of the offers that were sent were won."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from moment.offers.models import Offer
from moment.statistics.periods import Period


@dataclass(frozen=True)
class Offered:
    sent: int
    won: int


def offers(customers: Collection[Any] | QuerySet, period: Period) -> QuerySet[Offer]:
    """Return the offers that were sent in a period, each in its newest version."""
    first = timezone.make_aware(datetime.combine(period.first, time.min))
    end = timezone.make_aware(datetime.combine(period.last + timedelta(days=1), time.min))
    sent = (Offer.State.SENT, Offer.State.ACCEPTED, Offer.State.REJECTED)
    return Offer.objects.filter(
        customer__in=customers, state__in=sent, sent_at__gte=first, sent_at__lt=end
    )


def of(customers: Collection[Any] | QuerySet, period: Period) -> Offered:
    """Return how many of those were sent and won; one query."""
    won = Count("pk", filter=Q(state=Offer.State.ACCEPTED))
    return Offered(**offers(customers, period).aggregate(sent=Count("pk"), won=won))
