"""What those who share a price model pay of a draft with the work on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from moment.ledger import composing
from moment.ledger.composing import Composed, Share
from moment.projects import sharing
from moment.projects.sharing import Part


@dataclass(frozen=True)
class Owed:
    """What another customer than the one with the work pays of a price model."""

    share: Share
    part: Part
    amount: Decimal
    days: tuple[date, date] | None


def split(lines: Sequence[Composed], shares: Sequence[Share], currency: str) -> list[Owed]:
    """Return what each of the others pays of these lines, each part in whole coins.

    What rounding leaves over is paid by who gets the work.
    """
    found = []
    for share in shares:
        of_it = [one for one in lines if one.of is share]
        whole = sum((one.amount for one in of_it), Decimal(0))
        paid = sharing.split(whole, share.payers, currency)
        days = composing.days_of(of_it)
        found += [
            Owed(share, part, paid[part.customer.pk], days)
            for part in share.payers[1:]
            if paid[part.customer.pk]
        ]
    return found
