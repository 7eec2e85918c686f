"""From what a browser sends to a content that is kept."""

import logging
from collections.abc import Collection
from typing import IO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from moment.content import kinds
from moment.content.errors import Refused, empty, not_written, too_large
from moment.content.finding import find
from moment.content.keeping import keep
from moment.content.names import check_name, clean_name
from moment.content.pictures import clean, is_picture
from moment.content.svg import check_svg
from moment.content.uploads import NotTaken
from moment.content.virus import scan
from moment.models import Content

logger = logging.getLogger(__name__)


def receive(upload: UploadedFile, *, accept: Collection[str] | None = None) -> Content:
    """Return what the upload holds, checked, cleaned and kept.

    `accept`: media types to narrow the settings' kinds to. Raises Refused, whose text is for the
    person who sent it. Slow, and so never inside a transaction: RuntimeError. Whoever calls makes
    a row that refers to the content, or it is removed some time later.
    """
    if isinstance(upload, NotTaken):
        raise Refused(upload.reason)
    size = upload.size or 0
    if size == 0:
        raise empty()
    if size > settings.FILES_MAX_SIZE:
        raise too_large(size)
    file: IO[bytes] = upload.file  # type: ignore[assignment]
    name = clean_name(upload.name or "")
    kind = find(file, size, name, accept)
    check_name(name, kind.media_type)
    if kind is kinds.SVG:
        check_svg(file, size)
    if not is_picture(kind):
        return _scan_and_keep(file, kind)
    try:
        cleaned = clean(file, size, kind)
    except OSError as error:
        logger.exception("A picture could not be written to a temporary file.")
        raise not_written(error) from error
    try:
        return _scan_and_keep(cleaned, kind)
    finally:
        if cleaned is not file:
            cleaned.close()


def _scan_and_keep(file: IO[bytes], kind: kinds.Kind) -> Content:
    scan(file)
    return keep(file, kind.media_type)
