"""Merging moves invoices while they are exported: both lock them in one order, so none gets stuck.

On PostgreSQL a wrong order is a deadlock, which ends one of the two with an error. On SQLite one
writes at a time, and the other waits in line.
"""

import threading
import time
from datetime import date

import pytest
from django.db import connection, transaction

from customers import merging
from moment.ledger import exporting
from moment.ledger.models import Invoice
from moment.turns import in_turn
from tests.factories import CustomerFactory
from tests.ledger.making import invoice
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rows(kari):
    """Invoices of a customer that stand in the table, and by date, against their keys."""
    other = CustomerFactory(number="52")
    made = [
        invoice(other, "100", by=kari, issued_on=date(2026, 10, day)) for day in range(20, 10, -1)
    ]
    for one in reversed(made):
        Invoice.objects.filter(pk=one.pk).update(is_open=True)  # writes the row anew
    return made


def _waits(over: threading.Event, seconds: float = 10) -> bool:
    """Wait until the other waits for a lock here, and tell whether that came to be."""
    if connection.vendor == "sqlite":
        return not over.wait(0.3)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
                "WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("way", ["merge", "undo"])
def test_a_merge_waits_for_an_export_that_has_begun(kari, rows, way):
    """The export has the first by key when the merge begins; then it takes the rest."""
    kept = CustomerFactory(number="51")
    done = merging.merge(kept.pk, [rows[0].customer_id], by=kari) if way == "undo" else None
    if way == "undo":
        for one in reversed(rows):
            Invoice.objects.filter(pk=one.pk).update(is_open=True)
    begun, over, waited = threading.Event(), threading.Event(), []

    def act(person: int) -> None:
        if person == 0:
            with in_turn(), transaction.atomic():
                locked = exporting.waiting().select_for_update(of=("self",)).order_by("pk")
                list(locked[:1])
                begun.set()
                waited.append(_waits(over))
                exporting.export(by=kari)
            return
        assert begun.wait(10)
        if done is None:
            merging.merge(kept.pk, [rows[0].customer_id], by=kari)
        else:
            merging.undo(done.pk, by=kari)
        over.set()

    at_once(2, act)
    assert waited == [True]
    owner = rows[0].customer_id if way == "undo" else kept.pk
    assert Invoice.objects.filter(customer=owner, export__isnull=False).count() == len(rows)
