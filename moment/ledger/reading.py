"""Reading OCR giro files: whose each payment is, and booking all of a file at once."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import holding as customers_holding
from customers import logged
from customers.holding import MergedMeanwhile
from customers.models import Customer
from moment import kid
from moment.ledger import holding, matching, ocr, rates
from moment.ledger.holding import ChangedMeanwhile
from moment.ledger.matching import BATCH
from moment.ledger.models import Invoice, OcrFile, OcrPayment, Payment
from moment.ledger.ocr import NotOcr, Transaction, Transmission
from moment.models import BankAccount, User
from moment.turns import in_turn

__all__ = ["CannotAssign", "NotOcr", "NothingNew", "ReadBefore", "Row", "assign", "look", "read"]
FIRST_YEAR = 2000
_NAMED = 5  # invoices with one KID
_TRIES = 3  # when customers are merged just then

# What becomes of a payment in a file: it settles an invoice, is to the credit of a customer, waits
# until somebody says whose it is, was booked before, or is not ours.
SETTLES, CREDIT, UNKNOWN, SEEN, FOREIGN = "settles", "credit", "unknown", "seen", "foreign"
STATES = (SETTLES, CREDIT, UNKNOWN, SEEN, FOREIGN)


class ReadBefore(Exception):
    """This file, or another one with the same transmission, was read before: `file`."""

    def __init__(self, file: OcrFile) -> None:
        super().__init__(file)
        self.file = file


class NothingNew(Exception):
    """No payment in the file is both new and to an account of the company's."""


class CannotAssign(Exception):
    """The payment has its customer already."""


@dataclass(frozen=True)
class Row:
    """A payment in a file, and what becomes of it; `why` says it where it settles no invoice."""

    paid: Transaction
    state: str
    why: str = ""
    invoice: Invoice | None = None
    settles: Decimal = Decimal(0)

    @property
    def is_new(self) -> bool:
        return self.state in (SETTLES, CREDIT, UNKNOWN)

    @property
    def rest(self) -> Decimal:
        """Return what stays to the customer's credit; negative: it owes that."""
        return self.paid.amount - self.settles


def parse(content: bytes) -> Transmission:
    """Return what a file holds. Raises NotOcr, also for days that make no sense."""
    found, today = ocr.parse(content), timezone.localdate()
    for one in found.transactions:
        if one.paid_on > today:
            raise NotOcr(_("the date is after today."), one.line)
        if one.paid_on.year < FIRST_YEAR:
            words = _("Is the year right? It is %(year)s.")
            raise NotOcr(words % {"year": one.paid_on.year}, one.line)
    return found


def read_before(content: bytes, found: Transmission) -> OcrFile | None:
    """Return the file by which this transmission was read before."""
    same = Q(sha256=_sha256(content)) | Q(transmission=found.key)
    return OcrFile.objects.filter(same).select_related("read_by").first()


def look(found: Transmission) -> list[Row]:
    """Return what would become of each payment, as things are now.

    A fixed number of queries for each five hundred.
    """
    return list(_Reading(found.transactions).rows())


def read(content: bytes, *, name: str, by: User, at: datetime | None = None) -> OcrFile:
    """Book all payments of a file, and return it as it is kept. `at` is when, if not now.

    Those that no invoice's KID explains wait in `OcrPayment` until somebody says whose they are.
    Nothing is booked twice, whoever sends it. Raises NotOcr, ReadBefore, NothingNew, and
    ChangedMeanwhile where customers were merged just then; then nothing is saved.
    """
    found = parse(content)
    for tries in range(1, _TRIES + 1):
        try:
            with in_turn(), transaction.atomic():
                return _book(content, found, name, by, at or timezone.now())
        except (ChangedMeanwhile, MergedMeanwhile) as error:
            if tries == _TRIES:
                raise ChangedMeanwhile(None) from error
    raise AssertionError


def assign(row: OcrPayment, customer: Customer, *, by: User) -> Payment:
    """Say whose a payment is that nobody knew: it is open to that customer's credit.

    Raises CannotAssign where somebody has said so already, and MergedMeanwhile.
    """
    with in_turn(), transaction.atomic(), customers_holding.held(customer) as held:
        stored = OcrPayment.objects.select_for_update().get(pk=row.pk)
        if stored.payment_id:
            raise CannotAssign(_("Somebody has said meanwhile whose this payment is."))
        stored.payment = _payment(stored, held, by, _rate())
        stored.payment.save()
        stored.save(update_fields=["payment"])
    return stored.payment


def why_waiting(row: OcrPayment) -> str:
    """Return why nobody knows whose a payment is, as things are now; empty where its KID tells."""
    paid = Transaction(
        line=0,
        account=row.account,
        paid_on=row.paid_on,
        amount=row.amount,
        kid=row.kid,
        payer=row.payer,
        text=row.text,
        reference="",  # else it was in a file already: its own
    )
    (found,) = _Reading([paid]).rows()
    return found.why if found.state == UNKNOWN else ""


def digits_of(account: str) -> str:
    """Return an account as the bank writes it: the digits, without the head of an IBAN."""
    bare = "".join(c for c in account if c.isalnum()).upper()
    return bare[4:] if bare.startswith("NO") and len(bare) == 15 else bare


def _book(content: bytes, found: Transmission, name: str, by: User, at: datetime) -> OcrFile:
    # Whoever reads a file locks the accounts first: so one is read after the other.
    list(BankAccount.objects.select_for_update().order_by("pk"))
    if before := read_before(content, found):
        raise ReadBefore(before)
    invoices = {row.invoice.pk: row.invoice for row in look(found) if row.invoice}
    customers = holding.lock_customers({invoice.customer_id for invoice in invoices.values()})
    for some in _some(sorted(invoices)):
        locked = Invoice.objects.select_for_update(of=("self",)).filter(pk__in=some)
        list(locked.order_by("pk").values_list("pk"))
    # Looked at once more, now that nobody else can change what they come to.
    rows = look(found)
    if any(row.invoice and row.invoice.customer_id not in customers for row in rows):
        raise ChangedMeanwhile(None)
    new = [row for row in rows if row.is_new]
    if not new:
        raise NothingNew(_("No payment in this file is new and to an account of the company's."))
    file = OcrFile.objects.create(
        sha256=_sha256(content),
        name=name[:200],
        transmission=found.key,
        read_at=at,
        read_by=by,
    )
    _save(file, new, customers)
    return file


def _save(file: OcrFile, rows: Sequence[Row], customers: Any) -> None:
    rate, kept, parts, by = _rate(), [], [], file.read_by
    for row in rows:
        one = OcrPayment(
            file=file,
            account=row.paid.account,
            paid_on=row.paid.paid_on,
            amount=row.paid.amount,
            kid=row.paid.kid,
            payer=row.paid.payer,
            text=row.paid.text,
            reference=row.paid.reference,
        )
        if row.invoice is not None:
            one.payment = _payment(one, customers[row.invoice.customer_id], by, rate)
            one.payment.made_at = file.read_at
            if row.settles:
                parts.append((row.invoice, one.payment, row.settles))
        kept.append(one)
    logged.log_created(
        Payment.objects.bulk_create(
            [one.payment for one in kept if one.payment is not None], batch_size=BATCH
        )
    )
    for one in kept:
        # What it is known by came with saving it.
        one.payment = one.payment
    OcrPayment.objects.bulk_create(kept, batch_size=BATCH)
    matching.settle_all(parts, by=by)


def _payment(one: OcrPayment, customer: Customer, by: User, rate: Decimal) -> Payment:
    return Payment(
        customer=customer,
        amount=one.amount,
        currency=ocr.CURRENCY,
        rate=rate,
        paid_on=one.paid_on,
        way=Payment.Way.OCR,
        kid=one.kid,
        text=one.text,
        remaining=one.amount,
        made_by=by,
    )


def _rate() -> Decimal:
    return rates.last_used(ocr.CURRENCY) or Decimal(1)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _some(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield values five hundred at a time."""
    found = list(values)
    for start in range(0, len(found), BATCH):
        yield found[start : start + BATCH]


class _Reading:
    """Looks at payments in their order: what one settles is not open for the next."""

    def __init__(self, paid: Sequence[Transaction]) -> None:
        self.paid = paid
        self.accounts = {digits_of(one.number): one for one in BankAccount.objects.all()}
        self.seen: set[str] = set()
        for some in _some({one.reference for one in paid}):
            kept = OcrPayment.objects.filter(reference__in=some)
            self.seen |= set(kept.values_list("reference", flat=True))
        self.invoices: dict[str, list[Invoice]] = {}
        for some in _some({one.kid for one in paid if one.kid}):
            rows = Invoice.objects.final().filter(kid__in=some, kind=Invoice.Kind.INVOICE)
            for invoice in rows.select_related("customer").order_by("pk"):
                self.invoices.setdefault(invoice.kid, []).append(invoice)
        self.left = {one.pk: one.remaining for rows in self.invoices.values() for one in rows}
        self.credited: set[int] = set()
        for some in _some([key for key, left in self.left.items() if not left]):
            notes = Invoice.objects.final().filter(credits__in=some)
            self.credited |= {note.credits_id for note in notes if note.credits_id}

    def rows(self) -> Iterator[Row]:
        for one in self.paid:
            yield self._row(one)

    def _row(self, one: Transaction) -> Row:
        account = self.accounts.get(one.account)
        if account is None:
            return Row(one, FOREIGN, _("It was paid to an account that is not the company's."))
        if one.reference in self.seen:
            return Row(one, SEEN, _("It was in another file, and is booked already."))
        invoices = self.invoices.get(one.kid, [])
        if not invoices:
            return Row(one, UNKNOWN, _why_unknown(one, account))
        open_ones = [invoice for invoice in invoices if self.left[invoice.pk]]
        if len(open_ones) > 1:
            numbers = [str(invoice.number) for invoice in open_ones]
            named = ", ".join([*numbers[:_NAMED], *(["…"] if numbers[_NAMED:] else [])])
            words = _("Several open invoices have this KID: %(numbers)s.")
            return Row(one, UNKNOWN, words % {"numbers": named})
        invoice = (open_ones or invoices)[0]
        told = {"number": invoice.number, "currency": invoice.currency}
        if invoice.currency != ocr.CURRENCY:
            words = _("Invoice %(number)s is in %(currency)s, and this was paid in NOK.")
            return Row(one, UNKNOWN, words % told)
        if one.amount < 0:
            words = _("It went back to the customer, who owes it from now on.")
            return Row(one, CREDIT, words, invoice)
        if not self.left[invoice.pk]:
            return Row(one, CREDIT, self._why_settled(invoice) % told, invoice)
        settles = min(one.amount, self.left[invoice.pk])
        self.left[invoice.pk] -= settles
        why = _("More than is open: the rest is to the customer's credit.")
        return Row(one, SETTLES, why if settles < one.amount else "", invoice, settles)

    def _why_settled(self, invoice: Invoice) -> str:
        if invoice.pk in self.credited:
            return _("Invoice %(number)s is credited, so it is to the customer's credit.")
        return _("Invoice %(number)s is settled already, so it is to the customer's credit.")


def _why_unknown(one: Transaction, account: BankAccount) -> str:
    if not one.kid:
        return _("It has no KID.")
    if not kid_is_right(one.kid, [account]):
        return _("The check digit of the KID is wrong.")
    return _("No invoice has this KID.")


def kid_is_right(text: str, accounts: Iterable[BankAccount]) -> bool:
    """Tell whether this can be a KID by the rules of one of these accounts, or of any by none."""
    checks = {one.kid_check for one in accounts} - {BankAccount.Check.NONE.value}
    checks = checks or {BankAccount.Check.MOD10.value, BankAccount.Check.MOD11.value}
    return any(kid.is_valid(text, check) for check in checks)
