"""Reading OCR giro files: looked at first, booked once, and whose the rest is said by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from moment.ledger import crediting, finalising, reading
from moment.ledger.models import Invoice, OcrFile, OcrPayment, Payment
from moment.models import BankAccount
from tests.conftest import said
from tests.factories import CustomerFactory
from tests.ledger.making import invoice, payment
from tests.ledger.ocr_files import ACCOUNT, Paid, content, lines, text_of
from tests.pages import fields_of

pytestmark = pytest.mark.django_db
URL, HTMX = "/invoices/ocr/", {"HX-Request": "true"}
TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def account():
    rules = {"kid_check": "mod10", "kid_customer_digits": 4, "kid_invoice_digits": 6}
    return BankAccount.objects.create(number="1503 39 42187", **rules)


@pytest.fixture
def fjell():
    return CustomerFactory(number="77", name="Fjell AS")


def look(client, data: bytes, name="ocr.txt"):
    return client.post(URL, {"file": SimpleUploadedFile(name, data)})


def book(client, data: bytes):
    """Look at a file and press the button."""
    fields = fields_of(look(client, data), "form.ocr-book")
    return client.post(URL, fields | {"do": "book"})


def test_it_is_looked_at_first_and_booked_then(as_kari, kari, fjell):
    one, two = invoice(fjell, "1000"), invoice(fjell, "500")
    data = content(Paid("1000", one.kid), Paid("200.50", two.kid), Paid("7", "1234"))
    looked = look(as_kari, data)
    html = looked.content.decode()
    assert looked.status_code == 200
    assert "The check digit of the KID is wrong." in html
    assert f"200.50 settles invoice {two.number}." in html
    assert "Book 3 payments" in html
    assert not OcrFile.objects.exists()
    response = as_kari.post(URL, fields_of(looked, "form.ocr-book") | {"do": "book"})
    file = OcrFile.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"{URL}{file.pk}/")
    assert said(response) == "The file is booked."
    assert (file.name, file.transmission, file.read_by) == ("ocr.txt", f"1000081 {TODAY}", kari)
    assert [i.remaining for i in Invoice.objects.order_by("pk")] == [0, Decimal("299.50")]
    paid = Payment.objects.order_by("pk")
    assert [(p.amount, p.way, p.kid, p.is_open) for p in paid] == [
        (1000, "ocr", one.kid, False),
        (Decimal("200.50"), "ocr", two.kid, False),
    ]
    (unknown,) = OcrPayment.objects.filter(payment=None)
    assert (unknown.amount, unknown.kid, unknown.payer) == (7, "1234", "99990512341")
    shown = as_kari.get(response["Location"]).content.decode()
    assert "1 payment waits until somebody says whose it is." in shown
    assert "1,207.50 NOK" in shown
    assert "ocr.txt" in as_kari.get(f"/invoices/payments/{paid[0].pk}/").content.decode()
    # It is in the customer's history as any other payment.
    assert "Payment entered" in as_kari.get("/customers/77/history/").content.decode()


def states(data: bytes) -> list[tuple[str, str]]:
    return [(row.state, row.why) for row in reading.look(reading.parse(data))]


def test_what_becomes_of_each_payment_is_told(fjell, kari):
    settled, credited = invoice(fjell, "100"), invoice(fjell, "100")
    payment(fjell, "100", settled)
    note = crediting.draft_credit(credited, parts=None, release=False, by=kari)
    finalising.finalise(note, version=note.version, by=kari)
    euro = invoice(fjell, "100", currency="EUR", rate=11)
    whole, over = invoice(fjell, "100"), invoice(fjell, "100")
    data = content(
        Paid(100, whole.kid),
        Paid(150, over.kid),
        Paid(10, over.kid),
        Paid(20, settled.kid),
        Paid(30, credited.kid),
        Paid(40, euro.kid),
        Paid(50, "18"),
        Paid(60, "17"),
        Paid(70, kind="21", text="Thanks"),
        Paid(-80, whole.kid, kind="18"),
        more=(("99998888777", [Paid(5, whole.kid)]),),
    )
    assert states(data) == [
        ("settles", ""),
        ("settles", "More than is open: the rest is to the customer's credit."),
        ("credit", f"Invoice {over.number} is settled already, so it is to the customer's credit."),
        (
            "credit",
            f"Invoice {settled.number} is settled already, so it is to the customer's credit.",
        ),
        ("credit", f"Invoice {credited.number} is credited, so it is to the customer's credit."),
        ("unknown", f"Invoice {euro.number} is in EUR, and this was paid in NOK."),
        ("unknown", "No invoice has this KID."),
        ("unknown", "The check digit of the KID is wrong."),
        ("unknown", "It has no KID."),
        ("credit", "It went back to the customer, who owes it from now on."),
        ("foreign", "It was paid to an account that is not the company's."),
    ]
    file = reading.read(data, name="x", by=kari)
    assert file.rows.count() == 10
    assert not OcrPayment.objects.filter(account="99998888777").exists()
    rest = {p.amount: p.remaining for p in Payment.objects.filter(way="ocr")}
    assert rest == {100: 0, 150: 50, 10: 10, 20: 20, 30: 30, -80: -80}
    assert set(Payment.objects.filter(way="ocr").values_list("customer", flat=True)) == {fjell.pk}
    assert OcrPayment.objects.get(amount=70).text == "Thanks"


def test_a_kid_of_several_open_invoices_waits_and_says_which(as_kari, kari, fjell, monkeypatch):
    """It tells which they are before it is booked, and who is asked whose it is reads it again."""
    monkeypatch.setattr(finalising, "_kid", lambda _invoice, _ours: "1234567897")
    rows = [invoice(fjell, "100", by=kari) for _n in range(7)]
    numbers = [row.number for row in rows]
    data = content(Paid(100, "1234567897"))
    words = f"Several open invoices have this KID: {', '.join(numbers[:5])}, …."
    assert states(data) == [("unknown", words)]
    assert words in look(as_kari, data).content.decode()
    book(as_kari, data)
    waiting = OcrPayment.objects.unknown().get()
    url = f"{URL}payments/{waiting.pk}/"
    assert words in as_kari.get(url).content.decode()
    for row in rows[:5]:
        payment(fjell, "100", row, made_by=kari)
    words = f"Several open invoices have this KID: {', '.join(numbers[5:])}."
    assert words in as_kari.get(url).content.decode()
    # Of one that is open nobody asks.
    payment(fjell, "100", rows[5], made_by=kari)
    assert "Several open invoices" not in as_kari.get(url).content.decode()


def test_a_file_is_read_once(as_kari, kari, fjell):
    one = invoice(fjell, "1000")
    data = content(Paid("400", one.kid))
    assert book(as_kari, data).status_code == 302
    for again in (data, data.replace(b"\r\n", b"\n")):
        response = look(as_kari, again)
        assert response.status_code == 422
        assert "This transmission was read before" in response.content.decode()
        with pytest.raises(reading.ReadBefore):
            reading.read(again, name="again", by=kari)
    assert Invoice.objects.get().remaining == 600


def test_a_payment_that_another_file_had_is_not_booked_again(as_kari, kari, fjell):
    one = invoice(fjell, "1000")
    same = Paid("400", one.kid, archive="000000007")
    reading.read(content(same), name="first", by=kari)
    second = content(same, Paid("100", one.kid), transmission="1000082")
    assert [state for state, _why in states(second)] == ["seen", "settles"]
    reading.read(second, name="second", by=kari)
    assert Invoice.objects.get().remaining == 500
    third = look(as_kari, content(same, transmission="1000083"))
    assert "No payment in this file is new" in third.content.decode()
    assert "Book" not in third.content.decode().partition("ocr-book")[2][:900]
    with pytest.raises(reading.NothingNew):
        reading.read(content(same, transmission="1000083"), name="third", by=kari)
    assert OcrFile.objects.count() == 2


def test_files_are_listed_the_last_first(as_kari, kari, fjell):
    kid = invoice(fjell, "1000").kid
    for n in (1, 2, 3):
        data = content(Paid(f"{n}", kid, archive=f"00000000{n}"), transmission=f"100008{n}")
        reading.read(data, name=f"file-{n}", by=kari)
    listed = as_kari.get(URL).context["files"]
    assert [file.name for file in listed] == ["file-3", "file-2", "file-1"]


def test_pressing_the_button_twice_books_it_once(as_kari, fjell):
    one = invoice(fjell, "1000")
    fields = fields_of(look(as_kari, content(Paid("400", one.kid))), "form.ocr-book")
    assert as_kari.post(URL, fields | {"do": "book"}).status_code == 302
    again = as_kari.post(URL, fields | {"do": "book"})
    assert again.status_code == 422
    assert "was read before" in again.content.decode()
    assert Payment.objects.count() == 1


def test_what_is_no_file_of_ocr_giro_is_refused_beside_the_field(as_kari, fjell):
    cut = text_of(lines(Paid(1), Paid(2))[:4])
    for data, words in [
        (cut, "The file is cut short after line 4."),
        (b"", "The file is empty."),
        (b"\x00\x01\x02", "Line 1: this is no text."),
        (content(Paid(1, on=TODAY + timedelta(days=1))), "Line 3: the date is after today."),
    ]:
        response = look(as_kari, data)
        assert response.status_code == 422
        assert words in response.content.decode()
    assert as_kari.post(URL, {}).status_code == 422
    sealed = fields_of(look(as_kari, content(Paid(1))), "form.ocr-book")["looked_at"]
    for wrong in (f"x{sealed}", sealed[:-1], "x", sealed.replace(":", "::")):
        response = as_kari.post(URL, {"looked_at": wrong, "do": "book"})
        assert response.status_code == 422
        assert "Choose the file once more." in response.content.decode()
    assert not OcrFile.objects.exists()


def test_an_iban_of_ours_is_the_same_account(account, fjell):
    BankAccount.objects.filter(pk=account.pk).update(number=f"NO93 {ACCOUNT}")
    one = invoice(fjell, "10")
    assert states(content(Paid(10, one.kid))) == [("settles", "")]


def test_whose_a_payment_is_is_said_once(as_kari, kari, fjell):
    file = reading.read(content(Paid("70", kind="21", text="Thanks")), name="x", by=kari)
    row = file.rows.get()
    page = f"{URL}payments/{row.pk}/"
    fields = fields_of(as_kari.get(page), "form.dialog")
    wrong = as_kari.post(page, fields | {"customer": "Nobody AS"})
    assert wrong.status_code == 422
    assert "There is no customer" in wrong.content.decode()
    response = as_kari.post(page, fields | {"customer": "77 Fjell AS"}, headers=HTMX)
    paid = Payment.objects.get()
    assert response["HX-Redirect"] == f"/invoices/payments/{paid.pk}/"
    assert (paid.customer, paid.amount, paid.remaining, paid.text) == (fjell, 70, 70, "Thanks")
    assert OcrPayment.objects.get().payment == paid
    again = as_kari.post(page, fields | {"customer": "77 Fjell AS"})
    assert again.status_code == 422
    assert "Somebody has said already" in again.content.decode()
    assert Payment.objects.count() == 1
    assert as_kari.get(f"{URL}payments/999999/").status_code == 404


def test_thousands_are_read_in_few_queries_each(kari, fjell, django_assert_max_num_queries):
    ones = [invoice(fjell, "10", by=kari) for _ in range(20)]
    data = content(*(Paid(10, one.kid) for one in ones), *(Paid(1) for _ in range(600)))
    with django_assert_max_num_queries(60):
        reading.read(data, name="x", by=kari)
    assert not Invoice.objects.still_open().exists()
    with django_assert_max_num_queries(12):
        states(content(*(Paid(10, one.kid) for one in ones), transmission="0000002"))


def test_who_may_not_enter_payments_sees_no_files(fjell, as_per, as_ola):
    for client in (as_per, as_ola):
        for page in (URL, f"{URL}1/", f"{URL}payments/1/"):
            assert client.get(page).status_code == 403


def test_what_is_booked_together_is_asked_once_and_stands_in_the_history(as_kari, kari, fjell):
    asked = []
    for count in (2, 20):
        kids = [invoice(fjell, "10", by=kari).kid for _ in range(count)]
        data = content(*(Paid(10, kid) for kid in kids), transmission=f"{count:07}")
        with CaptureQueriesContext(connection) as queries:
            reading.read(data, name="x", by=kari)
        asked.append(len(queries))
    assert asked[0] == asked[1]
    logs = LogEntry.objects.get_for_model(Payment).order_by("object_id")
    assert [log.object_id for log in logs] == list(
        Payment.objects.order_by("pk").values_list("pk", flat=True)
    )
    assert {log.additional_data["concerns"][0] for log in logs} == {fjell.pk}
    assert all(log.changes["amount"] == ["None", "10.00"] for log in logs)
    # As saving one by itself writes it down.
    single = payment(fjell, 10, made_by=kari)
    alone = LogEntry.objects.get_for_object(single).get()
    assert alone.changes.keys() == logs[0].changes.keys()
    assert "Payment entered" in as_kari.get("/customers/77/history/").content.decode()
