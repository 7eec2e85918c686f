"""Writing in turn, where the database itself has no queue."""

import fcntl
import threading
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


class _Queue:
    """A lock that serves threads in the order they came; Python's own lets the quickest in."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        mine = threading.Event()
        with self._guard:
            self._waiting.append(mine)
            if self._waiting[0] is mine:
                mine.set()
        mine.wait()
        try:
            yield
        finally:
            with self._guard:
                self._waiting.popleft()
                if self._waiting:
                    self._waiting[0].set()


_threads = _Queue()
_mine = threading.local()


@contextmanager
def in_turn() -> Iterator[None]:
    """Wait in line before a transaction that many may want to begin at once.

    SQLite lets whoever asks at the right moment begin first, so with sixteen writers some wait for
    seconds. Threads queue here, and the processes' first ones at a file lock. PostgreSQL queues by
    itself. Inside a transaction the turn is taken already, and waiting for another would lock both
    for ever; so it is in what waits for a commit, which runs before the turn is over.
    """
    taken = connection.in_atomic_block or getattr(_mine, "turn", False)
    if connection.vendor != "sqlite" or taken:
        yield
        return
    with _threads.turn(), open(f"{connection.settings_dict['NAME']}.lock", "w") as processes:
        fcntl.flock(processes, fcntl.LOCK_EX)
        _mine.turn = True
        try:
            yield
        finally:
            _mine.turn = False


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """Yield whether this is the only block of this name now, among all processes on the database.

    False: another one is inside, and there is no waiting for it. The lock goes with the process
    that holds it, however that ends.
    """
    if connection.vendor == "sqlite":
        with open(f"{connection.settings_dict['NAME']}.{name}.lock", "w") as ours:
            try:
                fcntl.flock(ours, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        return
    # A session of its own: the lock must outlive whatever happens to the one that does the work.
    session = connection.copy()
    key = [zlib.crc32(b"moment.only_one") - 2**31, zlib.crc32(name.encode()) - 2**31]
    try:
        with session.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
            alone = cursor.fetchone()[0]
        try:
            yield alone
        finally:
            if alone:
                with session.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
    finally:
        session.close()
