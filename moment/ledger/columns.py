"""What of the ledger the overview of customers and their pages show: columns, a filter, a mark.

All come through the indexes over open items.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.columns import Column, sums
from customers.further_filters import FurtherFilter
from customers.marks import Mark, Shown
from customers.models import Customer
from moment.ledger import ageing, items
from moment.ledger.ageing import Aged
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
    is_number = is_sums = True

    def values(self, customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, str]:
        return {one: sums(amounts) for one, amounts in self.plain(customers, found).items()}

    def plain(self, customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, Any]:
        return {
            customer: {code: one.balance for code, one in aged.by_currency.items()}
            for customer, aged in _aged(customers, found).items()
        }


class Overdue(Column):
    """What a customer should have paid by now, by currency."""

    name, heading = "overdue", gettext_lazy("Overdue")
    permission = MAY
    is_number = is_sums = is_bad = True

    def values(self, customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, str]:
        return {one: sums(amounts) for one, amounts in self.plain(customers, found).items()}

    def plain(self, customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, Any]:
        amounts = {
            customer: {code: one.overdue for code, one in aged.by_currency.items() if one.overdue}
            for customer, aged in _aged(customers, found).items()
        }
        return {customer: one for customer, one in amounts.items() if one}


class LastInvoice(Column):
    """When a customer got its last invoice."""

    name, heading = "last_invoice", gettext_lazy("Last invoice")
    permission = MAY

    def values(self, customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, str]:
        shown = cache(short_date)
        return {one: shown(day) for one, day in self.plain(customers, found).items()}

    def plain(self, customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, Any]:
        # Of each customer the index is read from its end, as far as the first that is one.
        last = (
            "SELECT id, (SELECT issued_on FROM ledger_invoice i WHERE i.customer_id = c.id "  # noqa: S608
            "AND i.number IS NOT NULL AND i.kind = 'invoice' ORDER BY issued_on DESC LIMIT 1) "
            f"FROM customers_customer c WHERE id IN ({', '.join(['%s'] * len(customers))})"
        )
        days = ((key, items.read_day(day)) for key, day in items.rows_of(last, customers))
        return {customer: day for customer, day in days if day}


def _aged(customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, Aged]:
    """Return what customers owe today, fetched once for all columns."""
    if "aged" not in found:
        currency = CompanySettings.current().currency
        found["aged"] = ageing.of_customers(customers, timezone.localdate(), currency)
    return found["aged"]


class HasOverdue(FurtherFilter):
    """Customers with an invoice that should have been paid by now."""

    name, label, words = "overdue", gettext_lazy("Overdue"), gettext_lazy("Has overdue")
    permission = MAY

    def rows(self) -> InvoiceQuerySet:
        return Invoice.objects.overdue()


class OverdueMark(Mark):
    """How much a customer should have paid by now, with the way to its ledger."""

    permission = MAY

    def rows(self) -> InvoiceQuerySet:
        return Invoice.objects.overdue()

    def of(self, customer: Customer) -> Shown | None:
        rows = self.rows().filter(customer=customer).order_by()
        sums = dict(rows.values_list("currency").annotate(Sum("remaining")))
        if not sums:
            return None
        told = " + ".join(f"{amount(sums[code])} {code}" for code in sorted(sums))
        words = _("Overdue: %(amounts)s") % {"amounts": told}
        return Shown(words, reverse("ledger:ledger", args=[customer.number]))
