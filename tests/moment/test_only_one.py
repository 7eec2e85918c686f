"""A lock that nobody waits for, and that no death leaves behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moment.turns import only_one
from tests.registry.processes import environment
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import django, time
django.setup()
from moment.turns import only_one
with only_one("counting") as alone:
    print(alone, flush=True)
    time.sleep(60)
"""


def test_the_first_is_alone_and_the_next_is_told_so():
    with only_one("counting") as first:
        with only_one("counting") as second:
            assert (first, second) == (True, False)
        # That the second one left does not let a third one in.
        with only_one("counting") as third:
            assert not third
    with only_one("counting") as later:
        assert later


def test_blocks_of_other_names_do_not_matter():
    with only_one("counting") as one, only_one("weighing") as other:
        assert one
        assert other


def test_an_error_inside_lets_the_next_one_in():
    with pytest.raises(RuntimeError), only_one("counting"):
        raise RuntimeError
    with only_one("counting") as later:
        assert later


def test_of_many_at_once_one_gets_in():
    inside = []

    def enter(person):
        with only_one("counting") as alone:
            if alone:
                inside.append(person)
                while len(outside) < 7:
                    time.sleep(0.01)
            else:
                outside.append(person)

    outside = []
    at_once(8, enter)
    assert len(inside) == 1
    assert len(outside) == 7


def test_another_process_keeps_it_until_it_is_killed():
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "True\n"
        with only_one("counting") as alone:
            assert not alone
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait(30)
        holder.stdout.close()
    # The server needs a moment to notice.
    for _attempt in range(1000):
        with only_one("counting") as alone:
            if alone:
                break
    assert alone
