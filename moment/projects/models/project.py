"""What is done for a customer."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models.classification import Label
from customers.models.number_series import can_be_number, valid_number
from customers.search import searchable
from moment.fields import KeyField
from moment.invoice_settings.choices import Level
from moment.invoice_settings.levels import constraint, with_invoice_settings
from moment.names import name_key, number_key, sort_key


class ProjectTag(Label):
    """A label for projects, from the company's own list."""

    class Meta(Label.Meta):
        verbose_name = _("project tag")
        verbose_name_plural = _("project tags")


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "ProjectQuerySet":
        """Return the projects this user may know of: all with the right to view, else none."""
        return self if user.has_perm("projects.view_project") else self.none()  # type: ignore[union-attr]

    def numbered(self, number: str) -> "ProjectQuerySet":
        """Return the one with this number, none where it makes no sense."""
        return self.filter(number=number) if can_be_number(number) else self.none()

    def of_customer(self, customer: Any) -> "ProjectQuerySet":
        """Return those of a customer, and those of which it pays a share as a participant."""
        return self.of_customers([customer])

    def of_customers(self, customers: Collection[Any]) -> "ProjectQuerySet":
        """Return those of any of these customers, and those of which they pay a share."""
        own = Project.objects.filter(customer__in=customers).order_by().values("pk")
        paid = Project.objects.filter(price_models__shares__customer__in=customers).order_by()
        # Not one condition or the other, for which every project there is would be looked at.
        return self.filter(pk__in=own.union(paid.values("pk")))


@with_invoice_settings(Level.PROJECT)
class Project(models.Model):
    """Work for a customer, with activities, price models, people and hours.

    Has a column for each of `moment.invoice_settings` too. Amounts are in its currency in force.
    """

    class State(models.TextChoices):
        OFFER = "offer", _("Offer sent")
        PLANNED = "planned", _("Planned")
        PROGRESS = "progress", _("In progress")
        PAUSED = "paused", _("Paused")
        FINISHED = "finished", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")

    TAKING_HOURS: ClassVar = (State.PLANNED, State.PROGRESS)
    OPEN: ClassVar = (State.OFFER, State.PLANNED, State.PROGRESS, State.PAUSED)

    number = models.CharField(
        _("number"),
        max_length=20,
        unique=True,
        validators=[valid_number],
        error_messages={"unique": _("This number is already used.")},
    )
    name = models.CharField(_("name"), max_length=200)
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        related_name="projects",
        verbose_name=_("customer"),
    )
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("project leader"),
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PROGRESS)
    tags = models.ManyToManyField(
        ProjectTag, verbose_name=_("tags"), blank=True, related_name="projects"
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day."))
    notes = models.TextField(_("notes"), max_length=10_000, blank=True, default="")

    invoice_contact = models.ForeignKey(
        "customers.Contact",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer contact"),
    )

    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # Rises with each edit, so that two people who edit at once are told.
    version = models.PositiveIntegerField(default=1, editable=False)
    sort_number = KeyField(max_length=60, make=lambda p: number_key(p.number))
    sort_name = KeyField(make=lambda p: sort_key(p.name))
    name_key = KeyField(make=lambda p: name_key(p.name))
    search_text = KeyField(max_length=500, make=lambda p: searchable(p.name, p.number))

    objects = ProjectQuerySet.as_manager()

    NOT_IN_HISTORY: ClassVar = [
        "created_at",
        "version",
        "sort_number",
        "sort_name",
        "name_key",
        "search_text",
    ]

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering: ClassVar = ["sort_number"]
        permissions: ClassVar = [("view_amounts", _("Can view amounts of projects"))]
        indexes: ClassVar = [
            models.Index(fields=["sort_number", "id"], name="projects_number"),
            models.Index(fields=["sort_name", "id"], name="projects_name"),
            models.Index(fields=["state", "sort_number", "id"], name="projects_state_number"),
            models.Index(fields=["customer", "state"], name="projects_customer_state"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="projects_project_has_name"),
            models.CheckConstraint(condition=~Q(number=""), name="projects_project_has_number"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["offer", "planned", "progress", "paused", "finished", "cancelled"]
                ),
                name="projects_project_state",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="projects_project_period",
                violation_error_message=_("The last day is before the first."),
            ),
            constraint(
                Level.PROJECT, "projects_project_invoice_settings", besides=["invoice_contact"]
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:project", args=[self.number])

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.customer_id]}

    @property
    def is_agreed(self) -> bool:
        """Tell whether the customer has ordered it, not only been offered it."""
        return self.state != self.State.OFFER

    @property
    def takes_hours(self) -> bool:
        return self.state in self.TAKING_HOURS
