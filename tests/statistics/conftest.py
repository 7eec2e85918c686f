"""What several tests of statistics need."""

import pytest
from django.http import QueryDict

from moment.statistics.reports.customers import CustomersReport
from tests.statistics.reporting import OWN


@pytest.fixture
def report(kari):
    """Return the report of the customers in 2025 that a query string asks for."""

    def made(query="", kind=CustomersReport, period=OWN):
        found = kind(QueryDict(f"{period}&{query}"), kari)
        assert found.form.is_valid()
        return found

    return made
