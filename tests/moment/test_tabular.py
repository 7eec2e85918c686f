"""Spreadsheets to download."""

from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moment.tabular import CONTENT_TYPE, Column, xlsx, xlsx_response

COLUMNS = [Column("What", 30), Column("Value", 12)]


def read(rows: list, sheet_name: str = "Sheet") -> list[tuple]:
    """Return the cells below the heading, as a spreadsheet program would read them."""
    with xlsx(sheet_name, COLUMNS, rows) as file:
        book = openpyxl.load_workbook(file)
    return [tuple(row) for row in book.active.iter_rows(min_row=2)]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "=", "+47 22 00 00 00", "-1", "@SUM(A1)", "\t=1+1", "#N/A", "#REF!",
        '=HYPERLINK("https://evil.example","x")', "=cmd|' /C calc'!A0", "000123", "1e5", "TRUE",
    ],
)  # fmt: skip
def test_text_stays_text_whatever_it_begins_with(text):
    [(cell, _number)] = read([(text, 1)])
    assert cell.value == text
    assert cell.data_type == "s"


def test_text_that_looks_like_a_formula_stays_text_when_it_is_edited():
    [(formula, plain)] = read([("=1+1", "Fjell AS")])
    assert formula.quotePrefix
    assert not plain.quotePrefix


@settings(deadline=None, max_examples=50)
@example("\x00\x1f\x7f\ufffe\uffff")
@example("=\x07")
@given(st.text(max_size=60))
def test_any_text_comes_back_but_for_what_no_file_can_hold(text):
    [(cell, _last)] = read([(text, "end")])
    # XML has no place for control characters and non-characters, and but one line break.
    kept = "".join(c for c in text if c in "\t\n\r" or (ord(c) > 31 and c not in "\ufffe\uffff"))
    assert cell.data_type in ("s", "inlineStr", "n")
    assert (cell.value or "").replace("\r", "\n") == kept.replace("\r\n", "\n").replace("\r", "\n")


def test_a_text_too_long_for_a_cell_is_cut():
    [(cell, _number)] = read([("x" * 40_000, 1)])
    assert len(cell.value) == 32_767


def test_dates_and_numbers_are_real_ones():
    moment = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    (day, at), (number, nothing) = read([(date(2026, 11, 19), moment), (12.5, None)])
    assert day.is_date
    assert day.value == datetime(2026, 11, 19)
    assert day.number_format == "yyyy-mm-dd"
    assert at.is_date
    assert at.value == datetime(2026, 7, 2, 0, 30)  # in Oslo
    assert number.value == 12.5
    assert nothing.value is None


def test_the_heading_stays_in_sight_and_columns_are_as_wide_as_told():
    with xlsx("Customers", COLUMNS, [("a", 1), ("b", 2)]) as file:
        sheet = openpyxl.load_workbook(file).active
    assert sheet.title == "Customers"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert [cell.value for cell in sheet[1]] == ["What", "Value"]
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.column_dimensions["A"].width == 30


@pytest.mark.parametrize("name", ["a/b:c*d?e[f]g\\h", "x" * 60, "'quoted'"])
def test_a_sheet_has_a_name_that_programs_accept(name):
    with xlsx(name, COLUMNS, []) as file:
        title = openpyxl.load_workbook(file).active.title
    assert 0 < len(title) <= 31
    assert not set("/:*?[]\\'") & set(title)


def test_rows_are_taken_one_by_one():
    taken = []

    def rows():
        for n in range(3):
            taken.append(n)
            yield (str(n), n)

    with xlsx("Sheet", COLUMNS, rows()) as file:
        assert openpyxl.load_workbook(file).active.max_row == 4
    assert taken == [0, 1, 2]


@pytest.mark.django_db  # closing an answer looks after the connection
def test_the_answer_is_a_download_with_a_harmless_name():
    response = xlsx_response('kunder"; filename="x/../å.exe\r\n', "Sheet", COLUMNS, [("a", 1)])
    assert response["Content-Type"] == CONTENT_TYPE
    assert response["Content-Disposition"] == (
        'attachment; filename="kunder-filename-x-..-.exe.xlsx"'
    )
    assert int(response["Content-Length"]) == len(b"".join(response.streaming_content))
    response.close()
