"""Asks the Peppol network which of the watched numbers can receive EHF."""

import threading
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from moment.turns import only_one
from registry import org_number, peppol
from registry.models import NORWEGIAN_SCHEME, Reachability, Watch

AT_ONCE = 8
A_SECOND = 20  # checks begun: most of them end at the same SMP
IN_VAIN = 3 * AT_ONCE  # checks in a row that found the resolver down, after which we give up
LINE_EVERY = 30.0  # seconds, where there is no terminal
GLANCE = 0.2  # seconds between two looks at how far it is


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("give a number from 1")
    return int(text)


class Command(BaseCommand):
    help = (
        "Ask the Peppol network which of the watched numbers can receive EHF. Those with a fresh "
        "answer are passed over, so that a run that was stopped goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=_positive, help="ask about so many at most")
        parser.add_argument(
            "--all", action="store_true", dest="every", help="ask about fresh ones too"
        )

    def handle(self, *args: Any, limit: int | None, every: bool, **options: Any) -> None:
        with only_one("peppol") as alone:
            if not alone:
                self.stdout.write("Another run is at it already: nothing to do.")
                return
            run = Run(due(every=every)[:limit])
            try:
                self.follow(run)
            finally:
                self.tell(run)
        if run.gave_up:
            raise CommandError(
                f"The resolver does not answer. {run.total - run.done:,} numbers are left for the "
                "next run."
            )

    def follow(self, run: "Run") -> None:
        """Let it run; show how far it is as a bar, or in a line now and then."""
        columns = (
            TextColumn("Can they receive EHF?"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        said = time.monotonic()
        with Progress(*columns, transient=True, disable=not self.stdout.isatty()) as progress:
            task = progress.add_task("", total=run.total)

            def show() -> None:
                nonlocal said
                progress.update(task, completed=run.done)
                if progress.disable and time.monotonic() > said + LINE_EVERY:
                    said = time.monotonic()
                    self.stdout.write(f"{run.done:,} of {run.total:,} asked about.")

            run.to_the_end(show)

    def tell(self, run: "Run") -> None:
        if not run.total:
            self.stdout.write("Every answer is fresh: nothing to ask.")
            return
        count = run.count
        self.stdout.write(
            f"{run.done:,} of {run.total:,} asked about: {count['yes']:,} can receive EHF, "
            f"{count['no']:,} cannot, {count['unknown']:,} unknown. {count['changed']:,} changed."
        )


def due(*, every: bool = False) -> list[str]:
    """Return the watched numbers without a fresh answer, the longest unasked first."""
    asked = Reachability.objects.norwegian().filter(identifier=OuterRef("pk"))
    last = Coalesce("failed_at", "checked_at")
    watched = Watch.objects.annotate(last=Subquery(asked.values(last=last)[:1]))
    if not every:
        watched = watched.filter(~Exists(asked.filter(peppol.fresh(timezone.now()))))
    numbers = watched.order_by(F("last").asc(nulls_first=True), "pk").values_list("pk", flat=True)
    return [number for number in numbers if org_number.is_valid(number)]


class Run:
    """Asks about numbers, several at once. Each answer is stored as it comes."""

    def __init__(self, numbers: list[str]) -> None:
        self.total, self.done = len(numbers), 0
        self.count: Counter[str] = Counter()  # yes, no, unknown and, beside these, changed
        self.gave_up = False
        self._numbers = iter(numbers)
        self._in_vain = 0
        self._stopping = False
        self._turn = time.monotonic()
        self._lock = threading.Lock()

    def to_the_end(self, show: Callable[[], None]) -> None:
        """Ask about all, calling `show` meanwhile; give up when the resolver stays down."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                busy = {pool.submit(self._work) for _ in range(min(AT_ONCE, self.total))}
                while busy:
                    finished, busy = wait(busy, timeout=GLANCE)
                    show()
                    for worker in finished:
                        worker.result()
            finally:
                self._stopping = True

    def _work(self) -> None:
        try:
            while number := self._next():
                self._ask(number)
        finally:
            connection.close()

    def _next(self) -> str | None:
        """Return a number when it is time to ask about it, None when there are no more."""
        with self._lock:
            number = None if self._stopping else next(self._numbers, None)
            if number is None:
                return None
            now = time.monotonic()
            turn = max(now, self._turn)
            self._turn = turn + 1 / A_SECOND
        time.sleep(turn - now)
        return number

    def _ask(self, number: str) -> None:
        before = peppol.known(NORWEGIAN_SCHEME, number)
        # Also while the resolver seems to be down: this is how its return is noticed.
        after = peppol.check(NORWEGIAN_SCHEME, number, force=True)
        told = "unknown" if after.failed_at else after.answer
        with self._lock:
            self.done += 1
            self.count[told] += 1
            if before and before.invoice is not None:
                same = (before.invoice, before.credit_note) == (after.invoice, after.credit_note)
                self.count["changed"] += not same
            down = told == "unknown" and peppol.resolver_is_down()
            self._in_vain = self._in_vain + 1 if down else 0
            if self._in_vain >= IN_VAIN:
                self.gave_up = self._stopping = True
