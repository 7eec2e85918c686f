"""Seller and buyer as EHF has them, from what was written down with an invoice."""

from lxml import etree

from moment.ledger.ehf.ubl import add, add_if
from moment.ledger.models import Invoice
from registry import org_number
from registry.models import NORWEGIAN_SCHEME

NORWAY = "NO"
# The name of the register is part of what the law has invoices say.
_BUSINESS_REGISTER = "Foretaksregisteret"


def endpoint_of(invoice: Invoice) -> str:
    """Return where the network finds the buyer, like 0192:918212444; empty where nowhere.

    A Norwegian buyer is found by its reg. no., also where it became reachable later.
    """
    if invoice.buyer_endpoint:
        return invoice.buyer_endpoint
    if invoice.buyer_country == NORWAY and org_number.is_valid(invoice.buyer_org_number):
        return f"{NORWEGIAN_SCHEME}:{invoice.buyer_org_number}"
    return ""


def add_seller(document: etree._Element, invoice: Invoice) -> None:
    seller = invoice.seller
    norwegian = seller["country"] == NORWAY
    number = _bare(seller["org_number"])
    party = add(add(document, "AccountingSupplierParty"), "Party")
    if number and norwegian:
        add(party, "EndpointID", number, schemeID=NORWEGIAN_SCHEME)
    _address(party, seller["street"], seller["postcode"], seller["city"], seller["country"])
    if number and seller["vat_registered"]:
        _tax(party, f"NO{number}MVA" if norwegian else number, "VAT")
    if seller["business_register"]:
        _tax(party, _BUSINESS_REGISTER, "TAX")
    _legal(party, seller["name"], number, norwegian)
    if seller["phone"] or seller["email"]:
        contact = add(party, "Contact")
        add_if(contact, "Telephone", seller["phone"])
        add_if(contact, "ElectronicMail", seller["email"])


def add_buyer(document: etree._Element, invoice: Invoice) -> None:
    party = add(add(document, "AccountingCustomerParty"), "Party")
    scheme, _colon, identifier = endpoint_of(invoice).partition(":")
    if scheme and identifier:
        add(party, "EndpointID", identifier, schemeID=scheme)
    _address(
        party,
        invoice.buyer_street,
        invoice.buyer_postcode,
        invoice.buyer_city,
        invoice.buyer_country,
    )
    number = _bare(invoice.buyer_org_number)
    norwegian = invoice.buyer_country == NORWAY and org_number.is_valid(number)
    _legal(party, invoice.buyer_name, number, norwegian)
    if invoice.contact:
        add(add(party, "Contact"), "Name", invoice.contact)


def _address(party: etree._Element, street: str, postcode: str, city: str, country: str) -> None:
    address = add(party, "PostalAddress")
    lines = [line for line in street.splitlines() if line.strip()]
    for name, line in zip(("StreetName", "AdditionalStreetName"), lines, strict=False):
        add_if(address, name, line)
    add_if(address, "CityName", city)
    add_if(address, "PostalZone", postcode)
    if more := ", ".join(lines[2:]):
        add(add(address, "AddressLine"), "Line", more)
    if country:
        add(add(address, "Country"), "IdentificationCode", country)


def _tax(party: etree._Element, number: str, scheme: str) -> None:
    tax = add(party, "PartyTaxScheme")
    add(tax, "CompanyID", number)
    add(add(tax, "TaxScheme"), "ID", scheme)


def _legal(party: etree._Element, name: str, number: str, norwegian: bool) -> None:
    legal = add(party, "PartyLegalEntity")
    add_if(legal, "RegistrationName", name)
    if number:
        add(legal, "CompanyID", number, **({"schemeID": NORWEGIAN_SCHEME} if norwegian else {}))


def _bare(number: str) -> str:
    return "".join(number.split())
