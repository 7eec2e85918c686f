"""One question over HTTP: attempts, time limits, and what each answer means."""

import json
import threading
import time
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError, InvalidHeader, ReadTimeoutError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from registry.brreg.fields import as_list, part_of, text_of

PAUSES = (0.3, 0.9)  # seconds before the second and the third attempt
LONGEST_PAUSE = 5.0  # a register that asks us to wait longer is down for the person waiting
CALL_LIMIT = 12.0  # seconds for one question, attempts and pauses included
BODY_LIMIT = 5_000_000  # bytes; a page of 50 entities is about 150 kB

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


def deadline() -> float:
    """Return when a question asked now must be over, by the monotonic clock."""
    return time.monotonic() + CALL_LIMIT


def ask(path: str, media_type: str, params: dict[str, Any], end: float, about: str = "") -> Any:
    """Return the decoded answer, after up to three attempts and before `end`.

    `about` is the number of the one entity asked for: only then can an answer say that it is
    unknown or withdrawn. Raises any RegisterError.
    """
    for pause in (*PAUSES, None):
        try:
            return _attempt(path, media_type, params, end, about)
        except _Interrupted as failure:
            if pause is None:
                raise
            wait = max(pause, failure.retry_after or 0)
            if wait > LONGEST_PAUSE or time.monotonic() + wait >= end:
                raise
            time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _attempt(path: str, media_type: str, params: dict[str, Any], end: float, about: str) -> Any:
    left = end - time.monotonic()
    if left <= 0:
        raise RegisterDown(f"no answer from {path} in time")
    connect, read = settings.REGISTRY_TIMEOUT
    try:
        with _session().get(
            f"{settings.REGISTRY_URL.rstrip('/')}/{path}",
            params=params,
            headers={"Accept": media_type, "User-Agent": user_agent()},
            timeout=(min(connect, left), min(read, left)),
            # The register does not redirect; whoever does is a proxy's log-in page or worse.
            allow_redirects=False,
            stream=True,
        ) as response:
            body = _body(response.raw, end)
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
    if status == 404 and about:
        raise NotInRegister(about)
    told = data.get("organisasjonsnummer", about) if isinstance(data, dict) else about
    if status == 410 and about and told == about:
        raise RemovedFromRegister(about)
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


def _body(raw: BaseHTTPResponse, end: float) -> bytes:
    """Return the unpacked body.

    Read piece by piece, because the read timeout starts anew with every byte of a trickle.
    """
    body = bytearray()
    while piece := raw.read1(65_536, decode_content=True):
        body += piece
        if len(body) > BODY_LIMIT:
            raise RegisterDown("an answer too large to be right")
        if time.monotonic() > end:
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
    texts = [text_of(part_of(fault, "feilmelding")) for fault in as_list(faults)]
    return "; ".join(filter(None, texts)) or text_of(data.get("feilmelding"))
