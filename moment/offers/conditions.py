"""What holds for an offer: its own choice, or what the customer's invoice settings say.

Once it is sent, what held then: neither the customer's settings nor the company's change it.
"""

from dataclasses import dataclass
from decimal import Decimal

from customers import invoicing
from customers.invoice_lines import vat_rate
from moment.invoice_settings.choices import VatCode
from moment.models import CompanySettings
from moment.offers.models import Offer


@dataclass(frozen=True)
class Conditions:
    currency: str
    language: str
    vat_code: VatCode
    vat_rate: Decimal  # per cent
    vat_registered: bool  # the seller


def of(offer: Offer, company: CompanySettings | None = None) -> Conditions:
    """Return what holds for an offer, which brings its customer. At most one query."""
    company = company or CompanySettings.current()

    def value(name: str) -> str:
        return str(invoicing.value(name, offer.customer, company))

    vat = "vat_code" if offer.customer.is_norwegian else "vat_code_foreign"
    code = VatCode(offer.vat_code or value(vat))
    registered, rate = offer.vat_registered, offer.vat_rate
    if registered is None or rate is None:
        registered = company.vat_registered
        rate = vat_rate(code, registered=registered)
    return Conditions(
        currency=offer.currency or value("currency"),
        language=offer.language or value("language"),
        vat_code=code,
        vat_rate=rate,
        vat_registered=registered,
    )
