"""Who gets a customer's invoices by e-mail."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from customers.models.contact import Contact


class InvoiceRecipient(models.Model):
    """A contact of the customer, or a plain address."""

    class Kind(models.TextChoices):
        TO = "to", _("To")
        CC = "cc", _("Copy")

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="invoice_recipients"
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact"),
    )
    email = models.EmailField(_("e-mail"), blank=True, default="")
    kind = models.CharField(_("as"), max_length=2, choices=Kind, default=Kind.TO)

    class Meta:
        verbose_name = _("invoice recipient")
        verbose_name_plural = _("invoice recipients")
        ordering: ClassVar = ["-kind", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(contact=None) & ~Q(email="") | Q(contact__isnull=False, email=""),
                name="customers_recipient_one_way",
                violation_error_message=_("Choose either a contact or an address."),
            ),
            models.UniqueConstraint(
                fields=["customer", "contact"],
                name="customers_recipient_contact_once",
                violation_error_message=_("This contact is a recipient already."),
            ),
            models.UniqueConstraint(
                "customer",
                Lower("email"),
                condition=~Q(email=""),
                name="customers_recipient_email_once",
                violation_error_message=_("This address is a recipient already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.contact) if self.contact else self.email

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.customer_id]}
