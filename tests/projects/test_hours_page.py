"""The hours of a project: list, filters, sums, spreadsheet, one entry, and its week."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from lxml import html
from openpyxl import load_workbook

from moment.projects import hours
from moment.projects.models import TimeEntry
from tests.conftest import said, signed_in
from tests.factories import (
    ActivityFactory,
    EmployeeFactory,
    ProjectFactory,
    TimeEntryFactory,
    UserFactory,
)
from tests.pages import fields_of
from tests.projects.weeks import cell, opened, send

pytestmark = pytest.mark.django_db
URL = "/projects/4001/hours/"
DAY = date(2026, 11, 2)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def project(kari):
    EmployeeFactory(user=kari)
    project = ProjectFactory(number="4001", name="Storgata", activity=False)
    ActivityFactory(project=project, number=1, title="Befaring")
    return project


@pytest.fixture
def activity(project):
    return project.activities.get()


@pytest.fixture
def ida(db):
    """She registers her own hours."""
    user = UserFactory(first_name="Ida", last_name="Berg", roles=["Register hours"])
    EmployeeFactory(user=user)
    return user


def rows(response) -> list[str]:
    tree = html.fromstring(response.content.decode())
    return [" ".join(row.text_content().split()) for row in tree.xpath("//tbody/tr")]


def filled(project, **fields):
    """Return what the dialog for a new entry sends."""
    wanted = {"activity": project.activities.get().pk, "day": "2026-11-02", "hours": "7,5"}
    return wanted | {"comment": "", "billable": "on"} | fields


# The list


def test_the_list_shows_entries_with_sums(as_kari, activity, kari, ida):
    TimeEntryFactory(user=kari, activity=activity, hours=2, comment="<b>Møte</b>")
    TimeEntryFactory(user=ida, activity=activity, day=DAY + timedelta(days=1), billable=False)
    TimeEntryFactory()
    response = as_kari.get(URL)
    first, second = rows(response)
    assert "Tue 3 Nov 2026" in first
    assert "Ida Berg" in first
    assert "Not billable" in first
    assert "<b>Møte</b>" in second
    sums = response.context["listed"].sums
    assert (sums.count, sums.hours, sums.billable, sums.open) == (2, Decimal("9.5"), 2, 9.5)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("colleague={ida}", 2), ("colleague={ida}&colleague={kari}", 3), ("activity={other}", 1),
        ("month=2026-10", 1), ("month=2026-11", 2), ("approved=yes", 1), ("approved=no", 2),
        ("billable=no", 1), ("day=2026-11-02", 1), ("day=2026-11-02&colleague={ida}", 0),
        ("month=2026-10&approved=yes", 0), ("page=7", 3), ("page=x", 3), ("page=-1", 3),
        ("month=x", 3), ("colleague=x", 3), ("day=2026-99-99", 3), ("day=x", 3), ("approved=?", 3),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(as_kari, activity, kari, ida, query, count):
    other = ActivityFactory(project=activity.project, number=2)
    TimeEntryFactory(user=kari, activity=activity)
    TimeEntryFactory(user=ida, activity=other, day=date(2026, 10, 5), billable=False)
    approved = TimeEntryFactory(user=ida, activity=activity, day=DAY + timedelta(days=1))
    hours.approve([approved.pk], kari)
    query = query.format(kari=kari.pk, ida=ida.pk, other=other.pk)
    for headers in ({}, HTMX):
        listed = as_kari.get(f"{URL}?{query}", headers=headers).context["listed"]
        assert (listed.sums.count, len(listed.lines)) == (count, count)


def test_a_value_that_makes_no_sense_is_told(as_kari, activity, kari):
    TimeEntryFactory(user=kari, activity=activity)
    assert b"unknown value ignored" in as_kari.get(f"{URL}?month=x").content


def test_long_lists_come_page_by_page(as_kari, activity, kari):
    for n in range(120):
        TimeEntryFactory(user=kari, activity=activity, day=DAY - timedelta(days=n))
    seen = []
    url = URL
    while url:
        listed = as_kari.get(url).context["listed"]
        seen += [line.entry.day for line in listed.lines]
        url = listed.next_url
    assert seen == [DAY - timedelta(days=n) for n in range(120)]
    assert as_kari.get(f"{URL}?page=99").context["listed"].first == 101


# Amounts


def test_amounts_are_for_those_who_may_see_them(as_kari, as_per, activity, kari):
    TimeEntryFactory(user=kari, activity=activity, hours=2)
    assert "2,200.00" in rows(as_kari.get(URL))[0]
    for response in (as_per.get(URL), as_per.get(URL, headers=HTMX)):
        assert b"2,200" not in response.content
        assert b"1,100" not in response.content
        assert b"NOK" not in response.content
    assert sheet_of(as_kari, URL)[1][8:] == (1100, 2200)
    assert len(sheet_of(as_per, URL)[0]) == 8


def sheet_of(client, url: str) -> list[tuple]:
    path, _mark, query = url.partition("?")
    response = client.get(f"{path}export/?{query}")
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    return list(book.active.values)


def test_the_spreadsheet_has_what_the_list_shows(as_kari, activity, kari, ida):
    TimeEntryFactory(user=kari, activity=activity, comment="=1+1")
    TimeEntryFactory(user=ida, activity=activity)
    heading, row = sheet_of(as_kari, f"{URL}?colleague={kari.pk}")
    assert heading[:6] == ("Date", "Colleague", "Activity no.", "Activity", "Hours", "Comment")
    assert row[0].date() == DAY
    assert row[1:8] == ("Kari Lunde", 1, "Befaring", 7.5, "=1+1", "Yes", None)


# One entry


def test_hours_are_registered_in_a_dialog(as_kari, project, kari):
    response = as_kari.post(f"{URL}new/", filled(project, user=kari.pk))
    assert response["Location"] == URL
    entry = TimeEntry.objects.get()
    assert (entry.user, entry.hours, entry.billable) == (kari, Decimal("7.5"), True)


def test_the_same_hours_are_asked_about_before_they_are_there_twice(as_kari, project, kari):
    fields = filled(project, user=kari.pk)
    as_kari.post(f"{URL}new/", fields)
    again = as_kari.post(f"{URL}new/", fields)
    assert again.status_code == 422
    assert b"there already" in again.content
    assert as_kari.post(f"{URL}new/", fields | {"again": "1"}).status_code == 302
    assert TimeEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("hours", "25", "at most 24"), ("hours", "-1", "above 0"), ("hours", "x", "is not hours"),
        ("hours", "", "required"), ("day", "2026-13-01", "valid date"), ("activity", "0", "valid"),
        ("day", "2999-01-01", "too far away"), ("comment", "x" * 501, "at most 500"),
        ("user", "0", "valid"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_said_and_kept(as_kari, project, kari, field, text, why):
    fields = filled(project, user=kari.pk, comment="Kept") | {field: text}
    response = as_kari.post(f"{URL}new/", fields, headers=HTMX)
    assert response.status_code == 422
    assert why in response.content.decode()
    if field != "comment":
        assert b"Kept" in response.content
    assert not TimeEntry.objects.exists()


def test_an_entry_is_changed_and_removed(as_kari, activity, kari):
    entry = TimeEntryFactory(user=kari, activity=activity)
    fields = fields_of(as_kari.get(f"{URL}{entry.pk}/edit/"), "form.dialog")
    as_kari.post(f"{URL}{entry.pk}/edit/?month=2026-11", fields | {"hours": "3:15"})
    entry.refresh_from_db()
    assert entry.hours == Decimal("3.25")
    fields = fields_of(as_kari.get(f"{URL}{entry.pk}/delete/"), "form.dialog")
    response = as_kari.post(f"{URL}{entry.pk}/delete/?month=2026-11", fields)
    assert response["Location"] == f"{URL}?month=2026-11"
    assert "removed" in said(response)
    assert not TimeEntry.objects.exists()


def test_who_changes_or_removes_second_is_told(as_kari, activity, kari):
    entry = TimeEntryFactory(user=kari, activity=activity)
    edit, delete = f"{URL}{entry.pk}/edit/", f"{URL}{entry.pk}/delete/"
    edited = fields_of(as_kari.get(edit), "form.dialog") | {"hours": "4"}
    deleted = fields_of(as_kari.get(delete), "form.dialog")
    TimeEntry.objects.update(hours=6, comment="Hers")
    response = as_kari.post(edit, edited)
    assert response.status_code == 422
    assert "Changed meanwhile" in response.content.decode()
    assert as_kari.post(delete, deleted).status_code == 422
    again = fields_of(response, "form.dialog")
    assert again["hours"] == "4"
    assert as_kari.post(edit, again).status_code == 302
    assert TimeEntry.objects.get().hours == 4


@pytest.mark.parametrize("seen", ["", "x", "[1, 2]", '[1, 1, "x", "x", "", true]', "[" * 100_000])
def test_what_was_seen_and_makes_no_sense_changes_nothing(as_kari, activity, kari, seen):
    entry = TimeEntryFactory(user=kari, activity=activity)
    fields = filled(activity.project, user=kari.pk, hours="1", seen=seen)
    assert as_kari.post(f"{URL}{entry.pk}/edit/", fields).status_code == 422
    assert as_kari.post(f"{URL}{entry.pk}/delete/", {"seen": seen}).status_code == 422
    assert TimeEntry.objects.get().hours == Decimal("7.5")


def test_approved_entries_are_neither_changed_nor_removed(as_kari, activity, kari):
    entry = TimeEntryFactory(user=kari, activity=activity)
    edit, delete = f"{URL}{entry.pk}/edit/", f"{URL}{entry.pk}/delete/"
    edited, deleted = (fields_of(as_kari.get(url), "form.dialog") for url in (edit, delete))
    hours.approve([entry.pk], kari)
    assert b"approval is taken back" in as_kari.get(edit).content
    response = as_kari.post(edit, edited | {"hours": "4"})
    assert response.status_code == 422
    assert b"Approved meanwhile" in response.content
    assert as_kari.post(delete, deleted).status_code == 422
    assert TimeEntry.objects.get().hours == Decimal("7.5")


# Whose


def test_others_hours_are_only_for_those_with_the_right(project, activity, kari, ida):
    hers = TimeEntryFactory(user=ida, activity=activity)
    his = TimeEntryFactory(user=kari, activity=activity, day=DAY + timedelta(days=1))
    client = signed_in(ida)
    page = client.get(URL).content.decode()
    assert f"{URL}{hers.pk}/edit/" in page
    assert f"{URL}{his.pk}/edit/" not in page
    assert f"{URL}approve/" not in page
    for name in ("edit", "delete"):
        assert client.get(f"{URL}{his.pk}/{name}/").status_code == 403
        assert client.post(f"{URL}{his.pk}/{name}/", {}).status_code == 403
    response = client.post(f"{URL}new/", filled(project, user=kari.pk))
    assert response.status_code == 422
    fields = fields_of(client.get(f"{URL}{hers.pk}/edit/"), "form.dialog")
    moved = client.post(f"{URL}{hers.pk}/edit/", fields | {"user": kari.pk})
    assert moved.status_code == 422
    assert client.get(f"{URL}week/?colleague={kari.pk}").status_code == 403
    assert client.post(f"{URL}week/?colleague={kari.pk}", {}).status_code == 403


def test_entries_are_of_the_project_in_the_address(as_kari, project):
    elsewhere = TimeEntryFactory()
    for name in ("edit", "delete"):
        assert as_kari.get(f"{URL}{elsewhere.pk}/{name}/").status_code == 404


def test_a_week_of_a_project_is_for_a_colleague_too(as_kari, activity, ida):
    url = f"{URL}week/?week=2026-W45&colleague={ida.pk}"
    fields = opened(as_kari, url)
    response = send(as_kari, fields, url, **{cell(activity): "7.5"})
    assert response["Location"] == url
    entry = TimeEntry.objects.get()
    assert (entry.user, entry.day) == (ida, DAY)


def test_a_week_of_a_project_says_what_is_registered_elsewhere(as_kari, project, kari):
    TimeEntryFactory(user=kari, day=DAY, hours="3.5")
    assert b"3.5 h on other projects" in as_kari.get(f"{URL}week/?week=2026-W45").content


def test_a_week_of_a_project_knows_no_other_activities(as_kari, activity, kari):
    other = ActivityFactory()
    url = f"{URL}week/?week=2026-W45"
    fields = opened(as_kari, url) | {"row": [str(other.pk), str(activity.pk)], cell(other): "6"}
    assert as_kari.post(url, fields).status_code == 422
    assert not TimeEntry.objects.exists()
