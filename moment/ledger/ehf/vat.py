"""VAT as EHF tells it: a category and a rate for each code of SAF-T."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from moment.invoice_settings.choices import VatCode
from moment.ledger import totals
from moment.ledger.models import Invoice, InvoiceLine

# By the code list of duty and tax categories (UNCL 5305).
STANDARD, ZERO, EXPORT, EXEMPT, OUTSIDE = "S", "Z", "G", "E", "O"
_CATEGORIES = {
    VatCode.STANDARD: STANDARD,
    VatCode.FOOD: STANDARD,
    VatCode.LOW: STANDARD,
    VatCode.ZERO: ZERO,
    VatCode.EXPORT: EXPORT,
    VatCode.OUTSIDE: EXEMPT,
    VatCode.NO_TREATMENT: EXEMPT,
}
# By the code list of reasons (VATEX).
REASONS = {EXPORT: "VATEX-EU-G", OUTSIDE: "VATEX-EU-O"}


@dataclass(frozen=True)
class Category:
    """A category with its rate in per cent; what is outside the scope of VAT has none."""

    code: str
    rate: Decimal | None

    @property
    def reason(self) -> str:
        """Return in words why there is no VAT, empty where there is or no reason is told."""
        return {
            EXPORT: _("Export outside Norway"),
            EXEMPT: _("Outside the VAT Act"),
            OUTSIDE: _("The seller is not in the VAT register"),
        }.get(self.code, "")


@dataclass(frozen=True)
class Part:
    """All that has one category and rate, and its VAT."""

    category: Category
    base: Decimal
    amount: Decimal


def category_of(code: str, rate: Decimal, registered: bool) -> Category:
    """Return the category of a line; who is not in the VAT register sells outside its scope."""
    if not registered:
        return Category(OUTSIDE, None)
    return Category(_CATEGORIES[VatCode(code)], rate)


def breakdown(invoice: Invoice, lines: Iterable[InvoiceLine], registered: bool) -> list[Part]:
    """Return the VAT of an invoice by category and rate, as the document has its amounts."""
    found: dict[Category, Part] = {}
    for one in totals.printed(invoice, lines).vats:
        category = category_of(one.code, one.rate, registered)
        known = found.get(category, Part(category, Decimal(0), Decimal(0)))
        base, amount = known.base + one.base, known.amount + one.amount
        found[category] = Part(category, base, amount)
    return list(found.values())
