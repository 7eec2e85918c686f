"""Giving bytes back: to save, or to look at inside our own pages. Nothing else serves a file."""

import logging
from typing import IO, Any

from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
)
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from moment.content.kinds import PDF, can_preview, kind_of
from moment.content.names import download_name
from moment.models import Content

logger = logging.getLogger(__name__)

BYTES = "application/octet-stream"
# Whatever a browser makes of it, it can load nothing, run nothing, and reach nothing of ours.
LOCKED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
# A browser's own page around a picture is styled inside.
PICTURE = LOCKED.replace("frame-ancestors 'none'", "frame-ancestors 'self'").replace(
    "; sandbox", "; style-src 'unsafe-inline'; sandbox"
)
# Chromium shows no PDF in a sandbox; its viewer is an object on a page styled inside.
DOCUMENT = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)


class _Bytes(FileResponse):
    """A file in pieces of 64 kB, with the headers we give it and none made of where it lies."""

    block_size = 64 * 1024

    def set_headers(self, filelike: Any) -> None:
        pass


def open_content(content: Content) -> IO[bytes]:
    """Return the bytes as an open file, to be closed by whoever asked. OSError: they are gone."""
    return default_storage.open(content.path, "rb")


def download(
    content: Content, file_name: str, *, request: HttpRequest | None = None
) -> HttpResponseBase:
    """Answer the bytes as a file to save. With the request: 304 when the browser has them."""
    kind = kind_of(content.kind)
    return _answer(
        content,
        request,
        {
            "Content-Type": kind.media_type if kind and kind.plain_bytes else BYTES,
            "Content-Disposition": content_disposition_header(True, download_name(file_name, kind)),
            "Content-Security-Policy": LOCKED,
            "X-Frame-Options": "DENY",
        },
    )


def preview(
    content: Content, file_name: str, *, request: HttpRequest | None = None
) -> HttpResponseBase:
    """Answer a picture or PDF to be shown inside our own pages; 404 for every other kind."""
    kind = kind_of(content.kind)
    if kind is None or not can_preview(kind.media_type):
        raise Http404("This kind of file is never shown, only downloaded.")
    return _answer(
        content,
        request,
        {
            "Content-Type": kind.media_type,
            "Content-Disposition": content_disposition_header(
                False, download_name(file_name, kind)
            ),
            "Content-Security-Policy": DOCUMENT if kind.group == PDF else PICTURE,
            "X-Frame-Options": "SAMEORIGIN",
        },
    )


def show_pdf(content: bytes, file_name: str) -> HttpResponse:
    """Answer a PDF that is made anew each time, to be shown inside our own pages."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(False, file_name) or "inline",
            "Content-Security-Policy": DOCUMENT,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
            "Cache-Control": "private, no-store",
        },
    )


def _answer(
    content: Content, request: HttpRequest | None, headers: dict[str, Any]
) -> HttpResponseBase:
    etag = f'"{content.sha256}"'
    headers |= {
        "ETag": etag,
        # Kept by the browser, asked for anew each time: rights may have been taken away.
        "Cache-Control": "private, no-cache",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if request is not None:
        unchanged = get_conditional_response(request, etag=etag)
        if isinstance(unchanged, HttpResponseNotModified):
            for name, value in headers.items():
                unchanged[name] = value
            return unchanged
    try:
        file = open_content(content)
    except OSError as error:
        logger.exception("The bytes of content %s are gone from %s.", content.pk, content.path)
        raise Http404("The file is gone from the storage.") from error
    response = _Bytes(file, headers=headers)
    response["Content-Length"] = str(content.size)
    return response
