"""Invoices as accounting books them: lines of a journal, by account and VAT code.

An invoice is a line on the customer's ledger account, with what it comes to, and a line on each
sales account and VAT code with its part, VAT included: accounting takes the VAT out by its code, so
that is one without VAT where none was charged (`booked_code`). Debit and credit of each invoice add
up to zero, in its currency and in the company's. All of it was written down when the invoice was
finalised, so it reads the same for ever.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from customers.invoice_lines import vat_rate
from moment.invoice_settings.choices import VatCode
from moment.ledger import totals
from moment.ledger.models import AccountingExport, Invoice, InvoiceLine
from moment.ledger.totals import Base
from moment.models import CompanySettings
from moment.money import rounded
from moment.tabular import Column

NOTHING, HUNDRED = Decimal(0), Decimal(100)
_BATCH = 500
# Names for machines, the same in every language.
COLUMNS: Sequence[Column] = [
    Column("Kind", 12),
    Column("Number", 10),
    Column("Date", 12),
    Column("Due", 12),
    Column("CustomerID", 12),
    Column("Customer", 32),
    Column("RegNo", 12),
    Column("KID", 20),
    Column("Account", 10),
    Column("VATCode", 9),
    Column("VATPercent", 10),
    Column("Net", 14),
    Column("VAT", 14),
    Column("Gross", 14),
    Column("Currency", 9),
    Column("Rate", 12),
    Column("Debit", 14),
    Column("Credit", 14),
    Column("CompanyCurrency", 9),
    Column("CompanyNet", 14),
    Column("CompanyVAT", 14),
    Column("CompanyDebit", 14),
    Column("CompanyCredit", 14),
    Column("Department", 12),
    Column("Project", 12),
]


@dataclass(frozen=True)
class Entry:
    """One line of the journal; `gross` and `booked` are above 0 for debit, below for credit."""

    account: str
    vat_code: str
    vat_rate: Decimal | None
    net: Decimal
    vat: Decimal
    booked: Decimal  # in the company's currency, VAT included
    booked_vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def booked_code(code: str, rate: Decimal) -> str:
    """Return the VAT code by which accounting books what was sold with a code at a rate.

    Outside the VAT register nothing is charged by codes that have a rate. They stay on the lines:
    so a draft gets its VAT once the company is registered.
    """
    return code if rate or not vat_rate(code, registered=True) else VatCode.NO_TREATMENT


def entries(
    invoice: Invoice,
    lines: Iterable[InvoiceLine],
    company_currency: str,
    before: Iterable[Base] | None = None,
) -> list[Entry]:
    """Return the lines of an invoice: the customer's first, then by account and VAT code.

    `before` as in `totals.of`.
    """
    assert invoice.rate is not None
    rate, lines = invoice.rate, list(lines)

    def ours(amount: Decimal) -> Decimal:
        return rounded(amount * rate, company_currency)

    account = str(invoice.written.value("ledger_account"))
    owed = Entry(account, "", None, invoice.gross, NOTHING, ours(invoice.gross), NOTHING)
    sold = list(_sold(invoice, lines, before))
    booked = _coming_to(owed.booked, [ours(net + vat) for _key, net, vat in sold])
    # What the document says that the VAT is.
    owed_vat = ours(sum((vat for _key, _net, vat in sold), NOTHING))
    booked_vat = _coming_to(owed_vat, [ours(vat) for _key, _net, vat in sold])
    return [
        owed,
        *(
            Entry(*key, -net, -vat, -ours_of, -ours_vat)
            for (key, net, vat), ours_of, ours_vat in zip(sold, booked, booked_vat, strict=True)
        ),
    ]


def _coming_to(total: Decimal, amounts: list[Decimal]) -> list[Decimal]:
    """Return amounts that come to a total: what rounding leaves goes to the largest."""
    if amounts:
        largest = max(range(len(amounts)), key=lambda n: abs(amounts[n]))
        amounts[largest] += total - sum(amounts, NOTHING)
    return amounts


def _sold(
    invoice: Invoice, lines: Collection[InvoiceLine], before: Iterable[Base] | None
) -> Iterator[tuple[tuple[str, str, Decimal], Decimal, Decimal]]:
    """Yield what is sold by account, VAT code and rate, with its net amount and its VAT.

    VAT is rounded once for each rate, as on the invoice; what rounding leaves goes to the largest.
    """
    nets: dict[tuple[str, str, Decimal], Decimal] = {}
    for line in lines:
        code = booked_code(line.vat_code, line.vat_rate)
        key = line.sales_account, code, line.vat_rate
        nets[key] = nets.get(key, NOTHING) + line.amount
    vats: dict[tuple[str, Decimal], Decimal] = {}
    for vat in totals.of(invoice, lines, before).vats:
        of = booked_code(vat.code, vat.rate), vat.rate
        vats[of] = vats.get(of, NOTHING) + vat.amount
    for of, amount in vats.items():
        mine = {key: net for key, net in nets.items() if key[1:] == of}
        parts = {
            key: rounded(net * key[2] / HUNDRED, invoice.currency) for key, net in mine.items()
        }
        largest = max(mine, key=lambda key: abs(mine[key]))
        parts[largest] += amount - sum(parts.values(), NOTHING)
        for key, net in mine.items():
            yield key, net, parts[key]


def rows(export: AccountingExport) -> Iterator[list[Any]]:
    """Yield the cells of an export, by number; a few queries for each so many invoices."""
    company = CompanySettings.current()
    keys = iter(export.invoices.order_by("sort_number", "pk").values_list("pk", flat=True))
    while some := list(islice(keys, _BATCH)):
        lines: dict[int, list[InvoiceLine]] = {key: [] for key in some}
        for line in InvoiceLine.objects.filter(invoice__in=some):
            lines[line.invoice_id].append(line)
        invoices = Invoice.objects.in_bulk(some)
        before = totals.before(invoices.values())
        for key in some:
            for entry in entries(invoices[key], lines[key], company.currency, before.get(key)):
                yield _cells(invoices[key], entry, company.currency)


def _cells(one: Invoice, entry: Entry, company_currency: str) -> list[Any]:
    written = one.invoice_settings
    return [
        "Credit note" if one.is_credit_note else "Invoice",
        one.number,
        one.issued_on,
        one.due_on,
        one.buyer_number,
        one.buyer_name,
        one.buyer_org_number,
        one.kid,
        entry.account,
        entry.vat_code,
        entry.vat_rate,
        entry.net,
        entry.vat,
        entry.gross,
        one.currency,
        one.rate,
        *_sides(entry.gross),
        company_currency,
        entry.booked - entry.booked_vat,
        entry.booked_vat,
        *_sides(entry.booked),
        written.get("accounting_department", ""),
        written.get("accounting_project", ""),
    ]


def _sides(amount: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """Return an amount as debit and credit, one of them empty."""
    return (amount, None) if amount >= 0 else (None, -amount)
