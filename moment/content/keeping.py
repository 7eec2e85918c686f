"""Keeping bytes: once each, under their hash, with nothing partial left behind.

The bytes are written before the row that speaks of them and removed after it is gone, and each
writing has a path of its own. So whatever is interrupted, no row is without its bytes; what may be
left over is bytes without a row, and the sweep finds them.
"""

import hashlib
import logging
import os
import secrets
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from moment.content.errors import not_written
from moment.models import Content
from moment.turns import in_turn

logger = logging.getLogger(__name__)

CHUNK = 2**20


def keep(file: IO[bytes], media_type: str) -> Content:
    """Return the row for these bytes, which are in the storage when it returns.

    Whoever refers to it must do so soon: until then it counts as unused. Raises Refused when
    there is no room, or the storage is away; RuntimeError inside a transaction.
    """
    sha256, size = _hash(file)
    if content := _kept_already(sha256):
        return content
    path = f"{sha256[:2]}/{sha256[2:4]}/{sha256}-{secrets.token_hex(4)}"
    _write(file, path)
    try:
        content = _row(Content(sha256=sha256, size=size, kind=media_type, path=path))
    except BaseException:
        remove(path)
        raise
    if content.path != path:  # somebody else sent the same meanwhile
        remove(path)
    return content


def _hash(file: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _kept_already(sha256: str) -> Content | None:
    """Return the row of the same bytes, fresh again, so that no sweep takes it now."""
    with in_turn(), transaction.atomic(durable=True):
        # Not the key, which rows that refer to it hold until their own end.
        rows = Content.objects.select_for_update(no_key=True)
        content = rows.filter(sha256=sha256).first()
        if content:
            content.unused_since = timezone.now()
            content.save(update_fields=["unused_since"])
        return content


def _row(content: Content) -> Content:
    """Return the row just made, or that of whoever was first."""
    while True:
        if kept := _kept_already(content.sha256):
            return kept
        content.unused_since = timezone.now()
        try:
            with in_turn(), transaction.atomic(durable=True):
                content.save(force_insert=True)
                return content
        except IntegrityError:
            content.pk = None


def _write(file: IO[bytes], path: str) -> None:
    file.seek(0)
    try:
        written = default_storage.save(path, File(file, name=path))
        _to_disk(written)
    except BaseException as error:
        remove(path)
        if not isinstance(error, Exception):
            raise
        # A storage raises what it likes: OSError the disk, others' own those over the network.
        logger.exception("A file could not be written to the storage as %s.", path)
        raise not_written(error) from error
    if written != path:  # taken, which chance all but excludes
        remove(written)
        raise RuntimeError(f"the storage keeps {path} under another name")


def _to_disk(path: str) -> None:
    """Wait until the bytes are on the disk itself, as their row will be, where that is ours."""
    try:
        where = default_storage.path(path)
    except NotImplementedError:
        return
    with open(where, "rb") as kept:
        os.fsync(kept.fileno())


def remove(path: str) -> None:
    """Remove bytes that no row speaks of. What cannot be removed now, the sweep finds."""
    try:
        default_storage.delete(path)
    except Exception:
        logger.exception("%s could not be removed from the storage.", path)
