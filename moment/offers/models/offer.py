"""What is offered to a customer."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models import ProjectRole
from customers.models.classification import Label
from customers.models.number_series import can_be_number, valid_number
from customers.search import searchable
from moment.fields import KeyField
from moment.invoice_settings.choices import Language, VatCode
from moment.models import Content
from moment.money import currency_code
from moment.names import name_key, number_key, sort_key
from moment.projects.models import Project

NOTHING = Decimal(0)


class OfferTag(Label):
    """A label for offers, from the company's own list."""

    class Meta(Label.Meta):
        verbose_name = _("offer tag")
        verbose_name_plural = _("offer tags")


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "OfferQuerySet":
        """Return the offers this user may know of: all with the right to view, else none."""
        return self if user.has_perm("offers.view_offer") else self.none()  # type: ignore[union-attr]

    def numbered(self, number: str) -> "OfferQuerySet":
        """Return the newest one with this number, none where it makes no sense."""
        return self.newest().filter(number=number) if can_be_number(number) else self.none()

    def newest(self) -> "OfferQuerySet":
        """Return those that no later version replaces."""
        return self.exclude(state=Offer.State.REPLACED)

    def expired(self, on: date | None = None) -> "OfferQuerySet":
        """Return those that wait for an answer although their last day is over."""
        return self.filter(state=Offer.State.SENT, valid_until__lt=on or timezone.localdate())


class Offer(models.Model):
    """An offer in one of its versions. Once sent it never changes; a new version replaces it.

    Amounts are in its currency, excluding VAT. Empty `currency`, `language` and `vat_code` follow
    the customer's invoice settings until it is sent, when what holds is written down.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        READY = "ready", _("Ready")
        SENT = "sent", _("Sent")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        REPLACED = "replaced", _("Replaced")

    # What can still be edited.
    OPEN: ClassVar = (State.DRAFT, State.READY)

    number = models.CharField(_("number"), max_length=20, validators=[valid_number])
    revision = models.PositiveSmallIntegerField(_("version"), default=1)
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        related_name="offers",
        verbose_name=_("customer"),
    )
    contact = models.ForeignKey(
        "customers.Contact",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("to"),
    )
    name = models.CharField(_("name"), max_length=200)
    tags = models.ManyToManyField(
        OfferTag, verbose_name=_("tags"), blank=True, related_name="offers"
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("responsible"),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    issued_on = models.DateField(_("issued"), default=timezone.localdate)
    valid_until = models.DateField(_("valid until"), help_text=_("The last day."))
    your_reference = models.CharField(_("your reference"), max_length=200, blank=True, default="")
    order_reference = models.CharField(_("order reference"), max_length=200, blank=True, default="")
    introduction = models.TextField(_("introduction"), max_length=5000, blank=True, default="")
    terms = models.TextField(_("terms"), max_length=10_000, blank=True, default="")
    vat_code = models.CharField(
        _("VAT code"), max_length=2, choices=VatCode, blank=True, default=""
    )
    currency = models.CharField(
        _("currency"), max_length=3, blank=True, default="", validators=[currency_code]
    )
    language = models.CharField(
        _("language"), max_length=2, choices=Language, blank=True, default=""
    )
    discount = models.DecimalField(_("discount"), max_digits=5, decimal_places=2, default=NOTHING)

    # The sums of the lines as they were last saved: what holds without, and what can be added by,
    # the optional ones that nobody has chosen.
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=NOTHING, editable=False)
    optional = models.DecimalField(max_digits=14, decimal_places=2, default=NOTHING, editable=False)

    # The buyer, the VAT and the document as they were sent.
    buyer_number = models.CharField(max_length=20, blank=True, default="", editable=False)
    buyer_name = models.CharField(max_length=200, blank=True, default="", editable=False)
    buyer_org_number = models.CharField(max_length=20, blank=True, default="", editable=False)
    buyer_address = models.TextField(blank=True, default="", editable=False)
    vat_rate = models.DecimalField(  # per cent
        _("VAT"), max_digits=5, decimal_places=2, null=True, editable=False
    )
    vat_registered = models.BooleanField(_("in the VAT register"), null=True, editable=False)
    document = models.ForeignKey(
        Content, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    # Who gave the answer: the customer by name, on the public page, or to a colleague.
    answered_name = models.CharField(max_length=200, blank=True, default="", editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    answer_reason = models.TextField(max_length=2000, blank=True, default="", editable=False)
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="offers",
        verbose_name=_("project"),
    )

    created_at = models.DateTimeField(_("created"), default=timezone.now)
    # Rises with each edit, so that two people who edit at once are told.
    version = models.PositiveIntegerField(default=1, editable=False)
    sort_number = KeyField(max_length=60, make=lambda o: number_key(o.number))
    sort_name = KeyField(make=lambda o: sort_key(o.name))
    name_key = KeyField(make=lambda o: name_key(o.name))
    search_text = KeyField(max_length=500, make=lambda o: searchable(o.name, o.number))

    objects = OfferQuerySet.as_manager()

    NOT_IN_HISTORY: ClassVar = [
        "created_at",
        "document",
        "version",
        "sort_number",
        "sort_name",
        "name_key",
        "search_text",
    ]

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering: ClassVar = ["-sort_number", "-revision"]
        indexes: ClassVar = [
            models.Index(fields=["state", "sort_number", "id"], name="offers_state_number"),
            models.Index(fields=["sort_number", "id"], name="offers_number"),
            models.Index(fields=["customer", "state"], name="offers_customer_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "revision"], name="offers_offer_number"),
            models.CheckConstraint(condition=~Q(name=""), name="offers_offer_has_name"),
            models.CheckConstraint(condition=~Q(number=""), name="offers_offer_has_number"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["draft", "ready", "sent", "accepted", "rejected", "replaced"]
                ),
                name="offers_offer_state",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("issued_on")),
                name="offers_offer_period",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=100),
                name="offers_offer_discount",
                violation_error_message=_("A discount is between 0 and 100 per cent."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "ready", "replaced"]) | ~Q(buyer_name=""),
                name="offers_sent_offer_has_buyer",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "rejected"], answered_at__isnull=False)
                | Q(state="replaced")
                | Q(state__in=["draft", "ready", "sent"], answered_at=None),
                name="offers_answered_offer_has_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("offers:offer", args=[self.number])

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.customer_id]}

    @property
    def is_open(self) -> bool:
        """Whether it can still be edited."""
        return self.state in self.OPEN

    def is_expired(self, on: date | None = None) -> bool:
        """Tell whether it waits for an answer although its last day is over."""
        return self.state == self.State.SENT and self.valid_until < (on or timezone.localdate())


class OfferLine(models.Model):
    """A part of an offer, which becomes an activity. `chosen`: the customer took the option."""

    class Kind(models.TextChoices):
        HOURLY = "hourly", _("Hourly")
        FIXED = "fixed", _("Fixed price")

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="lines")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("price"), max_length=6, choices=Kind, default=Kind.FIXED)
    title = models.CharField(_("activity"), max_length=200)
    text = models.TextField(_("description"), max_length=2000, blank=True, default="")
    role = models.ForeignKey(
        ProjectRole,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("project role"),
    )
    quantity = models.DecimalField(
        _("quantity"), max_digits=9, decimal_places=2, default=Decimal(1)
    )
    # Empty: hours of what is hourly, and nothing beside a fixed price.
    unit = models.CharField(_("unit"), max_length=20, blank=True, default="")
    price = models.DecimalField(_("rate"), max_digits=12, decimal_places=2)
    discount = models.DecimalField(_("discount"), max_digits=5, decimal_places=2, default=NOTHING)
    optional = models.BooleanField(_("optional"), default=False)
    chosen = models.BooleanField(_("chosen"), default=False)

    class Meta:
        verbose_name = _("line of an offer")
        verbose_name_plural = _("lines of offers")
        default_permissions = ()
        ordering: ClassVar = ["order", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title=""), name="offers_line_has_title"),
            models.CheckConstraint(
                condition=Q(kind__in=["hourly", "fixed"]), name="offers_line_kind"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0),
                name="offers_line_quantity",
                violation_error_message=_("Write 0 or more."),
            ),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=100),
                name="offers_line_discount",
                violation_error_message=_("A discount is between 0 and 100 per cent."),
            ),
            models.CheckConstraint(
                condition=Q(optional=True) | Q(chosen=False), name="offers_line_chosen_is_optional"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TextTemplate(models.Model):
    """A text that offers can begin or end with."""

    class Kind(models.TextChoices):
        INTRODUCTION = "introduction", _("Introduction")
        TERMS = "terms", pgettext_lazy("of an offer", "Terms")

    kind = models.CharField(_("for"), max_length=12, choices=Kind)
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.NORWEGIAN
    )
    text = models.TextField(_("text"), max_length=10_000)

    class Meta:
        verbose_name = _("text template")
        verbose_name_plural = _("text templates")
        ordering: ClassVar = ["kind", "language", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "language", "name"],
                name="offers_text_template_name",
                violation_error_message=_("There is already a text with this name."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="offers_text_template_has_name"),
        ]

    def __str__(self) -> str:
        return self.name
