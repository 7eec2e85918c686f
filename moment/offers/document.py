"""What stands on an offer, as the data that `templates/pdf/offer.typ` sets, and its PDF.

`data` is pure: an offer's parts go in, texts come out, in the language that is active.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils import translation
from django.utils.translation import get_language, pgettext, to_locale
from django.utils.translation import gettext as _

from customers import invoice_parties
from customers.invoice_document import LANGUAGES, Buyer, Seller
from customers.invoice_lines import percent
from moment.invoice_settings.choices import VatCode
from moment.letterhead import pdf_with_logo
from moment.models import CompanySettings, Content
from moment.money import amount
from moment.offers import conditions, totals
from moment.offers.conditions import Conditions
from moment.offers.models import Offer, OfferLine
from moment.offers.totals import Totals

TEMPLATE = "offer.typ"


@dataclass(frozen=True)
class Document:
    """All that an offer is made of. `draft`: it is marked as one on each page."""

    seller: Seller
    buyer: Buyer
    offer: Offer
    lines: Sequence[OfferLine]
    conditions: Conditions
    contact: str = ""
    responsible: str = ""
    draft: bool = False

    @property
    def totals(self) -> Totals:
        holds = self.conditions
        return totals.of(self.lines, self.offer.discount, holds.vat_rate, holds.currency)


@dataclass(frozen=True)
class Ready:
    """What is printed of an offer. Two that are equal make documents that look the same."""

    data: dict[str, Any]
    logo: Content | None

    def pdf(self) -> bytes:
        """Return the PDF; where the logo cannot be read, with the company's name in its place."""
        return pdf_with_logo(TEMPLATE, self.data, self.logo)


def of(offer: Offer, company: CompanySettings, *, draft: bool = False) -> Document:
    """Return the parts of an offer as they are now: one query for the lines, few for people."""
    lines = list(offer.lines.select_related("role"))
    for line in lines:
        line.chosen = False  # the document is what was offered, not what was taken of it
    return Document(
        seller=invoice_parties.seller_of(company),
        buyer=invoice_parties.buyer_of(offer.customer, company),
        offer=offer,
        lines=lines,
        conditions=conditions.of(offer, company),
        contact=str(offer.contact or ""),
        responsible=str(offer.responsible),
        draft=draft,
    )


def ready(offer: Offer, *, draft: bool = False) -> Ready:
    """Return what is printed of an offer as it is now, in its own language."""
    company = CompanySettings.current()
    found = of(offer, company, draft=draft)
    with translation.override(LANGUAGES[found.conditions.language]):
        return Ready(data(found), company.logo)


def pdf_of(offer: Offer) -> bytes:
    """Return the PDF of an offer as it is now, marked as a draft while it can be edited."""
    return ready(offer, draft=offer.is_open).pdf()


def file_name(offer: Offer) -> str:
    """Return what its PDF is called, in the active language."""
    version = f"-{offer.revision}" if offer.revision > 1 else ""
    return f"{_('Offer')} {offer.number}{version}.pdf"


def data(document: Document) -> dict[str, Any]:
    """Return what the template sets, every text ready in the active language."""
    offer, seller = document.offer, document.seller
    return {
        "lang": (get_language() or "en")[:2],
        "title": _("Offer"),
        "number": offer.number,
        "name": offer.name,
        "page": _("Page {page} of {pages}"),
        "seller": {
            "name": seller.name,
            "lines": [*seller.address, seller.org_number],
            "reach": list(seller.reach),
            "foot": [seller.name, seller.org_number, f"{_('Offer')} {offer.number}"],
        },
        "buyer": [
            {"text": document.buyer.name, "strong": True},
            {"text": document.contact, "strong": False},
            *({"text": line, "strong": False} for line in document.buyer.address),
        ],
        "facts": _facts(document),
        "introduction": offer.introduction.strip(),
        "lines": _table(document, optional=False),
        "options": _options(document),
        "totals": _sums(document),
        "total": [
            _("Total, %(currency)s") % {"currency": document.conditions.currency},
            amount(document.totals.gross),
        ],
        "terms": {"title": pgettext("of an offer", "Terms"), "text": offer.terms.strip()},
        "closing": [
            _("The offer is valid until %(day)s.") % {"day": _day(offer.valid_until)},
            _("Amounts are in %(currency)s.") % {"currency": document.conditions.currency},
        ],
        "draft": _draft() if document.draft else None,
    }


def _locale() -> str:
    return to_locale(get_language() or "en")


def _day(day: date) -> str:
    return format_date(day, "medium", locale=_locale())


def _facts(document: Document) -> list[list[str]]:
    """Return label and value of what identifies the offer; what is empty is left out."""
    offer = document.offer
    found = [
        (_("Offer date"), _day(offer.issued_on)),
        (_("Valid until"), _day(offer.valid_until)),
        (_("Version"), str(offer.revision) if offer.revision > 1 else ""),
        (_("Customer number"), document.buyer.number),
        (_("Company reg. no."), document.buyer.org_number),
        (_("Your reference"), offer.your_reference),
        (_("Order reference"), offer.order_reference),
        (_("Our contact"), document.responsible),
    ]
    return [[str(label), text] for label, text in found if text]


def _table(document: Document, *, optional: bool) -> dict[str, Any]:
    """Return the lines that are optional, or those that are not, as a table."""
    shown = [line for line in document.lines if line.optional == optional]
    with_discount = any(line.discount for line in shown)
    currency = document.conditions.currency
    rows: list[dict[str, Any]] = []
    for line in shown:
        cells = [line.title, quantity(line), amount(line.price)]
        cells += [percent(line.discount) if line.discount else ""] if with_discount else []
        row: dict[str, Any] = {"cells": [*cells, amount(totals.of_line(line, currency))]}
        if below := "\n".join(text for text in (_role(line), line.text.strip()) if text):
            row["sub"] = below
        rows.append(row)
    rate = pgettext("price of one", "Rate")
    numbers = [_("Quantity"), rate, *([_("Discount")] if with_discount else []), _("Amount")]
    return {"headings": [_("Description"), *numbers], "numbers": len(numbers), "rows": rows}


def _options(document: Document) -> dict[str, Any] | None:
    table = _table(document, optional=True)
    if not table["rows"]:
        return None
    note = _("These are in no sum above. They can be chosen when the offer is accepted.")
    if document.offer.discount:
        note += " " + _("The discount of %(rate)s holds for them too.") % {
            "rate": percent(document.offer.discount)
        }
    return table | {"title": _("Options"), "note": note}


def quantity(line: OfferLine) -> str:
    """Return how much of a line there is, with its unit: `160 h`, `1`, `3 pcs`."""
    number = format_decimal(line.quantity, "#,##0.##", locale=_locale())
    unit = line.unit or (_("h") if line.kind == OfferLine.Kind.HOURLY else "")
    return f"{number} {unit}".strip()


def _role(line: OfferLine) -> str:
    if line.kind == OfferLine.Kind.FIXED or line.role is None:
        return ""
    return line.role.name


def _sums(document: Document) -> list[list[str]]:
    found, discount = document.totals, document.offer.discount
    rows = []
    if discount:
        rows.append([_("Sum"), amount(found.lines)])
        rows.append([_("Discount %(rate)s") % {"rate": percent(discount)}, amount(-found.discount)])
    rows.append([_("Sum excluding VAT"), amount(found.net)])
    rows.append([vat_words(document.conditions, found.net), amount(found.vat)])
    return rows


def vat_words(holds: Conditions, net: Decimal) -> str:
    """Return what stands before the VAT: the rate and of what, or why there is none."""
    if holds.vat_rate:
        return _("VAT %(rate)s of %(base)s") % {
            "rate": percent(holds.vat_rate),
            "base": amount(net),
        }
    if not holds.vat_registered:
        return _("No VAT: the seller is not in the VAT register")
    texts = {
        VatCode.ZERO: _("VAT 0 %: exempt within the VAT Act"),
        VatCode.EXPORT: _("VAT 0 %: export"),
        VatCode.OUTSIDE: _("No VAT: outside the VAT Act"),
        VatCode.NO_TREATMENT: _("No VAT: outside the VAT Act"),
    }
    return texts[holds.vat_code]


def _draft() -> dict[str, Any]:
    return {
        "word": _("DRAFT"),
        "mark": _("DRAFT, not sent. It can still change."),
        "notes": [],
    }
