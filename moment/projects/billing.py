"""What of the work is invoiced, as the app that invoices knows; `settings.PROJECT_BILLING`.

Work never knows of itself that it is invoiced: that is a fact of whoever does it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

NOBODY = Q(pk__in=[])


@dataclass(frozen=True)
class Amounts:
    """What of a price model's work, by its key or None for none, is on drafts and on invoices.

    Excluding VAT, in the project's currency.
    """

    drafted: Mapping[int | None, Decimal]
    invoiced: Mapping[int | None, Decimal]


class Billing:
    """What stands on invoices and on drafts of them; here nothing. The ledger has its own."""

    def of_entries(self) -> Q:
        """Return the condition that a time entry is on an invoice or on a draft."""
        return NOBODY

    def of_expenses(self) -> Q:
        """Return the same of an expense."""
        return NOBODY

    def of_plan_items(self) -> Q:
        """Return the same of an item of a payment plan."""
        return NOBODY

    def of_models(self) -> Q:
        """Return the condition that a line of an invoice or of a draft names a price model."""
        return NOBODY

    def periods(self, models: Collection[int]) -> Mapping[int, Collection[date]]:
        """Return which periods of subscriptions, by their price models, are on one; one query."""
        return {}

    def amounts(self, projects: Collection[int]) -> Mapping[int, Amounts]:
        """Return what is on drafts and on invoices of projects, by key; at most two queries."""
        return {}


@cache
def billing() -> Billing:
    """Return what the settings name."""
    found: Billing = import_string(settings.PROJECT_BILLING)()
    return found
