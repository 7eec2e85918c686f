"""Pictures: opened to see that they are whole and of a reasonable size, and freed of their place.

The picture itself is not written anew: only what is said beside it is left out. Kept are what it
looks like by (orientation, colour profile, resolution) and the plain facts of the camera; left out
are GPS, XMP, IPTC, comments, makers' notes, and whatever stands behind the end of the picture.
What a survey map says of the ground it shows (GeoTIFF) is its content, and stays.
"""

import struct
import tempfile
import warnings
import zlib
from collections.abc import Callable
from io import BytesIO
from shutil import copyfileobj
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from moment.content import kinds
from moment.content.errors import Refused
from moment.content.exif import Broken, forget_place
from moment.content.kinds import Kind

# What Pillow wonders at is refused or harmless, and our own limit stands beside its.
warnings.filterwarnings("ignore", module=r"PIL\.")
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)

_FORMATS = {
    kinds.JPEG: "JPEG",
    kinds.PNG: "PNG",
    kinds.GIF: "GIF",
    kinds.WEBP: "WEBP",
    kinds.TIFF: "TIFF",
    kinds.BMP: "BMP",
}
# What Pillow and the libraries below it make of nonsense.
_BROKEN = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
CHUNK = 2**20
# Above this, what is said beside a picture is no longer about the picture.
LARGEST_EXIF = 2**20
_PNG = b"\x89PNG\r\n\x1a\n"
# Of PNG and APNG: the picture, its colours and size. Not text, nor what some program calls its own.
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT tIME "
    b"acTL fcTL fdAT".split()
)


def is_picture(kind: Kind) -> bool:
    return kind in _FORMATS


def clean(file: IO[bytes], size: int, kind: Kind) -> IO[bytes]:
    """Return the picture without its place: a temporary file, or `file` where there is none.

    Refuses what is no picture of this kind, broken, cut off, or too large to be opened.
    """
    cleaners: dict[Kind, Callable[[IO[bytes], IO[bytes], int], None]] = {
        kinds.JPEG: _jpeg,
        kinds.PNG: _png,
        kinds.WEBP: _webp,
        kinds.TIFF: _tiff,
    }
    _open(file, kind)
    if kind not in cleaners:
        return file
    cleaned = temporary_file()
    try:
        cleaners[kind](file, cleaned, size)
    except (Broken, struct.error):
        cleaned.close()
        raise _broken() from None
    except BaseException:
        cleaned.close()
        raise
    return cleaned


def temporary_file() -> IO[bytes]:
    """Return a file that is in memory while small, and gone when it is closed."""
    return tempfile.SpooledTemporaryFile(
        max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE, dir=settings.FILE_UPLOAD_TEMP_DIR
    )


def _open(file: IO[bytes], kind: Kind) -> None:
    """Open the picture as browsers will, down to its last row."""
    file.seek(0)
    try:
        with Image.open(file, formats=[_FORMATS[kind]]) as picture:
            if picture.width * picture.height > settings.FILES_MAX_PIXELS:
                raise _too_many(picture.width, picture.height)
            # JPEG can be opened at an eighth: all of it is read, little is held.
            picture.draft(None, (picture.width // 8, picture.height // 8))
            picture.load()
    except Image.DecompressionBombError:
        raise _too_many(0, 0) from None
    except _BROKEN:
        raise _broken() from None


def _too_many(width: int, height: int) -> Refused:
    if not width:
        return Refused(_("The picture is too large to be opened."))
    return Refused(
        _("The picture is too large: %(width)s × %(height)s pixels. At most %(most)s million.")
        % {"width": width, "height": height, "most": round(settings.FILES_MAX_PIXELS / 1e6)}
    )


def _broken() -> Refused:
    return Refused(_("The picture is broken, or not all of it has arrived."))


def _exif(data: bytes) -> bytes:
    """Return a table of Exif without the place; empty when nobody can read it."""
    if len(data) > LARGEST_EXIF:
        return b""
    table = BytesIO(data)
    try:
        forget_place(table, len(data))
    except Broken:
        return b""
    return table.getvalue()


def _jpeg(file: IO[bytes], out: IO[bytes], size: int) -> None:
    """Copy the segments that show the picture, and nothing behind its end."""
    file.seek(2)
    out.write(b"\xff\xd8")
    while True:
        marker = _jpeg_marker(file)
        if marker == 0xD9:
            out.write(b"\xff\xd9")
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            out.write(bytes([0xFF, marker]))
            continue
        length = struct.unpack(">H", _exactly(file, 2))[0]
        if length < 2:
            raise Broken
        data = _exactly(file, length - 2)
        kept = _jpeg_segment(marker, data)
        if kept is not None:
            out.write(bytes([0xFF, marker]) + struct.pack(">H", len(kept) + 2) + kept)
        if marker == 0xDA:
            _jpeg_scan(file, out)


def _jpeg_marker(file: IO[bytes]) -> int:
    if _exactly(file, 1) != b"\xff":
        raise Broken
    marker = b"\xff"
    while marker == b"\xff":
        marker = _exactly(file, 1)
    return marker[0]


def _jpeg_segment(marker: int, data: bytes) -> bytes | None:
    if marker == 0xE1 and data.startswith(b"Exif\0"):
        exif = _exif(data[6:])
        return data[:6] + exif if exif else None
    if marker == 0xE2:
        return data if data.startswith(b"ICC_PROFILE\0") else None
    if marker == 0xE0:
        return data if data.startswith(b"JFIF\0") else None
    if marker == 0xEE:
        return data if data.startswith(b"Adobe") else None
    if 0xE0 <= marker <= 0xEF or marker == 0xFE:
        return None
    return data


def _jpeg_scan(file: IO[bytes], out: IO[bytes]) -> None:
    """Copy one scan up to the marker that ends it, and leave the file standing before it."""
    while chunk := file.read(CHUNK):
        at = 0
        while (at := chunk.find(b"\xff", at)) >= 0:
            if at + 1 == len(chunk):
                more = file.read(1)
                if not more:
                    raise Broken
                chunk += more
            following = chunk[at + 1]
            if following == 0xFF:  # filling
                at += 1
                continue
            if following != 0 and not 0xD0 <= following <= 0xD7:
                out.write(chunk[:at])
                file.seek(at - len(chunk), 1)
                return
            at += 2
        out.write(chunk)
    raise Broken


def _png(file: IO[bytes], out: IO[bytes], size: int) -> None:
    """Copy the chunks that show the picture; those with text can say anything."""
    file.seek(0)
    if _exactly(file, 8) != _PNG:
        raise Broken
    out.write(_PNG)
    name = b""
    while name != b"IEND":
        length, name = struct.unpack(">L4s", _exactly(file, 8))
        if name == b"eXIf" and length <= LARGEST_EXIF:
            exif = _exif(_exactly(file, length))
            _exactly(file, 4)
            if exif:
                check = zlib.crc32(name + exif)
                out.write(struct.pack(">L4s", len(exif), name) + exif + struct.pack(">L", check))
        elif name in _PNG_KEPT:
            out.write(struct.pack(">L4s", length, name))
            _copy(file, out, length + 4)
        else:
            _skip(file, length + 4, size)


def _webp(file: IO[bytes], out: IO[bytes], size: int) -> None:
    """Copy the chunks that show the picture, then say anew how long they are together."""
    file.seek(0)
    head = _exactly(file, 12)
    end = 8 + struct.unpack_from("<L", head, 4)[0]
    if end > size or head[8:] != b"WEBP":
        raise Broken
    out.write(head)
    while file.tell() + 8 <= end:
        name, length = struct.unpack("<4sL", _exactly(file, 8))
        padded = length + length % 2
        if name == b"VP8X" and length == 10:
            # XMP goes; whether Exif stays, what follows will tell.
            data = bytearray(_exactly(file, padded))
            data[0] &= ~0x04
            out.write(struct.pack("<4sL", name, length) + data)
        elif name == b"EXIF" and length <= LARGEST_EXIF:
            data = bytearray(_exactly(file, padded))[:length]
            prefix = b"Exif\0\0" if data.startswith(b"Exif\0\0") else b""
            exif = prefix + _exif(bytes(data[len(prefix) :]))
            out.write(struct.pack("<4sL", name, len(exif)) + exif + b"\0" * (len(exif) % 2))
        elif name in (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"):
            out.write(struct.pack("<4sL", name, length))
            _copy(file, out, padded)
        else:
            _skip(file, padded, size)
    total = out.tell()
    out.seek(4)
    out.write(struct.pack("<L", total - 8))
    out.seek(0, 2)


def _tiff(file: IO[bytes], out: IO[bytes], size: int) -> None:
    file.seek(0)
    copyfileobj(file, out, CHUNK)
    forget_place(out, size)


def _exactly(file: IO[bytes], length: int) -> bytes:
    data = file.read(length)
    if len(data) < length:
        raise Broken
    return data


def _skip(file: IO[bytes], length: int, size: int) -> None:
    if file.tell() + length > size:
        raise Broken
    file.seek(length, 1)


def _copy(file: IO[bytes], out: IO[bytes], length: int) -> None:
    while length > 0:
        data = _exactly(file, min(length, CHUNK))
        out.write(data)
        length -= len(data)
