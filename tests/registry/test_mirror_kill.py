"""A load that is killed leaves a whole mirror, the old or the new, and the next one completes."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from registry.models import Entity, Mirror
from tests.registry.catalog import catalog
from tests.registry.processes import environment
from tests.standin.register import enhet, fictional_number

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
SEED = 20_261_122
NIGHT = datetime(2026, 9, 1, 4, tzinfo=UTC)
COUNT = 600
# The steps as the command names them. A step is hit when it begins, or a moment later.
STEPS = ["Reading", "Checking", "Learning words", "Keeping", "Indexing: index", "Swapping"]
# Small batches, so that there are many moments at which something is half done.
LOAD = """
import django, sys
django.setup()
from django.core.management import call_command
from registry import mirror, staging
mirror.BATCH, staging.base.CHUNK, mirror.PAUSE = 20, 50, 0.1
call_command("registry_load", "--file", sys.argv[1])
"""


@pytest.fixture
def start(tmp_path):
    """Start a load of a register whose names all begin with a word; return its process."""

    def start(word: str, days: int) -> subprocess.Popen[str]:
        path = tmp_path / "register.json"
        rows = [enhet(f"{word} {n} AS", fictional_number(n), links=[]) for n in range(COUNT)]
        path.write_text(json.dumps(rows))
        dated = NIGHT.timestamp() + days * 86_400
        os.utime(path, (dated, dated))
        return subprocess.Popen(
            [sys.executable, "-c", LOAD, str(path)],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def kill_at(process: subprocess.Popen[str], step: str, moment: float) -> bool:
    """Kill the process so many seconds after it has begun this step; tell whether it still ran."""
    for line in process.stdout:
        if step in line:
            break
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.stdout.read()
    return process.wait(60) == -signal.SIGKILL


def shown() -> tuple[int, set[str], datetime | None]:
    """Return how many entities there are, how their names begin, and of when the mirror is."""
    names = list(Entity.objects.values_list("name", flat=True))
    dated = Mirror.objects.values_list("published_at", flat=True).first()
    return len(names), {name.split()[0] for name in names}, dated


def completed(process: subprocess.Popen[str]) -> bool:
    said, _nothing = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return f"{COUNT} loaded" in said


def test_a_killed_load_leaves_the_old_mirror_or_the_new_one(start):
    assert completed(start("GAMMEL", 0))
    before = catalog()
    draw = random.Random(SEED)
    word, day = "GAMMEL", 0
    hits = []
    # Each step once, and the last one, where the tables change places, at several moments.
    for number, step in enumerate([*STEPS, "Swapping", "Swapping"], 1):
        new_word, old = f"NUMMER{number}", shown()
        assert old[:2] == (COUNT, {word})
        moment = draw.uniform(0, 0.05 if step == "Swapping" else 0.2)
        hits.append(kill_at(start(new_word, number), step, moment))
        connection.close()
        after = shown()
        if after != old:
            assert after[:2] == (COUNT, {new_word})
            assert (after[2] - NIGHT).days == number
            word, day = new_word, number
        assert after[2] is not None
    assert sum(hits) >= 4, hits
    assert completed(start("NYEST", 30))
    assert shown()[:2] == (COUNT, {"NYEST"})
    assert day < 30
    assert catalog() == before
