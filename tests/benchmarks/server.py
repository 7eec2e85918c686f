"""The product under gunicorn, two processes of eight threads, and people who use it at once."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import Any

from django.conf import settings

from tests.benchmarks.engines import free_port

TIMEOUT = 30  # seconds


@contextmanager
def served() -> Iterator[int]:
    """Yield the loopback port where the product is served."""
    port = free_port()
    server = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "moment.wsgi", "--workers=2", "--threads=8",
            "--worker-class=gthread", f"--bind=127.0.0.1:{port}", "--log-level=error",
        ],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings"},
    )  # fmt: skip
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(TIMEOUT)


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            if Browser(port, "").ask("GET", "/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError("gunicorn did not answer")


class Browser:
    """One person's connection, kept open."""

    def __init__(self, port: int, cookie: str) -> None:
        self.cookie = cookie
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def ask(
        self, method: str, path: str, body: str | None = None, headers: dict | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        headers = {"Cookie": self.cookie, **(headers or {})}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()


def at_once(
    browsers: list[Browser], tasks: Iterable[Any], do: Callable[[Browser, Any], Any]
) -> tuple[list[Any], float]:
    """Let each browser do the next task until none is left; return the results and the seconds."""
    waiting, lock, results = iter(tasks), Lock(), []

    def work(browser: Browser) -> None:
        while True:
            with lock:
                task = list(islice(waiting, 1))
            if not task:
                return
            results.append(do(browser, task[0]))

    began = time.perf_counter()
    with ThreadPoolExecutor(len(browsers)) as pool:
        list(pool.map(work, browsers))
    return results, time.perf_counter() - began
