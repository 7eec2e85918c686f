"""Importing customers: files that are not taken, and rows that are refused, in words."""

from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from openpyxl import Workbook
from openpyxl.styles import Font

from customers import merging
from customers.duplicates import finding
from customers.importing import MOST_ROWS
from customers.models import Customer, CustomerImport, NumberSeries, Tag
from tests.conftest import signed_in
from tests.customers.import_files import URL, dry_run, imported, lines, refused, sent, sheet
from tests.customers.kept_files import pdf
from tests.factories import CustomerFactory, TagFactory, UserFactory, org_number

pytestmark = pytest.mark.django_db


def old_excel() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000


def spread(names: dict[int, str | None]) -> bytes:
    """Return a sheet with a name in each of these rows, and nothing in those between."""
    book, file = Workbook(), BytesIO()
    for row, name in names.items():
        book.active.cell(row, 1, name).font = Font(bold=True)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("kunder.xlsx", pdf(), "not accepted"),
        ("kunder.csv", b"", "empty"),
        ("kunder.csv", b"Name;City\n", "no rows with customers"),
        ("kunder.csv", b"Name;City\n;\n \n", "no rows with customers"),
        ("kunder.csv", b"Town;Size\nOslo;44\n", "one of them must be Name"),
        ("kunder.csv", b"Fjellbygg AS;Oslo\n", "one of them must be Name"),
        ("kunder.csv", b"Name\n\0\1\2\3\n", "no kind that is accepted"),
        ("kunder.xlsx", sheet(["Name"]), "no rows with customers"),
        ("kunder.xlsx", sheet([]), "one of them must be Name"),
        ("kunder.xlsx", sheet(["Name"], ["Fjell AS"])[:-200], "broken"),
        ("kunder.xlsx", b"PK\3\4" + b"x" * 500, "broken"),
        ("kunder.html", b"<html><body><table>", "HTML"),
        ("kunder.csv", b"Name\n" + b"A AS\n" * (MOST_ROWS + 1), "At most 10000 rows"),
        ("kunder.xls", old_excel(), ""),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(as_kari, name, data, why):
    response = sent(as_kari, data, name)
    assert response.status_code == 422
    (text,) = response.context["form"].errors["file"]
    assert why in text
    assert not CustomerImport.objects.exists()


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_line(as_kari):
    rows = 'Name;City\n"Kiosken;Oslo\nGod Nabo AS;Bergen\nTredje AS;Hamar'
    response = sent(as_kari, rows)
    assert response.status_code == 422
    assert response.context["form"].errors["file"] == [
        "Line 2 cannot be read: is a quotation mark missing?"
    ]
    assert not CustomerImport.objects.exists()


def test_quotation_marks_that_are_closed_are_read(as_kari):
    rows = 'Name;Address\n"Kiosken" AS;"Storgata 1\n\nBakgården"\nSkjerm 27" AS;"A ""B"" C"\n'
    plan = dry_run(as_kari, rows).context["plan"]
    assert [(row.line, row.name, row.values["visiting_street"]) for row in plan.new] == [
        (2, "Kiosken AS", "Storgata 1\n\nBakgården"),
        (5, 'Skjerm 27" AS', 'A "B" C'),
    ]


def test_what_stands_far_down_a_sheet_is_told_and_not_dropped(as_kari):
    response = sent(as_kari, spread({1: "Name", 2: "A AS", 20_001: "B AS"}), "a.xlsx")
    assert response.status_code == 422
    assert response.context["form"].errors["file"] == [
        "The sheet goes on below row 20000. Delete empty rows, or split it."
    ]
    for last in ({20_000: "B AS"}, {20_000: "B AS", 20_001: " ", 20_100: None}):
        page = dry_run(as_kari, spread({1: "Name", 2: "A AS"} | last), "a.xlsx")
        assert [row.line for row in page.context["plan"].new] == [2, 20_000]


def test_no_file_is_asked_for(as_kari):
    response = as_kari.post(URL, {})
    assert response.status_code == 422
    assert "file" in response.context["form"].errors


def test_a_file_that_is_too_large_is_refused(as_kari, monkeypatch):
    monkeypatch.setattr("customers.importing.reading.MOST_BYTES", 1024**2)
    response = sent(as_kari, b"Name\n" + b"x" * 1024**2)
    assert response.status_code == 422
    assert "at most 1 MB" in response.context["form"].errors["file"][0]


def test_as_many_rows_as_may_be_are_taken(as_kari, monkeypatch):
    monkeypatch.setattr("customers.importing.reading.MOST_ROWS", 3)
    assert len(dry_run(as_kari, "Name\nA AS\nB AS\nC AS\n").context["plan"].new) == 3
    assert sent(as_kari, "Name\nA AS\nB AS\nC AS\nD AS\n").status_code == 422


@pytest.mark.parametrize(
    ("heading", "text", "why"),
    [
        ("Number", "n o", "Use digits"), ("Number", "1" * 21, "at most 20"),
        ("Name", " ", "required"), ("Name", "x" * 201, "at most 200"),
        ("Reg. no.", "918212445", "digits do not add up"), ("Reg. no.", "123", "nine digits"),
        ("Country", "Atlantis", "no such country"), ("Status", "asleep", "Active, Potential"),
        ("Relation", "friend", "Project participant"), ("E-mail", "a@", "valid email"),
        ("Invoice e-mail", "a b@c.no", "valid email"), ("Website", "http://", "valid URL"),
        ("Invoice type", "pigeon", "EHF"), ("Language", "Latin", "Norwegian, English"),
        ("Currency", "DUCATS", "no such currency"), ("Phone", "2" * 51, "at most 50"),
        ("Responsible", "Nobody", "no such colleague"), ("Tags", "Unheard", "no tag “Unheard”"),
        ("Postcode", "99999", "four digits"), ("Address", "x" * 301, "at most 300"),
        ("City", "x" * 101, "at most 100"), ("Postal postcode", "1", "four digits"),
    ],
)  # fmt: skip
def test_a_row_is_refused_with_the_column_and_why(as_kari, heading, text, why):
    rows = [["Name", "Number" if heading == "Name" else heading], ["Good AS", ""]]
    rows.append([text, "A-1"] if heading == "Name" else ["Fjell AS", text])
    page = dry_run(as_kari, lines(*rows))
    ((told,),) = refused(page).values()
    assert list(refused(page)) == [3]
    assert why in told
    assert [row.name for row in page.context["plan"].new] == ["Good AS"]
    assert why.split(" “")[0] in page.content.decode()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_error_of_a_spreadsheet_is_no_value(as_kari, kari, kind):
    kari.user_permissions.add(Permission.objects.get(codename="add_tag"))
    rows = [
        ["Name", "Country", "Tags", "Responsible", "City", "Shoe size"],
        ["#N/A", "", "", "", "", ""], ["A AS", "#N/A", "", "", "", ""],
        ["B AS", "", "#REF!", "", "", ""], ["C AS", "", "", "#VALUE!", "", ""],
        ["D AS", "", "", "", "#DIV/0!", ""], ["E AS", "", "", "", "#NAME?", ""],
        ["F AS", "", "", "", "#NULL!", ""], ["G AS", "", "", "", "#NUM!", ""],
        ["#1 AS", "", "", "", "#N/A AS", "#N/A"],
    ]  # fmt: skip
    data = lines(*rows) if kind == "csv" else sheet(*rows)
    page = dry_run(signed_in(kari), data, f"a.{kind}")
    words = "is an error in the spreadsheet, not a value."
    assert refused(page) == {
        2: [f"Name: #N/A {words}"], 3: [f"Country: #N/A {words}"], 4: [f"Tags: #REF! {words}"],
        5: [f"Responsible: #VALUE! {words}"], 6: [f"City: #DIV/0! {words}"],
        7: [f"City: #NAME? {words}"], 8: [f"City: #NULL! {words}"], 9: [f"City: #NUM! {words}"],
    }  # fmt: skip
    assert [row.name for row in page.context["plan"].new] == ["#1 AS"]


def test_errors_are_told_as_norwegian_spreadsheets_write_them(as_kari):
    page = dry_run(as_kari, "Navn;By\n#I/T;Oslo\nA AS;#VERDI!\nB AS;#NAVN?\n'#N/A;Oslo\n")
    assert refused(page).keys() == {2, 3, 4}
    assert [row.name for row in page.context["plan"].new] == ["#N/A"]


def test_a_text_of_a_sheet_that_looks_like_an_error_is_none(as_kari):
    book, file = Workbook(), BytesIO()
    book.active.append(["Name"])
    book.active.append(["#N/A"])
    book.active["A2"].data_type = "s"
    book.save(file)
    assert [
        row.name for row in dry_run(as_kari, file.getvalue(), "a.xlsx").context["plan"].new
    ] == ["#N/A"]


def test_several_things_wrong_with_a_row_are_all_told(as_kari):
    told = refused(dry_run(as_kari, "Name;E-mail;Country\nA AS;x;Atlantis\n"))
    assert len(told[2]) == 2


def test_two_people_of_one_name_are_told_apart_by_their_user_names(as_kari):
    UserFactory(username="ida", first_name="Ida", last_name="Berg")
    other = UserFactory(username="ida2", first_name="Ida", last_name="Berg")
    UserFactory(username="gone", first_name="Gunn", last_name="Moe", is_active=False)
    page = dry_run(as_kari, "Name;Responsible\nA AS;Ida Berg\nB AS;IDA2\nC AS;Gunn Moe\n")
    assert refused(page).keys() == {2, 4}
    assert page.context["plan"].new[0].responsible == other


def test_who_may_not_add_tags_is_told_and_who_may_adds_them(as_kari, kari):
    TagFactory(name="Oslo, west")
    data = "Name;Tags\nA AS;Oslo, West\nB AS;Energy, oslo, west\nC AS;Energy,energy\n"
    page = dry_run(as_kari, data)
    assert refused(page).keys() == {3, 4}
    kari.user_permissions.add(Permission.objects.get(codename="add_tag"))
    page = imported(signed_in(kari), data)
    assert page.context["made"].left_out == []
    assert sorted(Tag.objects.values_list("name", flat=True)) == [
        "Energy", "Oslo, west", "oslo", "west",
    ]  # fmt: skip
    assert [t.name for t in Customer.objects.get(name="C AS").tags.all()] == ["Energy"]


def test_tags_that_no_new_customer_needs_are_not_made(as_kari, kari):
    CustomerFactory(number="1043")
    kari.user_permissions.add(Permission.objects.get(codename="add_tag"))
    client = signed_in(kari)
    data = "Number;Name;Tags\n1043;Fjell AS;Gold\n;Vidde AS;Silver\n"
    page = dry_run(client, data)
    assert list(page.context["plan"].tags_to_make.values()) == ["Silver"]
    assert "Gold" not in page.content.decode()
    imported(client, data)
    assert list(Tag.objects.values_list("name", flat=True)) == ["Silver"]


# Customers already


def test_a_customer_already_is_left_as_it_is_with_a_link(as_kari):
    number = org_number(1)
    there = CustomerFactory(number="1043", name="Fjell AS", org_number=number)
    CustomerFactory(number="K-2", name="Vidde AB", country="SE", org_number="556012-5790")
    finding.refresh(list(Customer.objects.values_list("pk", flat=True)))
    rows = [
        ["Number", "Name", "Reg. no.", "Country"],
        ["", "Fjell Nytt Navn", f"NO {number} MVA", ""],
        ["1043", "Noe Annet AS", "", ""],
        ["", "Vidde", "SE556012579001", "SE"],
        ["", "Vidde i Norge", "", "NO"],
    ]
    page = dry_run(as_kari, lines(*rows))
    plan = page.context["plan"]
    assert [(row.line, row.customer.number) for row in plan.there] == [
        (2, "1043"), (3, "1043"), (4, "K-2"),
    ]  # fmt: skip
    assert [row.line for row in plan.new] == [5]
    assert f'href="{there.get_absolute_url()}"' in page.content.decode()


def test_a_number_without_the_zeros_that_spreadsheets_take_is_the_customer_s(as_kari, kari):
    there = CustomerFactory(number="0042", name="Fjell AS")
    number = org_number(1)
    other = CustomerFactory(number="7", name="Vidde AS", org_number=number)
    kept = CustomerFactory(number="0300", name="Skog AS")
    for padded in ("0050", "00050", "0061", "K-0070", "0080-1"):
        CustomerFactory(number=padded)
    CustomerFactory(number="61", name="Li AS")
    merged = CustomerFactory(number="0090", name="Uvær AS")
    merging.merge(kept.pk, [merged.pk], by=kari)
    rows = [
        ["Number", "Name", "Reg. no."],
        [42, "Noe Annet AS", None],
        [300, "Vidde igjen", int(number)],  # the reg. no. is certain
        [50, "To kan menes AS", None],
        [61, "Li AS", None],
        [70, "Med bokstaver AS", None],
        [80, "Med mer etter AS", None],
        [90, "Slått sammen AS", None],
        ["042", "Med en null AS", None],
        [420, "Lengre AS", None],
        [42, "Noe Annet igjen AS", None],
    ]
    page = dry_run(as_kari, sheet(*rows), "kunder.xlsx")
    plan = page.context["plan"]
    assert {row.line: row.customer.number for row in plan.there} == {
        2: there.number, 3: other.number, 5: "61", 11: there.number,
    }  # fmt: skip
    assert plan.there[0].there == "Number used already"
    assert [row.line for row in plan.new] == [4, 6, 7, 8, 9, 10]
    assert f'href="{there.get_absolute_url()}"' in page.content.decode()
    as_kari.post(f"{URL}{page.context['made'].pk}/")
    assert not Customer.objects.filter(number="42").exists()
    assert Customer.objects.filter(number__in=["50", "70", "80", "90", "042", "420"]).count() == 6


def test_rows_of_one_file_are_compared_with_each_other(as_kari):
    number = org_number(1)
    rows = [
        ["Number", "Name", "Reg. no."],
        ["A-1", "Fjell AS", number], ["A-1", "Vidde AS", ""], ["", "Fjell igjen", number],
        ["", "FJELL A/S", ""], ["", "Uvær AS", "123"], ["", "Uvær AS", ""],
    ]  # fmt: skip
    plan = dry_run(as_kari, lines(*rows)).context["plan"]
    assert [row.line for row in plan.new] == [2, 5, 7]
    assert {row.line: "row 2" in str(row.problems or row.there) for row in plan.left_out} == {
        3: True, 4: True, 6: False,
    }  # fmt: skip
    assert [(row.line, row.warnings[0].text) for row in plan.doubtful] == [
        (5, "Same name as row 2")
    ]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Fjellbygg Åsane AS", True), ("FJELLBYGG ASANE", True), ("Fjelbygg Åsane", True),
        ("Jjellbygg Åsane AS", True), ("Åsane Fjellbygg", True), ("Fjellbygg Sør AS", False),
        ("Noe ganske annet", False),
    ],
)  # fmt: skip
def test_a_name_that_is_alike_is_a_warning(as_kari, name, found):
    for n in range(8):
        CustomerFactory(name=f"Fjell nummer {n} AS")
    one = CustomerFactory(number="1043", name="Fjellbygg Åsane AS")
    finding.refresh(list(Customer.objects.values_list("pk", flat=True)))
    page = dry_run(as_kari, f"Name\n{name}\n")
    assert [row.line for row in page.context["plan"].new] == [2]
    warned = [warning.number for row in page.context["plan"].doubtful for warning in row.warnings]
    assert warned == ([one.number] if found else [])


def test_the_same_name_is_a_warning_though_the_customer_was_never_compared(as_kari):
    CustomerFactory(number="1043", name="Fjellbygg Åsane AS")
    (row,) = dry_run(as_kari, "Name\nFJELLBYGG ÅSANE\n").context["plan"].doubtful
    assert row.warnings == [("Looks like", "1043", "Fjellbygg Åsane AS", "same name")]


def test_a_name_like_one_that_was_merged_leads_to_the_customer_that_was_kept(as_kari, kari):
    kept = CustomerFactory(number="1043", name="Vidde AS")
    other = CustomerFactory(number="1044", name="Fjellbygg Åsane AS")
    finding.refresh([kept.pk, other.pk])
    merging.merge(kept.pk, [other.pk], by=kari)
    page = dry_run(as_kari, "Number;Name\n;Fjellbygg Åsane\n1044;Ny AS\n")
    (row,) = page.context["plan"].doubtful
    text = "Looks like 1044 Fjellbygg Åsane AS (same name), now part of"
    assert row.warnings == [(text, "1043", "Vidde AS", "")]
    assert [one.customer for one in page.context["plan"].there] == [kept]


# Numbers


@pytest.mark.parametrize("how", ["locked", "hidden"])
def test_a_series_that_gives_out_the_numbers_itself_takes_none(as_kari, how):
    NumberSeries.objects.filter(kind="customer").update(**{how: True})
    page = dry_run(as_kari, "Number;Name\nA-1;A AS\n;B AS\n")
    assert "gives out the numbers itself" in refused(page)[2][0]
    assert [row.name for row in page.context["plan"].new] == ["B AS"]


def test_a_series_that_is_used_up_is_named_and_nothing_is_lost(as_kari):
    NumberSeries.objects.filter(kind="customer").update(next=9999, last=9999)
    page = dry_run(as_kari, "Name\nA AS\nB AS\n")
    assert "is used up" in page.content.decode()
    assert b"importing-go" not in page.content
    url = f"{URL}{page.context['made'].pk}/"
    assert as_kari.post(url, follow=True).status_code == 200
    assert not Customer.objects.exists()
    NumberSeries.objects.filter(kind="customer").update(last=10_000)
    as_kari.post(url)
    assert Customer.objects.count() == 2


def test_harm_in_cells_does_none(as_kari):
    page = dry_run(as_kari, "Name;City;<b>x\n<img onerror=alert(1)>;=cmd()\n;y\n")
    assert b"<img onerror" not in page.content
    assert b"<b>x" not in page.content
    book = Workbook()
    book.active.append(["Name", "E-mail"])
    book.active.append(["=HYPERLINK(1)", "x"])
    file = BytesIO()
    book.save(file)
    assert dry_run(as_kari, file.getvalue(), "a.xlsx").status_code == 200
