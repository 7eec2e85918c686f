"""Sixteen people finalising invoices, against taking bare numbers from the series in the same run.

One by one, and as they do at a month's end: each all that is theirs at once. Every tenth fails on
purpose after all else is done: one by one by an error, together because its KID cannot be made.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

from customers import invoicing
from customers.models import Customer, NumberSeries
from moment.invoice_settings.written import write_down
from moment.ledger import finalising
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import BankAccount, CompanySettings, User
from moment.turns import in_turn
from tests.benchmarks.report import Target, figures_table

PEOPLE = 16
INVOICES = 500
BARE = 2000
FAILS = 10  # every tenth, on purpose
LIMIT = 3.0  # times as long as taking a bare number

# One statement, as quick as a number without gaps can be had.
_TAKE = """
    UPDATE customers_numberseries SET next = next + 1 WHERE kind = 'invoice' RETURNING next - 1
"""


class Broken(Exception):
    """What goes wrong on purpose."""


def run(engine: str) -> list[Target]:
    by = User.objects.get(username="kari")
    _accounts()
    rows = list(Customer.objects.filter(status="active").order_by("pk")[: PEOPLE * 4])
    # One whose number is longer than the KID has room for.
    long = Customer.objects.create(number="7" * 12, name="Langnummer AS")
    first = _next()
    bare = _at_once(_bare, range(BARE)) / BARE
    NumberSeries.objects.filter(kind="invoice").update(next=first)
    found = {"one by one": _singly(rows, by), "together": _together(rows, long, by)}
    figures = [("bare numbers", f"{1 / bare:.0f} a second")]
    targets = []
    for way, (seconds, doubles, gaps) in found.items():
        ratio = seconds / INVOICES / bare
        figures += [
            (way, f"{INVOICES / seconds:.0f} invoices a second, 1/{ratio:.1f} of the bare rate"),
            (f"{way}: doubles, gaps", f"{doubles}, {gaps}"),
        ]
        targets += [
            Target(engine, f"doubles of invoices, {way}", doubles, 0, "doubles", hard=True),
            Target(engine, f"gaps of invoices, {way}", gaps, 0, "gaps", hard=True),
        ]
        # SQLite takes thousands of bare numbers a second, with nobody between it and the file: no
        # measure for rows, their histories and what they are made of.
        if engine == "postgresql" and way == "together":
            targets.append(Target(engine, "finalising to taking a bare number", ratio, LIMIT))
    load = f"load {os.getloadavg()[0]:.1f}"
    figures_table(f"{PEOPLE} finalising {INVOICES} invoices at once, {engine}, {load}", figures)
    return targets


def _singly(customers: Sequence[Customer], by: User) -> tuple[float, int, int]:
    drafts, ours, first = _drafts(customers), finalising.Ours.now(), _next()

    def finalise(task: tuple[int, Invoice]) -> None:
        place, draft = task
        try:
            with in_turn(), transaction.atomic():
                finalising.finalise(draft, version=1, by=by, ours=ours)
                if place % FAILS == 0:
                    raise Broken
        except Broken:
            pass

    seconds = _at_once(finalise, enumerate(drafts))
    return seconds, *_counted(drafts, first)


def _together(customers: Sequence[Customer], long: Customer, by: User) -> tuple[float, int, int]:
    drafts, first = _drafts(customers, failing=long), _next()
    theirs = [drafts[person::PEOPLE] for person in range(PEOPLE)]
    seconds = _at_once(lambda mine: finalising.finalise_all(mine, by), theirs)
    return seconds, *_counted(drafts, first)


def _counted(drafts: Sequence[Invoice], first: int) -> tuple[int, int]:
    """Return how many numbers are double and how many are missing, or should not be there."""
    found = Invoice.objects.final().filter(pk__in=[draft.pk for draft in drafts])
    numbers = [int(number) for number in found.values_list("number", flat=True) if number]
    expected = set(range(first, first + INVOICES - INVOICES // FAILS))
    gaps = len(expected ^ set(numbers)) + abs(_next() - first - len(expected))
    return len(numbers) - len(set(numbers)), gaps


def _next() -> int:
    return NumberSeries.objects.get(kind="invoice").next


def _accounts() -> None:
    """Have one account, with a KID, and the reg. no. without which nothing is finalised."""
    CompanySettings.objects.update_or_create(pk=1, defaults={"org_number": "312345676"})
    BankAccount.objects.all().delete()
    BankAccount.objects.create(
        number="15032080119", kid_check="mod10", kid_customer_digits=10, kid_invoice_digits=8
    )


def _drafts(customers: Sequence[Customer], failing: Customer | None = None) -> list[Invoice]:
    settings = write_down(invoicing.effective(customers[0]))
    made = Invoice.objects.bulk_create(
        Invoice(
            customer=failing if failing and n % FAILS == 0 else customers[n % len(customers)],
            invoice_settings=settings,
            currency="NOK",
        )
        for n in range(INVOICES)
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=one, order=n, text="Prosjektering", kind="work", quantity=8,
                    price=1200, amount=9600, vat_code="3", vat_rate=25,
                    sales_account="3000")
        for one in made
        for n in range(5)
    )  # fmt: skip
    rows = Invoice.objects.filter(pk__in=[one.pk for one in made]).order_by("pk")
    return list(rows.select_related("customer"))


def _bare(place: int) -> None:
    """Take a number by one statement in a transaction of its own, which every tenth rolls back."""
    try:
        with in_turn(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_TAKE)
            cursor.fetchone()
            if place % FAILS == 0:
                raise Broken
    except Broken:
        pass


def _at_once(act: Callable[[Any], Any], tasks: Iterable[Any]) -> float:
    """Return the seconds that sixteen threads take for the tasks, their connections open."""
    waiting, lock = iter(tasks), threading.Lock()
    start = threading.Barrier(PEOPLE + 1)

    def work(_person: int) -> None:
        connection.ensure_connection()
        start.wait()
        try:
            while True:
                with lock:
                    task = next(waiting, None)
                if task is None:
                    return
                act(task)
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as pool:
        done = pool.map(work, range(PEOPLE))
        start.wait()
        began = time.perf_counter()
        list(done)
        return time.perf_counter() - began
