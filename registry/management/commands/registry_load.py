"""Loads the register's full files into the mirror."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, reset_queries
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from moment.turns import only_one
from registry import copies, download, mirror, postcodes
from registry.bulk import Unusable
from registry.models import Entity, Mirror

Kind = Entity.Kind


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ArgumentTypeError(f"{text} is no file")
    return path


class Command(BaseCommand):
    help = (
        "Load the whole register, so that companies are found without asking the network. "
        "Fetches the nightly files where they are newer than what is here; run it every month."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--kind",
            choices=[*Kind.values, "all"],
            help="legal entities, places of business (sub) or both (all, or legal with --file)",
        )
        parser.add_argument("--file", type=_file, help="a full file to read instead of fetching it")
        parser.add_argument(
            "--force",
            action="store_true",
            help="load it though nothing is new, or though it is far smaller than the last one",
        )

    def handle(
        self, *args: Any, kind: str | None, file: Path | None, force: bool, **options: Any
    ) -> None:
        if file and kind == "all":
            raise CommandError("A file holds one kind: say --kind legal or --kind sub.")
        kind = kind or (Kind.LEGAL if file else "all")
        kinds = list(Kind) if kind == "all" else [Kind(kind)]
        with only_one(copies.LOCK) as alone:
            if not alone:
                raise CommandError("Another load or update of the register is under way.")
            failures = [text for one in kinds if (text := self.one(one, file, force))]
            with self.shown("Postcodes") as show:
                show(mirror.Step("Learning"))
                postcodes.learn()
        if failures:
            raise CommandError("\n".join(failures))

    def one(self, kind: Kind, file: Path | None, force: bool) -> str:
        """Load one kind; return what went wrong, or nothing."""
        name = {Kind.LEGAL: "Legal entities", Kind.SUB: "Places of business"}[kind]
        try:
            with self.shown(name) as show:
                told = self.load(kind, file, force, show)
                asked = mirror.ask_for_missing(kind, show)
        except (download.DownloadFailed, Unusable, mirror.Busy, DatabaseError) as error:
            return f"{name}: {error} What was here before is untouched."
        self.stdout.write(f"{name}: {told}")
        if asked.asked:
            self.stdout.write(f"{name}: {asked.asked} watched numbers that left it were asked for.")
        if asked.left:
            self.stderr.write(
                f"{name}: {asked.left} watched numbers are not in the file, and the register does "
                "not answer. The next run asks again."
            )
        return ""

    def load(self, kind: Kind, file: Path | None, force: bool, show: "_Show") -> str:
        """Fetch and load; return a line about it."""
        if file:
            return _told(mirror.load(kind, file, progress=show, force=force))
        here = Mirror.objects.filter(pk=kind).first()
        etag = here.etag if here and not force else ""
        fetched = download.fetch(
            kind, etag, lambda done, of: show(mirror.Step("Fetching", done, of))
        )
        if fetched is None:
            return "Nothing new."
        try:
            loaded = mirror.load(
                kind,
                fetched.path,
                etag=fetched.etag,
                published_at=fetched.published_at,
                progress=show,
                force=force,
            )
        finally:
            fetched.path.unlink(missing_ok=True)
        return _told(loaded)

    @contextmanager
    def shown(self, name: str) -> Iterator["_Show"]:
        """Yield what takes the steps and shows them: a bar, or a line each where nobody looks."""
        if not self.stdout.isatty():
            yield _Lines(name, self.stdout)
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, transient=True) as bars:
            yield _Bars(name, bars)


class _Show:
    """Takes the steps of a load as they come."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.step = ""

    def __call__(self, step: mirror.Step) -> None:
        reset_queries()  # with DEBUG on Django keeps the text of every query
        if step.name != self.step:
            self.step = step.name
            self.began = time.monotonic()
            self.begin()
        self.move(step)

    def begin(self) -> None: ...
    def move(self, step: mirror.Step) -> None: ...


class _Lines(_Show):
    def __init__(self, name: str, stdout: Any) -> None:
        super().__init__(name)
        self.stdout = stdout

    def begin(self) -> None:
        self.stdout.write(f"{self.name}: {self.step} …")
        self.stdout.flush()


class _Bars(_Show):
    def __init__(self, name: str, bars: Progress) -> None:
        super().__init__(name)
        self.bars = bars
        self.task: TaskID | None = None

    def begin(self) -> None:
        if self.task is not None:
            self.bars.remove_task(self.task)
        self.task = self.bars.add_task(f"{self.name}: {self.step}", total=None, rate="")

    def move(self, step: mirror.Step) -> None:
        assert self.task is not None
        passed = max(time.monotonic() - self.began, 0.001)
        if step.entities:
            rate = f"{step.entities:,} entities, {step.entities / passed:,.0f} a second"
        elif step.name == "Fetching":
            rate = f"{step.done / 1e6:,.0f} MB, {step.done / passed / 1e6:,.1f} MB a second"
        else:
            rate = ""
        self.bars.update(self.task, completed=step.done, total=step.of or None, rate=rate)


def _told(loaded: mirror.Loaded) -> str:
    parts = [f"{loaded.entities:,} loaded in {loaded.seconds:,.0f} s."]
    if loaded.skipped:
        parts.append(f"{loaded.skipped:,} had no number or no name and were left out.")
    if loaded.doubles:
        parts.append(f"{loaded.doubles:,} came again; the last of each counts.")
    if loaded.alerts:
        parts.append(f"{loaded.alerts:,} alerts were raised.")
    return " ".join(parts)
