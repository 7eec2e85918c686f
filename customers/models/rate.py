"""What an hour costs a customer."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class ProjectRole(models.Model):
    """What somebody is in projects, such as project leader; rates can follow it."""

    name = models.CharField(_("name"), max_length=60)
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("The lowest comes first.")
    )

    class Meta:
        verbose_name = _("project role")
        verbose_name_plural = _("project roles")
        ordering: ClassVar = ["order", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("name"),
                name="customers_project_role_name",
                violation_error_message=_("There is already a role with this name."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="customers_project_role_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class HourlyRate(models.Model):
    """The price of an hour of a colleague or a role at a customer, in a period.

    In the customer's currency in force, excluding VAT. Periods of the same colleague or role never
    overlap: `rates.save` sees to it under a lock on the customer.
    """

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="hourly_rates"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("colleague"),
    )
    role = models.ForeignKey(
        ProjectRole,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("project role"),
    )
    rate = models.DecimalField(_("hourly rate"), max_digits=10, decimal_places=2)
    # Empty: always, in that direction. Both days are within.
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day."))

    class Meta:
        verbose_name = _("hourly rate")
        verbose_name_plural = _("hourly rates")
        ordering: ClassVar = [F("valid_from").desc(nulls_last=True), "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user=None, role__isnull=False) | Q(user__isnull=False, role=None),
                name="customers_rate_of_one",
                violation_error_message=_("Choose either a colleague or a project role."),
            ),
            models.CheckConstraint(
                condition=Q(rate__gte=0),
                name="customers_rate_not_negative",
                violation_error_message=_("A rate is 0 or more."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gte=F("valid_from")),
                name="customers_rate_period",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.role}: {self.rate}"

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.customer_id]}
