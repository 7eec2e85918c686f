"""What of the ledger the overview of customers and their pages show: columns, a filter, a mark.

All come through the indexes over open items.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Max, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.columns import Column
from customers.further_filters import FurtherFilter
from customers.marks import Mark, Shown
from customers.models import Customer
from moment.ledger import ageing
from moment.ledger.models import Invoice
from moment.ledger.models.invoice import InvoiceQuerySet
from moment.models import CompanySettings
from moment.money import amount
from moment.templatetags.moment import short_date

MAY = "ledger.view_invoice"


class Outstanding(Column):
    """What a customer owes today, by currency; negative where it has paid too much."""

    name, heading = "outstanding", gettext_lazy("Outstanding")
    permission = MAY
    is_number = True
    template = "projects/_sums.html"

    def values(self, customers: Sequence[int]) -> Mapping[int, Any]:
        currency = CompanySettings.current().currency
        found = ageing.of_customers(customers, timezone.localdate(), currency)
        return {
            customer: {code: one.balance for code, one in aged.by_currency.items()}
            for customer, aged in found.items()
        }


class Overdue(Column):
    """What a customer should have paid by now, by currency."""

    name, heading = "overdue", gettext_lazy("Overdue")
    permission = MAY
    is_number = True
    template = "ledger/_overdue_sums.html"

    def values(self, customers: Sequence[int]) -> Mapping[int, Any]:
        rows = Invoice.objects.overdue().filter(customer__in=customers).order_by()
        sums = rows.values_list("customer", "currency").annotate(Sum("remaining"))
        found: dict[int, dict[str, Decimal]] = {}
        for customer, currency, remaining in sums:
            found.setdefault(customer, {})[currency] = ageing.exact(remaining)
        return found


class LastInvoice(Column):
    """When a customer got its last invoice."""

    name, heading = "last_invoice", gettext_lazy("Last invoice")
    permission = MAY

    def values(self, customers: Sequence[int]) -> Mapping[int, str]:
        rows = Invoice.objects.final().filter(customer__in=customers, issued_on__isnull=False)
        rows = rows.filter(kind=Invoice.Kind.INVOICE).order_by()
        days = rows.values_list("customer").annotate(Max("issued_on"))
        return {customer: short_date(day) for customer, day in days}


class HasOverdue(FurtherFilter):
    """Customers with an invoice that should have been paid by now."""

    name, label, words = "overdue", gettext_lazy("Overdue"), gettext_lazy("Has overdue")
    permission = MAY

    def rows(self) -> InvoiceQuerySet:
        return Invoice.objects.overdue()


class OverdueMark(Mark):
    """How much a customer should have paid by now, with the way to its ledger."""

    permission = MAY

    def of(self, customer: Customer) -> Shown | None:
        rows = Invoice.objects.overdue().filter(customer=customer).order_by()
        sums = dict(rows.values_list("currency").annotate(Sum("remaining")))
        if not sums:
            return None
        told = " + ".join(f"{amount(sums[code])} {code}" for code in sorted(sums))
        words = _("Overdue: %(amounts)s") % {"amounts": told}
        return Shown(words, reverse("ledger:ledger", args=[customer.number]))
