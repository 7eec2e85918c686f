"""Sixteen people creating customers at once, through the dialog."""

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
    series = numbers.customer_series()
    first = series.next
    with served() as port:
        browsers = [Browser(port, cookie) for cookie in cookies]
        for browser in browsers:
            browser.ask("GET", reverse("customers:new"))
        answers, seconds = at_once(browsers, _names(), _create)
    given = [number for number, _ in answers if number]
    waits = [wait for _, wait in answers]
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
    for what, count in Counter(number for number, _ in answers if not number).items():
        figures_table("failed", [(str(what), str(count))])
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


def _create(browser: Browser, name: str) -> tuple[str, float]:
    """Open the dialog and save; return the number given, empty if none was, and the wait."""
    path = reverse("customers:new")
    began = time.perf_counter()
    try:
        _, _, dialog = browser.ask("GET", path, headers={"HX-Request": "true"})
        proposed = _PROPOSED.search(dialog)[1].decode()
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
    except (OSError, TypeError):
        return "", time.perf_counter() - began
    number = re.fullmatch(r"/customers/([^/]+)/", headers.get("Location", ""))
    created = status == 302 and number
    return number[1] if created else "", time.perf_counter() - began
