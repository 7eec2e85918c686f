"""Merging customers with projects, shares and offers: all of it moves, and goes back."""

from datetime import date
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from customers import history, merging
from customers.merging.account import Account
from customers.models import ChangeOf
from moment.offers import accepting, answering, editing, letters, links, sending
from moment.offers.models import Offer, OfferLetter
from moment.projects import figures, sharing
from moment.projects.models import PriceModel, PriceModelShare, Project
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    ExpenseFactory,
    OfferFactory,
    OfferLineFactory,
    PersonFactory,
    ProjectFactory,
    TimeEntryFactory,
)
from tests.projects.price_model_pages import address, fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    return CustomerFactory(name="Fjell AS", number="71")


@pytest.fixture
def other():
    return CustomerFactory(name="Fjell A/S", number="72")


def state():
    """Return what projects, shares, offers and letters hold."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Project, PriceModelShare, Offer, OfferLetter)
    ]


def sent(offer):
    sending.write_down(offer, None)
    offer.save()
    return offer


def test_projects_shares_and_offers_move_and_go_back(kept, other, kari):
    project, offer = ProjectFactory(customer=other), OfferFactory(customer=other)
    elsewhere = ProjectFactory()
    sharing.store(elsewhere.price_models.get(), {other.pk: Decimal(30)})
    before = state()
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    for row in (project, offer, elsewhere.price_models.get().shares.get()):
        row.refresh_from_db()
        assert row.customer == kept
    told = [str(kind.words) for share in Account(merge, kari).moved for kind in share.kinds]
    assert {"1 project", "1 share of a project", "1 offer"} <= set(told)
    merging.undo(merge.pk, by=kari)
    assert state() == before


def test_hours_and_expenses_are_counted_with_the_kept_customers(kept, other, kari):
    project = ProjectFactory(customer=other)
    TimeEntryFactory(activity=project.activities.get(), user=kari)
    ExpenseFactory(project=project, cost=500)
    before = figures.of([project])[project.pk]
    merging.merge(kept.pk, [other.pk], by=kari)
    moved = Project.objects.select_related("customer").get()
    after = figures.of([moved])[moved.pk]
    assert (after.hours, after.expenses) == (before.hours, before.expenses)


def test_two_shares_of_one_customer_both_count(kept, other, kari):
    model = ProjectFactory().price_models.get()
    sharing.store(model, {kept.pk: Decimal(20), other.pk: Decimal("12.50")})
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    rows = list(model.shares.select_related("customer"))
    assert len(rows) == 2
    found = {part.customer: part.percent for part in sharing.parts(model.project.customer, rows)}
    assert found == {model.project.customer: Decimal("67.50"), kept: Decimal("32.50")}
    merging.undo(merge.pk, by=kari)
    assert dict(model.shares.values_list("customer", "percent")) == {
        kept.pk: Decimal(20),
        other.pk: Decimal("12.50"),
    }


def test_a_share_of_the_projects_own_customer_is_part_of_what_it_pays(kept, other, kari):
    model = ProjectFactory(customer=kept).price_models.get()
    sharing.store(model, {other.pk: Decimal(40)})
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    rows = list(model.shares.select_related("customer"))
    parts = sharing.parts(kept, rows)
    assert [(part.customer, part.percent, part.is_own) for part in parts] == [(kept, 100, True)]
    assert sharing.split(Decimal("99.99"), parts, "NOK") == {kept.pk: Decimal("99.99")}
    merging.undo(merge.pk, by=kari)
    assert model.shares.get().customer == other


def test_saving_a_price_model_as_it_is_takes_nobodys_share_for_good(kept, other, kari, as_kari):
    third = CustomerFactory(name="Vidde AS")
    ours, elsewhere = ProjectFactory(customer=kept), ProjectFactory()
    for project, further in ((ours, {third: 10, other: 40}), (elsewhere, {kept: 20, other: 12})):
        sharing.store(project.price_models.get(), {c.pk: Decimal(n) for c, n in further.items()})
    before = state()
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    for project in (ours, elsewhere):
        model = project.price_models.get()
        sent = fields(as_kari.get(address(model))) | {"name": "Etter medgått tid"}
        assert as_kari.post(address(model), sent).status_code == 302
        model.refresh_from_db()
        assert model.name == "Etter medgått tid"
    merging.undo(merge.pk, by=kari)
    assert state() == before


def test_a_share_that_has_no_room_any_more_is_given_up(kept, other, kari):
    model, third = ProjectFactory(customer=kept).price_models.get(), CustomerFactory()
    sharing.store(model, {other.pk: Decimal(40)})
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    sharing.store(PriceModel.objects.get(pk=model.pk), {third.pk: Decimal("60.01")})
    merging.undo(merge.pk, by=kari)
    assert dict(model.shares.values_list("customer", "percent")) == {third.pk: Decimal("60.01")}


def test_an_offer_is_answered_under_its_address_after_its_customer_was_merged(
    kept, other, kari, client
):
    contact = ContactFactory(customer=other, person__emails=["eva@moen.example"])
    offer = sent(OfferFactory(customer=other, contact=contact, language="en"))
    OfferLineFactory(offer=offer)
    made = links.make(offer)
    letters.with_link(offer, "eva@moen.example", contact, made, kari)
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    url = f"/offers/answer/{made.token}/"
    page = client.get(url).content.decode()
    assert "Fjell A/S" in page  # the buyer that it was sent to
    assert client.post(url, {"act": "accept", "name": "Eva Moen"}).status_code == 302
    offer.refresh_from_db()
    assert (offer.state, offer.customer, offer.answered_name) == ("accepted", kept, "Eva Moen")
    project = accepting.carry_out(Offer.objects.get(pk=offer.pk), leader=kari)
    assert project.customer == kept
    merging.undo(merge.pk, by=kari)
    for row in (offer, project):
        row.refresh_from_db()
    assert (offer.state, offer.customer, project.customer) == ("accepted", other, other)
    assert client.get(url).status_code == 200


def test_amounts_stay_in_the_currency_that_they_are_in(kari):
    kept = CustomerFactory(currency="NOK")
    other = CustomerFactory(currency="EUR")
    follows, own = ProjectFactory(customer=other), ProjectFactory(customer=other, currency="SEK")
    ours, offer = ProjectFactory(customer=kept), OfferFactory(customer=other)
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    for row in (follows, own, ours, offer):
        row.refresh_from_db()
    found = (follows.currency, own.currency, ours.currency, offer.currency)
    assert found == ("EUR", "SEK", None, "EUR")
    merging.undo(merge.pk, by=kari)
    for row in (follows, own, offer):
        row.refresh_from_db()
    assert (follows.currency, own.currency, offer.currency) == (None, "SEK", "")


def test_the_currency_that_a_project_got_is_in_the_history_of_the_kept_one(kari):
    kept, other = CustomerFactory(currency="NOK"), CustomerFactory(currency="EUR")
    ProjectFactory(customer=other)
    merging.merge(kept.pk, [other.pk], by=kari)
    entry = LogEntry.objects.get_for_model(Project).order_by("pk").last()
    assert entry.changes_dict["currency"][1] == "EUR"
    assert ChangeOf.objects.filter(entry=entry, customer=kept).exists()


def test_the_kept_ones_own_projects_keep_theirs_where_it_takes_the_others(kari):
    kept, other = CustomerFactory(currency="NOK"), CustomerFactory(currency="EUR")
    ours, theirs = ProjectFactory(customer=kept), ProjectFactory(customer=other)
    merging.merge(kept.pk, [other.pk], by=kari, chosen={"currency": other.pk})
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.currency, theirs.currency) == ("NOK", None)


def test_a_contact_that_is_joined_is_named_by_the_one_that_stays(kept, other, kari):
    person = PersonFactory(emails=["eva@moen.example"])
    mine, theirs = (ContactFactory(customer=one, person=person) for one in (kept, other))
    project = ProjectFactory(customer=other, invoice_contact=theirs)
    offer = OfferFactory(customer=other, contact=theirs)
    letter = OfferLetter.objects.create(
        offer=offer, to="eva@moen.example", contact=theirs, message_id="<1@moment>"
    )
    before = state()
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    for row in (project, offer, letter):
        row.refresh_from_db()
    assert {project.invoice_contact, offer.contact, letter.contact} == {mine}
    merging.undo(merge.pk, by=kari)
    assert state() == before


def test_who_is_another_customers_contact_again_is_named_no_more(kept, other, kari):
    theirs = ContactFactory(customer=other)
    project, offer = ProjectFactory(customer=kept), OfferFactory(customer=kept)
    gone = sent(OfferFactory(customer=kept))
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    Project.objects.filter(pk=project.pk).update(invoice_contact=theirs)
    Offer.objects.update(contact=theirs)
    merging.undo(merge.pk, by=kari)
    for row in (project, offer, gone):
        row.refresh_from_db()
    assert (project.invoice_contact, offer.contact) == (None, None)
    assert gone.contact == theirs  # to whom it was sent does not change


def test_an_offer_that_was_sent_keeps_its_buyer(kept, other, kari):
    offer = sent(OfferFactory(customer=other))
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    offer.refresh_from_db()
    assert (offer.customer, offer.buyer_name, offer.buyer_number) == (kept, "Fjell A/S", "72")
    merging.undo(merge.pk, by=kari)
    offer.refresh_from_db()
    assert (offer.customer, offer.buyer_name, offer.buyer_number) == (other, "Fjell A/S", "72")


def test_versions_and_projects_that_came_of_an_offer_since_go_back_with_it(kept, other, kari):
    replaced, accepted = (sent(OfferFactory(customer=other)) for _n in range(2))
    OfferLineFactory(offer=accepted)
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    new = editing.new_version(Offer.objects.get(pk=replaced.pk), kari)
    answering.accept_by_hand(accepted, by=kari, name="Eva Moen", chosen=[])
    project = accepting.carry_out(Offer.objects.get(pk=accepted.pk), leader=kari)
    ours = ProjectFactory(customer=kept)
    assert {new.customer, project.customer} == {kept}
    merging.undo(merge.pk, by=kari)
    for row in (new, project, ours):
        row.refresh_from_db()
    assert (new.customer, project.customer, ours.customer) == (other, other, kept)
    entry = LogEntry.objects.get_for_object(project).get(action=LogEntry.Action.CREATE)
    assert ChangeOf.objects.filter(entry=entry).get().customer == other
    assert "Project created" in [e.title for e in history.of(other, viewer=kari).entries]


def test_what_was_edited_since_goes_back_as_it_is(kept, other, kari):
    project = ProjectFactory(customer=other)
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    project.refresh_from_db()
    project.name, project.starts_on = "Ny bru", date(2026, 11, 2)
    project.save()
    made = ProjectFactory(customer=kept)
    merging.undo(merge.pk, by=kari)
    project.refresh_from_db()
    made.refresh_from_db()
    assert (project.customer, project.name, made.customer) == (other, "Ny bru", kept)


def test_the_tab_of_the_kept_customer_shows_what_came(kept, other, kari, as_kari):
    ProjectFactory(customer=other, name="Ny bru")
    OfferFactory(customer=other, name="Forprosjekt", valid_until=timezone.localdate())
    merging.merge(kept.pk, [other.pk], by=kari)
    assert "Ny bru" in as_kari.get("/customers/71/projects/").content.decode()
    assert "Forprosjekt" in as_kari.get("/customers/71/offers/").content.decode()
    redirected = as_kari.get("/customers/72/projects/")
    assert (redirected.status_code, redirected.url) == (302, "/customers/71/projects/")
