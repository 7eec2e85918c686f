"""A name server on loopback, over UDP and TCP, with records and faults to order."""

import socketserver
import struct
import threading
from collections import defaultdict

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer:
    """Answers with `known`, by name and kind. Without records NXDOMAIN, or what `faults` say.

    Faults by name, or "" for all: servfail, refused, silent, cut (over UDP), cut_always.
    """

    def __init__(self, port: int = 0) -> None:
        self.known: dict[str, dict[str, list[str]]] = defaultdict(dict)
        self.faults: dict[str, str] = {}
        self.asked: list[tuple[str, str, str]] = []  # name, kind, udp or tcp
        self._servers: list[socketserver.BaseServer] = []
        self._bind(port)

    def _bind(self, port: int) -> None:
        for _attempt in range(50):  # until a port is free for both
            udp = _UdpServer(("127.0.0.1", port), _UdpHandler)
            self.port = udp.server_address[1]
            try:
                tcp = _TcpServer(("127.0.0.1", self.port), _TcpHandler)
            except OSError:
                udp.server_close()
                continue
            udp.name_server = tcp.name_server = self
            self._servers = [udp, tcp]
            return
        raise OSError("no port is free for both UDP and TCP")

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def add(self, name: str, kind: str, *values: str) -> None:
        self.known[name.lower()][kind] = list(values)

    def questions(self, kind: str) -> int:
        return sum(asked[1] == kind for asked in self.asked)

    def start(self) -> None:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def answer(self, wire: bytes, transport: str) -> bytes | None:
        """Return the answer to a question, None for silence."""
        question = dns.message.from_wire(wire)
        asked = question.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(asked.rdtype)
        self.asked.append((name, kind, transport))
        fault = self.faults.get(name) or self.faults.get("", "")
        response = dns.message.make_response(question, recursion_available=True)
        if fault == "silent":
            return None
        if fault in ("servfail", "refused"):
            response.set_rcode(dns.rcode.from_text(fault))
        elif fault == "cut_always" or (fault == "cut" and transport == "udp"):
            response.flags |= dns.flags.TC
        elif name not in self.known:
            response.set_rcode(dns.rcode.NXDOMAIN)
        else:
            response.answer += self._records(name, kind)
        return response.to_wire()

    def _records(self, name: str, kind: str) -> list[dns.rrset.RRset]:
        own = self.known.get(name, {})
        if alias := own.get("CNAME"):
            found = dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", *alias)
            return [found, *self._records(alias[0].rstrip("."), kind)]
        values = own.get(kind)
        return [dns.rrset.from_text(f"{name}.", 60, "IN", kind, *values)] if values else []


class _UdpServer(socketserver.ThreadingUDPServer):
    name_server: NameServer
    daemon_threads = True


class _TcpServer(socketserver.ThreadingTCPServer):
    name_server: NameServer
    daemon_threads = True
    allow_reuse_address = True


class _UdpHandler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, sock = self.request
        if answer := self.server.name_server.answer(wire, "udp"):
            sock.sendto(answer, self.client_address)


class _TcpHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while length := self.rfile.read(2):
            wire = self.rfile.read(struct.unpack("!H", length)[0])
            if answer := self.server.name_server.answer(wire, "tcp"):
                self.wfile.write(struct.pack("!H", len(answer)) + answer)
