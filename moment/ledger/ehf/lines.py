"""Lines as EHF has them: a quantity above or below 0, times a price that is never below."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from moment.ledger.models import InvoiceLine

HOURS, PIECES = "HUR", "C62"
# Units as people write them, by the code of UN/ECE Recommendation 20. All else is "one".
_UNITS = {
    **dict.fromkeys(("t", "time", "timer", "h", "hour", "hours", "hrs"), HOURS),
    **dict.fromkeys(("dag", "dager", "døgn", "day", "days"), "DAY"),
    **dict.fromkeys(("uke", "uker", "week", "weeks"), "WEE"),
    **dict.fromkeys(("mnd", "måned", "måneder", "month", "months"), "MON"),
    **dict.fromkeys(("år", "year", "years"), "ANN"),
    **{"km": "KMT", "m": "MTR", "m2": "MTK", "m²": "MTK", "m3": "MTQ", "m³": "MTQ"},
    **{"kg": "KGM", "l": "LTR", "liter": "LTR"},
}
# How far quantity times price may be from the amount (PEPPOL-EN16931-R120).
SLACK = Decimal("0.02")
_DECIMALS = Decimal(1).scaleb(-10)


@dataclass(frozen=True)
class Priced:
    """A line's quantity and price, as it stands on the document."""

    quantity: Decimal
    unit: str
    price: Decimal


def of_document(lines: Sequence[InvoiceLine]) -> tuple[list[InvoiceLine], list[InvoiceLine]]:
    """Return which are lines in an EHF, and which are taken off or put on the whole.

    There must be a line (BR-16), so of an invoice that has nothing else all are.
    """
    own = [line for line in lines if line.kind not in InvoiceLine.OF_THE_WHOLE]
    if not own:
        return list(lines), []
    return own, [line for line in lines if line.kind in InvoiceLine.OF_THE_WHOLE]


def priced(line: InvoiceLine, sign: int) -> Priced:
    """Return what makes a line's amount. `sign` is the invoice's: documents are positive."""
    amount = sign * line.amount
    if not line.quantity:
        return Priced(_signed(Decimal(1), amount), PIECES, abs(amount))
    quantity, unit = _signed(abs(line.quantity), amount), _unit(line)
    price = abs(line.price) if line.price is not None else None
    if price is None or abs(quantity * price - amount) > SLACK:
        # Of hours at several prices, and of what was rounded on the way.
        price = (amount / quantity).quantize(_DECIMALS)
    return Priced(quantity, unit, price)


def _signed(number: Decimal, amount: Decimal) -> Decimal:
    return -number if amount < 0 else number


def _unit(line: InvoiceLine) -> str:
    if not line.unit:
        return HOURS if line.kind == InvoiceLine.Kind.WORK else PIECES
    return _UNITS.get(line.unit.strip().rstrip(".").casefold(), PIECES)
