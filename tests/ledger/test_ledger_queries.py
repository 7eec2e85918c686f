"""Drafts, deliveries, ledgers and statements: a fixed number of queries, however many rows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from moment.ledger import exporting
from moment.ledger.models import Delivery, Statement
from tests.factories import CustomerFactory
from tests.ledger.making import draft, invoice, payment
from tests.test_query_growth_of_work import no_growth

pytestmark = pytest.mark.django_db


def test_pages_of_the_ledger(as_kari, kari):
    customer = CustomerFactory(number="77", email="a@a.example")
    today, now = timezone.localdate(), timezone.now()
    first = draft(customer, "100")
    sent = invoice(customer, "100", by=kari)
    made = exporting.export(by=kari)

    def more(count):
        for n in range(count):
            other = CustomerFactory(email=f"{n}@a.example")
            for whose in (customer, other):
                one = invoice(whose, "10", "20", by=kari, issued_on=today - timedelta(days=40 + n))
                payment(whose, "12", one, made_by=kari, on=today - timedelta(days=n % 2 * 9))
                invoice(whose, "10", by=kari, currency="EUR", rate="11.5")
                draft(whose, "30", "40")
                told = {"customer": whose, "batch": "b1", "at": today, "made_by": kari}
                Statement.objects.create(**told, begun_at=now, failed_at=now, error="550")
            done = {"made_by": kari, "way": "email", "to": "a@a.example"}
            Delivery.objects.create(invoice=sent, done_at=now, **done)
            Delivery.objects.create(invoice=sent, failed_at=now, error="550", **done)

    limits = {
        "/invoices/drafts/": 16,
        f"/invoices/drafts/{first.pk}/finalise/": 18,
        f"/invoices/{sent.number}/": 22,
        f"/invoices/{sent.number}/deliver/": 16,
        f"/invoices/accounting/{made.pk}/": 10,
        "/invoices/ledger/": 20,
        "/invoices/ledger/?overdue=1&sort=-overdue": 20,
        "/invoices/ledger/export/": 15,
        "/invoices/ledger/send/?all=1": 20,
        "/invoices/ledger/statements/b1/": 14,
        "/customers/77/": 32,
        "/customers/77/ledger/": 24,
        f"/customers/77/ledger/?at={today - timedelta(days=3)}": 26,
        "/customers/77/ledger/statement.xlsx": 20,
        "/customers/77/ledger/send/": 18,
    }
    no_growth(as_kari, more, limits)
