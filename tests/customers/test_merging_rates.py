"""Merging hourly rates: no two hold on the same days, none changes its currency unasked."""

from datetime import date

import pytest

from customers import merging, rates
from customers.merging.rates import AS_THEY_STAND, CURRENCY, LEFT_OUT
from customers.models import Customer, HourlyRate
from tests.factories import (
    CustomerFactory,
    HourlyRateFactory,
    ProjectRoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def role():
    return ProjectRoleFactory(name="Leder")


@pytest.fixture
def customers():
    return [CustomerFactory() for _ in range(4)]


def key_of(role):
    return f"rates-role-{role.pk}"


def merge(customers, by, **options):
    return merging.merge(customers[0].pk, [c.pk for c in customers[1:]], by=by, **options)


def amounts(customer):
    """Return the customer's rates as (amount, first day), the earliest first."""
    found = customer.hourly_rates.values_list("rate", "valid_from")
    return sorted((int(rate), first) for rate, first in found)


def places():
    return dict(HourlyRate.objects.values_list("pk", "customer"))


def test_rates_for_other_days_are_united(kari, role, customers):
    one, two = customers[:2]
    HourlyRateFactory(customer=one, role=role, rate=1, valid_until=date(2025, 12, 31))
    HourlyRateFactory(customer=two, role=role, rate=2, valid_from=date(2026, 1, 1))
    assert merging.decisions([one, two], kari) == []
    merge([one, two], kari)
    assert {rate for rate, _first in amounts(one)} == {1, 2}


def test_the_same_rate_is_there_once(kari, role, customers):
    one, two = customers[:2]
    for customer in (one, two):
        HourlyRateFactory(customer=customer, role=role, rate=1)
    assert merging.decisions([one, two], kari) == []
    merge([one, two], kari)
    assert amounts(one) == [(1, None)]


@pytest.mark.parametrize("chosen", range(4))
def test_of_four_customers_the_rates_of_the_one_that_was_chosen_go_on(
    kari, role, customers, chosen
):
    for n, customer in enumerate(customers):
        HourlyRateFactory(customer=customer, role=role, rate=n)
    before = places()
    (decision,) = merging.decisions(customers, kari)
    assert decision.question == ("The rates of Leder hold on the same days. Which of them go on?")
    assert [option.value for option in decision.options] == [str(c.pk) for c in customers]
    merged = merge(customers, kari, decided={decision.key: str(customers[chosen].pk)})
    assert amounts(customers[0]) == [(chosen, None)]
    merging.undo(merged.pk, by=kari)
    assert places() == before


def test_the_rates_of_the_third_are_asked_against_those_of_the_first_and_of_the_second(
    kari, role, customers
):
    one, two, three, _four = customers
    HourlyRateFactory(customer=one, role=role, rate=1, valid_until=date(2025, 12, 31))
    HourlyRateFactory(customer=two, role=role, rate=2, valid_from=date(2026, 1, 1))
    HourlyRateFactory(customer=three, role=role, rate=3)
    before = places()
    merged = merge([one, two, three], kari, decided={key_of(role): str(three.pk)})
    assert amounts(one) == [(3, None)]
    merging.undo(merged.pk, by=kari)
    assert places() == before


def test_nobody_reads_amounts_who_may_not_see_them(kari, per, role, customers):
    one, two = customers[:2]
    for n, customer in enumerate((one, two)):
        HourlyRateFactory(customer=customer, role=role, rate=1250 + n)
    for viewer, is_told in ((kari, True), (per, False)):
        (decision,) = merging.decisions([one, two], viewer)
        text = decision.question + "".join(option.label for option in decision.options)
        assert ("250" in text.replace(one.number, "").replace(two.number, "")) == is_told


# Currencies


@pytest.fixture
def pair(customers):
    """Two customers that differ in nothing but currency, NOK by the company's standard and EUR."""
    Customer.objects.filter(pk=customers[1].pk).update(currency="EUR")
    return list(Customer.objects.filter(pk__in=[c.pk for c in customers[:2]]).order_by("pk"))


def test_rates_in_several_currencies_are_never_mixed_unasked(kari, pair):
    HourlyRateFactory(customer=pair[1])
    with pytest.raises(merging.Undecided) as asked:
        merge(pair, kari)
    (decision,) = asked.value.decisions
    assert decision.key == CURRENCY
    assert f"{pair[0].number} NOK, {pair[1].number} EUR" in decision.question
    with pytest.raises(merging.Undecided):
        merge(pair, kari, decided={CURRENCY: "whatever"})


def test_without_rates_nothing_is_asked_of_currencies(kari, pair):
    assert merging.decisions(pair, kari) == []


def test_the_companys_standard_is_the_same_currency_as_its_name(kari, pair):
    Customer.objects.filter(pk=pair[1].pk).update(currency="NOK")
    HourlyRateFactory(customer=pair[1])
    pair[1].refresh_from_db()
    assert merging.decisions(pair, kari) == []


@pytest.mark.parametrize("decided", [LEFT_OUT, AS_THEY_STAND])
@pytest.mark.parametrize("currency_of", [0, 1])
def test_rates_in_another_currency_go_on_or_are_left_out_as_decided(
    kari, pair, decided, currency_of
):
    Customer.objects.filter(pk=pair[0].pk).update(currency="NOK")
    for n, customer in enumerate(pair):
        HourlyRateFactory(customer=customer, rate=n)
    before = places()
    merged = merge(
        pair, kari, decided={CURRENCY: decided}, chosen={"currency": pair[currency_of].pk}
    )
    expected = [(currency_of, None)] if decided == LEFT_OUT else [(0, None), (1, None)]
    assert amounts(pair[0]) == expected
    merging.undo(merged.pk, by=kari)
    assert places() == before


def test_the_empty_currency_of_the_kept_one_is_filled_and_so_its_own_rates_are_the_other_ones(
    kari, pair
):
    HourlyRateFactory(customer=pair[0], rate=0)
    HourlyRateFactory(customer=pair[1], rate=1)
    merge(pair, kari, decided={CURRENCY: LEFT_OUT})
    assert amounts(pair[0]) == [(1, None)]


# Taking it back


def test_a_rate_that_was_changed_since_goes_back_as_it_is(kari, role, customers):
    one, two = customers[:2]
    rate = HourlyRateFactory(customer=two, role=role, rate=1)
    merged = merge([one, two], kari)
    rate.refresh_from_db()
    rate.rate = 2
    rates.save(rate)
    merging.undo(merged.pk, by=kari)
    assert amounts(two) == [(2, None)]


def test_it_is_refused_where_a_rate_that_comes_back_would_meet_one_made_since(
    kari, role, customers
):
    one, two = customers[:2]
    HourlyRateFactory(customer=one, role=role, rate=1)
    given = HourlyRateFactory(customer=two, role=role, rate=2)
    merged = merge([one, two], kari, decided={key_of(role): str(two.pk)})
    given.refresh_from_db()
    given.valid_until = date(2025, 12, 31)
    rates.save(given)
    new = HourlyRateFactory(customer=one, role=role, rate=3, valid_from=date(2026, 1, 1))
    before = places()
    with pytest.raises(merging.CannotUndo) as refused:
        merging.undo(merged.pk, by=kari)
    assert str(refused.value) == (
        "The rates of Leder would hold on the same days again: with neither a first nor a last "
        "day and from 1 Jan 2026 with no end. Change those of the kept customer first."
    )
    assert places() == before
    new.delete()
    merging.undo(merged.pk, by=kari)
    assert (amounts(one), amounts(two)) == ([(1, None)], [(2, None)])


def test_it_is_refused_where_a_rate_that_goes_back_would_meet_one_that_stayed(
    kari, role, customers
):
    one, two = customers[:2]
    end = {"valid_until": date(2025, 12, 31)}
    same = [HourlyRateFactory(customer=c, role=role, rate=1, **end) for c in (one, two)]
    moved = HourlyRateFactory(customer=two, role=role, rate=2, valid_from=date(2026, 1, 1))
    merged = merge([one, two], kari)
    same[0].delete()
    moved.refresh_from_db()
    moved.valid_from = date(2025, 6, 1)
    rates.save(moved)
    with pytest.raises(merging.CannotUndo, match="would hold on the same days"):
        merging.undo(merged.pk, by=kari)


def test_a_rate_made_since_for_other_days_or_another_role_is_not_in_the_way(kari, role, customers):
    one, two = customers[:2]
    HourlyRateFactory(customer=one, role=role, rate=1, valid_until=date(2025, 12, 31))
    HourlyRateFactory(customer=two, role=role, rate=2, valid_until=date(2025, 12, 31))
    merged = merge([one, two], kari, decided={key_of(role): str(two.pk)})
    HourlyRateFactory(customer=one, role=role, rate=3, valid_from=date(2026, 1, 1))
    HourlyRateFactory(customer=one, rate=4)
    HourlyRateFactory(customer=one, user=UserFactory(), role=None, rate=5)
    merging.undo(merged.pk, by=kari)
    assert {rate for rate, _first in amounts(one)} == {1, 3, 4, 5}
