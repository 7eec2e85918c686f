"""What the ledger is made of, one file a concept."""

from auditlog.registry import auditlog

from moment.ledger.models.billed import (
    BILLED,
    BilledExpense,
    BilledPeriod,
    BilledPlanItem,
    BilledTime,
)
from moment.ledger.models.delivery import Delivery, Statement
from moment.ledger.models.export import AccountingExport
from moment.ledger.models.file import InvoiceFile
from moment.ledger.models.invoice import Invoice
from moment.ledger.models.line import InvoiceLine
from moment.ledger.models.payment import Match, OcrFile, OcrPayment, Payment

__all__ = [
    "BILLED",
    "AccountingExport",
    "BilledExpense",
    "BilledPeriod",
    "BilledPlanItem",
    "BilledTime",
    "Delivery",
    "Invoice",
    "InvoiceFile",
    "InvoiceLine",
    "Match",
    "OcrFile",
    "OcrPayment",
    "Payment",
    "Statement",
]

auditlog.register(Invoice, exclude_fields=Invoice.NOT_IN_HISTORY)
auditlog.register(Payment, exclude_fields=["made_at", "remaining", "is_open"])
