"""Questions to the Brønnøysund register of legal entities, over its open API, version 2.

The only module that knows the register's own Norwegian field names. It returns unsaved `Entity`
rows and never touches the database; `registry.lookup` decides when to ask and keeps the answers.
"""

import json
import re
import threading
import time
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import requests
from django.conf import settings
from django.utils import timezone
from urllib3.exceptions import HTTPError, InvalidHeader, ReadTimeoutError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from registry.models import Entity

PAUSES = (0.3, 0.9)  # seconds before the second and the third attempt
LONGEST_PAUSE = 5.0  # a register that asks us to wait longer is down for the person waiting
CALL_LIMIT = 12.0  # seconds for one call of search() or entity(), attempts and pauses included
BODY_LIMIT = 5_000_000  # bytes; a page of 50 entities is about 150 kB
LONGEST_NAME = 180  # characters the register takes in a search

# Pinned, so that a version 3 cannot change the shape of the answers behind our back.
_ACCEPT = "application/vnd.brreg.enhetsregisteret.{}.v2+json;charset=UTF-8"
_PATHS = {Entity.Kind.LEGAL: "enheter", Entity.Kind.SUB: "underenheter"}
_MEDIA_TYPES = {
    Entity.Kind.LEGAL: _ACCEPT.format("enhet"),
    Entity.Kind.SUB: _ACCEPT.format("underenhet"),
}
_NUMBER = re.compile(r"[0-9]{9}")
# Anything but a web address: `javascript:`, `mailto:`. A port after a host name is no scheme.
_OTHER_SCHEME = re.compile(r"(?!https?://)[a-z][a-z0-9+.-]*:(?![0-9])", re.IGNORECASE)
_LENGTHS = {field.attname: field.max_length for field in Entity._meta.fields if field.max_length}
_LARGEST_INTEGER = 2_147_483_647
_COMPULSORY_DATES = (
    "tvangsavvikletPgaManglendeSlettingDato",
    "tvangsopplostPgaManglendeDagligLederDato",
    "tvangsopplostPgaManglendeRevisorDato",
    "tvangsopplostPgaManglendeRegnskapDato",
    "tvangsopplostPgaMangelfulltStyreDato",
)

_local = threading.local()


class RegisterError(Exception):
    """The register gave no entity."""


class RegisterDown(RegisterError):
    """The register did not answer, or not in a way that makes sense. Try again later.

    `retry_after` is the number of seconds that the register asked for, where it did.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class InvalidQuestion(RegisterError):
    """The register refuses the question; the text is the register's own, in Norwegian."""


class NotInRegister(RegisterError):
    """No legal entity and no place of business has this number."""


class RemovedFromRegister(RegisterError):
    """The register had to withdraw this entity for legal reasons: copies must be erased too."""

    def __init__(self, org_number: str) -> None:
        super().__init__(org_number)
        self.org_number = org_number


class _Interrupted(RegisterDown):
    """A failure that is often over a moment later."""


def search(name: str, *, size: int = 50) -> list[Entity]:
    """Return unsaved legal entities whose names begin like `name`, else those that resemble it.

    The order is the register's: alphabetical for the beginnings, by likeness for the others.
    Deleted entities are never among them. Raises RegisterDown or InvalidQuestion.
    """
    question = _text(name)[:LONGEST_NAME].strip()
    if not question:
        return []
    deadline = time.monotonic() + CALL_LIMIT
    params = {"navn": question, "size": size}
    return _hits({**params, "navnMetodeForSoek": "FORTLOEPENDE"}, deadline) or _hits(
        params, deadline
    )


def entity(org_number: str) -> Entity:
    """Return the unsaved legal entity or place of business with this number of nine digits.

    A deleted one has `deleted_on` and little more than its name. Raises any RegisterError.
    """
    if not _NUMBER.fullmatch(org_number):
        raise InvalidQuestion("Organisasjonsnummer må være et nummer med nøyaktig 9 siffer")
    deadline = time.monotonic() + CALL_LIMIT
    try:
        return _one(org_number, Entity.Kind.LEGAL, deadline)
    except NotInRegister:
        return _one(org_number, Entity.Kind.SUB, deadline)


def _hits(params: dict[str, Any], deadline: float) -> list[Entity]:
    page = _ask(Entity.Kind.LEGAL, "", params, deadline)
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


def _one(org_number: str, kind: Entity.Kind, deadline: float) -> Entity:
    try:
        found = to_entity(_ask(kind, org_number, {}, deadline), kind)
    except ValueError as error:
        raise RegisterDown(f"an entity of unknown shape: {error}") from error
    if found.org_number != org_number:
        raise RegisterDown("an answer about another entity than asked for")
    return found


# Over the wire


def _ask(kind: Entity.Kind, org_number: str, params: dict[str, Any], deadline: float) -> Any:
    """Return the decoded answer, after up to three attempts."""
    for pause in (*PAUSES, None):
        try:
            return _attempt(kind, org_number, params, deadline)
        except _Interrupted as failure:
            if pause is None:
                raise
            wait = max(pause, failure.retry_after or 0)
            if wait > LONGEST_PAUSE or time.monotonic() + wait >= deadline:
                raise
            time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _attempt(kind: Entity.Kind, org_number: str, params: dict[str, Any], deadline: float) -> Any:
    path = "/".join(filter(None, [_PATHS[kind], org_number]))
    left = deadline - time.monotonic()
    if left <= 0:
        raise RegisterDown(f"no answer from {path} in time")
    connect, read = settings.REGISTRY_TIMEOUT
    try:
        with _session().get(
            f"{settings.REGISTRY_URL.rstrip('/')}/{path}",
            params=params,
            headers={"Accept": _MEDIA_TYPES[kind], "User-Agent": user_agent()},
            timeout=(min(connect, left), min(read, left)),
            # The register does not redirect; whoever does is a proxy's log-in page or worse.
            allow_redirects=False,
            stream=True,
        ) as response:
            body = _body(response.raw, deadline)
    except (requests.Timeout, ReadTimeoutError) as error:
        # Not asked again: the person has waited long enough already.
        raise RegisterDown(f"no answer from {path} in time") from error
    except (OSError, HTTPError) as error:  # every exception of requests is an OSError
        raise _Interrupted(f"no connection to {path}: {type(error).__name__}") from error
    status = response.status_code
    if status == 429 or status >= 500:
        raise _Interrupted(f"{path} answers {status}", _retry_after(response.raw))
    # What is neither empty nor JSON is not from the register, whatever its status says.
    data = None
    if body or status == 200:
        data = _decoded(body, response.headers.get("Content-Type", ""), path)
    if status == 200:
        return data
    if status == 400:
        raise InvalidQuestion(_complaint(data))
    if status == 404 and org_number:
        raise NotInRegister(org_number)
    about = data.get("organisasjonsnummer", org_number) if isinstance(data, dict) else org_number
    if status == 410 and org_number and about == org_number:
        raise RemovedFromRegister(org_number)
    raise RegisterDown(f"{path} answers {status}")


def _session() -> requests.Session:
    """Return this thread's session: they keep connections open, but are not made for sharing."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
    return _local.session


def user_agent() -> str:
    """Return `Moment/1.0 (+contact)`, by which the register knows whom to write to."""
    try:
        release = version("moment")
    except PackageNotFoundError:
        release = "0"
    contact = settings.REGISTRY_CONTACT
    return f"Moment/{release} (+{contact})" if contact else f"Moment/{release}"


def _body(raw: BaseHTTPResponse, deadline: float) -> bytes:
    """Return the unpacked body.

    Read piece by piece, because the read timeout starts anew with every byte of a trickle.
    """
    body = bytearray()
    while piece := raw.read1(65_536, decode_content=True):
        body += piece
        if len(body) > BODY_LIMIT:
            raise RegisterDown("an answer too large to be right")
        if time.monotonic() > deadline:
            raise RegisterDown("an answer that does not end")
    return bytes(body)


def _retry_after(raw: BaseHTTPResponse) -> float | None:
    """Return the seconds asked for in `Retry-After`, given there as seconds or as a date."""
    try:
        return Retry().get_retry_after(raw)
    except (InvalidHeader, ValueError):
        return None


def _decoded(body: bytes, content_type: str, path: str) -> Any:
    if "json" not in content_type.lower():
        raise RegisterDown(f"{path} answers with {content_type or 'no type'} instead of JSON")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RegisterDown(f"{path} answers with broken JSON") from error


def _complaint(data: Any) -> str:
    """Return what the register says is wrong: the single faults where it lists them."""
    if not isinstance(data, dict):
        return ""
    faults = data.get("valideringsfeil")
    texts = [_text(_part(fault, "feilmelding")) for fault in _list(faults)]
    return "; ".join(filter(None, texts)) or _text(data.get("feilmelding"))


# From the register's fields to ours


def to_entity(row: object, kind: Entity.Kind) -> Entity:
    """Return the unsaved Entity for one object of the register, from a search, a file or alone.

    Parts that are missing or of the wrong type are left empty, texts cut to their columns.
    ValueError where there is no number or no name. Source: OpenAPI document 1.5.0, version 2.
    """
    if not isinstance(row, dict):
        raise ValueError("not an object")
    org_number, name = row.get("organisasjonsnummer"), _text(row.get("navn"))
    if not isinstance(org_number, str) or not _NUMBER.fullmatch(org_number):
        raise ValueError("no organisation number")
    if not name:
        raise ValueError("no name")
    parent = _text(row.get("overordnetEnhet"))
    employees = _number(row.get("antallAnsatte"))
    bankrupt = row.get("konkurs") is True
    winding_up = row.get("underAvvikling") is True
    compulsory = row.get("underTvangsavviklingEllerTvangsopplosning") is True
    compulsory_dates = filter(None, (_date(row.get(field)) for field in _COMPULSORY_DATES))
    fields = {
        "org_number": org_number,
        "kind": kind,
        "parent_org_number": parent if _NUMBER.fullmatch(parent) else "",
        "name": name,
        "form_code": _text(_part(row.get("organisasjonsform"), "kode")),
        "form_name": _text(_part(row.get("organisasjonsform"), "beskrivelse")),
        **_address("business", row.get("forretningsadresse") or row.get("beliggenhetsadresse")),
        **_address("postal", row.get("postadresse")),
        "email": _whole(row.get("epostadresse"), "email"),
        "phone": _text(row.get("telefon")) or _text(row.get("mobil")),
        "website": _website(row.get("hjemmeside")),
        "industry_code": _text(_part(row.get("naeringskode1"), "kode")),
        "industry_name": _text(_part(row.get("naeringskode1"), "beskrivelse")),
        "sector_code": _text(_part(row.get("institusjonellSektorkode"), "kode")),
        "employees": employees,
        "has_employees": row.get("harRegistrertAntallAnsatte") is True or bool(employees),
        "vat_registered": row.get("registrertIMvaregisteret") is True,
        "registered_on": _date(row.get("registreringsdatoEnhetsregisteret")),
        "bankrupt": bankrupt,
        "bankrupt_on": _date(row.get("konkursdato")) if bankrupt else None,
        "winding_up": winding_up,
        "winding_up_on": _date(row.get("underAvviklingDato")) if winding_up else None,
        "compulsory_dissolution": compulsory,
        "compulsory_dissolution_on": min(compulsory_dates, default=None) if compulsory else None,
        "deleted_on": _date(row.get("slettedato")) or _closed_on(row.get("nedleggelsesdato")),
    }
    return Entity(
        **{
            field: value[: _LENGTHS.get(field)] if isinstance(value, str) else value
            for field, value in fields.items()
        }
    )


def _text(value: object) -> str:
    """Return text on one line without what databases refuse: NUL, lone surrogates, controls."""
    if not isinstance(value, str):
        return ""
    return "".join(c for c in " ".join(value.split()) if c.isprintable()).strip()


def _part(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _LARGEST_INTEGER else None


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(_text(value)[:10])
    except ValueError:
        return None


def _closed_on(value: object) -> date | None:
    """Return the day a place of business closed; one that is still ahead is open."""
    closing = _date(value)
    return closing if closing and closing <= timezone.localdate() else None


def _address(prefix: str, value: object) -> dict[str, str]:
    """Return the four address columns that begin with `prefix`.

    A foreign address has no postcode of its own: it stands in the city, in its country's way
    ("SW1Y 5EA LONDON", "DK-8700 HORSENS"), and stays there.
    """
    lines = (_text(line) for line in _list(_part(value, "adresse")))
    country = _text(_part(value, "landkode")).upper()
    return {
        f"{prefix}_address": "\n".join(filter(None, lines)),
        f"{prefix}_postcode": _text(_part(value, "postnummer")),
        f"{prefix}_city": _text(_part(value, "poststed")),
        f"{prefix}_country": country if len(country) == 2 else "",
    }


def _whole(value: object, field: str) -> str:
    """Return the text, or nothing where it does not fit: half an e-mail address is a wrong one."""
    text = _text(value)
    return text if len(text) <= _LENGTHS[field] else ""


def _website(value: object) -> str:
    text = _whole(value, "website")
    return "" if _OTHER_SCHEME.match(text) else text
