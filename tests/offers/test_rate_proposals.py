"""Choosing a role for what is paid by the hour proposes its rate, as far as one may see it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from moment.projects.models import RolePrice
from tests.conftest import signed_in
from tests.factories import (
    CustomerFactory,
    HourlyRateFactory,
    OfferFactory,
    OfferLineFactory,
    ProjectRoleFactory,
    UserFactory,
)
from tests.offers.editor_pages import HTMX, form_of, part_of

pytestmark = pytest.mark.django_db
URL = "/offers/7012/"
DAY = date(2026, 11, 20)


@pytest.fixture
def engineer():
    role = ProjectRoleFactory(name="Engineer")
    for day, price in (("2025-01-01", 1300), ("2026-01-01", 1400), ("2027-01-01", 1500)):
        RolePrice.objects.create(role=role, valid_from=day, price=price)
    return role


@pytest.fixture
def offer():
    until = DAY + timedelta(days=30)
    offer = OfferFactory(
        number="7012", customer=CustomerFactory(), issued_on=DAY, valid_until=until
    )
    OfferLineFactory(offer=offer, title="Design", kind="hourly", quantity=10, price=1)
    return offer


def price_after_choosing(client, role, price=""):
    """Return what stands in the rate of the line once the role was chosen."""
    typed = {"lines-0-role": role.pk, "lines-0-price": price, "line": "role-0"}
    response = client.post(URL, form_of(client.get(URL)) | typed, headers=HTMX)
    assert response.status_code == 200
    part = part_of(response)
    assert part["lines-0-role"] == [str(role.pk)]
    return part["lines-0-price"][0]


def test_the_price_of_the_role_that_day_is_filled_in(as_kari, offer, engineer):
    assert price_after_choosing(as_kari, engineer) == "1,400.00"
    assert offer.lines.get().price == 1


def test_the_customers_own_rate_goes_before_it(as_kari, offer, engineer):
    over = {"valid_until": DAY - timedelta(days=1)}
    HourlyRateFactory(customer=offer.customer, role=engineer, rate=999, **over)
    assert price_after_choosing(as_kari, engineer) == "1,400.00"
    own = HourlyRateFactory(customer=offer.customer, role=engineer, rate=1250, valid_from=DAY)
    assert price_after_choosing(as_kari, engineer) == "1,250.00"
    HourlyRateFactory(role=engineer, rate=1)  # another customer's
    assert price_after_choosing(as_kari, engineer) == "1,250.00"
    own.delete()
    assert price_after_choosing(as_kari, engineer) == "1,400.00"


def test_a_rate_that_was_typed_stays_and_a_proposed_one_follows_the_role(as_kari, offer, engineer):
    assert price_after_choosing(as_kari, engineer, "1 150") == "1 150"
    junior = ProjectRoleFactory(name="Junior")
    RolePrice.objects.create(role=junior, valid_from="2026-01-01", price=Decimal("990.50"))
    assert price_after_choosing(as_kari, junior, "1,400.00") == "990.50"
    assert price_after_choosing(as_kari, ProjectRoleFactory(name="New"), "990.50") == "990.50"


def test_prices_in_another_currency_are_not_proposed(as_kari, offer, engineer):
    HourlyRateFactory(customer=offer.customer, role=engineer, rate=1250)
    offer.currency = "EUR"
    offer.save()
    assert price_after_choosing(as_kari, engineer) == ""


@pytest.mark.parametrize(
    ("role", "price"), [("View customer economy", "1,250.00"), ("Administer projects", "")]
)
def test_who_may_not_see_a_rate_is_proposed_none(offer, engineer, role, price):
    HourlyRateFactory(customer=offer.customer, role=engineer, rate=1250)
    client = signed_in(UserFactory(roles=["View customers", "Administer offers", role]))
    assert price_after_choosing(client, engineer) == price


@pytest.mark.parametrize("place", ["7", "-1", "x", "", "9" * 30, "0 or 1"])
def test_a_line_that_is_not_there_is_proposed_nothing(as_kari, offer, engineer, place):
    fields = form_of(as_kari.get(URL)) | {"line": f"role-{place}"}
    response = as_kari.post(URL, fields, headers=HTMX)
    assert part_of(response)["lines-0-price"] == ["1.00"]


def test_it_is_the_price_of_the_day_that_is_typed(as_kari, offer, engineer):
    typed = {"lines-0-role": engineer.pk, "lines-0-price": "", "line": "role-0"}
    for day, price in (("2027-02-01", "1,500.00"), ("no day", "1,400.00"), ("", "1,400.00")):
        sent = form_of(as_kari.get(URL)) | typed | {"issued_on": day}
        part = part_of(as_kari.post(URL, sent, headers=HTMX))
        assert part["lines-0-price"] == [price]
