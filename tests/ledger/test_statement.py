"""Statements of account: what they show, and how they are sent."""

import io
import re
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from django.utils import timezone
from lxml import html
from openpyxl import load_workbook
from pypdf import PdfReader

from customers.models import InvoiceRecipient
from moment.ledger import sending_statements, statement
from moment.ledger.models import Statement
from moment.ledger.sending_statements import Progress
from moment.models import BankAccount
from tests.factories import ContactFactory, CustomerFactory, PersonFactory
from tests.ledger.making import invoice, payment
from tests.standin.mail import part

pytestmark = pytest.mark.django_db(transaction=True)
ON = date(2026, 11, 20)
BATCH = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def customer(kari):
    """It owes 150 of one invoice and 1,000 of another that is not due, and has 40 too much."""
    BankAccount.objects.create(
        number="12345678903", kid_check="mod10", kid_customer_digits=6, kid_invoice_digits=6
    )
    made = CustomerFactory(
        number="1040", name="Tromsø kommune", language="en", email="post@tromso.example"
    )
    late = invoice(made, "250", issued_on=date(2026, 9, 1), by=kari)
    payment(made, "100", late, on=date(2026, 10, 5), made_by=kari)
    invoice(made, "1000", issued_on=date(2026, 11, 2), by=kari)
    payment(made, "40", on=date(2026, 11, 3), made_by=kari)
    return made


def text_of(content: bytes) -> str:
    found = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(found.split())


def test_the_pdf_shows_what_is_open_how_old_it_is_and_how_to_pay(as_kari, customer):
    response = as_kari.get(f"/customers/1040/ledger/statement.pdf?at={ON}")
    assert response["Content-Type"] == "application/pdf"
    text = text_of(response.content)
    for words in ("Tromsø kommune", "Invoice 20001", "150.00", "1,110.00", "31–60 days"):
        assert words in text
    for one in customer.invoices.all():
        assert one.kid in text
    assert "1234.56.78903" in text
    assert "count as not due" in text
    assert "Page 1 of 1" in text


def test_over_a_period_it_begins_with_what_was_owed(as_kari, customer):
    content = as_kari.get(f"/customers/1040/ledger/statement.pdf?at={ON}&since=2026-10-01").content
    text = text_of(content)
    assert "Opening balance 250.00" in text
    assert re.search(r"Payment Oct 5, 2026|Payment 5 Oct 2026", text)
    assert "Invoice 20001" not in text


def test_it_is_in_the_customers_language(as_kari, kari):
    norwegian = CustomerFactory(number="1041", language="nb")
    invoice(norwegian, "100", by=kari)
    text = text_of(as_kari.get("/customers/1041/ledger/statement.pdf").content)
    assert "Faktura 20001" in text
    assert "Kundenummer" in text


def test_the_spreadsheet_has_the_same_rows(as_kari, customer):
    response = as_kari.get(f"/customers/1040/ledger/statement.xlsx?at={ON}")
    rows = list(load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)
    assert [row[2] for row in rows[1:]] == ["20001", "20002", None]
    assert [row[10] for row in rows[1:]] == [150, 1000, -40]
    assert rows[-1][11] == 1110
    assert rows[1][12] == 50  # days overdue


def test_it_goes_to_the_invoice_recipients_and_is_told_of(as_kari, customer, mail_server):
    contact = ContactFactory(
        customer=customer, person=PersonFactory(name="Eva Moen", emails=["eva@moen.example"])
    )
    InvoiceRecipient.objects.create(customer=customer, contact=contact)
    asked = as_kari.get(f"/customers/1040/ledger/send/?at={ON}")
    assert "eva@moen.example" in asked.content.decode()
    assert not mail_server.letters
    posted = {"batch": BATCH, "message": "Hei <Eva>!"}
    as_kari.post(f"/customers/1040/ledger/send/?at={ON}", posted)
    (letter,) = mail_server.letters
    assert letter["To"] == "eva@moen.example"
    assert "Hei <Eva>!" in part(letter, "plain")
    assert "Hei &lt;Eva&gt;!" in part(letter, "html")
    assert "1,110.00" in part(letter, "plain")
    (attached,) = letter.iter_attachments()
    assert "Invoice 20001" in text_of(attached.get_content())
    row = Statement.objects.get()
    assert (row.to, row.at, bool(row.sent_at)) == ("eva@moen.example", ON, True)
    assert letter["Message-ID"] == row.message_id
    assert "eva@moen.example" in as_kari.get("/customers/1040/ledger/").content.decode()
    # Pressed twice it goes once.
    as_kari.post(f"/customers/1040/ledger/send/?at={ON}", posted)
    assert len(mail_server.letters) == 1


def test_what_does_not_go_out_is_said_and_kept(as_kari, customer, mail_server):
    mail_server.refuses.add("post@tromso.example")
    response = as_kari.post("/customers/1040/ledger/send/", {"batch": BATCH}, follow=True)
    assert "did not go out" in response.content.decode()
    row = Statement.objects.get()
    assert row.failed_at
    assert "550" in row.error


def test_what_got_through_is_kept_by_address_and_is_not_sent_again(as_kari, customer, mail_server):
    """Of three the second is refused; sent again it goes to that one alone, and then to all."""
    first, second, third = (f"{name}@moen.example" for name in ("eva", "liv", "per"))
    for address, where in ((first, "to"), (second, "to"), (third, "cc")):
        contact = ContactFactory(customer=customer, person=PersonFactory(emails=[address]))
        InvoiceRecipient.objects.create(customer=customer, contact=contact, kind=where)
    url, got = f"/customers/1040/ledger/send/?at={ON}", []

    def send(batch: str) -> str:
        mail_server.reached.clear()
        said = as_kari.post(url, {"batch": batch * 32}, follow=True).content.decode()
        got[:] = mail_server.reached
        return said

    mail_server.refuses.add(second)
    said = send("1")
    assert got == [first, third]
    assert f"Sent to {first}" in said
    assert f"The e-mail to {second} did not go out" in said
    rows = {(row.to, row.copy_to, bool(row.sent_at)) for row in Statement.objects.all()}
    assert rows == {(first, third, True), (second, "", False)}
    mail_server.refuses.clear()
    page = as_kari.get(url).content.decode()
    assert f"{first}, {third} got it already." in page
    many = as_kari.get(f"/invoices/ledger/send/?at={ON}&with=1040")
    assert f"{first}, {third} got it already." in many.content.decode()
    # Later it is another statement, which all get.
    with_time = Statement.objects.filter(sent_at__isnull=False)
    earlier = timezone.now() - timedelta(hours=2)
    (stored,) = with_time.values_list("made_at", flat=True)
    with_time.update(made_at=earlier)
    assert "got it already" not in as_kari.get(url).content.decode()
    with_time.update(made_at=stored)
    send("2")
    assert got == [second]
    assert "got it already" not in as_kari.get(url).content.decode()
    send("3")
    assert got == [first, second, third]


def test_nobody_to_write_to_is_said_before(as_kari, kari, mail_server):
    made = CustomerFactory(number="1050", email="")
    invoice(made, "100", by=kari, invoice_settings={})
    page = as_kari.get("/customers/1050/ledger/send/").content.decode()
    assert "There is no e-mail address" in page
    assert as_kari.post("/customers/1050/ledger/send/", {"batch": BATCH}).status_code == 422
    assert not Statement.objects.exists()


def shown_of(client, address: str) -> str:
    """Return what the question about many holds of whom it was asked."""
    (found,) = re.findall(r'name="shown" value="([^"]+)"', client.get(address).content.decode())
    return found


def test_many_are_asked_about_written_down_and_sent_one_after_another(
    as_kari, kari, customer, mail_server, monkeypatch
):
    other = CustomerFactory(number="1041", email="post@other.example")
    without = CustomerFactory(number="1042", email="", name="Uten AS")
    for one in (other, without):
        invoice(one, "100", issued_on=date(2026, 11, 1), by=kari)
    address = f"/invoices/ledger/send/?at={ON}&all=1"
    page = as_kari.get(address).content.decode()
    assert "2 customers get an e-mail each" in page
    assert "Uten AS" in page
    shown = {"batch": BATCH, "shown": shown_of(as_kari, address)}
    assert as_kari.post(address, shown | {"shown": "2"}).status_code == 422
    response = as_kari.post(address, shown)
    where = f"/invoices/ledger/statements/{BATCH}/"
    assert response["Location"] == where
    assert not mail_server.letters
    assert "0 of 2 sent" in " ".join(as_kari.get(where).content.decode().split())
    monkeypatch.setattr(sending_statements, "PATIENCE", 0)
    as_kari.post(where)
    as_kari.post(where)
    assert mail_server.to == ["post@other.example", "post@tromso.example"]
    assert "2 of 2 sent" in " ".join(as_kari.get(where).content.decode().split())
    as_kari.post(where)
    assert len(mail_server.letters) == 2


def test_another_customer_in_the_place_of_one_is_asked_about_again(as_kari, kari, mail_server):
    """As many as before are overdue, but one of them is somebody else."""
    first, second, third = (
        CustomerFactory(number=number, email=f"{number}@moen.example")
        for number in ("1041", "1042", "1043")
    )
    made = invoice(first, "100", issued_on=date(2026, 9, 1), by=kari)
    invoice(second, "100", issued_on=date(2026, 9, 1), by=kari)
    address = f"/invoices/ledger/send/?at={ON}&all=1&show=overdue"
    sent = {"batch": BATCH, "shown": shown_of(as_kari, address)}
    payment(first, made.gross, made, on=date(2026, 11, 1))
    invoice(third, "100", issued_on=date(2026, 9, 1), by=kari)
    response = as_kari.post(address, sent)
    assert response.status_code == 422
    assert "The customers have changed meanwhile" in response.content.decode()
    assert not Statement.objects.exists()
    again = {"batch": BATCH, "shown": shown_of(as_kari, address)}
    assert as_kari.post(address, again).status_code == 302
    customers = Statement.objects.values_list("customer__number", flat=True)
    assert sorted(customers) == ["1042", "1043"]


def test_a_customer_reached_at_some_of_its_addresses_counts_once(
    as_kari, kari, customer, mail_server
):
    """Of one customer one address is refused: its statement did not go out as it should."""
    for address in ("eva@moen.example", "liv@moen.example"):
        contact = ContactFactory(customer=customer, person=PersonFactory(emails=[address]))
        InvoiceRecipient.objects.create(customer=customer, contact=contact, kind="to")
    for number in ("1041", "1042"):
        other = CustomerFactory(number=number, email=f"{number}@other.example")
        invoice(other, "100", issued_on=date(2026, 11, 1), by=kari)
    mail_server.refuses.add("liv@moen.example")
    address = f"/invoices/ledger/send/?at={ON}&all=1"
    sent = {"batch": BATCH, "shown": shown_of(as_kari, address)}
    where = as_kari.post(address, sent)["Location"]
    assert sending_statements.progress(BATCH) == Progress(3, 0, 0, waiting=3, unknown=0)
    as_kari.post(where)
    assert Statement.objects.count() == 4
    assert sending_statements.progress(BATCH) == Progress(3, 2, 1, waiting=0, unknown=0)
    said = " ".join(as_kari.get(where).content.decode().split())
    assert "2 of 3 sent" in said
    assert "1 did not go out" in said
    assert '<progress max="3" value="3"' in said


def test_those_that_are_ticked_are_in_one_pdf_each_with_its_own_pages(as_kari, kari, customer):
    other = CustomerFactory(number="1041", language="nb")
    invoice(other, "100", issued_on=date(2026, 11, 1), by=kari)
    content = as_kari.get(f"/invoices/ledger/statements.pdf?at={ON}&with=1040&with=1041").content
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    assert len(pages) == 2
    assert "Page 1 of 1" in pages[0]
    assert "Side 1 av 1" in pages[1]
    assert as_kari.get("/invoices/ledger/statements.pdf").status_code == 404


def test_statements_of_many_take_as_many_queries_as_of_one(
    kari, customer, django_assert_num_queries, django_assert_max_num_queries
):
    others = CustomerFactory.create_batch(4)
    for one in others:
        invoice(one, "100", issued_on=date(2026, 11, 1), by=kari)
        payment(one, "10", on=date(2026, 11, 1), made_by=kari)
    with django_assert_max_num_queries(12):
        made = statement.of_many([customer, *others], ON)
    assert [one.ageing("NOK").balance for one in made] == [1110, *[Decimal(90)] * 4]


def test_without_the_right_there_is_no_statement(as_per, customer):
    for path in ("statement.pdf", "statement.xlsx", "send/"):
        assert as_per.get(f"/customers/1040/ledger/{path}").status_code == 403
    assert as_per.get("/invoices/ledger/statements.pdf?with=1040").status_code == 403


STATEMENTS = "/customers/1040/ledger"
MANY = "/invoices/ledger"
DAYS = [
    (f"{STATEMENTS}/statement.pdf", "at=2026-01-01&since=2026-06-01", "It begins after it ends."),
    (f"{STATEMENTS}/statement.xlsx", "at=2026-01-01&since=2026-06-01", "It begins after it ends."),
    (f"{STATEMENTS}/send/", "at=2026-01-01&since=2026-06-01", "It begins after it ends."),
    (f"{STATEMENTS}/statement.xlsx", "since=2099-06-01", "It begins after it ends."),
    (f"{STATEMENTS}/statement.pdf", "at=yesterday", "Enter a valid date."),
    (f"{STATEMENTS}/statement.xlsx", "at=2026-01-01&since=x", "Enter a valid date."),
    (f"{STATEMENTS}/send/", "at=0026-01-01", "Is the year right? It is 26."),
    (f"{MANY}/statements.pdf", "with=1040&at=2026-13-01", "Enter a valid date."),
    (f"{MANY}/export/", "at=x", "Enter a valid date."),
    (f"{MANY}/send/", "all=1&show=overdue&at=x", "Enter a valid date."),
]


@pytest.mark.parametrize(("address", "query", "error"), DAYS)
def test_days_that_make_no_sense_are_asked_for_again(as_kari, customer, address, query, error):
    """Instead of a statement of other days: what is wrong stands beside the field."""
    response = as_kari.get(f"{address}?{query}")
    assert response.status_code == 422
    page = html.fromstring(response.content.decode())
    (form,) = page.xpath("//main//form")
    assert form.xpath(".//*[contains(@class, 'error')]")[0].text_content().strip() == error
    sent = {name: value for name, value in form.form_values() if value}
    assert sent == dict(parse_qsl(query))
    right = {name: value for name, value in sent.items() if name not in ("at", "since")}
    assert as_kari.get(form.action, right | {"at": str(ON)}).status_code == 200


def test_nothing_is_sent_of_days_that_make_no_sense(as_kari, customer, mail_server):
    for address in (f"{STATEMENTS}/send/?at=x", f"{MANY}/send/?all=1&at=x"):
        assert as_kari.post(address, {"batch": BATCH, "shown": "1-1"}).status_code == 422
    assert not Statement.objects.exists()
