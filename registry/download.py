"""Fetching the register's full files, conditionally and with as many attempts as it takes.

What has come so far lies in a file of its own beside a note that says of which version it is: the
next attempt, or the next run, asks for the rest of that version alone.
"""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util import Retry

from registry import brreg
from registry.models import Entity

PAUSES = (1.0, 5.0, 15.0, 60.0, 60.0)  # seconds before each further attempt
LONGEST_PAUSE = 300.0  # seconds, however long the register asks for
READ_TIMEOUT = 60.0  # seconds without a byte
TIME_LIMIT = 6 * 3600.0  # seconds for the whole file
SIZE_LIMIT = 4_000_000_000  # bytes; some 205 MB are usual
_PIECE = 1024 * 1024
_PATHS = {Entity.Kind.LEGAL: "enheter/lastned", Entity.Kind.SUB: "underenheter/lastned"}
_RANGE = re.compile(r"bytes ([0-9]+)-[0-9]+/([0-9]+|\*)")


class DownloadFailed(Exception):
    """The file could not be fetched; the text says why. What has come so far is kept."""


@dataclass(frozen=True)
class Fetched:
    """A whole file, as the server named and dated it."""

    path: Path
    etag: str
    published_at: datetime | None


class _Interrupted(Exception):
    """A failure that another attempt may mend."""

    def __init__(self, text: str, retry_after: float = 0) -> None:
        super().__init__(text)
        self.retry_after = retry_after


def fetch(
    kind: Entity.Kind, etag: str = "", progress: Callable[[int, int], None] = lambda done, of: None
) -> Fetched | None:
    """Return the full file of this kind; None where it is still the one that `etag` names.

    `progress` is told how many bytes there are, and of how many (0: unknown). Raises
    DownloadFailed. The caller holds `copies.LOCK`, and removes the file when it has been read.
    """
    folder = Path(settings.REGISTRY_FOLDER)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _Download(kind, folder, progress).run(etag)
    except OSError as error:
        raise DownloadFailed(f"{folder} cannot be written to: {error.strerror}") from error


class _Download:
    def __init__(
        self, kind: Entity.Kind, folder: Path, progress: Callable[[int, int], None]
    ) -> None:
        self.url = f"{settings.REGISTRY_URL.rstrip('/')}/{_PATHS[kind]}"
        self.whole = folder / f"{kind}.json.gz"
        self.part = folder / f"{kind}.part"
        self.note = folder / f"{kind}.part.json"
        self.progress = progress
        self.end = time.monotonic() + TIME_LIMIT

    def run(self, etag: str) -> Fetched | None:
        for pause in (*PAUSES, None):
            try:
                return self._attempt(etag)
            except _Interrupted as failure:
                wait = max(pause or 0, min(failure.retry_after, LONGEST_PAUSE))
                if pause is None or time.monotonic() + wait >= self.end:
                    raise DownloadFailed(f"{self.url}: {failure}") from failure
                time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, etag: str) -> Fetched | None:
        begun, have = self._begun()
        headers = {
            "Accept": "*/*",  # the register answers others with 406
            "Accept-Encoding": "identity",  # the file is packed as it is
            "User-Agent": brreg.user_agent(),
        }
        if etag:
            headers["If-None-Match"] = etag
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": begun}
        connect, _read = settings.REGISTRY_TIMEOUT
        try:
            with requests.get(
                self.url,
                headers=headers,
                timeout=(connect, READ_TIMEOUT),
                allow_redirects=False,
                stream=True,
            ) as response:
                return self._take(response, begun, have)
        except (requests.RequestException, HTTPError) as error:
            raise _Interrupted(f"the connection broke: {type(error).__name__}") from error

    def _begun(self) -> tuple[str, int]:
        """Return the version of which there is a beginning, and how many bytes."""
        try:
            note = json.loads(self.note.read_text())
            if note["url"] == self.url and note["etag"]:
                return str(note["etag"]), self.part.stat().st_size
        except (OSError, ValueError, TypeError, KeyError):
            pass
        return "", 0

    def _take(self, response: requests.Response, begun: str, have: int) -> Fetched | None:
        status = response.status_code
        etag = response.headers.get("ETag", "")
        if status == 304:
            self._start_over()
            return None
        if status == 429 or status >= 500:
            raise _Interrupted(f"the server answers {status}", _retry_after(response))
        if status == 416 or (status == 206 and not _continues(response, begun, have)):
            self._start_over()
            raise _Interrupted("the server has no such part")
        if status not in (200, 206):
            raise DownloadFailed(f"{self.url} answers {status}")
        if response.headers.get("Content-Type", "").startswith("text/"):
            raise DownloadFailed(f"{self.url} answers with {response.headers['Content-Type']}")
        if status == 200:
            have = 0
            self._start_over()
            # Weak ones do not promise the same bytes.
            strong = "" if etag.startswith("W/") else etag
            self.note.write_text(json.dumps({"url": self.url, "etag": strong}))
        self._receive(response, have)
        self.part.replace(self.whole)
        self.note.unlink(missing_ok=True)
        return Fetched(self.whole, etag, _date(response.headers.get("Last-Modified", "")))

    def _receive(self, response: requests.Response, have: int) -> None:
        length = response.headers.get("Content-Length", "")
        total = have + int(length) if length.isdigit() else 0
        if total > SIZE_LIMIT:
            self._start_over()
            raise DownloadFailed(f"{self.url} is {total:,} bytes, too large to be right")
        with self.part.open("ab" if have else "wb") as file:
            self.progress(have, total)
            while piece := response.raw.read1(_PIECE, decode_content=False):
                file.write(piece)
                have += len(piece)
                if have > SIZE_LIMIT:
                    self._start_over()
                    raise DownloadFailed(f"{self.url} does not end")
                if time.monotonic() > self.end:
                    raise DownloadFailed(f"{self.url} takes too long")
                self.progress(have, total)
        if have < total:
            raise _Interrupted("the connection broke")

    def _start_over(self) -> None:
        self.note.unlink(missing_ok=True)
        self.part.unlink(missing_ok=True)


def _continues(response: requests.Response, begun: str, have: int) -> bool:
    """Tell whether a part is the one asked for, of the version we have the beginning of."""
    told = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return (
        told is not None and int(told[1]) == have and response.headers.get("ETag", begun) == begun
    )


def _retry_after(response: requests.Response) -> float:
    try:
        return Retry().get_retry_after(response.raw) or 0
    except (InvalidHeader, ValueError):
        return 0


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
