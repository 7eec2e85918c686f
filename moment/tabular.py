"""Spreadsheets to download, as people expect them: text stays text, dates are dates."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DAY, _MOMENT, _CENTS = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "#,##0.00"
# What a spreadsheet would take for a formula, here or after a detour by CSV, or for an error.
_NOT_PLAIN = ("=", "+", "-", "@", "#", "\t", "\r", "\n")
_LONGEST_TEXT = 32_767  # characters that a cell holds
# What XML has no place for.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")
_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True)
class Column:
    heading: str
    width: int  # in characters


def xlsx(sheet_name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """Return a temporary file with one sheet, ready to be read from its start.

    Rows are taken one by one and go to the disk, so that memory stays the same however many come.
    Moments are shown as of the company's time zone, without it: spreadsheets know none.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_NOT_IN_SHEET_NAMES.sub(" ", sheet_name)[:31])
    # All that is about the sheet as a whole must be said before its first row.
    sheet.freeze_panes = "A2"
    for n, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(n)].width = column.width
    sheet.append([_heading(sheet, column.heading) for column in columns])
    length = 1
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
        length += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{length}"
    file = TemporaryFile()  # noqa: SIM115  whoever reads it closes it
    try:
        book.save(file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def xlsx_response(
    file_name: str, sheet_name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]
) -> FileResponse:
    """Answer a spreadsheet to be saved under this name, whatever characters the name has."""
    name = _NOT_IN_FILE_NAMES.sub("-", file_name).strip("-.")
    return FileResponse(
        xlsx(sheet_name, columns, rows),
        as_attachment=True,
        filename=f"{name}.xlsx",
        content_type=CONTENT_TYPE,
    )


def csv_response(
    file_name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """Answer the same rows as CSV, sent as they are made.

    As spreadsheets here read it: with semicolons and decimal commas, in UTF-8 with its mark. Text
    that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    name = _NOT_IN_FILE_NAMES.sub("-", file_name).strip("-.")
    writer = csv.writer(_Echo(), delimiter=";")
    return StreamingHttpResponse(
        _csv_lines(writer, columns, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


class _Echo:
    """Stands for a file: what is written is what comes back."""

    def write(self, text: str) -> str:
        return text


def _csv_lines(
    writer: Any, columns: Sequence[Column], rows: Iterable[Sequence[Any]]
) -> Iterator[bytes]:
    heads = writer.writerow([_plain(column.heading) for column in columns])
    yield b"\xef\xbb\xbf" + heads.encode()
    for row in rows:
        yield writer.writerow([_plain(value) for value in row]).encode()


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | float):
        return str(value).replace(".", ",")
    text = _NOT_IN_XML.sub("", str(value))
    return f"'{text}" if not isinstance(value, int) and text.startswith(_NOT_PLAIN) else text


def _heading(sheet: Any, text: str) -> WriteOnlyCell:
    cell = _text(sheet, text)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    """Return what stands for a value: itself where nothing can go wrong, which is quicker."""
    if isinstance(value, datetime):
        return _formatted(sheet, timezone.localtime(value).replace(tzinfo=None), _MOMENT)
    if isinstance(value, date):
        return _formatted(sheet, value, _DAY)
    if isinstance(value, Decimal):
        return _formatted(sheet, value, _CENTS)
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    if text.startswith(_NOT_PLAIN) or len(text) > _LONGEST_TEXT:
        return _text(sheet, text)
    return _NOT_IN_XML.sub("", text) or None


def _formatted(sheet: Any, value: date | Decimal, number_format: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = number_format
    return cell


def _text(sheet: Any, text: str) -> WriteOnlyCell:
    """Return a cell that is text and stays so when somebody edits it."""
    cell = WriteOnlyCell(sheet, _NOT_IN_XML.sub("", text)[:_LONGEST_TEXT])
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_NOT_PLAIN)
    return cell
