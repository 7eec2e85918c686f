"""Sixteen people looking at the overview at once."""

import http.client
from statistics import median

from django.conf import settings
from django.urls import reverse

from moment.models import User
from tests.benchmarks.clock import session_of
from tests.benchmarks.report import Target, figures_table
from tests.benchmarks.server import Browser, at_once, served

PEOPLE = 16
REQUESTS = 400
ROUNDS = 3


def run(engine: str) -> list[Target]:
    kari = User.objects.get(username="kari")
    cookie = f"{settings.SESSION_COOKIE_NAME}={session_of(kari)}"
    path = reverse("customers:overview")
    errors = 0

    def look(browser: Browser, _: int) -> bool:
        try:
            status, _headers, body = browser.ask("GET", path)
        except (OSError, http.client.HTTPException):
            return False
        return status == 200 and b"</html>" in body

    alone, together = [], []
    with served() as port:
        for people in [PEOPLE] + [1, PEOPLE] * ROUNDS:
            requests = REQUESTS if people > 1 else REQUESTS // 4
            browsers = [Browser(port, cookie) for _ in range(people)]
            answers, seconds = at_once(browsers, range(requests), look)
            errors += answers.count(False)
            (together if people > 1 else alone).append(requests / seconds)
    # The first round only warmed up.
    one, many = median(alone), median(together[1:])
    figures_table(
        f"{PEOPLE} at the overview at once, {engine}, gunicorn 2 × 8, {ROUNDS} rounds",
        [
            ("one at a time", f"{one:.0f} a second"),
            (f"{PEOPLE} at once", f"{many:.0f} a second, {many / one:.2f} ×"),
            ("errors", str(errors)),
        ],
    )
    return [
        Target(engine, f"errors with {PEOPLE} at once", errors, 0, "errors", hard=True),
        # At least twice as many: the time of one request at most half.
        Target(engine, f"time of a request with {PEOPLE} at once to one alone", one / many, 0.5),
    ]
