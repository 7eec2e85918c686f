"""Invoices and payments as the tests of the ledger need them, made as people make them."""

from datetime import date, timedelta
from decimal import Decimal

from customers import invoicing
from moment.invoice_settings.choices import VatCode
from moment.invoice_settings.written import write_down
from moment.ledger import finalising, paying
from moment.ledger.models import Invoice, InvoiceLine, Payment
from moment.models import User
from tests.factories import CustomerFactory, UserFactory


def draft(customer=None, *amounts, vat_code=VatCode.STANDARD, **columns) -> Invoice:
    """Make a draft with a line for each amount, excluding VAT."""
    customer = customer or CustomerFactory()
    effective = invoicing.effective(customer)
    values = {
        "invoice_settings": write_down(effective),
        "currency": effective.value("currency"),
    }
    invoice = Invoice.objects.create(customer=customer, **values | columns)
    rates = {VatCode.STANDARD: 25, VatCode.FOOD: 15, VatCode.LOW: 12}
    for place, amount in enumerate(amounts or ["1000"]):
        InvoiceLine.objects.create(
            invoice=invoice,
            order=place,
            text=f"Line {place}",
            amount=Decimal(amount),
            vat_code=vat_code,
            vat_rate=rates.get(vat_code, 0),
            sales_account="3000",
        )
    return invoice


def invoice(customer=None, *amounts, by: User | None = None, terms=30, **columns) -> Invoice:
    """Make a final invoice with a line for each amount, excluding VAT; without VAT by default."""
    columns = {"vat_code": VatCode.ZERO} | columns
    made = draft(customer, *amounts, **columns)
    made.invoice_settings["credit_terms"] = terms
    made.save()
    return finalising.finalise(made, version=made.version, by=by or UserFactory())


def payment(customer, amount, *of: Invoice, on: date | None = None, **columns) -> Payment:
    """Make a payment that settles invoices, the first ones first."""
    values = {"currency": "NOK", "paid_on": on or date(2026, 11, 1)}
    left, parts = Decimal(amount), {}
    for one in of:
        parts[one.pk] = min(left, one.remaining)
        left -= parts[one.pk]
    values |= {"made_by": columns.pop("made_by", None) or UserFactory()}
    row = Payment(customer=customer, amount=Decimal(amount), **values | columns)
    return paying.pay(row, {key: part for key, part in parts.items() if part})


def days_ago(days: int) -> date:
    return date.today() - timedelta(days)
