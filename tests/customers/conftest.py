"""What the tests of customers share."""

import pytest

from customers import merging
from customers.models import NumberSeries
from tests.factories import CustomerFactory


@pytest.fixture
def series(db) -> NumberSeries:
    """The series that customer numbers come from, at 1000."""
    return NumberSeries.objects.get(kind=NumberSeries.Kind.CUSTOMER)


@pytest.fixture
def filled_in():
    """What a browser posts for a new Swedish customer, for which nothing is looked up."""
    return {
        "country": "SE",
        "number": "1000",
        "proposed": "1000",
        "name": "Lindqvist AB",
        "status": "active",
        "relation": "customer",
    }


@pytest.fixture
def kept(db):
    """The customer that others are merged into."""
    return CustomerFactory(email="kept@x.example")


@pytest.fixture
def other(db):
    return CustomerFactory(email="other@x.example", phone="33 33 33 33")


@pytest.fixture
def merge(kari, kept, other):
    """Have Kari merge the other one, and more, into the one that is kept."""

    def act(*more, **options):
        return merging.merge(kept.pk, [other.pk, *(c.pk for c in more)], by=kari, **options)

    return act


@pytest.fixture
def undo(kari):
    """Have Kari take a merge back."""

    def act(merge, **decided):
        return merging.undo(merge.pk, by=kari, decided=decided)

    return act
