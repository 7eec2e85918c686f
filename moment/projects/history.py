"""What a customer's history tells of its projects, and of the shares that it pays."""

from collections.abc import Collection, Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.history import Kind, Subject
from customers.models import Customer
from moment.invoice_settings.choices import Level
from moment.projects import invoicing
from moment.projects.models import (
    Activity,
    PlanItem,
    PriceList,
    PriceModel,
    PriceModelShare,
    Project,
)

# Names of what price models point to are read by one of them for all.
_POINTING: Mapping[type[models.Model], str] = {Customer: "name", PriceList: "name"}


def _projects(keys: Collection[int]) -> Mapping[int, str]:
    rows = Project.objects.filter(pk__in=keys).values_list("pk", "number", "name")
    return {pk: f"{number} {name}" for pk, number, name in rows}


def _models(keys: Collection[int]) -> Mapping[int, str]:
    rows = PriceModel.objects.filter(pk__in=keys).order_by()
    named = rows.values_list("pk", "project__number", "project__name", "name")
    return {pk: f"{number} {project}{name and f' – {name}'}" for pk, number, project, name in named}


def _shares(keys: Collection[int]) -> Mapping[int, str]:
    rows = PriceModelShare.objects.filter(pk__in=keys).order_by()
    project = "price_model__project__"
    named = rows.values_list("pk", f"{project}number", f"{project}name")
    return {pk: f"{number} {name}" for pk, number, name in named}


def _items(keys: Collection[int]) -> Mapping[int, str]:
    rows = PlanItem.objects.filter(pk__in=keys).order_by()
    project = "price_model__project__"
    named = rows.values_list("pk", f"{project}number", f"{project}name", "text")
    return {pk: f"{number} {name} – {text}" for pk, number, name, text in named}


def _activities(keys: Collection[int]) -> Mapping[int, str]:
    rows = Activity.objects.filter(pk__in=keys).order_by()
    named = rows.values_list("pk", "project__number", "project__name", "title")
    return {pk: f"{number} {name} – {title}" for pk, number, name, title in named}


# What prices are agreed is for those who may see both.
_PRICES = ("projects.view_project", "projects.view_amounts")

SUBJECTS: Mapping[type[models.Model], Subject] = {
    Project: Subject(
        Kind.PROJECTS,
        (_("Project created"), _("Project changed"), _("Project deleted")),
        frozenset(Project.NOT_IN_HISTORY),
        ("projects.view_project",),
        # What the page of its invoicing options keeps from others too.
        rights=dict.fromkeys(invoicing.AMOUNTS, "projects.view_amounts"),
        level=Level.PROJECT,
        called=_projects,
        pointing=_POINTING,
    ),
    # What is agreed about prices.
    PriceModel: Subject(
        Kind.PROJECTS,
        (_("Price model added"), _("Price model changed"), _("Price model removed")),
        frozenset({"project", "order", "version"}),
        _PRICES,
        called=_models,
    ),
    PriceModelShare: Subject(
        Kind.PROJECTS,
        (_("Share added"), _("Share changed"), _("Share removed")),
        frozenset({"price_model"}),
        _PRICES,
        called=_shares,
    ),
    PlanItem: Subject(
        Kind.PROJECTS,
        (
            _("Payment added to the plan"),
            _("Payment plan changed"),
            _("Payment taken off the plan"),
        ),
        frozenset({"price_model", "order"}),
        _PRICES,
        called=_items,
    ),
    Activity: Subject(
        Kind.PROJECTS,
        (_("Activity added"), _("Activity changed"), _("Activity removed")),
        frozenset({"project"}),
        _PRICES,
        called=_activities,
    ),
}
