"""What the tests of customers share."""

import pytest

from customers.models import NumberSeries


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
