"""What an offer comes to. Each line is rounded once, and sums are sums of rounded lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from customers.invoice_lines import HUNDRED
from moment.money import rounded
from moment.offers.models import OfferLine


@dataclass(frozen=True)
class Totals:
    """Amounts in the offer's currency. `optional` could be added; it is in none of the others."""

    lines: Decimal  # before the discount of the whole
    discount: Decimal
    optional: Decimal  # after it
    vat_rate: Decimal  # per cent
    vat: Decimal

    @property
    def net(self) -> Decimal:
        return self.lines - self.discount

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def of_line(line: OfferLine, currency: str) -> Decimal:
    """Return what a line costs, with its own discount taken off."""
    return rounded(line.quantity * line.price * _left(line.discount), currency)


def of(lines: Iterable[OfferLine], discount: Decimal, vat_rate: Decimal, currency: str) -> Totals:
    """Return what these lines come to; an optional one counts when it is chosen."""
    sure = optional = Decimal(0)
    for line in lines:
        if line.optional and not line.chosen:
            optional += of_line(line, currency)
        else:
            sure += of_line(line, currency)
    off = rounded(sure * discount / HUNDRED, currency)
    left = optional - rounded(optional * discount / HUNDRED, currency)
    vat = rounded((sure - off) * vat_rate / HUNDRED, currency)
    return Totals(sure, off, left, vat_rate, vat)


def discounted(lines: Iterable[OfferLine], discount: Decimal, currency: str) -> list[Decimal]:
    """Return what each line costs with the discount of the whole taken off as well.

    Together they are what the lines come to without it less the discount, to the last coin.
    """
    found, before, so_far = [], Decimal(0), Decimal(0)
    for line in lines:
        so_far += of_line(line, currency)
        after = so_far - rounded(so_far * discount / HUNDRED, currency)
        found.append(after - before)
        before = after
    return found


def hourly_rate(line: OfferLine, discount: Decimal, currency: str) -> Decimal:
    """Return what an hour of a line costs, with both discounts taken off."""
    return rounded(line.price * _left(line.discount) * _left(discount), currency)


def _left(discount: Decimal) -> Decimal:
    return 1 - discount / HUNDRED
