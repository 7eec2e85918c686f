"""Files as the bank writes them: OCR giro, lines of 80 characters."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

ACCOUNT = "15033942187"


@dataclass
class Paid:
    """A transaction. Amounts in kroner; negative ones are reversals."""

    amount: str | int
    kid: str = ""
    kind: str = "10"
    on: date | None = None
    text: str = ""
    payer: str = "99990512341"
    archive: str = ""  # the bank's number, made of the place in the file unless given

    @property
    def øre(self) -> int:
        return int(Decimal(self.amount) * 100)


def lines(
    *paid: Paid,
    account: str = ACCOUNT,
    transmission: str = "1000081",
    more: tuple[tuple[str, list[Paid]], ...] = (),
) -> list[str]:
    """Return the lines of a file with these payments; `more` are further accounts with theirs."""
    found = [_filled(f"NY000010{'00008080'}{transmission}{'00010200'}")]
    settled = max((_day(one) for one in paid), default=timezone.localdate())
    total = count = 0
    for place, (number, some) in enumerate([(account, list(paid)), *more]):
        mine = [_filled(f"NY090020{'001008566'}{place:07}{number}")]
        for n, one in enumerate(some, start=1):
            mine += _transaction(one, n, place)
        days = [_day(one) for one in some] or [settled]
        øre = sum(one.øre for one in some)
        mine.append(_end("09", 88, len(some), len(mine) + 1, øre, settled, min(days), max(days)))
        found += mine
        total, count = total + øre, count + len(some)
    found.append(_end("00", 89, count, len(found) + 1, total, settled))
    return found


def content(*paid: Paid, newline: str = "\r\n", **options) -> bytes:
    return text_of(lines(*paid, **options), newline)


def text_of(some: list[str], newline: str = "\r\n") -> bytes:
    return "".join(line + newline for line in some).encode("latin-1")


def _day(one: Paid) -> date:
    return one.on or timezone.localdate()


def _filled(text: str) -> str:
    return text.ljust(80, "0")


def _transaction(one: Paid, n: int, place: int) -> list[str]:
    sign = "-" if one.øre < 0 else "0"
    archive = one.archive or f"{place:02}{n:07}"
    found = [
        _filled(
            f"NY09{one.kind}30{n:07}{_day(one):%d%m%y}13201{n % 100000:05}"
            f"{sign}{abs(one.øre):017}{one.kid:>25}"
        ),
        _filled(
            f"NY09{one.kind}31{n:07}{'9636827194'}{archive}0000000{_day(one):%d%m%y}{one.payer}"
        ),
    ]
    if one.text:
        found.append(_filled(f"NY09{one.kind}32{n:07}{one.text:<40}"))
    return found


def _end(service: str, kind: int, transactions: int, records: int, øre: int, *days: date) -> str:
    told = "".join(f"{day:%d%m%y}" for day in days)
    return _filled(f"NY{service}00{kind}{transactions:08}{records:08}{abs(øre):017}{told}")
