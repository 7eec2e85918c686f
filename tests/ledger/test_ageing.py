"""What is open at a date, and for how long it has been due."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moment.ledger import ageing, crediting, finalising, paying
from moment.ledger.ageing import Ageing
from moment.ledger.entries import Entries
from moment.ledger.models import Invoice, Payment
from tests.factories import CustomerFactory
from tests.ledger.making import invoice, payment

pytestmark = pytest.mark.django_db
# Over a year's end and over both changes of the clocks.
FIRST = date(2025, 9, 1)
CURRENCIES = {"NOK": 1, "EUR": Decimal("11.4375"), "JPY": Decimal("0.071235")}


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def by_hand(customer, on: date) -> dict[str, Ageing]:
    """Return the same as `ageing.of_customer`, by currency, adding up every row."""
    found: dict[str, dict[str, Decimal]] = {}
    for item in (*customer.invoices.filter(issued_on__lte=on), *customer.payments.all()):
        is_payment = isinstance(item, Payment)
        if is_payment and item.paid_on > on:
            continue
        matches = item.matches.all() | (item.repaid.all() if is_payment else item.credited.all())
        matched = sum((one.amount for one in matches if one.matched_on <= on), Decimal(0))
        whole = -item.amount if is_payment else item.gross
        left = whole - matched if whole > 0 else whole + matched
        if not left:
            continue
        late = 0 if is_payment or item.is_credit_note else (on - item.due_on).days
        part = (
            "not_due" if late <= 0 else "to_30" if late <= 30 else "to_60" if late <= 60
            else "to_90" if late <= 90 else "over_90"
        )  # fmt: skip
        sums = found.setdefault(item.currency, dict.fromkeys(ageing.AMOUNTS, Decimal(0)))
        sums[part] += left
        if left < 0:
            sums["credit"] += left
    return {currency: Ageing(currency, **sums) for currency, sums in found.items()}


AMOUNTS = st.integers(1, 5000).map(lambda cents: Decimal(cents) / 4)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["invoice", "invoice", "pay", "pay", "credit", "repay", "reverse"]),
        st.integers(0, 250),  # the day
        AMOUNTS,
        st.sampled_from(list(CURRENCIES)),
        st.integers(0, 5),  # which of those there are
        st.sampled_from([0, 14, 30, 60]),
    ),
    min_size=3,
    max_size=9,
)


def do(customer, kari, steps) -> None:
    """Invoice, pay, credit and reverse as the steps say, as far as that can be."""
    for act, number, amount, currency, which, terms in steps:
        more = {"currency": currency, "rate": CURRENCIES[currency]}
        invoices = list(customer.invoices.filter(kind="invoice").order_by("pk"))
        if act == "invoice" or not invoices:
            invoice(customer, amount, issued_on=day(number), terms=terms, by=kari, **more)
            continue
        one = invoices[which % len(invoices)]
        own = {"currency": one.currency, "rate": one.rate, "made_by": kari}
        if act == "pay":
            payment(customer, amount, *([one] if one.is_open else []), on=day(number), **own)
        elif act == "repay":
            payment(customer, -amount, on=day(number), **own)
        elif act == "reverse":
            last = customer.payments.filter(reverses=None, reversed_by=None).last()
            if last:
                paying.reverse(last, by=kari, on=last.paid_on + timedelta(days=number % 40))
        elif one.is_open:
            credit(one, kari, on=max(day(number), one.issued_on))


def credit(one: Invoice, by, *, on: date) -> None:
    """Credit half of an invoice's line, or what is left of it; what is paid stays open then."""
    lines = [one for one in crediting.left(one) if not one.is_whole]
    if not lines:
        return
    parts = {
        lines[0].line.pk: min(lines[0].amount, (lines[0].line.amount / 2).quantize(Decimal("0.01")))
    }
    note = crediting.draft_credit(one, parts=parts, release=False, by=by)
    note.issued_on = on
    note.save()
    finalising.finalise(note, version=note.version, by=by)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_at_every_date_the_parts_add_up_to_the_rows(kari, steps):
    with transaction.atomic():
        customer = CustomerFactory()
        do(customer, kari, steps)
        other = CustomerFactory()
        invoice(other, "99.50", issued_on=day(3), by=kari)
        for number in range(-1, 400, 57):
            on = day(number)
            found, expected = ageing.of_customer(customer.pk, on, "NOK"), by_hand(customer, on)
            assert found.by_currency == expected
            for currency, one in expected.items():
                assert one.balance == owed(customer, currency, on)
            entries = list(Entries([customer.pk], on).all())
            for currency, one in expected.items():
                assert one.balance == sum(e.left for e in entries if e.item.currency == currency)
            running = {e.item.currency: e.running for e in Entries([customer.pk], on, False).all()}
            for currency, balance in running.items():
                assert balance == owed(customer, currency, on)
            assert abs(found.together.balance - together(entries)) < Decimal("0.05")
            assert ageing.total(on, "NOK", [customer.pk]).by_currency == expected
        transaction.set_rollback(True)


def owed(customer, currency, on) -> Decimal:
    """Return the balance by its definition: all that was invoiced without all that was paid."""
    invoiced = customer.invoices.filter(currency=currency, issued_on__lte=on)
    paid = customer.payments.filter(currency=currency, paid_on__lte=on)
    return sum((i.gross for i in invoiced), Decimal(0)) - sum((p.amount for p in paid), Decimal(0))


def together(entries) -> Decimal:
    return sum((e.left * e.item.rate for e in entries), Decimal(0))
