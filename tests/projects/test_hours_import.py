"""Importing hours: what is read, the dry run, all or nothing, and not twice."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from moment.projects.models import TimeEntry
from tests.conftest import said, signed_in
from tests.factories import ActivityFactory, EmployeeFactory, ProjectFactory, UserFactory
from tests.pages import fields_of

pytestmark = pytest.mark.django_db
URL = "/projects/hours/import/"
HEADER = "date\tproject\tactivity\thours\tcomment\n"


@pytest.fixture
def project(kari):
    EmployeeFactory(user=kari, employed_from=date(2025, 1, 1))
    project = ProjectFactory(number="4001", name="Bru over Åna", activity=False)
    ActivityFactory(project=project, number=1, title="Befaring")
    ActivityFactory(project=project, number=2, title="Prosjektering")
    return project


@pytest.fixture
def ida(db):
    user = UserFactory(username="ida", first_name="Ida", last_name="Berg", email="ida@x.example")
    return EmployeeFactory(user=user).user


def looked_through(client, rows: str = "", file: bytes | None = None):
    sent = {"rows": rows, "do": "check"}
    if file is not None:
        sent["file"] = SimpleUploadedFile("hours", file)
    return client.post(URL, sent)


def imported(client, rows: str = "", **more):
    """Look through the rows, and import them as they were shown."""
    fields = fields_of(looked_through(client, rows), "form.hours-import")
    return client.post(URL, fields | {"do": "import"} | more)


def meant(response):
    """Return day, activity, hours and comment of each row that can be imported."""
    draft = response.context["draft"]
    assert not draft.wrong, [row.problems for row in draft.wrong]
    return [
        (row.means.day, row.activity.title, row.means.hours, row.means.comment)
        for row in draft.rows
    ]


def problems(response) -> list[dict]:
    return [row.problems for row in response.context["draft"].rows]


ONE = [(date(2026, 11, 2), "Befaring", Decimal("7.5"), "Møte på Åna")]


@pytest.mark.parametrize(
    "rows",
    [
        "2026-11-02\t4001\t1\t7,5\tMøte på Åna",
        "02.11.2026;4001;Befaring;7.5;Møte på Åna",
        "2/11/2026,4001,BEFARING,7:30,Møte på Åna",
        "2.11.26;bru over åna;1 Befaring;7½;Møte på Åna",
        '2026-11-02,4001 Bru over Åna,1,"7,5","Møte på Åna"',
        "Timer;Dato;Prosjektnr.;Kommentar;Aktivitet\n7,5;2.11.2026;4001;Møte på Åna;Befaring",
        "\ufeffProject,Date,Activity,Hours,Cost,Comment\n4001,2026-11-02,1,7.5,900,Møte på Åna",
        "\r\n\r\nDAG\tPROSJEKT\tAKTIVITET\tANTALL TIMER\tTEKST\r\n"
        "02.11.2026\t4001\t1\t7,50\tMøte  på Åna\r\n\r\n",
        '2026-11-02\t4001\t1\t7,5\t"Møte\npå Åna"',
    ],
)
def test_rows_are_read_in_many_shapes(as_kari, project, rows):
    assert meant(looked_through(as_kari, rows)) == ONE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_files_are_read_in_many_encodings(as_kari, project, encoding):
    data = "dato;prosjekt;aktivitet;timer;kommentar\n2.11.2026;4001;1;7,5;Møte på Åna\n"
    response = looked_through(as_kari, file=data.encode(encoding))
    assert meant(response) == ONE
    assert "Møte på Åna" in response.context["form"]["rows"].value()


def test_spreadsheets_are_read(as_kari, project):
    book = Workbook()
    book.active.append(["Dato", "Prosjekt", "Aktivitet", "Timer", "Kommentar", "Ansatt"])
    book.active.append([date(2026, 11, 2), 4001, 1, 7.5, "Møte på\tÅna", "Kari Lunde"])
    book.active.append([None, None])
    book.active.append([date(2026, 11, 3), "4001", 2.0, timedelta(hours=3, minutes=15)])
    file = BytesIO()
    book.save(file)
    response = looked_through(as_kari, file=file.getvalue())
    assert meant(response) == [
        *ONE,
        (date(2026, 11, 3), "Prosjektering", Decimal("3.25"), ""),
    ]
    fields = fields_of(response, "form.hours-import")
    assert as_kari.post(URL, fields | {"do": "import"}).status_code == 302
    assert TimeEntry.objects.count() == 2


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04nonsense", b"\x00\x01\x02", b"%PDF-1.7\0", b"\xff\xfe\0"]
)
def test_a_file_that_holds_no_rows_is_refused(as_kari, project, data):
    response = looked_through(as_kari, file=data)
    assert response.status_code == 422
    assert not TimeEntry.objects.exists()


def test_a_file_that_is_too_large_is_refused(as_kari, project):
    assert looked_through(as_kari, file=b"x" * 5_000_001).status_code == 422


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("2.13.2026\t4001\t1\t7", "day", "No date"), ("\t4001\t1\t7", "day", "Missing"),
        ("2026-11-02\t4999\t1\t7", "project", "no such project"),
        ("2026-11-02\t\t1\t7", "project", "Missing"),
        ("2026-11-02\t4001\t9\t7", "activity", "no such activity"),
        ("2026-11-02\t4001\t\t7", "activity", "Which one?"),
        ("2026-11-02\t4001\t1\tseven", "hours", "Not hours"),
        ("2026-11-02\t4001\t1\t25", "", "at most 24"), ("2026-11-02\t4001\t1\t-1", "", "above 0"),
        ("2026-11-02\t4001\t1\t7\t" + "x" * 501, "comment", "At most 500"),
        ("2026-11-02\t4001\t1\t7\t\tnobody", "colleague", "no such colleague"),
        ("2026-11-02\t4001\t1\t7\t\t\tmaybe", "billable", "yes or no"),
        ("2024-11-02\t4001\t1\t7", "", "not employed"), ("2999-11-02\t4001\t1\t7", "", "far away"),
        ("2026-11-02\t4001\t1\t7\t<script>alert(1)</script>\tnobody", "colleague", "colleague"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_the_row(as_kari, project, row, column, why):
    good = "2026-11-05\t4001\t1\t1"
    response = looked_through(as_kari, f"{good}\n{row}")
    first, second = problems(response)
    assert first == {}
    assert why in second[column]
    assert b"<script>alert" not in response.content
    refused = imported(as_kari, f"{good}\n{row}")
    assert refused.status_code == 422
    assert not TimeEntry.objects.exists()


def test_a_day_gets_no_more_hours_than_it_has(as_kari, project):
    rows = "".join(f"2026-11-02\t4001\t1\t{n}\t{n}\n" for n in (11, 9, 4, 1))
    assert [bool(found) for found in problems(looked_through(as_kari, rows))] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    "rows",
    ["date\thours\n2026-11-02\t7", "dato;prosjekt\n1;2", HEADER, 'a\t"b\n' + "x" * 200_000, "\n"],
)
def test_a_text_that_makes_no_sense_as_a_whole_is_refused(as_kari, project, rows):
    assert looked_through(as_kari, rows).status_code == 422
    assert not TimeEntry.objects.exists()


def test_headings_that_mean_nothing_are_told(as_kari, project):
    rows = "date,project,activity,hours,<b>Cost</b>\n2026-11-02,4001,1,7,900"
    response = looked_through(as_kari, rows)
    assert response.context["draft"].unknown == ["<b>Cost</b>"]
    assert b"<b>Cost" not in response.content


# Importing


def test_rows_are_imported_all_at_once(as_kari, kari, project):
    rows = "2026-11-02\t4001\t1\t7,5\tTur\n2026-11-03\t4001\t2\t4\t\t\tnei"
    assert not TimeEntry.objects.exists()
    response = imported(as_kari, rows)
    assert response["Location"] == "/projects/4001/hours/"
    assert said(response) == "2 entries are imported."
    first, second = TimeEntry.objects.order_by("day")
    assert (first.user, first.hours, first.comment) == (kari, Decimal("7.5"), "Tur")
    assert (first.billable, second.billable) == (True, False)


def test_colleagues_hours_are_for_those_who_keep_everybodys(as_kari, project, ida):
    rows = "".join(f"2026-11-02\t4001\t1\t1\t\t{name}\n" for name in ("ida", "IDA BERG"))
    rows += "2026-11-03\t4001\t1\t1\t\tida@x.example"
    imported(as_kari, rows.replace("IDA BERG", "Ida Berg\tno"))
    assert set(TimeEntry.objects.values_list("user", flat=True)) == {ida.pk}
    client = signed_in(UserFactory(roles=["Register hours"]))
    (found,) = problems(looked_through(client, "2026-11-03\t4001\t1\t1\t\tida"))
    assert found["colleague"] == "You may register only your own hours."


def test_a_text_changed_after_it_was_looked_through_is_looked_through_again(as_kari, project):
    fields = fields_of(looked_through(as_kari, "2026-11-02\t4001\t1\t7"), "form.hours-import")
    changed = {"rows": "2026-11-02\t4001\t1\t8", "do": "import"}
    response = as_kari.post(URL, fields | changed)
    assert response.status_code == 422
    assert b"changed after they were looked through" in response.content
    assert not TimeEntry.objects.exists()
    fields = fields_of(response, "form.hours-import")
    assert as_kari.post(URL, fields | {"do": "import"}).status_code == 302


def test_hours_that_are_there_are_left_out_unless_ticked(as_kari, project):
    rows = "2026-11-02\t4001\t1\t7,5\tTur\n2026-11-03\t4001\t1\t4"
    imported(as_kari, rows)
    more = f"{rows}\n2026-11-04\t4001\t1\t2"
    response = looked_through(as_kari, more)
    assert [row.like for row in response.context["draft"].rows] == ["There already"] * 2 + [""]
    imported(as_kari, more)
    assert TimeEntry.objects.count() == 3
    imported(as_kari, more, again="2")
    assert TimeEntry.objects.count() == 4
    assert TimeEntry.objects.filter(day="2026-11-03").count() == 2
    assert imported(as_kari, more).status_code == 422
    assert TimeEntry.objects.count() == 4


def test_rows_that_are_alike_are_told(as_kari, project):
    rows = "2026-11-02\t4001\t1\t4\tTur\n" * 2
    draft = looked_through(as_kari, rows).context["draft"]
    assert [row.like for row in draft.rows] == ["", "The same as line 1"]
    imported(as_kari, rows)
    assert TimeEntry.objects.count() == 1


def test_sent_twice_it_is_imported_once_and_told(as_kari, project):
    rows = "2026-11-02\t4001\t1\t7,5"
    fields = fields_of(looked_through(as_kari, rows), "form.hours-import") | {"do": "import"}
    assert as_kari.post(URL, fields).status_code == 302
    again = as_kari.post(URL, fields)
    assert again.status_code == 422
    assert b"There already" in again.content
    assert TimeEntry.objects.count() == 1


def test_many_that_are_there_are_ticked_together(as_kari, project):
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(300)]
    rows = "".join(f"{day}\t4001\t1\t1\n" for day in days)
    imported(as_kari, rows)
    response = looked_through(as_kari, rows)
    assert response.content.count(b'name="again"') == 1
    assert imported(as_kari, rows, again="all").status_code == 302
    assert TimeEntry.objects.count() == 600


def test_a_thousand_rows_take_few_queries(as_kari, project, ida, django_assert_max_num_queries):
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(250)]
    rows = "".join(
        f"{day}\t4001\t{n}\t1,25\tArbeid\t{who}\n"
        for day in days
        for n in (1, 2)
        for who in ("kari", "ida")
    )
    with django_assert_max_num_queries(25):
        response = looked_through(as_kari, rows)
    assert len(meant(response)) == 1000
    fields = fields_of(response, "form.hours-import") | {"do": "import"}
    with django_assert_max_num_queries(45):  # SQLite takes some ninety rows at once
        assert as_kari.post(URL, fields).status_code == 302
    assert TimeEntry.objects.count() == 1000


def test_more_rows_than_five_thousand_are_refused(as_kari, project):
    row = "2026-11-02\t4001\t1\t1\n"
    response = looked_through(as_kari, row * 5001)
    assert response.status_code == 422
    assert b"At most 5000 rows" in response.content
    assert len(looked_through(as_kari, row * 5000).context["draft"].rows) == 5000


def test_a_number_in_front_of_another_name_is_not_taken_for_the_project(as_kari, project):
    yard = ProjectFactory(number="2026", name="Quay", activity__title="Work")
    named = ProjectFactory(number="4002", name="2026 Renovation", activity__title="Work")
    rows = "2026-11-02\t2026 Renovation\tWork\t1\n2026-11-02\t2026 Quay\tWork\t2\n"
    response = looked_through(as_kari, rows)
    found = [row.project for row in response.context["draft"].rows]
    assert found == [named, yard]
    assert "4002 2026 Renovation" in response.content.decode()
    (wrong,) = problems(looked_through(as_kari, "2026-11-02\t2026 Harbour\tWork\t1"))
    assert wrong == {"project": "There is no such project."}
