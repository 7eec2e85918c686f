"""Sixteen people creating customers at once, through the dialog."""

import http.client
import random
import re
import time
from collections import Counter
from statistics import median
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from customers import numbers
from customers.models import Customer, UsedNumber
from moment.models import User
from tests.benchmarks.clock import p95, session_of
from tests.benchmarks.report import Target, figures_table
from tests.benchmarks.server import Browser, at_once, served

PEOPLE = 16
CUSTOMERS = 500
LONGEST_WAIT = 2.0  # seconds, on SQLite

_TOKEN = "b" * 32
_PROPOSED = re.compile(rb'name="proposed" value="([^"]*)"')


def run(engine: str) -> list[Target]:
    people = [session_of(User.objects.get(username="kari")) for _ in range(PEOPLE)]
    cookies = [
        f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={_TOKEN}"
        for key in people
    ]
    before = Customer.objects.count()
    series = numbers.CUSTOMERS.series()
    first = series.next
    with served() as port:
        for cookie in cookies:
            Browser(port, cookie).ask("GET", reverse("customers:new"))
        # Fresh connections: the server closes those that have idled while the others warmed up.
        browsers = [Browser(port, cookie) for cookie in cookies]
        answers, seconds = at_once(browsers, _names(), _create)
    given = [number for number, _, _ in answers if number]
    waits = [wait for _, wait, _ in answers]
    made = Customer.objects.count() - before
    errors = CUSTOMERS - len(given) + abs(made - len(given))
    doubles = len(given) - len(set(given))
    doubles += made - Customer.objects.values("number").distinct().count() + before
    series.refresh_from_db()
    expected = {series.format(value) for value in range(first, first + made)}
    kept = set(UsedNumber.objects.filter(number__in=given).values_list("number", flat=True))
    gaps = len(expected ^ set(given)) + len(expected - kept) + abs(series.next - first - made)
    figures_table(
        f"{PEOPLE} creating {CUSTOMERS} customers at once, {engine}, gunicorn 2 × 8",
        [
            ("created", f"{made}, {made / seconds:.0f} a second"),
            ("errors, doubles, gaps", f"{errors}, {doubles}, {gaps}"),
            (
                "wait for saving: p50, p95, longest",
                f"{median(waits):.2f} s, {p95(waits):.2f} s, {max(waits):.2f} s",
            ),
        ],
    )
    failures = Counter(why for _, _, why in answers if why)
    if failures:
        figures_table("Failed", [(why, str(count)) for why, count in failures.items()])
    targets = [
        Target(engine, f"{what} of {PEOPLE} writers", count, 0, what, hard=True)
        for what, count in (("errors", errors), ("doubles", doubles), ("gaps", gaps))
    ]
    if engine == "sqlite":
        targets.append(Target(engine, "longest wait of a writer", max(waits), LONGEST_WAIT, "s"))
    return targets


def _names() -> list[str]:
    """Return made-up names unlike each other, so that looking for doubles costs what it does."""
    rng = random.Random(16)
    return [
        f"{''.join(rng.choices('abcdefghijklmnoprstuvy', k=9)).title()} Konstruktion AB"
        for _ in range(CUSTOMERS)
    ]


def _create(browser: Browser, name: str) -> tuple[str, float, str]:
    """Open the dialog and save; return the number given, the wait for it, and why it failed."""
    path = reverse("customers:new")
    began = time.perf_counter()
    try:
        status, _, dialog = browser.ask("GET", path, headers={"HX-Request": "true"})
        offered = _PROPOSED.search(dialog)
        if not offered:
            return "", time.perf_counter() - began, f"the dialog answered {status}"
        proposed = offered[1].decode()
        form = {
            "country": "SE", "number": proposed, "proposed": proposed, "name": name,
            "org_number": "", "status": "active", "relation": "customer",
        }  # fmt: skip
        began = time.perf_counter()
        status, headers, _ = browser.ask(
            "POST",
            path,
            urlencode(form),
            {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": _TOKEN},
        )
    except (OSError, http.client.HTTPException) as error:
        browser.connection.close()
        return "", time.perf_counter() - began, repr(error)
    wait = time.perf_counter() - began
    number = re.fullmatch(r"/customers/([^/]+)/", headers.get("Location", ""))
    if status != 302 or not number:
        return "", wait, f"saving answered {status}"
    return number[1], wait, ""
