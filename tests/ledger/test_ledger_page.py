"""The ledger of a customer, as people see it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from lxml import html

from customers import merging
from moment.ledger import crediting, finalising, paying
from tests.factories import CustomerFactory
from tests.ledger.making import invoice, payment

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def customer(kari, monkeypatch):
    """As in the picture: one part paid and overdue, one not due, a credit note, one paid."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    made = CustomerFactory(number="1040", name="Tromsø kommune")
    paid = invoice(made, "211250", issued_on=date(2026, 9, 18), by=kari)
    payment(made, "211250", paid, on=date(2026, 10, 16), made_by=kari)
    credited = invoice(made, "12500", issued_on=date(2026, 10, 20), by=kari)
    note = crediting.draft_credit(credited, parts=None, release=False, by=kari)
    note.issued_on = date(2026, 10, 29)
    note.save()
    finalising.finalise(note, version=note.version, by=kari)
    late = invoice(made, "86000", issued_on=date(2026, 10, 13), by=kari)
    payment(made, "50000", late, on=date(2026, 11, 2), made_by=kari)
    invoice(made, "376900", issued_on=date(2026, 11, 3), by=kari)
    return made


def shown(client, customer, query="") -> list[list[str]]:
    page = html.fromstring(client.get(f"/customers/{customer.number}/ledger/{query}").content)
    rows = page.xpath("//table[@class='ledger']/tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in rows]


def figures(client, customer, query="") -> list[str]:
    page = html.fromstring(client.get(f"/customers/{customer.number}/ledger/{query}").content)
    cells = page.xpath("//section[contains(@class, 'ageing')]//tbody//td/span[last()]")
    return [" ".join(cell.text_content().split()) for cell in cells]


def test_what_is_open_comes_first_with_its_state_and_the_running_balance(as_kari, customer):
    rows = shown(as_kari, customer)
    assert [row[0] for row in rows] == ["20004", "20005"]
    assert rows[0][-1] == "11 days overdue"
    assert rows[1][-1] == "due in 10 days"
    assert [row[-2] for row in rows] == ["Balance36,000.00", "Balance412,900.00"]
    assert rows[0][5:7] == ["Settled50,000.00", "Remaining36,000.00"]
    assert "payment 2 Nov" in rows[0][3]


def test_the_balance_is_aged_in_words_and_figures(as_kari, customer):
    assert figures(as_kari, customer) == [
        "412,900.00 NOK", "376,900.00", "36,000.00", "0.00", "0.00", "0.00",
    ]  # fmt: skip


def test_all_of_it_is_newest_first_and_says_how_each_was_settled(as_kari, customer):
    rows = shown(as_kari, customer, f"?at={TODAY}")
    assert len(rows) == 7
    assert [row[-1] for row in rows] == [
        "due in 10 days", "settled", "settled", "settled", "settled", "11 days overdue",
        "paid 16 Oct",
    ]  # fmt: skip
    assert rows[0][-2] == "Balance412,900.00"
    assert rows[-1][-2] == "Balance211,250.00"
    # The credit note and what it credited name each other.
    assert "20002" in rows[2][3]
    assert "20003" in rows[3][3]


def test_at_an_earlier_date_it_is_as_it_was_then(as_kari, customer):
    query = "?at=2026-10-25&open=1"
    assert figures(as_kari, customer, query)[0] == "98,500.00 NOK"
    assert [row[0] for row in shown(as_kari, customer, query)] == ["20004", "20002"]
    query = "?at=2026-10-15&open=1"
    assert [row[-1] for row in shown(as_kari, customer, query)] == [
        "due in 3 days",
        "due in 28 days",
    ]
    assert figures(as_kari, customer, "?at=2026-01-01&open=1")[0] == "0.00 NOK"


@pytest.mark.parametrize(
    ("issued", "terms", "at", "words"),
    [
        (date(2025, 12, 2), 30, date(2026, 1, 2), "1 day overdue"),
        (date(2025, 12, 2), 30, date(2026, 1, 1), "due today"),
        (date(2025, 12, 2), 30, date(2025, 12, 31), "due in 1 day"),
        (date(2026, 2, 27), 30, date(2026, 3, 30), "1 day overdue"),  # over the change of clocks
        (date(2026, 9, 25), 30, date(2026, 10, 26), "1 day overdue"),
    ],
)
def test_days_are_counted_over_years_and_changes_of_the_clocks(as_kari, issued, terms, at, words):
    made = CustomerFactory()
    invoice(made, "100", issued_on=issued, terms=terms)
    assert shown(as_kari, made, f"?at={at}&open=1")[0][-1] == words


def test_money_to_the_customers_credit_makes_the_balance_negative_and_is_explained(as_kari, kari):
    made = CustomerFactory()
    payment(made, "75.50", on=timezone.localdate(), made_by=kari)
    page = as_kari.get(f"/customers/{made.number}/ledger/").content.decode()
    assert "−75.50" in page
    assert "count as not due" in page
    assert "not matched" in page


def test_several_currencies_stand_apart_and_together(as_kari, kari):
    made = CustomerFactory()
    today = timezone.localdate()
    invoice(made, "100", issued_on=today, by=kari)
    invoice(made, "10", issued_on=today, by=kari, currency="EUR", rate=Decimal("11.5"))
    found = figures(as_kari, made)
    assert [found[0], found[6], found[12]] == ["10.00", "100.00", "215.00"]


def test_pages_go_on_after_each_other_and_back(as_kari, kari):
    made = CustomerFactory()
    day = timezone.localdate() - timedelta(days=10)
    for n in range(53):
        invoice(made, str(n + 1), issued_on=day + timedelta(days=n // 30), by=kari)
    payment(made, "5", on=day, made_by=kari)
    at = f"/customers/{made.number}/ledger/"
    first = html.fromstring(as_kari.get(at).content)
    (following,) = first.xpath("//a[@rel='next']")
    rows = shown(as_kari, made, following.get("href").removeprefix(at))
    assert len(rows) == 4
    assert rows[-1][-2] == f"Balance{sum(range(54)) - 5:,}.00"
    second = html.fromstring(as_kari.get(following.get("href")).content)
    assert "51–54 of 54" in second.text_content()
    (back,) = second.xpath("//a[@rel='prev']")
    assert shown(as_kari, made, back.get("href").removeprefix(at)) == shown(as_kari, made)
    assert shown(as_kari, made, "?last=1")[-1] == rows[-1]
    newest = shown(as_kari, made, "?sort=-date")
    assert newest[0] == rows[-1]


def test_a_merged_customers_rows_are_in_the_kept_ones_ledger(as_kari, kari):
    kept, other = CustomerFactory.create_batch(2)
    invoice(other, "100", issued_on=date(2026, 11, 1), by=kari)
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    assert figures(as_kari, kept)[0] == "100.00 NOK"
    assert as_kari.get(f"/customers/{other.number}/ledger/").status_code == 302
    merging.undo(merge.pk, by=kari)
    assert figures(as_kari, other)[0] == "100.00 NOK"


def test_a_reversed_payment_is_open_between_its_days(as_kari, kari):
    made = CustomerFactory()
    one = invoice(made, "100", issued_on=date(2026, 9, 1), by=kari)
    paid = payment(made, "100", one, on=date(2026, 9, 10), made_by=kari)
    paying.reverse(paid, by=kari, on=date(2026, 10, 10))
    assert figures(as_kari, made, "?at=2026-09-20&open=1")[0] == "0.00 NOK"
    assert figures(as_kari, made, "?at=2026-10-10&open=1")[0] == "100.00 NOK"
    assert "Reversal" in str(shown(as_kari, made, "?at=2026-10-10"))


@pytest.mark.parametrize("query", ["?at=x&open=1", "?at=0026-01-01", "?after=p99999", "?sort=no"])
def test_what_makes_no_sense_is_left_out(as_kari, customer, query):
    response = as_kari.get(f"/customers/{customer.number}/ledger/{query}")
    assert response.status_code == 200
    assert ("Is the year right" in response.content.decode()) == ("0026" in query)


def test_nothing_yet_and_no_right(as_kari, as_per, customer):
    empty = CustomerFactory()
    page = as_kari.get(f"/customers/{empty.number}/ledger/").content.decode()
    assert "Nothing in the ledger yet" in page
    assert f"/invoices/drafts/new/?customer={empty.number}" in page
    assert as_per.get(f"/customers/{customer.number}/ledger/").status_code == 403
    assert "/ledger/" not in as_per.get(f"/customers/{customer.number}/").content.decode()
