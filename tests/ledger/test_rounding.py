"""Each line is rounded by itself: what that makes of the work is said before a draft is made."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moment.ledger import editing
from moment.ledger.choosing import Sheet
from moment.projects.models import Activity
from tests.factories import CustomerFactory, ProjectFactory, UserFactory
from tests.ledger.making import draft
from tests.ledger.work import approved, drafts

pytestmark = pytest.mark.django_db
GROUPINGS = ["activity", "project", "employee", "role", "entry"]


def of_work(made) -> Decimal:
    lines = made.lines.filter(kind="work")
    return sum(lines.values_list("amount", flat=True), Decimal(0))


@pytest.mark.parametrize("grouping", GROUPINGS)
@given(
    entries=st.lists(
        st.tuples(
            st.integers(0, 1),
            st.integers(0, 1),
            st.sampled_from(["0.25", "0.33", "0.01", "1.75"]),
            st.sampled_from(["0.50", "999.99", "1234.55", "333.33"]),
        ),
        min_size=1,
        max_size=6,
    ),
    currency=st.sampled_from(["NOK", "ISK"]),
)
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_the_lines_come_to_is_said_before(grouping, entries, currency):
    with transaction.atomic():
        project = ProjectFactory(line_grouping=grouping, currency=currency)
        activities = [
            project.activities.first(),
            Activity.objects.create(project=project, number=90, title="Other"),
        ]
        people = [UserFactory(first_name=name) for name in ("Nina", "Per")]
        for activity, user, hours, price in entries:
            values = {"activity": activities[activity], "user": people[user]}
            approved(project, hours=Decimal(hours), price=price, **values)
        sheet = Sheet(project, None, None)
        (made,) = drafts(project)
        assert of_work(made) == made.net == sheet.as_lines
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("currency", "price", "line", "vat"),
    [("NOK", "0.50", "0.01", "0.01"), ("EUR", "0.50", "0.01", "0.01"), ("JPY", "50", "1", "1")],
)
def test_half_a_coin_counts_as_one_in_each_line_and_once_in_the_vat(currency, price, line, vat):
    """Three lines of 0.005 are 0.01 each; 25 % of 0.03 is 0.0075, and not three times 0.00."""
    made = draft(None, "1", "1", "1", currency=currency, rate=1)
    lines = list(made.lines.all())
    for one in lines:
        one.quantity, one.price = Decimal("0.01"), Decimal(price)
    editing.save(made, lines, version=made.version)
    made.refresh_from_db()
    assert {one.amount for one in made.lines.all()} == {Decimal(line)}
    assert (made.net, made.vat, made.gross) == (
        3 * Decimal(line), Decimal(vat), 3 * Decimal(line) + Decimal(vat),
    )  # fmt: skip


def test_it_is_said_where_it_is_another_amount(as_kari):
    """Four quarters of an hour at 0.50 are 0.50 by activity, and 0.13 each by entry."""
    customer = CustomerFactory(line_grouping="entry")
    project = ProjectFactory(customer=customer, number="P-1")
    approved(project, 4, hours=Decimal("0.25"), price=Decimal("0.50"))
    url, words = "/invoices/of/P-1/", "each rounded by itself: 0.52 NOK"
    assert words in as_kari.get(url).content.decode()
    customer.line_grouping = "activity"
    customer.save()
    assert "each rounded by itself" not in as_kari.get(url).content.decode()
