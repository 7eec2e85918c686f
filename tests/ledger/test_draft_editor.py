"""The editor of a draft: its lines, its head and settings, what it comes to, and saving."""

from decimal import Decimal

import pytest

from moment.ledger.models import Invoice
from tests.ledger.draft_pages import HTMX, errors_of, form_of, part_of, said, texts, three_lines
from tests.ledger.making import invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return three_lines()


@pytest.fixture
def url(made):
    return f"/invoices/drafts/{made.pk}/"


def test_saved_as_it_is_shown_nothing_changes(as_kari, made, url):
    lines, before = list(made.lines.values()), made.invoice_settings
    response = as_kari.post(url, form_of(as_kari.get(url)))
    assert (response.status_code, response["Location"]) == (302, url)
    assert list(made.lines.values()) == lines
    made.refresh_from_db()
    assert (made.invoice_settings, made.version) == (before, 3)
    assert (made.net, made.vat) == (27600, Decimal("6890.00"))


def test_all_that_is_typed_is_saved(as_kari, made, url):
    typed = {
        "issued_on": "2026-11-22",
        "contact": " Nina   Dahl ",
        "credit_terms": "14",
        "your_reference": "Ref  1",
        "order_reference": "PO 1",
        "contract_reference": "C 1",
        "line_above_name": "Over",
        "line_below_name": "Under",
        "invoice_text": "Hello\r\nthere <b>",
        "invoice_footer": "Bye",
        "invoice_type": "letter",
        "language": "en",
        "hours_specification": "pdf",
        "hours_grouping": "entry",
        "hours_rates": "yes",
        "summary": "project",
        "summary_hours": "no",
        "line_period": "no",
        "attach_files": "no",
        "attach_receipts": "yes",
        "accounting_department": "D-1",
        "accounting_project": "P.1",
        "ledger_account": "1510",
        "lines-0-text": "  Big \x07 survey ",
        "lines-0-quantity": "−2,5",
        "lines-0-price": "1 000,10",
        "lines-0-vat_code": "33",
        "lines-0-sales_account": "3010",
        "lines-1-amount": "-150,50",
        "lines-2-unit": "boxes",
    }
    assert as_kari.post(url, form_of(as_kari.get(url)) | typed).status_code == 302
    made = Invoice.objects.get()
    assert (str(made.issued_on), made.contact) == ("2026-11-22", "Nina Dahl")
    value = made.written.value
    assert (value("credit_terms"), value("your_reference")) == (14, "Ref  1")
    assert value("invoice_text") == "Hello\nthere <b>"
    assert (value("invoice_type"), value("hours_rates"), value("attach_files")) == (
        "letter", True, False,
    )  # fmt: skip
    unlike = [
        name for name in typed
        if name in made.invoice_settings and str(value(name)) not in (typed[name], "True", "False")
    ]  # fmt: skip
    assert unlike == ["invoice_text"]
    first, plan, food = made.lines.all()
    assert (first.text, first.quantity) == ("Big survey", Decimal("-2.5"))
    assert (first.amount, first.vat_rate, first.sales_account) == (Decimal("-2500.25"), 12, "3010")
    assert (plan.amount, plan.kind, plan.heading, food.unit) == (
        Decimal("-150.50"), "plan", "Bru", "boxes",
    )  # fmt: skip
    assert "Hello\nthere &lt;b&gt;" in as_kari.get(url).content.decode().replace("\r", "")


def test_what_is_emptied_has_no_value_any_more(as_kari, made, url):
    made.invoice_settings |= {"your_reference": "Ref", "invoice_text": "Text"}
    made.save()
    typed = {"your_reference": "", "invoice_text": " ", "credit_terms": "0"}
    assert as_kari.post(url, form_of(as_kari.get(url)) | typed).status_code == 302
    made = Invoice.objects.get()
    assert "your_reference" not in made.invoice_settings
    assert (made.written.value("invoice_text"), made.written.value("credit_terms")) == (None, 0)


@pytest.mark.parametrize(
    ("button", "after"),
    [
        ("up-1", ["Plan", "Survey", "Typed"]),
        ("down-2", ["Survey", "Plan", "Typed"]),
        ("drop-1", ["Survey", "Typed"]),
        ("add-line", ["Survey", "Plan", "Typed", ""]),
        ("to-2-0", ["Typed", "Survey", "Plan"]),
        ("to-0-9", ["Survey", "Plan", "Typed"]),
        ("add-work", ["Survey", "Plan", "Typed"]),
        ("", ["Survey", "Plan", "Typed"]),
    ],
)
def test_buttons_change_the_lines_and_save_nothing(as_kari, made, url, button, after):
    typed = {"lines-2-text": "Typed", "lines-2-price": "not a number"}
    data = form_of(as_kari.get(url)) | typed | {"line": button}
    part = as_kari.post(url, data, headers=HTMX)
    assert "<html" not in part.content.decode()
    assert texts(part_of(part)) == after
    page = as_kari.post(url, data)
    assert (page.status_code, texts(form_of(page)), errors_of(page)) == (200, after, [])
    assert "not a number" in [values[0] for values in form_of(page).values()]
    assert list(made.lines.values_list("text", flat=True)) == ["Survey", "Plan", "Food"]


def test_lines_moved_removed_and_added_are_saved(as_kari, made, url):
    first, _plan, food = made.lines.all()
    data = form_of(as_kari.post(url, form_of(as_kari.get(url)) | {"line": "drop-1"}))
    data = form_of(as_kari.post(url, data | {"line": "up-1"}))
    data = form_of(as_kari.post(url, data | {"line": "add-line"}))
    data |= {"lines-2-text": "By hand", "lines-2-price": "99.90"}
    assert as_kari.post(url, data).status_code == 302
    lines = list(made.lines.all())
    assert [one.pk for one in lines[:2]] == [food.pk, first.pk]
    # As the settings of the draft have it.
    assert (lines[2].kind, lines[2].vat_code, lines[2].vat_rate, lines[2].sales_account) == (
        "other", "3", 25, "3000",
    )  # fmt: skip
    assert lines[2].amount == Decimal("99.90")


def test_totals_follow_what_is_typed_and_nothing_is_saved(as_kari, made, url):
    typed = {"lines-0-quantity": "10", "lines-2-price": "x", "credit_terms": "0"}
    typed |= {"issued_on": "2026-11-02"}
    answer = as_kari.post(f"{url}totals/", form_of(as_kari.get(url)) | typed, headers=HTMX)
    for words in ("10,000.00", "30,000.00", "VAT 25 %", "7,500.00", "37,500.00", "2 Nov 2026"):
        assert words in answer.content.decode()
    assert made.lines.get(text="Survey").quantity == Decimal("7.5")
    assert as_kari.get(f"{url}totals/").status_code == 405


def test_vat_is_told_by_code_and_rate(as_kari, made, url):
    told = said(as_kari.get(url))
    assert "VAT 25 % of 27,500.00, code 3 6,875.00" in told
    assert "VAT 15 % of 100.00, code 31 15.00" in told
    assert "To pay NOK 34,490.00" in told


def test_the_field_of_the_amount_comes_and_goes_with_quantity_and_price(as_kari, made, url):
    data = form_of(as_kari.get(url))
    assert "lines-0-amount" not in data
    assert data["lines-1-amount"] == ["20,000.00"]
    typed = data | {"lines-0-price": "", "lines-1-quantity": "2", "lines-1-price": "10"}
    fields = part_of(as_kari.post(f"{url}totals/", typed, headers=HTMX))
    # What it came to is proposed; what is typed by somebody just now is left to them.
    assert fields["lines-0-amount"] == ["7,500.00"]
    assert "lines-1-amount" not in fields
    assert "lines-2-amount" not in fields
    typed = data | {"lines-1-text": "x"}
    answer = as_kari.post(f"{url}totals/", typed, headers=HTMX).content.decode()
    assert 'id="line-1-amount-cell"' not in answer


def test_an_amount_that_is_missing_is_asked_for(as_kari, made, url):
    response = as_kari.post(url, form_of(as_kari.get(url)) | {"lines-0-quantity": ""})
    assert response.status_code == 422
    assert "Amount: Say what it comes to, or give both quantity and price." in errors_of(response)
    assert form_of(response)["lines-0-amount"] == ["7,500.00"]
    assert as_kari.post(url, form_of(response)).status_code == 302
    line = made.lines.get(text="Survey")
    assert (line.quantity, line.price, line.amount) == (None, 1000, 7500)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("lines-0-text", " \x07 ", "Text: This field is required."),
        ("lines-0-text", "x\x00", "Text: Null characters are not allowed."),
        ("lines-0-text", "x" * 1001, "Text: Ensure this value has at most 1000 characters"),
        ("lines-0-quantity", "1.123,5x", "Quantity: Write an amount with digits"),
        ("lines-0-quantity", "1" * 12, "Quantity: At most 9,999,999,999.99."),
        ("lines-0-price", "-1", "Price: An amount is 0 or more."),
        ("lines-0-unit", "x" * 21, "Unit: Ensure this value has at most 20 characters"),
        ("lines-1-amount", "1000000000000", "Amount: At most 999,999,999,999.99."),
        ("lines-1-amount", "-x", "Amount: Write an amount with digits"),
        ("lines-0-vat_code", "99", "VAT code: Select a valid choice."),
        ("lines-0-sales_account", "30", "Account: An account has four to eight digits."),
        ("issued_on", "02-11-26x", "Enter a valid date."),
        ("issued_on", "0026-11-02", "Is the year right? It is 26."),
        ("contact", "x" * 201, "Ensure this value has at most 200 characters"),
        ("credit_terms", "", "This field is required."),
        ("credit_terms", "366", "It must be between 0 and 365 days."),
        ("credit_terms", "1.5", "Write a whole number."),
        ("your_reference", "x" * 201, "Ensure this value has at most 200 characters"),
        ("invoice_text", "x" * 2001, "Ensure this value has at most 2000 characters"),
        ("ledger_account", "", "This field is required."),
        ("ledger_account", "15x0", "An account has four to eight digits."),
        ("accounting_project", "a b", "A code has up to 20 letters"),
        ("invoice_type", "pigeon", "Select a valid choice."),
        ("currency", "XXY", "Select a valid choice."),
    ],
)
def test_wrong_input_is_told_and_all_typed_stays(as_kari, made, url, name, value, words):
    if name == "currency":
        made.lines.exclude(kind="other").delete()
    data = form_of(as_kari.get(url)) | {"order_reference": "Typed"} | {name: value}
    response = as_kari.post(url, data)
    assert response.status_code == 422
    assert any(words in error for error in errors_of(response)), errors_of(response)
    after = form_of(response)
    assert after["order_reference"] == ["Typed"]
    if not {"\x00", "\x07"} & set(value) and name not in (
        "currency", "invoice_type", "lines-0-vat_code",
    ):  # fmt: skip
        assert after[name] == [value]
    assert Invoice.objects.get().version == 2


def test_five_hundred_and_one_lines_are_refused_in_words(as_kari, made, url):
    data = form_of(as_kari.get(url))
    for n in range(3, 501):
        data |= {f"lines-{n}-{name}": "" for name in ("id", "quantity", "unit", "sales_account")}
        data |= {f"lines-{n}-text": f"L{n}", f"lines-{n}-amount": "1", f"lines-{n}-price": ""}
        data |= {f"lines-{n}-vat_code": "3"}
    response = as_kari.post(url, data | {"lines": "501"})
    assert response.status_code == 422
    assert "An invoice has at most 500 lines" in response.content.decode()
    assert "L500" in response.content.decode()
    assert as_kari.post(url, data | {"lines": "500"}).status_code == 302
    assert made.lines.count() == 500


def test_too_much_money_is_told_above_and_stays_typed(as_kari, made, url):
    typed = {"lines-0-quantity": "9999999999", "lines-0-price": "9999999999"}
    response = as_kari.post(url, form_of(as_kari.get(url)) | typed)
    assert "The invoice comes to more than Moment can write." in said(response)
    assert form_of(response)["lines-0-quantity"] == ["9999999999"]


# Currency


def test_with_work_the_currency_is_shown_and_given(as_kari, made, url):
    data = form_of(as_kari.get(url))
    assert "currency" not in data
    assert "The work on it is priced in this currency." in said(as_kari.get(url))
    assert as_kari.post(url, data | {"currency": "EUR"}).status_code == 302
    assert Invoice.objects.get().currency == "NOK"


def test_another_currency_asks_for_its_rate_and_proposes_the_last_one(as_kari, made, url):
    invoice(None, "10", currency="EUR", rate=Decimal("11.5432"))
    made.lines.exclude(kind="other").delete()
    data = form_of(as_kari.get(url))
    assert "rate" not in data
    part = as_kari.post(url, data | {"currency": "EUR", "currency_changed": "1"}, headers=HTMX)
    assert part_of(part)["rate"] == ["11.5432"]
    assert as_kari.post(url, data | {"currency": "EUR"}).status_code == 302
    made = Invoice.objects.get(pk=made.pk)
    assert (made.currency, made.rate) == ("EUR", None)
    assert made.invoice_settings["currency"] == "EUR"
    data = form_of(as_kari.get(url))
    assert data["rate"] == ["11.5432"]
    assert as_kari.post(url, data | {"rate": "11,325"}).status_code == 302
    made.refresh_from_db()
    assert made.rate == Decimal("11.325")
    for wrong in ("0", "-1", "x", "1.1234567", "1,000.5"):
        response = as_kari.post(url, form_of(as_kari.get(url)) | {"rate": wrong})
        assert response.status_code == 422
        assert form_of(response)["rate"] == [wrong]
    # A rate is one of its currency.
    assert as_kari.post(url, form_of(as_kari.get(url)) | {"currency": "SEK"}).status_code == 302
    assert "What is one SEK in NOK?" in said(as_kari.get(url))
    assert as_kari.post(url, form_of(as_kari.get(url)) | {"currency": "NOK"}).status_code == 302
    made.refresh_from_db()
    assert made.rate is None
