"""Spreadsheets and CSV as they were answered, opened again."""

import csv
import io
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet


def sheet(response: StreamingHttpResponse) -> Worksheet:
    return load_workbook(io.BytesIO(b"".join(response.streaming_content))).active


def rows(opened: Worksheet) -> list[dict[str, Any]]:
    """Return the rows by heading, days as dates and not as moments."""
    heads, *found = opened.iter_rows(values_only=True)
    assert len(set(heads)) == len(heads)
    days = [[_day(cell) for cell in row] for row in found]
    return [dict(zip(heads, row, strict=True)) for row in days]


def _day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def plain(response: StreamingHttpResponse) -> list[dict[str, str]]:
    """Return the rows of CSV by heading."""
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def check_kinds(opened: Worksheet, days: Collection[str], numbers: Collection[str]) -> set[str]:
    """Check that dates are dates, numbers are numbers and all else is text; return what has any."""
    heads, seen = [cell.value for cell in opened[1]], set()
    assert {*days, *numbers} <= set(heads)
    for row in opened.iter_rows(min_row=2):
        for head, cell in zip(heads, row, strict=True):
            if cell.value is not None:
                kind = "d" if head in days else "n" if head in numbers else "s"
                assert cell.data_type == kind, (head, cell.value)
                assert head not in days or cell.number_format == "yyyy-mm-dd"
                seen.add(head)
    return seen
