"""Users and the company that runs Moment."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from moment.names import initials

currency_code = RegexValidator(r"^[A-Z]{3}\Z", _("A currency is three capital letters, like NOK."))


class InvoiceType(models.TextChoices):
    """How an invoice is sent."""

    EHF = "ehf", _("EHF")
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")


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


class CompanySettings(models.Model):
    """The company itself. There is one row, made on first use."""

    name = models.CharField(_("name"), max_length=200, default="Moment")
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

    class Meta:
        verbose_name = verbose_name_plural = _("company settings")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(pk=1), name="moment_one_company")
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "CompanySettings":
        """Return the one row, or its defaults unsaved while nobody has changed them."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
