"""What stands on an invoice, as the data that `templates/pdf/invoice.typ` sets.

Pure: an invoice's parts go in, texts come out, in the language that is active. Nothing is read
from the database and nothing is written, so that an invoice made long ago prints as it did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_date, format_interval
from babel.numbers import format_decimal
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _
from stdnum import iban
from stdnum.no import kontonr

from customers import invoice_lines
from customers.invoice_lines import VAT_RATES, Expense, Line, Row, Totals, Work, percent
from moment.invoice_settings.choices import HoursGrouping, HoursSpecification, VatCode
from moment.invoice_settings.levels import Effective
from moment.money import amount

TEMPLATE = "invoice.typ"
# By what the settings call it, the language of ours.
LANGUAGES = {"nb": "nb", "en": "en-gb"}


@dataclass(frozen=True)
class Seller:
    """The company as it stands on the invoice. Without VAT where it is not registered for it."""

    name: str
    address: Sequence[str]
    org_number: str  # with MVA and Foretaksregisteret, where they belong
    reach: Sequence[str]  # e-mail, phone, website
    vat_registered: bool = True


@dataclass(frozen=True)
class Buyer:
    number: str
    name: str
    address: Sequence[str]
    org_number: str
    domestic: bool = True


@dataclass(frozen=True)
class Account:
    """Where to pay; the number is a Norwegian one or an IBAN, in bare digits and letters."""

    number: str
    bic: str = ""
    kid: str = ""


@dataclass(frozen=True)
class Sample:
    """Marks an invoice that is none, by a word across each page and a line above it.

    The notes say what a person should know about it.
    """

    word: str
    mark: str
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Document:
    """All that an invoice is made of. `settings` are those in force for it."""

    seller: Seller
    buyer: Buyer
    settings: Effective
    number: str
    issued_on: date
    work: Sequence[Work]
    expenses: Sequence[Expense] = ()
    account: Account | None = None
    contact: str = ""
    attachments: Sequence[str] = ()
    sample: Sample | None = None
    has_logo: bool = False
    lines: Sequence[Line] = field(init=False)
    totals: Totals = field(init=False)

    def __post_init__(self) -> None:
        lines = invoice_lines.lines(self.work, self.expenses, self.settings)
        object.__setattr__(self, "lines", lines)
        totals = invoice_lines.totals(lines, self.vat_rate, self.currency)
        object.__setattr__(self, "totals", totals)

    @property
    def currency(self) -> str:
        return self.settings.value("currency")

    @property
    def due_on(self) -> date:
        return self.issued_on + timedelta(days=self.settings.value("credit_terms"))

    @property
    def vat_code(self) -> VatCode:
        name = "vat_code" if self.buyer.domestic else "vat_code_foreign"
        return VatCode(self.settings.value(name))

    @property
    def vat_rate(self) -> Decimal:
        return VAT_RATES[self.vat_code] if self.seller.vat_registered else Decimal(0)


def data(document: Document) -> dict[str, Any]:
    """Return what the template sets, every text ready in the active language."""
    value = document.settings.value
    return {
        "lang": (get_language() or "en")[:2],
        "title": _("Invoice"),
        "number": document.number,
        "logo": document.has_logo,
        "page": _("Page {page} of {pages}"),
        "seller": {
            "name": document.seller.name,
            "lines": [*document.seller.address, document.seller.org_number],
            "reach": list(document.seller.reach),
            "foot": [document.seller.name, document.seller.org_number],
        },
        "buyer": [
            {"text": value("line_above_name") or "", "strong": False},
            {"text": document.buyer.name, "strong": True},
            {"text": value("line_below_name") or "", "strong": False},
            *({"text": line, "strong": False} for line in document.buyer.address),
        ],
        "facts": _facts(document),
        "text": value("invoice_text") or "",
        "lines": _lines(document),
        "totals": _totals(document),
        "total": [
            _("To pay, %(currency)s") % {"currency": document.currency},
            amount(document.totals.gross),
        ],
        "payment": _payment(document),
        "summary": _summary(document),
        "hours": _hours(document),
        "attachments": {"title": _("Attachments"), "names": list(document.attachments)},
        "footer": value("invoice_footer") or "",
        "sample": _sample(document.sample),
    }


def _day(day: date) -> str:
    return format_date(day, "medium", locale=to_locale(get_language() or "en"))


def _number(hours: Decimal | None) -> str:
    if hours is None:
        return ""
    return format_decimal(hours, "#,##0.0#", locale=to_locale(get_language() or "en"))


def _period(period: tuple[date, date] | None) -> str:
    if period is None:
        return ""
    return format_interval(*period, "yMMMd", locale=to_locale(get_language() or "en"))


def _facts(document: Document) -> list[list[str]]:
    """Return label and value of what identifies the invoice; what is empty is left out."""
    value = document.settings.value
    found = [
        (_("Invoice date"), _day(document.issued_on)),
        (_("Due date"), _day(document.due_on)),
        (_("Terms"), _terms(value("credit_terms"))),
        (_("Customer number"), document.buyer.number),
        (_("Company reg. no."), document.buyer.org_number),
        (_("Your reference"), value("your_reference")),
        (_("Order reference"), value("order_reference")),
        (_("Contract reference"), value("contract_reference")),
        (_("Customer contact"), document.contact),
    ]
    return [[str(label), text] for label, text in found if text]


def _terms(days: int) -> str:
    if not days:
        return _("Due at once")
    return ngettext("%(days)s day net", "%(days)s days net", days) % {"days": days}


def _lines(document: Document) -> dict[str, Any]:
    """Return the table, without the columns that no line would fill."""
    with_period = any(line.period for line in document.lines)
    with_rate = any(line.rate is not None for line in document.lines)
    headings = [_("Description"), *([_("Period")] if with_period else [])]
    numbers = [_("Hours"), *([_("Rate")] if with_rate else []), _("Amount")]
    rows: list[dict[str, Any]] = []
    heading = ""
    for line in document.lines:
        if line.heading != heading:
            heading = line.heading
            rows.append({"heading": heading})
        cells = [line.text, *([_period(line.period)] if with_period else [])]
        cells += [_number(line.hours), *([amount(line.rate)] if with_rate else [])]
        rows.append({"cells": [*cells, amount(line.amount)], "under": bool(heading)})
    return {
        "headings": [*headings, *numbers],
        "numbers": len(numbers),
        "rows": rows,
    }


def _totals(document: Document) -> list[list[str]]:
    totals = document.totals
    if totals.vat_rate:
        vat = _("VAT %(rate)s of %(base)s") % {
            "rate": percent(totals.vat_rate),
            "base": amount(totals.net),
        }
    else:
        vat = _why_no_vat(document)
    return [[_("Sum excluding VAT"), amount(totals.net)], [vat, amount(totals.vat)]]


def _why_no_vat(document: Document) -> str:
    if not document.seller.vat_registered:
        return _("No VAT: the seller is not in the VAT register")
    texts = {
        VatCode.ZERO: _("VAT 0 %: exempt within the VAT Act"),
        VatCode.EXPORT: _("VAT 0 %: export"),
        VatCode.OUTSIDE: _("No VAT: outside the VAT Act"),
    }
    return texts[document.vat_code]


def _payment(document: Document) -> list[list[str]]:
    """Return label and value of what one needs in order to pay."""
    found = [[_("Due date"), _day(document.due_on)]]
    if account := document.account:
        norwegian = kontonr.is_valid(account.number)
        if norwegian and document.buyer.domestic and document.currency == "NOK":
            found.append([_("Account"), kontonr.format(account.number)])
        else:
            number = kontonr.to_iban(account.number) if norwegian else account.number
            found.append([_("IBAN"), iban.format(number)])
            found.append([_("BIC"), account.bic])
        if account.kid:
            found.append([_("KID"), account.kid])
        else:
            found.append([_("Mark the payment"), document.number])
    return [[label, text] for label, text in found if text]


def _summary(document: Document) -> dict[str, Any] | None:
    rows = invoice_lines.summary(document.work, document.settings)
    if not rows:
        return None
    with_hours = document.settings.value("summary_hours")
    return {
        "title": _("Summary"),
        "headings": ["", *([_("Hours")] if with_hours else []), _("Amount")],
        "numbers": 1 + with_hours,
        "rows": [
            {"cells": [*row.cells, *([_number(row.hours)] if with_hours else []),
                       amount(row.amount)]}
            for row in rows
        ],
    }  # fmt: skip


def _hours(document: Document) -> dict[str, Any] | None:
    """Return the hours specification where it stands on the invoice itself."""
    settings = document.settings
    if settings.value("hours_specification") != HoursSpecification.ON_INVOICE:
        return None
    rows, with_rates = invoice_lines.hours(document.work, settings), settings.value("hours_rates")
    by_day = any(row.day for row in rows)

    def cells(row: Row) -> list[str]:
        found = [*([_day(row.day)] if row.day else []), *row.cells, _number(row.hours)]
        if with_rates:
            found += [amount(row.rate), amount(row.amount)]
        return found

    headings = [*([_("Date")] if by_day else []), *_hours_headings(settings), _("Hours")]
    total = [_("Total"), *[""] * (len(headings) - 2)]
    total.append(_number(sum((row.hours for row in rows), Decimal(0))))
    if with_rates:
        headings += [_("Rate"), _("Amount")]
        total += ["", amount(sum((row.amount for row in rows), Decimal(0)))]
    return {
        "title": _("Hours specification"),
        "headings": headings,
        "numbers": 3 if with_rates else 1,
        "rows": [{"cells": cells(row)} for row in rows],
        "total": total,
    }


def _hours_headings(settings: Effective) -> list[str]:
    headings: Mapping[str, list[str]] = {
        HoursGrouping.ACTIVITY: [_("Activity")],
        HoursGrouping.ENTRY: [_("Employee"), _("What was done")],
    }
    return headings.get(settings.value("hours_grouping"), [_("Employee")])


def _sample(sample: Sample | None) -> dict[str, Any] | None:
    if sample is None:
        return None
    return {"word": sample.word, "mark": sample.mark, "notes": list(sample.notes)}
