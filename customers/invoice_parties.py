"""Who sells and who buys, and where to pay, as invoices made today print them."""

from django.utils.translation import gettext as _

from customers.addresses import invoice_address_of
from customers.invoice_document import Account, Buyer, Seller
from customers.models import Customer
from customers.models.address import Address
from moment import kid
from moment.models import BankAccount, CompanySettings
from registry.org_number import formatted


def seller_of(company: CompanySettings) -> Seller:
    """Return the company as it is now. Its reg. no. prints with MVA where that belongs.

    By the bookkeeping rules an invoice names the seller's reg. no., followed by MVA for those in
    the VAT register, and limited companies add Foretaksregisteret.
    """
    norwegian = company.country == "NO"
    number = formatted(company.org_number) if norwegian else company.org_number
    if number and norwegian and company.vat_registered:
        number = f"NO {number} MVA"
    address = Address(company.street, company.postcode, company.city)
    return Seller(
        name=company.name,
        address=address.lines,
        # The register's name is Norwegian in every language.
        org_number=", ".join(
            [number, *(["Foretaksregisteret"] if company.business_register else [])]
            if number
            else []
        ),
        reach=[text for text in (company.email, company.phone, company.website) if text],
        vat_registered=company.vat_registered,
    )


def buyer_of(customer: Customer, company: CompanySettings) -> Buyer:
    """Return the customer with its invoice address in force, the country where it is another."""
    address, _which = invoice_address_of(customer)
    country = address.country or str(customer.country)
    abroad = country if country != str(company.country) else ""
    return Buyer(
        number=customer.number,
        name=customer.name,
        address=Address(address.street, address.postcode, address.city, abroad).lines,
        org_number=customer.formatted_org_number,
        domestic=customer.is_norwegian,
    )


def account_for(currency: str) -> BankAccount | None:
    """Return the account to pay this currency to: one of its own, else the first for any."""
    accounts = BankAccount.objects.filter(currency__in=["", currency])
    return min(accounts, key=lambda account: account.currency == "", default=None)


def payment_to(account: BankAccount, customer_number: str, invoice_number: str) -> Account:
    """Return how an invoice is paid to an account. Raises ValueError where it makes no KID."""
    made = kid.kid(account, customer_number, invoice_number)
    return Account(account.number, account.bic, made)


def why_no_kid(error: ValueError) -> str:
    """Return in words why a KID could not be made."""
    if isinstance(error, kid.TooLong):
        return _(
            "No KID: %(number)s has more than the %(digits)s digits "
            "that the bank account's KID has for it."
        ) % {"number": error.number, "digits": error.digits}
    return _("No KID: the rules of the bank account make none of these numbers.")
