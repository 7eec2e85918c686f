"""What of the work is invoiced, as the app that invoices knows; `settings.PROJECT_BILLING`.

Work never knows of itself that it is invoiced: that is a fact of whoever does it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

NOBODY = Q(pk__in=[])


@dataclass(frozen=True)
class Amounts:
    """What of a price model's work, by its key or None for none, is on drafts and on invoices.

    Excluding VAT, in the project's currency.
    """

    drafted: Mapping[int | None, Decimal]
    invoiced: Mapping[int | None, Decimal]


@dataclass(frozen=True)
class Place:
    """The invoice that something is on, or the draft of one, which has no number yet."""

    number: str
    url: str

    @property
    def name(self) -> str:
        if not self.number:
            return _("On a draft")
        return _("Invoice %(number)s") % {"number": self.number}

    @property
    def words(self) -> str:
        """What is said of something that is on it and therefore stays."""
        if not self.number:
            return _("On a draft already.")
        return _("On invoice %(number)s already.") % {"number": self.number}


class OnInvoice(Exception):
    """This is on an invoice or on a draft, so it stays as it is. Nothing was saved.

    `field` names what of it was to be changed, or is the place of a row, where that is known.
    """

    def __init__(self, place: Place, field: str | int = "") -> None:
        super().__init__(place.words)
        self.place, self.field = place, field

    def told(self, user: Any) -> str:
        """Return why in words; which invoice it is, is for who may see invoices."""
        return told(self.place, user)


def told(place: Place, user: Any) -> str:
    """Return what is said to a user of something that stays because it is on an invoice."""
    return place.words if billing().is_shown_to(user) else _("It is invoiced already.")


class Billing:
    """What stands on invoices and on drafts of them; here nothing. The ledger has its own."""

    def is_shown_to(self, user: Any) -> bool:
        """Tell whether a user may know what is invoiced."""
        return False

    # Where something is, by its key, in a query or two. Once invoiced it cannot be removed, even
    # if a credit note has set it free: with `ever` that counts too.

    def places_of_entries(
        self, entries: Collection[int], *, ever: bool = False
    ) -> Mapping[int, Place]:
        return {}

    def places_of_expenses(
        self, expenses: Collection[int], *, ever: bool = False
    ) -> Mapping[int, Place]:
        return {}

    def places_of_plan_items(
        self, items: Collection[int], *, ever: bool = False
    ) -> Mapping[int, Place]:
        return {}

    def places_of_periods(self, model: int) -> Mapping[date, Place]:
        """Return where the periods of a subscription are, by their first days."""
        return {}

    def place_of_model(self, model: int) -> Place | None:
        """Return an invoice or a draft of which a line names a price model."""
        return None

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
