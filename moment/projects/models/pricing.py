"""How work is priced."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from customers.models import ProjectRole
from moment.money import currency_code
from moment.projects.models.project import Project


class RolePrice(models.Model):
    """What an hour in a role costs from a day on, until the next price begins.

    In the company's currency, excluding VAT.
    """

    role = models.ForeignKey(
        ProjectRole,
        on_delete=models.PROTECT,
        related_name="prices",
        verbose_name=_("project role"),
    )
    valid_from = models.DateField(_("from"))
    price = models.DecimalField(_("price an hour"), max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = _("price of a role")
        verbose_name_plural = _("prices of roles")
        ordering: ClassVar = ["role", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["role", "valid_from"],
                name="projects_role_price_once_a_day",
                violation_error_message=_("There is a price from this day already."),
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0),
                name="projects_role_price_not_negative",
                violation_error_message=_("A rate is 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.valid_from}"


class PriceList(models.Model):
    """Prices of roles that are agreed with several customers, such as a framework agreement's."""

    name = models.CharField(_("name"), max_length=100)
    currency = models.CharField(
        _("currency"), max_length=3, default="NOK", validators=[currency_code]
    )

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("name"),
                name="projects_price_list_name",
                violation_error_message=_("There is already a price list with this name."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="projects_price_list_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class PriceListRate(models.Model):
    """What an hour in a role costs by a price list, in its currency, excluding VAT."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="rates")
    role = models.ForeignKey(
        ProjectRole, on_delete=models.PROTECT, related_name="+", verbose_name=_("project role")
    )
    rate = models.DecimalField(_("hourly rate"), max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = _("rate of a price list")
        verbose_name_plural = _("rates of price lists")
        ordering: ClassVar = ["role__order", "role__name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["price_list", "role"],
                name="projects_price_list_role_once",
                violation_error_message=_("This role is in the list already."),
            ),
            models.CheckConstraint(
                condition=Q(rate__gte=0),
                name="projects_price_list_rate_not_negative",
                violation_error_message=_("A rate is 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price_list}: {self.role}"


class PriceModel(models.Model):
    """How a project, or some of its activities, is priced. The first is the default.

    Amounts are in the project's currency, excluding VAT.
    """

    class Kind(models.TextChoices):
        HOURLY = "hourly", _("Hourly rate")
        FIXED = "fixed", _("Fixed price")
        SUBSCRIPTION = "subscription", _("Subscription")
        OFFER = "offer", _("Offer")
        NONE = "none", _("Not billable")

    class Rates(models.TextChoices):
        """Where the price of an hour comes from."""

        CUSTOMER = "customer", _("The customer's rates, else the employee's price")
        EMPLOYEE = "employee", _("The employee's price")
        ROLE = "role", _("The role's price")
        PRICE_LIST = "price_list", _("A price list")

    class Interval(models.IntegerChoices):
        """Months between the periods of a subscription."""

        MONTH = 1, _("Every month")
        QUARTER = 3, _("Every quarter")
        HALF_YEAR = 6, _("Every half-year")
        YEAR = 12, _("Every year")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="price_models")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    name = models.CharField(_("name"), max_length=100, blank=True, default="")
    kind = models.CharField(_("price model"), max_length=12, choices=Kind, default=Kind.HOURLY)
    # Of those by the hour.
    rates_from = models.CharField(
        _("rates from"), max_length=10, choices=Rates, blank=True, default=""
    )
    price_list = models.ForeignKey(
        PriceList,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("price list"),
    )
    # Of subscriptions: so much for each period, which begins with its first day.
    amount = models.DecimalField(
        _("amount a period"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    interval = models.PositiveSmallIntegerField(
        _("interval"), choices=Interval, null=True, blank=True
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day."))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("price model")
        verbose_name_plural = _("price models")
        default_permissions = ()
        ordering: ClassVar = ["order", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["hourly", "fixed", "subscription", "offer", "none"]),
                name="projects_price_model_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="hourly", rates_from__in=["customer", "employee", "role"])
                | Q(kind="hourly", rates_from="price_list", price_list__isnull=False)
                | (~Q(kind="hourly") & Q(rates_from="", price_list=None)),
                name="projects_price_model_rates",
                violation_error_message=_("Choose where the rates come from."),
            ),
            models.CheckConstraint(
                condition=Q(
                    kind="subscription",
                    amount__gte=0,
                    interval__in=[1, 3, 6, 12],
                    starts_on__isnull=False,
                )
                | (
                    ~Q(kind="subscription")
                    & Q(amount=None, interval=None, starts_on=None, ends_on=None)
                ),
                name="projects_price_model_subscription",
                violation_error_message=_("A subscription has an amount, an interval and a start."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="projects_price_model_period",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.project.customer_id]}


class PriceModelShare(models.Model):
    """A further customer and the part of the amounts that it pays, in per cent.

    The project's own customer pays the rest. After merging there can be two of one customer, or
    one of the project's own: each counts.
    """

    price_model = models.ForeignKey(PriceModel, on_delete=models.CASCADE, related_name="shares")
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        related_name="project_shares",
        verbose_name=_("customer"),
    )
    percent = models.DecimalField(_("per cent"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("share of a price model")
        verbose_name_plural = _("shares of price models")
        default_permissions = ()
        ordering: ClassVar = ["-percent", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100),
                name="projects_share_percent",
                violation_error_message=_("A share is above 0 and at most 100 per cent."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.percent} %"

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.customer_id]}


class PlanItem(models.Model):
    """An amount that falls due by agreement: a step of a fixed price, or a line of an offer."""

    price_model = models.ForeignKey(PriceModel, on_delete=models.CASCADE, related_name="plan")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text = models.CharField(_("text"), max_length=200)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    # Empty: when somebody says so.
    due_on = models.DateField(_("due"), null=True, blank=True)

    class Meta:
        verbose_name = _("item of a payment plan")
        verbose_name_plural = _("payment plan")
        default_permissions = ()
        ordering: ClassVar = ["order", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="projects_plan_item_has_text")
        ]

    def __str__(self) -> str:
        return self.text

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.price_model.project.customer_id]}
