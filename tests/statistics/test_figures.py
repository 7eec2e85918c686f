"""What figures are, and that they add up however they are divided."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from customers import merging
from moment.ledger import correcting, finalising, paying
from moment.ledger.models import BilledTime
from moment.statistics import invoiced as income
from moment.statistics import worked as work
from moment.statistics.periods import Name, Period
from moment.statistics.scope import Scope
from tests.factories import (
    CustomerFactory,
    ExpenseFactory,
    OfferFactory,
    ProjectFactory,
    UserFactory,
)
from tests.ledger.making import draft, payment
from tests.statistics.making import (
    YEAR,
    employee,
    invoiced,
    new_terms,
    share,
    statistics,
    worked,
)

pytestmark = pytest.mark.django_db
NOTHING = Decimal(0)


@pytest.fixture
def customer():
    return CustomerFactory(number="77")


def by_name(rows, what="income") -> dict:
    return {str(row.of) if row.of else row.of: getattr(row, what) for row in rows}


def test_income_is_what_was_invoiced_less_what_was_credited(customer):
    first = invoiced(customer, (None, "1000"), on=date(2025, 1, 1))
    invoiced(customer, (None, "500.50"), on=date(2025, 12, 31))
    invoiced(customer, (None, "-200"), on=date(2025, 5, 2), credits=first)
    invoiced(customer, (None, "9"), on=date(2024, 12, 31))
    invoiced(CustomerFactory(), (None, "7"))
    found = statistics(customer)
    assert found.invoiced == Decimal("1300.50")
    assert found.invoiced_before == 9
    assert found.change == Decimal("14350.0")
    by_month = {m.name: m.amount for m in found.months if m.amount}
    assert by_month == {"2025-01": 1000, "2025-05": -200, "2025-12": Decimal("500.50")}


def test_each_invoice_counts_by_its_own_rate(customer):
    invoiced(customer, (None, "100"), currency="EUR", rate=Decimal("11.123456"))
    invoiced(customer, (None, "100"), currency="EUR", rate=Decimal("12"))
    assert statistics(customer).invoiced == Decimal("2312.3456")


def test_cost_is_written_down_or_by_the_terms_on_the_day(customer):
    project, user = ProjectFactory(customer=customer), employee(cost="500")
    worked(project, user, "2", date(2025, 2, 1))
    new_terms(user, date(2025, 6, 1), 600, "Adviser")
    new_terms(user, date(2025, 7, 1), 700, "Adviser")
    worked(project, user, "3", date(2025, 6, 30), approved=False)
    worked(project, user, "1", date(2025, 7, 1), approved=False, billable=False)
    worked(project, user, "1", date(2024, 7, 1))
    ExpenseFactory(project=project, cost="99.50", day=date(2025, 3, 1))
    found = statistics(customer)
    assert found.hours == 6
    assert found.billable == 5
    assert found.cost_of_hours == 2 * 500 + 3 * 600 + 700
    assert found.cost_of_expenses == Decimal("99.50")
    assert found.profit == -found.cost
    assert found.margin is None
    assert {str(r.of): r.hours for r in found.roles if r.of} == {"Engineer": 2, "Adviser": 4}
    assert found.uncosted == 0


def test_hours_of_which_nobody_knows_the_cost_are_told(customer):
    worked(ProjectFactory(customer=customer), UserFactory(), "4", approved=False)
    found = statistics(customer)
    assert (found.cost, found.uncosted) == (0, 4)
    assert [(row.of, row.hours) for row in found.roles] == [(0, 4)]


def test_cost_is_shared_as_the_price_model_is_and_hours_are_not(customer):
    payer = CustomerFactory()
    project, user = ProjectFactory(customer=customer), employee(cost="500")
    share(project, payer, 40)
    worked(project, user, "10")
    ExpenseFactory(project=project, cost=100, day=date(2025, 3, 1))
    for one, part in ((customer, Decimal("0.6")), (payer, Decimal("0.4"))):
        found = statistics(one)
        assert found.hours == 10
        assert found.cost_of_hours == 5000 * part
        assert found.cost_of_expenses == 100 * part


def test_hours_that_others_share_are_not_those_of_who_pays_for_something_else(customer):
    payer = CustomerFactory()
    project, user = ProjectFactory(customer=customer), employee()
    second = project.price_models.create(order=1, kind="fixed")
    second.shares.create(customer=payer, percent=50)
    worked(project, user, "10")
    assert statistics(payer).hours == 0
    assert statistics(customer).hours == 10


def test_invoiced_hours_are_each_customers_part_of_them(customer):
    payer = CustomerFactory()
    project, user = ProjectFactory(customer=customer), employee()
    share(project, payer, 40)
    hers = worked(project, user, "10")
    for one, part in ((customer, 6), (payer, 4)):
        amount, holds = part * 1500, one == customer
        invoiced(one, (project, amount), entries={hers: amount}, holds=holds)
    for one, part in ((customer, 6), (payer, 4)):
        found = statistics(one)
        assert (found.billed_hours, found.income_by_hours) == (part, part * 1500)
        assert found.average_rate == 1500


def test_income_by_employee_is_what_was_billed_less_what_was_released(customer):
    project = ProjectFactory(customer=customer)
    ida, odd = employee(cost="500"), employee(cost="400", role="Adviser")
    hers, his = worked(project, ida, "10"), worked(project, odd, "5")
    first = invoiced(
        customer, (project, "15000"), (None, "700"), entries={hers: "10000", his: "5000"}
    )
    note = invoiced(customer, (project, "-5000"), credits=first, on=date(2025, 6, 1))
    release(his, note)
    found = statistics(customer)
    assert by_name(found.people) == {str(ida): 10000, str(odd): 0, None: 700}
    assert by_name(found.roles) == {"Engineer": 10000, "Adviser": 0, None: 700}
    assert (found.income_by_hours, found.billed_hours) == (10000, 10)
    assert found.average_rate == 1000
    early = Period(Name.OWN, date(2025, 1, 1), date(2025, 5, 31), date(2025, 5, 31))
    assert by_name(statistics(customer, early).people) == {
        str(ida): 10000,
        str(odd): 5000,
        None: 700,
    }


def release(entry, note) -> None:
    BilledTime.objects.filter(entry=entry).update(released_by=note)


def test_a_split_that_is_credited_leaves_nobody_with_income_by_employee(customer, kari):
    """Each customer is rid of its own part, whoever's credit note came last."""
    payer, ida = CustomerFactory(), employee()
    project = ProjectFactory(customer=customer)
    hers = worked(project, ida, "10")
    whole = invoiced(customer, (project, "6000"), entries={hers: "6000"})
    part = draft(payer, "4000", part_of=whole, issued_on=date(2025, 4, 1), vat_code="5")
    BilledTime.objects.create(line=part.lines.get(), entry=hers, amount=4000, holds=False)
    finalising.finalise(part, version=part.version, by=kari)
    notes = correcting.credit_split(whole, by=kari)
    assert {note.customer for note in notes} == {customer, payer}
    now = Period(Name.OWN, date(2025, 1, 1), notes[0].issued_on, notes[0].issued_on)
    for one in (customer, payer):
        assert by_name(statistics(one, now).people) == {str(ida): 0}


def test_days_to_pay_against_terms(customer):
    for days in (10, 41):
        invoice = invoiced(customer, (None, "100"), on=date(2025, 2, 1))
        payment(customer, "100", invoice, on=date.fromordinal(date(2025, 2, 1).toordinal() + days))
    credited = invoiced(customer, (None, "100"), on=date(2025, 2, 1))
    invoiced(customer, (None, "-100"), on=date(2025, 2, 2), credits=credited)
    invoiced(customer, (None, "100"), on=date(2025, 2, 1))  # open
    paid = statistics(customer).paid
    given = (invoice.due_on - invoice.issued_on).days
    assert (paid.count, paid.days, paid.terms) == (2, Decimal("25.5"), given)
    assert paid.late is (2 * given < 51)
    assert statistics(CustomerFactory()).paid.days is None


def test_nobody_has_paid_what_bounced_and_was_credited(customer, kari):
    bounced = invoiced(customer, (None, "100"), on=date(2025, 2, 1))
    paid = payment(customer, "100", bounced, on=date(2025, 2, 11))
    paying.reverse(paid, by=kari, on=date(2025, 2, 12))
    bounced.refresh_from_db()
    invoiced(customer, (None, "-100"), on=date(2025, 2, 20), credits=bounced)
    bounced.refresh_from_db()
    assert bounced.settled_on == date(2025, 2, 20)
    assert statistics(customer).paid.count == 0


def test_offers_won_of_offers_sent(customer):
    sent = {"sent_at": "2025-03-01T23:30:00+01:00", "buyer_name": "Fjell", "customer": customer}
    answered = {"answered_at": "2025-04-01T10:00:00+02:00"}
    OfferFactory(state="sent", **sent)
    OfferFactory(state="accepted", **sent, **answered)
    OfferFactory(state="rejected", **sent, **answered)
    OfferFactory(state="replaced", **sent)
    OfferFactory(state="draft", customer=customer)
    # The year is that of Oslo.
    edges = ("2024-12-31T23:30:00+01:00", "2024-12-31T23:30:00+00:00", "2025-12-31T23:30:00+00:00")
    for moment in edges:
        OfferFactory(state="sent", **sent | {"sent_at": moment})
    found = statistics(customer).offered
    assert (found.sent, found.won) == (4, 1)


def test_what_is_not_yet_invoiced_and_what_of_it_is_old(customer):
    project = ProjectFactory(customer=customer)
    payer = CustomerFactory()
    share(project, payer, 25)
    user = employee(price="1000")
    today = date.today()
    worked(project, user, "4", today)
    worked(project, user, "8", date.fromordinal(today.toordinal() - 31))
    ExpenseFactory(project=project, cost=100, day=date.fromordinal(today.toordinal() - 30))
    found, theirs = statistics(customer), statistics(payer)
    assert found.not_invoiced == {"NOK": 9075}
    assert found.waiting_long == {"NOK": 6075}
    assert theirs.not_invoiced == {"NOK": 3025}
    euro = ProjectFactory(customer=customer, currency="EUR")
    ExpenseFactory(project=euro, cost=50, day=today)
    assert statistics(customer).not_invoiced == {"NOK": 9075, "EUR": 50}


def test_expenses_in_another_currency_count_by_the_last_rate(customer):
    euro = ProjectFactory(customer=customer, currency="EUR")
    ExpenseFactory(project=euro, cost=50, day=date(2025, 3, 1))
    found = statistics(customer)
    assert (found.cost, found.unexchanged) == (0, True)
    invoiced(customer, (euro, "100"), currency="EUR", rate=Decimal(11))
    invoiced(customer, (euro, "100"), currency="EUR", rate=Decimal(12))
    found = statistics(customer)
    assert (found.cost, found.unexchanged) == (600, False)


def test_figures_follow_a_customer_that_is_merged(customer, anne):
    gone = CustomerFactory()
    project, user = ProjectFactory(customer=gone), employee()
    entry = worked(project, user, "10")
    invoice = invoiced(gone, (project, "10000"), entries={entry: "10000"})
    payment(gone, "10000", invoice, on=date(2025, 5, 1))
    before = statistics(gone)
    expected = (before.invoiced, before.cost, before.hours, before.paid, by_name(before.people))
    merging.merge(customer.pk, [gone.pk], by=anne)
    found = statistics(customer)
    assert expected == (
        found.invoiced, found.cost, found.hours, found.paid, by_name(found.people)
    )  # fmt: skip
    assert found.invoiced == 10000


def test_many_customers_at_once_are_the_same_as_each_alone(customer):
    other = CustomerFactory()
    project, user = ProjectFactory(customer=customer), employee()
    share(project, other, 30)
    worked(project, user, "10")
    ExpenseFactory(project=project, cost=100, day=date(2025, 3, 1))
    invoiced(customer, (project, "100"))
    invoiced(other, (project, "50"))
    together = work.by_customer(Scope([customer.pk, other.pk]), YEAR)
    for one in (customer, other):
        alone = statistics(one)
        assert together[one.pk] == (alone.hours, alone.cost)
    assert income.by_customer([customer.pk, other.pk], YEAR) == {customer.pk: 100, other.pk: 50}
    assert income.by_customer(None, YEAR) == {customer.pk: 100, other.pk: 50}


amounts = st.decimals("0.01", "99999.99", places=2)
days = st.dates(date(2024, 11, 1), date(2026, 1, 31))
rates = st.decimals("0.000001", "20", places=6)


class WhateverIsInvoicedTest(TestCase):
    """Whatever is worked, laid out, shared, invoiced and credited, figures add up."""

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        entries=st.lists(
            st.tuples(st.integers(0, 1), st.integers(0, 2), days, st.booleans()), max_size=6
        ),
        spent=st.lists(st.tuples(st.integers(0, 1), amounts, days), max_size=3),
        invoices=st.lists(st.tuples(amounts, amounts, days, rates, st.booleans()), max_size=4),
        percent=st.decimals("0.01", "100", places=2),
    )
    def test_they_add_up(self, entries, spent, invoices, percent):
        customer, other = CustomerFactory(), CustomerFactory()
        projects = [ProjectFactory(customer=customer), ProjectFactory(customer=customer)]
        share(projects[1], other, percent)
        people = [employee(cost="333.33"), employee(cost="0.07", role="Adviser")]
        new_terms(people[0], date(2025, 5, 1), Decimal("444.45"), "Adviser")
        people.append(UserFactory())
        done = [
            worked(projects[place], people[who], "0.75", day, approved=approved)
            for place, who, day, approved in entries
        ]
        for place, cost, day in spent:
            ExpenseFactory(project=projects[place], cost=cost, day=day)
        free = [entry for entry in done if entry.approved_at]
        for first, second, day, rate, is_credited in invoices:
            entry = free.pop() if free else None
            on_it = {entry: first / 3} if entry else {}
            on_it = {one: part.quantize(Decimal("0.01")) for one, part in on_it.items()}
            lines = [(projects[0], first), (None, second)]
            made = invoiced(customer, *lines, on=day, entries=on_it, currency="EUR", rate=rate)
            if is_credited:
                back = [(projects[0], -first)]
                note = invoiced(
                    customer, *back, on=day, credits=made, currency="EUR", rate=rate * 2
                )
                if entry:
                    release(entry, note)
        for one in (customer, other):
            self._look(statistics(one))
        shared = [statistics(one).cost for one in (customer, other)]
        alone = Scope([customer.pk])
        assert sum(shared) == sum(shared[:1]) + shared[1]
        assert set(alone.projects) == {project.pk for project in projects}

    def _look(self, found) -> None:
        months = sum((month.amount for month in found.months), NOTHING)
        assert found.invoiced == months
        for rows in (found.people, found.roles, found.projects):
            assert sum((row.income for row in rows), NOTHING) == found.invoiced
            assert sum((row.cost for row in rows), NOTHING) == found.cost
            assert sum((row.hours for row in rows), NOTHING) == found.hours
            assert sum((row.profit for row in rows), NOTHING) == found.profit
