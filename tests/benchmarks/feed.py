"""A page of 1,000 changes of the register: followed, and the same rows written bare."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from statistics import median

from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from rich.progress import track

from registry import alerts, brreg, copies, feed
from registry.models import Alert, Entity, Mirror
from tests.benchmarks.clock import timed
from tests.benchmarks.report import Target, figures_table
from tests.standin.register import Register, enhet

PAGES = 5
WATCHED = 20  # one number in so many
KIND = Entity.Kind.LEGAL
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def run(engine: str) -> list[Target]:
    numbers = list(
        Entity.objects.filter(kind=KIND, deleted_on=None)
        .order_by("pk")
        .values_list("pk", flat=True)[: PAGES * feed.PAGE]
    )
    pages = len(numbers) // feed.PAGE
    numbers = numbers[: pages * feed.PAGE]
    if not pages:
        raise SystemExit(f"A page of changes takes {feed.PAGE:,} companies: see --entities.")
    alerts.watch(*numbers[::WATCHED])
    Mirror.objects.update_or_create(
        kind=KIND,
        defaults={"loaded_at": timezone.now(), "read_from": LONG_AGO, "last_event": None},
    )
    raised = Alert.objects.count()
    with _served(numbers) as url, override_settings(REGISTRY_URL=url):
        steps = feed.update(KIND)
        whole = [timed(lambda: next(steps)) for _ in track(range(pages), "Feed", transient=True)]
        told, asked = [], []
        for page in range(pages):
            asked.append(timed(lambda page=page: told.append(_ask(numbers, page))))
    bare = [timed(lambda rows=rows: _write(rows)) for rows in told]
    raised = Alert.objects.count() - raised
    figures_table(
        f"Change feed, a page of {feed.PAGE:,} changes, {Entity.objects.count():,} companies, "
        f"{engine}, {pages} pages",
        [
            ("the page, asked for, stored, with its alerts", f"{median(whole):.2f} s"),
            ("asking the stand-in alone", f"{median(asked):.2f} s"),
            ("bare upsert of the same rows", f"{median(bare):.2f} s"),
            ("page to bare upsert", f"{median(whole) / median(bare):.2f} ×"),
            (
                "page without asking to bare upsert",
                f"{(median(whole) - median(asked)) / median(bare):.2f} ×",
            ),
            ("alerts of a page", f"{raised / pages:.0f}"),
        ],
    )
    return []


def _ask(numbers: list[str], page: int) -> list[Entity]:
    """Put the questions of a page; return the rows."""
    ours = numbers[page * feed.PAGE :][: feed.PAGE]
    brreg.updates(KIND, after=0, size=feed.PAGE)
    rows: list[Entity] = []
    for start in range(0, len(ours), brreg.LONGEST_LIST):
        rows += brreg.entities(KIND, ours[start:][: brreg.LONGEST_LIST])
    return rows


@transaction.atomic
def _write(rows: list[Entity]) -> None:
    Entity.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["org_number"], update_fields=copies.COLUMNS
    )


@contextmanager
def _served(numbers: list[str]) -> Iterator[str]:
    """Yield the address of a register in which all of these have got a new name and address."""
    # A process of its own: within ours it would take its share of the one interpreter lock.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(numbers, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("enough")
        process.join(10)


def _serve(numbers: list[str], pipe: Connection) -> None:
    rows = [enhet(f"OMDØPT SELSKAP {n} AS", number) for n, number in enumerate(numbers)]
    with Register(rows) as register:
        for number in numbers:
            register.tell(number, "Endring")
        pipe.send(register.url)
        pipe.recv()
