"""The tabs of a customer that this app adds."""

from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.tabs import Tab
from moment.ledger.models import Invoice
from moment.ledger.models.invoice import InvoiceQuerySet


class Invoices(Tab):
    name, title = "ledger:of_customer", _("Invoices")
    permission = "ledger.view_invoice"

    def rows(self, customer: Customer) -> InvoiceQuerySet:
        return Invoice.objects.final().filter(customer=customer)


class Ledger(Tab):
    name, title = "ledger:ledger", _("Ledger")
    permission = "ledger.view_invoice"
