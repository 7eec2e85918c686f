"""The register's full file of one kind: a bare JSON array, gzipped as a rule, read piece by piece.

Read whole it would take several gigabytes of memory.
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import ijson

_GZIP = b"\x1f\x8b"
_PIECE = 256 * 1024  # bytes


class Unusable(Exception):
    """The file is no whole register. The text says what is wrong with it."""


class Broken(Unusable):
    """It ends too early or its bytes are wrong."""


class NotARegister(Unusable):
    """It holds something else than a register of this kind."""


class Bulk:
    """A full file: iterate over it for its elements, as Python values.

    `size` and `position` are in bytes of the file as it lies on disk, for progress. Raises a kind
    of Unusable where the file turns out to be wrong, which may be as late as its last byte.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.position = 0

    def __iter__(self) -> Iterator[Any]:
        with self.path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            with closing(gzip.GzipFile(fileobj=raw) if packed else raw) as file:
                try:
                    _check_beginning(file)
                    for element in ijson.items(file, "item", use_float=True, buf_size=_PIECE):
                        self.position = raw.tell()
                        yield element
                except EOFError as error:
                    raise Broken(f"{self.path.name} is cut short.") from error
                except (gzip.BadGzipFile, zlib.error) as error:
                    raise Broken(f"{self.path.name} is damaged: {error}") from error
                except ijson.IncompleteJSONError as error:
                    raise Broken(f"{self.path.name} is cut short or no JSON.") from error
                # Whole numbers of thousands of digits and the like.
                except (ijson.JSONError, ValueError, OverflowError) as error:
                    raise Broken(f"{self.path.name} is no JSON.") from error


def _check_beginning(file: IO[bytes] | gzip.GzipFile) -> None:
    """See that an array begins here: the parser would look for rows in an object too."""
    while (byte := file.read(1)).isspace():
        pass
    if byte != b"[":
        what = "is empty" if not byte else "holds no array"
        raise NotARegister(f"The file {what}: the register's full file is a JSON array.")
    file.seek(0)
