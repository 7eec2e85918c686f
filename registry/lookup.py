"""Companies by name or number: from our copies of the register, and from the register itself.

Copies come first. The register is asked when they do not suffice, and everything it answers is
kept. When it is down, people get what the copies know, together with a `Problem`. With a mirror of
the whole register, copies suffice as soon as they know anything.
"""

import copy
import hashlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.cache import cache
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from registry import brreg, copies, keys
from registry import search as indexed
from registry.matching import Match, Question
from registry.models import FRESH_FOR, Entity, Mirror
from registry.org_number import compact, is_valid

logger = logging.getLogger(__name__)

PAUSE_AFTER_FAILURE = 30  # seconds in which a register that was down is left alone
LONGEST_PAUSE = 3600  # seconds, however long the register asks for
SHORTEST_NUMBER = 2  # digits
SHORTEST_NAME = 2  # letters and digits

_DOWN_KEY = "registry:down"
_MIRRORS_KEY = "registry:mirrors"
_MIRRORS_FOR = 60  # seconds for which what the mirror is like is remembered


class Problem(TextChoices):
    DOWN = "down", _("The register does not answer.")
    REMOVED = "removed", _("The register has withdrawn what it published about this number.")
    UNKNOWN = "unknown", _("This number is not in the register.")
    INVALID = "invalid", _("The register cannot be asked about this.")


@dataclass(frozen=True)
class Answer:
    """What a search found."""

    entities: list[Entity]  # best first, at most `limit`
    problem: str = ""  # "" or a Problem
    complete: bool = True  # False: only our copies were looked at, the register may know more


@dataclass(frozen=True)
class Found:
    """What is known about one number. `entity.is_fresh` tells a stale copy."""

    entity: Entity | None
    problem: str = ""  # "" or a Problem


def local(question: str, limit: int = 10) -> Answer:
    """Return what our own copies know about a name or number, without asking the register.

    `complete` is true where asking would add nothing.
    """
    number = compact(question)
    if not (number.isascii() and number.isdigit() and len(number) <= 9):
        return _local_name(question, limit)
    answer = _local_number(number, limit)
    if len(number) == 9 or len(answer.entities) == limit:
        return answer
    # Names can be digits too.
    named = _local_name(question, limit).entities
    by_number = {entity.pk: entity for entity in [*answer.entities, *named]}
    return Answer(list(by_number.values())[:limit])


def search(question: str, limit: int = 10) -> Answer:
    """Return what our copies and, where they do not suffice, the register know about a question.

    A name that the register answered within a day is not asked about again.
    """
    answer = local(question, limit)
    if answer.complete:
        return answer
    number = compact(question)
    if is_valid(number):
        found = find(number)
        entities = [found.entity] if found.entity else []
        return Answer(entities, found.problem, complete=found.problem != Problem.DOWN)
    if cache.get(_DOWN_KEY):
        return replace(answer, problem=Problem.DOWN)
    asked_key = _asked_key(question)
    try:
        hits = _flights.share(asked_key, lambda: _ask_name(question, asked_key))
    except brreg.InvalidQuestion:
        return replace(answer, problem=Problem.INVALID, complete=True)
    except brreg.RegisterDown:
        return replace(answer, problem=Problem.DOWN)
    return Answer(_best([*answer.entities, *hits], question, limit))


def find(org_number: str) -> Found:
    """Return the entity with this number: a fresh copy, else what the register says.

    Fresh are copies younger than a day, and all of a mirror that follows the register.

    When the register is down, the stale copy comes with Problem.DOWN.
    """
    number = compact(org_number)
    kept = _copy_of(number)
    if kept and _is_fresh(kept):
        return Found(kept)
    if cache.get(_DOWN_KEY) and is_valid(number):
        return Found(kept, Problem.DOWN)
    return _asked(number, kept)


def refresh(org_number: str) -> Found:
    """Return what the register says now. For a person who asks to check again."""
    number = compact(org_number)
    return _asked(number, _copy_of(number))


def parent(entity: Entity) -> Found:
    """Return the legal entity that a place of business belongs to: the one to invoice."""
    return find(entity.parent_org_number) if entity.parent_org_number else Found(None)


def former_name(entity: Entity, question: str) -> str:
    """Return the former name by which a question finds an entity; empty where the present does."""
    former = entity.former_names.splitlines()
    if not former:
        return ""
    typed = Question.typed(question)
    matches = [
        (typed.match(keys.search_key(name), keys.search_words([name])), at, name)
        for at, name in enumerate([entity.name, *former])
    ]
    _match, at, name = min(matches)
    return name if at else ""


def rank_key(entity: Entity, question: str) -> tuple[Match, int]:
    """Return a key that sorts the likeliest answers to a question first.

    By how well the names match; then living before troubled before deleted, legal entities before
    places of business, large before small.
    """
    return _rank_key(entity, Question.typed(question))


def _rank_key(entity: Entity, question: Question) -> tuple[Match, int]:
    words = keys.search_words(entity.names)
    return question.match(keys.search_key(entity.name), words), keys.rank(entity)


def _best(entities: Iterable[Entity], question: str, limit: int) -> list[Entity]:
    """Return each entity once, best first. Of two with the same number the later one counts."""
    by_number = {entity.org_number: entity for entity in entities}
    typed = Question.typed(question)
    return sorted(by_number.values(), key=lambda entity: _rank_key(entity, typed))[:limit]


def _mirrors() -> dict[str, Mirror]:
    """Return when the mirror was brought up to date, by kind of entity; none without a mirror."""
    updated: dict[str, datetime | None] | None = cache.get(_MIRRORS_KEY)
    if updated is None:
        loaded = Mirror.objects.exclude(loaded_at=None)
        updated = dict(loaded.values_list("kind", "updated_at"))
        cache.set(_MIRRORS_KEY, updated, _MIRRORS_FOR)
    return {kind: Mirror(kind=kind, updated_at=at) for kind, at in updated.items()}


def _is_fresh(entity: Entity) -> bool:
    """Tell whether a copy is as good as asking."""
    if entity.is_fresh:
        return True
    mirror = _mirrors().get(entity.kind)
    return bool(mirror and mirror.is_current)


def _copy_of(number: str) -> Entity | None:
    # A form field can hold anything, even what the database refuses to compare with.
    return Entity.objects.filter(pk=number).first() if number.isalnum() else None


def _local_name(question: str, limit: int) -> Answer:
    question = question[: brreg.LONGEST_NAME]
    if sum(c.isalnum() for c in question) < SHORTEST_NAME:
        return Answer([])
    found = indexed.best(question, limit)
    entities = _ranked(list(found))
    beginnings = sum(match <= Match.BEGINNING for match in found.values())
    if beginnings == limit or (entities and Entity.Kind.LEGAL in _mirrors()):
        return Answer(entities)
    asked = cache.get(_asked_key(question))
    if asked:
        entities = _best([*entities, *Entity.objects.filter(pk__in=asked)], question, limit)
    return Answer(entities, complete=asked is not None)


def _ranked(ranks: list[int]) -> list[Entity]:
    """Return the entities with these ranks, in this order."""
    if not ranks:
        return []
    marks = ", ".join(["%s"] * len(ranks))
    # Asked for with every letter that is typed: making the statement would cost more than this.
    rows = Entity.objects.raw(f"SELECT * FROM registry_entity WHERE rank IN ({marks})", ranks)  # noqa: S608
    places = {rank: place for place, rank in enumerate(ranks)}
    return sorted(rows, key=lambda entity: places[entity.rank])


def _local_number(digits: str, limit: int) -> Answer:
    """Return the copies whose numbers begin with these digits. The register has no such search."""
    if len(digits) < SHORTEST_NUMBER:
        return Answer([])
    entities = list(
        Entity.objects.filter(pk__gte=digits.ljust(9, "0"), pk__lte=digits.ljust(9, "9")).order_by(
            "pk"
        )[:limit]
    )
    if len(digits) < 9:
        return Answer(entities)
    if entities:
        return Answer(entities, complete=_is_fresh(entities[0]))
    return Answer([], complete=False) if is_valid(digits) else Answer([], Problem.INVALID)


# Asking the register


def _asked_key(question: str) -> str:
    """Return the cache key that holds the numbers the register answered this question with.

    Only case and blanks are evened out: to the register, `elkjop` and `elkjøp` are two questions.
    """
    plain = " ".join(question.casefold().split())
    return f"registry:asked:{hashlib.sha256(plain.encode(errors='replace')).hexdigest()}"


def _asked(number: str, kept: Entity | None) -> Found:
    if not is_valid(number):
        return Found(kept, Problem.INVALID)
    try:
        return Found(_flights.share(number, lambda: _ask_number(number))[0])
    except brreg.RemovedFromRegister:
        return Found(None, Problem.REMOVED)
    except brreg.NotInRegister:
        return Found(kept, Problem.UNKNOWN)
    except brreg.InvalidQuestion:
        return Found(kept, Problem.INVALID)
    except brreg.RegisterDown:
        return Found(kept, Problem.DOWN)


def _ask_name(question: str, asked_key: str) -> list[Entity]:
    with _failures_noted():
        entities = brreg.search(question)
    entities = copies.keep(entities)
    numbers = [entity.org_number for entity in entities]
    cache.set(asked_key, numbers, FRESH_FOR.total_seconds())
    return entities


def _ask_number(number: str) -> list[Entity]:
    try:
        with _failures_noted():
            entity = brreg.entity(number)
    except brreg.RemovedFromRegister:
        copies.erase([number])
        raise
    return copies.keep([entity])


@contextmanager
def _failures_noted() -> Iterator[None]:
    """Leave the register alone for a while after it was down; any other outcome ends the pause."""
    try:
        yield
    except brreg.RegisterDown as error:
        logger.warning("The register is down: %s", error)
        pause = min(max(PAUSE_AFTER_FAILURE, error.retry_after or 0), LONGEST_PAUSE)
        cache.set(_DOWN_KEY, True, pause)
        raise
    except brreg.RegisterError:
        cache.delete(_DOWN_KEY)
        raise
    cache.delete(_DOWN_KEY)


class SingleFlight:
    """Lets threads that ask the same thing at the same time share one answer, or its failure."""

    # A leader is through by then; whoever still waits would wait forever.
    longest_wait = brreg.CALL_LIMIT + 20

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[str, Future[list[Entity]]] = {}

    def share(self, key: str, ask: Callable[[], list[Entity]]) -> list[Entity]:
        """Return what `ask` returns, called by the first of the threads that come with this key."""
        with self._lock:
            flight = self._flights.get(key)
            leads = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if leads:
            try:
                flight.set_result(ask())
            except BaseException as error:
                flight.set_exception(error)
                raise
            finally:
                with self._lock:
                    del self._flights[key]
        try:
            # Each thread gets rows of its own, because rows can be changed.
            return [copy.copy(entity) for entity in flight.result(self.longest_wait)]
        except TimeoutError as error:
            raise brreg.RegisterDown("no answer in time") from error


_flights = SingleFlight()
