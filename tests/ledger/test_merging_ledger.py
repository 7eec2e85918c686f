"""Merging customers with invoices and payments, and making them several again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone

from customers import merging
from customers.models import ChangeOf, Customer
from moment.ledger import crediting, matching, paying
from moment.ledger.models import Invoice, Match, Payment
from tests.conftest import signed_in
from tests.customers.merging_pages import log_url, merge_url
from tests.factories import CustomerFactory, NoteFactory, ProjectFactory, UserFactory
from tests.ledger.making import draft, invoice, payment
from tests.ledger.test_crediting import credit
from tests.ledger.work import approved, drafts, shared

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def add_up(customers=None):
    """Look that each ledger adds up: now by what remains, and at each date by what was matched."""
    for customer in customers or Customer.objects.all():
        invoices = Invoice.objects.final().filter(customer=customer)
        payments = Payment.objects.filter(customer=customer)
        whole = _sum(invoices, "gross") - _sum(payments, "amount")
        assert _sum(invoices, "remaining") - _sum(payments, "remaining") == whole
        for day in [TODAY, *Match.objects.values_list("matched_on", flat=True)]:
            rows = Match.objects.filter(matched_on__lte=day)
            owed = rows.filter(invoice__in=invoices) | rows.filter(repayment__in=payments)
            had = rows.filter(payment__in=payments) | rows.filter(credit_note__in=invoices)
            assert _sum(owed, "amount") == _sum(had, "amount"), (customer, day)


def _sum(rows, name):
    return rows.aggregate(sum=Sum(name))["sum"] or Decimal(0)


@pytest.fixture
def kept():
    return CustomerFactory(number="51", name="Fjell AS")


@pytest.fixture
def other():
    return CustomerFactory(number="52", name="Fjell A/S")


def merge(kept, other, by):
    return merging.merge(kept.pk, [other.pk], by=by)


def owners(*rows):
    return [type(row).objects.get(pk=row.pk).customer for row in rows]


def test_all_moves_and_what_is_printed_stays(as_kari, kari, kept, other):
    made = invoice(other, "100", by=kari)
    paid = payment(other, "40", made)
    waiting = draft(other)
    page = as_kari.get("/customers/51/merge/?with=52").content.decode()
    assert "1 invoice keeps the name and number that it was printed with." in page
    merge(kept, other, kari)
    assert owners(made, paid, waiting) == [kept, kept, kept]
    read = as_kari.get("/invoices/20001/").content.decode()
    assert "It was printed for 52 Fjell A/S" in read
    assert "By now it belongs to" in read
    assert "51 Fjell AS" in read
    assert "as Fjell A/S" in as_kari.get("/customers/51/invoices/").content.decode()
    made.refresh_from_db()
    assert (made.buyer_number, made.buyer_name) == ("52", "Fjell A/S")
    add_up()


def test_matches_between_those_that_are_apart_again_are_taken_back(kari, kept, other):
    mine, theirs = invoice(kept, "100", by=kari), invoice(other, "80", by=kari)
    before = payment(kept, "30", on=TODAY - timedelta(days=50))
    made = merge(kept, other, kari)
    theirs.refresh_from_db()
    both = payment(Customer.objects.get(pk=kept.pk), "150", mine, theirs, on=TODAY)
    before.refresh_from_db()
    theirs.refresh_from_db()
    matching.settle(theirs, before, Decimal(30), by=kari)
    first = Match.objects.get(payment=before)
    add_up()
    merging.undo(made.pk, by=kari)
    assert owners(mine, theirs, before, both) == [kept, other, kept, kept]
    for row in (mine, theirs, before, both):
        row.refresh_from_db()
    assert [row.remaining for row in (mine, theirs, before, both)] == [0, 80, 30, 50]
    back = Match.objects.get(takes_back=first)
    assert (back.matched_on, back.amount, back.made_by) == (first.matched_on, -30, kari)
    add_up()


def test_payments_made_since_go_back_with_what_they_settle(kari, kept, other):
    mine, theirs = invoice(kept, "100", by=kari), invoice(other, "80", by=kari)
    made = merge(kept, other, kari)
    for row in (mine, theirs):
        row.refresh_from_db()
    now = Customer.objects.get(pk=kept.pk)
    too_much = payment(now, "90", theirs)
    for_mine = payment(now, "20", mine)
    for_none = payment(now, "7")
    theirs.refresh_from_db()
    back = paying.reverse(payment(now, "5", mine), by=kari, on=TODAY)
    merging.undo(made.pk, by=kari)
    assert owners(theirs, too_much, for_mine, for_none, back) == [other, other, kept, kept, kept]
    too_much.refresh_from_db()
    assert too_much.remaining == 10
    told = ChangeOf.objects.filter(customer=other, entry__object_pk=str(too_much.pk))
    assert told.filter(entry__content_type__model="payment").exists()
    add_up()


def test_a_payment_that_was_reversed_since_goes_back_with_its_reversal(kari, kept, other):
    theirs = invoice(other, "80", by=kari)
    made = merge(kept, other, kari)
    theirs.refresh_from_db()
    paid = payment(Customer.objects.get(pk=kept.pk), "80", theirs, on=TODAY)
    back = paying.reverse(paid, by=kari, on=TODAY)
    money = Payment.objects.create(
        customer=kept, amount=-9, currency="NOK", paid_on=TODAY, made_by=kari, remaining=-9
    )
    merging.undo(made.pk, by=kari)
    assert owners(paid, back, money) == [other, other, kept]
    assert Match.objects.count() == 3
    add_up()


def test_payments_go_back_even_where_no_invoice_moved(kari, kept, other):
    paid = payment(other, "50")
    made = merge(kept, other, kari)
    paid.refresh_from_db()
    back = paying.reverse(paid, by=kari, on=TODAY)
    merging.undo(made.pk, by=kari)
    assert owners(paid, back) == [other, other]
    add_up()


def test_credit_notes_follow_their_invoice(kari, kept, other):
    mine, theirs = invoice(kept, "100", by=kari), invoice(other, "80", by=kari)
    made = merge(kept, other, kari)
    theirs.refresh_from_db()
    mine.refresh_from_db()
    final = credit(theirs, kari, "30")
    waiting = crediting.draft_credit(theirs, parts=None, release=False, by=kari)
    own = credit(mine, kari, "10")
    assert final.buyer_number == "51"
    merging.undo(made.pk, by=kari)
    assert owners(final, waiting, own) == [other, other, kept]
    add_up()


def test_a_credit_that_settled_the_others_invoice_is_to_its_credit_again(kari, kept, other):
    mine, theirs = invoice(kept, "100", by=kari), invoice(other, "80", by=kari)
    payment(other, "80", theirs)
    made = merge(kept, other, kari)
    theirs.refresh_from_db()
    note = credit(theirs, kari)
    mine.refresh_from_db()
    note.refresh_from_db()
    matching.settle(mine, note, Decimal(80), by=kari)
    merging.undo(made.pk, by=kari)
    note.refresh_from_db()
    mine.refresh_from_db()
    assert (note.customer, note.remaining, mine.remaining) == (other, -80, 100)
    add_up()


def test_what_was_issued_since_stays_with_whom_it_was_printed_for(kari, kept, other):
    project = ProjectFactory(customer=other)
    approved(project, 2, by=kari)
    made = merge(kept, other, kari)
    (waiting,) = drafts(project, by=kari)
    new = invoice(Customer.objects.get(pk=kept.pk), "5", by=kari)
    merging.undo(made.pk, by=kari)
    # A draft is for whose the work is.
    assert owners(waiting, new) == [other, kept]
    entry = ChangeOf.objects.filter(
        entry__content_type__model="invoice", entry__object_id=waiting.pk
    )
    assert {change.customer for change in entry} == {other}
    add_up()


def test_drafts_of_who_pays_a_share_follow_the_share(kari, kept, other):
    owner = CustomerFactory()
    project = shared((other, 40), customer=owner)
    approved(project, 2, by=kari)
    made = merge(kept, other, kari)
    first, part = drafts(project, by=kari)
    assert owners(first, part) == [owner, kept]
    merging.undo(made.pk, by=kari)
    assert owners(first, part) == [owner, other]


def test_one_after_the_other(kari, kept, other):
    third = CustomerFactory()
    theirs = invoice(third, "80", by=kari)
    first = merge(other, third, kari)
    theirs.refresh_from_db()
    paid = payment(Customer.objects.get(pk=other.pk), "30", theirs)
    second = merge(kept, other, kari)
    theirs.refresh_from_db()
    later = payment(Customer.objects.get(pk=kept.pk), "20", theirs)
    add_up()
    merging.undo(second.pk, by=kari)
    assert owners(theirs, paid, later) == [other, other, other]
    merging.undo(first.pk, by=kari)
    assert owners(theirs, paid, later) == [third, third, third]
    add_up()


@pytest.mark.parametrize("sees_money", [False, True])
def test_who_may_see_no_money_is_told_of_none_that_moves(as_kari, kari, kept, other, sees_money):
    """Neither on the page, nor in the question, nor in the log, nor when it is taken back."""
    client = as_kari
    if not sees_money:
        roles = ["View customers", "Administer customer details"]
        client = signed_in(UserFactory(username="anne", roles=roles))
    made = invoice(other, "1000", by=kari)
    payment(other, "300", made)
    NoteFactory(customer=other)
    before = [merge_url(kept, other), f"{merge_url(kept, other)}&ask=1"]
    pages = [client.get(url).content.decode() for url in before]
    merged = merge(kept, other, kari)
    payment(kept, "50", on=timezone.localdate())
    pages += [client.get(log_url(merged, page)).content.decode() for page in ("", "undo/")]
    for page in pages:
        assert "1 note" in page
        assert ("1 invoice" in page) == sees_money
        assert ("1 payment" in page) == sees_money


def test_who_is_told_of_nothing_that_moves_is_not_told_that_there_is_nothing(kari, kept, other):
    client = signed_in(UserFactory(username="anne", roles=["View customers"]))
    made = invoice(other, "1000", by=kari)
    ChangeOf.objects.all().delete()
    merged = merge(kept, other, kari)
    page = client.get(log_url(merged)).content.decode()
    assert "Nothing that you may see." in page
    assert "there was nothing that hung on them" not in page
    assert owners(made) == [kept]
