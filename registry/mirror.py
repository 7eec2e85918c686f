"""The whole register at hand: taking in its full file without anybody noticing half of it."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from django.db import DatabaseError, OperationalError
from django.utils import timezone

from registry import alerts, brreg, copies, staging, typos
from registry.bulk import Bulk, NotARegister, Unusable
from registry.models import Entity, Mirror, Watch

BATCH = 5000  # rows written in one transaction
SMALLEST_SHARE = 0.5  # of what the last file held
ATTEMPTS = 40  # to have the table for ourselves
PAUSE = 5.0  # seconds between them
WORDS_AT_ONCE = 200_000
SHORTEST_WORD = 4  # letters of a word that is found with a typo
# The forms of organisation that only places of business have.
_SUB_FORMS = frozenset({"BEDR", "AAFY"})

Kind = Entity.Kind
LONGEST_ETAG = 200  # characters


class TooSmall(Unusable):
    """It holds far fewer entities than the one before. A file that is meant so can be forced."""


class Busy(Exception):
    """Somebody kept the live table from being replaced. The mirror is the old one."""


class Step(NamedTuple):
    """How far a load has come."""

    name: str
    done: int = 0
    of: int = 0  # 0: nobody knows
    entities: int = 0


@dataclass(frozen=True)
class Loaded:
    """What a load has done."""

    entities: int  # of the file that are in the mirror
    skipped: int  # elements of the file without a number or a name
    doubles: int  # numbers that came again; the last one counts
    alerts: int
    seconds: float


@dataclass(frozen=True)
class Asked:
    """What became of the watched numbers that the file lacks."""

    asked: int = 0
    left: int = 0  # the register did not answer: the next run tries again


def load(
    kind: Kind,
    path: Path,
    *,
    etag: str = "",
    published_at: datetime | None = None,
    progress: Callable[[Step], None] = lambda step: None,
    force: bool = False,
) -> Loaded:
    """Make the mirror of this kind what the file at `path` says, all at once at the end.

    `published_at` is the file's date, by default that of its last change on disk. Copies that are
    newer stay, and so do deleted entities, which the file never has. `force` takes a file that is
    far smaller than the one before. The caller holds `copies.LOCK`.

    Raises Unusable, Busy or DatabaseError; the old mirror is then untouched.
    """
    began = time.monotonic()
    bulk = Bulk(path)
    file_date = min(published_at or _changed_on_disk(path), timezone.now())
    table = staging.opened()
    with staging.frugal():
        _insist(table.clear)
        try:
            _insist(table.create)
            with _without_collector():
                skipped, read = _read(bulk, kind, table, file_date, progress)
            progress(Step("Checking"))
            entities = table.seal()
            _check_size(kind, entities, skipped, force)
            learn_words(table, progress, entities)
            copies_before = Entity.objects.count()
            for done in table.take_over(kind, file_date):
                progress(Step("Keeping what the file lacks", done, copies_before))
            progress(Step("Indexing"))
            for word in table.index():
                progress(Step(f"Indexing: {word}"))
            progress(Step("Swapping"))
            raised = _swap(kind, table, etag, file_date, entities)
            progress(Step("Clearing up"))
            with suppress(DatabaseError):  # then the next run does
                table.clear()
        except BaseException:
            with suppress(DatabaseError):  # then the next run clears
                table.clear()
            raise
    return Loaded(entities, skipped, read - entities, raised, time.monotonic() - began)


def ask_for_missing(kind: Kind, progress: Callable[[Step], None] = lambda step: None) -> Asked:
    """Ask for the watched numbers that the last file no longer had; deletions raise their alerts.

    One by one, outside any transaction. Safe to repeat.
    """
    mirror = Mirror.objects.get(pk=kind)
    missing = list(
        Entity.objects.filter(
            kind=kind,
            pk__in=Watch.objects.values("pk"),
            fetched_at__lt=mirror.published_at,
            deleted_on=None,
        ).order_by("pk")
    )
    for at, entity in enumerate(missing):
        progress(Step("Asking for watched numbers", at, len(missing)))
        try:
            copies.keep([brreg.entity(entity.pk)])
        except brreg.RemovedFromRegister:
            copies.erase([entity.pk])
        except (brreg.NotInRegister, brreg.InvalidQuestion):
            continue
        except brreg.RegisterDown:
            return Asked(at, len(missing) - at)
    return Asked(len(missing))


def _read(
    bulk: Bulk,
    kind: Kind,
    table: staging.Staging,
    file_date: datetime,
    progress: Callable[[Step], None],
) -> tuple[int, int]:
    """Fill the table; return how many elements were skipped, and how many taken."""
    batch: list[Entity] = []
    taken = skipped = strangers = 0
    for element in bulk:
        try:
            entity = brreg.to_entity(element, kind)
        except ValueError:
            skipped += 1
            continue
        strangers += (entity.form_code in _SUB_FORMS) != (kind == Kind.SUB)
        batch.append(entity)
        if len(batch) == BATCH:
            table.fill(batch, file_date)
            taken += BATCH
            batch = []
            _check_kind(kind, strangers, taken)
            progress(Step("Reading", bulk.position, bulk.size, taken))
    table.fill(batch, file_date)
    taken += len(batch)
    _check_kind(kind, strangers, taken)
    progress(Step("Reading", bulk.size, bulk.size, taken))
    return skipped, taken


@contextmanager
def _without_collector() -> Iterator[None]:
    """Save the fifth of the time in which Python looks for circles among rows that have none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _check_kind(kind: Kind, strangers: int, taken: int) -> None:
    if strangers * 2 > taken:
        found = Kind.LEGAL if kind == Kind.SUB else Kind.SUB
        raise NotARegister(
            f"The file holds entities of the kind “{found.label}”, not “{kind.label}”."
        )


def _check_size(kind: Kind, entities: int, skipped: int, force: bool) -> None:
    if not entities or skipped > entities:
        raise NotARegister(
            f"Of {entities + skipped:,} elements of the file, {entities:,} are entities."
        )
    before = Mirror.objects.filter(pk=kind).values_list("entities", flat=True).first() or 0
    if entities < before * SMALLEST_SHARE and not force:
        raise TooSmall(f"The file holds {entities:,} entities; the last one held {before:,}.")


def learn_words(
    table: staging.Staging,
    progress: Callable[[Step], None] = lambda step: None,
    entities: int = 0,
) -> None:
    """Have the dictionary of spelling mistakes know the words, so many at a time at most."""
    known: set[str] = set()
    for done, words in enumerate(table.words()):
        known.update(word for word in words.split() if len(word) >= SHORTEST_WORD)
        if len(known) >= WORDS_AT_ONCE:
            typos.learn(known)
            known.clear()
        if done % BATCH == 0:
            progress(Step("Learning words", done, entities))
    typos.learn(known)


def _swap(kind: Kind, table: staging.Staging, etag: str, file_date: datetime, entities: int) -> int:
    """Put the table in the live one's place; return the number of alerts."""
    raised = 0

    def alert_and_note() -> None:
        nonlocal raised
        day = timezone.localdate(file_date)
        raised = 0
        for pairs in table.differing():
            raised += alerts.raise_for(pairs, {now.pk: day for _before, now in pairs})
        Mirror.objects.update_or_create(
            kind=kind,
            defaults={
                "etag": etag if len(etag) <= LONGEST_ETAG else "",
                "published_at": file_date,
                "loaded_at": timezone.now(),
                "entities": entities,
                # The file is written while changes go on: read some of them again.
                "last_event": None,
                "read_from": file_date - timedelta(days=1),
            },
        )

    _insist(lambda: table.swap(alert_and_note))
    return raised


def _insist(act: Callable[[], None]) -> None:
    """Do this again until nobody is in the way."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            act()
        except OperationalError as error:
            if not staging.held_up(error):
                raise
            if attempt == ATTEMPTS:
                raise Busy("Somebody keeps the register in use.") from error
            time.sleep(PAUSE)
        else:
            return


def _changed_on_disk(path: Path) -> datetime:
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
