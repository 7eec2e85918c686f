"""Asking clamd, the virus scanner, where there is one."""

import logging
import socket
import struct
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from moment.content.errors import Refused

logger = logging.getLogger(__name__)
CHUNK = 64 * 1024


def scan(file: IO[bytes]) -> None:
    """Refuse the file when clamd finds a virus in it, or cannot say. Nothing without a clamd."""
    if not settings.CLAMD_ADDRESS:
        return
    try:
        answer = _ask(file)
    except OSError as error:
        logger.error("clamd at %s does not answer: %s", settings.CLAMD_ADDRESS, error)
        answer = ""
    if answer.endswith("FOUND"):
        virus = answer.removeprefix("stream:").removesuffix("FOUND").strip()
        logger.warning("clamd found %s in an uploaded file.", virus)
        raise Refused(
            _("The virus scanner found %(virus)s in the file. It was not kept.") % {"virus": virus}
        )
    if answer == "stream: OK":
        return
    if answer:
        logger.error("clamd at %s could not scan a file: %s", settings.CLAMD_ADDRESS, answer)
    if settings.CLAMD_REQUIRED:
        raise Refused(
            _("The file could not be checked for viruses, so it was not kept. Try again later.")
        )


def _ask(file: IO[bytes]) -> str:
    """Return the answer of clamd to the file (INSTREAM). OSError: there is none."""
    with _connection() as clamd:
        file.seek(0)
        try:
            clamd.sendall(b"zINSTREAM\0")
            while chunk := file.read(CHUNK):
                clamd.sendall(struct.pack(">L", len(chunk)) + chunk)
            clamd.sendall(bytes(4))
        except (BrokenPipeError, ConnectionResetError):
            # It has had enough, and may have said why.
            pass
        answer = b""
        while len(answer) < 4096 and (data := clamd.recv(4096)):
            answer += data
        return answer.strip(b"\0\n ").decode("utf-8", "replace")


def _connection() -> socket.socket:
    address: str = settings.CLAMD_ADDRESS
    if address.startswith("/"):
        clamd = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        clamd.settimeout(settings.CLAMD_TIMEOUT)
        try:
            clamd.connect(address)
        except BaseException:
            clamd.close()
            raise
        return clamd
    host, _colon, port = address.rpartition(":")
    if not port.isdigit():
        raise OSError(f"{address!r} is neither host:port nor the path of a socket")
    return socket.create_connection((host.strip("[]"), int(port)), settings.CLAMD_TIMEOUT)
