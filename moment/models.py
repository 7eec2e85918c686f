"""Users, the company that runs Moment, and what files hold."""

from typing import ClassVar

from auditlog.registry import auditlog
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from moment.invoice_settings.choices import InvoiceType, Level
from moment.invoice_settings.levels import constraint, with_invoice_settings
from moment.money import currency_code
from moment.names import initials

__all__ = ["BankAccount", "CompanySettings", "Content", "InvoiceType", "User", "currency_code"]


class User(AbstractUser):
    """A colleague who can sign in."""

    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Empty: the browser's language."),
    )

    NAME_ORDER: ClassVar = ["first_name", "last_name", "username"]

    class Meta(AbstractUser.Meta):
        ordering: ClassVar = ["first_name", "last_name", "username"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def initials(self) -> str:
        return initials(str(self))


class Content(models.Model):
    """The bytes of a file, kept once however many files hold them. Never changed.

    `sha256` is of the bytes as kept. `unused_since` is set when the last file that holds them is
    gone; some time later they are removed (see `moment.content`).
    """

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size"))  # bytes
    # A media type, found in the bytes themselves, never by a file's name.
    kind = models.CharField(_("kind"), max_length=100)
    # Where the storage keeps them: made of the hash, with nothing in it that people wrote.
    path = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    unused_since = models.DateTimeField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return self.sha256[:12]


@with_invoice_settings(Level.COMPANY)
class CompanySettings(models.Model):
    """The company itself. There is one row, made on first use."""

    name = models.CharField(_("name"), max_length=200, default="Moment")
    org_number = models.CharField(_("company reg. no."), max_length=20, blank=True, default="")
    vat_registered = models.BooleanField(
        _("in the VAT register"), default=True, help_text=_("Prints MVA after the reg. no.")
    )
    business_register = models.BooleanField(
        _("in the Register of Business Enterprises"),
        default=False,
        help_text=_("Prints Foretaksregisteret, as limited companies must."),
    )
    street = models.CharField(_("street"), max_length=300, blank=True, default="")
    postcode = models.CharField(_("postcode"), max_length=20, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    country = CountryField(_("country"), default="NO")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    phone = models.CharField(_("phone"), max_length=50, blank=True, default="")
    website = models.URLField(_("website"), blank=True, default="")
    logo = models.ForeignKey(
        Content,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
    )
    currency = models.CharField(
        _("standard currency"),
        max_length=3,
        default="NOK",
        validators=[currency_code],
        help_text=_("Used wherever a customer or project has none of its own."),
    )
    invoice_type = models.CharField(
        _("preferred invoice type"),
        max_length=6,
        choices=InvoiceType,
        default=InvoiceType.EMAIL,
        help_text=_("How customers get their invoices unless they want something else."),
    )
    # Rises with each edit, so that two people who edit at once are told.
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("company settings")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pk=1), name="moment_one_company"),
            constraint(
                Level.COMPANY,
                "moment_company_invoice_settings",
                besides=["currency", "invoice_type"],
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "CompanySettings":
        """Return the one row, or its defaults unsaved while nobody has changed them."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class BankAccount(models.Model):
    """An account of the company's that customers pay to, and how its KID is made.

    A KID is the customer's number, the invoice's number, both filled up with zeros to their
    widths, and a check digit: 2 to 25 digits, by the bank's agreement.
    """

    class Check(models.TextChoices):
        NONE = "none", _("No KID")
        MOD10 = "mod10", _("Modulus 10")
        MOD11 = "mod11", _("Modulus 11")

    number = models.CharField(_("account number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True, default="")
    bic = models.CharField(_("BIC"), max_length=11, blank=True, default="")
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        default="",
        validators=[currency_code],
        help_text=_("Empty: for every currency that has no account of its own."),
    )
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("The lowest comes first.")
    )
    kid_check = models.CharField(
        _("KID check digit"), max_length=5, choices=Check, default=Check.NONE
    )
    kid_customer_digits = models.PositiveSmallIntegerField(
        _("KID: digits of the customer's number"), default=0
    )
    kid_invoice_digits = models.PositiveSmallIntegerField(
        _("KID: digits of the invoice's number"), default=0
    )

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        ordering: ClassVar = ["order", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kid_check="none")
                | Q(
                    kid_customer_digits__lte=24 - F("kid_invoice_digits"),
                    kid_invoice_digits__gte=1,
                ),
                name="moment_bank_account_kid",
                violation_error_message=_(
                    "A KID has at most 25 digits with its check digit, and some of the invoice's."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number


auditlog.register(CompanySettings, exclude_fields=["version"])
auditlog.register(BankAccount)
