"""Whatever is invoiced, credited, paid, reversed, matched and taken back: the ledger adds up."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from moment.ledger import crediting, finalising, matching, open_items, paying
from moment.ledger.matching import CannotMatch
from moment.ledger.models import Invoice, Match, Payment
from tests.factories import CustomerFactory, UserFactory
from tests.ledger.making import invoice, payment

TODAY = timezone.localdate()
START = TODAY - timedelta(days=60)


class Open:
    """What was open of items at days, by all matches there are."""

    def __init__(self) -> None:
        self.matches = list(Match.objects.all())
        self.days = {match.matched_on for match in self.matches}

    def __call__(self, item, day: date) -> Decimal:
        if matching.day_of(item) > day:
            return Decimal(0)
        sides = ("payment_id", "repayment_id")
        whole = item.amount if isinstance(item, Payment) else item.gross
        if isinstance(item, Invoice):
            sides = ("invoice_id", "credit_note_id")
        rows = [m for m in self.matches if item.pk in [getattr(m, side) for side in sides]]
        settled = sum((m.amount for m in rows if m.matched_on <= day), Decimal(0))
        return whole - settled if whole > 0 else whole + settled


def check(customer) -> None:
    """Look that the customer's ledger adds up at every day on which anything happened."""
    invoices = list(Invoice.objects.final().filter(customer=customer))
    payments = list(Payment.objects.filter(customer=customer))
    days = {matching.day_of(item) for item in [*invoices, *payments]}
    open_at = Open()
    days |= open_at.days | {TODAY}
    for day in sorted({one + timedelta(days=n) for one in days for n in (-1, 0)}):
        balance = sum((one.gross for one in invoices if one.issued_on <= day), Decimal(0))
        balance -= sum((one.amount for one in payments if one.paid_on <= day), Decimal(0))
        by_items = sum((open_at(one, day) for one in invoices), Decimal(0))
        by_items -= sum((open_at(one, day) for one in payments), Decimal(0))
        assert balance == by_items, day
        for one in [*invoices, *payments]:
            whole = one.amount if isinstance(one, Payment) else one.gross
            assert min(whole, 0) <= open_at(one, day) <= max(whole, 0), (one, day)
    last = max([TODAY, *days])
    for one in [*invoices, *payments]:
        assert one.remaining == open_at(one, last)
        assert one.is_open == bool(one.remaining)
        if isinstance(one, Invoice):
            _check_settled_on(one, days, open_at)


def _check_settled_on(one: Invoice, days: set[date], open_at: Open) -> None:
    """Since that day nothing is open, and the day before something was."""
    assert (one.settled_on is None) == one.is_open
    if one.settled_on and one.settled_on > one.issued_on:
        assert open_at(one, one.settled_on - timedelta(days=1)) != 0
    for day in days:
        if one.settled_on and day >= one.settled_on:
            assert open_at(one, day) == 0


class Ledger:
    """A customer, and all that can happen to its ledger."""

    def __init__(self) -> None:
        self.customer, self.by = CustomerFactory(), UserFactory()

    def act(self, what: str, a: int, b: int, amount: int, day: int) -> None:
        on = START + timedelta(days=day)
        getattr(self, what)(a, b, Decimal(amount), on)

    def invoice(self, a, b, amount, on):
        invoice(self.customer, amount, issued_on=on, by=self.by)

    def pay(self, a, b, amount, on):
        due = self.some(a, open_items.debits(self.customer, "NOK"))
        parts = {due.pk: min(amount, due.remaining)} if isinstance(due, Invoice) else {}
        row = Payment(customer=self.customer, amount=amount, currency="NOK", paid_on=on)
        row.made_by = self.by
        paying.pay(row, parts)

    def pay_back(self, a, b, amount, on):
        had = self.some(a, open_items.credits(self.customer, "NOK"))
        part = min(amount, open_items.open_of(had)) if had else None
        row = Payment(customer=self.customer, amount=-amount, currency="NOK", paid_on=on)
        row.made_by = self.by
        kind = {had.pk: part} if had else {}
        if isinstance(had, Payment):
            paying.pay(row, {}, others=kind)
        else:
            paying.pay(row, kind)

    def credit(self, a, b, amount, on):
        of = self.some(a, Invoice.objects.final().filter(customer=self.customer, kind="invoice"))
        left = [] if of is None else [one for one in crediting.left(of) if one.amount]
        if not left:
            return
        parts = {left[0].line.pk: min(amount, left[0].amount)}
        note = crediting.draft_credit(of, parts=parts, release=False, by=self.by)
        note.issued_on = max(on, of.issued_on)
        note.save()
        finalising.finalise(note, version=note.version, by=self.by)

    def match(self, a, b, amount, on):
        debit = self.some(a, open_items.debits(self.customer, "NOK"))
        credit = self.some(b, open_items.credits(self.customer, "NOK"))
        if debit is None or credit is None:
            return
        part = min(amount, open_items.open_of(debit), open_items.open_of(credit))
        parts = {open_items.key_of(debit): part, open_items.key_of(credit): part}
        paying.settle_open(self.customer, parts, by=self.by)

    def take_back(self, a, b, amount, on):
        match = self.some(a, Match.objects.filter(takes_back=None).order_by("pk"))
        if match is None:
            return
        try:
            paying.take_back(match, by=self.by, on=on)
        except CannotMatch:
            there = Match.objects.filter(takes_back=match).exists()
            of = {match.payment_id, match.repayment_id}
            assert there or Payment.objects.filter(pk__in=of, reverses__in=of).exists()

    def reverse(self, a, b, amount, on):
        row = self.some(a, Payment.objects.order_by("pk"))
        if row is None:
            return
        try:
            paying.reverse(row, by=self.by, on=max(on, row.paid_on))
        except paying.CannotReverse:
            assert row.reverses_id or Payment.objects.filter(reverses=row).exists()

    @staticmethod
    def some(place: int, rows):
        rows = list(rows)
        return rows[place % len(rows)] if rows else None


ACTS = ["invoice", "invoice", "pay", "pay", "pay_back", "credit", "match", "take_back", "reverse"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(ACTS),
        st.integers(0, 9),
        st.integers(0, 9),
        st.integers(1, 500),
        st.integers(0, 60),
    ),
    min_size=3,
    max_size=14,
)


class TestLedgers(TestCase):
    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(steps=STEPS)
    def test_the_balance_is_the_sum_of_what_is_open_at_every_day(self, steps):
        ledger = Ledger()
        for step in steps:
            ledger.act(*step)
        check(ledger.customer)


@pytest.fixture
def customer(db):
    return CustomerFactory()


def test_what_was_taken_back_later_is_not_settled_twice_in_between(customer, kari):
    one = invoice(customer, "100", issued_on=START)
    first = payment(customer, "100", one, on=START + timedelta(days=1))
    (match,) = first.matches.all()
    paying.take_back(match, by=kari, on=START + timedelta(days=9))
    payment(customer, "100", Invoice.objects.get(), on=START + timedelta(days=5))
    assert Match.objects.last().matched_on == START + timedelta(days=9)
    check(customer)


def test_what_was_taken_back_at_once_leaves_no_trace_in_when_it_was_settled(customer, kari):
    one = invoice(customer, "100", issued_on=START)
    late = payment(customer, "100", one, on=START + timedelta(days=20))
    paying.take_back(late.matches.get(), by=kari, on=START)
    payment(customer, "100", Invoice.objects.get(), on=START + timedelta(days=5))
    assert Invoice.objects.get().settled_on == START + timedelta(days=5)
    check(customer)


def test_a_reversal_opens_what_was_settled_and_stays_matched_with_its_payment(customer, kari):
    one, two = invoice(customer, "100", issued_on=START), invoice(customer, "70", issued_on=START)
    paid = payment(customer, "200", one, two, on=START)
    back = paying.reverse(paid, by=kari, on=TODAY, text="Bounced")
    assert [(i.remaining, i.settled_on) for i in Invoice.objects.order_by("pk")] == [
        (100, None),
        (70, None),
    ]
    assert (back.amount, back.remaining, back.is_open, back.text) == (-200, 0, False, "Bounced")
    assert not Payment.objects.get(pk=paid.pk).is_open
    check(customer)
    with pytest.raises(CannotMatch, match="stay matched"):
        paying.take_back(Match.objects.last(), by=kari, on=TODAY)
    for row in (paid, back):
        with pytest.raises(paying.CannotReverse):
            paying.reverse(row, by=kari, on=TODAY)
    with pytest.raises(paying.CannotReverse, match="before it was paid"):
        paying.reverse(payment(customer, "5", on=TODAY), by=kari, on=START)


def test_what_does_not_belong_together_is_not_matched(customer, kari):
    one = invoice(customer, "100", issued_on=START)
    other = payment(CustomerFactory(), "50")
    euro = payment(customer, "50", currency="EUR", rate=11)
    mine = payment(customer, "50")
    for credit, amount, words in [
        (other, 10, "two customers"),
        (euro, 10, "EUR cannot settle NOK"),
        (mine, 0, "more than 0"),
        (mine, -1, "more than 0"),
        (mine, 51, "not open any more"),
    ]:
        with pytest.raises(CannotMatch, match=words):
            matching.settle(one, credit, Decimal(amount), by=kari)
    assert not Match.objects.exists()


def test_both_sides_come_to_the_same_and_the_oldest_are_matched_first(customer, kari):
    ones = [invoice(customer, "100", issued_on=START + timedelta(days=n)) for n in (2, 1)]
    paid = [payment(customer, "60", on=START + timedelta(days=n)) for n in (9, 8)]
    parts = {open_items.key_of(one): Decimal(60) for one in [*ones, *paid]}
    with pytest.raises(CannotMatch, match="differ"):
        paying.settle_open(customer, parts | {f"invoice-{ones[0].pk}": Decimal(1)}, by=kari)
    paying.settle_open(customer, parts, by=kari)
    made = [(m.invoice, m.payment, m.amount) for m in Match.objects.order_by("pk")]
    assert made == [(ones[1], paid[1], 60), (ones[0], paid[0], 60)]
    check(customer)


def test_who_saw_something_else_open_is_told(customer, kari):
    one = invoice(customer, "100", issued_on=START)
    paid = payment(customer, "40")
    shown = open_items.seen(customer)
    parts = {open_items.key_of(one): Decimal(40), open_items.key_of(paid): Decimal(40)}
    payment(customer, "10", one)
    with pytest.raises(paying.ChangedMeanwhile):
        paying.settle_open(customer, parts, by=kari, shown=shown)
    paying.settle_open(customer, parts, by=kari, shown=open_items.seen(customer))


def test_many_are_settled_in_few_queries(customer, kari, django_assert_max_num_queries):
    ones = [invoice(customer, "10", issued_on=START) for _ in range(12)]
    parts = {one.pk: Decimal(10) for one in ones}
    row = Payment(customer=customer, amount=120, currency="NOK", paid_on=TODAY, made_by=kari)
    with django_assert_max_num_queries(25):
        paying.pay(row, parts)
    assert not Invoice.objects.still_open().exists()
    check(customer)


def test_days_of_matches_follow_each_other(customer, kari):
    one = invoice(customer, "100", issued_on=START)
    for day in (9, 3, 5):
        paid = payment(customer, "100", Invoice.objects.get(), on=START + timedelta(days=day))
        paying.reverse(paid, by=kari, on=START + timedelta(days=day + 1))
    rows = Match.objects.filter(invoice=one, takes_back=None).order_by("pk")
    days = list(rows.values_list("matched_on", flat=True))
    assert all(earlier <= later for earlier, later in pairwise(days))
    check(customer)
