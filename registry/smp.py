"""What a Peppol participant receives, fetched from its SMP, whose address comes from outsiders.

Hence the care: https on port 443 alone, certificates verified, no redirects, public addresses
alone and the very ones that were looked at, an answer of at most 1 MiB within a time limit, XML
without DTD. Peppol SMP specification 1.4.
"""

import http.client
import io
import ipaddress
import re
import socket
import ssl
import time
import zlib
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import cast
from urllib.parse import quote, unquote, urlsplit

import certifi
from django.conf import settings
from lxml import etree

from registry import sml
from registry.brreg.wire import user_agent
from registry.sml import Unanswered

CONNECT_LIMIT = 3.0  # seconds, the TLS handshake included
READ_LIMIT = 5.0  # seconds without a byte
BODY_LIMIT = 1024 * 1024  # bytes, packed or unpacked; a participant with 20 kinds takes 6 kB
HTTPS, HTTP = 443, 80

_NAMESPACE = "{http://busdox.org/serviceMetadata/publishing/1.0/}"
_REFERENCES = f"{_NAMESPACE}ServiceMetadataReferenceCollection/{_NAMESPACE}ServiceMetadataReference"
_IPV6_INTERNET = ipaddress.IPv6Network("2000::/3")


@dataclass(frozen=True)
class Publisher:
    """An SMP that we may ask."""

    host: str
    port: int
    path: str  # without the slash at its end
    tls: bool = True
    for_tests: bool = False

    @property
    def name(self) -> str:
        """Return the host, with the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (HTTPS if self.tls else HTTP) else f"{host}:{self.port}"


def publisher(url: str) -> Publisher:
    """Return the SMP at this address. Raises Unanswered where it is not one we may ask."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise Unanswered("the SMP's address makes no sense") from error
    if not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*", host) or "@" in parts.netloc:
        raise Unanswered("the SMP's address names no mere host")
    if parts.query or parts.fragment:
        raise Unanswered("the SMP's address is not that of a folder")
    tls = parts.scheme == "https"
    found = Publisher(host, port or (HTTPS if tls else HTTP), parts.path.rstrip("/"), tls)
    if _is_for_tests(found):
        return Publisher(found.host, found.port, found.path, tls, for_tests=True)
    if not tls or found.port != HTTPS:
        raise Unanswered(f"{host} is not offered over https on port 443"[:200])
    return found


def documents(found: Publisher, scheme: str, identifier: str, end: float) -> set[str] | None:
    """Return the identifiers of the document types that the participant receives.

    None: this SMP does not know the participant. Raises Unanswered.
    """
    participant = quote(f"iso6523-actorid-upis::{scheme}:{identifier}", safe="")
    status, body = _fetch(found, f"{found.path}/{participant}", end)
    # The status first: what comes with a 404 need not be XML at all.
    if status == 404:
        return None
    if status != 200:
        raise Unanswered(f"{found.name} answers {status}")
    return _document_types(body, found)


def _is_for_tests(found: Publisher) -> bool:
    """Tell whether the settings name this host, bare or with its port, as one of the tests'."""
    names = {found.host, f"{found.host}:{found.port}", found.name}
    return bool(settings.DEBUG and names & set(settings.PEPPOL_TEST_HOSTS))


# Where to connect


def _addresses(found: Publisher, end: float) -> list[str]:
    """Return the addresses to connect to. Raises Unanswered if any of them is not public."""
    try:
        known = [str(ipaddress.ip_address(found.host))]
    except ValueError:
        local = found.for_tests and found.host == "localhost"
        known = ["127.0.0.1"] if local else sml.addresses(found.host, end)
    for address in known:
        if found.for_tests:
            allowed = ipaddress.ip_address(address).is_loopback
        else:
            allowed = is_public(address)
        if not allowed:
            raise Unanswered(f"{found.host} has the address {address}, where we do not go")
    return known


def is_public(text: str) -> bool:
    """Tell whether this is an address of the internet: none of a private, local or special kind.

    IPv6 addresses with an IPv4 one inside lead to wherever that leads, so they do not count.
    """
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.sixtofour or address.teredo
        return address in _IPV6_INTERNET and address.is_global and not embedded
    return address.is_global and not address.is_multicast and not address.is_reserved


# One question over HTTP


def _fetch(found: Publisher, path: str, end: float) -> tuple[int, bytes]:
    """Return status and body of a GET. Raises Unanswered."""
    known = _addresses(found, end)
    try:
        with closing(_connection(found, known, end)) as connection:
            return _question(connection, found, path, end)
    except TimeoutError as error:
        raise Unanswered(f"no answer from {found.name} in time") from error
    except ssl.SSLCertVerificationError as error:
        raise Unanswered(f"{found.name}: {error.verify_message}") from error
    except (OSError, http.client.HTTPException, zlib.error) as error:
        raise Unanswered(f"no answer from {found.name}: {type(error).__name__}") from error


def _connection(found: Publisher, known: list[str], end: float) -> socket.socket:
    """Return a connection to the first of the addresses that takes one, its certificate checked.

    To the addresses themselves: asked for the name once more, the DNS might say something else.
    """
    failure: OSError | None = None
    for address in known:
        try:
            sock = socket.create_connection((address, found.port), _left(end, CONNECT_LIMIT))
        except OSError as error:
            failure = error
            continue
        if not found.tls:
            return sock
        try:
            sock.settimeout(_left(end, CONNECT_LIMIT))
            return _trust().wrap_socket(sock, server_hostname=found.host)
        except BaseException:
            sock.close()
            raise
    raise failure or OSError("no address")


@cache
def _trust() -> ssl.SSLContext:
    """Return what certificates are checked against: this machine's authorities and Mozilla's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _question(sock: socket.socket, found: Publisher, path: str, end: float) -> tuple[int, bytes]:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {found.name}",
        f"User-Agent: {user_agent()}",
        # No Accept: some SMPs answer 406 to those who ask for XML.
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    sock.settimeout(_left(end, READ_LIMIT))
    sock.sendall("\r\n".join([*lines, "", ""]).encode("latin-1", errors="replace"))
    reader = cast(socket.socket, _Reader(sock, end))
    with closing(http.client.HTTPResponse(reader, method="GET")) as response:
        response.begin()
        if response.status != 200:
            return response.status, b""
        return response.status, _body(response, found)


def _body(response: http.client.HTTPResponse, found: Publisher) -> bytes:
    body = bytearray()
    while piece := response.read1(65_536):
        body += piece
        if len(body) > BODY_LIMIT:
            raise Unanswered(f"{found.name} answers with more than 1 MiB")
    match response.headers.get("Content-Encoding", "identity").strip().lower():
        case "identity" | "":
            return bytes(body)
        case "gzip" | "x-gzip" | "deflate":
            unpacked = zlib.decompressobj(wbits=47).decompress(body, BODY_LIMIT + 1)
            if len(unpacked) > BODY_LIMIT:
                raise Unanswered(f"{found.name} answers with more than 1 MiB, unpacked")
            return unpacked
        case _:
            raise Unanswered(f"{found.name} packs its answer in a way we did not ask for")


def _left(end: float, most: float) -> float:
    left = min(end - time.monotonic(), most)
    if left <= 0:
        raise TimeoutError
    return left


class _Reader(io.RawIOBase):
    """A socket to read from until `end`: a time-out alone starts anew with every byte."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock, self._end = sock, end

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return a file for http.client, which asks for it in this way."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._sock.settimeout(_left(self._end, READ_LIMIT))
        return self._sock.recv_into(buffer)


# What it says


def _document_types(body: bytes, found: Publisher) -> set[str]:
    """Return the identifiers in a ServiceGroup: the last part of each reference's address.

    The prefixes of namespaces differ between SMPs. UTF-8 is the rule, and by insisting on it a DTD
    shows before anything is parsed.
    """
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Unanswered(f"{found.name} answers with a DTD")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        group = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unanswered(f"{found.name} answers with something else than XML") from error
    if group.tag != f"{_NAMESPACE}ServiceGroup" or group.getroottree().docinfo.doctype:
        raise Unanswered(f"{found.name} answers with something else than a ServiceGroup")
    references = (reference.get("href", "") for reference in group.iterfind(_REFERENCES))
    return {unquote(href.rpartition("/")[2]) for href in references}
