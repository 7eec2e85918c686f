"""What belongs to one project or offer is not reached, nor written on, by way of another one."""

from datetime import date
from decimal import Decimal

import pytest

from moment.offers.models import Offer, OfferLetter
from moment.projects.models import Activity, PlanItem, ProjectMember, TimeEntry
from tests.conftest import signed_in
from tests.factories import (
    ActivityFactory,
    ContactFactory,
    EmployeeFactory,
    ExpenseFactory,
    OfferFactory,
    OfferLineFactory,
    ProjectFactory,
    TimeEntryFactory,
)
from tests.offers import editor_pages
from tests.pages import fields_of
from tests.projects.price_model_pages import address, fields, fixed
from tests.projects.weeks import opened
from tests.walking import OURS, addresses

pytestmark = pytest.mark.django_db
KINDS = ("activity", "member", "price", "expense", "entry")


@pytest.fixture
def mine(kari):
    EmployeeFactory(user=kari)
    return ProjectFactory(number="P-1", customer__number="50001")


@pytest.fixture
def theirs(kari):
    """Another project, with a row of each kind."""
    project = ProjectFactory(number="P-2", customer__number="50002")
    ProjectMember.objects.create(project=project, user=kari)
    ExpenseFactory(project=project, user=kari)
    TimeEntryFactory(activity=project.activities.get(), user=kari)
    return project


def keys_of(project):
    return {
        "activity": project.activities.get().pk,
        "member": project.members.get().pk,
        "price": project.price_models.get().pk,
        "expense": project.expenses.get().pk,
        "entry": TimeEntry.objects.get(activity__project=project).pk,
    }


def test_no_row_of_a_project_is_reached_by_way_of_another(as_anne, mine, theirs):
    keys = keys_of(theirs)
    rows = [
        (name, takes)
        for name, _view, takes in OURS
        if name.startswith("projects:") and takes == ["number", "pk"]
    ]
    assert {name.removeprefix("projects:").partition("_")[0] for name, _takes in rows} == {*KINDS}
    kind = {name: keys[name.removeprefix("projects:").partition("_")[0]] for name, _takes in rows}
    for url in addresses(rows, lambda name, _takes: [("P-1", kind[name])]):
        assert as_anne.get(url).status_code in (404, 405), url
        assert as_anne.post(url, {"state": "finished"}).status_code in (404, 405), url
    assert keys_of(theirs) == keys
    assert theirs.activities.get().state == "open"


def test_hours_of_another_project_are_not_approved_with_these(as_kari, mine, theirs):
    entry = TimeEntry.objects.get()
    url = f"/projects/P-1/hours/approve/?entry={entry.pk}"
    assert "There is nothing to approve here." in as_kari.get(url).content.decode()
    as_kari.post(url, {"entry": entry.pk, "shown": f"1-7.50-{entry.pk}"})
    entry.refresh_from_db()
    assert entry.approved_at is None


def test_hours_of_a_project_go_to_no_activity_of_another(as_kari, mine, theirs):
    elsewhere = theirs.activities.get()
    page = as_kari.get("/projects/P-1/hours/new/")
    sent = fields_of(page, "form.dialog") | {"activity": elsewhere.pk, "hours": "3"}
    assert as_kari.post("/projects/P-1/hours/new/", sent).status_code == 422
    url = "/projects/P-1/hours/week/?week=2026-W45"
    week = opened(as_kari, url)
    as_kari.post(url, week | {"row": [elsewhere.pk], f"h-{elsewhere.pk}-0": "3"})
    assert TimeEntry.objects.count() == 1


def test_an_activity_is_priced_by_no_model_of_another_project(as_kari, mine, theirs):
    activity, model = mine.activities.get(), theirs.price_models.get()
    url = f"/projects/P-1/activities/{activity.pk}/edit/"
    sent = fields_of(as_kari.get(url), "form.dialog") | {"price_model": model.pk}
    assert as_kari.post(url, sent).status_code == 422
    assert Activity.objects.get(pk=activity.pk).price_model is None


def test_an_item_of_another_plan_stays_where_it_is(as_kari, mine, theirs):
    own, other = fixed(mine), fixed(theirs)
    item = other.plan.first()
    sent = fields(as_kari.get(address(own))) | {"plan-0-item": item.pk, "plan-0-amount": "1"}
    as_kari.post(address(own), sent)
    stored = PlanItem.objects.get(pk=item.pk)
    assert (stored.price_model, stored.amount) == (other, item.amount)


def test_a_line_of_another_offer_stays_where_it_is(as_kari):
    own, line = OfferFactory(), OfferLineFactory(price=Decimal(900))
    OfferLineFactory(offer=own)
    url = own.get_absolute_url()
    sent = editor_pages.form_of(as_kari.get(url)) | {"lines-0-key": [str(line.pk)]}
    sent = {
        name: [str(line.pk)] if v == [str(own.lines.get().pk)] else v for name, v in sent.items()
    }
    as_kari.post(url, sent)
    stored = type(line).objects.get(pk=line.pk)
    assert (stored.offer, stored.price) == (line.offer, 900)


def test_an_offer_is_addressed_to_no_contact_of_another_customer(as_kari):
    offer, stranger = OfferFactory(), ContactFactory(person__emails=["eva@moen.example"])
    url = offer.get_absolute_url()
    sent = editor_pages.form_of(as_kari.get(url)) | {"contact": [str(stranger.pk)]}
    assert as_kari.post(url, sent).status_code == 422
    assert Offer.objects.get(pk=offer.pk).contact is None
    letter = f"{url}send/"
    response = as_kari.post(letter, {"contacts": [stranger.pk], "version": offer.version})
    assert response.status_code == 422
    assert not OfferLetter.objects.exists()


def test_a_letter_of_another_offer_is_not_sent_again_here(as_kari):
    offer, other = OfferFactory(), OfferFactory()
    letter = OfferLetter.objects.create(offer=other, to="eva@moen.example", message_id="<1@moment>")
    page = as_kari.get(f"{offer.get_absolute_url()}send/?letter={letter.pk}").content.decode()
    assert "eva@moen.example" not in page


def test_invoices_of_a_project_name_no_contact_of_another_customer(as_kari, mine):
    stranger = ContactFactory(person__name="Eva Moen")
    url = "/projects/P-1/invoicing/"
    page = as_kari.get(url)
    assert "Eva Moen" not in page.content.decode()
    sent = fields_of(page, "form.edit") | {"invoice_contact": stranger.pk}
    assert as_kari.post(url, sent).status_code == 422
    mine.refresh_from_db()
    assert mine.invoice_contact is None


def test_nobody_registers_hours_for_a_colleague_without_the_right(mine, theirs, kari):
    looker = EmployeeFactory().user
    looker.groups.set(kari.groups.filter(name__in=["Register hours"]))
    client = signed_in(looker)
    activity = mine.activities.get()
    sent = {"user": kari.pk, "activity": activity.pk, "day": date(2026, 11, 3), "hours": "3"}
    assert client.post("/projects/P-1/hours/new/", sent).status_code == 422
    assert client.post(f"/projects/P-1/hours/week/?colleague={kari.pk}", {}).status_code == 403
    theirs_too = TimeEntryFactory(activity=ActivityFactory(project=mine), user=kari)
    for page in ("edit", "delete"):
        url = f"/projects/P-1/hours/{theirs_too.pk}/{page}/"
        assert client.post(url, sent).status_code == 403
