"""OCR giro: reading the file in which the bank tells what customers have paid (BBS or Nets format).

By the system specification of OCR giro: lines of 80 characters; a transmission holds assignments,
one an account, and these hold transactions of two or three amount items. End records say how many
transactions and records there are and what they come to, in øre. A file is taken whole or not at
all: whatever is not as the specification has it is refused.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from django.utils.translation import gettext as _

MOST_BYTES = 5_000_000
CURRENCY = "NOK"
_LENGTH = 80
_NONE, _OCR = "00", "09"  # services
_SERVICES = {"21": "AvtaleGiro", "04": "Direkte remittering", "42": "eFaktura", "02": "Autogiro"}
_START, _START_ASSIGNMENT, _END_ASSIGNMENT, _END = "10", "20", "88", "89"
_AMOUNT_1, _AMOUNT_2, _TEXT = "30", "31", "32"
# 10 giro, 11 standing order, 12 direct remittance, 13 business terminal, 14 counter, 15 AvtaleGiro,
# 16 TeleGiro, 17 cash, 18 reversal with KID, 19 purchase with KID, 20 reversal with text,
# 21 purchase with text.
_TYPES = {f"{number}" for number in range(10, 22)}
_REVERSALS, _WITH_TEXT = {"18", "20"}, {"20", "21"}
_KID = re.compile(r" *(?:\d{1,24}[\d-])?\Z", re.ASCII)
# What is in no file of text; a mark at its very start is of another encoding.
_BINARY = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class NotOcr(Exception):
    """The file is refused; the text says why, and in which line."""

    def __init__(self, why: str, line: int | None = None) -> None:
        told = _("Line %(line)s: %(why)s") % {"line": line, "why": why} if line else why
        super().__init__(told)
        self.line = line


@dataclass(frozen=True)
class Transaction:
    """What somebody paid, or got back: then the amount is negative. In kroner."""

    line: int
    account: str  # that was paid to
    paid_on: date  # when the bank settled it
    amount: Decimal
    kid: str
    payer: str  # the account that was paid from, empty where unknown
    text: str
    # What the bank knows it by.
    reference: str


@dataclass
class Transmission:
    """What a file holds. The bank's numbers return some day, so that the date belongs to them."""

    number: str
    settled_on: date | None = None
    transactions: list[Transaction] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.number} {self.settled_on or ''}".strip()


def parse(content: bytes) -> Transmission:
    """Return what a file holds. Raises NotOcr."""
    return _Reader(content).read()


@dataclass
class _Counted:
    """What was met since a start record, to be compared with the end record."""

    transactions: int = 0
    records: int = 0
    total: int = 0  # øre
    days: set[date] = field(default_factory=set)

    def add(self, other: "_Counted") -> None:
        self.transactions += other.transactions
        self.records += other.records
        self.total += other.total
        self.days |= other.days


class _Record:
    """A line, with the parts that all of them begin with. Columns count from 1, as in the book."""

    def __init__(self, line: int, text: str) -> None:
        self.line, self.text = line, text
        if len(text) != _LENGTH:
            self.refuse(
                _("it has %(length)s characters instead of 80. Is the file cut short?")
                % {"length": len(text)}
            )
        if text[:2] != "NY":
            self.refuse(_("it does not begin with NY, as lines of OCR giro do."))
        self.service, self.kind, self.type = text[2:4], text[4:6], text[6:8]
        if not (self.service + self.kind + self.type).isdigit():
            self.refuse(_("it does not begin as lines of OCR giro do."))

    def refuse(self, why: str) -> None:
        raise NotOcr(why, self.line)

    def digits(self, first: int, last: int) -> str:
        found = self.text[first - 1 : last]
        if not (found.isascii() and found.isdigit()):
            self.refuse(
                _("only digits belong in columns %(first)s to %(last)s.")
                % {"first": first, "last": last}
            )
        return found

    def number(self, first: int, last: int) -> int:
        return int(self.digits(first, last))

    def day(self, first: int, last: int) -> date:
        text = self.digits(first, last)
        try:
            return datetime.strptime(text, "%d%m%y").date()
        except ValueError:
            raise NotOcr(_("%(text)s is no date.") % {"text": text}, self.line) from None


class _Reader:
    """Goes through the lines in their order."""

    def __init__(self, content: bytes) -> None:
        self.records = _records(content)
        self.last = 0  # the line that was read last
        self.references: dict[str, int] = {}

    def read(self) -> Transmission:
        start = self.next(_NONE, _START, _("the start record of a transmission (NY000010)"))
        found = Transmission(start.digits(17, 23))
        whole = _Counted(records=2)
        while (record := self.following()).type == _START_ASSIGNMENT:
            whole.add(self.assignment(record, found))
        self.check_is(record, _NONE, _END, _("the end record of the transmission (NY000089)"))
        _compare(record, whole)
        found.settled_on = record.day(42, 47) if record.number(42, 47) else None
        if more := next(self.records, None):
            more.refuse(_("something follows after the end record."))
        return found

    def following(self) -> _Record:
        record = next(self.records, None)
        if record is None:
            raise NotOcr(_("The file is cut short after line %(line)s.") % {"line": self.last})
        self.last = record.line
        return record

    def next(self, service: str, type_: str, name: str) -> _Record:
        record = self.following()
        self.check_is(record, service, type_, name)
        return record

    def check_is(self, record: _Record, service: str, type_: str, name: str) -> None:
        if record.service not in (_NONE, _OCR):
            service_name = _SERVICES.get(record.service, record.service)
            record.refuse(
                _("it is of another service (%(service)s). Only OCR giro is read here.")
                % {"service": service_name}
            )
        if (record.service, record.type) != (service, type_):
            record.refuse(_("expected %(name)s.") % {"name": name})
        if type_ not in (_AMOUNT_1, _AMOUNT_2, _TEXT) and record.kind != "00":
            record.refuse(_("expected %(name)s.") % {"name": name})

    def assignment(self, start: _Record, found: Transmission) -> _Counted:
        self.check_is(
            start, _OCR, _START_ASSIGNMENT, _("the start record of an assignment (NY090020)")
        )
        start.digits(9, 24)
        account, counted = start.digits(25, 35), _Counted(records=2)
        record = self.following()
        while record.type == _AMOUNT_1:
            record = self.transaction(record, account, counted, found)
        self.check_is(
            record, _OCR, _END_ASSIGNMENT, _("the end record of the assignment (NY090088)")
        )
        _compare(record, counted)
        days = counted.days
        told = [record.day(48, 53), record.day(54, 59)] if days else []
        if told and told != [min(days), max(days)]:
            record.refuse(
                _("the dates are from %(first)s to %(last)s, but it says otherwise.")
                % {"first": min(days), "last": max(days)}
            )
        return counted

    def transaction(
        self, first: _Record, account: str, counted: _Counted, found: Transmission
    ) -> _Record:
        """Add the transaction that begins with a record; return the record after it."""
        self.check_is(first, _OCR, _AMOUNT_1, _("amount item 1"))
        if first.kind not in _TYPES:
            first.refuse(
                _("%(type)s is no type of transaction of OCR giro.") % {"type": first.kind}
            )
        number = first.digits(9, 15)
        second = self.next(_OCR, _AMOUNT_2, _("amount item 2 of the transaction before"))
        _check_same(second, first, number)
        text, after, records = "", self.following(), 2
        if after.type == _TEXT:
            self.check_is(after, _OCR, _TEXT, _("amount item 3"))
            _check_same(after, first, number)
            if first.kind not in _WITH_TEXT:
                after.refuse(_("transactions of this type have no text."))
            text, after, records = after.text[15:55].strip(), self.following(), 3
        øre = _amount(first)
        counted.add(_Counted(1, records, øre, {first.day(16, 21)}))
        found.transactions.append(self.told(first, second, account, øre, text))
        return after

    def told(
        self, first: _Record, second: _Record, account: str, øre: int, text: str
    ) -> Transaction:
        kid = first.text[49:74]
        if not _KID.match(kid):
            first.refuse(_("“%(kid)s” is no KID: digits at the right.") % {"kid": kid.strip()})
        # Where it is that of the bank's, not a customer's, there are zeros.
        payer = second.digits(48, 58)
        # Where the bank does not number what it books, the KID tells two of one amount apart.
        number = second.digits(26, 34)
        if not int(number):
            number = sha256(kid.encode()).hexdigest()[: len(number)]
        key = f"{account}{first.digits(16, 31)}{number}{øre}"
        self.references[key] = count = self.references.get(key, 0) + 1
        return Transaction(
            line=first.line,
            account=account,
            paid_on=first.day(16, 21),
            amount=Decimal(øre).scaleb(-2),
            kid=kid.strip(),
            payer=payer if int(payer) else "",
            text=text,
            # Where the bank's numbers are all alike, the same amount twice in a file is two.
            reference=f"{key}/{count}" if count > 1 else key,
        )


def _records(content: bytes) -> Iterator[_Record]:
    """Yield the lines of a file. Raises NotOcr, also for what is no text at all."""
    if not content.strip():
        raise NotOcr(_("The file is empty."))
    if len(content) > MOST_BYTES:
        most = MOST_BYTES // 1_000_000
        raise NotOcr(_("The file is too large: at most %(most)s MB.") % {"most": most})
    text = content.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    # Blank lines at the end, and the mark with which old systems end a text.
    while lines and not lines[-1].strip(" \t\x1a"):
        lines.pop()
    for number, line in enumerate(lines, start=1):
        if _BINARY.search(line):
            raise NotOcr(_("this is no text. OCR giro files are."), number)
        yield _Record(number, line)


def _check_same(record: _Record, first: _Record, number: str) -> None:
    if (record.kind, record.digits(9, 15)) != (first.kind, number):
        record.refuse(_("it belongs to another transaction than the line before."))


def _amount(record: _Record) -> int:
    """Return the amount in øre, negative where it is taken off."""
    sign, øre = record.text[31], record.number(33, 49)
    if sign not in "-0 ":
        record.refuse(_("“%(sign)s” is no sign of an amount.") % {"sign": sign})
    if sign == "-" and record.kind not in _REVERSALS:
        record.refuse(_("only reversals (types 18 and 20) take something off."))
    if sign != "-" and record.kind in _REVERSALS:
        record.refuse(_("a reversal takes something off, and has the sign -."))
    if not øre:
        record.refuse(_("the amount is 0."))
    if øre >= 10**14:
        record.refuse(_("the amount is too large."))
    return -øre if sign == "-" else øre


def _compare(record: _Record, counted: _Counted) -> None:
    """Refuse an end record that does not tell what there is."""
    checks: list[tuple[int, int, Callable[[], str]]] = [
        (record.number(9, 16), counted.transactions, lambda: _("transactions")),
        (record.number(17, 24), counted.records, lambda: _("records")),
        (record.number(25, 41), abs(counted.total), lambda: _("øre")),
    ]
    for told, there, what in checks:
        if told != there:
            record.refuse(
                _("it says %(told)s %(what)s, but there are %(there)s.")
                % {"told": told, "what": what(), "there": there}
            )
