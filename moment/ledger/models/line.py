"""Lines of invoices and credit notes."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from moment.invoice_settings.choices import VatCode
from moment.ledger.models.invoice import Invoice
from moment.projects.models import PriceModel, Project


class InvoiceLine(models.Model):
    """A line, with its VAT. On credit notes quantity and amount are negative.

    `amount` excludes VAT. Without a quantity, or with several prices in it, `price` is empty.
    """

    class Kind(models.TextChoices):
        WORK = "work", _("Work")
        PLAN = "plan", _("Payment plan")
        SUBSCRIPTION = "subscription", _("Subscription")
        EXPENSE = "expense", _("Expense")
        SURCHARGE = "surcharge", _("Surcharge on expenses")
        DISCOUNT = "discount", _("Discount")
        CHARGE = "charge", _("Charge")
        # Of a shared price model: what the others pay, and what one of the others pays.
        DEDUCTION = "deduction", _("Paid by others")
        SHARE = "share", _("Share")
        OTHER = "other", _("Other")

    COPIED: ClassVar = (
        *("kind", "heading", "text", "quantity", "unit", "price", "amount"),
        *("first_day", "last_day", "vat_code", "vat_rate", "sales_account"),
        *("project_id", "price_model_id"),
    )
    # Taken off or put on the whole in an EHF; all else are lines there too.
    OF_THE_WHOLE: ClassVar = (Kind.DISCOUNT, Kind.CHARGE)
    # They change what the other lines come to, and are delivered with these.
    WITHOUT_DAY: ClassVar = (*OF_THE_WHOLE, Kind.SURCHARGE, Kind.DEDUCTION)

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.OTHER)
    # What it stands under, such as a project; empty: nothing.
    heading = models.CharField(_("heading"), max_length=250, blank=True, default="")
    text = models.CharField(_("text"), max_length=1000)
    quantity = models.DecimalField(
        _("quantity"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    # Empty: hours of work, and nothing beside other things.
    unit = models.CharField(_("unit"), max_length=20, blank=True, default="")
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, null=True, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    vat_code = models.CharField(_("VAT code"), max_length=2, choices=VatCode)
    vat_rate = models.DecimalField(_("VAT"), max_digits=5, decimal_places=2)  # per cent
    sales_account = models.CharField(_("account"), max_length=8, blank=True, default="")
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    price_model = models.ForeignKey(
        PriceModel, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Of a credit note: the line that it credits.
    credited = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="credited_by"
    )

    class Meta:
        verbose_name = _("line of an invoice")
        verbose_name_plural = _("lines of invoices")
        default_permissions = ()
        ordering: ClassVar = ["order", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="ledger_line_has_text"),
            models.CheckConstraint(
                condition=Q(vat_rate__gte=0, vat_rate__lte=100), name="ledger_line_vat"
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="ledger_line_period",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def lacks_day(self) -> bool:
        """Tell whether it says what was delivered, but not when."""
        return self.first_day is None and self.kind not in self.WITHOUT_DAY

    def copied(self, invoice: Invoice, **other: Any) -> "InvoiceLine":
        """Return a line of another invoice like this one, but for these columns; not saved."""
        return InvoiceLine(invoice=invoice, **{n: getattr(self, n) for n in self.COPIED} | other)
