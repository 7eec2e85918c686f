"""What is done: activities, the hours on them, and expenses."""

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from moment.models import Content
from moment.projects.models.pricing import PriceModel
from moment.projects.models.project import Project

HOURS_A_DAY = Decimal(24)


class Activity(models.Model):
    """A part of a project that hours are registered on; numbered within it."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", pgettext_lazy("of an activity", "Open")
        FINISHED = "finished", _("Finished")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="activities")
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(pgettext_lazy("of an activity", "title"), max_length=200)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day."))
    estimated_hours = models.DecimalField(
        _("estimated hours"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    price_model = models.ForeignKey(
        PriceModel,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name=_("price model"),
        help_text=_("Empty: the project's first."),
    )
    # What is agreed for an hour, such as by a line of an offer, whoever does it.
    hourly_rate = models.DecimalField(
        _("agreed hourly rate"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        default_permissions = ()
        ordering: ClassVar = ["project", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_activity_number"),
            models.CheckConstraint(condition=~Q(title=""), name="projects_activity_has_title"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "open", "finished"]),
                name="projects_activity_state",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="projects_activity_period",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=(Q(estimated_hours=None) | Q(estimated_hours__gte=0))
                & (Q(hourly_rate=None) | Q(hourly_rate__gte=0)),
                name="projects_activity_not_negative",
                violation_error_message=_("Write 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.project.customer_id]}


class TimeEntry(models.Model):
    """Hours of a colleague on an activity on a day.

    `price` and `cost` of an hour are written down when the entry is approved, the price in the
    project's currency and the cost in the company's; None: by the rates as they are (see
    `moment.projects.pricing`). An approved entry does not change.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("colleague"),
    )
    activity = models.ForeignKey(
        Activity, on_delete=models.PROTECT, related_name="entries", verbose_name=_("activity")
    )
    day = models.DateField(_("date"))
    hours = models.DecimalField(_("hours"), max_digits=4, decimal_places=2)
    comment = models.CharField(_("comment"), max_length=500, blank=True, default="")
    billable = models.BooleanField(_("billable"), default=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True, editable=False)
    cost = models.DecimalField(max_digits=10, decimal_places=2, null=True, editable=False)
    created_at = models.DateTimeField(_("registered"), default=timezone.now)

    class Meta:
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        ordering: ClassVar = ["-day", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["activity", "day"], name="projects_entry_activity"),
            models.Index(fields=["user", "day"], name="projects_entry_user"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours__lte=24),
                name="projects_entry_hours",
                violation_error_message=_("Hours are above 0 and at most 24."),
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None, price=None, cost=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="projects_entry_approved_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.day}: {self.hours}"


class Expense(models.Model):
    """What somebody has laid out for a project, in the project's currency, excluding VAT."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="expenses")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("colleague"),
    )
    day = models.DateField(_("date"))
    text = models.CharField(_("text"), max_length=200)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=2)
    # Empty: by the invoice settings.
    surcharge = models.DecimalField(
        _("surcharge"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    billable = models.BooleanField(_("billable"), default=True)
    receipt = models.ForeignKey(
        Content,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("receipt"),
    )
    receipt_name = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("registered"), default=timezone.now)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("expense")
        verbose_name_plural = _("expenses")
        ordering: ClassVar = ["-day", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["project", "-day"], name="projects_expense_newest")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="projects_expense_has_text"),
            models.CheckConstraint(
                condition=Q(cost__gte=0),
                name="projects_expense_cost",
                violation_error_message=_("Write 0 or more."),
            ),
            models.CheckConstraint(
                condition=Q(surcharge=None) | Q(surcharge__gte=0, surcharge__lte=100),
                name="projects_expense_surcharge",
                violation_error_message=_("A surcharge is between 0 and 100 per cent."),
            ),
        ]

    def __str__(self) -> str:
        return self.text
