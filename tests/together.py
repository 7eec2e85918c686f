"""Many people at once, as real threads."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def at_once(people: int, act: Callable[[int], Any]) -> list[Any]:
    """Return what each of so many threads returns, all set off together; errors are raised here."""
    start = threading.Barrier(people)

    def one(person: int) -> Any:
        try:
            start.wait(timeout=30)
            return act(person)
        finally:
            connection.close()

    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(one, range(people), timeout=120))
