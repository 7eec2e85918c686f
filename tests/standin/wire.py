"""The wire between a browser and the server, which breaks when a test says so."""

import socket
import struct
import threading
from contextlib import suppress
from urllib.parse import urlsplit

CHUNK = 16 * 1024
# Closing so sends a reset, as a cable pulled out looks to both ends in the end.
_RESET = struct.pack("ii", 1, 0)


class Wire:
    """Passes everything on, until `breaks_after` bytes of one connection have gone up."""

    def __init__(self, server_url: str) -> None:
        self._server = (urlsplit(server_url).hostname, urlsplit(server_url).port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._listener.getsockname()[1]}"
        self.breaks_after: int | None = None
        self.broken = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                browser, _address = self._listener.accept()
                server = socket.create_connection(self._server)
                for way in ((browser, server, True), (server, browser, False)):
                    threading.Thread(target=self._pass_on, args=way, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, upwards: bool) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(CHUNK):
                target.sendall(data)
                passed += len(data)
                if upwards and self.breaks_after is not None and passed > self.breaks_after:
                    for end in (source, target):
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                        end.shutdown(socket.SHUT_RDWR)  # wakes whoever waits for it
                        end.close()
                    self.broken.set()
                    return
            target.shutdown(socket.SHUT_WR)
