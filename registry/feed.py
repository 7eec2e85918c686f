"""Keeping our copies up to date: by the register's change feed, or just the watched numbers.

The feed tells which entities changed, not how: those are asked for anew. What a page of it, or a
list of numbers, brings is stored in one transaction, after the network has answered. Whatever
interrupts a run, the copies and the cursor agree, and the next run goes on from there.
"""

import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from moment.turns import in_turn
from registry import brreg, copies, org_number
from registry.brreg import Change, Event
from registry.models import Entity, Mirror, Watch

PAGE = 1000  # events in one transaction
PAUSE = 0.2  # seconds between two lists of watched numbers: nobody waits for them
IN_VAIN = 3  # numbers in a row that the register fails at, before it counts as down

Kind = Entity.Kind


class FeedError(Exception):
    """The feed makes no sense. The cursor stays where it was; the text is for administrators."""


class CursorLost(FeedError):
    """The feed no longer reaches back to where we stopped: only a full load helps."""


@dataclass
class Outcome:
    """What a page of the feed, a list of numbers or a whole run has done."""

    asked: int = 0  # numbers
    events: int = 0
    stored: int = 0
    erased: int = 0
    alerts: int = 0
    nowhere: list[str] = field(default_factory=list)  # numbers that the register does not know
    unreadable: list[str] = field(default_factory=list)  # entities that make no sense
    until: datetime | None = None  # when the last event was published

    def add(self, other: "Outcome") -> None:
        self.asked += other.asked
        self.events += other.events
        self.stored += other.stored
        self.erased += other.erased
        self.alerts += other.alerts
        self.nowhere += other.nowhere
        self.unreadable += other.unreadable
        self.until = other.until or self.until


@dataclass
class _Told:
    """What the register says about some numbers; each is in one of these."""

    entities: list[Entity] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    nowhere: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def mirrored() -> list[Kind]:
    """Return the kinds of entity of which we have the whole register."""
    loaded = Mirror.objects.filter(loaded_at__isnull=False)
    return [Kind(kind) for kind in loaded.order_by("kind").values_list("kind", flat=True)]


def update(kind: Kind) -> Iterator[Outcome]:
    """Follow the change feed to its end; yield what each page has done, once it is stored.

    For a kind that is `mirrored`. Raises CursorLost, FeedError or any RegisterError; the pages
    until then stay done.
    """
    mirror = Mirror.objects.get(pk=kind)
    last, since = mirror.last_event, mirror.read_from
    if last is not None:
        _check_reach(kind, last)
    elif since is None:
        raise CursorLost("It is not known from when on the feed must be read.")
    # A short page need not be the last one: only one with nothing on it is.
    while events := _page(kind, last, since):
        yield _apply(kind, last, events)
        last = events[-1].id
    Mirror.objects.filter(pk=kind, last_event=last).update(updated_at=timezone.now())


def uncovered() -> list[str]:
    """Return the watched numbers that are in no mirror, those never fetched first, then by age."""
    copy = Entity.objects.filter(pk=OuterRef("pk"))
    rows = Watch.objects.annotate(
        fetched_at=Subquery(copy.values("fetched_at")), kind=Subquery(copy.values("kind"))
    ).order_by(F("fetched_at").asc(nulls_first=True), "pk")
    covered = mirrored()
    return [number for number, kind in rows.values_list("pk", "kind") if kind not in covered]


def refresh(org_numbers: list[str]) -> Iterator[Outcome]:
    """Ask anew for these numbers, in lists of 100; yield what each has done, once it is stored.

    Raises any RegisterError; the lists until then stay done. A number that the register fails at
    does not keep the others waiting: its failure is raised at the end.
    """
    failure: brreg.RegisterDown | None = None
    for turn, numbers in enumerate(_lists(org_numbers)):
        if turn:
            time.sleep(PAUSE)
        told = _Told()
        rest = [number for number in numbers if org_number.is_valid(number)]
        told.nowhere += set(numbers) - set(rest)
        for kind in (Kind.LEGAL, Kind.SUB):
            rest = _ask_list(kind, rest, told)
        in_vain = 0
        for number in rest:
            try:
                _ask_singly([number], (Kind.LEGAL, Kind.SUB), told)
                in_vain = 0
            except brreg.RegisterDown as error:
                failure, in_vain = failure or error, in_vain + 1
                if in_vain == IN_VAIN:
                    break
        with in_turn(), transaction.atomic(durable=True):
            outcome = _store(told, {})
        outcome.asked = len(numbers)
        yield outcome
        if in_vain == IN_VAIN:
            break
    if failure:
        raise failure


def _check_reach(kind: Kind, last: int) -> None:
    """Make sure that no event after the last one we have is missing from the feed."""
    events = _ask_feed(kind, after=last - 1, size=1)
    if not events:
        raise FeedError(f"The feed ends before event {last}, up to which it was read.")
    if events[0].id == last:
        return
    # That one may have been withdrawn alone; then there are others from before it.
    oldest = _ask_feed(kind, after=0, size=1)
    if not oldest or oldest[0].id > last:
        raise CursorLost(f"The feed no longer reaches back to event {last}.")


def _page(kind: Kind, last: int | None, since: datetime | None) -> list[Event]:
    """Return the events that follow, the oldest first."""
    if last is None:
        return _ask_feed(kind, since=since, size=PAGE)
    return _ask_feed(kind, after=last, size=PAGE)


def _ask_feed(
    kind: Kind, *, size: int, after: int | None = None, since: datetime | None = None
) -> list[Event]:
    try:
        events = brreg.updates(kind, after=after, since=since, size=size)
    except brreg.InvalidQuestion as error:
        raise CursorLost(f"The feed does not know the place where we stopped: {error}") from error
    events.sort(key=lambda event: event.id)
    if events and after is not None and events[0].id <= after:
        raise FeedError(
            f"The feed goes back in time: asked for what follows event {after}, "
            f"it answers with event {events[0].id}."
        )
    return events


def _apply(kind: Kind, last: int | None, events: list[Event]) -> Outcome:
    """Store what has become of the entities of these events, and that they are in our copies."""
    latest = {event.org_number: event for event in events if event.org_number}
    of: dict[Change, list[str]] = {change: [] for change in Change}
    for number, event in latest.items():
        of[event.change].append(number)
    told = _Told(removed=of[Change.REMOVED])
    missing = _ask_list(kind, of[Change.NEW] + of[Change.CHANGED] + of[Change.UNKNOWN], told)
    # Lists hide those that are deleted.
    _ask_singly(missing + of[Change.DELETED], (kind,), told)
    dates = {number: timezone.localdate(event.at) for number, event in latest.items() if event.at}
    with in_turn(), transaction.atomic(durable=True):
        mirror = Mirror.objects.select_for_update().get(pk=kind)
        if mirror.last_event != last:
            raise FeedError("Another run has read the feed meanwhile.")
        told.entities += _deleted_unseen(set(told.nowhere) & set(of[Change.DELETED]), dates)
        outcome = _store(told, dates)
        mirror.last_event = events[-1].id
        mirror.save(update_fields=["last_event"])
    outcome.events = len(events)
    outcome.until = events[-1].at
    return outcome


def _deleted_unseen(org_numbers: Collection[str], dates: dict[str, date]) -> list[Entity]:
    """Return our copies of what is deleted without a trace, marked so."""
    left = list(Entity.objects.filter(pk__in=org_numbers, deleted_on=None))
    for entity in left:
        entity.deleted_on = dates.get(entity.pk) or timezone.localdate()
    return left


def _store(told: _Told, dates: dict[str, date]) -> Outcome:
    """Store what the register said, within the caller's transaction."""
    done = copies.renew(told.entities, told.removed, dates)
    return Outcome(
        stored=len(told.entities),
        erased=done.copies,
        alerts=done.alerts,
        nowhere=told.nowhere,
        unreadable=told.unreadable,
    )


def _ask_list(kind: Kind, org_numbers: list[str], told: _Told) -> list[str]:
    """Ask for these in lists of 100; return those of which nothing came."""
    missing = []
    for numbers in _lists(org_numbers):
        found = {entity.org_number: entity for entity in brreg.entities(kind, numbers)}
        told.entities += found.values()
        missing += [number for number in numbers if number not in found]
    return missing


def _ask_singly(org_numbers: Iterable[str], kinds: Collection[Kind], told: _Told) -> None:
    for number in org_numbers:
        try:
            told.entities.append(brreg.entity(number, kinds))
        except brreg.RemovedFromRegister:
            told.removed.append(number)
        except brreg.NotInRegister:
            told.nowhere.append(number)
        except brreg.UnreadableEntity:
            told.unreadable.append(number)


def _lists(org_numbers: list[str]) -> Iterator[list[str]]:
    """Yield them as many at a time as the register can be asked about at once."""
    for start in range(0, len(org_numbers), brreg.LONGEST_LIST):
        yield org_numbers[start:][: brreg.LONGEST_LIST]
