"""Whatever is invoiced, credited, paid, matched, moved, merged and undone: it all adds up."""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as examples_of
from hypothesis.stateful import run_state_machine_as_test

from tests.factories import CustomerFactory
from tests.ledger.ledger_states import Ledgers, each_thing
from tests.ledger.making import invoice
from tests.statistics.making import employee

# `make soak` asks for many more, which differ each time. Those of `make test` are always the same.
SOAK = int(os.environ.get("SOAK", "0"))
RUNS = examples_of(
    max_examples=SOAK or 8,
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
        for what, step in each_thing(one).items():
            before = one.done[what]
            step()
            assert one.done[what] > before, what
            one.all_adds_up()
    finally:
        one.teardown()
