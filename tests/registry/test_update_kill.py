"""`registry_update` as a process of its own: killed at any moment, and two of them at once."""

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from moment.turns import only_one
from registry import alerts, copies
from registry.models import Alert, Entity, Mirror
from tests.registry.following import LEGAL, cursor, load
from tests.standin.register import Register, enhet, fictional_number

ROOT = Path(__file__).parents[2]
PAGES, NUMBERS, EVENTS = 5, 60, 1000  # numbers and events of each page
KILLS = 4
LIMIT = 180  # seconds in which a run must be over, however busy the machine

pytestmark = pytest.mark.django_db(transaction=True)


def database_url() -> str:
    """Return the address of the test database."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    secret = f":{quote(told['PASSWORD'], safe='')}" if told["PASSWORD"] else ""
    user = quote(told["USER"], safe="")
    host = f"{told['HOST']}:{told['PORT']}" if told["PORT"] else quote(told["HOST"], safe="")
    return f"postgres://{user}{secret}@{host}/{told['NAME']}"


def started(register: Register) -> subprocess.Popen[str]:
    connection.close()
    return subprocess.Popen(
        [sys.executable, "manage.py", "registry_update"],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "moment.settings",
            "DATABASE_URL": database_url(),
            "SECRET_KEY": "only-for-tests",
            "DEBUG": "false",
            "HTTPS": "false",
            "NO_PROXY": "127.0.0.1,localhost",
            "REGISTRY_URL": register.url,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> str:
    """Return what a run has written that must go well."""
    out, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, out
    return out


@pytest.fixture
def busy(register) -> Iterator[Register]:
    """A register with five pages of events about sixty companies each, all of them watched."""
    numbers = [fictional_number(n) for n in range(500, 500 + PAGES * NUMBERS)]
    for number in numbers:
        register.add(enhet("GAMMELT NAVN AS", number))
    load(register)
    alerts.watch(*numbers)
    for page in range(PAGES):
        ours = numbers[page * NUMBERS :][:NUMBERS]
        for number in ours[:-2]:
            register.change(number, navn="NYTT NAVN AS")
        register.delete(ours[-2])
        register.remove(ours[-1])
        for n in range(EVENTS - NUMBERS):
            register.tell(ours[n % (NUMBERS - 2)], "Endring")
    return register


def check_whole(register: Register) -> None:
    """Fail unless the rows are those of the events up to the cursor, and of no other one."""
    events, last = register.events["enheter"], cursor() or 0
    assert last == 0 or last in [e["oppdateringsid"] for e in events[EVENTS - 1 :: EVENTS]]
    done = {e["organisasjonsnummer"] for e in events if e["oppdateringsid"] <= last}
    expected_alerts = []
    for number in {e["organisasjonsnummer"] for e in events}:
        kept = Entity.objects.filter(pk=number).first()
        if number not in done:
            assert (kept.name, kept.deleted_on) == ("GAMMELT NAVN AS", None)
        elif number in register.removed:
            assert kept is None
            expected_alerts.append((number, "withdrawn"))
        elif "slettedato" in register.entities[number]:
            assert kept.deleted_on is not None
            expected_alerts.append((number, "deleted"))
        else:
            assert kept.name == "NYTT NAVN AS"
            expected_alerts.append((number, "name"))
    told = Alert.objects.values_list("org_number", "kind")
    assert sorted(told) == sorted(expected_alerts)


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment_rows_cursor_and_alerts_agree(busy, seed):
    rng = random.Random(seed)
    for _kill in range(KILLS):
        busy.requests.clear()
        # Some after any question of a page, some while its answer is stored.
        questions = rng.randrange(1, 9)
        process = started(busy)
        end = time.monotonic() + LIMIT
        while len(busy.requests) < questions and process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.001)
        time.sleep(rng.choice((0, 0.01, 0.03, 0.1)))
        process.kill()
        process.communicate()
        check_whole(busy)
        if cursor() == busy.events["enheter"][-1]["oppdateringsid"]:
            break
    finished(started(busy))
    check_whole(busy)
    assert cursor() == busy.events["enheter"][-1]["oppdateringsid"]
    assert Mirror.objects.get(pk=LEGAL).is_current
    assert Alert.objects.count() == PAGES * NUMBERS
    out = finished(started(busy))
    assert "Legal entities: 0 events, 0 stored, 0 erased, 0 alerts." in out
    check_whole(busy)


def test_a_second_run_leaves_the_work_to_the_first(busy):
    with only_one(copies.LOCK) as ours:
        assert ours
        assert finished(started(busy)).strip() == "Another run is at it already: nothing to do."
    assert busy.requests == []
    assert f"Legal entities: {PAGES * EVENTS:,} events" in finished(started(busy))


def test_of_runs_at_once_one_follows_each_event(busy):
    told = [finished(process) for process in [started(busy) for _run in range(3)]]
    events = [int(n.replace(",", "")) for n in re.findall(r"Legal entities: ([0-9,]+)", str(told))]
    assert sum(events) == PAGES * EVENTS
    check_whole(busy)


def test_a_register_that_is_down_is_told_and_ends_with_an_error(busy):
    busy.stop()
    process = started(busy)
    out, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert "CommandError: The register does not answer as it should: no connection" in out
    check_whole(busy)
