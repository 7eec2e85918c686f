"""Hourly rates: never two for the same day, and whose holds."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import holding, rates
from customers.models import Customer, HourlyRate
from customers.rates import Overlap
from tests.factories import (
    CustomerFactory,
    HourlyRateFactory,
    ProjectRoleFactory,
    UserFactory,
)
from tests.together import at_once

pytestmark = pytest.mark.django_db
NEW_YEAR = date(2026, 1, 1)
LAST_OF_2026 = date(2026, 12, 31)
NEXT_YEAR = date(2027, 1, 1)


@pytest.fixture
def customer():
    return CustomerFactory()


@pytest.fixture
def role():
    return ProjectRoleFactory(name="Measurer")


def rate(customer, role, first=None, last=None, **fields) -> HourlyRate:
    return HourlyRate(
        customer=customer, role=role, rate=1250, valid_from=first, valid_until=last, **fields
    )


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (None, None),
        (None, NEW_YEAR),
        (LAST_OF_2026, None),
        (NEW_YEAR, LAST_OF_2026),
        (date(2026, 5, 1), date(2026, 5, 1)),
        (date(2025, 1, 1), date(2028, 1, 1)),
    ],
)
def test_two_rates_of_one_role_never_share_a_day(customer, role, first, last):
    other = rates.save(rate(customer, role, NEW_YEAR, LAST_OF_2026))
    with pytest.raises(Overlap) as raised:
        rates.save(rate(customer, role, first, last))
    assert raised.value.other == other
    assert HourlyRate.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "last"), [(None, NEW_YEAR - timedelta(days=1)), (NEXT_YEAR, None)]
)
def test_rates_may_follow_each_other_day_by_day(customer, role, first, last):
    rates.save(rate(customer, role, NEW_YEAR, LAST_OF_2026))
    rates.save(rate(customer, role, first, last))
    assert HourlyRate.objects.count() == 2


def test_others_may_have_rates_on_the_same_days(customer, role):
    rates.save(rate(customer, role))
    rates.save(rate(customer, ProjectRoleFactory()))
    rates.save(rate(CustomerFactory(), role))
    rates.save(HourlyRate(customer=customer, user=UserFactory(), rate=900))
    assert HourlyRate.objects.count() == 4


def test_a_rate_is_changed_without_being_in_its_own_way(customer, role):
    kept = rates.save(rate(customer, role, NEW_YEAR))
    kept.rate, kept.valid_until = 1300, LAST_OF_2026
    rates.save(kept)
    kept.refresh_from_db()
    assert (kept.rate, kept.valid_until) == (1300, LAST_OF_2026)


def test_the_earlier_rate_ends_the_day_before_when_somebody_agrees(customer, role):
    earlier = rates.save(rate(customer, role, NEW_YEAR))
    later = rate(customer, role, NEXT_YEAR)
    with pytest.raises(Overlap) as raised:
        rates.save(later)
    ending = raised.value.ending
    assert (ending.rate, ending.last_day, ending.gap_from) == (earlier, LAST_OF_2026, None)
    rates.save(later, ending=ending.token)
    earlier.refresh_from_db()
    assert earlier.valid_until == LAST_OF_2026
    assert later.pk


def test_a_gap_that_the_ending_leaves_is_told(customer, role):
    rates.save(rate(customer, role))
    with pytest.raises(Overlap) as raised:
        rates.save(rate(customer, role, NEW_YEAR, LAST_OF_2026))
    assert raised.value.ending.gap_from == NEXT_YEAR


@pytest.mark.parametrize(
    ("first", "last", "new_first"),
    [(NEW_YEAR, None, None), (NEW_YEAR, None, NEW_YEAR), (None, None, None)],
)
def test_where_ending_the_other_would_not_help_it_is_not_offered(
    customer, role, first, last, new_first
):
    rates.save(rate(customer, role, first, last))
    with pytest.raises(Overlap) as raised:
        rates.save(rate(customer, role, new_first))
    assert raised.value.ending is None


def test_the_first_day_there_is_has_no_day_before(customer, role):
    rates.save(rate(customer, role))
    with pytest.raises(Overlap) as raised:
        rates.save(rate(customer, role, date.min))
    assert raised.value.ending is None


def test_with_two_in_the_way_none_of_them_is_ended(customer, role):
    rates.save(rate(customer, role, NEW_YEAR, LAST_OF_2026))
    rates.save(rate(customer, role, NEXT_YEAR))
    with pytest.raises(Overlap) as raised:
        rates.save(rate(customer, role, date(2026, 6, 1)))
    assert raised.value.ending is None


def test_agreeing_to_one_ending_is_not_agreeing_to_another(customer, role):
    earlier = rates.save(rate(customer, role, NEW_YEAR))
    with pytest.raises(Overlap) as raised:
        rates.save(rate(customer, role, NEXT_YEAR))
    token = raised.value.ending.token
    with pytest.raises(Overlap):
        rates.save(rate(customer, role, date(2027, 2, 1)), ending=token)
    earlier.refresh_from_db()
    assert earlier.valid_until is None


def test_both_changes_stand_in_the_history_of_the_customer(customer, role):
    rates.save(rate(customer, role, NEW_YEAR))
    with pytest.raises(Overlap) as raised:
        rates.save(rate(customer, role, NEXT_YEAR))
    rates.save(rate(customer, role, NEXT_YEAR), ending=raised.value.ending.token)
    changes = [change.entry.changes_dict for change in customer.changes.select_related("entry")]
    assert {"valid_until": ["None", "2026-12-31"]} in changes


def test_who_changes_what_another_has_changed_is_told(customer, role):
    mine = rates.save(rate(customer, role))
    shown = holding.seen(mine, rates.SHOWN)
    HourlyRate.objects.update(rate=1400)
    mine.rate = 1300
    with pytest.raises(holding.ChangedMeanwhile) as raised:
        rates.save(mine, shown=shown)
    assert raised.value.stored.rate == 1400
    HourlyRate.objects.all().delete()
    with pytest.raises(holding.ChangedMeanwhile) as raised:
        rates.save(mine, shown=shown)
    assert raised.value.stored is None
    assert not HourlyRate.objects.exists()


def test_a_rate_that_is_gone_is_removed_again_without_a_fault(customer, role):
    kept = rates.save(rate(customer, role))
    holding.delete(HourlyRate.objects.get(pk=kept.pk))
    holding.delete(kept)
    assert not HourlyRate.objects.exists()


# Whose rate holds


def test_a_colleagues_rate_goes_before_that_of_the_role(customer, role, django_assert_num_queries):
    ola, ida = UserFactory(), UserFactory()
    own = HourlyRateFactory(customer=customer, user=ola, role=None, valid_from=NEW_YEAR)
    of_role = HourlyRateFactory(customer=customer, role=role, valid_until=LAST_OF_2026)
    HourlyRateFactory(role=role)  # another customer's
    with django_assert_num_queries(1):
        assert rates.rate_for(customer, ola, role, NEW_YEAR) == own
    assert rates.rate_for(customer, ola, role, date(2025, 12, 31)) == of_role
    assert rates.rate_for(customer, ida, role, LAST_OF_2026) == of_role
    assert rates.rate_for(customer, ida, role, NEXT_YEAR) is None
    assert rates.rate_for(customer, None, role, NEW_YEAR) == of_role
    assert rates.rate_for(customer, ola, None, NEXT_YEAR) == own
    assert rates.rate_for(customer, None, None, NEW_YEAR) is None


def test_the_page_groups_by_colleague_and_role_and_marks_what_holds(
    customer, django_assert_num_queries
):
    adviser = ProjectRoleFactory(name="Measurer", order=2)
    leader = ProjectRoleFactory(name="Leader", order=1)
    aase, berit = UserFactory(first_name="Åse"), UserFactory(first_name="Berit")
    for whose in ({"role": adviser}, {"role": leader}, {"user": aase, "role": None}):
        HourlyRateFactory(customer=customer, **whose)
    HourlyRateFactory(customer=customer, user=berit, role=None, valid_until=date(2025, 12, 31))
    HourlyRateFactory(
        customer=customer, user=berit, role=None, valid_from=NEW_YEAR, valid_until=LAST_OF_2026
    )
    HourlyRateFactory(customer=customer, user=berit, role=None, valid_from=NEXT_YEAR)
    with django_assert_num_queries(1):
        groups = rates.groups_of(customer, on=LAST_OF_2026)
    assert [group.whose for group in groups] == [berit, aase, leader, adviser]
    assert [line.state for line in groups[0].lines] == ["coming", "now", "past"]
    assert [group.is_role for group in groups] == [False, False, True, True]


# Many at once, and anything at all


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_save_the_same_period_at_once_one_wins():
    customer, role = CustomerFactory(), ProjectRoleFactory()

    def save(person: int) -> bool:
        try:
            rates.save(rate(customer, role, NEW_YEAR + timedelta(days=person)))
        except Overlap:
            return False
        return True

    assert sum(at_once(8, save)) == 1
    assert HourlyRate.objects.count() == 1


DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 12)) | st.just(date.min)
STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.booleans(), DAYS, DAYS, st.booleans()), max_size=12
)


def _holds(rate: HourlyRate, day: date) -> bool:
    return (rate.valid_from or date.min) <= day <= (rate.valid_until or date.max)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_no_sequence_of_saves_leaves_two_rates_for_a_day(db, steps):
    customer, role = CustomerFactory(), ProjectRoleFactory()
    for which, is_change, first, last, agree in steps:
        if first and last and last < first:
            first, last = last, first
        here = list(HourlyRate.objects.filter(customer=customer).order_by("pk"))
        one = here[which % len(here)] if here and is_change else rate(customer, role)
        one.valid_from, one.valid_until = first, last
        try:
            rates.save(one)
        except Overlap as error:
            if agree and error.ending:
                rates.save(one, ending=error.ending.token)
    stored = list(HourlyRate.objects.filter(customer=customer))
    days = [date.min, date.max, date(2025, 12, 31)]
    days += [date(2026, 1, 1) + timedelta(days=n) for n in range(14)]
    for day in days:
        assert sum(_holds(one, day) for one in stored) <= 1
    assert Customer.objects.get(pk=customer.pk).last_activity_at >= customer.last_activity_at
