"""Who works here: what colleagues are as employees, and what they are in a project."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models import ProjectRole
from moment.projects.models.project import Project


class Employee(models.Model):
    """A colleague as somebody who registers hours, while employed."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="employee",
        verbose_name=_("colleague"),
    )
    employed_from = models.DateField(_("employed from"), null=True, blank=True)
    employed_until = models.DateField(
        _("employed until"), null=True, blank=True, help_text=_("The last day.")
    )

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        ordering: ClassVar = ["user__first_name", "user__last_name", "user__username"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(employed_from=None)
                | Q(employed_until=None)
                | Q(employed_until__gte=F("employed_from")),
                name="projects_employee_period",
                violation_error_message=_("The last day is before the first."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user)

    def is_employed(self, on: Any) -> bool:
        begun = self.employed_from is None or self.employed_from <= on
        return begun and (self.employed_until is None or on <= self.employed_until)


class EmployeeTerms(models.Model):
    """An employee's role, sales price and cost from a day on, until the next terms begin.

    Both an hour, in the company's currency: the price excluding VAT, the cost with social charges.
    """

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="terms")
    valid_from = models.DateField(_("from"))
    role = models.ForeignKey(
        ProjectRole,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("project role"),
    )
    sales_price = models.DecimalField(
        _("sales price an hour"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    cost_rate = models.DecimalField(
        _("cost an hour"), max_digits=10, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("terms of an employee")
        verbose_name_plural = _("terms of employees")
        ordering: ClassVar = ["-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["employee", "valid_from"],
                name="projects_terms_once_a_day",
                violation_error_message=_("There are terms from this day already."),
            ),
            models.CheckConstraint(
                condition=(Q(sales_price=None) | Q(sales_price__gte=0))
                & (Q(cost_rate=None) | Q(cost_rate__gte=0)),
                name="projects_terms_not_negative",
                violation_error_message=_("A rate is 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} {self.valid_from}"


class ProjectMember(models.Model):
    """A colleague who works in a project, and as what; empty: in the role of the terms."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
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

    class Meta:
        verbose_name = _("project member")
        verbose_name_plural = _("project members")
        default_permissions = ()
        ordering: ClassVar = ["user__first_name", "user__last_name", "user__username"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "user"],
                name="projects_member_once",
                violation_error_message=_("This colleague is in the project already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user)
