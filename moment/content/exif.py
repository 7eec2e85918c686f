"""Where a picture was taken, wiped out of the table of facts that cameras write (Exif).

The table is a TIFF structure, in every kind of picture: a list of entries, some of which point to
further lists. What is wiped is overwritten with zeros where it stands, so that nothing else moves:
orientation, colours, and the picture itself stay bit for bit.
"""

import struct
from typing import IO

GPS = 0x8825
# Lists that may hold a place of their own: Exif, SubIFDs.
_FURTHER = {0x8769, 0x014A}
# Free text and packets in which programs write the place again (XMP, IPTC, Photoshop), and the
# camera maker's own notes, which nobody but the maker can read.
_OPAQUE = {0x02BC, 0x83BB, 0x8649, 0x927C}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SIZES |= {16: 8, 17: 8, 18: 8}
_MOST_LISTS = 5000
_MOST_ENTRIES = 1000


class Broken(Exception):
    """The structure contradicts itself, so that nobody can say what is in it."""


class _Form:
    """How numbers are written: byte order, and the short form or BigTIFF."""

    def __init__(self, head: bytes) -> None:
        order = {b"II": "<", b"MM": ">"}.get(head[:2])
        if order is None or len(head) < 8:
            raise Broken
        version = struct.unpack_from(f"{order}H", head, 2)[0]
        self.big = version == 43
        if version not in (42, 43) or (self.big and len(head) < 16):
            raise Broken
        self.order = order
        self.count = struct.Struct(order + ("Q" if self.big else "H"))
        self.offset = struct.Struct(order + ("Q" if self.big else "L"))
        self.entry = struct.Struct(order + ("HHQ8s" if self.big else "HHL4s"))
        self.first = self.offset.unpack_from(head, 8 if self.big else 4)[0]


def forget_place(file: IO[bytes], size: int) -> None:
    """Wipe the place out of a TIFF structure, in the file itself. Raises Broken."""
    file.seek(0)
    form = _Form(file.read(16))
    waiting, seen = [form.first], set()
    while waiting:
        at = waiting.pop()
        if at == 0 or at in seen:
            continue
        seen.add(at)
        if len(seen) > _MOST_LISTS:
            raise Broken
        waiting += _clean_list(file, size, form, at)


def _clean_list(file: IO[bytes], size: int, form: _Form, at: int) -> list[int]:
    """Wipe what one list says of places, and return where the lists are that it leads to."""
    further = []
    where = at + form.count.size
    for _number in range(_length(file, size, form, at)):
        entry = _read(file, size, where, form.entry.size)
        tag, kind, count, value = form.entry.unpack(entry)
        if tag == GPS:
            _wipe_list(file, size, form, form.offset.unpack(value)[0])
        elif tag in _FURTHER:
            further += _offsets(file, size, form, kind, count, value)
        if tag == GPS or tag in _OPAQUE:
            _wipe_value(file, size, form, kind, count, value)
            # Readers step over the number that follows, which means nothing; the list stays in
            # order, as it has to.
            nothing = form.entry.pack(tag + 1, 1, 1, bytes(form.offset.size))
            _write(file, where, nothing)
        where += form.entry.size
    # What comes last leads to the next list, such as the one of the thumbnail.
    further.append(form.offset.unpack(_read(file, size, where, form.offset.size))[0])
    return further


def _wipe_list(file: IO[bytes], size: int, form: _Form, at: int) -> None:
    where = at + form.count.size
    length = _length(file, size, form, at)
    for _number in range(length):
        _tag, kind, count, value = form.entry.unpack(_read(file, size, where, form.entry.size))
        _wipe_value(file, size, form, kind, count, value)
        where += form.entry.size
    _write(file, at, bytes(form.count.size + length * form.entry.size))


def _wipe_value(
    file: IO[bytes], size: int, form: _Form, kind: int, count: int, value: bytes
) -> None:
    """Wipe a value that stands elsewhere; a short one stands in the entry itself."""
    length = _SIZES.get(kind, 1) * count
    if length <= form.offset.size:
        return
    at = form.offset.unpack(value)[0]
    if at + length > size:
        raise Broken
    while length > 0:
        piece = min(length, 2**20)
        _write(file, at, bytes(piece))
        at, length = at + piece, length - piece


def _offsets(
    file: IO[bytes], size: int, form: _Form, kind: int, count: int, value: bytes
) -> list[int]:
    if count == 1:
        return [form.offset.unpack(value)[0]]
    width = _SIZES.get(kind, 0)
    if width not in (4, 8) or count > _MOST_ENTRIES:
        raise Broken
    if width * count > form.offset.size:
        value = _read(file, size, form.offset.unpack(value)[0], width * count)
    return list(struct.unpack_from(f"{form.order}{count}{'L' if width == 4 else 'Q'}", value))


def _length(file: IO[bytes], size: int, form: _Form, at: int) -> int:
    length: int = form.count.unpack(_read(file, size, at, form.count.size))[0]
    if length > _MOST_ENTRIES:
        raise Broken
    return length


def _read(file: IO[bytes], size: int, at: int, length: int) -> bytes:
    if at + length > size:
        raise Broken
    file.seek(at)
    return file.read(length)


def _write(file: IO[bytes], at: int, data: bytes) -> None:
    file.seek(at)
    file.write(data)
