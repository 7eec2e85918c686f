"""Shares of a price model: together a hundred, split to the cent."""

from decimal import Decimal
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from moment.projects import sharing
from moment.projects.sharing import Part
from tests.factories import CustomerFactory, PriceModelFactory


@pytest.mark.parametrize(
    "percents", [["99.99"], ["50", "50.01"], ["60", "30"], [], ["100", "0.01"]]
)
def test_shares_that_do_not_make_a_hundred_are_refused(percents):
    with pytest.raises(ValidationError, match="together they have to make 100"):
        sharing.check(map(Decimal, percents))


@pytest.mark.parametrize("percents", [["100"], ["33.33", "33.33", "33.34"], ["0", "100"]])
def test_shares_of_a_hundred_are_fine(percents):
    sharing.check(map(Decimal, percents))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    amount=st.decimals("-1000000", "1000000", places=2),
    cuts=st.lists(st.integers(1, 9999), min_size=1, max_size=5, unique=True),
)
def test_the_parts_are_the_amount_to_the_cent_and_the_first_bears_the_difference(amount, cuts):
    edges = [0, *sorted(cuts), 10_000]
    percents = [Decimal(b - a) / 100 for a, b in pairwise(edges)]
    shares = [Part(Customer(pk=n), one, n == 0) for n, one in enumerate(percents)]
    paid = sharing.split(amount, shares, "NOK")
    assert sum(paid.values()) == amount
    for share in shares[1:]:
        assert abs(paid[share.customer.pk] - amount * share.percent / 100) <= Decimal("0.005")


@pytest.mark.django_db
def test_shares_are_stored_once_each_and_the_rest_is_the_own_customers():
    model = PriceModelFactory()
    owner, one, two = model.project.customer, CustomerFactory(), CustomerFactory()
    sharing.store(model, {one.pk: Decimal(30), two.pk: Decimal("12.5")})
    kept = model.shares.get(customer=one)
    # As merging leaves them: two of one customer, one of the project's own.
    model.shares.create(customer=one, percent=5)
    owners = model.shares.create(customer=owner, percent=10)
    shares = model.shares.select_related("customer").order_by("pk")
    assert [
        (part.customer, part.percent, part.is_own) for part in sharing.parts(owner, shares)
    ] == [
        (owner, Decimal("52.50"), True),
        (one, 35, False),
        (two, Decimal("12.50"), False),
    ]
    sharing.store(model, {one.pk: Decimal(30)})
    assert set(model.shares.all()) == {kept, owners}
    sharing.store(model, {one.pk: Decimal("90.01")})
    assert model.shares.get() == kept
