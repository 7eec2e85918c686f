"""Sums that the database adds up, as exact as what they are of."""

from decimal import ROUND_HALF_UP, Decimal

_CENTS = Decimal("0.01")


def exact(value: Decimal | None) -> Decimal:
    """Return a sum of hours or amounts, to two decimals; 0 where there was nothing to add up.

    SQLite adds up in binary fractions, of which thousands are seen in a product with a price.
    """
    return Decimal(value or 0).quantize(_CENTS, rounding=ROUND_HALF_UP)
