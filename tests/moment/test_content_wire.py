"""Uploads to a real server over a real socket: large ones, and those that break off."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client

from moment.models import Content
from tests.moment import samples
from tests.moment.test_content_uploads import held_open
from tests.registry.processes import environment

pytestmark = pytest.mark.django_db(transaction=True)
MB = 2**20
PIECE = os.urandom(MB)


@dataclass
class Server:
    """Moment behind gunicorn, and where it puts things."""

    worker: int  # its process
    port: int
    kept: Path
    waiting: Path
    cookie: str

    def most_memory(self) -> int:
        """Return the most memory the worker ever held, in bytes."""
        status = Path(f"/proc/{self.worker}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    def begin(self, length: int) -> socket.socket:
        """Begin to send a file of so many bytes, and return the open connection."""
        head = (
            b'--edge\r\nContent-Disposition: form-data; name="file"; filename="big.pdf"\r\n'
            b"Content-Type: application/pdf\r\n\r\n"
        )
        token = "t" * 32
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=120)
        connection.sendall(
            f"POST /send/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            f"Cookie: {self.cookie}; csrftoken={token}\r\nX-CSRFToken: {token}\r\n"
            f"Content-Type: multipart/form-data; boundary=edge\r\n"
            f"Content-Length: {len(head) + length + len(END)}\r\n\r\n".encode()
            + head
        )
        return connection


END = b"\r\n--edge--\r\n"


@pytest.fixture
def server(per, tmp_path) -> Iterator[Server]:
    client = Client()
    client.force_login(per)
    kept, waiting = tmp_path / "kept", tmp_path / "waiting"
    waiting.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.standin.upload_server"],
        env=environment() | {"FILES_FOLDER": str(kept), "FILES_TEMP_FOLDER": str(waiting)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        worker, port = map(int, process.stdout.readline().split())
        yield Server(worker, port, kept, waiting, f"sessionid={client.cookies['sessionid'].value}")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def eventually(true: Callable[[], object]) -> None:
    """Wait until it is true, however slow the machine is."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def answer(connection: socket.socket) -> tuple[int, list]:
    text = b""
    while data := connection.recv(65536):
        text += data
    connection.close()
    head, _blank, body = text.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["told"]


def send(server: Server, megabytes: int) -> tuple[int, list]:
    """Send a PDF of so many megabytes that no machine can press together."""
    with server.begin(megabytes * MB) as connection:
        for number in range(megabytes):
            start = samples.PDF if number == 0 else b"%d" % number
            connection.sendall(start + PIECE[len(start) :])
        connection.sendall(END)
        return answer(connection)


def test_200_megabytes_are_received_in_bounded_memory(server):
    assert send(server, 4)[0] == 200  # everything is loaded once
    before = server.most_memory()
    status, told = send(server, 200)
    assert status == 200
    [[_pk, _sha256, size]] = told
    assert size == 200 * MB
    assert server.most_memory() - before < 60 * MB
    assert sorted(path.stat().st_size for path in files(server.kept)) == [4 * MB, 200 * MB]
    assert held_open(server.worker, server.waiting) == []


def test_what_is_too_large_is_answered_in_words_not_cut_off(server):
    status, told = send(server, 260)
    assert status == 422
    assert told[0].replace("\xa0", " ") == "The file is too large: 260.0 MB. At most 250.0 MB."
    assert files(server.kept) == held_open(server.worker, server.waiting) == []


@pytest.mark.parametrize("politely", [True, False])
def test_an_upload_that_breaks_off_leaves_nothing(server, politely):
    connection = server.begin(50 * MB)
    for _number in range(10):
        connection.sendall(samples.PDF + PIECE)
    eventually(lambda: sum(held_open(server.worker, server.waiting)) > 5 * MB)
    if politely:
        connection.shutdown(socket.SHUT_WR)
    else:  # the network is gone
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()
    eventually(lambda: not held_open(server.worker, server.waiting))
    assert files(server.waiting) == files(server.kept) == []
    assert send(server, 3)[0] == 200
    assert Content.objects.count() == 1
    assert len(files(server.kept)) == 1


def test_a_server_that_is_killed_leaves_nothing(server):
    with server.begin(50 * MB) as connection:
        for _number in range(10):
            connection.sendall(samples.PDF + PIECE)
        eventually(lambda: sum(held_open(server.worker, server.waiting)) > 5 * MB)
        os.kill(server.worker, signal.SIGKILL)
    eventually(lambda: not Path(f"/proc/{server.worker}/fd").exists())
    assert files(server.waiting) == files(server.kept) == []
