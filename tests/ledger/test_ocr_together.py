"""Several people send the same payments at once: each is booked once."""

import pytest

from moment.ledger import reading
from moment.ledger.models import Invoice, OcrFile, OcrPayment, Payment
from moment.models import BankAccount
from tests.factories import CustomerFactory
from tests.ledger.making import invoice
from tests.ledger.ocr_files import ACCOUNT, Paid, content
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _account(db):
    rules = {"kid_check": "mod11", "kid_customer_digits": 4, "kid_invoice_digits": 6}
    BankAccount.objects.create(number=ACCOUNT, **rules)


def read(data, by):
    try:
        return reading.read(data, name="ocr.txt", by=by)
    except (reading.ReadBefore, reading.NothingNew) as error:
        return type(error).__name__


def test_one_file_is_booked_once(kari):
    customers = [CustomerFactory(number=f"{n}") for n in (81, 82)]
    ones = [invoice(customer, "100", by=kari) for customer in customers]
    data = content(*(Paid(60, one.kid) for one in ones), Paid(5))
    results = at_once(4, lambda person: read(data, kari))
    assert sorted(map(str, results)) == ["ReadBefore"] * 3 + ["ocr.txt"]
    assert [one.remaining for one in Invoice.objects.order_by("pk")] == [40, 40]
    assert (OcrFile.objects.count(), OcrPayment.objects.count()) == (1, 3)


def test_other_files_with_the_same_payments_book_each_once(kari):
    customers = [CustomerFactory(number=f"{n}") for n in (81, 82, 83)]
    ones = [invoice(customer, "100", by=kari) for customer in customers]
    paid = [Paid(60, one.kid, archive=f"{n:09}") for n, one in enumerate(ones)]
    files = [content(*paid, transmission=f"100000{n}") for n in range(4)]
    results = at_once(4, lambda person: read(files[person], kari))
    assert sorted(map(str, results)) == ["NothingNew"] * 3 + ["ocr.txt"]
    assert Payment.objects.count() == OcrPayment.objects.count() == 3
    assert {one.remaining for one in Invoice.objects.all()} == {40}


def test_whose_a_payment_is_is_said_by_one(kari):
    customers = [CustomerFactory() for _ in range(3)]
    row = reading.read(content(Paid(5)), name="x", by=kari).rows.get()

    def say(person):
        try:
            return reading.assign(row, customers[person], by=kari)
        except reading.CannotAssign:
            return None

    assert sum(made is not None for made in at_once(3, say)) == 1
    assert Payment.objects.count() == 1
