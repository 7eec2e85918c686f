"""What accounting gets: each invoice once, with accounts and VAT codes, and all adds up to zero."""

import csv
import io
from decimal import Decimal

import openpyxl
import pytest

from customers import merging
from moment.ledger import exporting, journal
from moment.ledger.exporting import NothingToExport
from moment.ledger.models import AccountingExport, Invoice, InvoiceLine
from moment.models import CompanySettings
from tests.conftest import said, signed_in
from tests.factories import CustomerFactory, UserFactory
from tests.ledger.making import draft, invoice
from tests.ledger.test_crediting import credit, final

pytestmark = pytest.mark.django_db


def read_csv(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def number(text):
    return Decimal(text.replace(",", ".") or 0)


def several_rates(by, **columns):
    """Make an invoice with VAT of three kinds on four accounts, with rounding to be spread."""
    made = draft(None, "33.33", "33.33", "33.34", "100.01", "0.02", **columns)
    for line, values in zip(
        made.lines.all(),
        [
            ("3", 25, "3000"),
            ("3", 25, "3010"),
            ("3", 25, "3020"),
            ("31", 15, "3000"),
            ("5", 0, "3100"),
        ],
        strict=True,
    ):
        line.vat_code, line.vat_rate, line.sales_account = values
        line.save()
    made.invoice_settings |= {"ledger_account": "1505", "accounting_department": "D7"}
    made.save()
    return final(made, by)


def entries(made):
    return journal.entries(made, made.lines.all(), CompanySettings.current().currency)


def test_an_invoice_is_booked_by_account_and_vat_code(kari):
    made = several_rates(kari)
    first, *sold = entries(made)
    assert (first.account, first.vat_code, first.gross) == ("1505", "", made.gross)
    assert [(one.account, one.vat_code, one.net) for one in sold] == [
        ("3000", "3", Decimal("-33.33")),
        ("3010", "3", Decimal("-33.33")),
        ("3020", "3", Decimal("-33.34")),
        ("3000", "31", Decimal("-100.01")),
        ("3100", "5", Decimal("-0.02")),
    ]
    assert sum(one.vat for one in sold) == -made.vat
    assert first.gross + sum(one.gross for one in sold) == 0


@pytest.mark.parametrize("rate", ["11.3377", "0.0999", "1"])
def test_it_adds_up_to_zero_in_our_currency_too(kari, rate):
    made = several_rates(kari, currency="EUR", rate=Decimal(rate))
    for one in (made, credit(made, kari, "10.01", "", "33.34"), credit(made, kari)):
        found = entries(one)
        assert sum(entry.gross for entry in found) == 0
        assert sum(entry.booked for entry in found) == 0
        assert found[0].booked == round(one.gross * one.rate, 2)
    assert made.rate == Decimal(rate)


def test_the_vat_that_is_booked_is_what_the_document_says_in_our_currency(kari):
    made = draft(None, "10.10", "20.30", currency="EUR", rate=Decimal("11.5"))
    low = made.lines.last()
    low.vat_code, low.vat_rate = "31", 15
    low.save()
    made = final(made, kari)
    # 5.58 euros; rounded for each rate it would be 29.10 and 35.08.
    assert sum(one.booked_vat for one in entries(made)) == Decimal("-64.17")
    assert sum(one.booked for one in entries(made)) == 0


def test_an_export_takes_what_is_final_and_no_invoice_twice(as_kari, kari):
    made = invoice(None, "100", by=kari)
    credit(made, kari, "40")
    draft()
    page = as_kari.get("/invoices/accounting/").content.decode()
    assert "Export 2 invoices" in page
    done = as_kari.post("/invoices/accounting/")
    export = AccountingExport.objects.get()
    assert said(done) == f"Export {export.pk} with 2 invoices is made. Download it below."
    assert (export.count, export.made_by) == (2, kari)
    assert set(Invoice.objects.final().values_list("export", flat=True)) == {export.pk}
    assert said(as_kari.post("/invoices/accounting/")).endswith("Everything is exported already.")
    assert AccountingExport.objects.count() == 1
    with pytest.raises(NothingToExport):
        exporting.export(by=kari)
    invoice(None, "5", by=kari)
    assert exporting.export(by=kari).count == 1


def test_the_file_reads_the_same_whatever_happens_since(as_kari, kari):
    buyer = CustomerFactory(number="77", name="=HYPERLINK(1)")
    made = draft(buyer, "1000.10", vat_code="3")
    InvoiceLine.objects.filter(invoice=made).update(text="+1")
    made = final(made, kari)
    exporting.export(by=kari)
    url = f"/invoices/accounting/{AccountingExport.objects.get().pk}/"
    before = b"".join(as_kari.get(url).streaming_content)
    rows = read_csv(as_kari.get(url))
    assert [(row["Account"], row["VATCode"], row["Debit"], row["Credit"]) for row in rows] == [
        ("1500", "", "1250,13", ""),
        ("3000", "3", "", "1250,13"),
    ]
    assert rows[0]["CustomerID"] == "77"
    assert rows[0]["Customer"] == "'=HYPERLINK(1)"  # no spreadsheet runs it
    sums = [sum(number(row[name]) for row in rows) for name in ("Debit", "Credit", "Gross")]
    assert sums == [made.gross, made.gross, 0]
    merging.merge(CustomerFactory().pk, [buyer.pk], by=kari)
    credit(Invoice.objects.get(), kari)
    kari.language = "nb"
    kari.save()
    assert b"".join(as_kari.get(url).streaming_content) == before
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(as_kari.get(f"{url}?format=xlsx")))).active
    cells = list(sheet.values)
    assert len(cells) == 3
    assert cells[1][:2] == ("Invoice", "20001")
    assert sheet["F2"].data_type == "s"
    assert sheet["F2"].value == "=HYPERLINK(1)"


def test_who_may_only_look_exports_nothing(kari):
    invoice(by=kari)
    looking = signed_in(UserFactory(roles=["View customers", "View customer economy"]))
    assert looking.get("/invoices/accounting/").status_code == 403
    assert looking.post("/invoices/accounting/").status_code == 403
    assert b"/invoices/accounting/" not in looking.get("/invoices/all/").content
    assert looking.get("/invoices/accounting/1/").status_code == 403


def test_an_export_that_is_not_there(as_kari):
    assert as_kari.get("/invoices/accounting/7/").status_code == 404
    assert b"None yet" in as_kari.get("/invoices/accounting/").content
