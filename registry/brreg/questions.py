"""What the register can be asked."""

import re
from typing import Any

from registry.brreg.fields import LONGEST_NAME, text_of, to_entity
from registry.brreg.wire import InvalidQuestion, NotInRegister, RegisterDown, ask, deadline
from registry.models import Entity

# Pinned, so that a version 3 cannot change the shape of the answers behind our back.
_MEDIA_TYPE = "application/vnd.brreg.enhetsregisteret.{}.v2+json;charset=UTF-8"
PATHS = {Entity.Kind.LEGAL: "enheter", Entity.Kind.SUB: "underenheter"}
MEDIA_TYPES = {
    Entity.Kind.LEGAL: _MEDIA_TYPE.format("enhet"),
    Entity.Kind.SUB: _MEDIA_TYPE.format("underenhet"),
}
_NUMBER = re.compile(r"[0-9]{9}")


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


def entity(org_number: str) -> Entity:
    """Return the unsaved legal entity or place of business with this number of nine digits.

    A deleted one has `deleted_on` and little more than its name. Raises any RegisterError.
    """
    if not _NUMBER.fullmatch(org_number):
        raise InvalidQuestion("Organisasjonsnummer må være et nummer med nøyaktig 9 siffer")
    end = deadline()
    try:
        return _one(org_number, Entity.Kind.LEGAL, end)
    except NotInRegister:
        return _one(org_number, Entity.Kind.SUB, end)


def _hits(params: dict[str, Any], end: float) -> list[Entity]:
    page = ask(PATHS[Entity.Kind.LEGAL], MEDIA_TYPES[Entity.Kind.LEGAL], params, end)
    if not isinstance(page, dict) or not ("_embedded" in page or "page" in page):
        raise RegisterDown("a search answer of unknown shape")
    embedded = page.get("_embedded", {"enheter": []})  # left out when there are no hits
    rows = embedded.get("enheter") if isinstance(embedded, dict) else None
    if not isinstance(rows, list):
        raise RegisterDown("a search answer of unknown shape")
    entities = []
    for row in rows:
        try:
            entities.append(to_entity(row, Entity.Kind.LEGAL))
        except ValueError:
            continue  # one bad row must not hide the others
    return entities


def _one(org_number: str, kind: Entity.Kind, end: float) -> Entity:
    path = f"{PATHS[kind]}/{org_number}"
    try:
        found = to_entity(ask(path, MEDIA_TYPES[kind], {}, end, about=org_number), kind)
    except ValueError as error:
        raise RegisterDown(f"an entity of unknown shape: {error}") from error
    if found.org_number != org_number:
        raise RegisterDown("an answer about another entity than asked for")
    return found
