"""Who sees the amounts of price models, who changes them, and what nobody loses."""

from datetime import date

import pytest
from django.template.loader import render_to_string

from moment.projects import payers, price_models
from moment.projects.pricing import Prices
from tests.conftest import signed_in
from tests.factories import PriceModelFactory, ProjectFactory, UserFactory
from tests.projects.price_model_pages import address, errors, fields, fixed, new_address, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(db):
    return ProjectFactory(number="5001", name="Bro", customer__name="Fjell AS")


@pytest.fixture
def model(project):
    return project.price_models.get()


@pytest.fixture
def as_unpaid(db):
    """Somebody who changes projects and sees no amounts."""
    return signed_in(UserFactory(roles=["Administer projects"]))


def card(project, user):
    prices = Prices([project])
    return price_models.card(prices, payers.by(prices)[project.pk], user)


def card_of(project, user):
    context = {"pricing": card(project, user), "project": project}
    return render_to_string("projects/pricing/_card.html", context)


def test_amounts_are_on_the_card_for_those_who_may_see_them(project, kari):
    fixed(project)
    PriceModelFactory(
        project=project, kind="subscription", amount=777, interval=1, starts_on=date(2026, 1, 1)
    )
    project.activities.update(hourly_rate=1234)
    unpaid, looking = (UserFactory(roles=[r]) for r in ("Administer projects", "View customers"))
    for amount in ("4,000.00", "10,000.00", "777.00", "1,234.00"):
        assert amount in card_of(project, kari)
        assert amount not in card_of(project, unpaid)
        assert amount not in card_of(project, looking)
    assert "/edit/" in card_of(project, unpaid)
    assert "/edit/" not in card_of(project, looking)
    assert "Start" in card_of(project, looking)


def test_who_sees_no_amounts_changes_the_rest_and_loses_none(as_unpaid, project):
    made = fixed(project)
    page = as_unpaid.get(address(made))
    assert "4,000" not in page.content.decode()
    assert "Its payment plan of 2 items stays as it is." in text_of(page)
    sent = fields(page) | {"name": "Agreed", "kind": "none", "plan-TOTAL_FORMS": "0"}
    assert as_unpaid.post(address(made), sent).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.kind, made.plan.count()) == ("Agreed", "fixed", 2)


def test_who_sees_no_amounts_keeps_that_of_a_subscription(as_unpaid, project):
    made = PriceModelFactory(
        project=project, kind="subscription", amount=777, interval=1, starts_on=date(2026, 1, 1)
    )
    sent = fields(as_unpaid.get(address(made))) | {"interval": "12", "amount": "1"}
    assert as_unpaid.post(address(made), sent).status_code == 302
    made.refresh_from_db()
    assert (made.kind, made.interval, made.amount) == ("subscription", 12, 777)


def test_who_sees_no_amounts_is_told_none_of_what_others_changed(as_unpaid, as_kari, project):
    made = fixed(project)
    mine = fields(as_unpaid.get(address(made))) | {"name": "Mine"}
    as_kari.post(address(made), fields(as_kari.get(address(made))) | {"plan-0-amount": "4100"})
    told = errors(as_unpaid.post(address(made), mine))[""]
    assert "Fixed price; 2 items”" in told


def test_who_sees_no_amounts_adds_no_subscription(as_unpaid, project):
    url = new_address(project)
    page = as_unpaid.get(url)
    assert "Subscription" not in text_of(page)
    sent = fields(page) | {"kind": "subscription", "amount": "1", "interval": "1"}
    response = as_unpaid.post(url, sent | {"starts_on": "2026-01-01"})
    assert "not one of the available choices" in errors(response)["kind"]


def test_who_may_only_look_changes_nothing(as_per, project, model):
    for url in (new_address(project), *(address(model, p) for p in ("edit", "remove", "default"))):
        assert as_per.get(url).status_code == as_per.post(url).status_code == 403


def test_the_card_takes_as_many_queries_for_one_as_for_ten(
    project, kari, django_assert_num_queries
):
    kari = type(kari).objects.get(pk=kari.pk)
    kari.has_perm("projects.view_amounts")
    with django_assert_num_queries(5):
        card(project, kari)
    for _ in range(9):
        fixed(project)
    with django_assert_num_queries(5):
        card(project, kari)
