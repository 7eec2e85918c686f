"""Chromium, the base that each test starts from, and the watch over what goes wrong on pages."""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, expect

from tests.browser.steps import signed_in

HERE = Path(__file__).parent
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
NO_CHROMIUM = "needs Chromium, which was not found. To get it: apt-get install chromium"

expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter) -> None:
    if not CHROMIUM:
        terminalreporter.write_line(f"The browser tests were skipped: {NO_CHROMIUM}")


class Traffic:
    """How many requests the server is working on."""

    def __init__(self) -> None:
        self._running = 0
        self._changed = threading.Condition()

    def started(self, **_rest: object) -> None:
        self._count(1)

    def finished(self, **_rest: object) -> None:
        self._count(-1)

    def _count(self, step: int) -> None:
        with self._changed:
            self._running += step
            self._changed.notify_all()

    def wait_until_over(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._running <= 0, timeout=15)


@pytest.fixture
def traffic(transactional_db, live_server) -> Iterator[Traffic]:
    """Let the server finish its work before the base is emptied."""
    traffic = Traffic()
    request_started.connect(traffic.started)
    request_finished.connect(traffic.finished)
    yield traffic
    traffic.wait_until_over()
    request_started.disconnect(traffic.started)
    request_finished.disconnect(traffic.finished)


# The browser


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    if not CHROMIUM:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_CHROMIUM)
    quiet = ("background-networking", "component-update", "sync", "gpu", "dev-shm-usage")
    return browser_type_launch_args | {
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", *(f"--disable-{part}" for part in quiet)],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict, live_server) -> dict:
    return browser_context_args | {
        "base_url": live_server.url,
        "locale": "en-GB",
        "timezone_id": "Europe/Oslo",
        "viewport": {"width": 1440, "height": 900},
        "reduced_motion": "reduce",
    }


class Faults:
    """What went wrong on the pages of a test: console errors, script errors, failed requests."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        # What is given up for the next question, or as the page goes, is no fault.
        self._expected = [r"htmx:(sendAbort|afterRequest)"]

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.seen.append(f"script: {error.error}"))
        context.on("response", self._response)

    def expect(self, pattern: str) -> None:
        """Let pass what this test provokes, by a regular expression."""
        self._expected.append(pattern)

    def expect_status(self, *statuses: int) -> None:
        """Let pass what Chromium and htmx say of answers with these statuses."""
        for status in statuses:
            self.expect(rf"status of {status}\b|Response Status Error Code {status}\b")

    def unexpected(self) -> list[str]:
        return [
            fault
            for fault in self.seen
            if not any(re.search(pattern, fault) for pattern in self._expected)
        ]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.seen.append(f"console: {message.text} ({message.location.get('url')})")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.seen.append(f"answer: status of {response.status} {response.url}")


@pytest.fixture(autouse=True)
def faults(traffic) -> Iterator[Faults]:
    """Fail a test on whose pages something went wrong that it did not provoke."""
    faults = Faults()
    yield faults
    assert not faults.unexpected()


@pytest.fixture
def new_context(new_context, faults) -> Callable[..., BrowserContext]:
    """Open another browser profile, watched like the first."""

    def create(**options: object) -> BrowserContext:
        context = new_context(**options)
        faults.watch(context)
        return context

    return create


@pytest.fixture
def page(page: Page) -> Page:
    page.set_default_timeout(10_000)
    page.set_default_navigation_timeout(30_000)  # a machine may be busy with other tests
    return page


@pytest.fixture
def karis_page(page: Page, live_server, kari) -> Page:
    """A page on which Kari is signed in."""
    return signed_in(page, kari, live_server.url)
