"""Pages of payments: a fixed number of queries, however many rows there are."""

from datetime import timedelta

import pytest
from django.utils import timezone

from moment.ledger import paying, reading
from moment.ledger.models import Match, OcrPayment, Payment
from moment.models import BankAccount
from tests.factories import CustomerFactory
from tests.ledger.making import invoice, payment
from tests.ledger.ocr_files import ACCOUNT, Paid, content
from tests.test_query_growth_of_work import no_growth

pytestmark = pytest.mark.django_db


def test_pages_of_payments(as_kari, kari):
    BankAccount.objects.create(number=ACCOUNT)
    customer = CustomerFactory(number="77")
    today = timezone.localdate()
    paid = payment(customer, "9999", invoice(customer, "10"), made_by=kari, on=today)
    file = reading.read(content(Paid(5), Paid(6)), name="x", by=kari)
    row = OcrPayment.objects.first()

    def more(count):
        for n in range(count):
            other = CustomerFactory()
            one, two = invoice(customer, "10", by=kari), invoice(other, "10", by=kari)
            payment(other, "20", two, made_by=kari, on=today)
            payment(customer, "5", made_by=kari, on=today)
            back = payment(other, "7", made_by=kari, on=today - timedelta(days=1))
            paying.reverse(back, by=kari, on=today)
            paying.settle_open(customer, {f"invoice-{one.pk}": 3, f"payment-{paid.pk}": 3}, by=kari)
            reference = {"reference": f"r{count}-{n}", "account": ACCOUNT}
            OcrPayment.objects.create(file=file, paid_on=today, amount=3, **reference)

    limits = {
        "/invoices/payments/": 16,
        "/invoices/payments/?state=open&q=kunde&sort=-amount": 16,
        "/invoices/payments/?state=unknown": 16,
        "/invoices/payments/export/": 10,
        "/invoices/payments/new/": 10,
        "/invoices/payments/new/?customer=77": 22,
        f"/invoices/payments/{paid.pk}/": 12,
        f"/invoices/payments/{paid.pk}/reverse/": 12,
        f"/invoices/matches/{Match.objects.first().pk}/take-back/": 10,
        "/customers/77/ledger/match/": 30,
        "/invoices/ocr/": 14,
        f"/invoices/ocr/{file.pk}/": 12,
        f"/invoices/ocr/payments/{row.pk}/": 12,
    }
    no_growth(as_kari, more, limits)
    assert Payment.objects.count() > 40
