"""What of the work stands on an invoice. That is a fact of the ledger: the work does not know it.

Rows of drafts go with the draft. Those of a final invoice stay for ever; a credit note that gives
the work free to be invoiced again is written down as what released them.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from moment.ledger.models.invoice import Invoice
from moment.ledger.models.line import InvoiceLine
from moment.projects.models import Expense, PlanItem, PriceModel, TimeEntry


class BilledQuerySet(models.QuerySet):
    def in_force(self) -> "BilledQuerySet":
        """Return those that keep what they are of from being invoiced again."""
        return self.filter(released_by=None)


class Billed(models.Model):
    """A piece of work on a line. `amount` is its part of what the line comes to, discount off.

    In the invoice's currency, excluding VAT.
    """

    line = models.ForeignKey(InvoiceLine, on_delete=models.CASCADE, related_name="%(class)s_set")
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0))
    released_by = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = BilledQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()


class BilledTime(Billed):
    """Hours on a line.

    Where customers share a price model there is a row for each that pays a part; the one that
    `holds` stands on the invoice with the work itself, and keeps it from being invoiced again.
    """

    entry = models.ForeignKey(TimeEntry, on_delete=models.PROTECT, related_name="billed")
    holds = models.BooleanField(default=True)

    class Meta(Billed.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(holds=True, released_by=None),
                name="ledger_time_billed_once",
                violation_error_message=_("These hours are invoiced already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.amount}"


class BilledExpense(Billed):
    expense = models.ForeignKey(Expense, on_delete=models.PROTECT, related_name="billed")

    class Meta(Billed.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["expense"],
                condition=Q(released_by=None),
                name="ledger_expense_billed_once",
                violation_error_message=_("This expense is invoiced already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.expense_id}: {self.amount}"


class BilledPlanItem(Billed):
    item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, related_name="billed")

    class Meta(Billed.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(released_by=None),
                name="ledger_plan_item_billed_once",
                violation_error_message=_("This part of the payment plan is invoiced already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.amount}"


class BilledPeriod(Billed):
    """A period of a subscription, by the day on which it begins."""

    price_model = models.ForeignKey(PriceModel, on_delete=models.PROTECT, related_name="billed")
    begins_on = models.DateField()

    class Meta(Billed.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["price_model", "begins_on"],
                condition=Q(released_by=None),
                name="ledger_period_billed_once",
                violation_error_message=_("This period is invoiced already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.price_model_id} {self.begins_on}: {self.amount}"


# All that says of a piece of work that it is invoiced.
BILLED: Sequence[Any] = (BilledTime, BilledExpense, BilledPlanItem, BilledPeriod)
