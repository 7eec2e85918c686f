"""A customer's history tells of its projects, and of prices only to those who may see amounts."""

from decimal import Decimal

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission

from customers import history
from moment.projects import sharing
from moment.projects.models import PlanItem, PriceList, PriceModel, Project
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    PriceModelFactory,
    ProjectFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
URL = "/customers/77/history/"


@pytest.fixture
def customer():
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def project(customer, kari):
    with set_actor(kari):
        return ProjectFactory(customer=customer, number="P-1", name="Ny bru")


def told(customer, viewer, title):
    """Return the one entry of this title that the viewer sees."""
    (entry,) = [e for e in history.of(customer, viewer=viewer).entries if e.title == title]
    return entry


def test_a_new_project_is_told_with_its_number(customer, project, kari):
    entry = told(customer, kari, "Project created")
    assert (entry.actor, entry.subject) == (str(kari), "P-1 Ny bru")
    assert "Customer" not in [change.label for change in entry.changes]


def test_what_is_changed_of_a_project_is_told_in_words(customer, project, kari):
    ida = UserFactory(first_name="Ida", last_name="Berg")
    contact = ContactFactory(customer=customer, person__name="Eva Moen")
    project.state, project.leader = Project.State.PAUSED, ida
    project.invoice_contact, project.credit_terms = contact, 20
    project.save()
    entry = told(customer, kari, "Project changed")
    assert {change.label: (change.old, change.new) for change in entry.changes} == {
        "State": ("In progress", "Paused"),
        "Project leader": ("", "Ida Berg"),
        "Customer contact": ("Customer value", "Eva Moen"),
        "Credit terms": ("Customer value", "20 days"),
    }


def test_a_project_that_got_another_customer_tells_both_by_name(customer, project, kari):
    project.customer = CustomerFactory(number="78", name="Vidde AS")
    project.save()
    entry = told(project.customer, kari, "Project changed")
    assert [(c.old, c.new) for c in entry.changes] == [("Fjell AS", "Vidde AS")]


def test_price_models_and_shares_are_told_with_amounts(customer, project, kari):
    prices = PriceList.objects.create(name="Statens satser")
    PriceModelFactory(project=project, rates_from="price_list", price_list=prices)
    other = CustomerFactory(name="Deltaker AS")
    sharing.store(project.price_models.first(), {other.pk: Decimal("12.50")})
    added = [e for e in history.of(customer, viewer=kari).entries if e.title == "Price model added"]
    values = {change.new for entry in added for change in entry.changes}
    assert values >= {"Hourly rate", "Statens satser"}
    assert {entry.subject for entry in added} == {"P-1 Ny bru"}
    share = told(other, kari, "Share added")
    assert share.subject == "P-1 Ny bru"
    assert [(c.label, c.new) for c in share.changes] == [("Per cent", "12.50")]


def test_who_may_see_no_amounts_is_told_of_the_project_alone(customer, project, as_per):
    PriceModelFactory(
        project=project, kind="subscription", amount=4321, interval=1, starts_on="2026-01-01"
    )
    page = as_per.get(URL).content.decode()
    assert "Project created" in page
    for hidden in ("Price model", "4321", "4,321", "Subscription"):
        assert hidden not in page


def test_the_page_asks_about_projects_alone(customer, project, as_kari):
    ContactFactory(customer=customer)
    page = as_kari.get(URL, {"kind": "projects"}).content.decode()
    assert "Ny bru" in page
    assert "Contact added" not in page
    assert "Contact added" in as_kari.get(URL).content.decode()


def test_who_sees_no_projects_is_neither_told_of_them_nor_asked(customer, project, client):
    looker = UserFactory()
    looker.user_permissions.add(Permission.objects.get(codename="view_customer"))
    client.force_login(looker)
    for query in ({}, {"kind": "projects"}, {"kind": "offers"}):
        page = client.get(URL, query).content.decode()
        assert "Ny bru" not in page
        assert 'value="projects"' not in page
        assert 'value="offers"' not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_of_a_project_can_be_put_back(customer, project, as_anne, method):
    project.name = "Gammel bru"
    project.save()
    (entry,) = LogEntry.objects.get_for_object(project).filter(action=LogEntry.Action.UPDATE)
    assert "put-back" not in as_anne.get(URL).content.decode()
    assert getattr(as_anne, method)(f"{URL}{entry.pk}/name/").status_code == 403
    project.refresh_from_db()
    assert project.name == "Gammel bru"


def test_a_project_of_before_is_called_what_it_was(customer, project, kari):
    model = project.price_models.get()
    model.delete()
    entry = told(customer, kari, "Price model removed")
    assert entry.subject == str(PriceModel(kind="hourly"))


def test_ten_projects_take_as_many_queries_as_one(
    customer, project, as_kari, django_assert_num_queries, django_assert_max_num_queries
):
    as_kari.get(URL)
    with django_assert_max_num_queries(60) as once:
        as_kari.get(URL)
    ProjectFactory.create_batch(9, customer=customer)
    with django_assert_num_queries(len(once.captured_queries)):
        as_kari.get(URL)


def test_payments_of_a_plan_are_told_to_those_who_see_amounts(customer, project, kari, per):
    model = PriceModelFactory(project=project, kind="fixed", order=1)
    item = PlanItem.objects.create(price_model=model, text="Start", amount=4000)
    item.amount = 4500
    item.save()
    entry = told(customer, kari, "Payment plan changed")
    assert entry.subject == "P-1 Ny bru – Start"
    (change,) = entry.changes
    assert (change.old, change.new) == ("4,000.00", "4,500.00")
    item.delete()
    assert told(customer, kari, "Payment taken off the plan").subject == "Start"
    assert not [e for e in history.of(customer, viewer=per).entries if "ayment" in e.title]


def test_agreed_rates_of_activities_are_told_and_how_the_work_goes_is_not(
    customer, project, kari, per
):
    activity = project.activities.get()
    LogEntry.objects.all().delete()
    activity.state = "finished"
    activity.save()
    assert not LogEntry.objects.exists()
    activity.hourly_rate = 1200
    activity.save()
    (change,) = told(customer, kari, "Activity changed").changes
    assert (change.label, change.new) == ("Agreed hourly rate", "1,200.00")
    assert not [e for e in history.of(customer, viewer=per).entries if e.title.startswith("Activ")]
