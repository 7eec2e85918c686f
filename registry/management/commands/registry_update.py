"""Brings our copies of the register up to date."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import reset_queries
from django.utils import timezone
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from moment.turns import only_one
from registry import brreg, copies, feed
from registry.feed import Outcome
from registry.management.commands import registry_load
from registry.models import Entity, Mirror

Kind = Entity.Kind
WHAT = {Kind.LEGAL: "Legal entities", Kind.SUB: "Places of business"}
WATCHED = "Watched numbers"
SHOWN = 10  # numbers in a message


class Command(BaseCommand):
    help = (
        "Bring our copies of the register up to date: by its change feed where the whole register "
        "is loaded, else the watched numbers alone. Safe to interrupt and to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with only_one(copies.LOCK) as alone:
            if not alone:
                self.stdout.write("Another run is at it already: nothing to do.")
                return
            try:
                self.update()
            except brreg.RegisterError as error:
                raise CommandError(
                    f"The register does not answer as it should: {error}. What was read until "
                    "then is stored, and the next run goes on from there."
                ) from error
            except feed.FeedError as error:
                raise CommandError(str(error)) from error

    def update(self) -> None:
        mirrored = feed.mirrored()
        for kind in mirrored:
            self.follow(kind)
        numbers = feed.uncovered()
        if numbers:
            steps = feed.refresh(numbers)
            self.run(WATCHED, steps, len(numbers), lambda total: total.asked)
        elif not mirrored:
            self.stdout.write("No numbers are watched: nothing to do.")

    def follow(self, kind: Kind) -> None:
        """Read the feed to its end; where it has forgotten our place, load everything first."""
        try:
            self.read_feed(kind)
        except feed.CursorLost as lost:
            self.stdout.write(f"{WHAT[kind]}: {lost} The whole register is loaded instead.")
            self.load(kind)
            self.read_feed(kind)

    def load(self, kind: Kind) -> None:
        # Even the file that we have: the feed has been lost since.
        Mirror.objects.filter(pk=kind).update(etag="")
        loader = registry_load.Command()
        loader.stdout, loader.stderr = self.stdout, self.stderr
        if failure := loader.one(kind, file=None, force=False):
            raise CommandError(failure)

    def read_feed(self, kind: Kind) -> None:
        mirror = Mirror.objects.get(pk=kind)
        begin = mirror.updated_at or mirror.read_from or timezone.now()

        def seconds(until: datetime | None) -> float:
            return (until - begin).total_seconds() if until else 0

        # The bar shows how much of the time since the last run has been read.
        length = seconds(timezone.now())
        self.run(WHAT[kind], feed.update(kind), length, lambda total: seconds(total.until))

    def run(
        self,
        what: str,
        steps: Iterator[Outcome],
        length: float,
        position: Callable[[Outcome], float],
    ) -> None:
        """Go through the steps; show how far they are, and tell at last what they did."""
        total = Outcome()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[stored]:,} stored"),
            TimeRemainingColumn(),
        )
        try:
            with Progress(*columns, transient=True, disable=not self.stdout.isatty()) as progress:
                task = progress.add_task(what, total=length, stored=0)
                for done in steps:
                    total.add(done)
                    progress.update(task, completed=position(total), stored=total.stored)
                    # With DEBUG on Django keeps the text of every query.
                    reset_queries()
        finally:
            self.tell(what, total)

    def tell(self, what: str, total: Outcome) -> None:
        read = "" if what == WATCHED else f"{total.events:,} events, "
        self.stdout.write(
            f"{what}: {read}{total.stored:,} stored, {total.erased:,} erased, "
            f"{total.alerts:,} alerts."
        )
        for numbers, why in (
            (total.nowhere, "not in the register, left as they were"),
            (total.unreadable, "unreadable, left as they were"),
        ):
            if numbers:
                more = ", …" if len(numbers) > SHOWN else ""
                self.stdout.write(
                    f"  {len(numbers):,} {why}: {', '.join(sorted(numbers)[:SHOWN])}{more}"
                )
