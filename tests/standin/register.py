"""A stand-in for the Brønnøysund register: a real server on loopback, with faults to order.

Speaks the documented paths, status codes and bodies of the open API (document 1.5.0, version 2).
By hand: `python -m tests.standin.register --port 8091`, then REGISTRY_URL=<the address it prints>.
"""

import argparse
import json
import re
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.standin.bulk import packed
from tests.standin.companies import (
    adresse,
    enhet,
    examples,
    fictional_number,
    slettet,
    underenhet,
)
from tests.standin.feed import COMMANDS, ChangeFeed, kind_of
from tests.standin.feed import InvalidError as _InvalidError

__all__ = ["Register", "adresse", "enhet", "examples", "fictional_number", "slettet", "underenhet"]

PREFIX = "/enhetsregisteret/api"
MODES = (
    *("ok", "down", "slow", "drip", "500", "429", "html", "404-html", "410-html"),
    *("half", "cut", "junk", "redirect"),
)
_LISTS = {"enheter": "enhet", "underenheter": "underenhet"}


@dataclass(frozen=True)
class Request:
    """One question as the register saw it."""

    path: str  # below the API's root: enheter/310000001
    query: dict[str, str]
    headers: dict[str, str]


class Register(ChangeFeed):
    """The server. `with Register([...]) as register:` or start() and stop().

    `mode` is one of MODES and stays until it is changed; `fail(mode, times)` changes it for some
    requests only. `requests` holds what was asked. `removed` holds the numbers that are gone (410).
    """

    def __init__(self, entities: Iterable[dict] = (), port: int = 0) -> None:
        self.entities = {entity["organisasjonsnummer"]: entity for entity in entities}
        self.removed: set[str] = set()
        super().__init__()
        self.requests: list[Request] = []
        self.mode = "ok"
        self.slow_seconds = 1.0
        self.retry_after: str | None = None  # sent with 429 and 500
        self.redirect_to = ""
        self.junk: Any = {"hello": ["world"]}
        self._times_left: int | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}{PREFIX}"

    def start(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the port: whoever asks now is refused."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._server.shutdown()
            self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def add(self, entity: dict) -> str:
        """Add or replace an entity and return its number."""
        self.entities[entity["organisasjonsnummer"]] = entity
        return entity["organisasjonsnummer"]

    def fail(self, mode: str, times: int | None = None) -> None:
        """Behave like `mode` for this many requests, or until told otherwise."""
        if mode not in MODES:
            raise ValueError(mode)
        with self._lock:
            self.mode, self._times_left = mode, times

    def asked(self, path: str) -> int:
        """Return how many requests there were for a path below the API's root."""
        return sum(request.path == path for request in self.requests)

    def pause(self, seconds: float) -> None:
        self._stopping.wait(seconds)

    def mode_of(self, request: Request) -> str:
        with self._lock:
            self.requests.append(request)
            if self._times_left is None:
                return self.mode
            self._times_left -= 1
            mode = self.mode
            if self._times_left <= 0:
                self.mode, self._times_left = "ok", None
            return mode

    def answer(self, request: Request) -> tuple[int, Any]:
        """Return status and body; None is an empty body, bytes are a full file."""
        kind, _slash, number = request.path.partition("/")
        feed = kind == "oppdateringer"
        if (number if feed else kind) not in _LISTS:
            return 404, None
        if number == "lastned":
            return 200, packed(self._living(kind))
        accept = request.headers.get("accept", "*/*").split(";")[0]
        own = f"application/vnd.brreg.enhetsregisteret.{_LISTS.get(kind)}.v2+json"
        if feed:
            own = f"application/vnd.brreg.enhetsregisteret.oppdatering.{_LISTS[number]}.v1+json"
        if accept not in (own, "application/json", "*/*"):
            return 406, None
        try:
            if feed:
                return 200, self.updates(number, request.query)
            return self._one(kind, number) if number else (200, self._page(kind, request))
        except _InvalidError as error:
            return 400, _body_of_400(request.path, *error.args)

    def _one(self, kind: str, number: str) -> tuple[int, Any]:
        if not re.fullmatch("[0-9]{9}", number):
            text = "Organisasjonsnummer må være et nummer med nøyaktig 9 siffer"
            raise _InvalidError(text, number, number)
        link = {"self": {"href": f"{self.url}/{kind}/{number}"}}
        entity = self.entities.get(number)
        if kind_of(entity or {}) != kind or (entity is None and number not in self.removed):
            return 404, None
        if number in self.removed:
            return 410, {"organisasjonsnummer": number, "slettedato": "2025-05-24", "_links": link}
        return 200, {**(entity or {}), "_links": link}

    def _living(self, kind: str) -> list[dict]:
        """Return the entities that are not deleted: only a direct look-up shows those."""
        return [
            entity
            for number, entity in list(self.entities.items())
            if kind_of(entity) == kind and number not in self.removed and "slettedato" not in entity
        ]

    def _page(self, kind: str, request: Request) -> dict:
        query = request.query
        size, page = _whole_number(query, "size", 20), _whole_number(query, "page", 0)
        if (page + 1) * size > 10_000:
            text = "Summen av size * (page + 1) kan ikke overstige 10000"
            raise _InvalidError(text, "size", str(size))
        hits = self._living(kind)
        if "organisasjonsnummer" in query:
            numbers = query["organisasjonsnummer"].split(",")
            for number in numbers:
                if not re.fullmatch("[0-9]{9}", number):
                    text = "Organisasjonsnummer må være et nummer med nøyaktig 9 siffer"
                    raise _InvalidError(text, "organisasjonsnummer", number)
            hits = [entity for entity in hits if entity["organisasjonsnummer"] in numbers]
        if "navn" in query:
            hits = _named(hits, query["navn"], query.get("navnMetodeForSoek", ""))
        pages = -(-len(hits) // size)

        def link(number: int) -> dict:
            return {"href": f"{self.url}/{kind}?{urlencode(query | {'page': number})}"}

        links = {"self": link(page)}
        if pages > 1:
            links |= {"first": link(0), "last": link(pages - 1)}
        if page + 1 < pages:
            links["next"] = link(page + 1)
        if 0 < page < pages:
            links["prev"] = link(page - 1)
        envelope = {
            "_links": links,
            "page": {
                "size": size,
                "totalElements": len(hits),
                "totalPages": pages,
                "number": page,
            },
        }
        shown = hits[page * size :][:size]
        return {"_embedded": {kind: shown}} | envelope if shown else envelope


def _named(entities: list[dict], question: str, method: str) -> list[dict]:
    """Return the entities that have every word of the question. Æ, ø and å are not folded.

    FORTLOEPENDE: the last word may be the beginning of one, and the order is alphabetical.
    """
    if not 1 <= len(question) <= 180:
        raise _InvalidError("Navn må være mellom 1 og 180 tegn", "navn", question)
    if method not in ("", "FORTLOEPENDE"):
        raise _InvalidError("Ugyldig metode for søk", "navnMetodeForSoek", method)
    words = _words(question)
    open_end = method == "FORTLOEPENDE" or question.endswith("*")

    def matches(entity: dict) -> bool:
        own = _words(entity["navn"])
        whole, last = (words[:-1], words[-1:]) if open_end else (words, [])
        return (
            bool(words)
            and all(word in own for word in whole)
            and all(any(part.startswith(word) for part in own) for word in last)
        )

    hits = [entity for entity in entities if matches(entity)]
    if method:
        return sorted(hits, key=lambda entity: entity["navn"])
    return sorted(hits, key=lambda entity: len(_words(entity["navn"])))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"[.*'’]", "", text.casefold()))


def _whole_number(query: dict[str, str], parameter: str, default: int) -> int:
    text = query.get(parameter, str(default))
    if not text.isdigit() or (parameter == "size" and int(text) == 0):
        raise _InvalidError("Verdien må være et positivt heltall", parameter, text)
    return int(text)


def _body_of_400(path: str, text: str, parameter: str, value: str) -> dict:
    return {
        "tidsstempel": int(time.time() * 1000),
        "status": 400,
        "feilmelding": "Feilaktig forespørsel",
        "sti": f"{PREFIX}/{path}",
        "antallFeil": 1,
        "valideringsfeil": [
            {"feilmelding": text, "parametere": [parameter], "feilaktigVerdi": value}
        ],
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a slow answer must not hold up the end of a test

    def __init__(self, address: tuple[str, int], register: Register) -> None:
        super().__init__(address, _Handler)
        self.register = register

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the client to confirm a part
    server: _Server

    def do_GET(self) -> None:
        register = self.server.register
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(parts.path.removeprefix(PREFIX).strip("/"), query, headers)
        mode = register.mode_of(request)
        with suppress(ConnectionError):  # the client may have given up
            self._play(mode, register, request)

    def _play(self, mode: str, register: Register, request: Request) -> None:
        status, answer = register.answer(request)
        body = b"" if answer is None else answer
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        if mode == "slow":
            register.pause(register.slow_seconds)
        match mode:
            case "ok" | "slow":
                self._send(status, body)
            case "down":
                self.close_connection = True
            case "500":
                fault = {"status": 500, "error": "Internal Server Error", "path": self.path}
                fault |= {"timestamp": "2026-11-02T11:34:33.435+0000", "message": "", "trace": "1"}
                self._send(500, json.dumps(fault).encode())
            case "429":
                self._send(429, b"")
            case "html" | "404-html" | "410-html":
                status = int(mode.partition("-")[0]) if mode != "html" else 200
                self._send(status, b"<!doctype html><title>Log in</title>", "text/html")
            case "half":
                self._send(200, body[: len(body) // 2], length=len(body))
                self.close_connection = True
            case "cut":
                self._send(200, body[: len(body) // 2])
            case "drip":
                self._send(200, b"", length=len(body))
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    register.pause(0.05)
            case "junk":
                self._send(200, json.dumps(register.junk).encode())
            case "redirect":
                self._send(302, b"")

    def _send(
        self, status: int, body: bytes, media_type: str = "", length: int | None = None
    ) -> None:
        register = self.server.register
        self.send_response(status)
        if body or length:
            kind = "underenhet" if "underenhet" in self.path else "enhet"
            kind = f"oppdatering.{kind}.v1" if "oppdateringer" in self.path else f"{kind}.v2"
            own = f"application/vnd.brreg.enhetsregisteret.{kind}+json;charset=UTF-8"
            self.send_header("Content-Type", media_type or own)
        if status in (429, 500) and register.retry_after is not None:
            self.send_header("Retry-After", register.retry_after)
        if status == 302:
            self.send_header("Location", register.redirect_to or f"{register.url}/enheter")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_line: object) -> None:
        """Say nothing: `requests` holds what was asked."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8091)
    parser.add_argument("--mode", choices=MODES, default="ok")
    chosen = parser.parse_args()
    register = Register(examples(), port=chosen.port)
    register.mode = chosen.mode
    with register:
        print(f"REGISTRY_URL={register.url}")
        for number, entity in register.entities.items():
            print(f"  {number}  {entity['navn']}")
        print(COMMANDS)
        with suppress(KeyboardInterrupt):
            for line in sys.stdin:
                print(register.obey(line))
            threading.Event().wait()


if __name__ == "__main__":
    main()
