"""Importing customers: what is read, and what comes of it."""

from datetime import timedelta
from io import BytesIO

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.utils import timezone
from openpyxl import load_workbook

from customers import creating, importing
from customers.history import telling
from customers.models import Customer, CustomerImport, MatchKey, NumberSeries, Tag, UsedNumber
from moment.content import sweep
from moment.models import Content
from registry.models import Watch
from tests.customers.import_files import (
    URL,
    dry_run,
    imported,
    lines,
    newest,
    refused,
    sent,
    sheet,
)
from tests.factories import CustomerFactory, EntityFactory, TagFactory, org_number

pytestmark = pytest.mark.django_db
ONE = "Navn;Org.nr.;Poststed;E-post\nFjellbygg Ås AS;{};Ås;post@fjellbygg.example\n"


@pytest.fixture
def number():
    return org_number(1)


# What is read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_csv_is_read_however_it_is_written(as_kari, number, encoding, separator):
    text = ONE.format(number).replace(";", separator)
    plan = dry_run(as_kari, text.encode(encoding)).context["plan"]
    (row,) = plan.new
    assert (row.line, row.name) == (2, "Fjellbygg Ås AS")
    assert row.values["org_number"] == number
    assert (row.values["visiting_city"], row.values["email"]) == ("Ås", "post@fjellbygg.example")


def test_a_spreadsheet_is_read_with_numbers_as_numbers(as_kari):
    data = sheet(
        ["Name", "Company reg. no.", "Postcode", "Phone", "Address"],
        [None],
        ["Fjellbygg", int(org_number(1)), 155, 22334455.0, "Storgata 1\nBakgården"],
    )
    (row,) = dry_run(as_kari, data, "kunder.xlsx").context["plan"].new
    assert row.line == 3
    assert row.values["org_number"] == org_number(1)
    assert row.values["visiting_postcode"] == "0155"
    assert row.values["phone"] == "22 33 44 55"
    assert row.values["visiting_street"] == "Storgata 1\nBakgården"


@pytest.mark.parametrize("language", ["en", "nb"])
def test_the_template_is_read_again(as_kari, kari, language):
    kari.language = language
    kari.save()
    response = as_kari.get(f"{URL}template/", headers={"Accept-Language": language})
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    headings = [cell.value for cell in book.active[1]]
    data = sheet(headings, ["", "Fjellbygg AS"])
    table = dry_run(as_kari, data, "mal.xlsx").context["table"]
    assert table.columns == [column.name for column in importing.COLUMNS]
    assert table.unknown == []


def test_what_the_overview_exports_is_read_again(as_kari, kari, number):
    CustomerFactory(
        number="K-77", name="Fjellbygg AS", org_number=number, status="blocked", relation="both",
        tags=[TagFactory(name="Energy"), TagFactory(name="Oslo")], email="a@fjell.example",
        invoice_email="b@fjell.example", invoice_type="letter", phone="+46 8 123 456 78",
        website="https://fjell.example", language="en", currency="EUR", responsible=kari,
        visiting_street="Storgata 1", visiting_postcode="0155", visiting_city="Oslo",
        postal_street="Boks 2", postal_postcode="0155", postal_city="Oslo",
    )  # fmt: skip
    CustomerFactory(number="K-78", name="Åsgård AB", country="SE", org_number="556012-5790")
    columns = [one.name for one in Customer._meta.concrete_fields]
    outside = {"id", "created_at", "last_activity_at", "version"}
    before = [
        {name: value for name, value in row.items() if name not in outside}
        for row in Customer.objects.order_by("number").values(*columns)
    ]
    for ending in ("xlsx", "csv"):
        response = as_kari.get(f"/customers/export/?status=all&format={ending}")
        data = b"".join(response.streaming_content)
        UsedNumber.objects.all().delete()
        Tag.customers.through.objects.all().delete()
        MatchKey.objects.all().delete()
        Customer.objects.all().delete()
        done = imported(as_kari, data, f"kunder.{ending}").context["made"]
        assert (len(done.created), done.left_out) == (2, [])
        after = [
            {name: value for name, value in row.items() if name not in outside}
            for row in Customer.objects.order_by("number").values(*columns)
        ]
        assert after == before
        tags = Customer.objects.get(number="K-77").tags.values_list("name", flat=True)
        assert set(tags) == {"Energy", "Oslo"}


def test_columns_that_mean_nothing_are_named(as_kari):
    page = dry_run(as_kari, "Navn;Skostørrelse;Name\nFjellbygg AS;44;Nei AS\n")
    assert page.context["table"].unknown == ["Skostørrelse", "Name"]
    assert "Skostørrelse" in page.content.decode()
    assert page.context["plan"].new[0].name == "Fjellbygg AS"


def test_many_columns_are_read(as_kari):
    page = dry_run(as_kari, lines(["Name", *["x"] * 60, "City"], ["A AS", *["1"] * 60, "Oslo"]))
    assert page.context["plan"].new[0].values["visiting_city"] == "Oslo"


@pytest.mark.parametrize("text", ["32", "032", "0032"])
def test_postcodes_get_back_the_zeros_that_spreadsheets_take(as_kari, text):
    (row,) = dry_run(as_kari, lines(["Name", "Postcode"], ["A AS", text])).context["plan"].new
    assert row.values["visiting_postcode"] == "0032"


def test_values_are_understood_in_both_languages(as_kari):
    rows = [
        ["Navn", "Land", "Status", "Relasjon", "Språk", "Valuta", "Fakturatype"],
        ["A AS", "Sverige", "Aktiv", "Kunde", "norsk", "eur", "EHF"],
        ["B AS", "Sweden", "active", "customer", "English", "", "ehf"],
        ["C AS", "SE", "Potential", "both", "nb", "NOK", ""],
    ]
    found = [row.values for row in dry_run(as_kari, lines(*rows)).context["plan"].new]
    assert [one["country"] for one in found] == ["SE", "SE", "SE"]
    assert [one["status"] for one in found] == ["active", "active", "potential"]
    assert [one["relation"] for one in found] == ["customer", "customer", "both"]
    assert [one["language"] for one in found] == ["nb", "en", "nb"]
    assert found[0]["currency"] == "EUR"
    assert found[0]["invoice_type"] == found[1]["invoice_type"] == "ehf"


# What comes of it


def test_a_customer_is_as_the_dialog_makes_it(as_kari, kari, number):
    """In every column, in its numbers and tags, in what it is found by, and in its history."""
    tag = TagFactory(name="Energy")
    fields = {
        "name": "Fjellbygg Ås AS", "org_number": number, "email": "post@fjellbygg.example",
        "visiting_street": "Storgata 1", "visiting_postcode": "0155", "visiting_city": "Oslo",
        "responsible": kari, "status": "potential",
    }  # fmt: skip
    by_hand = creating.create(Customer(**fields), tags=[tag])
    told_by_hand = _told(by_hand)
    NumberSeries.objects.filter(kind="customer").update(next=by_hand.number)
    before = {name: getattr(by_hand, name) for name in _columns()}
    MatchKey.objects.all().delete()
    UsedNumber.objects.all().delete()
    by_hand.tags.clear()
    by_hand.delete()
    Watch.objects.all().delete()
    rows = [
        ["Name", "Reg. no.", "E-mail", "Address", "Postcode", "City", "Responsible", "Status",
         "Tags"],
        ["Fjellbygg Ås AS", number, "post@fjellbygg.example", "Storgata 1", "0155", "Oslo",
         "Kari Lunde", "potential", "energy"],
    ]  # fmt: skip
    imported(as_kari, lines(*rows))
    customer = Customer.objects.get()
    assert {name: getattr(customer, name) for name in _columns()} == before
    assert list(customer.tags.all()) == [tag]
    assert UsedNumber.objects.get().customer == customer
    assert Watch.objects.get().org_number == number
    assert [(t, c) for t, _actor, c in _told(customer)] == [(t, c) for t, _a, c in told_by_hand]
    assert {actor for _title, actor, _changes in _told(customer)} == {"Kari Lunde"}
    assert b"Fjellbygg" in as_kari.get("/customers/?status=all&q=fjellbygg").content


def _columns() -> list[str]:
    apart = {"id", "created_at", "last_activity_at"}
    return [one.attname for one in Customer._meta.concrete_fields if one.attname not in apart]


def _told(customer: Customer) -> list[tuple]:
    entries = LogEntry.objects.filter(object_id=customer.pk, content_type__model="customer")
    told = telling.Teller(entries.order_by("pk"), of=customer).entries
    return [(one.title, one.actor, one.changes) for one in told]


def test_numbers_come_from_the_series_and_step_over_those_typed(as_kari):
    NumberSeries.objects.filter(kind="customer").update(next=1000)
    rows = [["Nr", "Navn"], ["", "A AS"], ["1001", "B AS"], ["k-7", "C AS"], ["", "D AS"]]
    imported(as_kari, lines(*rows))
    found = dict(Customer.objects.values_list("name", "number"))
    assert found == {"A AS": "1000", "B AS": "1001", "C AS": "K-7", "D AS": "1002"}
    assert set(UsedNumber.objects.values_list("number", flat=True)) == set(found.values())
    assert NumberSeries.objects.get(kind="customer").next == 1003


def test_the_register_s_copy_brings_addresses_and_troubles(as_kari, number):
    EntityFactory(
        org_number=number, business_address="Torget 2", business_postcode="9008",
        business_city="TROMSØ", bankrupt=True,
    )  # fmt: skip
    page = dry_run(as_kari, f"Name;Reg. no.\nFjellbygg AS;{number}\n")
    (row,) = page.context["plan"].doubtful
    assert "ankrupt" in row.warnings[0].text
    made = page.context["made"]
    as_kari.post(f"{URL}{made.pk}/")
    customer = Customer.objects.get()
    assert (customer.visiting_street, customer.visiting_city) == ("Torget 2", "Tromsø")


def test_few_are_compared_with_the_others_at_once(
    as_kari, number, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        imported(as_kari, f"Name;Reg. no.\nFjellbygg AS;{number}\n")
    assert MatchKey.objects.filter(customer=Customer.objects.get()).exists()


def test_of_many_it_is_said_that_they_are_not_compared(as_kari, monkeypatch):
    monkeypatch.setattr("customers.importing.making.MOST_COMPARED", 1)
    monkeypatch.setattr("customers.importing.MOST_COMPARED", 1)
    assert b"find_duplicates" in imported(as_kari, "Name\nA AS\nB AS\n").content


def test_old_imports_are_forgotten_with_their_files(as_kari, kari):
    imported(as_kari, "Name\nA AS\n")
    old = newest(kari)
    CustomerImport.objects.update(made_at=timezone.now() - timedelta(days=31))
    sent(as_kari, "Name\nB AS\n")
    assert list(CustomerImport.objects.exclude(pk=old.pk)) == list(CustomerImport.objects.all())
    sweep(older_than=timedelta(0))
    assert Content.objects.count() == 1
    assert Customer.objects.count() == 1


def test_old_imports_go_by_themselves_when_files_are_swept(as_kari, kari, capsys):
    imported(as_kari, "Name\nA AS\n")
    sent(as_kari, "Name\nB AS\n")  # looked through, and never imported
    sent(as_kari, "Name\nC AS\n")
    young = newest(kari)
    CustomerImport.objects.exclude(pk=young.pk).update(made_at=timezone.now() - timedelta(days=31))
    CustomerImport.objects.filter(pk=young.pk).update(made_at=timezone.now() - timedelta(days=29))
    call_command("files_sweep")
    assert "Old imports forgotten: 2." in capsys.readouterr().out
    assert list(CustomerImport.objects.all()) == [young]
    # The files wait a day, as all that is let go.
    assert Content.objects.exclude(unused_since=None).exclude(pk=young.content_id).count() == 2
    call_command("files_sweep", "--days", "0")
    assert "Old imports forgotten: 0." in capsys.readouterr().out
    assert list(Content.objects.all()) == [young.content]
    assert Customer.objects.get().name == "A AS"


def test_refused_rows_hold_up_none_of_the_others(as_kari):
    page = imported(as_kari, "Name;E-mail\nA AS;nonsense\nB AS;b@b.example\n")
    assert list(Customer.objects.values_list("name", flat=True)) == ["B AS"]
    (row,) = page.context["left_out"]
    assert (row["line"], row["name"]) == (2, "A AS")
    response = as_kari.get(f"{URL}{page.context['made'].pk}/left-out/")
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    cells = [[cell.value for cell in row] for row in book.active.rows]
    assert cells[0] == ["Name", "E-mail", "Why left out"]
    assert cells[1][:2] == ["A AS", "nonsense"]
    assert "valid email" in cells[1][2]
    assert refused(dry_run(as_kari, sheet(*cells), "igjen.xlsx")).keys() == {2}


def test_the_page_is_for_whoever_sent_the_file(as_kari, as_anne, kari):
    made = dry_run(as_kari, "Name\nA AS\n").context["made"]
    for address in ("", "left-out/"):
        assert as_anne.get(f"{URL}{made.pk}/{address}").status_code == 404
    assert as_anne.post(f"{URL}{made.pk}/").status_code == 404
    assert not Customer.objects.exists()
