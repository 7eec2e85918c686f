"""The customer itself."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from customers.models.address import AS_THE_CUSTOMER, Address
from customers.models.classification import Tag
from customers.models.merge import MergeChange
from customers.models.number_series import can_be_number, valid_number
from customers.search import searchable
from moment.fields import KeyField
from moment.invoice_settings.choices import Level
from moment.invoice_settings.levels import constraint, with_invoice_settings
from moment.models import InvoiceType, User, currency_code
from moment.names import name_key, number_key, sort_key
from registry.org_number import formatted

# Sorts after every name.
NOBODY = "~"


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "CustomerQuerySet":
        """Return the customers this user may know of: all with the right to view, else none."""
        return self if user.has_perm("customers.view_customer") else self.none()  # type: ignore[union-attr]

    # Who can be chosen where: the table of statuses and relations. Existing links always stay.

    def for_new_project(self) -> "CustomerQuerySet":
        """Return those that a new project can be for."""
        return self.filter(
            status=Customer.Status.ACTIVE,
            relation__in=[Customer.Relation.CUSTOMER, Customer.Relation.BOTH],
        )

    def for_price_model(self) -> "CustomerQuerySet":
        """Return those that can be added to a price model as a further customer."""
        return self.filter(status=Customer.Status.ACTIVE)

    def for_new_offer(self) -> "CustomerQuerySet":
        """Return those that can be given a new offer."""
        return self.filter(status__in=[Customer.Status.POTENTIAL, Customer.Status.ACTIVE])

    def for_new_invoice(self) -> "CustomerQuerySet":
        """Return those that can be invoiced for work that is there already."""
        return self.exclude(status=Customer.Status.BLOCKED)

    def place_of(self, number: str, fields: Sequence[str]) -> tuple[Any, ...] | None:
        """Return these fields of the customer with the number; None where it makes no sense."""
        if not can_be_number(number):
            return None
        return self.filter(number=number).values_list(*fields).first()

    def resort_responsible(self, user: User) -> None:
        """Sort the customers that a user is responsible for by the name the user has now."""
        key = sort_key(str(user))
        self.filter(responsible=user).exclude(sort_responsible=key).update(sort_responsible=key)


class LivingManager(models.Manager.from_queryset(CustomerQuerySet)):  # type: ignore[misc]
    """The customers that are their own: those merged into another appear nowhere else."""

    def get_queryset(self) -> CustomerQuerySet:
        return super().get_queryset().filter(merged_into=None)


_SEARCHED = 4000  # characters that a customer is found by
# What a customer goes on being found by when it is part of another.
_CALLED = ("name", "number", "org_number")
# The settings of invoices that the model names itself.
_NAMED = ["invoice_type", "currency", "language", "invoice_contact"]


@with_invoice_settings(Level.CUSTOMER)
class Customer(models.Model):
    """A company or person we work for or with.

    Has a column for each of `moment.invoice_settings` too.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        POTENTIAL = "potential", _("Potential")
        INACTIVE = "inactive", _("Inactive")
        BLOCKED = "blocked", _("Blocked")

    class Relation(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        PARTICIPANT = "participant", _("Project participant")
        BOTH = "both", _("Both")

    class Language(models.TextChoices):
        __empty__ = _("Company's standard")
        NORWEGIAN = "nb", _("Norwegian")
        ENGLISH = "en", _("English")

    number = models.CharField(
        _("number"),
        max_length=20,
        unique=True,
        validators=[valid_number],
        error_messages={"unique": _("This number is already used.")},
    )
    name = models.CharField(_("name"), max_length=200)
    country = CountryField(_("country"), default="NO")
    org_number = models.CharField(_("company reg. no."), max_length=20, blank=True, default="")
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.ACTIVE)
    relation = models.CharField(
        _("relation"), max_length=11, choices=Relation, default=Relation.CUSTOMER
    )
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), blank=True, related_name="customers")
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible"),
    )

    visiting_street = models.CharField(_("street"), max_length=300, blank=True, default="")
    visiting_postcode = models.CharField(_("postcode"), max_length=20, blank=True, default="")
    visiting_city = models.CharField(_("city"), max_length=100, blank=True, default="")
    visiting_country = CountryField(
        _("country"), blank=True, default="", blank_label=AS_THE_CUSTOMER
    )
    postal_street = models.CharField(_("street"), max_length=300, blank=True, default="")
    postal_postcode = models.CharField(_("postcode"), max_length=20, blank=True, default="")
    postal_city = models.CharField(_("city"), max_length=100, blank=True, default="")
    postal_country = CountryField(_("country"), blank=True, default="", blank_label=AS_THE_CUSTOMER)
    invoice_street = models.CharField(_("street"), max_length=300, blank=True, default="")
    invoice_postcode = models.CharField(_("postcode"), max_length=20, blank=True, default="")
    invoice_city = models.CharField(_("city"), max_length=100, blank=True, default="")
    invoice_country = CountryField(
        _("country"), blank=True, default="", blank_label=AS_THE_CUSTOMER
    )

    email = models.EmailField(_("e-mail"), blank=True, default="")
    # Empty: the company's standard.
    invoice_type = models.CharField(
        _("preferred invoice type"), max_length=6, blank=True, default="", choices=InvoiceType
    )
    invoice_email = models.EmailField(_("invoice e-mail"), blank=True, default="")
    phone = models.CharField(_("phone"), max_length=50, blank=True, default="")
    website = models.URLField(_("website"), blank=True, default="")
    bank_account = models.CharField(_("bank account"), max_length=40, blank=True, default="")
    currency = models.CharField(
        _("currency"), max_length=3, blank=True, default="", validators=[currency_code]
    )
    language = models.CharField(
        _("language"),
        max_length=5,
        blank=True,
        default="",
        choices=Language,
        help_text=_("Used on offers and invoices."),
    )

    invoice_contact = models.ForeignKey(
        "customers.Contact",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer contact"),
    )

    # Set for a customer that was merged: the one that was kept, also through later merges of that.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name=_("merged into"),
    )

    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_activity_at = models.DateTimeField(_("last activity"), default=timezone.now)
    # Rises with each edit, so that two people who edit at once are told.
    version = models.PositiveIntegerField(default=1, editable=False)

    sort_number = KeyField(max_length=60, make=lambda c: number_key(c.number))
    sort_name = KeyField(make=lambda c: sort_key(c.name))
    sort_city = KeyField(make=lambda c: sort_key(c.city) or NOBODY)
    sort_responsible = KeyField(
        make=lambda c: sort_key(str(c.responsible)) if c.responsible else NOBODY
    )
    name_key = KeyField(make=lambda c: name_key(c.name))
    search_text = KeyField(max_length=_SEARCHED, make=lambda c: c.searchable())

    objects = LivingManager()
    with_merged = CustomerQuerySet.as_manager()

    NOT_IN_HISTORY: ClassVar = [
        "created_at",
        "last_activity_at",
        "merged_into",
        "version",
        "sort_number",
        "sort_name",
        "sort_city",
        "sort_responsible",
        "name_key",
        "search_text",
    ]
    SORTS: ClassVar = {
        "number": ["sort_number"],
        "name": ["sort_name"],
        "status": ["status"],
        "relation": ["relation"],
        "city": ["sort_city"],
        "responsible": ["sort_responsible"],
        "activity": ["last_activity_at"],
    }

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering: ClassVar = ["sort_number"]
        # The overview walks these in order, with a status or with all, and never sorts.
        indexes: ClassVar = [
            models.Index(
                fields=[*status, column, "id"],
                name=f"customers_{prefix}{short}",
                condition=Q(merged_into=None),
            )
            for prefix, status in (("", []), ("status_", ["status"]))
            for short, column in (
                ("number", "sort_number"),
                ("name", "sort_name"),
                ("city", "sort_city"),
                ("resp", "sort_responsible"),
                ("relation", "relation"),
                ("activity", "last_activity_at"),
            )
            if (prefix, short) != ("status_", "relation")
        ] + [
            # With `merged_into`, though all have none, so that counting reads no row.
            models.Index(
                fields=["status", "relation", "id", "merged_into"],
                name="customers_status_relation",
                condition=Q(merged_into=None),
            ),
            models.Index(
                fields=["status", "id", "merged_into"],
                name="customers_status",
                condition=Q(merged_into=None),
            ),
            models.Index(
                fields=["country", "status", "merged_into"],
                name="customers_country",
                condition=Q(merged_into=None),
            ),
            models.Index(
                fields=["responsible", "status", "merged_into"],
                name="customers_responsible",
                condition=Q(merged_into=None),
            ),
            models.Index(
                fields=["merged_into"],
                name="customers_merged",
                condition=Q(merged_into__isnull=False),
            ),
            # Whoever makes a new customer hears of merged ones too.
            models.Index(fields=["org_number"], name="customers_org_number"),
            models.Index(fields=["name_key", "status", "merged_into"], name="customers_name_key"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="customers_customer_has_name"),
            models.CheckConstraint(condition=~Q(number=""), name="customers_customer_has_number"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="customers_customer_not_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "potential", "inactive", "blocked"]),
                name="customers_customer_status",
            ),
            models.CheckConstraint(
                condition=Q(relation__in=["customer", "participant", "both"]),
                name="customers_customer_relation",
            ),
            models.CheckConstraint(
                condition=Q(invoice_type__in=["", "ehf", "email", "letter"]),
                name="customers_customer_invoice_type",
            ),
            models.CheckConstraint(
                condition=(~Q(country="NO") | Q(org_number="") | Q(Exact(Length("org_number"), 9))),
                name="customers_customer_norwegian_org_number",
                violation_error_message=_("A Norwegian company reg. no. has nine digits."),
            ),
            constraint(Level.CUSTOMER, "customers_customer_invoice_settings", besides=_NAMED),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("customers:profile", args=[self.number])

    @property
    def visiting(self) -> Address:
        return self._address("visiting")

    @property
    def postal(self) -> Address:
        return self._address("postal")

    @property
    def invoice(self) -> Address:
        return self._address("invoice")

    @property
    def city(self) -> str:
        return self.visiting_city or self.postal_city

    @property
    def formatted_org_number(self) -> str:
        return formatted(self.org_number) if self.is_norwegian else self.org_number

    @property
    def is_norwegian(self) -> bool:
        return self.country == "NO"

    def kept_before(self, trouble: str) -> tuple:
        """Return by what the best one to keep of several is first: `trouble` is the register's.

        One without trouble, by its status, with a reg. no., which ties it to the register and to
        where its EHF goes; then the oldest, whose number most people know.
        """
        status = self.Status.values.index(self.status)
        return bool(trouble), status, not self.org_number, self.pk

    def searchable(self) -> str:
        """Return what the overview's search finds this customer by, its contacts last.

        One that is merged is found by nothing, so that a search does not meet what nobody sees.
        What was merged into it is found by its names and numbers, and so is the customer by those
        that gave way then. Two queries, a third where anything was merged, none for a customer that
        is new. Contacts who had left when it was made are left out. Nothing renews it on the
        day that one begins or has left.
        """
        if self.merged_into_id:
            return ""
        own = [self.name, self.number, self.org_number, self.email, self.invoice_email, self.city]
        if not self.pk:
            return searchable(*own)
        merged = Customer.with_merged.filter(merged_into=self).order_by("pk")
        if parts := list(merged.values_list("pk", *_CALLED)):
            own += [text for part in parts for text in part[1:]]
            own += _called_before([self.pk, *(part[0] for part in parts)])
        employed = Q(employed_until=None) | Q(employed_until__gte=timezone.localdate())
        contacts = self.contacts.filter(employed, person__erased_at=None).order_by("pk")
        known = contacts.values_list("person__name", "email", "person__emails__address")
        # No more than fill the column, which has four letters for each.
        texts = (text or "" for row in known[: _SEARCHED // 4] for text in row)
        return searchable(*own, *texts, longest=_SEARCHED)

    def _address(self, kind: str) -> Address:
        return Address(
            *(
                str(getattr(self, f"{kind}_{part}"))
                for part in ("street", "postcode", "city", "country")
            )
        )


def _called_before(customers: Sequence[int]) -> list[str]:
    """Return what these customers were called until something was merged into them; one query."""
    changes = MergeChange.objects.filter(
        merge__kept__in=customers, merge__undone_at=None, model="customers.customer"
    )
    logged = changes.filter(key=F("merge__kept")).order_by("pk").values_list("values", flat=True)
    return [values[name][0] or "" for values in logged for name in _CALLED if name in values]
