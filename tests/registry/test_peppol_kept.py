"""What is kept of the network's answers: for how long, what changed, and by many at once."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.transaction import atomic
from django.utils import timezone

from registry import peppol
from registry.models import Reachability, ReachabilityChange
from tests.standin.peppol import CREDIT_NOTE, INVOICE
from tests.together import at_once

NUMBER = "923609016"
START = timezone.datetime(2026, 11, 2, 9, 0, tzinfo=timezone.get_fixed_timezone(60))


def changes() -> list[tuple[bool, bool]]:
    """Return what was answered, oldest first."""
    found = ReachabilityChange.objects.order_by("at", "pk")
    return [(change.invoice, change.credit_note) for change in found]


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


# Asking again


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("registered", "fresh_for"),
    [(True, timedelta(days=1)), (False, timedelta(hours=6))],
    ids=["yes", "no"],
)
def test_a_certain_answer_is_asked_for_again_when_its_time_is_over(
    network, clock, registered, fresh_for
):
    if registered:
        network.register(NUMBER)
    first = peppol.check("0192", NUMBER)
    asked = len(network.dns.asked)
    clock.shift(fresh_for - timedelta(seconds=1))
    assert peppol.is_fresh(first)
    assert peppol.check("0192", NUMBER).checked_at == START
    assert len(network.dns.asked) == asked
    clock.shift(timedelta(seconds=2))
    assert not peppol.is_fresh(first)
    again = peppol.check("0192", NUMBER)
    assert again.checked_at == START + fresh_for + timedelta(seconds=1)
    assert len(network.dns.asked) == 2 * asked
    assert again.answer == first.answer


@pytest.mark.django_db
def test_freshness_is_the_same_in_the_database(network, clock):
    network.register(NUMBER)
    peppol.check("0192", NUMBER)
    peppol.check("0192", "991825827")
    network.dns.faults[""] = "servfail"
    peppol.check("0192", "986252932")
    for hours in (0, 7, 25):
        clock.move_to(START + timedelta(hours=hours))
        by_row = {row.pk for row in Reachability.objects.all() if peppol.is_fresh(row)}
        condition = peppol.fresh(timezone.now())
        by_query = set(Reachability.objects.filter(condition).values_list("pk", flat=True))
        assert by_row == by_query
        assert len(by_row) == {0: 2, 7: 1, 25: 0}[hours]


@pytest.mark.django_db
def test_unknown_is_asked_again_at_once(network):
    network.dns.faults[""] = "servfail"
    assert peppol.check("0192", NUMBER).answer == "unknown"
    network.dns.faults.clear()
    assert peppol.check("0192", NUMBER).answer == "no"


@pytest.mark.django_db
def test_force_asks_even_what_is_fresh(network):
    assert peppol.check("0192", NUMBER).answer == "no"
    network.register(NUMBER)
    assert peppol.check("0192", NUMBER).answer == "no"
    assert peppol.check("0192", NUMBER, force=True).answer == "yes"


@pytest.mark.django_db
def test_nothing_is_known_of_whom_nobody_asked_about(network):
    assert peppol.known("0192", NUMBER) is None
    assert network.dns.asked == []


# What changed


@pytest.mark.django_db
def test_every_change_of_the_answer_is_kept_and_sameness_is_not(network, clock):
    def check() -> Reachability:
        clock.shift(timedelta(hours=1))
        return peppol.check("0192", NUMBER, force=True)

    check()
    check()
    network.register(NUMBER, [INVOICE])
    check()
    network.register(NUMBER, [INVOICE, CREDIT_NOTE])
    check()
    last = check()
    network.dns.faults[""] = "servfail"
    check()
    network.dns.faults.clear()
    check()
    network.forget(NUMBER)
    check()
    assert changes() == [(False, False), (True, False), (True, True), (False, False)]
    third = ReachabilityChange.objects.order_by("at")[2]
    assert (third.at, third.smp) == (START + timedelta(hours=4), last.smp)
    assert third.smp
    assert Reachability.objects.count() == 1


@pytest.mark.django_db
def test_a_failed_attempt_leaves_the_last_certain_answer(network, clock):
    network.register(NUMBER)
    before = peppol.check("0192", NUMBER)
    clock.shift(timedelta(days=2))
    network.smp.mode = "500"
    after = peppol.check("0192", NUMBER)
    assert (after.answer, after.credit_note, after.smp) == ("yes", True, before.smp)
    assert (after.checked_at, after.failed_at) == (START, START + timedelta(days=2))
    assert after.failure.endswith("answers 500")
    assert not peppol.is_fresh(after)
    network.smp.mode = "ok"
    clock.shift(timedelta(minutes=1))
    healed = peppol.check("0192", NUMBER)
    assert (healed.failed_at, healed.failure) == (None, "")
    assert changes() == [(True, True)]


@pytest.mark.django_db
def test_an_answer_that_comes_late_does_not_undo_a_later_one(network, monkeypatch, clock):
    """One asks, and waits long; meanwhile another asks and gets the newer answer."""
    network.register(NUMBER)
    ask = peppol.ask

    def slow(*question):
        old = ask(*question)
        monkeypatch.setattr(peppol, "ask", ask)
        network.forget(NUMBER)
        clock.shift(timedelta(seconds=5))
        peppol.check("0192", NUMBER, force=True)
        return old

    monkeypatch.setattr(peppol, "ask", slow)
    assert peppol.check("0192", NUMBER).answer == "no"
    assert changes() == [(False, False)]


@pytest.mark.django_db
def test_a_failure_that_comes_late_does_not_follow_a_later_answer(network, monkeypatch, clock):
    network.register(NUMBER)
    ask = peppol.ask

    def failing(*_question):
        monkeypatch.setattr(peppol, "ask", ask)
        clock.shift(timedelta(seconds=5))
        peppol.check("0192", NUMBER, force=True)
        raise peppol.Unanswered("in time")

    monkeypatch.setattr(peppol, "ask", failing)
    found = peppol.check("0192", NUMBER)
    assert (found.answer, found.failed_at) == ("yes", None)


@pytest.mark.django_db
def test_a_long_reason_is_cut_to_what_the_row_takes(network):
    host = ".".join(["a" * 55] * 4)
    network.name(NUMBER, f"!.*!https://{host}/!")
    assert peppol.check("0192", NUMBER).failure == f"{host} has no address"[:200]


# At once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("registered", [True, False])
def test_sixteen_who_check_at_once_make_one_row_and_one_change(network, registered):
    if registered:
        network.register(NUMBER)
        network.smp.mode = "slow"
    found = at_once(16, lambda _person: peppol.check("0192", NUMBER, force=True))
    assert {row.answer for row in found} == {"yes" if registered else "no"}
    assert Reachability.objects.count() == 1
    assert changes() == [(registered, registered)]


@pytest.mark.django_db(transaction=True)
def test_sixteen_whose_checks_fail_at_once_make_one_row(network):
    network.dns.faults[""] = "servfail"
    found = at_once(16, lambda _person: peppol.check("0192", NUMBER))
    assert {row.answer for row in found} == {"unknown"}
    assert Reachability.objects.count() == 1
    assert changes() == []


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_the_network_within_a_transaction(network, monkeypatch):
    ask, inside = peppol.ask, []

    def watched(*question):
        inside.append(connection.in_atomic_block)
        return ask(*question)

    monkeypatch.setattr(peppol, "ask", watched)
    assert peppol.check("0192", NUMBER).answer == "no"
    assert inside == [False]
    with atomic(), pytest.raises(RuntimeError, match="durable"):
        peppol.check("0192", "991825827")


@pytest.mark.django_db(transaction=True)
def test_row_and_change_are_stored_together_or_not_at_all(network, monkeypatch):
    def broken(**_values):
        raise OSError("the disk is full")

    monkeypatch.setattr(ReachabilityChange.objects, "create", broken)
    with pytest.raises(OSError, match="full"):
        peppol.check("0192", NUMBER)
    assert not Reachability.objects.exists()
