"""The figures of a project as its page shows them."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.translation import gettext as _

from moment.projects.figures import Figures
from moment.projects.payers import Payers


def context(
    found: Figures, paying: Payers, user: AbstractBaseUser | AnonymousUser
) -> dict[str, Any]:
    """Return what `projects/project/_figures.html` needs of a project's figures and payers.

    Amounts are only in it for who may see them. No query.
    """
    shown: dict[str, Any] = {
        "hours": found.hours,
        "estimated": found.estimated,
        # The part of what is estimated that is used up, in per cent; None without an estimate.
        "used": int(found.hours * 100 / found.estimated) if found.estimated else None,
        "over": max(found.hours - found.estimated, Decimal(0)) if found.estimated else 0,
        "billable": found.billable,
        "unapproved": found.unapproved,
        "unpriced": found.unpriced,
    }
    if user.has_perm("projects.view_amounts"):  # type: ignore[union-attr]
        parts = paying.split(found.by_model, found.currency)
        kinds = [
            (_("Work"), found.work),
            (_("Payment plan"), found.plan),
            (_("Subscription"), found.subscriptions),
            (_("Expenses"), found.expenses),
        ]
        customers = paying.customers
        shown |= {
            "sees_amounts": True,
            "currency": found.currency,
            "to_invoice": found.to_invoice,
            "kinds": [(words, amount) for words, amount in kinds if amount],
            "parts": [(customer, parts.get(customer.pk, Decimal(0))) for customer in customers]
            if len(customers) > 1
            else [],
        }
    return {"figures": shown}
