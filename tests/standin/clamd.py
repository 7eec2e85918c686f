"""A stand-in for clamd, the virus scanner, on loopback: it speaks INSTREAM and knows one virus."""

import socket
import socketserver
import struct
import threading
from pathlib import Path

# The test file of the European Institute for Computer Antivirus Research, in halves, so that no
# scanner finds it here.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Handler(socketserver.BaseRequestHandler):
    server: "Clamd"

    def handle(self) -> None:
        if self._exactly(10) != b"zINSTREAM\0":
            self.request.sendall(b"UNKNOWN COMMAND\0")
            return
        data = b""
        while length := struct.unpack(">L", self._exactly(4))[0]:
            self.server.largest_chunk = max(self.server.largest_chunk, length)
            data += self._exactly(length)
            if len(data) > self.server.stream_max_length:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.scanned.append(data)
        if self.server.silent:
            self.server.silent.wait(10)
        elif self.server.answer is not None:
            self.request.sendall(self.server.answer)
        elif EICAR in data:
            self.request.sendall(b"stream: Eicar-Test-Signature FOUND\0")
        else:
            self.request.sendall(b"stream: OK\0")

    def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            more = self.request.recv(length - len(data))
            if not more:
                raise ConnectionError("whoever asked went away")
            data += more
        return data


class Clamd(socketserver.ThreadingMixIn, socketserver.BaseServer):
    """Keeps what it scanned in `scanned`. `answer` replaces its own; `silent` keeps it waiting."""

    daemon_threads = True

    def _begin(self) -> None:
        self.scanned: list[bytes] = []
        self.answer: bytes | None = None
        self.silent: threading.Event | None = None
        self.stream_max_length = 25 * 2**20
        self.largest_chunk = 0
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: who asks may go away."""

    def stop(self) -> None:
        if self.silent:
            self.silent.set()
        self.shutdown()
        self.server_close()


class ClamdByPort(Clamd, socketserver.TCPServer):
    allow_reuse_address = True

    def __init__(self) -> None:
        socketserver.TCPServer.__init__(self, ("127.0.0.1", 0), _Handler)
        self.address = f"127.0.0.1:{self.server_address[1]}"
        self._begin()


class ClamdBySocket(Clamd, socketserver.UnixStreamServer):
    address_family = socket.AF_UNIX

    def __init__(self, path: Path) -> None:
        socketserver.UnixStreamServer.__init__(self, str(path), _Handler)
        self.address = str(path)
        self._begin()
