"""Our copies of what the register says."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moment.fields import KeyField
from moment.names import name_key
from registry.names import display_name
from registry.org_number import formatted

FRESH_FOR = timedelta(days=1)


class EntityQuerySet(models.QuerySet["Entity"]):
    def in_trouble(self) -> "EntityQuerySet":
        """Return those that are bankrupt, being wound up or dissolved, or deleted."""
        return self.filter(
            Q(bankrupt=True)
            | Q(winding_up=True)
            | Q(compulsory_dissolution=True)
            | Q(deleted_on__isnull=False)
        )


class Entity(models.Model):
    """A legal entity (`enhet`) or place of business (`underenhet`) as the register last told.

    Names and texts are the register's own, in Norwegian. Absent means unknown.
    """

    class Kind(models.TextChoices):
        LEGAL = "legal", _("Legal entity")
        SUB = "sub", _("Place of business")

    org_number = models.CharField(max_length=9, primary_key=True)
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.LEGAL)
    # The legal entity that a place of business belongs to; for public bodies the one above.
    parent_org_number = models.CharField(max_length=9, blank=True, default="")
    name = models.CharField(max_length=200)
    name_key = KeyField(make=lambda entity: name_key(entity.name))
    form_code = models.CharField(max_length=10, blank=True, default="")
    form_name = models.CharField(max_length=200, blank=True, default="")

    business_address = models.TextField(blank=True, default="")  # street lines, "\n" between
    business_postcode = models.CharField(max_length=20, blank=True, default="")
    business_city = models.CharField(max_length=100, blank=True, default="")
    business_country = models.CharField(max_length=2, blank=True, default="")
    postal_address = models.TextField(blank=True, default="")
    postal_postcode = models.CharField(max_length=20, blank=True, default="")
    postal_city = models.CharField(max_length=100, blank=True, default="")
    postal_country = models.CharField(max_length=2, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    phone = models.CharField(max_length=50, blank=True, default="")
    website = models.CharField(max_length=200, blank=True, default="")

    industry_code = models.CharField(max_length=10, blank=True, default="")
    industry_name = models.CharField(max_length=255, blank=True, default="")
    sector_code = models.CharField(max_length=10, blank=True, default="")
    # The register withholds the number for 1 to 4: then employees is None and has_employees true.
    employees = models.PositiveIntegerField(null=True, blank=True)
    has_employees = models.BooleanField(default=False)
    vat_registered = models.BooleanField(default=False)
    registered_on = models.DateField(null=True, blank=True)

    bankrupt = models.BooleanField(default=False)
    bankrupt_on = models.DateField(null=True, blank=True)
    winding_up = models.BooleanField(default=False)
    winding_up_on = models.DateField(null=True, blank=True)
    compulsory_dissolution = models.BooleanField(default=False)
    compulsory_dissolution_on = models.DateField(null=True, blank=True)
    deleted_on = models.DateField(null=True, blank=True)

    fetched_at = models.DateTimeField(default=timezone.now)

    objects = EntityQuerySet.as_manager()

    class Meta:
        verbose_name = _("entity")
        verbose_name_plural = _("entities")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="registry_entity_has_name"),
        ]
        indexes: ClassVar = [models.Index(fields=["name_key"], name="registry_entity_name_key")]

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        """The name for reading: the register writes most of them in capitals."""
        return display_name(self.name)

    @property
    def business_place(self) -> str:
        """Postcode and city of the business address, for reading."""
        return f"{self.business_postcode} {display_name(self.business_city)}".strip()

    @property
    def postal_place(self) -> str:
        return f"{self.postal_postcode} {display_name(self.postal_city)}".strip()

    @property
    def formatted_number(self) -> str:
        return formatted(self.org_number)

    @property
    def is_sub_entity(self) -> bool:
        return self.kind == self.Kind.SUB

    @property
    def is_fresh(self) -> bool:
        return self.fetched_at > timezone.now() - FRESH_FOR

    @property
    def in_trouble(self) -> bool:
        return bool(
            self.bankrupt or self.winding_up or self.compulsory_dissolution or self.deleted_on
        )

    @property
    def employees_text(self) -> str:
        """`1–4` where the register withholds the number, empty where it has none."""
        if self.employees is not None:
            return str(self.employees)
        return "1–4" if self.has_employees else ""
