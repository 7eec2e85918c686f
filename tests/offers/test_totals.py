"""What an offer comes to: what stands on it adds up, to the last coin."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moment import money
from moment.offers import totals
from moment.offers.models import OfferLine


def amounts(most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most * 100).map(lambda cents: Decimal(cents) / 100)


def of_numbers(numbers) -> list[OfferLine]:
    return [
        OfferLine(quantity=quantity, price=price, discount=discount, optional=True, chosen=chosen)
        for quantity, price, discount, chosen in numbers
    ]


LINES = st.lists(
    st.tuples(amounts(10_000), amounts(100_000), amounts(100), st.booleans()), max_size=12
)
# The first line that is made takes a while, on a busy machine.
calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CURRENCIES = st.sampled_from(["NOK", "JPY", "KWD"])


def line(quantity, price, **more) -> OfferLine:
    return OfferLine(quantity=Decimal(quantity), price=Decimal(price), **more)


@calmly
@given(LINES, amounts(100), st.sampled_from([Decimal(0), Decimal(12), Decimal(25)]), CURRENCIES)
def test_sums_are_sums_of_what_stands_on_the_lines(numbers, discount, rate, currency):
    lines = of_numbers(numbers)
    found = totals.of(lines, discount, rate, currency)
    sure = [totals.of_line(one, currency) for one in lines if one.chosen]
    assert found.lines == sum(sure)
    assert found.net == found.lines - found.discount
    assert found.gross == found.net + found.vat
    assert 0 <= found.discount <= found.lines
    coin = money.rounded(Decimal(1), currency)
    whole = [found.lines, found.discount, found.optional, found.net, found.vat, found.gross]
    assert all(amount == amount.quantize(coin) for amount in whole)
    assert abs(found.vat - found.net * rate / 100) <= coin


@calmly
@given(LINES, amounts(100), CURRENCIES)
def test_lines_less_the_discount_of_the_whole_come_to_the_net_amount(numbers, discount, currency):
    lines = of_numbers(numbers)
    for one in lines:
        one.chosen = True
    found = totals.discounted(lines, discount, currency)
    assert sum(found, Decimal(0)) == totals.of(lines, discount, Decimal(0), currency).net
    for one, amount in zip(lines, found, strict=True):
        exact = totals.of_line(one, currency) * (1 - discount / 100)
        assert abs(amount - exact) <= money.rounded(Decimal(1), currency)


def test_three_thirds_of_a_discount_are_not_a_coin_short():
    lines = [line(1, "0.05")] * 3
    assert totals.of(lines, Decimal(50), Decimal(0), "NOK").net == Decimal("0.07")
    assert sum(totals.discounted(lines, Decimal(50), "NOK")) == Decimal("0.07")


@pytest.mark.parametrize(
    ("chosen", "net", "optional"), [(False, "229000", "28000"), (True, "257000", "0")]
)
def test_an_optional_line_counts_when_it_is_chosen(chosen, net, optional):
    lines = [line(1, 45000), line(160, 1150), line(1, 28000, optional=True, chosen=chosen)]
    found = totals.of(lines, Decimal(0), Decimal(25), "NOK")
    assert (found.net, found.optional) == (Decimal(net), Decimal(optional))
    assert found.gross == Decimal(net) * Decimal("1.25")


def test_both_discounts_are_taken_off_one_after_the_other():
    lines = [line(10, 1000, discount=Decimal(10))]
    found = totals.of(lines, Decimal(50), Decimal(25), "NOK")
    assert (found.lines, found.discount, found.net, found.vat) == (9000, 4500, 4500, 1125)
    assert totals.hourly_rate(lines[0], Decimal(50), "NOK") == 450


def test_yen_have_no_cents():
    found = totals.of([line("1.5", "333.33")], Decimal(10), Decimal(25), "JPY")
    assert (found.lines, found.discount, found.vat) == (500, 50, 113)
