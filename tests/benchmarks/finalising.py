"""Sixteen people finalising invoices at once, against taking bare numbers from a series."""

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from customers import invoicing
from customers.models import Customer, NumberSeries
from moment.invoice_settings.written import write_down
from moment.ledger import finalising
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import User
from moment.turns import in_turn
from tests.benchmarks.report import Target, figures_table

PEOPLE = 16
INVOICES = 500
FAILS = 10  # every tenth, on purpose
LIMIT = 3.0  # times as long as taking a bare number


class Broken(Exception):
    """What goes wrong on purpose."""


def run(engine: str) -> list[Target]:
    by = User.objects.get(username="kari")
    rows = Customer.objects.filter(status="active").order_by("pk")
    drafts = _drafts(list(rows[: PEOPLE * 4]))
    first = NumberSeries.objects.get(kind="invoice").next
    bare = _at_once(_bare, range(INVOICES))
    NumberSeries.objects.filter(kind="invoice").update(next=first)
    ours = finalising.Ours.now()

    def finalise(task: tuple[int, Invoice]) -> bool:
        place, draft = task
        try:
            with in_turn(), transaction.atomic():
                finalising.finalise(draft, version=1, by=by, ours=ours)
                if place % FAILS == 0:
                    raise Broken
        except Broken:
            return False
        return True

    whole = _at_once(finalise, enumerate(drafts))
    keys = [draft.pk for draft in drafts]
    found = Invoice.objects.filter(pk__in=keys, number__isnull=False)
    numbers = sorted(int(number) for number in found.values_list("number", flat=True))
    expected = INVOICES - INVOICES // FAILS
    doubles = len(numbers) - len(set(numbers))
    gaps = len(set(range(first, first + expected)) ^ set(numbers))
    ratio = whole / bare
    figures_table(
        f"{PEOPLE} finalising {INVOICES} invoices at once, every tenth rolled back, {engine}",
        [
            ("bare numbers", f"{INVOICES / bare:.0f} a second"),
            ("invoices", f"{INVOICES / whole:.0f} a second, 1/{ratio:.1f}"),
            ("doubles, gaps", f"{doubles}, {gaps}"),
        ],
    )
    return [
        Target(engine, "doubles of invoice numbers", doubles, 0, "doubles", hard=True),
        Target(engine, "gaps of invoice numbers", gaps, 0, "gaps", hard=True),
        Target(engine, "finalising to taking a bare number", ratio, LIMIT),
    ]


def _drafts(customers: list[Customer]) -> list[Invoice]:
    settings = write_down(invoicing.effective(customers[0]))
    made = Invoice.objects.bulk_create(
        Invoice(customer=customers[n % len(customers)], invoice_settings=settings, currency="NOK")
        for n in range(INVOICES)
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=one, order=n, text="Prosjektering", kind="work", quantity=8,
                    price=1200, amount=9600, vat_code="3", vat_rate=25)
        for one in made
        for n in range(5)
    )  # fmt: skip
    return list(Invoice.objects.filter(pk__in=[one.pk for one in made]).select_related("customer"))


def _bare(place: int) -> None:
    """Take a number by one statement in a transaction of its own, which every tenth rolls back."""
    try:
        with in_turn(), transaction.atomic():
            NumberSeries.objects.filter(kind="invoice").update(next=F("next") + 1)
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
