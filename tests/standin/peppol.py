"""A stand-in for the Peppol network: a name server (UDP and TCP) and an SMP, both on loopback.

Records and faults to order. By hand: `python -m tests.standin.peppol --port 8092 --dns-port 8053`,
which prints the settings that lead Moment to it and knows some participants.
"""

import argparse
import base64
import gzip
import hashlib
import ssl
import subprocess
import threading
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote

from tests.standin.name_server import NameServer

ZONE = "sml.test"  # as settings.PEPPOL_SML_ZONE
SMP_HOST = "smp.test"  # known to the stand-in's name server alone
SERVICE_GROUP = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<smp:ServiceGroup xmlns:smp="http://busdox.org/serviceMetadata/publishing/1.0/"'
    ' xmlns:ids="http://busdox.org/transport/identifiers/1.0/">'
    '<ids:ParticipantIdentifier scheme="iso6523-actorid-upis">{participant}'
    "</ids:ParticipantIdentifier><smp:ServiceMetadataReferenceCollection>{references}"
    "</smp:ServiceMetadataReferenceCollection></smp:ServiceGroup>"
)
NOT_FOUND = '<?xml version="1.0" encoding="utf-8" ?>\n<!--\nstatus : 404\nerror : Not Found\n-->\n'
_UBL = "busdox-docid-qns::urn:oasis:names:specification:ubl:schema:xsd:"
_BILLING = "##urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0::2.1"
INVOICE = f"{_UBL}Invoice-2::Invoice{_BILLING}"
CREDIT_NOTE = f"{_UBL}CreditNote-2::CreditNote{_BILLING}"
_PREFIX = "iso6523-actorid-upis::"


def service_group(participant: str, documents: Iterable[str], base: str = "https://smp") -> bytes:
    """Return what an SMP answers about `0192:…` that receives these kinds of documents."""
    path = f"{base}/{quote(_PREFIX + participant, safe='')}/services/"
    references = "".join(
        f'<smp:ServiceMetadataReference href="{path}{quote(document, safe="")}"/>'
        for document in documents
    )
    return SERVICE_GROUP.format(participant=participant, references=references).encode()


class Network:
    """Both servers. `with Network() as network:`, and settings from `network.settings`."""

    def __init__(self, port: int = 0, dns_port: int = 0, certificate: Path | None = None) -> None:
        self.dns = NameServer(dns_port)
        self.smp = Smp(port, certificate)
        self.dns.add(ZONE, "SOA", f"ns.{ZONE}. hostmaster.{ZONE}. 1 900 900 1800 60")
        self.dns.add(SMP_HOST, "A", "127.0.0.1")
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://{SMP_HOST}:{self.smp.port}"

    @property
    def settings(self) -> dict[str, object]:
        return {
            "DEBUG": True,
            "PEPPOL_DNS": self.dns.address,
            "PEPPOL_SML_ZONE": ZONE,
            "PEPPOL_TEST_HOSTS": [f"{SMP_HOST}:{self.smp.port}"],
        }

    def register(
        self,
        identifier: str,
        documents: Iterable[str] = (INVOICE, CREDIT_NOTE),
        *,
        scheme: str = "0192",
        url: str = "",
    ) -> None:
        """Let the participant receive these documents, at our SMP or at another `url`."""
        self.name(identifier, f"!.*!{url or self.url}/!", scheme=scheme)
        participant = f"{scheme}:{identifier}"
        self.smp.groups[participant] = service_group(participant, documents, self.url)

    def name(self, identifier: str, *regexps: str, scheme: str = "0192") -> None:
        """Let the DNS have U-NAPTR records with these expressions, best first, and no others."""
        self.records(
            identifier,
            *(f'{n} 10 "U" "Meta:SMP" "{text}" .' for n, text in enumerate(regexps, 100)),
            scheme=scheme,
        )

    def records(self, identifier: str, *naptrs: str, scheme: str = "0192") -> None:
        """Let the DNS have these NAPTR records, written as in a zone file."""
        self.dns.add(sml_host(identifier, scheme), "NAPTR", *naptrs)

    def forget(self, identifier: str, scheme: str = "0192") -> None:
        """Let the participant be registered no more."""
        del self.dns.known[sml_host(identifier, scheme)]

    def __enter__(self) -> Self:
        self.dns.start()
        self.smp.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.dns.stop()
        self.smp.stop()


def sml_host(identifier: str, scheme: str = "0192") -> str:
    """Return the participant's host name in ZONE."""
    digest = hashlib.sha256(f"{scheme}:{identifier}".lower().encode()).digest()
    label = base64.b32encode(digest).decode().rstrip("=").lower()
    return f"{label}.iso6523-actorid-upis.{ZONE}"


# The SMP


class Smp:
    """Answers with `groups`, by participant; 404 for others.

    `mode`: ok, 500, redirect (to `redirect_to`), down, flood (an endless body), bomb (packed),
    gzip (packed as it should be), drip and drip_head (a byte now and then), slow, hang_up.
    `sent` counts the bytes of bodies that went out.
    """

    drip_pause = 0.05  # seconds between two bytes

    def __init__(self, port: int = 0, certificate: Path | None = None) -> None:
        self.groups: dict[str, bytes] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []  # path and headers
        self.mode = "ok"
        self.redirect_to = ""
        self.slow_seconds = 0.3
        self.sent = 0
        self.server_names: list[str | None] = []  # what TLS clients asked for
        self.most_at_once = 0
        self._inside = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _SmpServer(("127.0.0.1", port), _SmpHandler)
        self._server.smp = self
        self.port: int = self._server.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            context.sni_callback = lambda _sock, name, _context: self.server_names.append(name)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Close the port: whoever asks now is refused."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._server.shutdown()
            self._server.server_close()

    def pause(self, seconds: float) -> None:
        self._stopping.wait(seconds)

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            self.most_at_once = max(self.most_at_once, self._inside)

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._inside -= 1


class _SmpServer(ThreadingHTTPServer):
    smp: Smp
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, *_request: object) -> None:
        """Say nothing of clients that hang up, which is what the tests are about."""


class _SmpHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _SmpServer

    def do_GET(self) -> None:
        smp = self.server.smp
        smp.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        with suppress(ConnectionError, ssl.SSLError), smp:
            self._play(smp)

    def _play(self, smp: Smp) -> None:
        status, body = self._answer(smp)
        if smp.mode == "slow":
            smp.pause(smp.slow_seconds)
        match smp.mode:
            case "ok" | "slow":
                self._send(status, body)
            case "500":
                self._send(500, b"<h1>Internal Server Error</h1>")
            case "redirect":
                self._send(302, b"", Location=smp.redirect_to)
            case "down":
                self.close_connection = True
            case "hang_up":
                self._head(status, len(body) + 100)
                self.wfile.write(body)
                self.close_connection = True
            case "gzip":
                self._send(status, gzip.compress(body), **{"Content-Encoding": "gzip"})
            case "bomb":
                packed = gzip.compress(body + b" " * 50_000_000)
                self._send(status, packed, **{"Content-Encoding": "gzip"})
            case "flood":
                self._flood(smp, body)
            case "drip":
                self._head(200, len(body))
                self._drip(smp, body)
            case "drip_head":
                self._drip(smp, b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 10_000 + b"\r\n\r\n")

    def _answer(self, smp: Smp) -> tuple[int, bytes]:
        if self.path.startswith("//"):
            return 400, b""
        if "xml" in self.headers.get("Accept", ""):
            return 406, b""
        participant = unquote(self.path.rpartition("/")[2]).removeprefix(_PREFIX)
        group = smp.groups.get(participant)
        return (404, NOT_FOUND.encode()) if group is None else (200, group)

    def _flood(self, smp: Smp, body: bytes) -> None:
        """Send 50 MB of XML that never comes to its end."""
        self._head(200, 50_000_000)
        piece = b"<!-- " + b"x" * 65_526 + b" -->"
        for _ in range(50_000_000 // len(piece)):
            self.wfile.write(piece)
            smp.sent += len(piece)

    def _drip(self, smp: Smp, data: bytes) -> None:
        for byte in data:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            smp.pause(smp.drip_pause)
            if smp._stopping.is_set():
                return

    def _head(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/xml;charset=UTF-8")
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self._head(status, len(body), **headers)
        self.wfile.write(body)
        self.server.smp.sent += len(body)

    def log_message(self, *_line: object) -> None:
        """Say nothing: `requests` holds what was asked."""


def certificate_for(host: str, folder: Path) -> Path:
    """Return a file with a key and a certificate for a host that nobody but itself vouches for."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-keyout", key, "-out", cert, "-subj", f"/CN={host}",
            "-addext", f"subjectAltName=DNS:{host}",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes(key.read_bytes() + cert.read_bytes())
    return both


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8092)
    parser.add_argument("--dns-port", type=int, default=8053)
    parser.add_argument("numbers", nargs="*", help="reg. nos. that receive EHF")
    chosen = parser.parse_args()
    with Network(chosen.port, chosen.dns_port) as network:
        for name, value in network.settings.items():
            print(f"{name}={','.join(value) if isinstance(value, list) else value}")
        for number in chosen.numbers:
            network.register(number)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
