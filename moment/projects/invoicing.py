"""Changing the invoice settings of a project."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q

from customers.invoicing import ChangedMeanwhile, NoSuchContact
from moment.invoice_settings.saving import write
from moment.projects.holding import held
from moment.projects.models import Activity, Expense, PriceModel, Project, TimeEntry

__all__ = ["AMOUNTS", "ChangedMeanwhile", "NoSuchContact", "save"]

# The settings that are an amount of the project, or make one.
AMOUNTS = ("expense_surcharge", "charge_amount", "discount")


def save(project: Project, changes: Mapping[str, Any], seen: Mapping[str, str]) -> list[str]:
    """Give a project these settings, None to inherit, and return the names of what became another.

    As `customers.invoicing.save` does it for a customer, with what it raises.
    """
    with held(project) as stored:
        contact = changes.get("invoice_contact")
        known = stored.customer.contacts.filter(person__erased_at=None)
        if contact is not None and not known.filter(pk=contact).exists():
            raise NoSuchContact
        written = write(stored, changes, seen)
        if written:
            stored.version += 1
            stored.save()
    return written


def has_amounts(project: Project) -> bool:
    """Tell whether a project has amounts, which are in the currency in force. One query."""
    of_project = {"project": OuterRef("pk")}
    models = PriceModel.objects.filter(**of_project)
    kept = (
        models.filter(Q(amount__isnull=False) | Q(plan__isnull=False)),
        Activity.objects.filter(**of_project, hourly_rate__isnull=False),
        Expense.objects.filter(**of_project),
        TimeEntry.objects.filter(activity__project=OuterRef("pk"), price__gt=0),
    )
    conditions = [Q(Exists(rows)) for rows in kept]
    return Project.objects.filter(reduce(or_, conditions), pk=project.pk).exists()
