"""Measuring requests inside this process, one after another and interleaved."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client, RequestFactory
from rich.progress import track


def session_of(user: Any) -> str:
    """Sign the user in; return the session's key."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Visitor:
    """Someone signed in, who sends requests straight to the WSGI application.

    Each request opens and closes what it does under a server, the database connection included.
    """

    app = None

    def __init__(self, user: Any) -> None:
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={session_of(user)}"
        Visitor.app = Visitor.app or get_wsgi_application()

    def request(self, path: str, *, htmx: bool = False) -> Callable[[], bytes]:
        """Return a function that gets this path; it raises unless the answer is 200."""
        headers = {"Cookie": self.cookie, **({"HX-Request": "true"} if htmx else {})}
        host = {"SERVER_NAME": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1"}
        environ = RequestFactory(headers=headers).get(path, **host).environ

        def send() -> bytes:
            told = []
            answer = self.app(dict(environ), lambda status, headers: told.append(status))
            body = b"".join(answer)
            answer.close()
            if told != ["200 OK"]:
                raise RuntimeError(f"{path} answered {told}")
            return body

        return send


@dataclass
class Case:
    """One request to measure, perhaps with a limit: so many times what another case takes."""

    name: str
    send: Callable[[], bytes]
    target: str = ""  # what its limit belongs to, in the summary
    against: str = ""  # the name of the case it is compared with
    limit: float | None = None
    seconds: list[float] = field(default_factory=list)
    queries: int = 0
    database: float = 0  # seconds of a request that the database took, queries alone

    @property
    def ms(self) -> float:
        return median(self.seconds) * 1000


def timed(send: Callable[[], Any]) -> float:
    """Return the seconds that a call takes."""
    began = time.perf_counter()
    send()
    return time.perf_counter() - began


def p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def measure(cases: Iterable[Case], repeats: int, what: str) -> dict[str, Case]:
    """Send every case once, then again from the first, so many times; return them by name.

    What the machine does meanwhile then meets all of them alike.
    """
    cases = list(cases)
    for case in cases:
        case.send()
        _count_queries(case)
    for _ in track(range(repeats), what, transient=True):
        for case in cases:
            case.seconds.append(timed(case.send))
    return {case.name: case for case in cases}


def _count_queries(case: Case, times: int = 3) -> None:
    spent: list[float] = []

    def note(execute, sql, params, many, context):
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append(time.perf_counter() - began)

    with connection.execute_wrapper(note):
        for _ in range(times):
            case.send()
    case.queries, case.database = len(spent) // times, sum(spent) / times
