"""Who sells and who buys, and where to pay, written down with an invoice and read from it again."""

from typing import Any

from customers import invoice_parties
from customers.addresses import invoice_address_of
from customers.destination import destination_of
from customers.models import Customer
from moment.invoice_settings.levels import Effective
from moment.ledger.models import Invoice
from moment.models import CompanySettings

# What of the company is written down with each invoice.
SELLER = (
    *("name", "org_number", "vat_registered", "business_register", "street", "postcode", "city"),
    *("email", "phone", "website", "currency"),
)


def write_down_buyer(invoice: Invoice, customer: Customer, effective: Effective) -> None:
    """Give an invoice its buyer as the customer is now; saves nothing. At most five queries."""
    address, _which = invoice_address_of(customer)
    invoice.buyer_number, invoice.buyer_name = customer.number, customer.name
    invoice.buyer_org_number = customer.org_number
    invoice.buyer_street, invoice.buyer_postcode = address.street, address.postcode
    invoice.buyer_city = address.city
    invoice.buyer_country = address.country or str(customer.country)
    invoice.buyer_endpoint = destination_of(customer, effective).endpoint


def write_down_seller(invoice: Invoice, company: CompanySettings) -> None:
    """Give an invoice its seller and the account to pay to; saves nothing. One query."""
    seller: dict[str, Any] = {name: getattr(company, name) for name in SELLER}
    invoice.seller = seller | {"country": str(company.country)}
    account = invoice_parties.account_for(invoice.currency)
    invoice.account = {"number": account.number, "bic": account.bic} if account else {}


def seller_of(invoice: Invoice) -> CompanySettings:
    """Return the company as it was written down with an invoice: a row that is not to be saved."""
    return CompanySettings(**invoice.seller)
