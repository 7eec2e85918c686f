"""What keeps a draft from being finalised, in words, before anything is given a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import Customer
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import CompanySettings

AHEAD = timedelta(days=31)  # further on a date is a mistake in typing


@dataclass(frozen=True)
class Problem:
    """What is wrong; `field` names the field of the form beside which it is said, if any."""

    text: str
    field: str = ""


def of(invoice: Invoice, lines: Sequence[InvoiceLine], company: CompanySettings) -> list[Problem]:
    """Return what is wrong with a draft. Its customer comes with it; at most two queries."""
    return [*_of_customer(invoice), *_of_lines(invoice, lines), *_of_head(invoice, company)]


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
