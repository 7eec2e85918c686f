"""The EHF of an invoice or a credit note, made of what was written down with it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from lxml import etree

from customers.invoice_document import LANGUAGES
from moment.ledger.ehf import lines as ehf_lines
from moment.ledger.ehf import people, ubl, vat
from moment.ledger.ehf.ubl import add, add_if
from moment.ledger.models import Invoice, InvoiceLine
from moment.money import rounded

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
INVOICE_CODE, CREDIT_NOTE_CODE = "380", "381"
CREDIT_TRANSFER = "30"
DISCOUNT_REASON = "95"
# What BIS Billing lets come with an invoice.
MEDIA_TYPES = frozenset(
    {
        *("application/pdf", "image/png", "image/jpeg", "text/csv"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)


@dataclass(frozen=True)
class Enclosure:
    """A file that comes with an invoice, of one of `MEDIA_TYPES`."""

    name: str
    content: bytes
    media_type: str


def xml(
    invoice: Invoice, lines: Sequence[InvoiceLine], enclosures: Sequence[Enclosure] = ()
) -> bytes:
    """Return the XML of a final invoice with its lines. A credit note comes with what it credits.

    Nothing is read but what is given, and what stood before a credit note of several rates. One of
    a draft whose parties are written down lacks its number, and is for `rules.problems` alone.
    """
    with translation.override(LANGUAGES[invoice.written.value("language")]):
        document = _Document(invoice, lines).made(enclosures)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)


class _Document:
    def __init__(self, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
        self.invoice, self.all, self.sign = invoice, lines, invoice.sign
        self.lines, self.of_the_whole = ehf_lines.of_document(lines)
        self.registered = bool(invoice.seller["vat_registered"])
        self.vats = vat.breakdown(invoice, lines, self.registered)
        name = "CreditNote" if invoice.is_credit_note else "Invoice"
        self.root = ubl.root(name, ubl.CREDIT_NOTE if invoice.is_credit_note else ubl.INVOICE)

    def made(self, enclosures: Sequence[Enclosure]) -> etree._Element:
        """Return the whole. The order is UBL's."""
        self._head()
        self._references()
        for place, one in enumerate(enclosures, start=1):
            self._enclose(place, one)
        people.add_seller(self.root, self.invoice)
        people.add_buyer(self.root, self.invoice)
        if delivered_on := self.invoice.delivered_on:
            add(add(self.root, "Delivery"), "ActualDeliveryDate", delivered_on)
        self._payment()
        for line in self.of_the_whole:
            self._on_the_whole(line)
        self._vat()
        self._sums()
        for place, line in enumerate(self.lines, start=1):
            self._line(place, line)
        return self.root

    def _head(self) -> None:
        invoice, root = self.invoice, self.root
        add(root, "CustomizationID", CUSTOMIZATION)
        add(root, "ProfileID", PROFILE)
        add(root, "ID", invoice.number or "0")
        if invoice.issued_on:
            add(root, "IssueDate", invoice.issued_on)
        if invoice.is_credit_note:
            add(root, "CreditNoteTypeCode", CREDIT_NOTE_CODE)
        else:
            if invoice.due_on:
                add(root, "DueDate", invoice.due_on)
            add(root, "InvoiceTypeCode", INVOICE_CODE)
        add_if(root, "Note", invoice.written.value("invoice_text") or "")
        add(root, "DocumentCurrencyCode", invoice.currency)
        if self._booked_in != invoice.currency:
            add(root, "TaxCurrencyCode", self._booked_in)
        add_if(root, "BuyerReference", invoice.written.value("your_reference") or "")
        self._period(root, self.lines)

    def _references(self) -> None:
        invoice, root = self.invoice, self.root
        if order := invoice.written.value("order_reference"):
            add(add(root, "OrderReference"), "ID", order)
        if credited := invoice.credits:
            billing = add(add(root, "BillingReference"), "InvoiceDocumentReference")
            add(billing, "ID", credited.number or "")
            if credited.issued_on:
                add(billing, "IssueDate", credited.issued_on)
        if contract := invoice.written.value("contract_reference"):
            add(add(root, "ContractDocumentReference"), "ID", contract)

    def _enclose(self, place: int, one: Enclosure) -> None:
        reference = add(self.root, "AdditionalDocumentReference")
        add(reference, "ID", str(place))
        add_if(reference, "DocumentDescription", one.name)
        add(
            add(reference, "Attachment"),
            "EmbeddedDocumentBinaryObject",
            base64.b64encode(one.content).decode(),
            mimeCode=one.media_type,
            filename=ubl.written(one.name),
        )

    def _payment(self) -> None:
        invoice, root = self.invoice, self.root
        if invoice.is_credit_note:
            self._terms(_("Nothing is to be paid: it is set against the invoice that it credits."))
            return
        if number := "".join(invoice.account.get("number", "").split()):
            means = add(root, "PaymentMeans")
            add(means, "PaymentMeansCode", CREDIT_TRANSFER)
            add_if(means, "PaymentID", invoice.kid or invoice.number or "")
            account = add(means, "PayeeFinancialAccount")
            add(account, "ID", number)
            if bic := invoice.account.get("bic"):
                add(add(account, "FinancialInstitutionBranch"), "ID", bic)
        days = invoice.written.value("credit_terms")
        terms = ngettext("%d day", "%d days", days) % days
        self._terms(f"{_('Credit terms')}: {terms}")

    def _terms(self, text: str) -> None:
        add(add(self.root, "PaymentTerms"), "Note", text)

    def _on_the_whole(self, line: InvoiceLine) -> None:
        """Add a discount or a charge. Amounts there are above 0; which it is tells the sign."""
        amount = self.sign * line.amount
        if not amount:
            return
        change = add(self.root, "AllowanceCharge")
        add(change, "ChargeIndicator", "true" if amount > 0 else "false")
        if amount < 0:
            add(change, "AllowanceChargeReasonCode", DISCOUNT_REASON)
        add(change, "AllowanceChargeReason", line.text)
        self._amount(change, "Amount", abs(amount))
        self._category(change, "TaxCategory", self._category_of(line))

    def _vat(self) -> None:
        total = add(self.root, "TaxTotal")
        amount = sum((one.amount for one in self.vats), Decimal(0))
        self._amount(total, "TaxAmount", amount)
        for one in self.vats:
            part = add(total, "TaxSubtotal")
            self._amount(part, "TaxableAmount", one.base)
            self._amount(part, "TaxAmount", one.amount)
            self._category(part, "TaxCategory", one.category, with_reason=True)
        if self._booked_in != self.invoice.currency:
            ours = rounded(amount * (self.invoice.rate or Decimal(1)), self._booked_in)
            booked = add(self.root, "TaxTotal")
            add(booked, "TaxAmount", ours, currencyID=self._booked_in)

    def _sums(self) -> None:
        sums = add(self.root, "LegalMonetaryTotal")
        changes = [self.sign * line.amount for line in self.of_the_whole]
        net = sum((self.sign * line.amount for line in self.all), Decimal(0))
        gross = net + sum((one.amount for one in self.vats), Decimal(0))
        self._amount(sums, "LineExtensionAmount", net - sum(changes, Decimal(0)))
        self._amount(sums, "TaxExclusiveAmount", net)
        self._amount(sums, "TaxInclusiveAmount", gross)
        if off := -sum((one for one in changes if one < 0), Decimal(0)):
            self._amount(sums, "AllowanceTotalAmount", off)
        if put_on := sum((one for one in changes if one > 0), Decimal(0)):
            self._amount(sums, "ChargeTotalAmount", put_on)
        self._amount(sums, "PayableAmount", gross)

    def _line(self, place: int, line: InvoiceLine) -> None:
        is_credit = self.invoice.is_credit_note
        element = add(self.root, "CreditNoteLine" if is_credit else "InvoiceLine")
        priced = ehf_lines.priced(line, self.sign)
        add(element, "ID", str(place))
        add_if(element, "Note", line.heading)
        quantity = "CreditedQuantity" if is_credit else "InvoicedQuantity"
        add(element, quantity, ubl.bare(priced.quantity), unitCode=priced.unit)
        self._amount(element, "LineExtensionAmount", self.sign * line.amount)
        self._period(element, [line])
        item = add(element, "Item")
        name, _newline, more = line.text.strip().partition("\n")
        add_if(item, "Description", more)
        add(item, "Name", name)
        self._category(item, "ClassifiedTaxCategory", self._category_of(line))
        price = add(element, "Price")
        add(price, "PriceAmount", ubl.bare(priced.price), currencyID=self.invoice.currency)

    @property
    def _booked_in(self) -> str:
        """The currency in which the seller tells of its VAT."""
        return str(self.invoice.seller.get("currency") or self.invoice.currency)

    def _category_of(self, line: InvoiceLine) -> vat.Category:
        return vat.category_of(line.vat_code, line.vat_rate, self.registered)

    def _category(
        self,
        parent: etree._Element,
        name: str,
        category: vat.Category,
        *,
        with_reason: bool = False,
    ) -> None:
        element = add(parent, name)
        add(element, "ID", category.code)
        if category.rate is not None:
            add(element, "Percent", ubl.bare(category.rate))
        if with_reason and category.reason:
            if code := vat.REASONS.get(category.code):
                add(element, "TaxExemptionReasonCode", code)
            add(element, "TaxExemptionReason", category.reason)
        add(add(element, "TaxScheme"), "ID", "VAT")

    def _amount(self, parent: etree._Element, name: str, amount: Decimal) -> None:
        add(parent, name, amount.quantize(Decimal("0.01")), currencyID=self.invoice.currency)

    def _period(self, parent: etree._Element, lines: Sequence[InvoiceLine]) -> None:
        """Add from when until when the work was done, where lines tell."""
        first = min((line.first_day for line in lines if line.first_day), default=None)
        last = max((line.last_day for line in lines if line.last_day), default=None)
        if first or last:
            period = add(parent, "InvoicePeriod")
            if first:
                add(period, "StartDate", first)
            if last:
                add(period, "EndDate", last)
