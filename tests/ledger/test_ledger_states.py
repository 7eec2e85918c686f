"""Whatever is invoiced, credited, paid, matched, moved, merged and undone: it all adds up."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from hypothesis import settings as examples_of
from hypothesis.stateful import run_state_machine_as_test

from customers import merging
from customers.models import Customer
from moment.ledger import correcting, open_items, paying
from moment.ledger.models import Invoice
from tests.factories import CustomerFactory
from tests.ledger import ledger_truths as truths
from tests.ledger.ledger_states import Ledgers
from tests.ledger.making import invoice, payment
from tests.statistics.making import employee

# `make soak` asks for many more, which differ each time. Those of `make test` are always the same.
SOAK = int(os.environ.get("SOAK", "0"))
RUNS = examples_of(
    max_examples=SOAK or 4,
    stateful_step_count=20,
    deadline=None,
    phases=[Phase.generate],
    derandomize=not SOAK,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


@pytest.fixture
def machine(kari, monkeypatch):
    first = invoice(CustomerFactory(), "1", by=kari)
    people = [employee("512.50"), employee("0.07", role="Adviser"), employee("400")]
    monkeypatch.setattr(Ledgers, "cast", {"by": kari, "people": people, "first": int(first.number)})
    monkeypatch.setattr(Ledgers, "done", Counter())
    return Ledgers


def test_all_adds_up_whatever_is_invoiced_credited_paid_and_merged(machine):
    run_state_machine_as_test(machine, settings=RUNS)


def test_all_adds_up_once_each_thing_was_done(machine):
    """What runs at random may leave out is done here for certain."""
    one = machine()
    try:
        for what, step in _each_thing(one).items():
            kind = what.removesuffix(" again")
            before = one.done[kind]
            step()
            assert one.done[kind] > before, what
            one.all_adds_up()
    finally:
        one.teardown()


def test_what_is_done_between_a_merge_and_its_undo_adds_up(machine, kari):
    """What is about one's invoices alone goes with them; what is about both is taken back."""
    one = machine()
    try:
        kept, gone = CustomerFactory(), CustomerFactory()
        paid, credited, matched = (invoice(gone, "100", by=kari) for _ in range(3))
        credit = payment(kept, "100", made_by=kari)
        merged = merging.merge(kept.pk, [gone.pk], by=kari)
        payment(Customer.objects.get(pk=kept.pk), "100", paid, made_by=kari)
        credited = Invoice.objects.get(pk=credited.pk)
        correcting.credit(credited, parts=None, release=False, by=kari)
        parts = {open_items.key_of(item): Decimal(100) for item in (matched, credit)}
        paying.settle_open(kept, parts, by=kari)
        one.all_adds_up()
        merging.undo(merged.pk, by=kari)
        one.all_adds_up(thoroughly=True)
        theirs = [paid, credited, *credited.credit_notes.all(), matched]
        truths.check_owner({(Invoice, row.pk): gone.pk for row in theirs})
        assert [Invoice.objects.get(pk=row.pk).remaining for row in theirs] == [0, 0, 0, 100]
        assert list(gone.payments.values_list("amount", "remaining")) == [(100, 0)]
        assert list(kept.payments.values_list("amount", "remaining")) == [(100, 100)]
    finally:
        one.teardown()


def test_what_was_taken_back_and_is_matched_again_was_open_in_between(machine, kari):
    one, today = machine(), timezone.localdate()
    try:
        made = invoice(CustomerFactory(), "100", by=kari, issued_on=today - timedelta(days=60))
        paid = payment(made.customer, "100", made, on=today - timedelta(days=27), made_by=kari)
        paying.take_back(paid.matches.get(), by=kari, on=today - timedelta(days=9))
        parts = {open_items.key_of(item): Decimal(100) for item in (made, paid)}
        paying.settle_open(made.customer, parts, by=kari)
        one.all_adds_up()
        # On both days nothing was open, and never more than all was settled.
        for days in (27, 9, 0):
            assert set(truths.left_at(made.customer_id, today - timedelta(days)).values()) == {0}
    finally:
        one.teardown()


def test_a_reversal_changes_nothing_before_its_day(machine, kari):
    one, today = machine(), timezone.localdate()
    try:
        made = invoice(CustomerFactory(), "100", by=kari, issued_on=today - timedelta(days=60))
        payment(made.customer, "100", made, on=today - timedelta(days=27), made_by=kari)
        one.reverse(0, 9)
        assert one.done["reverse"]
        for days, left in ((10, {0}), (9, {0, 100})):
            at = truths.left_at(made.customer_id, today - timedelta(days))
            assert set(at.values()) == left
    finally:
        one.teardown()


def test_more_than_is_open_is_never_settled(machine):
    one = machine()
    try:
        one.begin()
        for place in range(3):
            one.pay(place, "too much", 1)
        assert not one.done["pay too much"]
    finally:
        one.teardown()


def _each_thing(machine: Ledgers) -> dict[str, Callable[[], None]]:
    """Return all that can be done, in an order in which nothing of it is refused."""
    hundred, more = Decimal(100), Decimal("333.33")
    return {
        "draft": machine.begin,
        "draft by hand": lambda: machine.draft_by_hand(0, hundred, "EUR", 365),
        "fall": lambda: machine.finalise_and_fall(0, "attaching.attach"),
        "write a line": lambda: machine.write_a_line(0, more),
        "finalise": lambda: machine.finalise(0, 233),
        "spend": lambda: machine.spend(1, hundred, 60),
        "work and invoice": lambda: machine.work_and_invoice(0, hundred / 40, more, 60),
        "pay part": lambda: machine.pay(0, "part", 27),
        "pay over": lambda: machine.pay(1, "over", 27),
        "pay whole": lambda: machine.pay(1, "whole", 1),
        "pay freely": lambda: _all(lambda n: machine.pay_freely(n, more, False, 150)),
        "match": lambda: machine.match_open(0, 3),
        "take back": lambda: machine.take_back(0, 0),
        "match again": lambda: machine.match_open(0, 1),
        "reverse": lambda: machine.reverse(1, 0),
        "credit half": lambda: machine.credit(0, True, True),
        "credit": lambda: machine.credit(0, True, False),
        "draft credit": lambda: machine.draft_credit(1),
        "finalise all": machine.finalise_all,
        "credit split": lambda: _all(machine.credit_split),
        "work": lambda: machine.work(0, hundred / 40, more, 1, 1),
        "merge": lambda: machine.merge(0, 2),
        "undo": lambda: machine.undo(0),
        "move": lambda: _invoice_and_move(machine),
        "discard": lambda: machine.discard(0),
    }


def _all(step: Callable[[int], None]) -> None:
    for place in range(6):
        step(place)


def _invoice_and_move(machine: Ledgers) -> None:
    """Move the newest invoice, to the first customer that is another one."""
    machine.work_and_invoice(0, Decimal("2.5"), Decimal(1000), 1)
    _all(lambda place: machine.move(-1, place))
