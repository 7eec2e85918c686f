"""What all customers owe, in one list."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from lxml import html
from openpyxl import load_workbook

from customers.overview import PAGE_SIZE
from tests.factories import CustomerFactory, TagFactory
from tests.ledger.making import invoice, payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def owing(kari):
    today = timezone.localdate()
    tag = TagFactory(name="Offentlig")
    late = CustomerFactory(number="1001", name="Alta kommune", tags=[tag], responsible=kari)
    most = CustomerFactory(number="1002", name="Bodø kommune", tags=[tag])
    credit = CustomerFactory(number="1003", name="Narvik AS")
    CustomerFactory(number="1004", name="Ingenting AS")
    invoice(late, "300", issued_on=today - timedelta(days=40), by=kari)
    invoice(late, "10", issued_on=today - timedelta(days=100), by=kari, currency="EUR",
            rate=Decimal("11.5"))  # fmt: skip
    invoice(most, "5000", issued_on=today, by=kari)
    paid = invoice(credit, "80", issued_on=today - timedelta(days=60), by=kari)
    payment(credit, "80", paid, on=today - timedelta(days=5), made_by=kari)
    payment(credit, "20", on=today, made_by=kari)
    return late, most, credit


def numbers(client, query="") -> list[str]:
    page = html.fromstring(client.get(f"/invoices/ledger/{query}").content)
    return [cell.text_content() for cell in page.xpath("//td[contains(@class, 'number')]")]


def test_those_with_open_items_most_overdue_first(as_kari, owing):
    assert numbers(as_kari)[0] == "1001"
    assert sorted(numbers(as_kari)) == ["1001", "1002", "1003"]
    page = " ".join(as_kari.get("/invoices/ledger/").content.decode().split())
    assert "415.00" in page  # 300 and EUR 10, together
    assert "5,395.00" in page  # all of them
    assert "−20.00" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?sort=name", ["1001", "1002", "1003"]),
        ("?sort=-number", ["1003", "1002", "1001"]),
        ("?sort=-balance", ["1002", "1001", "1003"]),
        ("?sort=balance", ["1003", "1001", "1002"]),
        ("?show=overdue", ["1001"]),
        ("?q=bodø", ["1002"]),
        ("?q=zzz", []),
        ("?page=99&sort=name", ["1001", "1002", "1003"]),
    ],
)
def test_it_is_sorted_and_narrowed(as_kari, owing, query, expected):
    assert numbers(as_kari, query) == expected


def test_tags_and_people_narrow_it_and_the_sums(as_kari, kari, owing):
    tag = owing[0].tags.get()
    assert sorted(numbers(as_kari, f"?tags={tag.pk}")) == ["1001", "1002"]
    page = as_kari.get(f"/invoices/ledger/?responsible={kari.pk}").content.decode()
    assert "Alta" in page
    assert "Bodø" not in page
    assert "5,395.00" not in page


def test_at_a_date_it_is_as_it_was(as_kari, owing):
    then = timezone.localdate() - timedelta(days=20)
    assert sorted(numbers(as_kari, f"?at={then}")) == ["1001", "1003"]
    assert numbers(as_kari, "?at=2020-01-01") == []


def test_pages_follow_each_other(as_kari, kari):
    for n in range(PAGE_SIZE + 1):
        invoice(CustomerFactory(number=f"2{n:03}"), "10", by=kari)
    assert len(numbers(as_kari, "?sort=number")) == PAGE_SIZE
    assert numbers(as_kari, "?sort=number&page=2") == [f"2{PAGE_SIZE:03}"]


def test_the_spreadsheet_has_all_by_currency(as_kari, owing):
    response = as_kari.get("/invoices/ledger/export/?sort=number")
    rows = list(load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)
    assert [(row[0], row[4], row[5]) for row in rows[1:]] == [
        ("1001", "EUR", 10), ("1001", "NOK", 300), ("1002", "NOK", 5000), ("1003", "NOK", -20),
    ]  # fmt: skip


def test_the_number_of_queries_is_fixed(as_kari, kari, owing, django_assert_max_num_queries):
    for _ in range(6):
        invoice(CustomerFactory(responsible=kari), "10", by=kari)
    with django_assert_max_num_queries(20):
        as_kari.get(f"/invoices/ledger/?at={timezone.localdate() - timedelta(days=1)}")


def test_without_the_right_nothing_of_it_opens(as_per, owing):
    for path in ("", "export/", "send/", "statements/abc/"):
        assert as_per.get(f"/invoices/ledger/{path}").status_code == 403
