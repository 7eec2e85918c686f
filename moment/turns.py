"""Writing in turn, where the database itself has no queue."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def in_turn() -> Iterator[None]:
    """Wait in line before a transaction that many may want to begin at once.

    SQLite lets whoever asks at the right moment begin first, so with sixteen writers some wait for
    seconds; a file lock serves them one after the other. PostgreSQL queues by itself. Inside a
    transaction the turn is taken already, and waiting for another would lock both for ever.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with open(f"{connection.settings_dict['NAME']}.lock", "w") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield
