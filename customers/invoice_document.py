"""What stands on an invoice, as the data that `templates/pdf/invoice.typ` sets.

Pure: an invoice's parts go in, texts come out, in the language that is active. Nothing is read
from the database and nothing is written, so that an invoice made long ago prints as it did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date, format_interval
from babel.numbers import format_decimal
from django.utils.translation import get_language, ngettext, pgettext, to_locale
from django.utils.translation import gettext as _
from stdnum import iban
from stdnum.no import kontonr

from customers import hours_document, invoice_lines
from customers.invoice_lines import Line, Work, percent
from customers.invoice_totals import Totals, Vat
from moment.invoice_settings.choices import HoursSpecification, VatCode
from moment.invoice_settings.levels import Values
from moment.money import amount, rounded

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
class Booked:
    """By what an invoice in a foreign currency is booked: what one of it is in our currency."""

    currency: str
    rate: Decimal


@dataclass(frozen=True)
class Document:
    """All that an invoice or a credit note is made of. `settings` are those in force for it.

    Amounts of credit notes are positive here: that they are given back is what the title says.
    `work` is what the summary and the hours specification are made of.
    """

    seller: Seller
    buyer: Buyer
    settings: Values
    number: str
    issued_on: date
    due_on: date
    currency: str
    lines: Sequence[Line]
    totals: Totals
    work: Sequence[Work] = ()
    account: Account | None = None
    contact: str = ""
    attachments: Sequence[str] = ()
    booked: Booked | None = None
    is_credit_note: bool = False
    credits: str = ""  # the number of the invoice that a credit note takes back
    sample: Sample | None = None
    has_logo: bool = False
    delivered_on: date | None = None  # what the lines give no period for


def data(document: Document) -> dict[str, Any]:
    """Return what the template sets, every text ready in the active language."""
    value = document.settings.value
    return {
        "lang": (get_language() or "en")[:2],
        "title": _("Credit note") if document.is_credit_note else _("Invoice"),
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
        "total": [_total(document), amount(document.totals.gross)],
        "booked": _booked(document),
        "payment": _payment(document),
        "summary": _summary(document),
        "hours": _hours(document),
        "attachments": {"title": _("Attachments"), "names": list(document.attachments)},
        "footer": value("invoice_footer") or "",
        "sample": _sample(document.sample),
    }


def _day(day: date) -> str:
    return format_date(day, "medium", locale=to_locale(get_language() or "en"))


def _day_if(day: date | None) -> str:
    return _day(day) if day else ""


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
        *_days(document),
        (_("Customer number"), document.buyer.number),
        (_("Company reg. no."), document.buyer.org_number),
        (_("Your reference"), value("your_reference")),
        (_("Order reference"), value("order_reference")),
        (_("Contract reference"), value("contract_reference")),
        (_("Customer contact"), document.contact),
    ]
    return [[str(label), text] for label, text in found if text]


def _days(document: Document) -> list[tuple[str, str]]:
    issued_on = _day(document.issued_on)
    if document.is_credit_note:
        return [(_("Credit note date"), issued_on), (_("Credits invoice"), document.credits)]
    return [
        (_("Invoice date"), issued_on),
        (pgettext("goods and services", "Delivered"), _day_if(document.delivered_on)),
        (_("Due date"), _day(document.due_on)),
        (_("Terms"), _terms((document.due_on - document.issued_on).days)),
    ]


def _terms(days: int) -> str:
    if not days:
        return _("Due at once")
    return ngettext("%(days)s day net", "%(days)s days net", days) % {"days": days}


def _lines(document: Document) -> dict[str, Any]:
    """Return the table, without the columns that no line would fill."""
    lines = document.lines
    with_period = any(line.period for line in lines)
    with_hours = any(line.hours is not None for line in lines)
    with_rate = any(line.rate is not None for line in lines)
    with_vat = len({vat.rate for vat in document.totals.vats}) > 1
    with_unit = any(line.hours is not None and not _is_hours(line) for line in lines)

    def cells(line: Line) -> list[str]:
        found = [line.text, *([_period(line.period)] if with_period else [])]
        if with_hours:
            found.append(_quantity(line) if with_unit else _number(line.hours))
        found += [amount(line.rate)] if with_rate else []
        found += ["" if line.vat_rate is None else percent(line.vat_rate)] if with_vat else []
        return [*found, amount(line.amount)]

    rows: list[dict[str, Any]] = []
    heading = ""
    for line in lines:
        if line.heading != heading:
            heading = line.heading
            rows.append({"heading": heading})
        rows.append({"cells": cells(line), "under": bool(heading)})
    rate = pgettext("price of one", "Rate") if with_unit else _("Rate")
    numbers = [
        *([_("Quantity") if with_unit else _("Hours")] if with_hours else []),
        *([rate] if with_rate else []),
        *([_("VAT")] if with_vat else []),
        _("Amount"),
    ]
    headings = [_("Description"), *([_("Period")] if with_period else []), *numbers]
    return {"headings": headings, "numbers": len(numbers), "rows": rows}


def _is_hours(line: Line) -> bool:
    return line.kind == "work" and not line.unit


def _quantity(line: Line) -> str:
    """Return how much of a line there is, with its unit: `160 h`, `3 pcs`, `2`."""
    if line.hours is None:
        return ""
    number = format_decimal(line.hours, "#,##0.##", locale=to_locale(get_language() or "en"))
    return f"{number} {_('h') if _is_hours(line) else line.unit}".strip()


def _total(document: Document) -> str:
    text = (
        _("To your credit, %(currency)s") if document.is_credit_note else _("To pay, %(currency)s")
    )
    return text % {"currency": document.currency}


def _totals(document: Document) -> list[list[str]]:
    totals = document.totals
    rows = [[_("Sum excluding VAT"), amount(totals.net)]]
    if not document.seller.vat_registered and not totals.vat:
        text = _("No VAT: the seller is not in the VAT register")
        return [*rows, [text, amount(totals.vat)]]
    several = len(totals.vats) > 1
    return [*rows, *([_vat(vat, several=several), amount(vat.amount)] for vat in totals.vats)]


def _vat(vat: Vat, *, several: bool) -> str:
    """Return what stands before the VAT of a rate: of what it is, or why there is none."""
    without = {
        VatCode.ZERO: _("VAT 0 %: exempt within the VAT Act"),
        VatCode.EXPORT: _("VAT 0 %: export"),
        VatCode.OUTSIDE: _("No VAT: outside the VAT Act"),
        VatCode.NO_TREATMENT: _("No VAT: outside the VAT Act"),
    }
    base = amount(vat.base)
    if vat.rate or vat.code not in without:
        return _("VAT %(rate)s of %(base)s") % {"rate": percent(vat.rate), "base": base}
    why = without[vat.code]
    return _("%(why)s, of %(base)s") % {"why": why, "base": base} if several else why


def _booked(document: Document) -> list[list[str]]:
    """Return the VAT in our own currency, as the bookkeeping rules want it, and the rate."""
    booked, vat = document.booked, document.totals.vat
    if booked is None or booked.currency == document.currency:
        return []
    rows = []
    if vat:
        text = _("VAT in %(currency)s") % {"currency": booked.currency}
        rows.append([text, amount(rounded(vat * booked.rate, booked.currency))])
    locale = to_locale(get_language() or "en")
    rate = format_decimal(booked.rate, "#,##0.00####", locale=locale)
    rows.append([_("Exchange rate"), f"1 {document.currency} = {rate} {booked.currency}"])
    return rows


def _payment(document: Document) -> list[list[str]]:
    """Return label and value of what one needs in order to pay; nothing for a credit note."""
    if document.is_credit_note:
        return []
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
    if document.settings.value("hours_specification") != HoursSpecification.ON_INVOICE:
        return None
    return hours_document.table(document.work, document.settings)


def _sample(sample: Sample | None) -> dict[str, Any] | None:
    if sample is None:
        return None
    return {"word": sample.word, "mark": sample.mark, "notes": list(sample.notes)}
