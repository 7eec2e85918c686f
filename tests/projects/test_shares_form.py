"""Who pays which part of a price model, as it is typed: who can, once each, together a hundred."""

from decimal import Decimal

import pytest
from django.utils.html import escape

from moment.projects import price_models
from moment.projects.models import PriceModelShare
from tests.conftest import signed_in
from tests.factories import CustomerFactory, PriceModelFactory, ProjectFactory
from tests.projects.price_model_pages import address, errors, fields, press, text_of
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(db):
    return ProjectFactory(
        number="5001", customer__number="70", customer__name="Fjell AS"
    ).price_models.get()


@pytest.fixture
def customers(db):
    """A participant, a customer, and one that is both."""
    return [
        CustomerFactory(number="71", name="Vann AS", relation="participant"),
        CustomerFactory(number="72", name="Vei AS", relation="customer"),
        CustomerFactory(number="73", name="Bane AS", relation="both"),
    ]


def opened(client, model, *rows, own="100") -> dict[str, str]:
    """Return what is posted with these customers and percentages typed in new rows."""
    sent = fields(client.get(address(model)))
    begin = int(sent["share-TOTAL_FORMS"])
    for place, (customer, percent) in enumerate(rows, start=begin):
        sent = press(client, address(model), sent, "add-share")
        sent |= {f"share-{place}-customer": customer, f"share-{place}-percent": percent}
    return sent | {"own-percent": own}


def stored(model) -> dict[str, Decimal]:
    return {share.customer.name: share.percent for share in model.shares.all()}


def test_participants_customers_and_both_can_be_added(as_kari, model, customers):
    sent = opened(
        as_kari, model, ("71 Vann AS", "33,33"), ("72", "33.33 %"), ("bane as", "10"), own="23,34 %"
    )
    assert as_kari.post(address(model), sent).status_code == 302
    assert stored(model) == {
        "Vann AS": Decimal("33.33"), "Vei AS": Decimal("33.33"), "Bane AS": Decimal(10)
    }  # fmt: skip
    again = fields(as_kari.get(address(model)))
    assert again["own-percent"] == "23.34"
    assert (again["share-0-customer"], again["share-0-percent"]) == ("71 Vann AS", "33.33")


@pytest.mark.parametrize(
    ("own", "others", "together"),
    [
        ("66.66", ["33.33"], "99.99"),
        ("66.68", ["33.33"], "100.01"),
        ("100", ["50"], "150"),
        ("50", [], "50"),
        ("0", [], "0"),
        ("", ["60", "40.01"], "100.01"),
    ],
)
def test_what_is_not_a_hundred_is_refused_beside_the_field_with_the_sum(
    as_kari, model, customers, own, others, together
):
    rows = [(one.number, part) for one, part in zip(customers, others, strict=False)]
    sent = opened(as_kari, model, *rows, own=own)
    response = as_kari.post(address(model), sent)
    assert response.status_code == 422
    assert errors(response) == {
        "own-percent": f"The shares make {together} %; together they have to make 100 %."
    }
    assert f"Together {together} %" in text_of(response)
    assert fields(response) == sent
    assert stored(model) == {}


@pytest.mark.parametrize(
    ("own", "others", "kept"), [("", ["33.33"], "66.67"), ("", [], "100"), ("0", ["100"], "0")]
)
def test_what_is_left_over_is_the_own_customers(as_kari, model, customers, own, others, kept):
    rows = [(one.number, part) for one, part in zip(customers, others, strict=False)]
    assert as_kari.post(address(model), opened(as_kari, model, *rows, own=own)).status_code == 302
    assert fields(as_kari.get(address(model)))["own-percent"] == kept


@pytest.mark.parametrize(
    ("percent", "told"),
    [
        ("0", "above 0"), ("-5", "above 0"), ("100.01", "at most 100"), ("12.345678", "decimals"),
        ("half", "with digits"), ("", "required"), ("NaN", "with digits"),
    ],
)  # fmt: skip
def test_a_part_that_is_none_is_refused_beside_it(as_kari, model, customers, percent, told):
    response = as_kari.post(address(model), opened(as_kari, model, ("71", percent), own="50"))
    assert response.status_code == 422
    assert told in errors(response)["share-0-percent"]
    assert fields(response)["share-0-percent"] == percent


def test_a_part_without_a_customer_is_refused(as_kari, model):
    response = as_kari.post(address(model), opened(as_kari, model, ("", "50"), own="50"))
    assert "required" in errors(response)["share-0-customer"]


def test_nobody_is_there_twice(as_kari, model, customers):
    sent = opened(
        as_kari, model, ("71 Vann AS", "20"), ("71", "20"), ("70 Fjell AS", "20"), own="40"
    )
    response = as_kari.post(address(model), sent)
    assert errors(response) == {
        "share-1-customer": "This customer is here already.",
        "share-2-customer": "This is the project's own customer, named above.",
    }
    assert stored(model) == {}


@pytest.mark.parametrize("status", ["potential", "inactive", "blocked"])
def test_who_is_not_active_cannot_be_added_but_stays(as_kari, model, customers, status):
    customers[0].status = status
    customers[0].save()
    sent = opened(as_kari, model, ("71 Vann AS", "50"), own="50")
    response = as_kari.post(address(model), sent)
    told = f"Vann AS is {status}, so it cannot be added to a price model."
    assert errors(response) == {"share-0-customer": told}
    PriceModelShare.objects.create(price_model=model, customer=customers[0], percent=50)
    sent = fields(as_kari.get(address(model))) | {"share-0-percent": "40", "own-percent": "60"}
    assert as_kari.post(address(model), sent).status_code == 302
    assert stored(model) == {"Vann AS": 40}
    by_number = fields(as_kari.get(address(model))) | {"share-0-customer": "71"}
    assert as_kari.post(address(model), by_number).status_code == 302


def test_who_is_blocked_between_opening_and_saving_is_refused(as_kari, model, customers):
    sent = opened(as_kari, model, ("71 Vann AS", "50"), own="50")
    customers[0].status = "blocked"
    customers[0].save()
    assert "is blocked" in errors(as_kari.post(address(model), sent))["share-0-customer"]
    assert stored(model) == {}


def test_who_is_blocked_between_checking_and_saving_is_refused_too(
    as_kari, model, customers, monkeypatch
):
    """The form finds nothing wrong; the customer is blocked before the lock is taken."""
    sent = opened(as_kari, model, ("71 Vann AS", "50"), own="50")
    save = price_models.save

    def after_blocking(*args, **options):
        customers[0].status = "blocked"
        customers[0].save()
        return save(*args, **options)

    monkeypatch.setattr(price_models, "save", after_blocking)
    response = as_kari.post(address(model), sent)
    assert response.status_code == 422
    assert "is blocked" in errors(response)["share-0-customer"]
    assert stored(model) == {}


def test_a_row_is_taken_away_by_its_button_or_by_emptying_it(as_kari, model, customers):
    for customer in customers:
        PriceModelShare.objects.create(price_model=model, customer=customer, percent=10)
    sent = press(as_kari, address(model), fields(as_kari.get(address(model))), "drop-share-0")
    assert sent["share-0-customer"] == "72 Vei AS"
    sent |= {"share-1-customer": "", "share-1-percent": "", "own-percent": "90"}
    assert as_kari.post(address(model), sent).status_code == 302
    assert stored(model) == {"Vei AS": 10}


def test_after_merging_each_is_shown_once_and_saving_leaves_the_rows(as_kari, model, customers):
    """As merging leaves them: two of one customer, and one of the project's own.

    The rows stay, since undoing gives each back to its customer.
    """
    for customer in (customers[0], customers[0], model.project.customer):
        PriceModelShare.objects.create(price_model=model, customer=customer, percent=10)
    sent = fields(as_kari.get(address(model)))
    assert (sent["own-percent"], sent["share-0-percent"], sent["share-TOTAL_FORMS"]) == (
        "80", "20", "1",
    )  # fmt: skip
    rows = list(model.shares.order_by("pk").values_list("pk", "customer", "percent"))
    assert as_kari.post(address(model), sent).status_code == 302
    assert list(model.shares.order_by("pk").values_list("pk", "customer", "percent")) == rows
    again = fields(as_kari.get(address(model)))
    assert (again["own-percent"], again["share-0-percent"]) == ("80", "20")


def test_shares_of_two_price_models_are_apart(as_kari, model, customers):
    other = PriceModelFactory(project=model.project, order=1)
    assert (
        as_kari.post(address(model), opened(as_kari, model, ("71", "25"), own="75")).status_code
        == 302
    )
    assert (stored(model), stored(other)) == ({"Vann AS": 25}, {})


def test_a_customer_with_hostile_letters_in_its_name_is_shown_as_text(as_kari, model):
    hostile = '"><script>alert(1)</script>'
    CustomerFactory(number="79", name=hostile)
    response = as_kari.post(
        address(model), opened(as_kari, model, (f"79 {hostile}", "0"), own="50")
    )
    assert "<script>alert" not in response.content.decode()
    assert escape(hostile) in response.content.decode()


def test_a_merged_customer_is_refused_with_a_word(as_kari, model, customers):
    sent = opened(as_kari, model, ("71 Vann AS", "50"), own="50")
    customers[0].merged_into = customers[1]
    customers[0].save()
    response = as_kari.post(address(model), sent)
    assert response.status_code in (409, 422)
    assert stored(model) == {}


@pytest.mark.django_db(transaction=True)
def test_two_who_share_differently_at_once_leave_the_shares_of_one(kari):
    model = ProjectFactory(number="5001").price_models.get()
    for number in ("71", "72"):
        CustomerFactory(number=number)
    clients = [signed_in(kari) for _ in range(2)]
    rows = [("71", "30"), ("72", "70")]
    owns = ["70", "30"]
    sent = [opened(clients[n], model, rows[n], own=owns[n]) for n in range(2)]
    codes = at_once(2, lambda n: clients[n].post(address(model), sent[n]).status_code)
    assert sorted(codes) == [302, 422]
    (kept,) = model.shares.all()
    won = codes.index(302)
    assert (kept.customer.number, kept.percent) == (rows[won][0], Decimal(rows[won][1]))
