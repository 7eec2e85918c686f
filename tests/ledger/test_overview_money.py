"""What the overview and the head of pages say of the ledger, and to whom."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.factories import CustomerFactory, ProjectFactory
from tests.ledger.making import invoice, payment

pytestmark = pytest.mark.django_db
COLUMNS = "columns=outstanding&columns=overdue&columns=last_invoice"


@pytest.fixture
def owing(kari):
    """Two that owe something, one of them overdue in two currencies, and one that owes nothing."""
    today = timezone.localdate()
    late = CustomerFactory(name="Sen AS", status="active")
    soon = CustomerFactory(name="Snart AS", status="active")
    done = CustomerFactory(name="Ferdig AS", status="active")
    one = invoice(late, "4321.50", issued_on=today - timedelta(days=40), by=kari)
    payment(late, "21.50", one, on=today, made_by=kari)
    invoice(late, "77", issued_on=today - timedelta(days=50), by=kari, currency="EUR",
            rate=Decimal("11.5"))  # fmt: skip
    invoice(soon, "8888", issued_on=today, by=kari)
    paid = invoice(done, "5", issued_on=today - timedelta(days=90), by=kari)
    payment(done, "5", paid, on=today, made_by=kari)
    return late, soon, done


def test_columns_show_what_is_owed_by_currency(as_kari, owing):
    page = as_kari.get(f"/customers/?{COLUMNS}").content.decode()
    assert page.count("4,300.00") == 2  # outstanding, overdue
    assert page.count("77.00") == 2
    assert page.count("8,888.00") == 1
    assert "Last invoice" in page


def test_who_has_overdue_is_found_counted_and_shown_as_a_filter(as_kari, owing):
    late, soon, done = owing
    page = as_kari.get("/customers/?overdue=1").content.decode()
    assert late.name in page
    assert soon.name not in page
    assert done.name not in page
    assert "Has overdue" in page
    assert "1–1 of 1" in page
    # Together with others, in any order and status.
    page = as_kari.get(f"/customers/?overdue=1&q=sen&status=all&sort=name&{COLUMNS}")
    assert late.name in page.content.decode()
    assert soon.name in as_kari.get("/customers/?overdue=2").content.decode()


def test_what_was_paid_on_time_is_not_overdue_and_today_is_not_late(as_kari, kari):
    today = timezone.localdate()
    due = CustomerFactory(name="I dag AS")
    invoice(due, "10", issued_on=today - timedelta(days=30), by=kari)
    assert due.name not in as_kari.get("/customers/?overdue=1").content.decode()


def test_it_stands_beside_the_name_on_the_profile_and_the_project(as_kari, as_per, owing):
    late, soon, _done = owing
    project = ProjectFactory(customer=late)
    words = "Overdue: 77.00 EUR + 4,300.00 NOK"
    for path in (f"/customers/{late.number}/", f"/projects/{project.number}/"):
        assert words in as_kari.get(path).content.decode()
        assert "Overdue" not in as_per.get(path).content.decode()
    assert "Overdue:" not in as_kari.get(f"/customers/{soon.number}/").content.decode()


def test_who_may_not_see_money_has_neither_columns_nor_filter(as_per, owing):
    page = as_per.get(f"/customers/?overdue=1&{COLUMNS}").content.decode()
    for one in owing:
        assert one.name in page  # nobody is left out
    for word in ("Overdue", "Has overdue", "Outstanding", "4,300", "8,888", "Last invoice"):
        assert word not in page


def test_columns_cost_a_fixed_number_of_queries(
    as_kari, owing, django_assert_max_num_queries, kari
):
    for _ in range(5):
        invoice(CustomerFactory(status="active"), "10", by=kari)
    with django_assert_max_num_queries(20):
        as_kari.get(f"/customers/?overdue=1&{COLUMNS}")
