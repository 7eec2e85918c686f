"""The spreadsheets of invoices and of their lines, opened again: every cell, whoever reads it."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from customers import merging
from moment.ledger import exporting
from moment.ledger.models import Delivery, Invoice, InvoiceLine
from moment.models import BankAccount
from tests import sheets
from tests.conftest import signed_in
from tests.factories import CustomerFactory, ProjectFactory, UserFactory
from tests.ledger.making import days_ago, draft, invoice, payment
from tests.ledger.test_crediting import credit, final

pytestmark = pytest.mark.django_db
URL = "/invoices/export/"
TODAY = timezone.localdate()
# What a spreadsheet would run or take for something else.
TRICKS = ["=1+1", "+47 22 00 00 00", "-1", "@SUM(A1)", "#REF!", "\t=1"]
HEADINGS = [
    "No.", "Kind", "Customer no.", "Customer", "Customer no. on the invoice",
    "Buyer on the invoice", "Reg. no.", "Date", "Due", "State", "Delivered", "Project no.", "KID",
    "Your reference", "Order reference", "Currency", "Excluding VAT", "VAT", "Amount", "Remaining",
    "Exchange rate", "Amount in NOK", "Accounting export",
]  # fmt: skip
OF_LINES = [
    "No.", "Kind", "Customer no. on the invoice", "Buyer on the invoice", "Date", "Line",
    "Heading", "Text", "Project no.", "From", "Until", "Quantity", "Unit", "Price",
    "Amount excluding VAT", "Currency", "VAT code (SAF-T)", "VAT, per cent", "Account",
]  # fmt: skip
NORWEGIAN = [
    "Nr.", "Type", "Kundenr.", "Kunde", "Kundenr. på fakturaen", "Kjøper på fakturaen", "Org.nr.",
    "Dato", "Forfall", "Status", "Sendt", "Prosjektnr.", "KID", "Deres referanse",
    "Bestillingsreferanse", "Valuta", "Uten mva.", "Mva.", "Beløp", "Gjenstår", "Valutakurs",
    "Beløp i NOK", "Bokføringseksport",
]  # fmt: skip


@pytest.fixture
def some(kari):
    """Two invoices, a part of the first credited, and one that is taken back.

    20001 is in euro, with three VAT codes, and exported together with 20002, which credits it.
    20003 is paid in part and overdue. 20004 was printed for a customer that is merged by now.
    """
    BankAccount.objects.create(
        number="15033942187", kid_check="mod10", kid_customer_digits=4, kid_invoice_digits=6
    )
    fjell = CustomerFactory(number="51", name="Fjell AS", org_number="918212444")
    project = ProjectFactory(customer=fjell, number="P-7")
    euro = draft(
        fjell, "1000.10", "99.99", "0.05", currency="EUR", rate=Decimal("11.437512"),
        project=project, issued_on=days_ago(3),
    )  # fmt: skip
    for line, (code, rate, account) in zip(
        euro.lines.all(), [("3", 25, "3000"), ("31", 15, "3010"), ("5", 0, "3100")], strict=True
    ):
        line.vat_code, line.vat_rate, line.sales_account = code, rate, account
        line.save()
    first = euro.lines.first()
    first.kind, first.heading, first.project = InvoiceLine.Kind.WORK, "Design", project
    first.first_day, first.last_day = date(2026, 10, 5), date(2026, 10, 9)
    first.quantity, first.price = Decimal("7.25"), Decimal("137.9448")
    first.save()
    euro.invoice_settings |= {"your_reference": "Eva Moen", "order_reference": "PO-77"}
    euro.save()
    euro = final(euro, kari)
    credit(euro, kari, "500.05")
    exporting.export(by=kari)
    late = invoice(fjell, "300", by=kari, terms=10, issued_on=days_ago(40), vat_code="3")
    payment(fjell, "75.50", late, on=days_ago(2), made_by=kari)
    done = {"way": "email", "made_by": kari, "done_at": timezone.now()}
    Delivery.objects.create(invoice=late, **done)
    old = CustomerFactory(number="52", name="Vidde AS", org_number="")
    credit(invoice(old, "10", "-2.5", by=kari), kari)
    merging.merge(fjell.pk, [old.pk], by=kari)
    draft(fjell, "7")
    return list(Invoice.objects.final().order_by("sort_number"))


def book(client, query=""):
    return sheets.sheet(client.get(f"{URL}?{query}"))


def rows(client, query="") -> list[dict]:
    return sheets.rows(book(client, query))


def plain(client, query="") -> list[dict[str, str]]:
    return sheets.plain(client.get(f"{URL}?{query}&format=csv"))


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def test_every_column_is_what_the_invoice_has(as_kari, some):
    export = some[0].export_id
    states = ["due in 27 days", "settled", "30 days overdue", "credited", "settled"]
    found = rows(as_kari, "sort=number")
    assert [list(row) for row in found] == [HEADINGS] * 5
    for one, state, row in zip(some, states, found, strict=True):
        is_euro, is_old = one.currency == "EUR", one.buyer_number == "52"
        assert row == {
            "No.": one.number,
            "Kind": "Credit note" if one.credits_id else "Invoice",
            "Customer no.": "51",
            "Customer": "Fjell AS",
            "Customer no. on the invoice": "52" if is_old else "51",
            "Buyer on the invoice": "Vidde AS" if is_old else "Fjell AS",
            "Reg. no.": None if is_old else "918212444",
            "Date": one.issued_on,
            "Due": one.due_on,
            "State": state,
            "Delivered": "E-mail" if one == some[2] else None,
            "Project no.": "P-7" if is_euro else None,
            "KID": one.kid or None,
            "Your reference": "Eva Moen" if is_euro else None,
            "Order reference": "PO-77" if is_euro else None,
            "Currency": one.currency,
            "Excluding VAT": float(one.net),
            "VAT": float(one.vat),
            "Amount": float(one.gross),
            "Remaining": float(one.remaining),
            "Exchange rate": 11.437512 if is_euro else 1,
            "Amount in NOK": float(round(one.gross * one.rate, 2)),
            "Accounting export": export if is_euro else None,
        }


def test_every_column_of_lines_is_what_the_line_has(as_kari, some):
    found = rows(as_kari, "of=lines&sort=number")
    lines = [line for one in some for line in one.lines.all()]
    assert [list(row) for row in found] == [OF_LINES] * len(lines)
    for line, row in zip(lines, found, strict=True):
        one, is_work = line.invoice, line.kind == "work"
        assert row == {
            "No.": one.number,
            "Kind": "Credit note" if one.credits_id else "Invoice",
            "Customer no. on the invoice": one.buyer_number,
            "Buyer on the invoice": one.buyer_name,
            "Date": one.issued_on,
            "Line": line.get_kind_display(),
            "Heading": line.heading or None,
            "Text": line.text,
            "Project no.": "P-7" if line.project_id else None,
            "From": line.first_day,
            "Until": line.last_day,
            "Quantity": line.quantity and float(line.quantity),
            "Unit": line.unit or None,
            "Price": line.price and float(line.price),
            "Amount excluding VAT": float(line.amount),
            "Currency": one.currency,
            "VAT code (SAF-T)": line.vat_code,
            "VAT, per cent": float(line.vat_rate),
            "Account": line.sales_account,
        }
        assert not is_work or (row["Heading"], row["From"]) == ("Design", date(2026, 10, 5))
    assert [row["VAT code (SAF-T)"] for row in found[:3]] == ["3", "31", "5"]
    assert [row["VAT, per cent"] for row in found[:3]] == [25, 15, 0]
    assert [row["Account"] for row in found[:3]] == ["3000", "3010", "3100"]


def test_credit_notes_are_negative_and_all_of_it_adds_up(as_kari, some):
    found, lines = rows(as_kari), rows(as_kari, "of=lines")
    for row in found:
        is_note = row["Kind"] == "Credit note"
        amounts = [row[name] for name in ("Excluding VAT", "Amount", "Amount in NOK")]
        assert all((amount < 0) == is_note for amount in amounts)
        assert row["Excluding VAT"] + row["VAT"] == pytest.approx(row["Amount"])
        its = [line for line in lines if line["No."] == row["No."]]
        assert sum(line["Amount excluding VAT"] for line in its) == pytest.approx(
            row["Excluding VAT"]
        )
    assert found[-2]["No."] == "20002"
    assert found[-2]["Excluding VAT"] == -500.05
    assert found[-2]["VAT"] == -125.02  # so that the other half has 125.01 of the 250.03
    total = dict.fromkeys(("NOK", "EUR"), 0)
    for row in found:
        total[row["Currency"]] += row["Remaining"]
    assert total == pytest.approx({"NOK": 299.50, "EUR": 740.10})


@pytest.mark.parametrize(
    ("query", "days", "numbers"),
    [
        ("", {"Date", "Due"}, {"Excluding VAT", "VAT", "Amount", "Remaining", "Exchange rate",
                               "Amount in NOK", "Accounting export"}),
        ("of=lines", {"Date", "From", "Until"},
         {"Quantity", "Price", "Amount excluding VAT", "VAT, per cent"}),
    ],
)  # fmt: skip
def test_numbers_are_numbers_and_dates_are_dates(as_kari, some, query, days, numbers):
    opened = book(as_kari, query)
    heads = [cell.value for cell in opened[1]]
    # What is counted in hours has no unit.
    assert sheets.check_kinds(opened, days, numbers) == set(heads) - {"Unit"}
    for head in numbers - {"Exchange rate", "Accounting export"}:
        cells = [row[heads.index(head)] for row in opened.iter_rows(min_row=2)]
        assert {cell.number_format for cell in cells if cell.value is not None} == {"#,##0.00"}


@pytest.mark.parametrize("query", ["sort=number", "of=lines&sort=number"])
def test_the_csv_says_the_same_with_decimal_commas(as_kari, some, query):
    found, expected = plain(as_kari, query), rows(as_kari, query)
    assert len(found) == len(expected) > 4
    for row, same in zip(found, expected, strict=True):
        assert list(row) == list(same)
        for head, value in same.items():
            if value is None:
                assert row[head] == ""
            elif isinstance(value, int | float):
                assert "." not in row[head]
                assert float(number(row[head])) == value
            else:
                assert row[head] == str(value)


@pytest.mark.parametrize("trick", TRICKS)
def test_no_text_is_run_by_whoever_opens_it(as_kari, kari, trick):
    made = draft(CustomerFactory(name=f"{trick} AS"), "100")
    made.lines.update(text=trick, heading=trick)
    made.invoice_settings |= {"your_reference": trick, "order_reference": trick}
    made.save()
    final(made, kari)
    for query, heads in (
        ("", ["Customer", "Buyer on the invoice", "Your reference", "Order reference"]),
        ("of=lines", ["Buyer on the invoice", "Heading", "Text"]),
    ):
        sheet, [row] = book(as_kari, query), plain(as_kari, query)
        names = [cell.value for cell in sheet[1]]
        for head in heads:
            cell = sheet.cell(2, names.index(head) + 1)
            assert (cell.data_type, cell.quotePrefix) == ("s", True), head
            assert cell.value.startswith(trick)
            assert row[head].startswith(f"'{trick}")


def test_it_is_read_in_the_language_of_who_asks(as_kari, kari, some):
    kari.language = "nb"
    kari.save()
    sheet = book(as_kari, "sort=number")
    heads, first, second, *_rest = sheet.iter_rows(values_only=True)
    assert list(heads) == NORWEGIAN
    assert (first[1], second[1], sheet.title) == ("Faktura", "Kreditnota", "Fakturaer")
    assert first[9] == "forfaller om 27 dager"
    of_lines = book(as_kari, "of=lines")
    assert of_lines.title == "Fakturalinjer"
    heads = [cell.value for cell in of_lines[1]]
    assert heads[14:] == [
        "Beløp uten mva.", "Valuta", "Mva-kode (SAF-T)", "Mva. i prosent", "Konto",
    ]  # fmt: skip
    assert list(plain(as_kari)[0]) == NORWEGIAN


def test_it_has_what_the_list_shows_in_its_order(as_kari, some):
    for query, numbers in [
        ("", ["20005", "20004", "20003", "20002", "20001"]),
        ("state=overdue", ["20003"]),
        ("state=credit_notes&sort=number", ["20002", "20005"]),
        ("q=vidde", ["20005", "20004"]),
        ("sort=-amount", ["20001", "20003", "20004", "20005", "20002"]),
        ("q=nobody", []),
    ]:
        assert [row["No."] for row in rows(as_kari, query)] == numbers, query
        of_lines = [row["No."] for row in plain(as_kari, f"{query}&of=lines")]
        assert list(dict.fromkeys(of_lines)) == numbers, query
    name = as_kari.get(f"{URL}?of=lines&format=csv")["Content-Disposition"]
    assert name == f'attachment; filename="invoice-lines-{TODAY}.csv"'


def test_rows_go_on_over_batches(as_kari, some, monkeypatch):
    whole = rows(as_kari), rows(as_kari, "of=lines")
    monkeypatch.setattr("moment.ledger.sheets._BATCH", 2)
    assert (rows(as_kari), rows(as_kari, "of=lines")) == whole


def test_who_may_look_at_invoices_gets_it_and_nobody_else(as_per, as_ola, some):
    looking = signed_in(UserFactory(roles=["View customers", "View customer economy"]))
    for query in ("", "of=lines", "format=csv", "of=lines&format=csv"):
        assert looking.get(f"{URL}?{query}").status_code == 200
        assert as_per.get(f"{URL}?{query}").status_code == 403
        assert as_ola.get(f"{URL}?{query}").status_code == 403
    assert signed_in(UserFactory(roles=[])).get(URL).status_code == 403
