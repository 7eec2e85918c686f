"""Days are those of Oslo, over midnight, a year's end, and both changes of the clocks."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from moment.ledger import ageing, finalising
from moment.ledger.models import Invoice, Payment
from tests.factories import CustomerFactory
from tests.ledger.making import draft, invoice
from tests.ledger.test_new_payment import enter, errors, proposed

pytestmark = pytest.mark.django_db
# Half an hour past midnight in Oslo, by the clock of Greenwich: the day before.
MIDNIGHTS = {
    "a year begins": ("2026-12-31T23:30:00Z", date(2027, 1, 1)),
    "summer time begins": ("2026-03-28T23:30:00Z", date(2026, 3, 29)),
    "summer": ("2026-07-31T22:30:00Z", date(2026, 8, 1)),
    "summer time ends": ("2026-10-24T22:30:00Z", date(2026, 10, 25)),
    "the day after summer time": ("2026-10-25T23:30:00Z", date(2026, 10, 26)),
    "a leap day": ("2028-02-28T23:30:00Z", date(2028, 2, 29)),
}


@pytest.fixture(params=MIDNIGHTS.values(), ids=MIDNIGHTS)
def today(request):
    now, day = request.param
    with time_machine.travel(now, tick=False):
        yield day


def test_it_is_dated_the_day_on_which_it_is_finalised_here(kari, today):
    made = draft()
    made.invoice_settings["credit_terms"] = 14
    made.save()
    final = finalising.finalise(made, version=made.version, by=kari)
    assert final.issued_on == timezone.localdate() == today
    assert final.due_on == today + timedelta(days=14)


def test_it_is_overdue_from_the_day_after_and_not_before(kari, today):
    customer = CustomerFactory()
    rows = [
        invoice(customer, "100", by=kari, terms=terms, issued_on=today - timedelta(days=30))
        for terms in (29, 30, 31)
    ]
    assert [one.due_on for one in rows] == [today + timedelta(days=n) for n in (-1, 0, 1)]
    assert list(Invoice.objects.overdue()) == rows[:1]
    aged = ageing.of_customer(customer.pk, today, "NOK")
    assert [(one.balance, one.overdue) for one in aged.by_currency.values()] == [(300, 100)]


def test_what_is_paid_today_can_be_entered_and_what_is_paid_tomorrow_cannot(today, as_kari, kari):
    invoice(CustomerFactory(number="77"), "100", by=kari)
    fields = proposed(as_kari, "100")
    tomorrow = today + timedelta(days=1)
    assert fields["paid_on"] == str(today)
    assert "after today" in errors(enter(as_kari, fields, paid_on=str(tomorrow)))["paid_on"]
    assert enter(as_kari, fields).status_code == 302
    assert Payment.objects.get().paid_on == today


def test_numbers_follow_the_days_over_a_years_end(kari):
    with time_machine.travel("2027-01-04T08:00:00Z", tick=False):
        days = [date(2027, 1, 2), None, date(2026, 12, 31), date(2027, 1, 1)]
        made = [draft(issued_on=day) for day in days]
        done, failed = finalising.finalise_all(made, kari)
    assert not failed
    in_order = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 4)]
    assert [one.issued_on for one in done] == in_order
    assert [one.number for one in done] == ["20001", "20002", "20003", "20004"]
