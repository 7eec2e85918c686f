"""The sample invoice, opened again: what it says is what is set."""

import io
import re
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext
from PIL import Image
from pypdf import PdfReader

from customers.models import File
from moment.content import receive
from moment.models import BankAccount, CompanySettings, Content
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    InvoiceRecipientFactory,
    PersonFactory,
    org_number,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_day")]
LANGUAGES = {"nb": "nb", "en": "en-gb"}


@pytest.fixture
def _day():
    with time_machine.travel("2026-11-22T12:00:00+01:00", tick=False):
        yield


@pytest.fixture
def company():
    """Return the company, with an account whose KID has six digits for each number."""
    BankAccount.objects.create(
        number="86011117947", bic="DNBANOKK",
        kid_check="mod10", kid_customer_digits=6, kid_invoice_digits=6,
    )  # fmt: skip
    return CompanySettings.objects.create(
        pk=1, name="Fjordvik Rådgivning AS", org_number=org_number(1), business_register=True,
        street="Storgata 14", postcode="9008", city="Tromsø", email="post@fjordvik.example",
    )  # fmt: skip


@pytest.fixture
def customer(company):
    return CustomerFactory(
        number="1040", name="Havn og Vei KF", org_number=org_number(2), language="en",
        postal_street="Postboks 17", postal_postcode="9291", postal_city="Tromsø",
    )  # fmt: skip


def update(row, **values) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def document(client, number: str = "1040") -> PdfReader:
    response = client.get(f"/customers/{number}/invoicing/preview/")
    assert response.status_code == 200
    return PdfReader(io.BytesIO(response.content))


def plain(text: str) -> str:
    """Return the text on one line, without what only says where a line may end."""
    return " ".join(text.replace("\u200b", "").split())


def preview(client, number: str = "1040") -> str:
    return plain(" ".join(page.extract_text() for page in document(client, number).pages))


def test_it_opens_in_the_browser_and_nothing_is_written(as_per, customer):
    with CaptureQueriesContext(connection) as captured:
        response = as_per.get("/customers/1040/invoicing/preview/")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="Preview 1040.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response.content.startswith(b"%PDF-")
    assert b"<pdfaid:part>2</pdfaid:part>" in response.content
    assert not re.search("INSERT|UPDATE|DELETE", " ".join(q["sql"] for q in captured))


def test_it_is_marked_as_a_sample_on_every_page(as_per, customer):
    update(customer, hours_specification="invoice")
    pages = document(as_per).pages
    assert len(pages) == 2
    for page in pages:
        assert "SAMPLE, not an invoice." in plain(page.extract_text())
    assert "Page 1 of 2" in plain(pages[0].extract_text())


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_looked_at(as_kari, customer, method):
    response = getattr(as_kari, method)("/customers/1040/invoicing/preview/")
    assert response.status_code == 405


def test_without_the_right_it_does_not_open(as_ola, customer):
    assert as_ola.get("/customers/1040/invoicing/preview/").status_code == 403


def test_both_parties_stand_as_the_law_wants_them(as_per, customer):
    text = preview(as_per)
    number = org_number(1)
    shown = f"NO {number[:3]} {number[3:6]} {number[6:]} MVA, Foretaksregisteret"
    assert shown in text
    for part in ("Fjordvik Rådgivning AS", "Storgata 14", "9008 Tromsø", "post@fjordvik.example"):
        assert part in text
    assert "Havn og Vei KF Postboks 17 9291 Tromsø" in text
    assert "Customer number 1040" in text


def test_the_texts_of_the_customer_are_in_force(as_per, customer):
    contact = ContactFactory(customer=customer, person=PersonFactory(name="Marit Olsen"))
    update(
        customer, your_reference="AVD-4410", order_reference="PO-118", invoice_contact=contact,
        contract_reference="R-2024/118", line_above_name="ATT.", line_below_name="v/ Regnskap",
        invoice_text="Arbeid etter avtale.\nTakk for oppdraget!", invoice_footer="Ny konto snart.",
    )  # fmt: skip
    text = preview(as_per)
    assert "ATT. Havn og Vei KF v/ Regnskap Postboks 17" in text
    for label, value in [
        ("Your reference", "AVD-4410"),
        ("Order reference", "PO-118"),
        ("Contract reference", "R-2024/118"),
        ("Customer contact", "Marit Olsen"),
    ]:
        assert f"{label} {value}" in text
    assert "Arbeid etter avtale. Takk for oppdraget!" in text
    assert "Ny konto snart." in text


@pytest.mark.parametrize("level", ["company", "customer"])
def test_a_value_holds_on_the_level_it_is_set_on(as_per, company, customer, level):
    update(company, invoice_text="Fra selskapet.", credit_terms=14, charge_text="Miljøgebyr")
    if level == "customer":
        update(customer, invoice_text="Fra kunden.", credit_terms=0, charge_amount=Decimal(45))
    text = preview(as_per)
    own = level == "customer"
    assert ("Fra kunden." in text, "Fra selskapet." in text) == (own, not own)
    assert ("Terms Due at once" if own else "Terms 14 days net") in text
    assert f"Due date {'22 Nov 2026' if own else '6 Dec 2026'}" in text
    # The text of the charge is the company's, its amount the customer's.
    assert ("Miljøgebyr 45.00" in text) == own


@pytest.mark.parametrize(
    ("language", "day", "amount"),
    [("nb", "22. des. 2026", "14 425,00"), ("en", "22 Dec 2026", "14,425.00")],
)
def test_it_is_written_in_the_language_of_the_customer(as_per, customer, language, day, amount):
    update(customer, language=language)
    text = preview(as_per)
    assert f"{day}" in text
    assert amount in text
    with translation.override(LANGUAGES[language]):
        for label in ("Invoice date", "Due date", "Your reference", "Sum excluding VAT", "Rate"):
            assert (gettext(label) in text) == (label != "Your reference")
        assert plain(gettext("Page {page} of {pages}").format(page=1, pages=1)) in text


def test_the_language_of_who_looks_does_not_matter(as_per, per, customer):
    english = preview(as_per)
    update(per, language="nb")
    assert preview(as_per) == english


def test_the_payment_has_the_kid_of_the_account(as_per, customer):
    text = preview(as_per)
    assert "8601.11.17947" in text
    assert "0010400100177" in text


def test_a_foreign_customer_pays_to_the_iban_without_vat(as_per, customer):
    update(customer, country="SE", org_number="556016-0680", postal_postcode="114 55")
    text = preview(as_per)
    assert "NO93 8601 1117 947" in text
    assert "DNBANOKK" in text
    assert "114 55 Tromsø Sweden" in text
    assert "VAT 0 %: export 0.00" in text


def test_each_currency_is_paid_to_its_own_account(as_per, customer):
    BankAccount.objects.create(number="15034012341", currency="EUR", bic="DNBANOKK", order=9)
    assert "8601.11.17947" in preview(as_per)
    update(customer, currency="EUR")
    text = preview(as_per)
    assert "To pay, EUR" in text
    assert "1503 4012 341" in text
    assert "Mark the payment" in text


def test_what_stops_a_payment_is_said(as_per, customer):
    update(customer, number="10400000")
    assert "10400000 has more than the 6 digits" in preview(as_per, "10400000")
    BankAccount.objects.all().delete()
    assert "There is no bank account to pay to." in preview(as_per, "10400000")


def test_a_company_that_nobody_has_set_up_is_said(as_per):
    CompanySettings(pk=1, org_number="").save()
    CustomerFactory(number="1040", name="Havn og Vei KF", language="en")
    text = preview(as_per)
    assert "The company's own reg. no. is missing." in text
    assert "Could not be sent at all." in text


def test_the_sums_add_up(as_per, customer):
    update(
        customer, discount=Decimal(10), discount_text="Rammeavtale", charge_amount=Decimal(65),
        charge_text="Gebyr", expense_surcharge=Decimal(5),
    )  # fmt: skip
    text = preview(as_per)
    # 44,662.50 of work − 4,466.25 + 864.00 + 43.20 + 65.00
    for line in ("Rammeavtale (10 %) −4,466.25", "Surcharge on expenses (5 %) 43.20",
                 "Gebyr 65.00", "Sum excluding VAT 41,168.45", "VAT 25 % of 41,168.45 10,292.11",
                 "To pay, NOK 51,460.56"):  # fmt: skip
        assert line in text


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("3", "VAT 25 % of 45,526.50 11,381.63"),
        ("31", "VAT 15 % of 45,526.50 6,828.98"),
        ("33", "VAT 12 % of 45,526.50 5,463.18"),
        ("5", "VAT 0 %: exempt within the VAT Act 0.00"),
        ("6", "No VAT: outside the VAT Act 0.00"),
        ("7", "No VAT: outside the VAT Act 0.00"),
    ],
)
def test_vat_is_by_the_code_in_force(as_per, customer, code, says):
    update(customer, vat_code=code, vat_code_foreign="3")
    assert says in preview(as_per)


def test_who_is_not_registered_charges_no_vat(as_per, company, customer):
    update(company, vat_registered=False)
    text = preview(as_per)
    assert "No VAT: the seller is not in the VAT register 0.00" in text
    assert "MVA" not in text


def test_lines_hours_and_summary_follow_their_settings(as_per, customer):
    texts = set()
    for grouping in ("project", "activity", "employee", "role", "entry"):
        update(customer, line_grouping=grouping, line_period=False)
        texts.add(preview(as_per))
    assert len(texts) == 5
    assert not any("Period" in text for text in texts)
    update(customer, line_period=True, summary="employee", summary_hours=False)
    text = preview(as_per)
    assert "Period" in text
    assert "Summary Amount Nora Eksempel 11,600.00 Jonas Eksempel 33,062.50" in text


@pytest.mark.parametrize(
    ("grouping", "rates", "says"),
    [
        ("activity", False, "Activity Hours Project management 4.0"),
        ("employee", True, "Employee Hours Rate Amount Nora Eksempel 8.0 1,450.00 11,600.00"),
        ("employee_day", False, "Date Employee Hours 29 Oct 2026 Jonas Eksempel 7.5"),
        ("entry", False, "28 Oct 2026 Nora Eksempel Project management: Meeting with the client"),
    ],
)
def test_hours_are_specified_on_the_invoice(as_per, customer, grouping, rates, says):
    update(
        customer, hours_specification="invoice", hours_grouping=grouping, hours_rates=rates
    )  # fmt: skip
    page = plain(document(as_per).pages[-1].extract_text())
    assert "Hours specification" in page
    assert says in page
    assert "Total 36.75" in page


def test_what_would_be_attached_is_listed(as_per, customer, kari):
    content = Content.objects.create(sha256="0" * 64, size=1, kind="text/plain", path="x")
    for name, attached in (("Avtale.pdf", True), ("Intern.pdf", False)):
        File.objects.create(
            customer=customer, name=name, content=content, uploaded_by=kari,
            is_invoice_attachment=attached,
        )  # fmt: skip
    update(customer, hours_specification="xlsx", attach_receipts=True)
    text = preview(as_per)
    for name in ("Hours specification, attached as XLSX", "Receipts of the expenses", "Avtale.pdf"):
        assert name in text
    assert "Intern.pdf" not in text
    update(customer, attach_files=False)
    assert "Avtale.pdf" not in preview(as_per)


def test_it_says_where_the_invoice_would_go(as_per, customer):
    update(customer, invoice_type="letter")
    assert "Would be sent by letter to Postboks 17, 9291 Tromsø." in preview(as_per)
    InvoiceRecipientFactory(customer=customer, email="faktura@havn.example")
    InvoiceRecipientFactory(customer=customer, email="kopi@havn.example", kind="cc")
    update(customer, invoice_type="email")
    text = preview(as_per)
    assert "Would be sent by e-mail to faktura@havn.example. Copy to kopi@havn.example." in text
    update(customer, invoice_type="ehf", your_reference="AVD")
    assert f"Would be sent as EHF to 0192:{org_number(2)}." in preview(as_per)


HOSTILE = [
    '#import "@preview/x:1.0.0": *',
    "$ sum_(k=0)^n k $",
    "@label <tag> #panic() `raw` *bold* _it_ = x",
    "\\ \\u{41} \\\\ \"\" ''",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }} {% now %} %(x)s {page}",
    "\u202eabc \u2066 שלום مرحبا 😀 漢字",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_read_as_anything_else(as_per, company, customer, text):
    update(company, name=text[:200], street=text, invoice_footer=text)
    update(customer, name=text, your_reference=text, line_above_name=text, invoice_text=text)
    found = preview(as_per)
    if text.isascii():
        assert found.count(plain(text)) >= 6
    assert "To pay, NOK" in found


def test_endless_words_stay_on_the_page(as_per, customer):
    update(customer, your_reference="R" * 200, invoice_text="T" * 2000, name="N" * 200)
    text = preview(as_per).replace(" ", "")
    for letter, count in (("R", 200), ("T", 2000), ("N", 200)):
        assert letter * count in text


def test_the_logo_stands_on_it(as_per, company, customer, transactional_db):
    file = io.BytesIO()
    Image.new("RGBA", (300, 90), (91, 63, 214, 255)).save(file, "PNG")
    update(company, logo=receive(SimpleUploadedFile("logo.png", file.getvalue())))
    assert len(document(as_per).pages[0].images) >= 1


def test_a_logo_that_is_lost_is_said_and_nothing_breaks(as_per, company, customer):
    lost = Content.objects.create(sha256="0" * 64, size=1, kind="image/png", path="00/00/lost")
    update(company, logo=lost)
    assert "The logo could not be read." in preview(as_per)


def test_an_old_number_leads_to_the_new_one(as_per, customer):
    customer.used_numbers.create(number="900")
    response = as_per.get("/customers/900/invoicing/preview/")
    assert response.status_code == 302
    assert response["Location"] == "/customers/1040/invoicing/preview/"
