"""Importing hours: files that mean harm, and texts that could be taken for something else."""

import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import Workbook

from moment.projects.models import TimeEntry
from moment.reading_rows import NotReadable, rows_of, text_of
from tests.factories import ActivityFactory, EmployeeFactory, ProjectFactory
from tests.projects.test_hours_import import looked_through, meant, problems

pytestmark = pytest.mark.django_db
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.fixture
def project(kari):
    EmployeeFactory(user=kari)
    project = ProjectFactory(number="4001", activity=False)
    for number, title in enumerate(("Befaring", "2 etasje", "Møter"), start=1):
        ActivityFactory(project=project, number=number, title=title)
    return project


def sheet(*rows) -> bytes:
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def with_part(data: bytes, name: str, part: bytes) -> bytes:
    """Return a spreadsheet in which a part is another one."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for one in old.namelist():
            new.writestr(one, part if one == name else old.read(one))
    return out.getvalue()


@pytest.mark.parametrize(
    ("activity", "title"),
    [
        ("2", "2 etasje"),
        ("2.", "2 etasje"),
        ("2 2 etasje", "2 etasje"),
        ("2 etasje", "2 etasje"),
        ("3 Møter", "Møter"),
        ("3 Møter med kommunen", "Møter"),
        ("3: møte", "Møter"),
        ("1 – Befaring", "Befaring"),
        ("3 etasje", ""),
        ("1 2", ""),
        ("4 Møter", ""),
    ],
)
def test_a_number_in_front_of_another_title_is_not_taken_for_the_activity(
    as_kari, project, activity, title
):
    response = looked_through(as_kari, f"2026-11-02\t4001\t{activity}\t1")
    if title:
        assert [row[1] for row in meant(response)] == [title]
    else:
        assert problems(response) == [{"activity": "The project has no such activity."}]


@pytest.mark.parametrize("break_", ["\u2028", "\x0b", "\x0c", "\x85", "\x1e"])
def test_what_a_word_processor_ends_lines_with_stays_within_its_cell(as_kari, project, break_):
    response = looked_through(as_kari, f"2026-11-02\t4001\t1\t1\tMøte{break_}på Åna\n")
    assert meant(response) == [(date(2026, 11, 2), "Befaring", Decimal(1), "Møte på Åna")]


def test_lines_are_counted_as_an_editor_counts_them():
    assert [line for line, _cells in rows_of("a\tb\r\n\r\nc\td\re\tf\n")] == [1, 3, 4]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a;b\n"c;d\ne;f', 2),
        ('a;b\r\n"c;d\r\ne;f\r\n\r\n', 2),
        ('a;b\r"c;d\re;f\r', 2),
        ('"a;b\nc;d\n', 1),
        ('a;b\nc;"', 2),
        ('a;b\nc;"\n', 2),
        ('a;b\n"c\nc\nc";d;"e\nf;g\n', 4),
        ('a;b\nc;"d ""e""\nf;g', 2),
    ],
)
def test_a_quotation_mark_that_is_never_closed_is_told_with_its_line(text, line):
    with pytest.raises(NotReadable, match=f"Line {line} cannot be read"):
        list(rows_of(text))


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_quotation_marks_that_are_closed_are_read(end):
    text = f'"a" b;c 27"\n"d\n\nd";"e ""f"""\n"";"g\n"{end}'
    assert list(rows_of(text)) == [
        (1, ["a b", 'c 27"']),
        (2, ["d\n\nd", 'e "f"']),
        (5, ["", "g"]),
    ]


def test_hours_below_a_quotation_mark_that_is_never_closed_are_not_lost(as_kari, project):
    rows = '2026-11-02\t4001\t1\t1\t"Møte\n2026-11-03\t4001\t1\t2\n2026-11-04\t4001\t1\t3\n'
    response = looked_through(as_kari, rows)
    draft = response.context["draft"]
    assert draft.problem == "Line 1 cannot be read: is a quotation mark missing?"
    assert not draft.can_be_imported


def test_formulas_are_never_worked_out(as_kari, project):
    data = sheet(
        ["date", "project", "activity", "hours", "comment"],
        ["2026-11-02", "4001", 1, "=1+1", '=HYPERLINK("http://x.example")'],
    )
    assert problems(looked_through(as_kari, file=data)) == [{"hours": "Missing."}]


def test_a_file_that_is_small_and_unpacks_to_much_is_refused():
    data = with_part(sheet(["a"]), "xl/workbook.xml", b" " * 31_000_000)
    assert len(data) < 100_000
    with pytest.raises(NotReadable, match="too large"):
        text_of(data)


def test_hours_far_down_a_sheet_are_told_and_not_dropped(as_kari, project):
    rows = [["2026-11-02", "4001", 1, 1], *[[]] * 20_500, ["2026-11-03", "4001", 1, 1]]
    response = looked_through(as_kari, file=sheet(*rows))
    assert response.status_code == 422
    assert b"goes on below row 20000" in response.content


def test_no_row_below_the_last_that_a_sheet_can_have_is_looked_for(monkeypatch):
    monkeypatch.setattr("moment.reading_rows._LAST_ROW", 30_000)
    part = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c t="str"><v>a</v></c></row>'
        '<row r="999999999999"><c t="str"><v>b</v></c></row></sheetData></worksheet>'
    )
    data = with_part(sheet(["a"]), "xl/worksheets/sheet1.xml", part.encode())
    assert text_of(data).strip() == "a"


@pytest.mark.parametrize("pasted", [True, False])
def test_an_error_of_a_spreadsheet_is_no_comment(as_kari, project, pasted):
    row = ["2026-11-02", "4001", "1", "1", "#REF!"]
    file = None if pasted else sheet(row)
    response = looked_through(as_kari, "\t".join(row) if pasted else "", file=file)
    assert problems(response) == [{"comment": "#REF! is an error in the spreadsheet, not a value."}]


def test_entities_that_grow_without_end_are_not_followed():
    part = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row></sheetData>'
        "</worksheet>"
    )
    data = with_part(sheet(["a"]), "xl/worksheets/sheet1.xml", part.encode())
    try:
        text = text_of(data)
    except NotReadable:
        text = ""
    assert len(text) < 1000


@pytest.mark.parametrize("hours", ["-1", "0", "25", "1e3", "NaN", "9" * 400, "٣", "1,2,3"])
def test_hours_that_no_day_has_are_told(as_kari, project, hours):
    response = looked_through(as_kari, f"2026-11-02\t4001\t1\t{hours}\tx")
    assert len(problems(response)[0]) == 1
    assert not TimeEntry.objects.exists()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "0000-01-01", "31.4.2026", "1.1.1"])
def test_days_that_nobody_has_worked_on_are_told(as_kari, project, day):
    assert len(problems(looked_through(as_kari, f"{day}\t4001\t1\t1"))[0]) == 1
