"""Invoices that go by EHF, as the tests of EHF and of delivery need them."""

from datetime import date
from decimal import Decimal
from typing import Any

from moment.ledger import finalising
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import BankAccount, CompanySettings
from tests.factories import CustomerFactory, UserFactory
from tests.ledger.making import draft

OURS, THEIRS = "312345676", "974760673"
SETTINGS: dict[str, Any] = {"invoice_type": "ehf", "your_reference": "AVD-4410"}
RATES = {"3": "25", "31": "15", "33": "12", "5": "0", "52": "0", "6": "0", "7": "0"}


def company(**columns: Any) -> CompanySettings:
    """Make our own company one that can send EHF, with an account that has a KID."""
    values = {
        "name": "Moment Rådgivning AS", "org_number": OURS, "business_register": True,
        "street": "Storgata 1", "postcode": "0155", "city": "Oslo",
        "email": "post@moment.example", "phone": "22 00 00 00",
    }  # fmt: skip
    row, _made = CompanySettings.objects.update_or_create(pk=1, defaults=values | columns)
    if not BankAccount.objects.exists():
        BankAccount.objects.create(
            number="15032080119", bic="DNBANOKK", kid_check="mod10",
            kid_customer_digits=6, kid_invoice_digits=6,
        )  # fmt: skip
    return row


def buyer(**columns: Any) -> Any:
    values = {
        "name": "Storfjell kommune", "org_number": THEIRS, "postal_street": "Torget 2\nRom 4",
        "postal_postcode": "8001", "postal_city": "Bodø",
    }  # fmt: skip
    return CustomerFactory(**values | columns)


def line(amount: str, code: str = "3", **columns: Any) -> dict[str, Any]:
    """Return the columns of a line; `amount` is without VAT."""
    values = {"text": "Prosjektering", "vat_code": code, "vat_rate": RATES[code]}
    return values | {"amount": Decimal(amount), "sales_account": "3000"} | columns


def ehf_draft(
    *lines: dict[str, Any], customer: Any = None, settings: Any = None, **columns: Any
) -> Invoice:
    company(**columns.pop("seller", {}))
    made = draft(customer or buyer(), **columns)
    made.lines.all().delete()
    made.invoice_settings |= SETTINGS | (settings or {})
    made.save()
    for order, values in enumerate(lines or [line("1000")]):
        InvoiceLine.objects.create(invoice=made, order=order, **values)
    return made


def ehf_invoice(*lines: dict[str, Any], **columns: Any) -> Invoice:
    made = ehf_draft(*lines, **columns)
    return finalising.finalise(made, version=made.version, by=UserFactory())


def ehf_credit_note(credited: Invoice, *parts: tuple[str, str]) -> Invoice:
    """Make a final credit note of an invoice: whole, or by quantity and amount of each line."""
    made = Invoice.objects.create(
        kind=Invoice.Kind.CREDIT_NOTE, credits=credited, customer=credited.customer,
        invoice_settings=credited.invoice_settings, currency=credited.currency,
        rate=credited.rate, contact=credited.contact, issued_on=date.today(),
    )  # fmt: skip
    lines = list(credited.lines.all())
    for place, one in enumerate(lines):
        quantity = -one.quantity if one.quantity else None
        amount = -one.amount
        if parts:
            if place >= len(parts):
                break
            quantity, amount = (Decimal(f"-{part}") for part in parts[place])
        InvoiceLine.objects.create(
            invoice=made, order=place, credited=one, quantity=quantity, amount=amount,
            **{name: getattr(one, name) for name in (
                "kind", "heading", "text", "unit", "price", "first_day", "last_day",
                "vat_code", "vat_rate", "sales_account",
            )},
        )  # fmt: skip
    return finalising.finalise(made, version=made.version, by=UserFactory())
