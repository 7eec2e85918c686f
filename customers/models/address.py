"""An address as one value, and the addresses that a customer has beside the usual three."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from django_countries.fields import CountryField

# The field takes lazy texts, though its types say otherwise.
AS_THE_CUSTOMER: Any = _("As the customer")


@dataclass(frozen=True)
class Address:
    """Street lines, postcode, city and country. `country` is empty where it is the customer's."""

    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return bool(self.street or self.postcode or self.city)

    def __str__(self) -> str:
        return ", ".join(self.lines)

    @property
    def lines(self) -> list[str]:
        """Return the lines of an envelope, without empty ones."""
        place = f"{self.postcode} {self.city}".strip()
        country = countries.name(self.country) if self.country else ""
        return [line for line in (*self.street.splitlines(), place, country) if line.strip()]


class OtherAddress(models.Model):
    """An address with a label, such as a site or a warehouse."""

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="other_addresses"
    )
    label = models.CharField(_("label"), max_length=60)
    street = models.CharField(_("street"), max_length=300, blank=True, default="")
    postcode = models.CharField(_("postcode"), max_length=20, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    country = CountryField(_("country"), blank=True, default="", blank_label=AS_THE_CUSTOMER)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering: ClassVar = [Lower("label"), "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "customer",
                Lower("label"),
                name="customers_address_label",
                violation_error_message=_("The customer has an address with this label already."),
            ),
            models.CheckConstraint(condition=~Q(label=""), name="customers_address_has_label"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def value(self) -> Address:
        return Address(self.street, self.postcode, self.city, str(self.country))

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.customer_id]}
