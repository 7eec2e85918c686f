"""The figures of a project as its page shows them."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.translation import gettext as _

from moment.projects import figures, payers
from moment.projects.models import Project


def context(
    project: Project,
    user: AbstractBaseUser | AnonymousUser,
    found: figures.Figures | None = None,
) -> dict[str, Any]:
    """Return what `projects/project/_figures.html` needs; a fixed number of queries.

    Amounts are only in it for who may see them. `found` are the project's, where they are known.
    """
    found = found or figures.of([project])[project.pk]
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
        paying = payers.of([project])[project.pk]
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
