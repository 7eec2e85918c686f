"""What customers pay, and what it settles. Rows are added and never changed or taken away."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moment.ledger.models.invoice import Invoice
from moment.money import currency_code


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "PaymentQuerySet":
        """Return the payments this user may know of: all with the right to view, else none."""
        return self if user.has_perm("ledger.view_invoice") else self.none()  # type: ignore[union-attr]

    def still_open(self) -> "PaymentQuerySet":
        """Return those of which something is not matched with invoices yet."""
        return self.filter(is_open=True)


class Payment(models.Model):
    """Money from a customer; negative: money that went back. A reversal is a payment of its own.

    Amounts are in its currency. Only whose it is by now and what of it is open change later.
    """

    class Way(models.TextChoices):
        MANUAL = "manual", _("Entered by hand")
        OCR = "ocr", _("OCR giro")

    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        related_name="payments",
        verbose_name=_("customer"),
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, validators=[currency_code])
    # What one of the currency is in the company's.
    rate = models.DecimalField(_("exchange rate"), max_digits=14, decimal_places=6, default=1)
    paid_on = models.DateField(_("paid"))
    way = models.CharField(_("source"), max_length=6, choices=Way, default=Way.MANUAL)
    kid = models.CharField(_("KID"), max_length=25, blank=True, default="")
    text = models.CharField(_("text"), max_length=200, blank=True, default="")
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    # What of it no invoice has taken yet; of the sign of `amount`.
    remaining = models.DecimalField(max_digits=14, decimal_places=2, editable=False)
    is_open = models.BooleanField(default=True, editable=False)
    made_at = models.DateTimeField(_("entered"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )

    objects = PaymentQuerySet.as_manager()

    CHANGING: ClassVar = ("customer", "remaining", "is_open")

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering: ClassVar = ["-paid_on", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["customer", "paid_on"], name="ledger_payment_customer"),
            models.Index(fields=["paid_on", "id"], name="ledger_payment_day"),
            models.Index(
                fields=["customer", "paid_on", "currency", "remaining", "rate", "is_open", "id"],
                name="ledger_payment_open",
                condition=Q(is_open=True),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_payment_amount"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="ledger_payment_rate"),
            models.CheckConstraint(
                condition=Q(is_open=False, remaining=0) | (Q(is_open=True) & ~Q(remaining=0)),
                name="ledger_payment_open_remains",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.customer_id]}


class MatchQuerySet(models.QuerySet["Match"]):
    def in_force(self) -> "MatchQuerySet":
        """Return those that nobody has taken back, without those that take others back."""
        return self.filter(takes_back=None, taken_back_by=None)


class Match(models.Model):
    """So much of what a customer owes is settled by what it has to its credit, in one currency.

    What it owes is an invoice, or money that went back to it; to its credit is a payment or a
    credit note. It counts from `matched_on`, the day of the later of the two. What was matched is
    taken back by a row with the opposite amount.
    """

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, related_name="matches"
    )
    repayment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, related_name="repaid"
    )
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, related_name="matches"
    )
    credit_note = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, related_name="credited"
    )
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    matched_on = models.DateField()
    takes_back = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="taken_back_by"
    )
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = MatchQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["pk"]
        # What was settled after a day was open on it.
        indexes: ClassVar = [
            models.Index(fields=["matched_on"], name="ledger_match_day"),
            # Of few: by the indexes of their columns alone, SQLite would rather read all matches.
            models.Index(
                fields=["credit_note", "matched_on"],
                name="ledger_match_credit_note",
                condition=Q(credit_note__isnull=False),
            ),
            models.Index(
                fields=["repayment", "matched_on"],
                name="ledger_match_repayment",
                condition=Q(repayment__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(
                    Q(invoice__isnull=False, repayment=None)
                    | Q(invoice=None, repayment__isnull=False)
                )
                & (
                    Q(payment__isnull=False, credit_note=None)
                    | Q(payment=None, credit_note__isnull=False)
                ),
                name="ledger_match_two_sides",
            ),
            models.CheckConstraint(
                condition=Q(takes_back=None, amount__gt=0)
                | Q(takes_back__isnull=False, amount__lt=0),
                name="ledger_match_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"

    @property
    def is_reversal(self) -> bool:
        """Tell whether it matches a payment with what reverses it."""
        one, other = self.repayment, self.payment
        if one is None or other is None:
            return False
        return one.reverses_id == other.pk or other.reverses_id == one.pk


class OcrFile(models.Model):
    """A file of the bank's with OCR giro payments (BBS format), read once."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=200)
    # The bank's number of the transmission, unique for years.
    transmission = models.CharField(_("transmission"), max_length=20)
    read_at = models.DateTimeField(_("read"), default=timezone.now)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("OCR file")
        verbose_name_plural = _("OCR files")
        default_permissions = ()
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.name


class OcrPaymentQuerySet(models.QuerySet["OcrPayment"]):
    def unknown(self) -> "OcrPaymentQuerySet":
        """Return those of which nobody knows yet whose they are."""
        return self.filter(payment=None)


class OcrPayment(models.Model):
    """One payment in such a file; without a payment of ours while nobody knows whose it is."""

    file = models.ForeignKey(OcrFile, on_delete=models.PROTECT, related_name="rows")
    account = models.CharField(_("account"), max_length=11)
    paid_on = models.DateField(_("paid"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    kid = models.CharField(_("KID"), max_length=25, blank=True, default="")
    payer = models.CharField(_("payer's account"), max_length=11, blank=True, default="")
    text = models.CharField(_("text"), max_length=40, blank=True, default="")
    # What the bank knows it by: the same payment in another file is the same.
    reference = models.CharField(_("reference"), max_length=60, unique=True)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, null=True, related_name="ocr")

    objects = OcrPaymentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="ledger_ocr_unknown", condition=Q(payment=None))
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.kid}"
