"""Two people change one price model: each change is kept, and what both changed is told."""

from datetime import date
from decimal import Decimal

import pytest

from moment.projects.models import PlanItem, PriceModel, PriceModelShare
from tests.conftest import signed_in
from tests.factories import CustomerFactory, PriceModelFactory, ProjectFactory, UserFactory
from tests.projects.price_model_pages import address, errors, fields, fixed, press, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(db):
    return ProjectFactory(number="5001", customer__name="Fjell AS", customer__number="70")


@pytest.fixture
def model(project):
    return fixed(project)


@pytest.fixture
def vann(db):
    return CustomerFactory(number="71", name="Vann AS")


@pytest.fixture
def theirs(anne):
    return signed_in(anne)


def saved(client, model, sent):
    response = client.post(address(model), sent)
    assert response.status_code == 302, errors(response)
    model.refresh_from_db()
    return model


def refused(client, model, sent):
    response = client.post(address(model), sent)
    assert response.status_code == 422
    return response


def plan_of(model):
    return [(item.text, item.amount) for item in model.plan.order_by("order")]


def shares_of(model):
    return dict(model.shares.values_list("customer__number", "percent"))


def test_sent_again_only_what_i_changed_takes_the_place_of_theirs(as_kari, theirs, model, vann):
    mine = fields(as_kari.get(address(model))) | {"name": "Mine"}
    hers = press(theirs, address(model), fields(theirs.get(address(model))), "add-share")
    hers |= {"share-0-customer": "71 Vann AS", "share-0-percent": "40", "own-percent": "60"}
    saved(theirs, model, hers | {"plan-1-amount": "6 500"})
    response = refused(as_kari, model, mine)
    assert "What you had not changed follows that." in errors(response)[""]
    saved(as_kari, model, fields(response))
    assert model.name == "Mine"
    assert shares_of(model) == {"71": 40}
    assert plan_of(model) == [("Start", 4000), ("End", 6500)]


def test_shares_and_plan_that_i_changed_stay_mine(as_kari, theirs, model, vann):
    mine = fields(as_kari.get(address(model))) | {"plan-0-text": "Oppstart"}
    mine = press(as_kari, address(model), mine, "add-share")
    mine |= {"share-0-customer": "71 Vann AS", "share-0-percent": "30", "own-percent": "70"}
    saved(theirs, model, fields(theirs.get(address(model))) | {"name": "Theirs"})
    response = refused(as_kari, model, mine)
    saved(as_kari, model, fields(response))
    assert model.name == "Theirs"
    assert shares_of(model) == {"71": 30}
    assert plan_of(model) == [("Oppstart", 4000), ("End", 6000)]


@pytest.mark.parametrize("part", ["name", "plan", "shares"])
def test_what_both_changed_is_told_and_mine_counts_when_sent_again(
    as_kari, theirs, model, vann, part
):
    PriceModelShare.objects.create(price_model=model, customer=vann, percent=10)
    typed = {
        "name": lambda n: {"name": f"By {n}"},
        "plan": lambda n: {"plan-0-amount": str(n)},
        "shares": lambda n: {"share-0-percent": str(n), "own-percent": str(100 - n)},
    }[part]
    mine = fields(as_kari.get(address(model))) | typed(20)
    saved(theirs, model, fields(theirs.get(address(model))) | typed(30))
    response = refused(as_kari, model, mine)
    assert "Save again to keep what is here." in errors(response)[""]
    assert {name: fields(response)[name] for name in typed(20)} == typed(20)
    saved(as_kari, model, fields(response))
    kept = {
        "name": model.name == "By 20",
        "plan": plan_of(model)[0][1] == 20,
        "shares": shares_of(model) == {"71": 20},
    }
    assert kept[part]


def test_another_kind_by_somebody_else_is_not_undone_by_a_new_name(as_kari, theirs, project):
    model = project.price_models.get()
    mine = fields(as_kari.get(address(model))) | {"name": "Drift"}
    other = {"kind": "subscription", "amount": "1 200", "interval": "3", "starts_on": "2026-01-01"}
    saved(theirs, model, fields(theirs.get(address(model))) | other)
    saved(as_kari, model, fields(refused(as_kari, model, mine)))
    assert (model.name, model.kind, model.rates_from) == ("Drift", "subscription", "")
    assert (model.amount, model.interval, model.starts_on) == (1200, 3, date(2026, 1, 1))


def test_a_button_for_rows_does_not_forget_what_was_shown(as_kari, theirs, model):
    mine = fields(as_kari.get(address(model))) | {"name": "Mine"}
    saved(theirs, model, fields(theirs.get(address(model))) | {"plan-0-amount": "4 500"})
    mine = press(as_kari, address(model), mine, "add-plan")
    response = refused(as_kari, model, mine)
    saved(as_kari, model, fields(response))
    assert (model.name, plan_of(model)[0]) == ("Mine", ("Start", Decimal(4500)))


def test_an_item_that_somebody_took_away_meanwhile_comes_again_with_my_plan(as_kari, theirs, model):
    mine = fields(as_kari.get(address(model))) | {"plan-0-amount": "4 100"}
    hers = press(theirs, address(model), fields(theirs.get(address(model))), "drop-plan-0")
    saved(theirs, model, hers)
    saved(as_kari, model, fields(refused(as_kari, model, mine)))
    assert plan_of(model) == [("Start", 4100), ("End", 6000)]
    assert PlanItem.objects.count() == 2


def test_without_the_right_to_amounts_the_plan_stays_and_none_is_told(theirs, model):
    somebody = signed_in(UserFactory(roles=["Administer projects"]))
    mine = fields(somebody.get(address(model))) | {"name": "Mine"}
    saved(theirs, model, fields(theirs.get(address(model))) | {"plan-0-amount": "4 321"})
    response = refused(somebody, model, mine)
    assert "4,321" not in text_of(response)
    assert "4321" not in response.content.decode()
    saved(somebody, model, fields(response))
    assert (model.name, plan_of(model)[0][1]) == ("Mine", 4321)


@pytest.mark.parametrize("seen", ["", "no", "[]", '{"values": []}', '{"version": 1, "values": 1}'])
def test_nonsense_for_what_was_shown_saves_nothing_unseen(as_kari, model, seen):
    response = refused(as_kari, model, fields(as_kari.get(address(model))) | {"seen": seen})
    assert "Changed meanwhile" in errors(response)[""]
    assert as_kari.post(address(model), fields(response)).status_code == 302


def test_a_new_one_carries_nothing_that_was_shown(as_kari, project):
    PriceModelFactory(project=project, kind="none", order=1)
    assert PriceModel.objects.count() == 2
    url = "/projects/5001/price-models/new/"
    assert fields(as_kari.get(url))["seen"] == ""
