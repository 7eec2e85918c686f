"""An invoice on paper: over several pages, with long texts, in both languages."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.utils import translation
from pypdf import PdfReader

from customers import invoice_document
from customers.invoice_document import Account, Buyer, Document, Seller
from customers.invoice_lines import Expense, Work
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import SETTINGS
from moment.invoice_settings.levels import Effective
from moment.pdf import pdf

DAY = date(2026, 11, 22)


def document(lines: int = 1, comment: str = "", account=None, domestic=True, **values) -> Document:
    own = dict.fromkeys(SETTINGS) | {"invoice_contact_id": None} | values
    return Document(
        seller=Seller("Fjordvik AS", ["Storgata 1"], "NO 1 MVA", []),
        buyer=Buyer("1040", "Havn og Vei KF", ["Postboks 17"], "", domestic=domestic),
        settings=Effective([(Level.CUSTOMER, SimpleNamespace(**own))]),
        number="10017",
        issued_on=DAY,
        work=[
            Work("Bru", "Tegning", f"Kollega {n}", "Ingeniør", DAY, Decimal(n + 1), Decimal(1000),
                 comment)
            for n in range(lines)
        ],
        account=account,
    )  # fmt: skip


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
    made = replace(made, work=[replace(first, rate=Decimal(900)), second])
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
    made = Document(
        **{name: getattr(made, name) for name in ("seller", "buyer", "settings", "number", "work")},
        issued_on=DAY,
        expenses=[Expense("Tog", DAY, Decimal("864.005"))],
    )
    rows = invoice_document.data(made)["lines"]["rows"]
    assert rows[-2] == {"heading": "Expenses"}
    assert rows[-1]["cells"][-1] == "864.01"
