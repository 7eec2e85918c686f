"""Sums that the database adds up, as exact as what they are of."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any


def exact(value: Any, places: int = 2) -> Decimal:
    """Return a sum of hours or amounts, to so many decimals; 0 where there was nothing to add up.

    Takes what a database's own sum comes as, too: SQLite adds up in binary fractions, of which
    thousands are seen in a product with a price.
    """
    return Decimal(str(value or 0)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
