"""Writes files of OCR giro payments (BBS format) as the demo's bank sends them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_LENGTH = 80
_CENTRE, _DATA_SENDER, _AGREEMENT = "00008080", "00010200", "001008566"


@dataclass(frozen=True)
class Paid:
    """A payment into the account on a day, in kroner."""

    day: date
    amount: Decimal
    kid: str
    # The account that it comes from.
    payer: str


def write(account: str, paid: Sequence[Paid], transmission: int, settled_on: date) -> bytes:
    """Return the file of a transmission with these payments to an account."""
    lines = [
        f"NY000010{_CENTRE}{transmission:07}{_DATA_SENDER}",
        f"NY090020{_AGREEMENT}{0:07}{account}",
    ]
    for place, one in enumerate(paid, start=1):
        day = f"{one.day:%d%m%y}"
        head = f"NY0910{{}}{place:07}"
        amount = f"0{_coins(one.amount):017}"
        lines.append(f"{head.format(30)}{day}13201{place:05}{amount}{one.kid:>25}")
        lines.append(f"{head.format(31)}9636827194{place:09}0000000{day}{one.payer}")
    days = [settled_on, min(one.day for one in paid), max(one.day for one in paid)]
    total = sum(_coins(one.amount) for one in paid)
    lines.append(_end("09", 88, len(paid), len(lines), total, days))
    lines.append(_end("00", 89, len(paid), len(lines) + 1, total, days[:1]))
    return "".join(f"{line.ljust(_LENGTH, '0')}\r\n" for line in lines).encode("ascii")


def _coins(amount: Decimal) -> int:
    return int(amount * 100)


def _end(service: str, kind: int, count: int, lines: int, total: int, days: list[date]) -> str:
    told = "".join(f"{day:%d%m%y}" for day in days)
    return f"NY{service}00{kind}{count:08}{lines:08}{total:017}{told}"
