"""Invoices and payments as kinds that are merged; and all kinds together."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from customers.models import Customer
from moment.ledger import correcting, finalising, paying
from moment.ledger.correcting import CannotCredit
from moment.ledger.finalising import CannotFinalise
from moment.ledger.models import Invoice, Payment, Statement
from moment.ledger.paying import CannotReverse
from tests.customers import merging_kinds_of_work as work
from tests.customers.merging_book import Book, Row
from tests.customers.merging_book_of_ledger import INVOICE, PAYMENT, STATEMENT
from tests.customers.merging_kinds import Kind, World, one_of
from tests.ledger import making


def _customer(customer: Customer) -> Customer:
    return Customer.objects.get(pk=customer.pk)


def _make_invoice(world: World, customer: Customer, x: int, y: int) -> None:
    currency = one_of(["NOK", "EUR"], x)
    made = making.draft(_customer(customer), 10 + y, currency=currency, rate=Decimal(1))
    if x % 3:
        _finalise(world, made)
    world.book.note(made={INVOICE: 1})


def _finalise(world: World, made: Invoice) -> None:
    with suppress(CannotFinalise):  # the customer is blocked
        finalising.finalise(made, version=made.version, by=world.people[0])


def _edit_invoice(world: World, invoice: Invoice, x: int, y: int) -> None:
    """Finalise a draft, or credit an invoice in whole or in part."""
    if not invoice.is_final:
        _finalise(world, invoice)
        world.book.note([(INVOICE, invoice.pk)])
        return
    parts = {invoice.lines.get().pk: Decimal(1 + y)} if x % 2 else None
    try:
        correcting.credit(invoice, parts=parts, release=bool(y % 2), by=world.people[0])
    except CannotCredit:
        world.book.note()
        return
    world.book.note(made={INVOICE: 1})


def _remove_invoice(world: World, invoice: Invoice) -> None:
    if invoice.is_final:
        return
    pk = invoice.pk
    invoice.lines.all().delete()
    invoice.delete()
    world.book.note(gone=[(INVOICE, pk)])


def _make_payment(world: World, customer: Customer, x: int, y: int) -> None:
    """Pay one of the customer's open invoices, in whole, in part or over; or none."""
    waiting = customer.invoices.filter(is_open=True, remaining__gt=0).order_by("pk")
    settled = one_of([None, *waiting], x)
    amount = Decimal(5 + y)
    parts = {} if settled is None else {settled.pk: min(amount, settled.remaining)}
    payment = Payment(
        customer=_customer(customer),
        amount=amount,
        currency=settled.currency if settled else "NOK",
        paid_on=timezone.localdate() - timedelta(days=y),
        made_by=world.people[0],
    )
    paying.pay(payment, parts)
    world.book.note(made={PAYMENT: 1})


def _reverse(world: World, payment: Payment, x: int, y: int) -> None:
    try:
        paying.reverse(payment, by=world.people[0], on=timezone.localdate())
    except CannotReverse:
        world.book.note()
        return
    world.book.note(made={PAYMENT: 1})


def _make_statement(world: World, customer: Customer, x: int, y: int) -> None:
    Statement.objects.create(customer=customer, at=timezone.localdate(), made_by=world.people[0])
    world.book.note(made={STATEMENT: 1})


def _itself(book: Book, row: Row) -> Any:
    return row


def _as_it_is(world: World, row: Any, *_numbers: int) -> None:
    """Nobody changes or removes it."""


KINDS = [
    *work.KINDS,
    Kind(INVOICE, _make_invoice, _edit_invoice, _remove_invoice, _itself),
    Kind(PAYMENT, _make_payment, _reverse, _as_it_is, _itself),
    Kind(STATEMENT, _make_statement, _as_it_is, _as_it_is, _itself),
]
BY_LABEL = {kind.label: kind for kind in KINDS}
MODELS: dict[str, Any] = {
    **work.MODELS, INVOICE: Invoice, PAYMENT: Payment, STATEMENT: Statement,
}  # fmt: skip
place_of = work.place_of


def check_ledgers() -> None:
    """Look that what is open of each living customer is what its ledger comes to."""
    invoices = _sums(Invoice.objects.final(), "gross", "remaining")
    payments = _sums(Payment.objects.all(), "amount", "remaining")
    for key in invoices.keys() | payments.keys():
        owed, open_owed = invoices.get(key, (0, 0))
        had, open_had = payments.get(key, (0, 0))
        assert owed - had == open_owed - open_had, key


def _sums(rows: Any, *names: str) -> dict[tuple[int, str], tuple[Any, Any]]:
    """Return two sums by customer and currency, in cents: SQLite adds in floating point."""
    found = rows.order_by().values_list("customer", "currency")
    summed = found.annotate(one=Sum(names[0]), two=Sum(names[1]))
    return {(c, code): (round(one, 2), round(two, 2)) for c, code, one, two in summed}
