"""Rows of text or of a spreadsheet, as people paste and send them."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL

_ZIP, _UTF16 = b"PK\x03\x04", (b"\xff\xfe", b"\xfe\xff")
_MOST_UNPACKED = 30_000_000  # bytes
_MOST_CELLS = 250  # of a row
_MOST_ROWS = 20_000  # that are read of a spreadsheet
_LAST_ROW = 2**20  # that a spreadsheet can have
_LONGEST_NUMBER = 15
_WRITTEN = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})\Z", re.ASCII)
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?\Z", re.ASCII
)


# What spreadsheets write in English and in Norwegian.
_ERRORS = frozenset(
    {
        "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!",
        "#I/T", "#VERDI!", "#NAVN?",
    }
)  # fmt: skip


class ErrorValue(str):
    """What a spreadsheet shows in a cell that it could not work out, such as #N/A."""

    @property
    def problem(self) -> str:
        words = _("%(error)s is an error in the spreadsheet, not a value.")
        return words % {"error": str(self)}


class NotReadable(Exception):
    """The file holds no rows that can be read; the text says why."""


def text_of(data: bytes) -> str:
    """Return the rows of a file as text: CSV in UTF-8 or Latin-1, or the first sheet of an XLSX.

    Raises NotReadable.
    """
    if data.startswith(_ZIP):
        return _sheet_text(data)
    if data.startswith(_UTF16):
        with suppress(UnicodeDecodeError):
            return data.decode("utf-16")
    if b"\0" in data:
        raise NotReadable(_("This is neither a CSV nor an XLSX file."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def rows_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a text that are not empty, each with the line on which it begins.

    Separated by tabs, else semicolons, else commas, whichever the first line has. Raises
    NotReadable.
    """
    # What else ends lines for Python, as text from a word processor has it, is within a cell.
    lines = list(io.StringIO(text.lstrip("\ufeff"), newline=""))
    first = next((line for line in lines if line.strip()), "")
    separator = next((one for one in "\t;" if one in first), ",")
    # A line more, which is a row of its own unless a quotation mark before it was never closed.
    reader = csv.reader([*lines, ""], delimiter=separator)
    begins = 1
    try:
        for row in reader:
            if row and reader.line_num > len(lines):
                swallowed = sum(1 for _line in io.StringIO(row[-1], newline="")) or 1
                raise _unclosed(len(lines) - swallowed + 1)
            cells = [_told_apart(cell.strip()) for cell in row[:_MOST_CELLS]]
            if any(cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        raise _unclosed(begins) from None


def read_day(text: str) -> date:
    """Return the day written as 2026-11-02, 2.11.2026, 02.11.26 or 2/11/2026.

    Raises ValueError for anything else.
    """
    if iso := _ISO.match(text):
        year, month, day = map(int, iso.groups())
        return date(year, month, day)
    if written := _WRITTEN.match(text):
        day, month, year = map(int, written.groups())
        return date(year + 2000 if year < 100 else year, month, day)
    raise ValueError(f"not a day: {text!r}")


def table_of(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV or XLSX file that are not empty, each with where it stands there.

    That is the line on which it begins, of a spreadsheet the number of its row. Line breaks within
    a cell stay. Raises NotReadable.
    """
    if not data.startswith(_ZIP):
        yield from rows_of(text_of(data))
        return
    for number, cells in enumerate(_sheet_rows(data), start=1):
        if any(cells):
            yield number, cells


def _told_apart(cell: str) -> str:
    return ErrorValue(cell) if cell in _ERRORS else cell


def _unclosed(line: int) -> NotReadable:
    return NotReadable(
        _("Line %(line)s cannot be read: is a quotation mark missing?") % {"line": line}
    )


def _sheet_text(data: bytes) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    for cells in _sheet_rows(data):
        writer.writerow([" ".join(cell.split()) for cell in cells])
    return "\n".join(line.rstrip("\t") for line in out.getvalue().splitlines())


def _sheet_rows(data: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MOST_UNPACKED:
                raise NotReadable(_("The file is too large."))
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=_LAST_ROW, max_col=_MOST_CELLS)
        for number, row in enumerate(rows, start=1):
            if number <= _MOST_ROWS:
                yield [_cell_text(cell) for cell in row]
            elif any(_cell_text(cell) for cell in row if cell is not EMPTY_CELL):
                words = _("The sheet goes on below row %(most)s. Delete empty rows, or split it.")
                raise NotReadable(words % {"most": _MOST_ROWS})
    except NotReadable:
        raise
    except Exception:  # whatever the libraries below make of nonsense
        raise NotReadable(_("This is no XLSX file that can be read.")) from None


def _cell_text(cell: Any) -> str:
    """Return what a cell of a spreadsheet says, as ErrorValue where it is one."""
    text = _text(cell.value)
    return ErrorValue(text) if text and cell.data_type == "e" else text


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case time():
            return f"{value.hour}:{value.minute:02}"
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02}"
        case float():
            # As many digits as it has: a reg. no. is a number too.
            within = abs(value) < 10**_LONGEST_NUMBER
            return f"{round(value, 4):.{_LONGEST_NUMBER}g}" if within else str(value)
        case int():
            return str(value)
    lines = (" ".join(line.split()) for line in str(value).splitlines())
    return "\n".join(line for line in lines if line)
