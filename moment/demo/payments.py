"""How the demo's customers pay: early, on time, late, in parts, too much, or not at all."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from customers.models import Customer
from moment import kid
from moment.demo import bank
from moment.demo.invoices import EURO, EURO_RATE, SEED, Desk, workday
from moment.ledger import paying, reading
from moment.ledger.models import Invoice, Payment
from moment.models import BankAccount

# How many days after the due date a customer usually pays.
_HABITS = (-9, -4, -1, 0, 0, 0, 2, 5, 12, 26)
_NAMED = {"Storfjell kommune": -1, "Fjordkraft Teknikk AS": 9, "Skagerrak Geomatikk AS": -6}
# So many invoices that are overdue by up to so many days are left unpaid, each of another customer.
_UNPAID = {30: 5, 60: 4, 90: 3, 400: 3}
# The invoices, in their order, of which more is paid than they come to.
_TOO_MUCH = (15, 48)
# Customer and invoice of a KID that is right and nobody's.
_UNKNOWN = ("1999", "9999")


@dataclass
class Due:
    """A payment that will come."""

    invoice: Invoice
    day: date
    amount: Decimal


@dataclass
class Payers:
    """What customers are going to pay, and what of it has come in."""

    desk: Desk
    today: date
    due: list[Due] = field(default_factory=list)
    _unpaid: dict[int, set[int]] = field(default_factory=lambda: {days: set() for days in _UNPAID})
    # How many of the newest are paid in part.
    halves: int = 2
    _asked: int = 0
    _files: int = 0

    def ask(self, invoice: Invoice) -> None:
        """Decide how an invoice will be paid."""
        assert invoice.due_on
        if not invoice.gross or self._keeps_waiting(invoice):
            return
        self._asked += 1
        rng = Random(f"{SEED} {invoice.number}")
        name = invoice.customer.name
        usual = _NAMED.get(name, Random(f"{SEED} pays {name}").choice(_HABITS))
        assert invoice.issued_on
        day = invoice.due_on + timedelta(days=usual + rng.choice((-2, 0, 0, 0, 1, 3)))
        day = workday(max(day, invoice.issued_on + timedelta(days=2)))
        if self.halves and self.today - timedelta(days=70) < day < self.today:
            self.halves -= 1  # and nothing more for the time being
            self.due.append(Due(invoice, day, (invoice.gross / 2).quantize(Decimal(1))))
            return
        for days, amount in self._parts(invoice.gross):
            self.due.append(Due(invoice, workday(day + timedelta(days=days)), amount))

    def _parts(self, gross: Decimal) -> list[tuple[int, Decimal]]:
        """Return what is paid how many days after the first payment."""
        half = (gross * Decimal("0.6")).quantize(Decimal(1))
        if self._asked % 29 == 9:
            return [(0, half), (24, gross - half)]
        if self._asked in _TOO_MUCH:
            return [(0, gross + 500)]
        return [(0, gross)]

    def _keeps_waiting(self, invoice: Invoice) -> bool:
        """Tell whether it is one of the few that nobody pays."""
        assert invoice.due_on
        if invoice.customer.status == Customer.Status.BLOCKED:
            return True
        late = (self.today - invoice.due_on).days
        if not 0 < late <= max(_UNPAID):
            return False
        most = next(days for days in _UNPAID if late <= days)
        waiting, others = self._unpaid[most], set().union(*self._unpaid.values())
        if len(waiting) >= _UNPAID[most] or invoice.customer_id in others:
            return False
        if late > 90 and Random(f"{SEED} {invoice.number} waits").random() < 0.8:
            return False
        waiting.add(invoice.customer_id)
        return True

    def forget(self, invoice: Invoice) -> None:
        """Have nobody pay what is credited."""
        self.due = [one for one in self.due if one.invoice.pk != invoice.pk]

    def less(self, invoice: Invoice, credited: Decimal) -> None:
        """Have so much less be paid of an invoice, as far as it is not paid yet."""
        for one in self.due:
            if one.invoice.pk == invoice.pk:
                one.amount -= credited
                return

    def come_in(self, until: date) -> None:
        """Book what is paid until a day: by OCR giro in a file, and the rest by hand."""
        until = min(until, self.today)
        come = sorted((one for one in self.due if one.day <= until), key=lambda one: one.day)
        self.due = [one for one in self.due if one.day > until]
        by_ocr = [one for one in come if one.invoice.kid and Random(one.invoice.kid).random() < 0.9]
        self._read(by_ocr, until)
        for one in come:
            if one not in by_ocr:
                self.by_hand(one)

    def _read(self, come: list[Due], until: date) -> None:
        account = BankAccount.objects.exclude(kid_check="none").filter(currency="").first()
        is_last = until == self.today
        if account is None or not (come or is_last):
            return
        self._files += 1
        paid = [
            bank.Paid(one.day, one.amount, one.invoice.kid, f"9990{one.invoice.customer_id:07}")
            for one in come
        ]
        if is_last:
            nobodys = kid.kid(account, *_UNKNOWN)
            paid.append(bank.Paid(until, Decimal(4250), nobodys, "99907712345"))
        content = bank.write(reading.digits_of(account.number), paid, self._files, until)
        name = f"OCR.{until:%d%m%y}"
        reading.read(content, name=name, by=self.desk.by, at=self.desk.at(until, 40))

    def by_hand(self, one: Due, text: str = "") -> Payment:
        """Enter a payment for an invoice; what is more than is open stays to its credit."""
        invoice = Invoice.objects.select_related("customer").get(pk=one.invoice.pk)
        rate = EURO_RATE + Decimal("0.0415") if invoice.currency == EURO else Decimal(1)
        payment = Payment(
            customer=invoice.customer,
            amount=one.amount,
            currency=invoice.currency,
            rate=rate,
            paid_on=one.day,
            text=text or f"Faktura {invoice.number}",
            made_at=self.desk.at(one.day, 50),
            made_by=self.desk.by,
        )
        settles = min(one.amount, invoice.remaining)
        return paying.pay(payment, {invoice.pk: settles} if settles else {})
