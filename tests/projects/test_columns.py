"""The columns that projects add to the customers' overview, and who may see them."""

from decimal import Decimal

import pytest

from moment.projects import not_invoiced
from moment.projects.columns import InProgress
from moment.projects.models import PriceModelShare, Project
from tests.factories import CustomerFactory, ExpenseFactory, ProjectFactory

pytestmark = pytest.mark.django_db
URL = "/customers/?status=all&columns=in_progress&columns=not_invoiced"


def share(project, customer, percent) -> None:
    model = project.price_models.get()
    PriceModelShare.objects.create(price_model=model, customer=customer, percent=percent)


def test_projects_in_progress_count_for_whoever_pays_once_each():
    owner, other, nobody = CustomerFactory.create_batch(3)
    for state in Project.State.values:
        ProjectFactory(customer=owner, state=state)
    shared = ProjectFactory(customer=owner)
    share(shared, other, 10)
    share(shared, other, 10)  # as after a merge
    share(shared, owner, 10)
    keys = [owner.pk, other.pk, nobody.pk]
    assert InProgress().values(keys, {}) == {owner.pk: "2", other.pk: "1"}
    assert InProgress().values([nobody.pk], {}) == {}


def test_what_is_not_yet_invoiced_is_each_ones_part_by_currency():
    owner, other, nobody = CustomerFactory.create_batch(3)
    shared = ProjectFactory(customer=owner)
    share(shared, other, Decimal("33.33"))
    ExpenseFactory(project=shared, cost=100)
    ExpenseFactory(project=ProjectFactory(customer=owner, currency="EUR"), cost=7)
    ExpenseFactory(project=ProjectFactory(customer=nobody), cost=0)
    found = not_invoiced.of_customers([owner.pk, other.pk, nobody.pk])
    assert found == {
        owner.pk: {"NOK": Decimal("66.67"), "EUR": Decimal(7)},
        other.pk: {"NOK": Decimal("33.33")},
    }
    assert not_invoiced.of_customers([other.pk]) == {other.pk: {"NOK": Decimal("33.33")}}


def test_the_overview_shows_them_when_they_are_chosen(as_kari):
    customer = CustomerFactory()
    ExpenseFactory(project=ProjectFactory(customer=customer), cost=Decimal("12345.67"))
    ExpenseFactory(project=ProjectFactory(customer=customer, currency="EUR"), cost=9)
    page = as_kari.get(URL).content.decode()
    assert "Not yet invoiced" in page
    assert "12,345.67" in page
    assert "9.00" in page
    assert "EUR" in page
    assert "12,345.67" not in as_kari.get("/customers/?status=all").content.decode()


def test_who_may_not_see_amounts_is_offered_no_column_of_them(as_per):
    ExpenseFactory(project=ProjectFactory(), cost=Decimal("12345.67"))
    page = as_per.get(URL).content.decode()
    assert "Projects in progress" in page
    assert 'value="not_invoiced"' not in page
    assert "12,345" not in page
    assert "Not yet invoiced" not in page
