"""The price models of a project: adding, changing, removing, and which is the default."""

from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.http import urlencode

from customers.holding import ChangedMeanwhile
from moment.projects import payers, price_models
from moment.projects.forms.price_model import PriceModelSheet
from moment.projects.models import PlanItem, PriceList, PriceModel
from moment.projects.pricing import Prices
from tests.conftest import said, signed_in
from tests.factories import ActivityFactory, PriceModelFactory, ProjectFactory, UserFactory
from tests.projects.price_model_pages import (
    address,
    errors,
    fields,
    fixed,
    new_address,
    press,
    text_of,
)
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(db):
    return ProjectFactory(number="5001", name="Bro", customer__name="Fjell AS")


@pytest.fixture
def model(project):
    return project.price_models.get()


def plan_of(model):
    return list(model.plan.values_list("text", "amount", "due_on"))


# Adding and changing


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"kind": "hourly", "rates_from": "role"}, {"kind": "hourly", "rates_from": "role"}),
        ({"kind": "none"}, {"kind": "none", "rates_from": ""}),
        (
            {"kind": "subscription", "amount": "1 250,50", "interval": "3",
             "starts_on": "2026-01-31", "ends_on": "2027-01-30"},
            {"amount": Decimal("1250.50"), "interval": 3, "starts_on": date(2026, 1, 31),
             "ends_on": date(2027, 1, 30), "rates_from": ""},
        ),
        ({"kind": "offer", "name": "  By \t offer "}, {"kind": "offer", "name": "By offer"}),
        # What belongs to another kind is not looked at.
        (
            {"kind": "none", "amount": "a lot", "starts_on": "0026-01-01", "rates_from": "x"},
            {"kind": "none", "amount": None, "starts_on": None},
        ),
    ],
)  # fmt: skip
def test_a_price_model_of_each_kind_is_added_last(as_kari, project, typed, kept):
    url = new_address(project)
    response = as_kari.post(url, fields(as_kari.get(url)) | typed)
    assert (response.status_code, said(response)) == (302, "The price model is saved.")
    assert response["Location"] == "/projects/5001/"
    first, added = project.price_models.order_by("order")
    assert (first.order, added.order, added.version) == (0, 1, 1)
    assert {name: getattr(added, name) for name in kept} == kept


@pytest.mark.parametrize(
    ("typed", "beside", "told"),
    [
        ({"kind": ""}, "kind", "required"),
        ({"kind": "barter"}, "kind", "not one of the available choices"),
        ({"rates_from": ""}, "rates_from", "required"),
        ({"rates_from": "price_list"}, "price_list", "Choose a price list."),
        ({"rates_from": "price_list", "price_list": "999"}, "price_list", "not one of"),
        ({"kind": "subscription"}, "amount", "required"),
        ({"kind": "subscription", "amount": "-1"}, "amount", "0 or more"),
        ({"kind": "subscription", "amount": "1e9"}, "amount", "with digits"),
        ({"kind": "subscription", "interval": "5"}, "interval", "not one of"),
        ({"kind": "subscription", "starts_on": "0026-01-01"}, "starts_on", "Is the year right?"),
        (
            {"kind": "subscription", "starts_on": "2026-02-01", "ends_on": "2026-01-31"},
            "ends_on",
            "The last day is before the first.",
        ),
        ({"kind": "fixed", "plan-0-amount": "100"}, "plan-0-text", "required"),
        ({"kind": "fixed", "plan-0-text": "Start"}, "plan-0-amount", "required"),
        ({"kind": "fixed", "plan-0-text": "Start", "plan-0-amount": "1,234"}, "", ""),
        ({"name": "x" * 101}, "name", "at most 100"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_all_else_is_kept(
    as_kari, project, typed, beside, told
):
    url = new_address(project)
    start = press(as_kari, url, fields(as_kari.get(url)), "add-plan")
    sent = start | {"own-percent": "100,0", **typed}
    response = as_kari.post(url, sent)
    if not told:  # marks between thousands
        assert response.status_code == 302
        assert PlanItem.objects.get().amount == 1234
        return
    assert response.status_code == 422
    assert told in errors(response)[beside]
    assert fields(response)["own-percent"] == "100,0"
    assert project.price_models.count() == 1


def test_a_price_list_in_another_currency_is_refused_unless_it_is_there_already(
    as_kari, project, model
):
    ours, theirs = (PriceList.objects.create(name=c, currency=c) for c in ("NOK", "EUR"))
    sent = fields(as_kari.get(address(model))) | {"rates_from": "price_list"}
    response = as_kari.post(address(model), sent | {"price_list": str(theirs.pk)})
    assert "is in EUR, and the project in NOK" in errors(response)["price_list"]
    assert as_kari.post(address(model), sent | {"price_list": str(ours.pk)}).status_code == 302
    PriceModel.objects.update(price_list=theirs)
    sent = fields(as_kari.get(address(model))) | {"name": "Frame"}
    assert as_kari.post(address(model), sent).status_code == 302
    assert PriceModel.objects.get().price_list == theirs


def test_a_plan_gets_rows_with_buttons_and_shows_its_sum(as_kari, project):
    url = new_address(project)
    sent = fields(as_kari.get(url)) | {"kind": "fixed"}
    for n, (text, amount) in enumerate((("Start", "1 000,50"), ("Middle", "2000"), ("End", "x"))):
        sent = press(as_kari, url, sent, "add-plan")
        sent |= {f"plan-{n}-text": text, f"plan-{n}-amount": amount}
    response = as_kari.post(url, sent | {"rows": "drop-plan-1"})
    assert "Together 1,000.50 NOK" in text_of(response)
    sent = fields(response)
    assert [sent["plan-0-text"], sent["plan-1-text"]] == ["Start", "End"]
    sent = press(as_kari, url, sent | {"plan-1-amount": "500"}, "up-plan-1")
    assert [sent["plan-0-text"], sent["plan-1-text"]] == ["End", "Start"]
    assert not PlanItem.objects.exists()
    assert as_kari.post(url, sent | {"plan-0-due_on": "2027-01-31"}).status_code == 302
    made = project.price_models.get(kind="fixed")
    assert plan_of(made) == [
        ("End", 500, date(2027, 1, 31)),
        ("Start", Decimal("1000.50"), None),
    ]


def test_items_that_stay_keep_their_rows_and_an_emptied_one_goes(as_kari, project):
    made = fixed(project)
    start, end = made.plan.all()
    sent = fields(as_kari.get(address(made)))
    assert sent["plan-1-amount"] == "6,000.00"
    sent |= {"plan-0-text": "", "plan-0-amount": "", "plan-0-due_on": "", "plan-1-amount": "7000"}
    assert as_kari.post(address(made), sent).status_code == 302
    kept = made.plan.get()
    assert (kept.pk, kept.amount, kept.order) == (end.pk, 7000, 0)
    assert start.pk != kept.pk


def test_an_item_of_another_price_model_is_not_taken_along(as_kari, project):
    ours, theirs = fixed(project), fixed(ProjectFactory())
    sent = fields(as_kari.get(address(ours)))
    sent["plan-0-item"] = str(theirs.plan.first().pk)
    assert as_kari.post(address(ours), sent).status_code == 302
    assert [item.text for item in theirs.plan.all()] == ["Start", "End"]
    assert [item.text for item in ours.plan.all()] == ["Start", "End"]


def test_another_kind_says_that_the_plan_goes_and_then_it_does(as_kari, project):
    made = fixed(project)
    response = as_kari.get(address(made))
    assert "Saved so, the payment plan is removed." in text_of(response)
    sent = fields(response) | {"kind": "none", "plan-0-amount": "not looked at"}
    assert as_kari.post(address(made), sent).status_code == 302
    assert not made.plan.exists()


@pytest.mark.parametrize("hostile", ["0", "-1", "x", "999999", ""])
def test_a_form_that_was_tampered_with_is_refused(as_kari, project, hostile):
    made = fixed(project)
    sent = fields(as_kari.get(address(made))) | {"plan-TOTAL_FORMS": hostile}
    code = as_kari.post(address(made), sent).status_code
    no_rows = hostile in ("0", "-1")
    assert code == (302 if no_rows else 422)
    assert made.plan.count() == (0 if no_rows else 2)


@pytest.mark.parametrize("button", ["drop-plan-7", "up-plan-999", "add-", "nonsense", "drop-x-1"])
def test_buttons_that_are_not_there_change_nothing(as_kari, project, button):
    made = fixed(project)
    sent = fields(as_kari.get(address(made)))
    assert press(as_kari, address(made), sent, button) == sent


def test_hostile_texts_are_shown_as_texts(as_kari, project):
    made = fixed(project, name='"><script>alert(1)</script>')
    made.plan.update(text="<img src=x onerror=alert(1)>")
    prices = Prices([project])
    paying = payers.by(prices)[project.pk]
    card = price_models.card(prices, paying, UserFactory(is_superuser=True))
    pages = [as_kari.get(address(made, page)) for page in ("edit", "remove", "default")]
    shown = [response.content.decode() for response in pages]
    context = {"pricing": card, "project": project}
    shown.append(render_to_string("projects/pricing/_card.html", context))
    for page in shown:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_new_one_is_the_last_whatever_was_removed(as_kari, project):
    """Else it would become the default, and pay for what was another's."""
    first, second = project.price_models.get(), fixed(project, name="B")
    last = PriceModelFactory(project=project, kind="none", order=2, name="C")
    project.activities.update(price_model=last)
    for model in (first, second):
        price_models.remove(model)
    new = PriceModel(project=project, kind="none", name="D")
    price_models.save(new, version=1, further={}, plan=None)
    assert Prices([project]).first_of(project.pk) == last
    assert list(project.price_models.order_by("order", "pk")) == [last, new]


# Two people at once


def test_what_somebody_else_did_meanwhile_is_told_and_saved_over_when_sent_again(
    as_kari, anne, project, model
):
    mine = fields(as_kari.get(address(model))) | {"name": "Mine"}
    theirs = signed_in(anne)
    theirs.post(address(model), fields(theirs.get(address(model))) | {"name": "Theirs"})
    response = as_kari.post(address(model), mine)
    assert response.status_code == 422
    told = "Changed meanwhile to “Theirs; Hourly rate; The employee's price”"
    assert told in errors(response)[""]
    assert fields(response)["name"] == "Mine"
    assert as_kari.post(address(model), fields(response)).status_code == 302
    assert project.price_models.get().name == "Mine"


def test_one_that_is_removed_just_then_is_told_and_what_was_typed_stays(project, kari):
    made = fixed(project)
    sent = urlencode(fields(signed_in(kari).get(address(made))))
    sheet = PriceModelSheet(made, kari, "NOK", QueryDict(sent))
    assert sheet.is_valid()
    project.price_models.filter(pk=made.pk).delete()
    with pytest.raises(ChangedMeanwhile) as gone:
        sheet.save()
    sheet.after_change_by_others(gone.value.stored)
    assert sheet.main.non_field_errors() == [
        "Somebody has removed this meanwhile. Nothing was saved."
    ]
    assert not project.price_models.filter(kind="fixed").exists()


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_save_at_once_one_wins_and_the_others_are_told(kari):
    model = PriceModelFactory(project=ProjectFactory(model=False))
    clients = [signed_in(kari) for _ in range(8)]
    sent = [fields(one.get(address(model))) | {"name": f"N{n}"} for n, one in enumerate(clients)]
    codes = at_once(8, lambda n: clients[n].post(address(model), sent[n]).status_code)
    assert sorted(codes) == [302] + [422] * 7
    assert PriceModel.objects.get().version == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_remove_the_last_two_at_once_leave_one(kari):
    project = ProjectFactory(activity=False)
    models = [project.price_models.get(), PriceModelFactory(project=project, order=1)]
    clients = [signed_in(kari) for _ in models]
    codes = at_once(2, lambda n: clients[n].post(address(models[n], "remove")).status_code)
    assert sorted(codes) == [302, 422]
    assert project.price_models.count() == 1


# Removing, and the default


def test_one_that_nothing_uses_is_removed_with_its_plan(as_kari, project):
    made = fixed(project)
    assert "Its shares and its payment plan go with it." in text_of(
        as_kari.get(address(made, "remove"))
    )
    response = as_kari.post(address(made, "remove"))
    assert (response.status_code, said(response)) == (302, "The price model is removed.")
    assert not PlanItem.objects.exists()
    assert as_kari.get(address(made, "remove")).status_code == 404


def test_the_only_one_stays(as_kari, model):
    model.project.activities.all().delete()
    response = as_kari.post(address(model, "remove"))
    assert response.status_code == 422
    assert "It is the only one" in text_of(response)


def test_one_that_an_activity_has_stays(as_kari, project):
    made = fixed(project)
    ActivityFactory(project=project, number=7, price_model=made)
    response = as_kari.post(address(made, "remove"))
    assert response.status_code == 422
    assert "1 activity has it." in text_of(response)
    assert "btn--bad" not in response.content.decode()


def test_the_default_that_activities_follow_stays_until_another_is(as_kari, project, model):
    made = fixed(project)
    response = as_kari.post(address(model, "remove"))
    assert response.status_code == 422
    assert "1 activity follows it as the default." in text_of(response)
    page = as_kari.get(address(made, "default"))
    assert "its hours that are not approved yet get other prices" in text_of(page)
    assert as_kari.post(address(made, "default")).status_code == 302
    assert price_models.first_of(project) == made.pk
    assert as_kari.post(address(model, "remove")).status_code == 302
    assert list(project.price_models.all()) == [made]


def test_a_price_model_is_reached_through_its_own_project_only(as_kari, project):
    other = fixed(ProjectFactory())
    for page in ("edit", "remove", "default"):
        url = f"/projects/5001/price-models/{other.pk}/{page}/"
        assert as_kari.get(url).status_code == as_kari.post(url).status_code == 404
