"""Compares all customers with each other."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import reset_queries
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from customers.duplicates import finding

Show = Callable[[finding.Step], None]


class Command(BaseCommand):
    help = (
        "Compare all customers with those that may be the same one. Needed once, for those that "
        "were here before they were compared as they change; safe to repeat while people work."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            with self.shown() as show:
                scanned = finding.scan(progress=show)
        except finding.AlreadyScanning:
            raise CommandError("Another run is comparing them already.") from None
        seconds = time.monotonic() - began
        self.stdout.write(
            f"Customers compared: {scanned.customers:,}. Likely duplicates: {scanned.pairs:,}. "
            f"It took {seconds:,.1f} s."
        )

    @contextmanager
    def shown(self) -> Iterator[Show]:
        """Yield what shows the steps: a bar each, or a line each where nobody looks."""
        if not self.stdout.isatty():
            yield self.lines()
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, transient=True) as bars:
            yield _bars(bars)

    def lines(self) -> Show:
        told: set[str] = set()

        def show(step: finding.Step) -> None:
            reset_queries()  # with DEBUG on Django keeps the text of every query
            if step.name not in told:
                told.add(step.name)
                self.stdout.write(f"{step.name} …")
                self.stdout.flush()

        return show


def _bars(bars: Progress) -> Show:
    tasks: dict[str, Any] = {}

    def show(step: finding.Step) -> None:
        reset_queries()
        if step.name not in tasks:
            tasks[step.name] = bars.add_task(step.name, total=None)
        bars.update(tasks[step.name], completed=step.done, total=step.of)

    return show
