"""What of the work can be invoiced again once lines are gone from a draft, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from moment.ledger.models import BilledExpense, BilledPeriod, BilledPlanItem, BilledTime
from moment.lines import plain


@dataclass(frozen=True)
class Freed:
    """So much of the work can be invoiced again."""

    hours: Decimal = Decimal(0)
    plan_items: int = 0
    periods: int = 0
    expenses: int = 0

    def __bool__(self) -> bool:
        return bool(self.hours or self.plan_items or self.periods or self.expenses)

    def __str__(self) -> str:
        """Return it in a sentence, empty where it is nothing."""
        told = [_("%(hours)s h") % {"hours": plain(self.hours)}] if self.hours else []
        if count := self.plan_items:
            words = ngettext(
                "%(count)s part of a payment plan", "%(count)s parts of payment plans", count
            )
            told.append(words % {"count": count})
        if count := self.periods:
            words = ngettext(
                "%(count)s period of a subscription", "%(count)s periods of subscriptions", count
            )
            told.append(words % {"count": count})
        if count := self.expenses:
            told.append(
                ngettext("%(count)s expense", "%(count)s expenses", count) % {"count": count}
            )
        return _("Free to be invoiced again: %(what)s.") % {"what": ", ".join(told)} if told else ""


def of(lines: Iterable[int]) -> Freed:
    """Return what is free once these lines, by key, are gone. At most four queries."""
    keys = list(lines)
    if not keys:
        return Freed()
    times = BilledTime.objects.in_force().filter(line__in=keys, holds=True)
    return Freed(
        hours=times.aggregate(sum=Sum("entry__hours"))["sum"] or Decimal(0),
        plan_items=BilledPlanItem.objects.in_force().filter(line__in=keys).count(),
        periods=BilledPeriod.objects.in_force().filter(line__in=keys).count(),
        expenses=BilledExpense.objects.in_force().filter(line__in=keys).count(),
    )
