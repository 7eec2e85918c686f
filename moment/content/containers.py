"""Files made of files: ZIP archives with the office documents in them, and the old OLE form."""

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from moment.content import kinds
from moment.content.errors import Refused
from moment.content.kinds import Kind

# An archive is a bomb when it grows both this much and this many times.
BOMB_SIZE = 200 * 1024**2
BOMB_RATIO = 100
BOMB_TOTAL = 20 * 1024**3
# The list of contents is read into memory: some 100 000 files.
LONGEST_LIST = 8 * 1024**2
# What zipfile and the libraries below it make of nonsense.
_BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_MAIN_PARTS = {
    "word/document.xml": (kinds.DOCX, kinds.DOCM),
    "xl/workbook.xml": (kinds.XLSX, kinds.XLSM),
    "xl/workbook.bin": (kinds.XLSB, kinds.XLSB),
    "ppt/presentation.xml": (kinds.PPTX, kinds.PPTM),
    "visio/document.xml": (kinds.VSDX, None),
}
_OPEN_DOCUMENT = {kind.media_type: kind for kind in (kinds.ODT, kinds.ODS, kinds.ODP, kinds.ODG)}
_TEMPLATES = {
    b"wordprocessingml.template.main+xml": kinds.DOTX,
    b"spreadsheetml.template.main+xml": kinds.XLTX,
    b"presentationml.slideshow.main+xml": kinds.PPSX,
}


def of_zip(file: IO[bytes], size: int) -> Kind | None:
    """Return the kind of a ZIP file; None for a program, such as a JAR.

    Refuses an archive that is broken, a bomb, or holds names that lead out of its own folder.
    """
    if _length_of_list(file, size) > LONGEST_LIST:
        raise Refused(_("The archive holds too many files to be checked."))
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check(members, size)
            return _kind_of(archive, {member.filename for member in members})
    except _BROKEN:
        raise Refused(_("The archive is broken, or not all of it has arrived.")) from None


def _length_of_list(file: IO[bytes], size: int) -> int:
    """Return how many bytes the list of contents says it has."""
    start = max(0, size - _END.size - 2**16)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        return 0
    length = _END.unpack_from(tail, at)[5]
    if at >= _LOCATOR.size:
        signature, _disk, where, _disks = _LOCATOR.unpack_from(tail, at - _LOCATOR.size)
        if signature == b"PK\6\7":
            # Read where zipfile reads it, just before the locator, and where it is said to be.
            for place in (start + at - _LOCATOR.size - _END64.size, where):
                if 0 <= place <= size - _END64.size:
                    file.seek(place)
                    record = _END64.unpack(file.read(_END64.size))
                    if record[0] == b"PK\6\6":
                        length = max(length, record[8])
    return length


def _check(members: list[zipfile.ZipInfo], size: int) -> None:
    total = sum(member.file_size for member in members)
    if total > BOMB_TOTAL or (total > BOMB_SIZE and total > BOMB_RATIO * size):
        raise Refused(_("The archive would grow to a size that no computer needs: a ZIP bomb."))
    for member in members:
        parts = re.split(r"[\\/]", member.filename)
        if ".." in parts or parts[0] == "" or re.match(r"[A-Za-z]:", member.filename):
            raise Refused(_("The archive holds a file that would be written outside its folder."))


def _kind_of(archive: zipfile.ZipFile, names: set[str]) -> Kind | None:
    if "META-INF/MANIFEST.MF" in names and any(name.endswith(".class") for name in names):
        return None
    if "AndroidManifest.xml" in names or "AppxManifest.xml" in names:
        return None
    if "mimetype" in names:
        media_type = _read(archive, "mimetype").decode("ascii", "replace").strip()
        kind = _OPEN_DOCUMENT.get(media_type.removesuffix("-template"))
        if kind:
            if any(name.startswith(("Basic/", "Scripts/")) for name in names):
                raise Refused(_("The document holds macros. Save it without them."))
            return kind
    if "[Content_Types].xml" in names:
        for part, (plain, with_macros) in _MAIN_PARTS.items():
            if part in names:
                if any(name.lower().endswith("vbaproject.bin") for name in names):
                    return with_macros
                types = _read(archive, "[Content_Types].xml")
                return next((kind for mark, kind in _TEMPLATES.items() if mark in types), plain)
    return kinds.ZIP_FILE


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the beginning of a member, however much there is of it."""
    with archive.open(name) as member:
        return member.read(2**20)


# The old form: a file system inside a file.

_STREAMS = {
    "WordDocument": (kinds.DOC, kinds.DOCM),
    "Workbook": (kinds.XLS, kinds.XLSM),
    "Book": (kinds.XLS, kinds.XLSM),
    "PowerPoint Document": (kinds.PPT, kinds.PPTM),
    "VisioDocument": (kinds.VSD, None),
    "EncryptedPackage": (kinds.LOCKED, kinds.LOCKED),
    "__properties_version1.0": (kinds.MSG, kinds.MSG),
}
_MACROS = {"Macros", "_VBA_PROJECT_CUR", "VBA", "_VBA_PROJECT"}
_PROJECT = bytes.fromhex("3a8fb774c8c8d111be1100c04fb6faf1")
# Chains may be circles in a hostile file; 100 000 entries are more than any directory has.
_LARGEST_DIRECTORY = 128 * 100_000


def of_ole(file: IO[bytes], size: int) -> Kind | None:
    """Return the kind of an OLE file; None when it is none we know, such as an installer."""
    try:
        entries = list(_directory(file, size))
    except struct.error:
        raise Refused(_("The document is broken, or not all of it has arrived.")) from None
    names = {name for name, _class_id in entries}
    macros = bool(names & _MACROS)
    for stream, (plain, with_macros) in _STREAMS.items():
        if stream in names:
            return with_macros if macros else plain
    return kinds.MPP if any(class_id == _PROJECT for _name, class_id in entries) else None


def _directory(file: IO[bytes], size: int) -> Iterator[tuple[str, bytes]]:
    """Yield name and class of what the file holds. By [MS-CFB]."""
    file.seek(0)
    header = file.read(512)
    shift, first = struct.unpack_from("<H", header, 30)[0], struct.unpack_from("<L", header, 48)[0]
    if shift not in (9, 12):
        raise struct.error("no such size of sector")
    length = 1 << shift
    table = _table_sectors(file, header, length, size)
    sector, seen = first, 0
    while sector < 0xFFFFFFFA and seen < _LARGEST_DIRECTORY:
        seen += length
        data = _sector(file, sector, length)
        for at in range(0, length, 128):
            characters = struct.unpack_from("<H", data, at + 64)[0]
            if data[at + 66] in (1, 2, 5) and 2 <= characters <= 64:
                name = data[at : at + characters - 2].decode("utf-16-le", "replace")
                yield name, data[at + 80 : at + 96]
        per_sector = length // 4
        if sector // per_sector >= len(table):
            raise struct.error("a chain leaves the table")
        links = _sector(file, table[sector // per_sector], length)
        sector = struct.unpack_from("<L", links, 4 * (sector % per_sector))[0]


def _table_sectors(file: IO[bytes], header: bytes, length: int, size: int) -> list[int]:
    """Return the sectors of the table that says which sector follows which."""
    table = list(struct.unpack_from("<109L", header, 76))
    more = struct.unpack_from("<L", header, 68)[0]
    # More than these would be a table of more than the file.
    most = 109 + size // (length * length // 4) + length // 4
    while more < 0xFFFFFFFA and len(table) < most:
        numbers = struct.unpack(f"<{length // 4}L", _sector(file, more, length))
        table += numbers[:-1]
        more = numbers[-1]
    return [sector for sector in table if sector < 0xFFFFFFFA]


def _sector(file: IO[bytes], sector: int, length: int) -> bytes:
    file.seek((sector + 1) * length)
    data = file.read(length)
    if len(data) < length:
        raise struct.error("the file ends before the sector")
    return data
