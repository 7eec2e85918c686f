"""`manage.py registry_peppol`: every watched number is asked about, several at once."""

import os
import signal
import subprocess
import sys
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from moment.turns import only_one
from registry import alerts
from registry.management.commands import registry_peppol
from registry.management.commands.registry_peppol import due
from registry.models import Reachability, ReachabilityChange
from tests.benchmarks.engines import free_port
from tests.factories import org_number
from tests.standin.peppol import INVOICE, sml_host

pytestmark = pytest.mark.django_db(transaction=True)
NUMBERS = [org_number(n) for n in range(24)]


@pytest.fixture(autouse=True)
def _in_no_hurry(monkeypatch):
    """Twenty a second would take its time."""
    monkeypatch.setattr(registry_peppol, "A_SECOND", 1000)
    monkeypatch.setattr(registry_peppol, "GLANCE", 0.01)


def run(*options: str) -> str:
    out = StringIO()
    call_command("registry_peppol", *options, stdout=out)
    return out.getvalue()


def asked_about(network) -> int:
    return network.dns.questions("NAPTR")


def test_all_watched_numbers_get_their_answer(network):
    alerts.watch(*NUMBERS)
    for number in NUMBERS[:10]:
        network.register(number)
    network.register(NUMBERS[10], [INVOICE])
    network.dns.faults[sml_host(NUMBERS[11])] = "servfail"
    said = run()
    assert "24 of 24 asked about: 11 can receive EHF, 12 cannot, 1 unknown. 0 changed." in said
    known = {row.identifier: row.answer for row in Reachability.objects.all()}
    assert set(known) == set(NUMBERS)
    assert known[NUMBERS[11]] == "unknown"
    assert list(known.values()).count("yes") == 11


def test_numbers_that_nobody_watches_are_left_alone(network):
    run()
    assert network.dns.asked == []


def test_fresh_answers_are_not_asked_for_again_but_unknown_ones_are(network):
    alerts.watch(*NUMBERS)
    network.dns.faults[sml_host(NUMBERS[0])] = "servfail"
    run()
    network.dns.faults.clear()
    network.dns.asked.clear()
    assert "1 of 1 asked about: 0 can receive EHF, 1 cannot" in run()
    assert asked_about(network) == 1
    assert "nothing to ask" in run()


def test_all_asks_for_the_fresh_ones_too_and_counts_what_changed(network):
    alerts.watch(*NUMBERS)
    run()
    network.register(NUMBERS[3])
    assert "24 of 24 asked about: 1 can receive EHF, 23 cannot, 0 unknown. 1 changed" in run(
        "--all"
    )


def test_a_limit_takes_the_longest_unasked_first(network):
    alerts.watch(*NUMBERS)
    assert "5 of 5" in run("--limit", "5")
    first = set(Reachability.objects.values_list("identifier", flat=True))
    assert "5 of 5" in run("--limit", "5", "--all")
    assert Reachability.objects.count() == 10
    assert first == set(sorted(NUMBERS)[:5])


def test_those_that_fail_do_not_keep_the_others_waiting(network):
    alerts.watch(*NUMBERS)
    for number in sorted(NUMBERS)[:5]:
        network.dns.faults[sml_host(number)] = "servfail"
    run("--limit", "5")
    assert set(due()[-5:]) == set(sorted(NUMBERS)[:5])


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_none_is_refused(limit):
    with pytest.raises(CommandError, match="number from 1"):
        call_command("registry_peppol", f"--limit={limit}")


def test_a_watched_number_that_cannot_be_one_is_passed_over(network):
    alerts.watch("123456789", NUMBERS[0])
    assert "1 of 1" in run()


def test_eight_are_asked_about_at_once_and_no_more(network):
    alerts.watch(*NUMBERS)
    for number in NUMBERS:
        network.register(number)
    network.smp.mode = "slow"
    run()
    assert network.smp.most_at_once == 8


def test_they_are_begun_no_faster_than_is_polite(network, monkeypatch):
    monkeypatch.setattr(registry_peppol, "A_SECOND", 40)
    alerts.watch(*NUMBERS)
    began = time.monotonic()
    run()
    assert time.monotonic() - began >= (len(NUMBERS) - 1) / 40


def test_two_runs_are_kept_apart(network):
    alerts.watch(*NUMBERS)
    with only_one("peppol") as alone:
        assert alone
        assert "Another run" in run()
    assert network.dns.asked == []
    assert "24 of 24" in run()


def test_without_a_resolver_it_gives_up_and_says_how_many_are_left(network, settings, monkeypatch):
    settings.PEPPOL_DNS = f"127.0.0.1:{free_port()}"
    monkeypatch.setattr(registry_peppol, "IN_VAIN", 9)
    alerts.watch(*NUMBERS)
    with pytest.raises(CommandError, match=r"does not answer. \d+ numbers are left"):
        run()
    assert 9 <= Reachability.objects.count() <= 9 + registry_peppol.AT_ONCE
    assert not ReachabilityChange.objects.exists()


def test_one_failure_among_many_does_not_end_the_run(network, monkeypatch):
    monkeypatch.setattr(registry_peppol, "IN_VAIN", 1)
    alerts.watch(*NUMBERS)
    network.dns.faults[sml_host(NUMBERS[5])] = "servfail"
    assert "24 of 24" in run()


def test_where_there_is_no_terminal_it_tells_in_lines(network, monkeypatch):
    monkeypatch.setattr(registry_peppol, "LINE_EVERY", 0.0)
    alerts.watch(*NUMBERS)
    assert "of 24 asked about.\n" in run()


def test_a_bug_ends_the_run_and_is_told(network, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr(registry_peppol.peppol, "check", broken)
    alerts.watch(*NUMBERS)
    with pytest.raises(ZeroDivisionError):
        run()


def test_a_run_that_was_killed_goes_on_where_it_was(network):
    alerts.watch(*NUMBERS)
    for number in NUMBERS:
        network.register(number)
    network.smp.mode, network.smp.slow_seconds = "slow", 0.15
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "registry_peppol"],
        env=os.environ | environment(network),
    )
    deadline = time.monotonic() + 60
    while Reachability.objects.count() < 8:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    stored = set(Reachability.objects.values_list("identifier", flat=True))
    left = set(NUMBERS) - stored
    assert 8 <= len(stored) < 24
    assert ReachabilityChange.objects.count() == len(stored)
    network.dns.asked.clear()
    assert f"{len(left)} of {len(left)} asked about" in run()
    # What the killed run had under way may still come in, so each counts once.
    asked = {name for name, kind, _ in network.dns.asked if kind == "NAPTR"}
    assert asked == {sml_host(number) for number in left}
    assert ReachabilityChange.objects.count() == 24


def environment(network) -> dict[str, str]:
    """Return the settings that lead another process to this test's database and network."""
    base = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{base['NAME']}"
    else:
        user = f"{base['USER']}:{base['PASSWORD']}" if base["PASSWORD"] else base["USER"]
        url = f"postgres://{user}@{base['HOST']}:{base['PORT']}/{base['NAME']}"
    listed = ",".join(network.settings["PEPPOL_TEST_HOSTS"])
    return {
        "DJANGO_SETTINGS_MODULE": "moment.settings",
        "DATABASE_URL": url,
        "DEBUG": "true",
        "PEPPOL_DNS": network.dns.address,
        "PEPPOL_SML_ZONE": network.settings["PEPPOL_SML_ZONE"],
        "PEPPOL_TEST_HOSTS": listed,
    }
