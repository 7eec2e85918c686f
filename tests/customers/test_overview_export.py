"""All customers that the overview asks for as XLSX and CSV, opened again."""

import csv
import io
import tracemalloc
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from customers import importing, merging, overview_sheet
from customers.importing import rows_of
from customers.importing.reading import read
from customers.models import Customer
from customers.overview import PAGE_SIZE, Overview
from customers.overview_sheet import Sheet
from tests.factories import CustomerFactory, EntityFactory, TagFactory, UserFactory
from tests.ledger.making import invoice
from tests.reaching import kept

pytestmark = pytest.mark.django_db
URL = "/customers/export/"


def body(response) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def xlsx(client, query: str = "") -> list[dict]:
    """Return the rows of the spreadsheet by their headings."""
    book = load_workbook(io.BytesIO(body(client.get(f"{URL}{query}"))))
    heads, *rows = book.active.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def as_csv(client, query: str = "") -> list[dict]:
    text = body(client.get(f"{URL}?format=csv&{query}")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def names(rows) -> list[str]:
    return [row["Name"] for row in rows]


@pytest.fixture
def fjell(db):
    entity = EntityFactory()
    kept(entity.org_number, "yes").save()
    return CustomerFactory(
        number="1028", name="Fjell AS", org_number=entity.org_number, status="active",
        relation="both", tags=[TagFactory(name="Kommune"), TagFactory(name="Vei og bane")],
        email="post@fjell.example", invoice_email="faktura@fjell.example", invoice_type="email",
        phone="22 33 44 55", website="https://fjell.example", language="nb", currency="EUR",
        responsible=UserFactory(first_name="Ida", last_name="Berg"),
        visiting_street="Storgata 1\n3. etasje", visiting_postcode="0155", visiting_city="OSLO",
        postal_street="Postboks 7", postal_postcode="0101", postal_city="OSLO",
    )  # fmt: skip


def test_each_has_what_one_needs_elsewhere(as_per, fjell):
    (row,) = xlsx(as_per)
    when = row.pop("Last activity")
    assert abs(when - timezone.localtime().replace(tzinfo=None)) < timedelta(minutes=5)
    assert row == {
        "Number": "1028",
        "Name": "Fjell AS",
        "Company reg. no.": fjell.org_number,
        "Country": "NO",
        "Status": "Active",
        "Relation": "Both",
        "Tags": "Kommune, Vei og bane",
        "E-mail": "post@fjell.example",
        "Invoice e-mail": "faktura@fjell.example",
        "Invoice type": "E-mail",
        "EHF": "Yes",
        "Phone": "22 33 44 55",
        "Website": "https://fjell.example",
        "Language": "Norwegian",
        "Currency": "EUR",
        "Responsible": "Ida Berg",
        "Address": "Storgata 1, 3. etasje",
        "Postcode": "0155",
        "City": "OSLO",
        "Postal address": "Postboks 7",
        "Postal postcode": "0101",
        "Postal city": "OSLO",
    }


def test_the_csv_says_the_same(as_per, fjell):
    (sheet,), (row,) = xlsx(as_per), as_csv(as_per)
    sheet.pop("Last activity")
    row.pop("Last activity")
    assert row == sheet


def test_files_are_named_for_the_day(as_per):
    today = f"{timezone.localdate():%Y-%m-%d}"
    assert f'filename="customers-{today}.xlsx"' in as_per.get(URL)["Content-Disposition"]
    answer = as_per.get(f"{URL}?format=csv")
    assert f'filename="customers-{today}.csv"' in answer["Content-Disposition"]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_it_has_every_customer_of_the_question_and_no_other(as_per):
    tag = TagFactory()
    for n in range(PAGE_SIZE + 7):
        CustomerFactory(number=str(2000 + n), name=f"Fjell {n:03} AS", tags=[tag])
    CustomerFactory(name="Fjell utan merke AS")
    CustomerFactory(name="Vidde AS", tags=[tag])
    CustomerFactory(name="Fjell sovande AS", tags=[tag], status="inactive")
    query = f"q=fjell&tags={tag.pk}&sort=name"
    expected = [f"Fjell {n:03} AS" for n in range(PAGE_SIZE + 7)]
    assert names(xlsx(as_per, f"?{query}")) == expected
    assert names(as_csv(as_per, query)) == expected
    # Whatever page it was asked from.
    assert names(as_csv(as_per, f"{query}&after=2003&row=5")) == expected
    assert names(as_csv(as_per, f"{query}&status=inactive")) == ["Fjell sovande AS"]
    assert len(as_csv(as_per, f"{query}&status=all")) == PAGE_SIZE + 8


@pytest.mark.parametrize("sort", ["number", "-number", "-name", "city", "responsible", "-activity"])
def test_it_is_in_the_order_of_the_page(as_per, kari, sort):
    for name, city in (("Alfa", "Bodø"), ("Bravo", ""), ("Charlie", "Ås"), ("Delta", "Alta")):
        CustomerFactory(name=name, visiting_city=city)
    shown = Overview(QueryDict(f"sort={sort}"), kari).page.rows
    assert names(as_csv(as_per, f"sort={sort}")) == [row["name"] for row in shown]


def test_more_are_found_than_are_counted(as_per, monkeypatch):
    """Counting stops at a limit; the spreadsheet does not."""
    monkeypatch.setattr("customers.counts.LIMIT", 4)
    CustomerFactory.create_batch(9, name="Fjell AS")
    assert len(as_csv(as_per, "q=fjell")) == 9
    assert len(as_csv(as_per)) == 9


def test_the_order_holds_from_batch_to_batch(as_per, monkeypatch):
    monkeypatch.setattr(overview_sheet, "_BATCH", 3)
    made = [CustomerFactory(number=str(3000 + n)).name for n in range(8)]
    assert names(as_csv(as_per, "sort=number")) == made


def test_who_was_merged_is_not_there(as_per, anne):
    one, other = CustomerFactory(name="Fjell AS"), CustomerFactory(name="Fjell A/S")
    merging.merge(one.pk, [other.pk], by=anne)
    assert names(as_csv(as_per, "status=all")) == ["Fjell AS"]


def test_nobody_found_is_a_sheet_with_headings(as_per):
    assert xlsx(as_per, "?q=nowhere") == as_csv(as_per, "q=nowhere") == []


@pytest.mark.parametrize("name", ["=1+1", "+47", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("x")'])
def test_what_looks_like_a_formula_is_text(as_per, name):
    Customer.objects.filter(pk=CustomerFactory().pk).update(name=name, visiting_city=name)
    (row,) = as_csv(as_per)
    assert row["Name"] == row["City"] == f"'{name}"
    book = load_workbook(io.BytesIO(body(as_per.get(URL))))
    heads, cells = book.active.iter_rows()
    for heading in ("Name", "City"):
        (cell,) = [c for h, c in zip(heads, cells, strict=True) if h.value == heading]
        assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", name, True)


@pytest.mark.parametrize(
    "query",
    ["status=nonsense", "sort=pk", "tags=x", "columns=pk", "after=x", "format=pdf", "row=-"],
)
def test_what_makes_no_sense_is_left_out(as_per, query):
    CustomerFactory(name="Fjell AS")
    assert names(xlsx(as_per, f"?{query}")) == ["Fjell AS"]


@pytest.mark.parametrize("of", ["", "format=csv"])
@pytest.mark.parametrize("language", ["en", "nb"])
def test_an_import_reads_it_again(as_per, per, fjell, of, language):
    """In either language: every column that an import takes, with what the customer has."""
    per.language = language
    per.save()
    Customer.objects.filter(pk=fjell.pk).update(phone="+46 8 555 00")
    table = read(body(as_per.get(f"{URL}?{of}")))
    (row,) = rows_of(table)
    assert not row.problems
    read_again = {name: value for name, value in row.values.items() if value}
    columns = {column.name for column in importing.COLUMNS} - {"tags", "responsible"}
    stored = Customer.objects.values(*columns).get()
    assert read_again == stored | {"visiting_street": "Storgata 1, 3. etasje"}
    assert (row.cells["tags"], row.cells["responsible"]) == ("Kommune, Vei og bane", "Ida Berg")


# Money


@pytest.fixture
def owing(db):
    """It owes in kroner and in euro."""
    one = CustomerFactory(name="Fjell AS")
    invoice(one, "81234.50", currency="NOK")
    invoice(one, "700", currency="EUR", rate=Decimal("11.5"))
    return one


MONEY = ["outstanding", "overdue", "last_invoice", "not_invoiced"]
ASKED = "&".join(f"columns={name}" for name in MONEY)


def test_columns_that_were_chosen_are_numbers_and_days(as_kari, owing):
    (row,) = xlsx(as_kari, f"?{ASKED}&columns=in_progress")
    assert row["Outstanding, NOK"] == 81234.5
    assert row["Outstanding, other currencies"] == "700.00 EUR"
    assert row["Overdue, NOK"] is None
    assert row["Last invoice"].date() == timezone.localdate()
    assert "Projects in progress" in row
    (row,) = as_csv(as_kari, ASKED)
    assert row["Outstanding, NOK"] == "81234,50"
    assert row["Last invoice"] == timezone.localdate().isoformat()


def test_none_is_there_that_was_not_chosen(as_kari, owing):
    (row,) = xlsx(as_kari)
    assert not [head for head in row if "Outstanding" in head or "invoiced" in head]


def test_who_may_not_see_money_gets_none(as_per, owing):
    for told in (xlsx(as_per, f"?{ASKED}"), as_csv(as_per, ASKED)):
        (row,) = told
        assert not [head for head in row if head.startswith(("Outstanding", "Overdue", "Not yet"))]
        assert "Last invoice" not in row
        assert not [cell for cell in row.values() if "81234" in str(cell)]


def test_nor_are_customers_chosen_by_it(as_per, as_kari, owing):
    CustomerFactory(name="Vidde AS")
    assert len(as_csv(as_per, "overdue=1")) == 2
    assert as_csv(as_kari, "overdue=1") == []


def test_without_a_role_there_is_nothing(as_ola):
    assert as_ola.get(URL).status_code == 403


# Large bases


def test_queries_do_not_grow_with_the_rows_of_a_batch(as_kari, kari):
    counts = []
    for more in (3, 30):
        for _ in range(more):
            entity = EntityFactory()
            kept(entity.org_number, "yes").save()
            CustomerFactory(
                org_number=entity.org_number, tags=[TagFactory()], responsible=UserFactory()
            )
        as_csv(as_kari, ASKED)
        with CaptureQueriesContext(connection) as captured:
            as_csv(as_kari, ASKED)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_many_customers_do_not_stay_in_memory(kari):
    Customer.objects.bulk_create(
        (
            Customer(number=str(n), name=f"Kunde {n}", sort_number=f"{n:012}", email="x" * 200)
            for n in range(6000)
        ),
        batch_size=1000,
    )
    rows = Sheet(Overview(QueryDict(), kari)).rows()
    for _ in range(1000):
        next(rows)
    tracemalloc.start()
    left = sum(1 for _row in rows)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert left == 5000
    assert peak < 6_000_000


# The menu


def test_the_page_offers_both_for_what_it_shows(as_per):
    CustomerFactory(name="Fjell AS")
    page = as_per.get("/customers/?q=fjell&status=all&sort=name&with=1").content.decode()
    assert 'href="/customers/export/?status=all&amp;sort=name&amp;q=fjell"' in page
    assert 'href="/customers/export/?format=csv&amp;status=all&amp;sort=name&amp;q=fjell"' in page
    part = as_per.get("/customers/?q=fjell", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-swap-oob="innerHTML:#export"' in part
    assert 'href="/customers/export/?q=fjell"' in part
