"""A stand-in for the register's full files: a real server on loopback, with faults to order.

It answers conditional questions and questions for parts as HTTP (RFC 9110) has it.
"""

import gzip
import json
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

LEGAL, SUB = "/enheter/lastned", "/underenheter/lastned"
NIGHT = "Sun, 22 Nov 2026 04:01:59 GMT"
FAULTS = (
    *("", "cut", "500", "503", "404", "416", "html", "redirect", "silent"),
    *("other-part", "no-parts", "endless", "huge"),
)


def packed(entities: Iterable[dict]) -> bytes:
    """Return a full file of these: as alone, but with `links` where those have `_links`."""
    rows = [{**entity, "links": []} for entity in entities]
    return gzip.compress(json.dumps(rows, ensure_ascii=False).encode(), 1, mtime=0)


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]  # names in lower case


class BulkFiles:
    """The server. `files` holds what there is, by path; `etags` and `dates` what it says of them.

    `faults` are used up, one a request; `cut` after `cut_at` bytes of the answer's body.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.etags: dict[str, str] = {}
        self.dates: dict[str, str] = {}
        self.faults: list[str] = []
        self.cut_at = 1000
        self.requests: list[Request] = []
        self._server = _Server(("127.0.0.1", 0), self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def publish(self, path: str, body: bytes, etag: str = '"first"', date: str = NIGHT) -> None:
        self.files[path], self.etags[path], self.dates[path] = body, etag, date

    def fail(self, *faults: str) -> None:
        if unknown := set(faults) - set(FAULTS):
            raise ValueError(unknown)
        self.faults += faults

    def sent(self, header: str) -> list[str | None]:
        """Return what each request so far had in this header."""
        return [request.headers.get(header.lower()) for request in self.requests]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], bulk: BulkFiles) -> None:
        super().__init__(address, _Handler)
        self.bulk = bulk


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        bulk = self.server.bulk
        headers = {name.lower(): value for name, value in self.headers.items()}
        bulk.requests.append(Request(self.path, headers))
        fault = bulk.faults.pop(0) if bulk.faults else ""
        with suppress(ConnectionError):  # the client may have given up
            self._play(fault, headers)

    def _play(self, fault: str, headers: dict[str, str]) -> None:
        bulk = self.server.bulk
        body = bulk.files.get(self.path)
        etag, date = bulk.etags.get(self.path, ""), bulk.dates.get(self.path, "")
        told = [("ETag", etag), ("Last-Modified", date)]
        if fault == "silent":
            self.close_connection = True
        elif fault.isdigit():
            self._send(int(fault), [], b"")
        elif fault == "html":
            self._send(200, [("Content-Type", "text/html")], b"<title>Log in</title>")
        elif fault == "redirect":
            self._send(302, [("Location", f"{bulk.url}{SUB}")], b"")
        elif body is None:
            self._send(404, [], b"")
        elif headers.get("accept") != "*/*":
            self._send(406, [], b"")
        elif fault == "huge":
            self._send(200, told, b"", length=5_000_000_000)
        elif fault == "endless":
            self._endless(told, body)
        elif etag and headers.get("if-none-match") == etag:
            self._send(304, told, b"")
        else:
            self._whole_or_part(fault, headers, told, body)

    def _whole_or_part(
        self, fault: str, headers: dict[str, str], told: Iterable[tuple[str, str]], body: bytes
    ) -> None:
        etag, asked = dict(told)["ETag"], headers.get("range", "")
        status, shown = 200, [*told, ("Content-Type", "application/octet-stream")]
        start = 0
        if asked and fault != "no-parts" and headers.get("if-range", etag) == etag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(body):
                self._send(416, [("Content-Range", f"bytes */{len(body)}")], b"")
                return
            start -= 10 * (fault == "other-part")
            status = 206
            shown.append(("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}"))
        rest = body[start:]
        if fault == "cut":
            self._send(status, shown, rest[: self.server.bulk.cut_at], length=len(rest))
            self.close_connection = True
        else:
            self._send(status, shown, rest)

    def _endless(self, told: Iterable[tuple[str, str]], body: bytes) -> None:
        """Send the body again and again, without ever saying how long it is."""
        self.send_response(200)
        for name, value in (*told, ("Connection", "close")):
            self.send_header(name, value)
        self.end_headers()
        while True:
            self.wfile.write(body)

    def _send(
        self,
        status: int,
        headers: Iterable[tuple[str, str]],
        body: bytes,
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in headers:
            if value:
                self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_line: object) -> None:
        """Say nothing: `requests` holds what was asked."""
