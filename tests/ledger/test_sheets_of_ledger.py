"""Spreadsheets of payments, the ledger and statements, opened again; and statements as PDF."""

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from moment.ledger import paying
from moment.ledger.models import Invoice, OcrFile, OcrPayment, Payment
from moment.models import BankAccount
from tests import sheets
from tests.factories import CustomerFactory, TagFactory
from tests.ledger.making import invoice, payment

pytestmark = pytest.mark.django_db
ON, AT = date(2026, 11, 20), "at=2026-11-20"
TRICK = "=1+1"
AGES = ["Not due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days"]


@pytest.fixture
def some(kari):
    """One owes in two currencies, has credit and a reversed payment; another has too much."""
    BankAccount.objects.create(
        number="15033942187", kid_check="mod10", kid_customer_digits=4, kid_invoice_digits=6
    )
    tags = [TagFactory(name=name) for name in ("Rød", "Blå")]
    known = {"name": f"{TRICK} Alta", "language": "en", "responsible": kari}
    alta = CustomerFactory(number="1001", tags=tags, **known)
    late = invoice(alta, "300", issued_on=date(2026, 9, 10), by=kari)
    payment(alta, "100.25", late, on=date(2026, 10, 1), text=TRICK, kid="123456", made_by=kari)
    euro = {"currency": "EUR", "rate": Decimal("11.437512"), "by": kari}
    invoice(alta, "40", issued_on=date(2026, 7, 1), **euro)
    invoice(alta, "1000", issued_on=date(2026, 11, 2), by=kari)
    wrong = payment(
        alta, "70", on=date(2026, 11, 3), currency="EUR", rate=Decimal("11.5"), made_by=kari
    )
    paying.reverse(wrong, by=kari, on=date(2026, 11, 5), text="Fourth")
    narvik = CustomerFactory(number="1002", name="Narvik AS")
    payment(narvik, "20", on=date(2026, 11, 4), made_by=kari)
    return alta, narvik


def opened(client, url):
    return sheets.sheet(client.get(url))


def texts_of(response) -> list[str]:
    return [
        " ".join(page.extract_text().split())
        for page in PdfReader(io.BytesIO(response.content)).pages
    ]


def test_every_column_of_payments(as_kari, kari, some):
    book = opened(as_kari, "/invoices/payments/export/?sort=day")
    found = sheets.rows(book)
    payments = list(Payment.objects.order_by("paid_on", "pk"))
    for one, row in zip(payments, found, strict=True):
        assert row == {
            "Paid": one.paid_on,
            "Customer no.": one.customer.number,
            "Customer": one.customer.name,
            "KID": one.kid or None,
            "Text": one.text or None,
            "Source": one.get_way_display(),
            "Reversed": "yes" if one.pk == payments[1].pk else None,
            "Currency": one.currency,
            "Amount": float(one.amount),
            "Not matched": float(one.remaining),
            "Exchange rate": float(one.rate),
        }
    assert [row["Amount"] for row in found] == [100.25, 70, 20, -70]
    assert [row["Not matched"] for row in found] == [0, 0, 20, 0]
    numbers = {"Amount", "Not matched", "Exchange rate"}
    assert sheets.check_kinds(book, {"Paid"}, numbers) == set(found[0])
    assert (book["E2"].quotePrefix, book["C2"].quotePrefix) == (True, True)


def test_every_column_of_what_no_kid_explains(as_kari, kari):
    file = OcrFile.objects.create(sha256="a", name="ocr.txt", transmission="1", read_by=kari)
    row = {"file": file, "account": "1", "paid_on": ON, "text": "+47", "kid": "999"}
    OcrPayment.objects.create(amount=Decimal("-12.50"), reference="r", payer="99990512341", **row)
    book = opened(as_kari, "/invoices/payments/export/?state=unknown")
    (found,) = sheets.rows(book)
    assert {head: value for head, value in found.items() if value is not None} == {
        "Paid": ON, "KID": "999", "Text": "+47", "Source": "OCR giro", "Currency": "NOK",
        "Amount": -12.5, "Not matched": -12.5,
    }  # fmt: skip
    assert book["E2"].quotePrefix


def test_every_column_of_the_ledger_of_all(as_kari, some):
    book = opened(as_kari, f"/invoices/ledger/export/?{AT}&sort=number")
    found = sheets.rows(book)
    heads = ["Customer no.", "Customer", "Responsible", "Tags", "Currency", "Balance"]
    alta = ["1001", "=1+1 Alta", "Kari Lunde", "Blå, Rød"]
    assert [list(row) for row in found] == [[*heads, *AGES, "Overdue"]] * 3
    assert [list(row.values()) for row in found] == [
        [*alta, "EUR", 40, 0, 0, 0, 0, 40, 40],
        [*alta, "NOK", 1199.75, 1000, 0, 199.75, 0, 0, 199.75],
        ["1002", "Narvik AS", None, None, "NOK", -20, -20, 0, 0, 0, 0, 0],
    ]
    numbers = {"Balance", *AGES, "Overdue"}
    assert sheets.check_kinds(book, (), numbers) == set(found[0])
    for row in found:
        assert sum(row[age] for age in AGES) == pytest.approx(row["Balance"])
        assert max(0, sum(row[age] for age in AGES[1:])) == pytest.approx(row["Overdue"])


def test_every_column_of_a_statement(as_kari, some):
    book = opened(as_kari, f"/customers/1001/ledger/statement.xlsx?{AT}")
    found = sheets.rows(book)
    late, euro, new = Invoice.objects.order_by("pk")
    expected = [
        (late, "NOK", 300, 100.25, 199.75, 199.75, 41),
        (euro, "EUR", 40, None, 40, 40, 112),
        (new, "NOK", 1000, None, 1000, 1199.75, None),
    ]
    by_number = {row["No."]: row for row in found}
    assert len(found) == 3
    for one, currency, amount, settled, remaining, balance, overdue in expected:
        row = by_number[one.number]
        assert row == {
            "Customer no.": "1001",
            "Customer": "=1+1 Alta",
            "No.": one.number,
            "Kind": "Invoice",
            "Date": one.issued_on,
            "Due": one.due_on,
            "KID": one.kid,
            "Currency": currency,
            "Amount": amount,
            "Settled": settled or 0,
            "Remaining": remaining,
            "Balance": balance,
            "Days overdue": overdue,
        }
    numbers = {"Amount", "Settled", "Remaining", "Balance", "Days overdue"}
    assert sheets.check_kinds(book, {"Date", "Due"}, numbers) == set(found[0])


def test_a_statement_of_a_period_goes_on_from_what_was_owed(as_kari, some):
    query = f"{AT}&since=2026-10-01"
    found = sheets.rows(opened(as_kari, f"/customers/1001/ledger/statement.xlsx?{query}"))
    nok = [(r["Kind"], r["Amount"], r["Balance"]) for r in found if r["Currency"] == "NOK"]
    assert nok == [("Payment", -100.25, 199.75), ("Invoice", 1000, 1199.75)]
    euro = [(r["Kind"], r["Amount"], r["Balance"]) for r in found if r["Currency"] == "EUR"]
    assert euro == [("Payment", -70, -30), ("Reversal", 70, 40)]
    (text,) = texts_of(as_kari.get(f"/customers/1001/ledger/statement.pdf?{query}"))
    assert [float(one.replace(",", "")) for one in _openings(text)] == [40, 300]
    for kind, amount, balance in (*nok, *euro):
        row = f"{kind}.*{amount:,.2f} {balance:,.2f}".replace("-", "−")
        assert re.search(row, text), (kind, amount)


def _openings(text: str) -> list[str]:
    return re.findall(r"Opening balance ([\d.,-]+)", text)


def test_the_pdf_says_what_the_spreadsheet_says(as_kari, some):
    found = sheets.rows(opened(as_kari, f"/customers/1001/ledger/statement.xlsx?{AT}"))
    (text,) = texts_of(as_kari.get(f"/customers/1001/ledger/statement.pdf?{AT}"))
    for row in found:
        words = f"{row['KID']} {row['Amount']:,.2f} {row['Remaining']:,.2f} {row['Balance']:,.2f}"
        assert re.search(rf"Invoice {row['No.']} .*?{re.escape(words)}", text), row["No."]
    assert "Balance, EUR 40.00" in text
    assert "Balance, NOK 1,199.75" in text
    # Aged as in the spreadsheet of all.
    assert "EUR 0.00 0.00 0.00 0.00 40.00 40.00" in text
    assert "NOK 1,000.00 0.00 199.75 0.00 0.00 1,199.75" in text


def test_they_are_in_the_language_of_who_asks_and_the_pdf_in_the_customers(as_kari, kari, some):
    kari.language = "nb"
    kari.save()
    heads = {
        "/invoices/payments/export/": ["Betalt", "Kundenr.", "Kunde", "KID", "Tekst"],
        f"/invoices/ledger/export/?{AT}": ["Kundenr.", "Kunde", "Ansvarlig", "Etiketter", "Valuta"],
        "/customers/1001/ledger/statement.xlsx": ["Kundenr.", "Kunde", "Nr.", "Type", "Dato"],
    }
    for url, expected in heads.items():
        assert [cell.value for cell in opened(as_kari, url)[1]][:5] == expected
    (text,) = texts_of(as_kari.get(f"/customers/1001/ledger/statement.pdf?{AT}"))
    assert "Customer number 1001" in text
    assert "Kunde" not in text
