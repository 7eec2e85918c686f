"""What one of a currency is in the company's, as far as the ledger knows."""

from decimal import Decimal

from moment.ledger.models import Invoice, Payment
from moment.models import CompanySettings


def last_used(currency: str) -> Decimal | None:
    """Return the rate of the last payment or invoice in it, whose ever; None for none yet.

    1 for the company's own.
    """
    if currency == CompanySettings.current().currency:
        return Decimal(1)
    paid = Payment.objects.filter(currency=currency).order_by("-paid_on", "-pk")
    invoiced = Invoice.objects.final().filter(currency=currency).order_by("-issued_on", "-pk")
    found = [
        *paid.values_list("paid_on", "rate")[:1],
        *invoiced.values_list("issued_on", "rate")[:1],
    ]
    return max(found)[1] if found else None
