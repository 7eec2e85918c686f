"""What the register can be asked."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from registry.brreg.fields import LONGEST_NAME, part_of, text_of, to_entity
from registry.brreg.wire import InvalidQuestion, NotInRegister, RegisterDown, ask, deadline
from registry.models import Entity

# Pinned, so that a version 3 cannot change the shape of the answers behind our back.
_MEDIA_TYPE = "application/vnd.brreg.enhetsregisteret.{}.v2+json;charset=UTF-8"
PATHS = {Entity.Kind.LEGAL: "enheter", Entity.Kind.SUB: "underenheter"}
MEDIA_TYPES = {
    Entity.Kind.LEGAL: _MEDIA_TYPE.format("enhet"),
    Entity.Kind.SUB: _MEDIA_TYPE.format("underenhet"),
}
_FEED_MEDIA_TYPES = {
    Entity.Kind.LEGAL: "application/vnd.brreg.enhetsregisteret.oppdatering.enhet.v1+json",
    Entity.Kind.SUB: "application/vnd.brreg.enhetsregisteret.oppdatering.underenhet.v1+json",
}
_NUMBER = re.compile(r"[0-9]{9}")
LONGEST_LIST = 100  # numbers in one question
_LARGEST_ID = 2**63 - 1  # that our cursor can hold


class UnreadableEntity(RegisterDown):
    """What the register says about this one entity makes no sense; others may be all right."""

    def __init__(self, org_number: str) -> None:
        super().__init__(f"an entity of unknown shape: {org_number}")
        self.org_number = org_number


class Change(Enum):
    """What happened to an entity, in the register's word for it."""

    NEW = "Ny"
    CHANGED = "Endring"
    DELETED = "Sletting"
    REMOVED = "Fjernet"  # from open data: copies must be erased too
    UNKNOWN = "Ukjent"  # so are changes from before there were types


@dataclass(frozen=True)
class Event:
    """One entry of the register's change feed."""

    id: int  # they rise, with gaps
    at: datetime | None  # when it was published
    org_number: str  # nine digits; empty where the register wrote something else
    change: Change


def search(name: str, *, size: int = 50) -> list[Entity]:
    """Return unsaved legal entities whose names begin like `name`, else those that resemble it.

    The order is the register's: alphabetical for the beginnings, by likeness for the others.
    Deleted entities are never among them. Raises RegisterDown or InvalidQuestion.
    """
    question = text_of(name)[:LONGEST_NAME].strip()
    if not question:
        return []
    end = deadline()
    params = {"navn": question, "size": size}
    return _hits({**params, "navnMetodeForSoek": "FORTLOEPENDE"}, end) or _hits(params, end)


def entity(
    org_number: str, kinds: Collection[Entity.Kind] = (Entity.Kind.LEGAL, Entity.Kind.SUB)
) -> Entity:
    """Return the unsaved legal entity or place of business with this number of nine digits.

    `kinds` says which to ask for, in order. A deleted one has `deleted_on` and little more than
    its name. Raises any RegisterError.
    """
    _check(org_number)
    end = deadline()
    for kind in kinds:
        try:
            return _one(org_number, kind, end)
        except NotInRegister:
            continue
    raise NotInRegister(org_number)


def entities(kind: Entity.Kind, org_numbers: Collection[str]) -> list[Entity]:
    """Return those of at most 100 numbers that are living entities of this kind, unsaved.

    Deleted ones and what cannot be read are never among them. Raises RegisterDown or
    InvalidQuestion.
    """
    numbers = dict.fromkeys(org_numbers)
    for number in numbers:
        _check(number)
    if len(numbers) > LONGEST_LIST:
        raise InvalidQuestion(f"Kan ikke spørre om mer enn {LONGEST_LIST} organisasjonsnummer")
    if not numbers:
        return []
    params = {"organisasjonsnummer": ",".join(numbers), "size": LONGEST_LIST}
    found = _hits(params, deadline(), kind)
    return [entity for entity in found if entity.org_number in numbers]


def updates(
    kind: Entity.Kind,
    *,
    after: int | None = None,
    since: datetime | None = None,
    size: int = 1000,
) -> list[Event]:
    """Return the next events of the change feed, in the register's order; none: nothing new.

    `after` is the id of the last event that is known, `since` a time to begin at instead. Events
    without a readable id are left out. Raises RegisterDown, and InvalidQuestion where the feed
    knows no such place.
    """
    params: dict[str, Any] = {"size": size}
    if after is not None:
        params["oppdateringsid"] = after + 1
    if since is not None:
        moment = since.astimezone(UTC).isoformat(timespec="milliseconds")
        params["dato"] = moment.replace("+00:00", "Z")
    page = ask(f"oppdateringer/{PATHS[kind]}", _FEED_MEDIA_TYPES[kind], params, deadline())
    rows = _rows(page, "oppdaterteEnheter", "oppdaterteUnderenheter")
    events = [event for row in rows if (event := _event(row))]
    if rows and not events:
        raise RegisterDown("events of unknown shape")
    return events


def _check(org_number: str) -> None:
    if not _NUMBER.fullmatch(org_number):
        raise InvalidQuestion("Organisasjonsnummer må være et nummer med nøyaktig 9 siffer")


def _hits(
    params: dict[str, Any], end: float, kind: Entity.Kind = Entity.Kind.LEGAL
) -> list[Entity]:
    entities = []
    for row in _rows(ask(PATHS[kind], MEDIA_TYPES[kind], params, end), PATHS[kind]):
        try:
            entities.append(to_entity(row, kind))
        except ValueError:
            continue  # one bad row must not hide the others
    return entities


def _rows(page: object, *names: str) -> list[object]:
    """Return the list that stands under one of these names; it is left out where it is empty."""
    if isinstance(page, dict) and ("_embedded" in page or "page" in page):
        if "_embedded" not in page:
            return []
        for name in names:
            rows = part_of(page["_embedded"], name)
            if isinstance(rows, list):
                return rows
    raise RegisterDown("a list of unknown shape")


def _event(row: object) -> Event | None:
    number = part_of(row, "oppdateringsid")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= _LARGEST_ID:
        return None
    org_number = text_of(part_of(row, "organisasjonsnummer"))
    try:
        change = Change(text_of(part_of(row, "endringstype")))
    except ValueError:
        change = Change.UNKNOWN
    if not _NUMBER.fullmatch(org_number):
        org_number = ""
    return Event(number, _moment(part_of(row, "dato")), org_number, change)


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text_of(value))
    except ValueError:
        return None
    if not 1900 < moment.year < 9000:  # further out, a change of time zone can fail
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _one(org_number: str, kind: Entity.Kind, end: float) -> Entity:
    path = f"{PATHS[kind]}/{org_number}"
    row = ask(path, MEDIA_TYPES[kind], {}, end, about=org_number)
    try:
        found = to_entity(row, kind)
    except ValueError as error:
        if part_of(row, "organisasjonsnummer") == org_number:
            raise UnreadableEntity(org_number) from error
        raise RegisterDown(f"an entity of unknown shape: {error}") from error
    if found.org_number != org_number:
        raise RegisterDown("an answer about another entity than asked for")
    return found
