"""Our copies of what the register says."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moment.fields import KeyField, RankField
from registry import keys
from registry.names import display_name
from registry.org_number import formatted

FRESH_FOR = timedelta(days=1)
NORWEGIAN_SCHEME = "0192"  # of organisation numbers, in Peppol's code list of participant schemes


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
    former_names = models.TextField(blank=True, default="")  # newest first, "\n" between
    # What the type-ahead finds and orders by; `registry.search` has the indexes.
    name_key = KeyField(make=lambda entity: keys.search_key(entity.name))
    words = KeyField(max_length=1000, make=lambda entity: keys.search_words(entity.names))
    rank = RankField(default=0, make=keys.rank)
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
    # The register has no field for mergers, only a remark in its own words.
    merger = models.CharField(max_length=500, blank=True, default="")

    fetched_at = models.DateTimeField(default=timezone.now)

    objects = EntityQuerySet.as_manager()

    class Meta:
        verbose_name = _("entity")
        verbose_name_plural = _("entities")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="registry_entity_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        """The name for reading: the register writes most of them in capitals."""
        return display_name(self.name)

    @property
    def names(self) -> list[str]:
        """The name and the former ones."""
        return [self.name, *self.former_names.splitlines()]

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


class Postcode(models.Model):
    """A Norwegian postcode and its place, as the register's addresses have them."""

    code = models.CharField(max_length=4, primary_key=True)
    place = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.code} {self.place}"


class Mirror(models.Model):
    """How far our copy of the whole register has come, one row for each kind of entity."""

    kind = models.CharField(max_length=5, choices=Entity.Kind, primary_key=True)
    # Of the file that was loaded, as its server named and dated it.
    etag = models.CharField(max_length=200, blank=True, default="")
    published_at = models.DateTimeField(null=True, blank=True)
    loaded_at = models.DateTimeField(null=True, blank=True)
    entities = models.PositiveIntegerField(default=0)  # in that file
    # The last event of the change feed that is in our copies; None: read the feed from `read_from`.
    last_event = models.BigIntegerField(null=True, blank=True)
    read_from = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("mirror")

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def is_current(self) -> bool:
        """Tell whether the copies are as good as asking: the feed was read to its end lately."""
        return bool(self.updated_at and self.updated_at > timezone.now() - FRESH_FOR)


class Watch(models.Model):
    """A number whose changes somebody wants to hear of."""

    org_number = models.CharField(max_length=9, primary_key=True)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("watched number")
        verbose_name_plural = _("watched numbers")

    def __str__(self) -> str:
        return formatted(self.org_number)


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> "AlertQuerySet":
        """Return those that nobody has answered yet."""
        return self.filter(handled_at=None)


class Alert(models.Model):
    """A change in the register to a watched number, until somebody has decided what to do.

    There is one open alert for each number and kind: a second change meanwhile renews it.
    `old` and `new` are as the register writes them: text, an ISO date, `1` for yes, empty for none.
    """

    class Kind(models.TextChoices):
        BANKRUPT = "bankrupt", _("Bankruptcy")
        DISSOLUTION = "dissolution", _("Compulsory dissolution")
        WINDING_UP = "winding_up", _("Winding-up")
        DELETED = "deleted", _("Deleted from the register")
        MERGER = "merger", _("Merger")
        WITHDRAWN = "withdrawn", _("Withdrawn by the register")
        NAME = "name", _("Name")
        ADDRESS = "address", _("Business address")
        POSTAL = "postal", _("Postal address")
        OWNER = "owner", _("Owner of the place of business")
        FORM = "form", _("Form of organisation")
        INDUSTRY = "industry", _("Industry")
        VAT = "vat", _("VAT registration")

    class Answer(models.TextChoices):
        TAKEN = "taken", _("New value taken")
        KEPT = "kept", _("Ours kept")
        NOTED = "noted", _("Noted")

    org_number = models.CharField(max_length=9)
    kind = models.CharField(max_length=11, choices=Kind)
    old = models.TextField(blank=True, default="")
    new = models.TextField(blank=True, default="")
    changed_on = models.DateField()  # as the register dates it
    raised_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(max_length=5, choices=Answer, blank=True, default="")

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("register alert")
        verbose_name_plural = _("register alerts")
        ordering: ClassVar = ["-raised_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["org_number", "kind"],
                condition=Q(handled_at=None),
                name="registry_alert_one_open",
            ),
            models.CheckConstraint(
                condition=Q(handled_at=None, answer="")
                | (Q(handled_at__isnull=False) & ~Q(answer="")),
                name="registry_alert_answered",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["org_number", "-raised_at"], name="registry_alert_number"),
            models.Index(fields=["-raised_at"], name="registry_alert_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {formatted(self.org_number)}"


class ReachabilityQuerySet(models.QuerySet["Reachability"]):
    def norwegian(self) -> "ReachabilityQuerySet":
        """Return those found under organisation numbers."""
        return self.filter(scheme=NORWEGIAN_SCHEME)


class Reachability(models.Model):
    """Whether a participant of the Peppol network can receive Peppol BIS Billing 3.0.

    Invoices and credit notes apart: nothing promises that they come together. None is unknown. The
    last certain answer stays; an attempt that came to nothing since is told by `failed_at`.
    """

    scheme = models.CharField(max_length=4)  # ISO 6523: 0192 for Norwegian numbers
    identifier = models.CharField(max_length=50)
    invoice = models.BooleanField(null=True)
    credit_note = models.BooleanField(null=True)
    smp = models.CharField(max_length=255, blank=True, default="")  # the host that answered
    checked_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True, default="")  # for administrators

    objects = ReachabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("reachability")
        verbose_name_plural = _("reachabilities")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scheme", "identifier"], name="registry_reachability_participant"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.identifier}"

    @property
    def answer(self) -> str:
        """`yes`, `no` or `unknown`: whether invoices arrive."""
        return {True: "yes", False: "no", None: "unknown"}[self.invoice]


class ReachabilityChange(models.Model):
    """A certain answer that differed from the one before."""

    reachability = models.ForeignKey(Reachability, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(default=timezone.now)
    invoice = models.BooleanField()
    credit_note = models.BooleanField()
    smp = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        verbose_name = _("change of reachability")
        verbose_name_plural = _("changes of reachability")
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.reachability}, {self.at:%Y-%m-%d}"
