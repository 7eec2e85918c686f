"""What keeps a draft from being finalised, in words, before anything is given a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.addresses import invoice_address_of
from customers.invoice_lines import vat_rate
from customers.models import Customer
from moment.invoice_settings.choices import InvoiceType
from moment.ledger import parties
from moment.ledger.ehf import rules
from moment.ledger.models import Invoice, InvoiceLine
from moment.ledger.parties import Ours
from moment.models import CompanySettings
from moment.templatetags.moment import full_date
from registry import org_number

AHEAD = timedelta(days=31)  # further on a date is a mistake in typing
BACK = timedelta(days=31)  # further back it may be one
# Beside which field a rule of EHF is told.
_FIELDS = {"PEPPOL-EN16931-R003": "your_reference"}


@dataclass(frozen=True)
class Problem:
    """What is wrong; `field` names the field of the form beside which it is said, if any.

    `url` is where else it is put right.
    """

    text: str
    field: str = ""
    url: str = ""


def of(invoice: Invoice, lines: Sequence[InvoiceLine], company: CompanySettings) -> list[Problem]:
    """Return what is wrong with a draft. Its customer comes with it.

    At most two queries; six more for one that goes by EHF and has no parties yet.
    """
    return [
        *_of_us(company),
        *_of_customer(invoice),
        *_of_lines(invoice, lines),
        *_of_vat(invoice, lines, company),
        *_of_head(invoice, company),
        *_of_ehf(invoice, lines),
    ]


def hints(invoice: Invoice, company: CompanySettings) -> list[Problem]:
    """Return what is worth a look before a draft is final, and keeps it from nothing.

    Its customer comes with it. One query where it has a date.
    """
    return [*_of_buyer(invoice.customer, company), *_of_date(invoice)]


def _of_buyer(customer: Customer, company: CompanySettings) -> list[Problem]:
    address, _which = invoice_address_of(customer)
    if address or customer.org_number or str(company.country) != "NO":
        return []
    text = _(
        "%(customer)s has neither an address nor a reg. no. By the Bookkeeping Regulations "
        "(§ 5-1-1 no. 2) one of them stands on the invoice."
    )
    url = reverse("customers:edit", args=[customer.number])
    return [Problem(text % {"customer": customer}, url=url)]


def _of_date(invoice: Invoice) -> list[Problem]:
    if invoice.issued_on is None:  # the day on which it is finalised
        return []
    found = []
    last = Invoice.objects.final().order_by("-sort_number").only("kind", "number", "issued_on")[:1]
    for one in last:
        if one.issued_on and invoice.issued_on < one.issued_on:
            text = _("Dated before invoice %(number)s of %(date)s.")
            if one.is_credit_note:
                text = _("Dated before credit note %(number)s of %(date)s.")
            told = {"number": one.number, "date": full_date(one.issued_on)}
            found.append(Problem(text % told, "issued_on"))
    if invoice.issued_on < timezone.localdate() - BACK:
        found.append(Problem(_("This date is more than a month back."), "issued_on"))
    return found


def _of_us(company: CompanySettings) -> list[Problem]:
    """Return what a document of sale lacks of its seller (bokføringsforskriften § 5-1-1, 2)."""
    is_known = org_number.is_valid(org_number.compact(company.org_number))
    if is_known or str(company.country) != "NO":
        return []
    text = _("Our own company has no Norwegian reg. no. An administrator writes it in Setup.")
    return [Problem(text, url=reverse("setup"))]


def _of_customer(invoice: Invoice) -> list[Problem]:
    if invoice.customer.status == Customer.Status.BLOCKED and not invoice.is_credit_note:
        return [Problem(_("%(customer)s is blocked, so it cannot be invoiced.")
                        % {"customer": invoice.customer})]  # fmt: skip
    return []


def _of_lines(invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[Problem]:
    if not lines:
        return [Problem(_("There is nothing on it yet."))]
    if invoice.sign * invoice.gross < 0:
        return [Problem(_("It comes to less than 0. What is owed to a customer is a credit note."))]
    if bare := next((line for line in lines if not line.sales_account), None):
        text = _("“%(line)s” has no account. Write the one that it is booked to.")
        return [Problem(text % {"line": bare.text})]
    return []


def _of_vat(
    invoice: Invoice, lines: Sequence[InvoiceLine], company: CompanySettings
) -> list[Problem]:
    """Return which line has other VAT than it should: the company came into the register, or left.

    A credit note has that of its invoice.
    """
    for line in lines if not invoice.is_credit_note else ():
        if line.vat_rate != vat_rate(line.vat_code, registered=company.vat_registered):
            text = _("The VAT of “%(line)s” is another by now. Save the draft once more.")
            return [Problem(text % {"line": line.text})]
    return []


def _of_head(invoice: Invoice, company: CompanySettings) -> list[Problem]:
    problems = []
    if invoice.issued_on and invoice.issued_on > timezone.localdate() + AHEAD:
        problems.append(Problem(_("This date is too far away."), "issued_on"))
    if invoice.rate is None and invoice.currency != company.currency:
        text = _("What is one %(currency)s in %(ours)s? It is booked by that.")
        told = {"currency": invoice.currency, "ours": company.currency}
        problems.append(Problem(text % told, "rate"))
    return problems


def _of_ehf(invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[Problem]:
    """Return which rules of EHF it would break, where it goes that way and can be reached by it."""
    if invoice.written.value("invoice_type") != InvoiceType.EHF or not lines:
        return []
    if not invoice.buyer_name:
        invoice = parties.as_final(invoice, Ours.now())
    if not invoice.buyer_endpoint:
        return []  # it goes by another way
    return [Problem(str(one), _FIELDS.get(one.rule, "")) for one in rules.problems(invoice, lines)]
