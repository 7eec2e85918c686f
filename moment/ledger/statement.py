"""Statements of account: what a customer owes at a date, as PDF and as a spreadsheet.

In the language of the customer's invoices, with each invoice's own KID.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from django.utils import translation
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _
from stdnum import iban
from stdnum.no import kontonr

from customers import invoice_parties, invoicing
from customers.invoice_document import LANGUAGES, Buyer, Seller
from customers.models import Customer
from moment import tabular
from moment.ledger import ageing
from moment.ledger.ageing import Aged, Ageing
from moment.ledger.entries import Entries, Entry
from moment.ledger.models import Invoice
from moment.letterhead import pdf_with_logo
from moment.models import CompanySettings
from moment.money import amount

TEMPLATE = "statement.typ"
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Account:
    number: str
    bic: str
    currency: str
    has_kid: bool


@dataclass(frozen=True)
class Statement:
    """All that a statement is made of: what is open at a day or, `since` another, all entries."""

    customer: Customer
    seller: Seller
    buyer: Buyer
    on: date
    entries: Sequence[Entry]
    aged: Aged
    since: date | None = None
    opening: Mapping[str, Decimal] | None = None
    # Where to pay what is open, whenever it is from: the accounts as invoices have them.
    accounts: Sequence[Account] = ()
    language: str = ""  # one of ours

    @property
    def currencies(self) -> list[str]:
        found = [*self.aged.by_currency, *(entry.currency for entry in self.entries)]
        return list(dict.fromkeys(found)) or [self.aged.together.currency]

    def of(self, currency: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.currency == currency]

    def ageing(self, currency: str) -> Ageing:
        return self.aged.by_currency.get(currency) or Ageing(currency)


def of(customer: Customer, on: date, since: date | None = None) -> Statement:
    """Return a customer's statement. A fixed number of queries."""
    return of_many([customer], on, since)[0]


def of_many(customers: Sequence[Customer], on: date, since: date | None = None) -> list[Statement]:
    """Return the statements of customers, in their order; `since` is for one alone.

    A fixed number of queries.
    """
    company = CompanySettings.current()
    keys = [customer.pk for customer in customers]
    entries = Entries(keys, on, only_open=since is None, since=since)
    listed: dict[int, list[Entry]] = {}
    opening = entries.opening()
    for entry in entries.all():
        listed.setdefault(entry.customer, []).append(entry)
    still_open = _open_entries(keys, on) if since else listed
    aged = ageing.of_customers(keys, on, company.currency)
    settings = invoicing.effective_of(customers)
    seller = invoice_parties.seller_of(company)
    return [
        Statement(
            customer,
            seller,
            invoice_parties.buyer_of(customer, company),
            on,
            listed.get(customer.pk, []),
            aged.get(customer.pk) or Aged({}, Ageing(company.currency)),
            since,
            opening if since else None,
            _accounts(still_open.get(customer.pk, [])),
            LANGUAGES[settings[customer.pk].value("language")],
        )
        for customer in customers
    ]


def _open_entries(keys: Sequence[int], on: date) -> dict[int, list[Entry]]:
    found: dict[int, list[Entry]] = {}
    for entry in Entries(keys, on).all():
        found.setdefault(entry.customer, []).append(entry)
    return found


def _accounts(entries: Iterable[Entry]) -> list[Account]:
    """Return where to pay what is open of these, each account and currency once."""
    found: dict[Account, None] = {}
    for entry in entries:
        item = entry.item
        if isinstance(item, Invoice) and entry.left > 0 and item.account.get("number"):
            number, bic = item.account["number"], item.account.get("bic", "")
            found[Account(number, bic, item.currency, bool(item.kid))] = None
    return list(found)


# As PDF


def pdf_of(statements: Iterable[Statement]) -> bytes:
    """Return one PDF with these statements, each in its own language and with its own pages."""
    made = []
    for one in statements:
        with translation.override(one.language):
            made.append(data(one))
    return pdf_with_logo(TEMPLATE, {"statements": made}, CompanySettings.current().logo)


def file_name(statement: Statement) -> str:
    """Return what its PDF is called, in the language of the statement."""
    with translation.override(statement.language):
        return f"{_('Statement')} {statement.customer.number} {statement.on:%Y-%m-%d}.pdf"


def data(statement: Statement) -> dict[str, Any]:
    """Return what the template sets, every text ready in the active language."""
    seller, buyer = statement.seller, statement.buyer
    return {
        "lang": (get_language() or "en")[:2],
        "title": _("Statement"),
        "number": "",
        "page": _("Page {page} of {pages}"),
        "seller": {
            "name": seller.name,
            "lines": [*seller.address, seller.org_number],
            "reach": list(seller.reach),
            "foot": [seller.name, seller.org_number, f"{_('Statement')} {buyer.number}"],
        },
        "buyer": [
            {"text": buyer.name, "strong": True},
            *({"text": line, "strong": False} for line in buyer.address),
        ],
        "facts": _facts(statement),
        "nothing": "" if statement.entries else _("Nothing is open at this date."),
        "tables": [_table(statement, one) for one in statement.currencies if _has(statement, one)],
        "ageing": _ageing(statement),
        "note": _note(statement),
        "totals": [
            [_("Balance, %(currency)s") % {"currency": one}, amount(statement.ageing(one).balance)]
            for one in statement.currencies
        ],
        "payment": _payment(statement),
    }


def _day(day: date) -> str:
    return format_date(day, "medium", locale=to_locale(get_language() or "en"))


def _has(statement: Statement, currency: str) -> bool:
    opening = (statement.opening or {}).get(currency)
    return bool(statement.of(currency) or opening)


def _facts(statement: Statement) -> list[list[str]]:
    found = [
        (_("Balance at"), _day(statement.on)),
        (_("From"), _day(statement.since) if statement.since else ""),
        (_("Customer number"), statement.buyer.number),
        (_("Company reg. no."), statement.buyer.org_number),
    ]
    return [[str(label), text] for label, text in found if text]


def _table(statement: Statement, currency: str) -> dict[str, Any]:
    """Return the entries in a currency as a table, the column of KIDs only where there are some."""
    shown = statement.of(currency)
    with_kid = any(_kid(entry) for entry in shown)
    names = [_("Description"), _("Date"), _("Due"), *([_("KID")] if with_kid else [])]
    numbers = [_("Amount"), *([] if statement.since else [_("Remaining")]), _("Balance")]
    rows: list[dict[str, Any]] = []
    if statement.opening is not None:
        blank = [""] * (len(names) + len(numbers) - 2)
        sums = statement.opening.get(currency, NOTHING)
        rows.append({"cells": [_("Opening balance"), *blank, amount(sums)]})
    for entry in shown:
        cells = [
            f"{entry.kind} {entry.number}".strip(),
            _day(entry.day),
            _day(entry.due_on) if entry.due_on else "",
            *([_kid(entry)] if with_kid else []),
            amount(entry.amount),
            *([] if statement.since else [amount(entry.left)]),
            amount(entry.running),
        ]
        rows.append({"cells": cells})
    title = currency if len(statement.currencies) > 1 else ""
    return {"title": title, "headings": names + numbers, "numbers": len(numbers), "rows": rows}


def _kid(entry: Entry) -> str:
    item = entry.item
    return item.kid if isinstance(item, Invoice) and entry.left > 0 else ""


def _ageing(statement: Statement) -> dict[str, Any]:
    numbers = [_("Not due"), _("1–30 days"), _("31–60 days"), _("61–90 days"), _("Over 90 days")]
    return {
        "title": _("How long it has been due"),
        "headings": [_("Currency"), *numbers, _("Balance")],
        "numbers": len(numbers) + 1,
        "rows": [
            {"cells": [one, *(amount(part) for part in of.parts), amount(of.balance)]}
            for one in statement.currencies
            if (of := statement.ageing(one))
        ],
    }


def _note(statement: Statement) -> str:
    if any(one.credit for one in statement.aged.by_currency.values()):
        return _("Payments and credit notes that have settled nothing yet count as not due.")
    return ""


def _payment(statement: Statement) -> list[list[str]]:
    """Return label and value of where to pay what is open: each account once."""
    accounts: dict[tuple[str, str], list[str]] = {}
    for one in statement.accounts:
        accounts.setdefault((one.number, one.bic), []).append(one.currency)
    found = []
    for (number, bic), currencies in accounts.items():
        norwegian = kontonr.is_valid(number)
        if norwegian and statement.buyer.domestic and set(currencies) == {"NOK"}:
            found.append([_("Account"), kontonr.format(number)])
        else:
            whole = kontonr.to_iban(number) if norwegian else number
            found += [[_("IBAN"), iban.format(whole)], [_("BIC"), bic]]
    if found:
        each = _("Each invoice's own KID") if _any_kid(statement) else _("The invoice's number")
        found.append([_("Mark the payment"), each])
    return [[label, text] for label, text in found if text]


def _any_kid(statement: Statement) -> bool:
    return any(one.has_kid for one in statement.accounts)


# As a spreadsheet


def sheet_columns() -> list[tabular.Column]:
    return [
        tabular.Column(_("Customer no."), 12),
        tabular.Column(_("Customer"), 32),
        tabular.Column(_("No."), 10),
        tabular.Column(_("Kind"), 14),
        tabular.Column(_("Date"), 12),
        tabular.Column(_("Due"), 12),
        tabular.Column(_("KID"), 20),
        tabular.Column(_("Currency"), 9),
        tabular.Column(_("Amount"), 14),
        tabular.Column(_("Settled"), 14),
        tabular.Column(_("Remaining"), 14),
        tabular.Column(_("Balance"), 14),
        tabular.Column(_("Days overdue"), 10),
    ]


def sheet_rows(statement: Statement) -> Iterator[list[Any]]:
    """Yield the cells of the entries, the oldest first."""
    for entry in statement.entries:
        late = (statement.on - entry.due_on).days if entry.due_on and entry.left else 0
        yield [
            statement.customer.number,
            statement.customer.name,
            entry.number,
            entry.kind,
            entry.day,
            entry.due_on,
            entry.item.kid,
            entry.currency,
            entry.amount,
            entry.paid,
            entry.left,
            entry.running,
            late if late > 0 else None,
        ]
