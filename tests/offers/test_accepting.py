"""What follows when an offer is accepted: by hand, the customer, and the project."""

from datetime import timedelta
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.utils import timezone

from customers.models import Contact, Customer
from moment.offers import accepting, answering, editing, totals
from moment.offers.answering import CannotAnswer
from moment.offers.models import Offer
from moment.projects.models import PriceModel, Project
from tests.conftest import said, signed_in
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    OfferFactory,
    OfferLineFactory,
    ProjectFactory,
)
from tests.offers.sending import LATER

pytestmark = pytest.mark.django_db
FROZEN = {
    "buyer_name": "Sameiet",
    "currency": "NOK",
    "language": "en",
    "vat_code": "3",
    "valid_until": LATER,
}


def accepted(by, lines=None, *, chosen=(), **fields) -> Offer:
    """Return an offer that was accepted, with a fixed, an hourly and an optional line."""
    offer = OfferFactory(responsible=by, **{"state": "sent", **FROZEN, **fields})
    usual = [
        {"title": "Forprosjekt", "price": 45000},
        {"title": "Prosjektering", "kind": "hourly", "quantity": 160, "price": 1150},
        {"title": "3D-skanning", "price": 28000, "optional": True},
    ]
    made = [
        OfferLineFactory(offer=offer, order=order, **line)
        for order, line in enumerate(usual if lines is None else lines)
    ]
    keys = [line.pk for line in made if line.title in chosen]
    answering.accept_by_hand(offer, by=by, name="Nina", chosen=keys)
    return Offer.objects.select_related("customer", "contact", "responsible").get(pk=offer.pk)


def page(offer) -> str:
    return f"/offers/{offer.number}/project/"


def test_a_line_becomes_an_activity_and_a_fixed_price_a_part_of_the_plan(kari):
    offer = accepted(kari, name="Rehab", your_reference="V-14", order_reference="B-7")
    project = accepting.carry_out(offer, leader=kari)
    assert (project.name, project.state, project.leader) == ("Rehab", "planned", kari)
    assert (project.your_reference, project.order_reference) == ("V-14", "B-7")
    assert project.currency == "NOK"
    titles = list(project.activities.values_list("title", "estimated_hours", "hourly_rate"))
    assert titles == [("Forprosjekt", None, None), ("Prosjektering", 160, 1150)]
    model = project.price_models.get()
    assert model.kind == PriceModel.Kind.OFFER
    assert [(item.text, item.amount) for item in model.plan.all()] == [("Forprosjekt", 45000)]
    offer.refresh_from_db()
    assert offer.project == project


def test_an_option_is_among_them_where_it_was_chosen(kari):
    offer = accepted(kari, chosen=["3D-skanning"])
    project = accepting.carry_out(offer, leader=None)
    assert project.activities.count() == 3
    assert project.price_models.get().plan.count() == 2


@pytest.mark.parametrize("discount", ["0", "3.33", "33.33", "99.99", "100"])
def test_the_plan_comes_to_what_was_accepted_whatever_the_discounts(kari, discount):
    lines = [{"price": Decimal("33.33"), "discount": Decimal("7.77")} for _ in range(7)]
    offer = accepted(kari, lines, discount=Decimal(discount))
    project = accepting.carry_out(offer, leader=None)
    amounts = [item.amount for item in project.price_models.get().plan.all()]
    assert sum(amounts) == offer.amount
    assert min(amounts) >= 0


def test_discounts_are_taken_off_what_an_hour_costs(kari):
    lines = [{"kind": "hourly", "price": 1000, "discount": 10, "quantity": 10}]
    offer = accepted(kari, lines, discount=Decimal(50))
    assert accepting.carry_out(offer, leader=None).activities.get().hourly_rate == 450
    assert totals.of(offer.lines.all(), offer.discount, Decimal(0), "NOK").net == 4500


def test_a_potential_customer_becomes_active_and_a_participant_a_customer_too(kari):
    customer = CustomerFactory(status="potential", relation="participant")
    offer = accepted(kari, customer=customer)
    project = accepting.carry_out(offer, leader=kari)
    customer.refresh_from_db()
    assert (customer.status, customer.relation, customer.version) == ("active", "both", 2)
    assert project.customer == customer
    assert LogEntry.objects.get_for_object(customer).count() == 2


@pytest.mark.parametrize("status", Customer.Status.values)
@pytest.mark.parametrize("relation", Customer.Relation.values)
@pytest.mark.parametrize("ticked", [True, False])
def test_who_can_have_a_project_by_status_and_relation(as_kari, kari, status, relation, ticked):
    customer = CustomerFactory(status=status, relation=relation)
    offer = accepted(kari, customer=customer)
    ticks = {"make_active": "on", "make_customer": "on"} if ticked else {}
    response = as_kari.post(page(offer), {"leader": kari.pk, **ticks})
    active = status == "active" or (status == "potential" and ticked)
    can = active and (relation != "participant" or ticked)
    assert response.status_code == (302 if can else 422)
    assert Project.objects.exists() == can
    before = customer.status, customer.relation
    customer.refresh_from_db()
    if not can:
        assert (customer.status, customer.relation) == before


def test_who_may_not_change_customers_is_told_whom_to_ask(kari):
    kari.groups.remove(Group.objects.get(name="Administer customer details"))
    customer = CustomerFactory(status="potential")
    offer = accepted(kari, customer=customer)
    client = signed_in(kari)
    assert b"A colleague who may change customers" in client.get(page(offer)).content
    response = client.post(page(offer), {"make_active": "on"})
    assert response.status_code == 422
    customer.refresh_from_db()
    assert (customer.status, Project.objects.count()) == ("potential", 0)


def test_the_page_proposes_number_leader_and_what_the_customer_becomes(as_kari, kari):
    offer = accepted(kari, customer=CustomerFactory(name="Vik AS", status="potential"))
    response = as_kari.get(page(offer))
    text = response.content.decode()
    assert "Make Vik AS active" in text
    assert "customer beside" not in text
    form = response.context["form"]
    assert form["number"].value()
    assert form["leader"].value() == kari.pk
    response = as_kari.post(page(offer), {"number": "5777", "make_active": "on"})
    assert response.status_code == 302
    assert Project.objects.get().number == "5777"
    assert "5777" in said(response)


def test_a_number_that_is_taken_is_said_beside_the_field(as_kari, kari):
    ProjectFactory(number="5777")
    offer = accepted(kari, customer=CustomerFactory(status="active"))
    response = as_kari.post(page(offer), {"number": "5777", "leader": kari.pk})
    assert response.status_code == 422
    assert response.context["form"].errors["number"]
    assert Offer.objects.get().project is None


@pytest.mark.parametrize("state", ["draft", "sent", "rejected"])
def test_only_an_accepted_offer_becomes_a_project(as_kari, kari, state):
    offer = OfferFactory(responsible=kari, **FROZEN)
    answered = {"answered_at": "2026-11-01T00:00Z"} if state == "rejected" else {}
    Offer.objects.update(state=state, **answered)
    assert as_kari.post(page(offer), {}).status_code == 422
    offer = Offer.objects.select_related("customer").get()
    with pytest.raises(CannotAnswer):
        accepting.carry_out(offer, leader=None)
    assert not Project.objects.exists()


def test_an_offer_has_one_project(as_kari, kari):
    offer = accepted(kari, customer=CustomerFactory(status="active"))
    accepting.carry_out(offer, leader=None)
    assert b"has its project already" in as_kari.get(page(offer)).content
    with pytest.raises(CannotAnswer):
        accepting.carry_out(offer, leader=None)
    assert Project.objects.count() == 1


def test_nothing_is_changed_where_there_is_no_project(kari):
    customer = CustomerFactory(status="potential")
    offer = accepted(kari, customer=customer)
    ProjectFactory(number="5777")
    with pytest.raises(Exception, match="already used"):
        accepting.carry_out(offer, leader=None, wanted="5777")
    customer.refresh_from_db()
    assert customer.status == "potential"


def test_whom_it_was_to_is_asked_about_invoices_unless_they_have_left(kari):
    yesterday = timezone.localdate() - timedelta(days=1)
    customer = CustomerFactory()
    here, gone = ContactFactory(customer=customer), ContactFactory(customer=customer)
    Contact.objects.filter(pk=gone.pk).update(employed_until=yesterday)
    for contact, expected in ((here, here), (gone, None)):
        project = accepting.carry_out(
            accepted(kari, customer=customer, contact=contact), leader=None
        )
        assert project.invoice_contact == expected


def test_the_largest_lines_that_can_be_offered_fit_into_a_project(kari):
    lines = [
        {"kind": "hourly", "quantity": Decimal("999999.99"), "price": Decimal("1.00")},
        {"kind": "hourly", "quantity": 1, "price": Decimal("99999999.99")},
        {"price": Decimal("9000000000.00")},
    ]
    project = accepting.carry_out(accepted(kari, lines), leader=None)
    first, second, _third = project.activities.order_by("number")
    assert first.estimated_hours == Decimal("999999.99")
    assert second.hourly_rate == Decimal("99999999.99")
    assert project.price_models.get().plan.get().amount == 9_000_000_000


def test_500_lines_become_500_activities(kari):
    offer = accepted(kari, [{"title": f"Line {n}", "price": n} for n in range(500)])
    assert accepting.carry_out(offer, leader=None).activities.count() == 500


# By hand


def test_an_answer_is_written_down(as_kari, kari):
    offer = OfferFactory(responsible=kari, **FROZEN, state="sent")
    option = OfferLineFactory(offer=offer, optional=True, title="Skanning")
    url = f"/offers/{offer.number}/answer/"
    assert b"Skanning" in as_kari.get(url).content
    data = {"answer": "accept", "name": "Nina", "chosen": [option.pk], "revision": 1}
    assert as_kari.post(url, data).status_code == 302
    offer.refresh_from_db()
    assert (offer.state, offer.answered_by, offer.answered_name) == ("accepted", kari, "Nina")
    option.refresh_from_db()
    assert option.chosen


def test_also_when_the_offer_is_no_longer_valid(as_kari, kari):
    offer = OfferFactory(responsible=kari, **FROZEN, state="sent")
    Offer.objects.update(valid_until="2026-01-02", issued_on="2026-01-01")
    url = f"/offers/{offer.number}/answer/"
    data = {"answer": "reject", "name": "Nina", "reason": "Too late", "revision": 1}
    assert as_kari.post(url, data).status_code == 302
    offer.refresh_from_db()
    assert (offer.state, offer.answer_reason) == ("rejected", "Too late")


def test_what_was_answered_is_not_answered_again(as_kari, kari):
    offer = accepted(kari)
    url = f"/offers/{offer.number}/answer/"
    assert b"has been accepted" in as_kari.get(url).content
    response = as_kari.post(url, {"answer": "reject", "name": "Per", "revision": 1})
    assert response.status_code == 422
    assert Offer.objects.get().state == "accepted"


def test_what_was_not_sent_is_not_answered(as_kari, kari):
    offer = OfferFactory(responsible=kari)
    data = {"answer": "accept", "name": "N", "revision": 1}
    response = as_kari.post(f"/offers/{offer.number}/answer/", data)
    assert response.status_code == 422
    assert Offer.objects.get().state == "draft"
    assert b"not sent yet" in response.content


def test_the_answer_to_a_version_is_not_taken_for_one_to_the_next(as_kari, kari):
    first = OfferFactory(responsible=kari, **FROZEN, state="sent")
    url = f"/offers/{first.number}/answer/"
    assert as_kari.get(url).context["form"]["revision"].value() == 1
    new = editing.new_version(first, kari)
    Offer.objects.filter(pk=new.pk).update(state="sent", buyer_name="Sameiet")
    for revision in ("1", "", "x", "9" * 5000):
        data = {"answer": "accept", "name": "Nina", "revision": revision}
        response = as_kari.post(url, data)
        assert response.status_code == 422
        assert b"newer version of this offer" in response.content
    assert Offer.objects.get(pk=new.pk).state == "sent"
    data = {"answer": "accept", "name": "Nina", "revision": "2"}
    assert as_kari.post(url, data).status_code == 302


def test_without_a_name_nothing_is_written_down(as_kari, kari):
    offer = OfferFactory(responsible=kari, **FROZEN, state="sent")
    data = {"answer": "reject", "name": " ", "reason": "My words", "revision": 1}
    response = as_kari.post(f"/offers/{offer.number}/answer/", data)
    assert response.status_code == 422
    assert b"My words" in response.content
    assert Offer.objects.get().state == "sent"
