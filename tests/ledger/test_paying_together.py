"""Two people enter what one invoice was paid with, at once: one of them is told."""

from decimal import Decimal

import pytest
from django.utils import timezone

from moment.ledger import open_items, paying
from moment.ledger.models import Invoice, Payment
from tests.conftest import signed_in
from tests.factories import CustomerFactory, UserFactory
from tests.ledger.making import invoice
from tests.pages import fields_of
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


def a_payment(customer, by, amount="100"):
    return Payment(
        customer=customer, amount=Decimal(amount), currency="NOK", paid_on=TODAY, made_by=by
    )


def test_one_invoice_is_paid_once(kari, anne):
    customer = CustomerFactory()
    one = invoice(customer, "100", by=kari)

    def pay(person):
        row = a_payment(customer, (kari, anne)[person])
        try:
            return paying.pay(row, {one.pk: one.gross})
        except paying.CannotMatch as error:
            return str(error)

    results = at_once(2, pay)
    assert sorted(isinstance(result, str) for result in results) == [False, True]
    assert Payment.objects.count() == 1
    assert Invoice.objects.get().remaining == 0


def test_a_form_that_is_sent_twice_at_once_enters_one_payment(kari):
    customer = CustomerFactory(number="77")
    one = invoice(customer, "100", by=kari)
    url = f"/invoices/payments/new/?invoice={one.number}"
    clients = [signed_in(kari) for _ in range(4)]
    fields = fields_of(clients[0].get(url), "form.payment-new") | {"do": "enter"}
    responses = at_once(4, lambda person: clients[person].post(url, fields))
    assert {response.status_code for response in responses} == {302}
    assert len({response["Location"] for response in responses}) == 1
    assert Payment.objects.count() == 1


def test_a_payment_is_reversed_once(kari):
    customer = CustomerFactory()
    one = invoice(customer, "100", by=kari)
    paid = paying.pay(a_payment(customer, kari), {one.pk: one.gross})

    def reverse(person):
        try:
            return paying.reverse(Payment.objects.get(pk=paid.pk), by=kari, on=TODAY)
        except paying.CannotReverse:
            return None

    assert sum(result is not None for result in at_once(3, reverse)) == 1
    assert Payment.objects.count() == 2
    assert Invoice.objects.get().remaining == 100


def test_what_is_open_is_matched_once(kari):
    customer = CustomerFactory()
    one = invoice(customer, "100", by=kari)
    paid = paying.pay(a_payment(customer, kari), {})
    parts = {open_items.key_of(one): one.gross, open_items.key_of(paid): one.gross}

    def match(person):
        try:
            return paying.settle_open(customer, parts, by=kari)
        except paying.CannotMatch:
            return None

    assert sum(result is not None for result in at_once(3, match)) == 1
    assert paid.matches.count() == 1


def test_one_invoice_is_paid_in_parts_by_many_and_never_over(kari):
    customer = CustomerFactory()
    one = invoice(customer, "100", by=kari)
    people = [UserFactory() for _ in range(6)]

    def pay(person):
        try:
            paying.pay(a_payment(customer, people[person], 30), {one.pk: 30})
        except paying.CannotMatch:
            return False
        return True

    assert sum(at_once(6, pay)) == 3
    assert Invoice.objects.get().remaining == 10
