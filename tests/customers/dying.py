"""A process that merges and undoes, and is killed while at it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from customers import merging
from moment.models import User
from tests.registry.processes import environment

_ROOT = Path(__file__).resolve().parents[2]
_SERVE = "import django; django.setup(); from tests.customers import dying; dying.serve()"


class Dying:
    """Acts of which each runs in a process of its own, and dies when it is told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def merge(self, by: User, *customers: int, after: int = 0) -> int:
        """Merge; see `_tell`."""
        return self._tell("merge", after, by.pk, *customers)

    def undo(self, by: User, merge: int, after: int = 0) -> int:
        """Take a merge back; see `_tell`."""
        return self._tell("undo", after, by.pk, merge)

    def _tell(self, *words: str | int) -> int:
        """Do it, and return in how many statements; 0 if it was killed `after` so many."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(*words, file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        kind, _blank, value = line.partition(" ")
        assert kind in ("done", "killed"), line + self._process.stdout.read()
        return int(value) if kind == "done" else 0


@contextmanager
def dying() -> Iterator[Dying]:
    """Yield what sets off acts on the test database that may be killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE],
        cwd=_ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Dying(process)
    finally:
        process.communicate(timeout=60)


def serve() -> None:
    """Do what the lines that come in say, each in a process forked for it."""
    for line in sys.stdin:
        words = line.split()
        child = os.fork()
        if not child:
            _act(words[0], *map(int, words[1:]))
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            print("killed 0", flush=True)


def _act(what: str, after: int, user: int, *keys: int) -> None:
    done = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal done
        found = execute(sql, params, many, context)
        done += 1
        if done == after:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    by = User.objects.get(pk=user)
    with connection.execute_wrapper(count):
        if what == "merge":
            merging.merge(keys[0], keys[1:], by=by)
        else:
            merging.undo(keys[0], by=by)
    if after:  # more than it took: right after its end
        os.kill(os.getpid(), signal.SIGKILL)
    print(f"done {done}", flush=True)
