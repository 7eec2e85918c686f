"""Files that go with invoices."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from moment.ledger.models.invoice import Invoice
from moment.models import Content


class InvoiceFile(models.Model):
    """A file that goes with an invoice: the document itself in its forms, and attachments."""

    class Kind(models.TextChoices):
        PDF = "pdf", _("Invoice as PDF")
        EHF = "ehf", _("Invoice as EHF")
        HOURS_PDF = "hours_pdf", _("Hours specification as PDF")
        HOURS_XLSX = "hours_xlsx", _("Hours specification as XLSX")
        ATTACHMENT = "attachment", _("Attachment")

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["order", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["invoice", "kind"],
                condition=~Q(kind="attachment"),
                name="ledger_file_once",
            )
        ]

    def __str__(self) -> str:
        return self.name
