"""Amounts and figures as people read and write them."""

from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from moment import money
from moment.ledger.templatetags.invoices import plain
from moment.statistics.chart import thousands
from moment.statistics.reports.table import PERCENT, Measure
from moment.templatetags.moment import figure


@pytest.mark.parametrize(
    ("language", "owed", "many", "share", "hours"),
    [
        ("en", "−1,204.50", "−1,205", "−40.6", "−7.5"),
        ("nb", "−1\u00a0204,50", "−1\u00a0205", "−40,6", "−7,5"),
    ],
)
def test_what_is_below_nothing_has_a_true_minus_everywhere(language, owed, many, share, hours):
    with override(language):
        assert money.amount(Decimal("-1204.50")) == owed
        assert figure(Decimal("-1204.50")) == many
        assert Measure("profit", "Profit").text(Decimal("-1204.50")) == many
        assert figure(Decimal("-40.6"), "1") == share
        assert Measure("margin", "Margin", PERCENT).text(Decimal("-40.6")) == f"{share} %"
        assert plain(Decimal("-7.50")) == hours
        assert thousands(-2000) == "−2"


def test_nothing_has_no_minus():
    assert (money.amount(Decimal("-0.001")), figure(Decimal("-0.4"))) == ("0.00", "0")


@given(st.decimals("-999999999", "999999999", places=2), st.sampled_from(["en", "nb"]))
def test_what_is_shown_can_be_typed_in_again(amount, language):
    with override(language):
        assert money.read_amount(money.amount(amount)) == amount
