"""What people get wrong in an EHF, in our own words, with the rule that says so.

These need nothing but the document; `official` has all rules where they are installed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from lxml import etree

from moment.ledger.ehf import build, ubl, vat
from moment.ledger.ehf.lines import SLACK
from moment.ledger.models import Invoice, InvoiceLine
from moment.money import coin
from registry import org_number
from registry.models import NORWEGIAN_SCHEME

_NOTHING = Decimal(0)
_COUNTRY = "cac:PostalAddress/cac:Country/cbc:IdentificationCode"
_SELLER = "cac:AccountingSupplierParty/cac:Party"
_BUYER = "cac:AccountingCustomerParty/cac:Party"


@dataclass(frozen=True)
class Problem:
    """A rule that is broken, by its name, and what that means."""

    rule: str
    text: str

    def __str__(self) -> str:
        return _("%(problem)s (rule %(rule)s)") % {"problem": self.text, "rule": self.rule}


def problems(invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[Problem]:
    """Return what keeps an invoice from being an EHF. Its parties are written down; no query."""
    return broken(build.xml(invoice, lines))


def broken(xml: bytes) -> list[Problem]:
    """Return which of these rules a document breaks."""
    root = etree.fromstring(xml)
    return [*_of_references(root), *_of_parties(root), *_of_vat(root), *_of_sums(root)]


def _of_references(root: etree._Element) -> Iterator[Problem]:
    if not (_text(root, "cbc:BuyerReference") or _text(root, "cac:OrderReference/cbc:ID")):
        text = _("Neither your reference nor order reference is set. EHF needs one of them.")
        yield Problem("PEPPOL-EN16931-R003", text)


def _of_parties(root: etree._Element) -> Iterator[Problem]:
    if not _text(root, f"{_BUYER}/cbc:EndpointID"):
        text = _("The customer has no e-invoicing address: no reg. no., or no scheme with number.")
        yield Problem("PEPPOL-EN16931-R010", text)
    if not _text(root, f"{_SELLER}/cbc:EndpointID"):
        text = _("Our own company has no Norwegian reg. no. An administrator writes it in Setup.")
        yield Problem("PEPPOL-EN16931-R020", text)
    for party, whose in ((_SELLER, _("our own company")), (_BUYER, _("the customer"))):
        number = _text(root, f"{party}/cbc:EndpointID[@schemeID='{NORWEGIAN_SCHEME}']")
        if number and not org_number.is_valid(number):
            text = _("The reg. no. %(number)s of %(whose)s has a wrong check digit.")
            yield Problem("PEPPOL-COMMON-R041", text % {"number": number, "whose": whose})
    number = _text(root, f"{_SELLER}/cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='VAT']/cbc:CompanyID")
    if number.startswith("NO"):
        bare = number.removeprefix("NO").removesuffix("MVA")
        if not (number.endswith("MVA") and org_number.is_valid(bare)):
            text = _("Our own VAT number, %(number)s, is none: NO, nine digits, MVA.")
            yield Problem("NO-R-001", text % {"number": number})
    if not _text(root, f"{_BUYER}/cac:PartyLegalEntity/cbc:RegistrationName"):
        yield Problem("BR-07", _("The customer has no name."))
    if not _text(root, f"{_BUYER}/{_COUNTRY}"):
        yield Problem("BR-11", _("The customer has no country."))
    if not _text(root, f"{_SELLER}/{_COUNTRY}"):
        yield Problem("BR-09", _("Our own company has no country."))


def _of_vat(root: etree._Element) -> Iterator[Problem]:
    currency = _text(root, "cbc:DocumentCurrencyCode")
    booked_in = _text(root, "cbc:TaxCurrencyCode")
    if booked_in and not _all(root, f"cac:TaxTotal/cbc:TaxAmount[@currencyID='{booked_in}']"):
        text = _("The VAT is not told in %(currency)s.") % {"currency": booked_in}
        yield Problem("PEPPOL-EN16931-R053", text)
    has_id = bool(_all(root, f"{_SELLER}/cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='VAT']"))
    total, parts = _NOTHING, _all(root, "cac:TaxTotal/cac:TaxSubtotal")
    # Three codes of SAF-T may share a category and a rate; each is rounded by itself.
    slack = coin(currency) * Decimal("1.5")
    for part in parts:
        base, amount = _number(part, "cbc:TaxableAmount"), _number(part, "cbc:TaxAmount")
        code = _text(part, "cac:TaxCategory/cbc:ID")
        rate = _text(part, "cac:TaxCategory/cbc:Percent")
        total += amount
        told = {"rate": rate or "0", "code": code}
        if code == vat.STANDARD and not has_id:
            yield Problem("BR-S-02", _("There is VAT on it, but our company has no VAT number."))
        if (code == vat.STANDARD) != bool(Decimal(rate or 0)):
            text = _("%(rate)s %% does not go with VAT category %(code)s.") % told
            yield Problem(f"BR-{code}-05", text)
        if base != (stands := _base(root, code, rate)):
            told |= {"base": f"{base}", "stands": f"{stands}"}
            text = _("VAT of %(rate)s %% is reckoned of %(base)s; the lines come to %(stands)s.")
            yield Problem(f"BR-{code}-08", text % told)
        if abs(base * Decimal(rate or 0) / 100 - amount) > slack:
            told |= {"base": f"{base}", "amount": f"{amount}"}
            text = _("VAT of %(rate)s %% of %(base)s is not %(amount)s.") % told
            yield Problem("BR-CO-17", text)
    whole = f"cac:TaxTotal/cbc:TaxAmount[@currencyID='{currency}']"
    if total != _number(root, whole):
        yield Problem("BR-CO-14", _("The VAT is not the sum of its parts."))


def _of_sums(root: etree._Element) -> Iterator[Problem]:
    lines = _all(root, "cac:InvoiceLine | cac:CreditNoteLine")
    if not lines:
        yield Problem("BR-16", _("There is no line on it."))
    for line in lines:
        amount = _number(line, "cbc:LineExtensionAmount")
        quantity = _number(line, "cbc:InvoicedQuantity | cbc:CreditedQuantity")
        price = _number(line, "cac:Price/cbc:PriceAmount")
        if abs(quantity * price - amount) > SLACK:
            text = _("“%(line)s”: quantity times price is not %(amount)s.")
            told = {"line": _text(line, "cac:Item/cbc:Name"), "amount": f"{amount}"}
            yield Problem("PEPPOL-EN16931-R120", text % told)
    net = _number(root, "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount")
    if net != _base(root) or net + _total_vat(root) != _number(
        root, "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"
    ):
        yield Problem("BR-CO-15", _("The sums are not those of the lines."))


def _total_vat(root: etree._Element) -> Decimal:
    parts = _all(root, "cac:TaxTotal/cac:TaxSubtotal")
    return sum((_number(part, "cbc:TaxAmount") for part in parts), _NOTHING)


def _base(root: etree._Element, code: str = "", rate: str = "") -> Decimal:
    """Return what lines, charges and discounts come to: all, or those of a category and rate."""
    found = _NOTHING
    for line in _all(root, "cac:InvoiceLine | cac:CreditNoteLine"):
        if not code or _is_of(line, "cac:Item/cac:ClassifiedTaxCategory", code, rate):
            found += _number(line, "cbc:LineExtensionAmount")
    for change in _all(root, "cac:AllowanceCharge"):
        if not code or _is_of(change, "cac:TaxCategory", code, rate):
            sign = 1 if _text(change, "cbc:ChargeIndicator") == "true" else -1
            found += sign * _number(change, "cbc:Amount")
    return found


def _is_of(element: etree._Element, path: str, code: str, rate: str) -> bool:
    its = _text(element, f"{path}/cbc:ID"), _text(element, f"{path}/cbc:Percent")
    return its == (code, rate)


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    return element.xpath(path, namespaces=ubl.NAMES)


def _text(element: etree._Element, path: str) -> str:
    found = _all(element, path)
    return (found[0].text or "").strip() if found else ""


def _number(element: etree._Element, path: str) -> Decimal:
    return Decimal(_text(element, path) or 0)
