"""Files as they arrive: what will be refused anyway is not written to a disk.

An upload that has to be refused is read to its end all the same, and comes to the view as a
`NotTaken`: browsers show no answer that is sent before they are done.
"""

import logging
import tempfile
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopFutureHandlers
from django.http.multipartparser import MultiPartParser
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from moment.content.errors import not_written, too_large

logger = logging.getLogger(__name__)

# How many times the largest file all files of one form may be together.
TOGETHER = 4


class NotTaken(UploadedFile):
    """In place of a file that was not taken; `reason` says why, to whoever sent it."""

    def __init__(self, name: str, size: int, reason: str) -> None:
        super().__init__(ContentFile(b""), name, "application/octet-stream", size)
        self.reason = reason


class LimitingUploadHandler(FileUploadHandler):
    """Stands first: drops what is too large while it arrives, and whatever strangers send."""

    together = 0
    received = 0
    reason = ""
    parsing = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> Any:
        """Let Django parse it all, and let go of what waits when the network breaks off.

        Django by itself keeps it until somebody collects the garbage.
        """
        if self.parsing or self.request is None:
            return None
        self.parsing, self.together = True, content_length
        handlers = self.request.upload_handlers
        try:
            return MultiPartParser(META, input_data, handlers, encoding).parse()
        except BaseException:
            for handler in handlers:
                handler.upload_interrupted()
            raise

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            raise SkipFile
        most = TOGETHER * settings.FILES_MAX_SIZE
        self.received, self.reason = 0, ""
        if self.together > most:
            self.reason = _("The files are too large together: %(size)s. At most %(most)s.") % {
                "size": filesizeformat(self.together),
                "most": filesizeformat(most),
            }
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        before = self.received
        self.received += len(raw_data)
        if self.reason:
            return None
        if self.received <= settings.FILES_MAX_SIZE:
            return raw_data
        if before <= settings.FILES_MAX_SIZE and self.request is not None:
            # What is written already goes now, not when the rest has arrived.
            for handler in self.request.upload_handlers:
                handler.upload_interrupted()
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        name = self.file_name or ""
        if self.reason:
            return NotTaken(name, self.received, self.reason)
        if self.received > settings.FILES_MAX_SIZE:
            return NotTaken(name, self.received, str(too_large(self.received)))
        return None


class DiskUploadHandler(FileUploadHandler):
    """Stands last, for what is too large for memory; says so when the disk takes no more.

    Its files have no name, so that nothing is left of them however the process ends.
    """

    waiting: UploadedFile | None = None
    error: OSError | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.waiting = self.error = None
        try:
            self.waiting = UploadedFile(
                tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR),  # noqa: SIM115
                self.file_name,
                self.content_type,
                0,
                self.charset,
                self.content_type_extra,
            )
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.waiting is not None:
            try:
                self.waiting.write(raw_data)
            except OSError as error:
                self._give_up(error)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self.waiting is not None:
            try:
                self.waiting.seek(0)  # which writes the last of it
            except OSError as error:
                self._give_up(error)
        if self.error is not None:
            return NotTaken(self.file_name or "", file_size, str(not_written(self.error)))
        complete, self.waiting = self.waiting, None
        if complete is not None:
            complete.size = file_size
        return complete

    def upload_interrupted(self) -> None:
        if self.waiting is not None:
            # There may be no room for what closing would write.
            with suppress(OSError):
                self.waiting.close()
            self.waiting = None

    def _give_up(self, error: OSError) -> None:
        logger.error("An upload could not be written to a temporary file: %s", error)
        self.error = error
        self.upload_interrupted()
