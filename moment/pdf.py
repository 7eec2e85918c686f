"""PDF documents, set by typst from templates in `templates/pdf`."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import font_roboto
import typst
from django.conf import settings
from django.utils import timezone

FOLDER = Path(settings.BASE_DIR) / "templates" / "pdf"
_COMMON = FOLDER / "common.typ"
# For the archive: what it needs to look the same for ever is inside.
_STANDARD = "a-2b"
_FILE_NAME = re.compile(r"[a-z][a-z0-9_]*")
# What no font shows: control characters but line breaks, halves of characters, noncharacters.
_NOT_TEXT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_BREAKS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
# Words that a column may be too narrow for, such as addresses, can be broken here.
_LONG_WORD = re.compile(r"(\S{24})(?=\S{8})")


class Unprintable(Exception):
    """What was given cannot be printed, such as a picture that is none."""


def pdf(template: str, data: Mapping[str, Any], files: Mapping[str, bytes] = {}) -> bytes:
    """Return the PDF that a template of `templates/pdf` makes of the data.

    Data go in as JSON, so that no text is ever read as markup. The template finds the pictures in
    `files` as `/<name>` of the same names; they are PNG or JPEG. Only Moment's own fonts are used,
    so the result is the same on every machine. It is PDF/A-2b, or an ordinary PDF where that cannot
    be: a text has characters that these fonts lack, which are shown as boxes, or a picture has the
    colours of a printing press. Raises Unprintable.
    """
    source = _source(template)
    inputs = {"data": json.dumps(_printable(data))}
    with TemporaryDirectory(prefix="moment-pdf-") as folder:
        for name, content in files.items():
            if not _FILE_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name for a file in a template")
            (Path(folder) / name).write_bytes(content)
        try:
            return _compiled(source, folder, inputs, _STANDARD)
        except typst.TypstError as error:
            if not error.message.startswith("PDF/A"):
                raise Unprintable(error.message) from error
        try:
            return _compiled(source, folder, inputs, None)
        except typst.TypstError as error:
            raise Unprintable(error.message) from error


def _compiled(source: bytes, folder: str, inputs: dict[str, str], standard: str | None) -> bytes:
    # Its types would have the source and the folder be of one kind.
    options: dict[str, Any] = {"root": folder, "pdf_standards": standard or []}
    return typst.compile(
        source,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs=inputs,
        timestamp=timezone.now().replace(microsecond=0),
        **options,
    )


@cache
def _fonts() -> typst.Fonts:
    """Return Roboto, and typst's own for what Roboto lacks. Reading them takes a while, once."""
    folder = Path(font_roboto.Roboto).parent
    return typst.Fonts(include_system_fonts=False, font_paths=[folder])


def _source(template: str) -> bytes:
    """Return a template after what all have in common: from its folder it could import nothing."""
    return _COMMON.read_bytes() + (FOLDER / template).read_bytes()


def _printable(value: Any) -> Any:
    """Return the data with texts that can be set."""
    if isinstance(value, str):  # as most of it is
        return _settable(value)
    if isinstance(value, Mapping):
        return {key: _printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _settable(str(value))


def _settable(text: str) -> str:
    """Return a text without control characters, and its words short enough to be broken."""
    text = _NOT_TEXT.sub("", _LINE_BREAKS.sub("\n", text))
    return _LONG_WORD.sub("\\1\u200b", text) if len(text) > 32 else text
