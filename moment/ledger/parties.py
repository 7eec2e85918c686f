"""Who sells and who buys, and where to pay, written down with an invoice and read from it again."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from customers.addresses import invoice_address_of
from customers.destination import Destination, destinations_by
from customers.models import Customer
from moment.invoice_settings.choices import InvoiceType, Level
from moment.invoice_settings.levels import Effective
from moment.invoice_settings.written import AsWritten, Written
from moment.ledger.models import Invoice
from moment.models import BankAccount, CompanySettings

# What of the company is written down with each invoice.
SELLER = (
    *("name", "org_number", "vat_registered", "business_register", "street", "postcode", "city"),
    *("email", "phone", "website", "currency"),
)


@dataclass(frozen=True)
class Ours:
    """The company and its accounts, read once for all invoices of one go."""

    company: CompanySettings
    accounts: Sequence[BankAccount]

    @classmethod
    def now(cls) -> "Ours":
        """Return them as they are now; two queries."""
        return cls(CompanySettings.current(), list(BankAccount.objects.all()))

    def account_for(self, currency: str) -> BankAccount | None:
        """Return the account to pay this currency to: one of its own, else the first for any."""
        fitting = [one for one in self.accounts if one.currency in ("", currency)]
        return min(fitting, key=lambda account: account.currency == "", default=None)


def write_down(invoices: Sequence[Invoice], ours: Ours) -> None:
    """Give invoices their sellers, their buyers and where to pay, as they are now; saves nothing.

    At most five queries for those that go by EHF, and one where credit notes are among them.
    """
    notes = [one for one in invoices if one.is_credit_note]
    models.prefetch_related_objects(notes, "credits")
    by_ehf = [one for one in invoices if one.written.value("invoice_type") == InvoiceType.EHF]
    models.prefetch_related_objects(by_ehf, "project")
    there = destinations_of(by_ehf, ours.company) if by_ehf else ()
    endpoints = {one.pk: found.endpoint for one, found in zip(by_ehf, there, strict=True)}
    for invoice in invoices:
        _write_down_seller(invoice, ours)
        _write_down_buyer(invoice)
        invoice.buyer_endpoint = endpoints.get(invoice.pk, "")


def as_final(draft: Invoice, ours: Ours) -> Invoice:
    """Return a draft with its parties, as it would be final: a row that is not to be saved."""
    invoice = copy.copy(draft)
    write_down([invoice], ours)
    return invoice


def destinations_of(invoices: Sequence[Invoice], company: CompanySettings) -> list[Destination]:
    """Return where each goes by the settings it is made by; at most four queries.

    Customers and projects come with them.
    """
    pairs = [(one.customer, _settings_of(one, company)) for one in invoices]
    notes = {place for place, one in enumerate(invoices) if one.is_credit_note}
    found = destinations_by(pairs, credit_notes=notes)
    # Some receive invoices in the network, but no credit notes.
    other = {
        place: (one.customer, _settings_of(one, company, invoice_type=InvoiceType.EMAIL))
        for place, one in enumerate(invoices)
        if place in notes and "no_credit_notes" in found[place].codes
    }
    if other:
        others = destinations_by(list(other.values()), credit_notes=range(len(other)))
        for place, there in zip(other, others, strict=True):
            problems = tuple(replace(one, is_note=False) for one in found[place].problems)
            found[place] = replace(
                there,
                preferred=InvoiceType.EHF,
                problems=(*problems, *there.problems),
                instead=there.instead or instead(there.way),
            )
    return found


def instead(way: InvoiceType | None) -> str:
    """Return what happens where another way is preferred and not possible."""
    if way is None:
        return _("Nothing can be sent.")
    if way == InvoiceType.EMAIL:
        return _("Invoices go by e-mail instead.")
    return _("Invoices go by letter instead.")


def seller_of(invoice: Invoice, company: CompanySettings) -> CompanySettings:
    """Return the company as it was written down with an invoice: a row that is not to be saved.

    With a draft as it would be written down now.
    """
    if invoice.is_final:
        return CompanySettings(**invoice.seller)
    ours = copy.copy(company)
    ours.vat_registered = is_vat_registered(invoice, company)
    return ours


def is_vat_registered(invoice: Invoice, company: CompanySettings) -> bool:
    """Tell whether the seller of a draft is in the VAT register.

    A credit note has the VAT of its invoice, so it says of the seller what that says.
    """
    if invoice.credits is None:
        return company.vat_registered
    return bool(invoice.credits.seller["vat_registered"])


def _write_down_seller(invoice: Invoice, ours: Ours) -> None:
    seller: dict[str, Any] = {name: getattr(ours.company, name) for name in SELLER}
    seller |= {"country": str(ours.company.country)}
    invoice.seller = seller | {"vat_registered": is_vat_registered(invoice, ours.company)}
    account = ours.account_for(invoice.currency)
    invoice.account = {"number": account.number, "bic": account.bic} if account else {}


def _write_down_buyer(invoice: Invoice) -> None:
    customer = invoice.customer
    address, _which = invoice_address_of(customer)
    invoice.buyer_number, invoice.buyer_name = customer.number, customer.name
    invoice.buyer_org_number = customer.org_number
    invoice.buyer_street, invoice.buyer_postcode = address.street, address.postcode
    invoice.buyer_city = address.city
    invoice.buyer_country = address.country or str(customer.country)


def _settings_of(invoice: Invoice, company: CompanySettings, **other: Any) -> Effective:
    customer: Customer = invoice.customer
    levels = (Level.PROJECT, invoice.project), (Level.CUSTOMER, customer), (Level.COMPANY, company)
    return AsWritten(levels, Written({**invoice.invoice_settings, **other}))
