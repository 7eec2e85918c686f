"""Invoices and credit notes."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.invoice_document import LANGUAGES
from customers.models.number_series import can_be_number
from customers.search import searchable
from moment.fields import KeyField
from moment.invoice_settings.written import Written
from moment.ledger.models.export import AccountingExport
from moment.money import currency_code
from moment.names import number_key
from moment.projects.models import Project

NOTHING = Decimal(0)


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "InvoiceQuerySet":
        """Return the invoices this user may know of: all with the right to view, else none."""
        return self if user.has_perm("ledger.view_invoice") else self.none()  # type: ignore[union-attr]

    def numbered(self, number: str) -> "InvoiceQuerySet":
        """Return the one with this number, none where it makes no sense."""
        return self.filter(number=number) if can_be_number(number) else self.none()

    def drafts(self) -> "InvoiceQuerySet":
        return self.filter(number=None)

    def final(self) -> "InvoiceQuerySet":
        """Return those that have a number: they are in the ledger."""
        return self.filter(number__isnull=False)

    def of_split(self, invoice: "Invoice") -> "InvoiceQuerySet":
        """Return all invoices of a split, drafts too, the one with the work first; else it alone.

        Each comes with its customer.
        """
        root = invoice.part_of_id or invoice.pk
        rows = self.filter(Q(pk=root) | Q(part_of=root))
        return rows.select_related("customer").order_by("pk")

    def still_open(self) -> "InvoiceQuerySet":
        """Return those in the ledger of which something is not settled yet."""
        return self.filter(is_open=True)

    def overdue(self, on: date | None = None) -> "InvoiceQuerySet":
        """Return the invoices that should have been paid before a day and are not, as it is now."""
        day = on or timezone.localdate()
        return self.still_open().filter(due_on__lt=day, remaining__gt=0)


class Invoice(models.Model):
    """An invoice or a credit note: a draft until it is finalised, and never changed after that.

    What is printed, sent and booked is written down when it is finalised. Only whose it is by now
    (customers are merged), what of it is open, and which export took it change later; the database
    itself refuses the rest. Amounts are in its currency; those of credit notes are negative.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")

    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.INVOICE)
    # None: a draft. Given in the transaction that finalises it.
    number = models.CharField(  # noqa: DJ001  no two drafts are equal
        _("number"), max_length=20, unique=True, null=True, editable=False
    )
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        related_name="invoices",
        verbose_name=_("customer"),
    )
    # Whose settings hold; None: the customer's, where it is for several projects or for none.
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invoices",
        verbose_name=_("project"),
    )
    # Of a shared price model: the invoice that has the work, of which this is a customer's part.
    part_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="parts"
    )
    # Of a credit note: what it credits, and whether the work can be invoiced again.
    credits = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="credit_notes",
        verbose_name=_("credits"),
    )
    releases = models.BooleanField(_("work can be invoiced again"), default=False)

    # The settings it is made by, by name (`moment.invoice_settings.written`).
    invoice_settings = models.JSONField(default=dict, editable=False)
    contact = models.CharField(_("customer contact"), max_length=200, blank=True, default="")
    currency = models.CharField(_("currency"), max_length=3, validators=[currency_code])
    # What one of the currency is in the company's on the day of issue; it is booked by that.
    rate = models.DecimalField(
        _("exchange rate"), max_digits=14, decimal_places=6, null=True, blank=True
    )
    # Of a draft empty: the day on which it is finalised.
    issued_on = models.DateField(_("invoice date"), null=True, blank=True)
    # When what has no period of its own was delivered (bokføringsforskriften § 5-1-1, 4).
    delivered_on = models.DateField(
        pgettext_lazy("goods and services", "delivered"), null=True, blank=True
    )
    due_on = models.DateField(_("due date"), null=True, editable=False)

    # Sums of the lines: excluding VAT, VAT, and what is to be paid.
    net = models.DecimalField(max_digits=14, decimal_places=2, default=NOTHING, editable=False)
    vat = models.DecimalField(max_digits=14, decimal_places=2, default=NOTHING, editable=False)
    gross = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=2, default=NOTHING, editable=False
    )

    # Seller, buyer and where to pay, as they were then.
    seller = models.JSONField(default=dict, editable=False)
    account = models.JSONField(default=dict, editable=False)
    kid = models.CharField(_("KID"), max_length=25, blank=True, default="", editable=False)
    buyer_number = models.CharField(max_length=20, blank=True, default="", editable=False)
    buyer_name = models.CharField(max_length=200, blank=True, default="", editable=False)
    buyer_org_number = models.CharField(max_length=20, blank=True, default="", editable=False)
    buyer_street = models.CharField(max_length=300, blank=True, default="", editable=False)
    buyer_postcode = models.CharField(max_length=20, blank=True, default="", editable=False)
    buyer_city = models.CharField(max_length=100, blank=True, default="", editable=False)
    buyer_country = models.CharField(max_length=2, blank=True, default="", editable=False)
    # Scheme and identifier in the Peppol network, like 0192:918212444.
    buyer_endpoint = models.CharField(max_length=60, blank=True, default="", editable=False)
    finalised_at = models.DateTimeField(_("finalised"), null=True, editable=False)
    finalised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("finalised by"),
    )

    # What changes afterwards. `remaining` has the sign of `gross`.
    remaining = models.DecimalField(
        max_digits=14, decimal_places=2, default=NOTHING, editable=False
    )
    is_open = models.BooleanField(default=False, editable=False)
    # The day by whose end nothing was open any more.
    settled_on = models.DateField(null=True, editable=False)
    export = models.ForeignKey(
        AccountingExport,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="invoices",
        verbose_name=_("accounting export"),
    )

    created_at = models.DateTimeField(_("created"), default=timezone.now)
    # Rises with each edit of a draft, so that two people who edit at once are told.
    version = models.PositiveIntegerField(default=1, editable=False)
    sort_number = KeyField(max_length=60, make=lambda i: number_key(i.number or ""))
    search_text = KeyField(
        max_length=500,
        make=lambda i: searchable(i.number or "", i.buyer_name, i.kid, *i.references.values()),
    )

    objects = InvoiceQuerySet.as_manager()

    # The settings by which the customer finds it among its own papers.
    REFERENCES: ClassVar = ("your_reference", "order_reference", "contract_reference")
    # What may change of one that is final; the triggers of the database know the same columns.
    CHANGING: ClassVar = ("customer", "remaining", "is_open", "settled_on", "export")
    NOT_IN_HISTORY: ClassVar = [
        *("created_at", "version", "sort_number", "search_text", "invoice_settings"),
        *("remaining", "is_open", "settled_on", "export", "seller", "account"),
    ]

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering: ClassVar = ["-sort_number", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["sort_number", "id"], name="ledger_invoice_number"),
            models.Index(fields=["issued_on", "id"], name="ledger_invoice_issued"),
            models.Index(
                fields=["customer", "issued_on", "number"], name="ledger_invoice_customer"
            ),
            # The orders of lists.
            models.Index(fields=["due_on", "id"], name="ledger_invoice_by_due"),
            models.Index(fields=["gross", "id"], name="ledger_invoice_amount"),
            models.Index(fields=["remaining", "id"], name="ledger_invoice_remaining"),
            models.Index(
                fields=["sort_number", "id", "credits", "number"],
                name="ledger_invoice_credit",
                condition=Q(credits__isnull=False),
            ),
            # Few of many. They hold all that is asked, so that rows are not read: what a customer
            # owes, and what is overdue. SQLite wants the condition's column among them for that.
            models.Index(
                fields=[
                    *("customer", "issued_on", "due_on", "currency"),
                    *("remaining", "rate", "kind", "is_open", "id"),
                ],
                name="ledger_invoice_open",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["due_on", "id", "customer", "remaining", "is_open"],
                name="ledger_invoice_due",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["sort_number", "id", "is_open"],
                name="ledger_invoice_open_number",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["customer", "settled_on", "issued_on"],
                name="ledger_invoice_settled",
                condition=Q(settled_on__isnull=False),
            ),
            models.Index(
                fields=["created_at"], name="ledger_invoice_draft", condition=Q(number=None)
            ),
            # Of all: SQLite does not see that whoever asks for one asks for none that is empty.
            models.Index(fields=["kid"], name="ledger_invoice_kid"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="invoice", credits=None)
                | Q(kind="credit_note", credits__isnull=False, part_of=None),
                name="ledger_invoice_kind",
            ),
            models.CheckConstraint(
                condition=Q(number=None, finalised_at=None, is_open=False)
                | (
                    Q(
                        number__isnull=False,
                        finalised_at__isnull=False,
                        finalised_by__isnull=False,
                        issued_on__isnull=False,
                        due_on__isnull=False,
                        rate__gt=0,
                    )
                    & ~Q(number="")
                    & ~Q(buyer_name="")
                ),
                name="ledger_invoice_final_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(number=None)
                | Q(kind="invoice", gross__gte=0, remaining__gte=0)
                | Q(kind="credit_note", gross__lte=0, remaining__lte=0),
                name="ledger_invoice_sign",
            ),
            models.CheckConstraint(
                condition=Q(is_open=False, remaining=0)
                | (Q(is_open=True, settled_on=None) & ~Q(remaining=0)),
                name="ledger_invoice_open_remains",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}" if self.number else str(_("Draft"))

    def get_absolute_url(self) -> str:
        if self.number:
            return reverse("ledger:invoice", args=[self.number])
        return reverse("ledger:draft", args=[self.pk])

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.customer_id]}

    @property
    def is_final(self) -> bool:
        return self.number is not None

    @property
    def is_credit_note(self) -> bool:
        return self.kind == self.Kind.CREDIT_NOTE

    @property
    def sign(self) -> int:
        """Return by what amounts are multiplied so that they print as on the document."""
        return -1 if self.is_credit_note else 1

    @cached_property
    def written(self) -> Written:
        """The settings it is made by."""
        return Written(self.invoice_settings)

    @property
    def language(self) -> str:
        """Return the language that it is written in, as ours are called."""
        return LANGUAGES[self.written.value("language")]

    @property
    def references(self) -> dict[str, str]:
        """Return the references by the names of their settings, without the empty ones."""
        settings = self.invoice_settings
        return {name: text for name in self.REFERENCES if (text := settings.get(name))}

    @property
    def buyer_address(self) -> list[str]:
        """Return the lines of the buyer's address within its country, without the empty ones."""
        place = f"{self.buyer_postcode} {self.buyer_city}".strip()
        return [line for line in (*self.buyer_street.splitlines(), place) if line.strip()]

    def due_by_terms(self) -> date:
        """Return when it is to be paid, by its date; one without a date as if it had today's.

        A credit note is due at once: it is there to be matched.
        """
        days = 0 if self.is_credit_note else self.written.value("credit_terms")
        return (self.issued_on or timezone.localdate()) + timedelta(days=days)

    def delivered_by(self, lines: Iterable[Any]) -> date | None:
        """Return when it was delivered: as is said, or by its date where its lines do not tell.

        None where they do, and for credit notes.
        """
        rows = list(lines)
        if self.delivered_on or self.is_credit_note:
            return self.delivered_on
        if any(line.first_day for line in rows) and not any(line.lacks_day for line in rows):
            return None
        return self.issued_on or timezone.localdate()

    def is_overdue(self, on: date | None = None) -> bool:
        """Tell whether it should have been paid before a day and is not, as it is now."""
        waits = self.is_open and self.remaining > 0 and self.due_on is not None
        return waits and self.due_on < (on or timezone.localdate())  # type: ignore[operator]
