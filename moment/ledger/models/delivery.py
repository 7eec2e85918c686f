"""How invoices and statements get to the customer."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moment.invoice_settings.choices import InvoiceType
from moment.ledger.models.invoice import Invoice


class Delivery(models.Model):
    """One time that an invoice was handed over: to a mail server, an access point, or on paper.

    Neither done nor failed: on its way, or nobody knows how far it got.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="deliveries")
    way = models.CharField(_("way"), max_length=6, choices=InvoiceType)
    # Addresses of e-mail, the EHF address, or the address on the letter.
    to = models.CharField(_("to"), max_length=2000, blank=True, default="")
    copy_to = models.CharField(_("copy to"), max_length=2000, blank=True, default="")
    message = models.TextField(_("message"), max_length=5000, blank=True, default="")
    message_id = models.CharField(max_length=200, blank=True, default="", db_index=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(_("delivered"), null=True)
    failed_at = models.DateTimeField(_("failed"), null=True)
    error = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(way__in=["ehf", "email", "letter"]), name="ledger_delivery_way"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(failed_at=None), name="ledger_delivery_one_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}: {self.get_way_display()}"


class Statement(models.Model):
    """One time that a statement of account was sent to a customer by e-mail.

    It is written down before it is tried. Neither sent nor failed: it waits for its turn, or once
    it is begun, is on its way, or nobody knows how far it got.
    """

    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        related_name="statements",
        verbose_name=_("customer"),
    )
    # Those that were asked for together.
    batch = models.CharField(max_length=32, db_index=True)
    # What it shows: what was open at a day, and what happened since another, if asked for.
    at = models.DateField(_("balance at"))
    since = models.DateField(_("from"), null=True)
    # Addresses of e-mail.
    to = models.CharField(_("to"), max_length=2000, blank=True, default="")
    copy_to = models.CharField(_("copy to"), max_length=2000, blank=True, default="")
    message = models.TextField(_("message"), max_length=5000, blank=True, default="")
    message_id = models.CharField(max_length=200, blank=True, default="", db_index=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    begun_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    failed_at = models.DateTimeField(_("failed"), null=True)
    error = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(failed_at=None), name="ledger_statement_one_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer}, {self.at}"
