"""The numbers of invoices and credit notes, from their series."""

from customers.models import NumberSeries
from customers.numbers import Numbered
from moment.ledger.models import Invoice

INVOICES = Numbered(NumberSeries.Kind.INVOICE, Invoice)
