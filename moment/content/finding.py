"""The kind of a file, found in its bytes. Names decide only between one text and another."""

import codecs
import re
from collections.abc import Collection
from typing import IO

import puremagic
from django.utils.translation import gettext as _

from moment.content import kinds
from moment.content.containers import of_ole, of_zip
from moment.content.errors import Refused
from moment.content.kinds import Kind
from moment.content.names import extension

HEAD = 4096
CHUNK = 2**20

# The signatures that decide, by puremagic's word for what they begin: it knows thousands, many of
# two letters that any text may begin with.
_SIGNATURES = {
    ".jpg": kinds.JPEG,
    ".png": kinds.PNG,
    ".gif": kinds.GIF,
    ".webp": kinds.WEBP,
    ".tif": kinds.TIFF,
    ".tiff": kinds.TIFF,
    ".rtf": kinds.RTF,
    ".dwg": kinds.DWG,
    ".mp4": kinds.MP4,
    ".mov": kinds.MOV,
}
_PROGRAMS = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\0asm",
    b"dex\n",
    b"!<arch>",
    b"\xed\xab\xee\xdb",
    b"L\0\0\0\x01\x14\x02\0",  # a shortcut of Windows
)
_SCRIPTS = re.compile(
    rb"#!|<\?php|<\?=|<%|@echo\b|@?setlocal\b|windows registry editor|regedit4|"
    rb"\[internetshortcut\]|\[desktop entry\]|\[autorun\]|on error resume next|"
    rb"%!ps",
    re.IGNORECASE,
)
# As browsers sniff (https://mimesniff.spec.whatwg.org), and some elements more.
_HTML_FIRST = re.compile(
    rb"<(!doctype\s+html|html|head|body|script|iframe|object|embed|meta|link|base|form|img|h[1-6]|"
    rb"div|font|table|a|style|title|b|br|p|frameset|marquee|video|audio|input|details)[\s/>]",
    re.IGNORECASE,
)
_HTML_ANYWHERE = re.compile(
    rb"<(!doctype\s+html|html|head|body|script|iframe)[\s/>]|http://www\.w3\.org/1999/xhtml",
    re.IGNORECASE,
)
# What may stand before the root of an XML document, other than <!DOCTYPE html>.
_PROLOG = re.compile(
    rb"(?:\s*+(?><!--.*?-->|<\?.*?\?>|<!DOCTYPE\s+(?!html)[^\[>]*+(?:\[.*?\])?\s*>))*+\s*+",
    re.IGNORECASE | re.DOTALL,
)
_DXF = re.compile(rb"(?:999[ \t\r]*\n[^\n]*\n[ \t]*)*+0[ \t\r]*\n[ \t]*SECTION\b")
_SVG_ROOT = re.compile(rb"<(\w+:)?svg[\s/>]", re.IGNORECASE)
_MAIL = re.compile(rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+", re.ASCII)
_MAIL_FIELDS = re.compile(rb"^(from|date|received|message-id|mime-version|subject):", re.I | re.M)
_NO_TEXT = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 26, 27})
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def find(file: IO[bytes], size: int, name: str, accept: Collection[str] | None = None) -> Kind:
    """Return the kind of the file, one of those accepted; refuses every other, and says what.

    The name is as sent. Looks into archives; pictures still have to be opened.
    """
    file.seek(0)
    head = file.read(HEAD)
    if _is_program(head):
        raise _not_what_it_says(name, _("a program"))
    kind = _binary(file, size, head)
    if kind is None and _is_text(file):
        kind = _text(head, name)
    if kind is None:
        raise _unheard_of(file)
    if kind not in kinds.accepted(accept):
        if kind.group == kinds.MACROS:
            raise Refused(_("The document holds macros. Save it without them."))
        raise _not_accepted(str(kind.name))
    return kind


def _is_program(head: bytes) -> bool:
    if head.startswith(b"MZ") and head.translate(None, _NO_TEXT) != head:
        return True
    return head.startswith(_PROGRAMS)


def _binary(file: IO[bytes], size: int, head: bytes) -> Kind | None:
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        kind = of_zip(file, size)
        if kind is None:
            raise _not_accepted(_("a program"))
        return kind
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        kind = of_ole(file, size)
        if kind is None:
            raise _unknown()
        return kind
    if head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"%PDF-"):
        return kinds.PDF_FILE
    if head.startswith(b"(DWF V"):
        return kinds.DWF
    if head.startswith((b"II+\0", b"MM\0+")):
        return kinds.TIFF
    if head.startswith(b"AutoCAD Binary DXF\r\n"):
        return kinds.DXF
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0" and len(head) > 26:
        return kinds.BMP
    for match in _matches(file):
        # Only what the file begins with: a mark at its end or middle can stand there by chance.
        if match.offset == 0 or match.byte_match.startswith((b"RIFF", b"ftyp")):
            kind = _SIGNATURES.get(match.extension)
            if kind is kinds.WEBP and head[8:12] != b"WEBP":
                continue
            if kind and len(match.byte_match) >= 3:
                return kind
    return None


def _matches(file: IO[bytes]) -> list[puremagic.PureMagicWithConfidence]:
    file.seek(0)
    try:
        return puremagic.magic_stream(file)
    except (puremagic.PureError, ValueError):
        return []


def _is_text(file: IO[bytes]) -> bool:
    """Tell whether the whole file is text: UTF-8, an old eight-bit set, or marked UTF-16."""
    file.seek(0)
    first = file.read(CHUNK)
    encoding = "utf-16" if first.startswith(_BOMS[1:]) else ""
    decoder = codecs.getincrementaldecoder(encoding)() if encoding else None
    chunk = first
    while chunk:
        if decoder:
            try:
                chunk = decoder.decode(chunk).encode("utf-8")
            except UnicodeError:
                return False
        if len(chunk.translate(None, _NO_TEXT)) != len(chunk):
            return False
        chunk = file.read(CHUNK)
    return True


def _text(head: bytes, name: str) -> Kind:
    """Return which text it is, by how it begins; by its name where any beginning will do."""
    if head.startswith(_BOMS[1:]):
        head = head[: len(head) // 2 * 2].decode("utf-16", "ignore").encode()
    head = head.removeprefix(codecs.BOM_UTF8).lstrip(b"\t\n\f\r ")
    if _SCRIPTS.match(head):
        raise _not_what_it_says(name, _("a script"))
    if _is_mail(head, name):
        return kinds.EML
    if head.startswith(b"<"):
        root = _PROLOG.sub(b"", head, count=1)
        if _SVG_ROOT.match(root):
            return kinds.SVG
        if _HTML_ANYWHERE.search(head) or _HTML_FIRST.match(root):
            raise _not_what_it_says(name, "HTML")
        return kinds.XML
    if _HTML_ANYWHERE.search(head[:1024]):
        raise _not_what_it_says(name, "HTML")
    if head.startswith(b"ISO-10303-21;"):
        return kinds.STEP
    if _DXF.match(head):
        return kinds.DXF
    if head[:15].upper() == b"BEGIN:VCALENDAR":
        return kinds.ICS
    if head[:11].upper() == b"BEGIN:VCARD":
        return kinds.VCF
    ending = extension(name)
    return next((kind for kind in (kinds.CSV, kinds.JSON) if ending in kind.extensions), kinds.TXT)


def _is_mail(head: bytes, name: str) -> bool:
    fields = _MAIL.match(head.replace(b"\r\n", b"\n"))
    if fields is None or extension(name) not in ("eml", ""):
        return False
    return len({field.lower() for field in _MAIL_FIELDS.findall(fields[0])}) >= 2


def _not_what_it_says(name: str, what: str) -> Refused:
    if extension(name) not in kinds.DANGEROUS | {""}:
        return Refused(
            _("The file is called %(name)s but is %(kind)s.") % {"name": name, "kind": what}
        )
    return _not_accepted(what)


def _not_accepted(what: str) -> Refused:
    return Refused(_("Files of this kind are not accepted: %(kind)s.") % {"kind": what})


def _unheard_of(file: IO[bytes]) -> Refused:
    guesses = _matches(file)
    if any(match.extension in (".heic", ".heif", ".avif") for match in guesses):
        return Refused(
            _(
                "HEIC and AVIF pictures are not accepted: they may say where they were taken. "
                "Save the picture as JPEG."
            )
        )
    # The surest is said if it is sure: a long mark that stands for one kind alone.
    marks = [match.byte_match for match in guesses]
    if guesses and guesses[0].name and len(marks[0]) >= 3 and marks.count(marks[0]) == 1:
        return _not_accepted(guesses[0].name)
    return _unknown()


def _unknown() -> Refused:
    return Refused(_("What the file holds is of no kind that is accepted."))
