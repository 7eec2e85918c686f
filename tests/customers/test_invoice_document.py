"""An invoice on paper: over several pages, with long texts, in both languages."""

import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.utils import translation
from pypdf import PdfReader

from customers import invoice_document, invoice_lines, invoice_totals
from customers.invoice_document import Account, Booked, Buyer, Document, Seller
from customers.invoice_lines import Expense, Line, Work
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import SETTINGS
from moment.invoice_settings.levels import Effective
from moment.pdf import pdf

DAY = date(2026, 11, 22)


def document(lines: int = 1, comment: str = "", account=None, domestic=True, **values) -> Document:
    work = [
        Work("Bru", "Tegning", f"Kollega {n}", "Ingeniør", DAY, Decimal(n + 1), Decimal(1000),
             comment)
        for n in range(lines)
    ]  # fmt: skip
    own = dict.fromkeys(SETTINGS) | {"invoice_contact_id": None} | values
    settings = Effective([(Level.CUSTOMER, SimpleNamespace(**own))])
    made = Document(
        seller=Seller("Fjordvik AS", ["Storgata 1"], "NO 1 MVA", []),
        buyer=Buyer("1040", "Havn og Vei KF", ["Postboks 17"], "", domestic=domestic),
        settings=settings,
        number="10017",
        issued_on=DAY,
        due_on=DAY + timedelta(days=settings.value("credit_terms")),
        currency=settings.value("currency"),
        lines=[],
        totals=invoice_totals.of([], "NOK"),
        work=work,
        account=account,
    )
    return of_lines(made, invoice_lines.lines(work, [], settings))


def of_lines(made: Document, lines: list[Line], *vats: tuple[str, str], **parts) -> Document:
    """Return a document with these lines, and for each its VAT code and rate; 25 % for all."""
    vats = vats or (("3", "25"),) * len(lines)
    rates = [Decimal(rate) for _code, rate in vats]
    lines = [replace(one, vat_rate=rate) for one, rate in zip(lines, rates, strict=True)]
    found = [
        (code, Decimal(rate), line.amount) for line, (code, rate) in zip(lines, vats, strict=True)
    ]
    totals = invoice_totals.of(found, parts.get("currency", made.currency))
    return replace(made, lines=lines, totals=totals, **parts)


def pages(made: Document) -> list[str]:
    content = pdf(invoice_document.TEMPLATE, invoice_document.data(made))
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def joined(texts: list[str]) -> str:
    return " ".join(" ".join(texts).replace("\u200b", "").split())


def test_a_hundred_lines_go_over_pages_with_their_headings():
    found = pages(document(100, line_grouping="entry"))
    assert len(found) > 2
    text = joined(found)
    for n in range(100):
        assert text.count(f"Kollega {n}, Tegning") == 1
    for number, page in enumerate(found, start=1):
        assert f"Page {number} of {len(found)}" in page
        assert ("Description" in page) == ("Tegning" in page)
    assert "Sum excluding VAT 5,050,000.00" in text


def test_rates_have_a_column_only_where_a_line_has_one():
    made = document(2, line_grouping="project")
    assert invoice_document.data(made)["lines"]["headings"][-2:] == ["Rate", "Amount"]
    first, second = made.work
    work = [replace(first, rate=Decimal(900)), second]
    made = of_lines(made, invoice_lines.lines(work, [], made.settings))
    lines = invoice_document.data(made)["lines"]
    assert (lines["headings"][-2:], lines["numbers"]) == (["Hours", "Amount"], 2)
    assert "2,900.00" in joined(pages(made))


def test_lines_of_two_rows_stand_above_each_other():
    """Each line begins below the end of the one before, however long that is."""
    made = document(3, comment="Lang merknad om det som ble gjort. " * 6, line_grouping="entry")
    content = pdf(invoice_document.TEMPLATE, invoice_document.data(made))
    rows: list[tuple[float, str]] = []
    PdfReader(io.BytesIO(content)).pages[0].extract_text(
        visitor_text=lambda text, cm, tm, font, size: rows.append((tm[5] + cm[5], text))
    )
    heights = {round(y) for y, text in rows if "merknad" in text or "Kollega" in text}
    ordered = sorted(heights, reverse=True)
    assert len(ordered) > 6
    assert all(above - below >= 9 for above, below in pairwise(ordered))


def test_an_invoice_of_our_own_is_not_marked_as_a_sample():
    assert "SAMPLE" not in joined(pages(document()))


@pytest.mark.parametrize(
    ("account", "domestic", "currency", "says"),
    [
        (Account("86011117947", "DNBANOKK", "123"), True, "NOK", "Account 8601.11.17947|KID 123"),
        (Account("86011117947", "DNBANOKK"), False, "NOK", "IBAN NO93 8601 1117 947|BIC DNBANOKK"),
        (Account("86011117947"), True, "EUR", "IBAN NO93 8601 1117 947|Mark the payment 10017"),
        (Account("DE89370400440532013000"), True, "NOK", "IBAN DE89 3704 0044 0532 0130 00"),
        (None, True, "NOK", "Due date 22 Dec 2026"),
    ],
)
def test_how_to_pay_is_by_where_the_money_comes_from(account, domestic, currency, says):
    made = document(account=account, domestic=domestic, currency=currency)
    payment = [" ".join(pair) for pair in invoice_document.data(made)["payment"]]
    assert set(says.split("|")) <= set(payment)


@pytest.mark.parametrize(
    ("days", "says", "due"),
    [
        (0, "Due at once", "22 Nov 2026"),
        (1, "1 day net", "23 Nov 2026"),
        (365, "365 days net", "22 Nov 2027"),
    ],
)
def test_terms_are_said_in_days_and_as_a_date(days, says, due):
    facts = dict(invoice_document.data(document(credit_terms=days))["facts"])
    assert (facts["Terms"], facts["Due date"]) == (says, due)


def test_what_is_empty_is_left_out():
    facts = dict(invoice_document.data(document())["facts"])
    assert "Your reference" not in facts
    assert "Company reg. no." not in facts


@pytest.mark.parametrize(
    ("language", "amount", "period"),
    [("nb", "1\u00a0000,00", "22. nov. 2026"), ("en-gb", "1,000.00", "22 Nov 2026")],
)
def test_amounts_and_days_are_written_as_the_language_does(language, amount, period):
    with translation.override(language):
        cells = invoice_document.data(document())["lines"]["rows"][1]["cells"]
    assert cells[1] == period
    assert cells[-1] == amount


def test_expenses_stand_under_their_own_heading():
    made = document()
    expenses = [Expense("Tog", DAY, Decimal("864.005"))]
    made = of_lines(made, invoice_lines.lines(made.work, expenses, made.settings))
    rows = invoice_document.data(made)["lines"]["rows"]
    assert rows[-2] == {"heading": "Expenses"}
    assert rows[-1]["cells"][-1] == "864.01"


def said(made: Document) -> list[str]:
    return [" ".join(pair).replace("\xa0", " ") for pair in invoice_document.data(made)["totals"]]


def lines_of(*amounts: str) -> list[Line]:
    return [Line(f"Part {n}", Decimal(one), kind="other") for n, one in enumerate(amounts)]


def test_each_rate_of_vat_has_a_row_and_each_line_its_rate():
    vats = [("3", "25"), ("31", "15"), ("5", "0"), ("52", "0"), ("3", "25")]
    made = of_lines(document(), lines_of("0.02", "0.10", "30", "7", "100"), *vats)
    assert said(made) == [
        "Sum excluding VAT 137.12",
        "VAT 25 % of 100.02 25.01",  # 25.005
        "VAT 15 % of 0.10 0.02",  # 0.015
        "VAT 0 %: exempt within the VAT Act, of 30.00 0.00",
        "VAT 0 %: export, of 7.00 0.00",
    ]
    table = invoice_document.data(made)["lines"]
    assert table["headings"] == ["Description", "VAT", "Amount"]
    assert [row["cells"][1] for row in table["rows"]] == [
        *("25\xa0%", "15\xa0%", "0\xa0%", "0\xa0%", "25\xa0%")
    ]
    assert "To pay, NOK 162.15" in joined(pages(made))


def test_who_is_not_registered_for_vat_says_so_once():
    made = of_lines(document(), lines_of("10", "20"), ("3", "0"), ("6", "0"))
    made = replace(made, seller=replace(made.seller, vat_registered=False))
    assert said(made)[1:] == ["No VAT: the seller is not in the VAT register 0.00"]


def test_quantities_have_their_units():
    lines = [
        Line("Design", Decimal(1500), Decimal("1.5"), Decimal(1000)),
        Line("Drills", Decimal(300), Decimal(3), Decimal(100), kind="other", unit="pcs"),
        Line("Journeys", Decimal(80), Decimal(2), Decimal(40), kind="other"),
        Line("Charge", Decimal(65), kind="charge"),
    ]
    table = invoice_document.data(of_lines(document(), lines))["lines"]
    assert table["headings"] == ["Description", "Quantity", "Rate", "Amount"]
    assert [row["cells"][1] for row in table["rows"]] == ["1.5 h", "3 pcs", "2", ""]


def test_a_column_that_no_line_fills_is_left_out():
    table = invoice_document.data(of_lines(document(), lines_of("5")))["lines"]
    assert (table["headings"], table["numbers"]) == (["Description", "Amount"], 1)


def test_a_credit_note_says_what_it_credits_and_asks_for_nothing():
    account = Account("86011117947", "DNBANOKK", "123")
    made = document(account=account)
    made = replace(made, is_credit_note=True, credits="10005")
    data = invoice_document.data(made)
    assert (data["title"], data["payment"]) == ("Credit note", [])
    facts = dict(data["facts"])
    assert facts["Credits invoice"] == "10005"
    assert not {"Due date", "Terms", "Invoice date"} & set(facts)
    text = joined(pages(made))
    assert "Credit note 10017" in text
    assert "To your credit, NOK 1,250.00" in text
    assert not [word for word in ("To pay", "KID", "8601", "Due date") if word in text]


@pytest.mark.parametrize(
    ("currency", "rate", "amounts", "says"),
    [
        ("EUR", "11.2345", ["1000"], "VAT in NOK 2,808.63|Exchange rate 1 EUR = 11.2345 NOK"),
        ("SEK", "1", ["0.02"], "VAT in NOK 0.01|Exchange rate 1 SEK = 1.00 NOK"),
        ("JPY", "0.068901", ["1002"], "VAT in NOK 17.29|Exchange rate 1 JPY = 0.068901 NOK"),
        ("NOK", "1", ["1000"], ""),
    ],
)
def test_vat_stands_in_our_currency_too(currency, rate, amounts, says):
    made = of_lines(document(), lines_of(*amounts), currency=currency,
                    booked=Booked("NOK", Decimal(rate)))  # fmt: skip
    rows = invoice_document.data(made)["booked"]
    assert "|".join(" ".join(row) for row in rows) == says
    assert says.replace("|", " ") in joined(pages(made))


def test_without_vat_only_the_rate_stands_there():
    made = of_lines(document(), lines_of("10"), ("52", "0"), currency="EUR",
                    booked=Booked("NOK", Decimal("11.5")))  # fmt: skip
    assert [row[0] for row in invoice_document.data(made)["booked"]] == ["Exchange rate"]


def test_without_hours_there_is_no_specification_of_them():
    made = replace(document(hours_specification="invoice", summary="project"), work=[])
    data = invoice_document.data(made)
    assert (data["hours"], data["summary"]) == (None, None)
