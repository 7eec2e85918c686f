"""Development by year: the same days of five years, each as the figures of that year are."""

from datetime import date
from decimal import Decimal

import pytest

from customers.models import Customer
from moment.statistics.reports.development import DevelopmentReport
from tests.statistics.making import YEAR, invoiced, statistics
from tests.statistics.reporting import DEVELOPMENT, URL, fill, of_its_own, values, years

pytestmark = pytest.mark.django_db


def test_development_has_the_same_days_of_five_years(report, as_kari):
    years(y2020="7", y2021="10", y2023="100", y2024="200", y2025="250")
    invoiced(Customer.objects.get(), (None, "999"), on=date(2024, 12, 1))
    until_june = "period=own&from=2025-01-01&until=2025-06-30"
    found = report(kind=DevelopmentReport, period=until_june)
    assert [str(one.label) for one in found.measures] == [
        "2021", "2022", "2023", "2024", "2025", "Change",
    ]  # fmt: skip
    assert values(found)["Fjord AS"] == [10, 0, 100, 200, 250, Decimal("25.0")]
    assert [cell.value for cell in found.totals] == [10, 0, 100, 200, 250, Decimal("25.0")]
    page = as_kari.get(f"{DEVELOPMENT}?{until_june}").content.decode()
    assert "statistics/?period=own&amp;from=2021-01-01&amp;until=2021-06-30" in page


@pytest.mark.parametrize(("of", "place"), [("income", 0), ("profit", 2), ("hours", 4)])
def test_development_is_the_same_as_the_figures_of_each_year(report, of, place):
    customers = fill()
    found = values(report(f"of={of}", DevelopmentReport))
    for customer in customers[:3]:
        own = of_its_own(customer)[place]
        assert found.get(customer.name, [0] * 5)[4] == own
        year_before = statistics(customer, YEAR.before)
        before = [year_before.invoiced, 0, year_before.profit, 0, year_before.hours][place]
        assert found.get(customer.name, [0] * 5)[3] == before


def test_development_takes_a_year_at_most(as_kari):
    long = "period=own&from=2024-01-01&until=2025-01-01"
    response = as_kari.get(f"{DEVELOPMENT}?{long}")
    assert response.status_code == 422
    assert "a year at most" in response.content.decode()
    assert as_kari.get(f"{URL}?{long}").status_code == 200
    leap = "period=own&from=2024-02-29&until=2025-02-28"
    assert as_kari.get(f"{DEVELOPMENT}?{leap}").status_code == 200


def test_years_that_begin_in_another_are_called_by_both(report):
    across = "period=own&from=2024-07-01&until=2025-06-30"
    found = report(kind=DevelopmentReport, period=across)
    assert [str(one.label) for one in found.measures][-2] == "2024/25"
