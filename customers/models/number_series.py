"""Where numbers come from, and which were ever used."""

import re
from typing import ClassVar

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# A number stands in an address beside words like `new`, so it has a digit. Capitals, so that
# K-7 and k-7 are one.
NUMBER_PATTERN = r"[A-Z0-9-]*[0-9][A-Z0-9-]*"
valid_number = RegexValidator(
    rf"^{NUMBER_PATTERN}\Z",
    _("Use digits, capital letters A–Z and hyphens, with at least one digit."),
)
_LONGEST = 20
valid_prefix = RegexValidator(r"^[A-Z0-9-]*\Z", _("Use capital letters A–Z, digits and hyphens."))


def can_be_number(text: str) -> bool:
    """Tell whether a text from an address can be the number of a customer."""
    return len(text) <= _LONGEST and re.fullmatch(NUMBER_PATTERN, text) is not None


class NumberSeries(models.Model):
    """The numbers of one kind of thing, given out one after the other.

    Allocation locks the row, so no two people get the same number.
    """

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("Customers")
        PROJECT = "project", _("Projects")
        OFFER = "offer", _("Offers")
        INVOICE = "invoice", _("Invoices")

    kind = models.CharField(_("for"), max_length=10, choices=Kind, unique=True)
    name = models.CharField(
        _("name"), max_length=60, blank=True, default="", help_text=_("Empty: what it counts.")
    )
    prefix = models.CharField(
        _("prefix"), max_length=8, blank=True, default="", validators=[valid_prefix]
    )
    first = models.PositiveBigIntegerField(
        _("first number"), default=1000, validators=[MaxValueValidator(10**11)]
    )
    last = models.PositiveBigIntegerField(
        _("last number"), default=9999, validators=[MaxValueValidator(10**11)]
    )
    next = models.PositiveBigIntegerField(
        _("next number"), default=1000, help_text=_("Numbers already used are skipped.")
    )
    width = models.PositiveSmallIntegerField(
        _("fixed width"),
        default=0,
        validators=[MaxValueValidator(12)],
        help_text=_("Digits, filled up with zeros in front. 0: as many as the number has."),
    )
    locked = models.BooleanField(
        _("locked"), default=False, help_text=_("Nobody can type another number than the next one.")
    )
    hidden = models.BooleanField(
        _("hidden"),
        default=False,
        help_text=_(
            "Nobody is asked for the number and none is shown in the dialog. "
            "For use where another system gives out the numbers."
        ),
    )

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        ordering: ClassVar = ["kind"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(first__lte=F("last")),
                name="customers_series_first_before_last",
                violation_error_message=_("The first number must not be above the last."),
            ),
            models.CheckConstraint(
                condition=Q(next__gte=F("first")) & Q(next__lte=F("last") + 1),
                name="customers_series_next_inside",
                violation_error_message=_(
                    "The next number must lie inside the series, or just after its last number."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()

    def format(self, value: int) -> str:
        """Return the number as it is written: prefix and digits."""
        return f"{self.prefix}{value:0{self.width}d}"

    @property
    def range_text(self) -> str:
        return f"{self.format(self.first)}–{self.format(self.last)}"


class UsedNumber(models.Model):
    """One number that a customer has or had. It stays for ever: old addresses find the customer."""

    number = models.CharField(max_length=20, primary_key=True)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="used_numbers"
    )
    taken_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.number
