"""What an invoice comes to: sums, and VAT by code and rate.

Each line is rounded by itself, VAT once for each rate over the sum of its lines; so all that stands
on the invoice adds up (BR-CO-10 to BR-CO-17 of EN 16931).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from moment.invoice_settings.choices import VatCode
from moment.money import rounded

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Vat:
    """The VAT of all lines with one code and rate, in per cent."""

    code: VatCode
    rate: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Totals:
    net: Decimal
    vats: tuple[Vat, ...]

    @property
    def vat(self) -> Decimal:
        return sum((one.amount for one in self.vats), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def of(lines: Iterable[tuple[str, Decimal, Decimal]], currency: str) -> Totals:
    """Return the totals of lines, each given by its VAT code, rate in per cent, and amount.

    Highest rate first, then by code.
    """
    bases: dict[tuple[VatCode, Decimal], Decimal] = {}
    for code, rate, amount in lines:
        key = VatCode(code), Decimal(rate).quantize(Decimal("0.01"))
        bases[key] = bases.get(key, Decimal(0)) + amount
    ordered = sorted(bases.items(), key=lambda item: (-item[0][1], item[0][0]))
    return Totals(
        sum(bases.values(), Decimal(0)),
        tuple(
            Vat(code, rate, base, rounded(base * rate / HUNDRED, currency))
            for (code, rate), base in ordered
        ),
    )
