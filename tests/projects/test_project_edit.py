"""Editing a project: all fields, whose it can become, and two people at once."""

from datetime import date

import pytest
from django.test import Client

from customers import merging
from customers.models import Customer
from moment.projects.models import Project, ProjectTag
from tests.conftest import said
from tests.factories import ContactFactory, CustomerFactory, ProjectFactory, UserFactory
from tests.pages import fields_of
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/projects/5001/edit/"


@pytest.fixture
def customer(db):
    return CustomerFactory(number="1040", name="Tromsø kommune")


@pytest.fixture
def project(customer):
    return ProjectFactory(number="5001", name="Kvaløya skole", customer=customer)


def form_of(client) -> dict:
    return as_browsers_do(fields_of(client.get(URL), "form.edit"))


def as_browsers_do(fields: dict) -> dict:
    """Leave out the line break that a text field begins with, as browsers do."""
    notes = fields["notes"].removeprefix("\n")
    return fields | {"notes": notes.replace("\r\n", "\n").replace("\n", "\r\n")}


def post(client, **changes):
    return client.post(URL, form_of(client) | changes)


def errors(response, name: str) -> str:
    return " ".join(response.context["form"].errors.get(name, []))


def test_every_field_is_saved(as_kari, project, kari):
    CustomerFactory(number="1041", name="Sørfold Eiendom AS")
    tags = [ProjectTag.objects.create(name=name) for name in ("Bridge", "Road")]
    response = post(
        as_kari,
        name="  Kvaløya\tskole 2 ",
        customer="1041 Sørfold Eiendom AS",
        leader=kari.pk,
        state="paused",
        tags=[tag.pk for tag in tags],
        starts_on="2026-03-02",
        ends_on="2026-12-18",
        notes="First\r\nSecond",
    )
    assert response["Location"] == "/projects/5001/"
    project.refresh_from_db()
    assert project.name == "Kvaløya skole 2"
    assert project.customer.number == "1041"
    assert (project.leader, project.state) == (kari, "paused")
    assert list(project.tags.all()) == tags
    assert (project.starts_on, project.ends_on) == (date(2026, 3, 2), date(2026, 12, 18))
    assert project.notes.splitlines() == ["First", "Second"]
    assert project.search_text.startswith(" kvaloya skole 2")


def test_what_is_sent_as_it_was_shown_changes_nothing_else(as_kari, project, kari):
    tag = ProjectTag.objects.create(name="Bridge")
    project.tags.add(tag)
    project.leader, project.starts_on, project.credit_terms = kari, date(2026, 3, 2), 14
    project.notes = "First\nSecond"
    project.save()
    assert post(as_kari).status_code == 302
    again = Project.objects.get()
    for name in ("name", "customer_id", "leader_id", "state", "starts_on", "credit_terms"):
        assert getattr(again, name) == getattr(project, name)
    assert list(again.tags.all()) == [tag]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "", "required"),
        ("name", " \t ", "required"),
        ("name", "x" * 201, "at most 200"),
        ("customer", "", "required"),
        ("customer", "9999 Nobody", "no customer"),
        ("leader", "99999999", "valid choice"),
        ("state", "done", "not one of"),
        ("tags", "99999999", "not one of"),
        ("starts_on", "soon", "valid date"),
        ("starts_on", "0026-03-02", "Is the year right?"),
        ("ends_on", "2026-03-01", "before the first"),
        ("notes", "x" * 10_001, "at most 10000"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_is_saved(
    as_kari, project, field, value, told
):
    changes = {"starts_on": "2026-03-02", "name": "New name", field: value}
    response = post(as_kari, **changes)
    assert response.status_code == 422
    assert told in errors(response, field) + errors(response, "__all__")
    assert Project.objects.get().name == "Kvaløya skole"


def test_nothing_but_what_the_form_has_can_be_set(as_kari, project):
    post(as_kari, number="5777", version="9", credit_terms="1")
    project.refresh_from_db()
    assert (project.number, project.version, project.credit_terms) == ("5001", 2, None)


# Whose it is


@pytest.mark.parametrize(
    ("status", "relation", "told"),
    [
        ("potential", "customer", "is potential"),
        ("inactive", "customer", "is inactive"),
        ("blocked", "customer", "is blocked"),
        ("active", "participant", "project participant only"),
        ("active", "customer", ""),
        ("active", "both", ""),
    ],
)
def test_a_project_goes_only_to_who_can_have_a_new_one(as_kari, project, status, relation, told):
    CustomerFactory(number="1041", name="Sørfold AS", status=status, relation=relation)
    response = post(as_kari, customer="1041 Sørfold AS")
    assert response.status_code == (422 if told else 302)
    assert Project.objects.get().customer.number == ("1040" if told else "1041")
    if told:
        assert told in errors(response, "customer")


@pytest.mark.parametrize("status", Customer.Status.values)
@pytest.mark.parametrize("relation", Customer.Relation.values)
def test_the_customer_that_it_has_stays_whatever_becomes_of_it(
    as_kari, project, customer, status, relation
):
    Customer.objects.update(status=status, relation=relation)
    assert post(as_kari, name="New name").status_code == 302
    again = Project.objects.get()
    assert (again.name, again.customer) == ("New name", customer)


def test_a_customer_that_is_renamed_or_renumbered_while_the_form_is_open_stays(
    as_kari, project, customer
):
    fields = form_of(as_kari)
    customer.name, customer.number = "Tromsø by", "1050"
    customer.save()
    assert as_kari.post(URL, fields | {"name": "New name"}).status_code == 302
    again = Project.objects.get()
    assert (again.name, again.customer) == ("New name", customer)


def test_a_customer_that_is_merged_while_the_form_is_open_is_the_kept_one(
    as_kari, anne, project, customer
):
    fields = form_of(as_kari)
    kept = CustomerFactory(number="1028", name="Tromsø Bygg")
    merging.merge(kept.pk, [customer.pk], by=anne)
    assert as_kari.post(URL, fields | {"name": "New name"}).status_code == 302
    again = Project.objects.get()
    assert (again.name, again.customer) == ("New name", kept)


def test_a_customer_blocked_between_opening_and_saving_is_refused(as_kari, project):
    other = CustomerFactory(number="1041", name="Sørfold AS")
    fields = form_of(as_kari) | {"customer": "1041 Sørfold AS"}
    Customer.objects.filter(pk=other.pk).update(status="blocked")
    response = as_kari.post(URL, fields)
    assert response.status_code == 422
    assert "is blocked" in errors(response, "customer")
    assert 'value="1041 Sørfold AS"' in response.content.decode()


def test_with_another_customer_its_amounts_stay_in_their_currency(as_kari, project):
    CustomerFactory(number="1041", name="Malmö AB", currency="SEK")
    response = post(as_kari, customer="1041")
    assert "stays in NOK" in said(response)
    assert Project.objects.get().currency == "NOK"


def test_with_a_customer_of_the_same_currency_the_project_has_none_of_its_own(as_kari, project):
    CustomerFactory(number="1041", name="Sørfold AS")
    assert "stays in" not in said(post(as_kari, customer="1041"))
    assert not Project.objects.get().currency


def test_the_contact_on_invoices_does_not_follow_to_another_customer(as_kari, project, customer):
    project.invoice_contact = ContactFactory(customer=customer)
    project.save()
    assert "contact" not in said(post(as_kari, name="New name"))
    assert Project.objects.get().invoice_contact == project.invoice_contact
    CustomerFactory(number="1041", name="Sørfold AS")
    assert "contact on invoices" in said(post(as_kari, customer="1041"))
    assert Project.objects.get().invoice_contact is None


def test_invoicing_options_of_its_own_stay_and_are_told(as_kari, project):
    CustomerFactory(number="1041", name="Sørfold AS")
    CustomerFactory(number="1042", name="Nordlys AS")
    assert "invoicing options" not in said(post(as_kari, customer="1041"))
    Project.objects.update(order_reference="PO 77")
    assert "own invoicing options stay" in said(post(as_kari, customer="1042"))
    assert Project.objects.get().order_reference == "PO 77"


# Two at once


def test_of_two_who_edit_different_fields_both_are_heard(as_kari, project, kari):
    first, second = form_of(as_kari), form_of(as_kari)
    as_kari.post(URL, first | {"notes": "By the first"})
    response = as_kari.post(URL, second | {"name": "By the second"})
    assert response.status_code == 422
    assert "Changed meanwhile by somebody else" in response.content.decode()
    assert not response.context["form"].errors
    assert Project.objects.get().name == "Kvaløya skole"
    again = as_browsers_do(fields_of(response, "form.edit"))
    assert as_kari.post(URL, again).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.notes) == ("By the second", "By the first")


@pytest.mark.parametrize(
    ("field", "first", "second", "told"),
    [
        ("name", "First", "Second", "First"),
        ("state", "paused", "finished", "Paused"),
        ("customer", "1041 Sørfold AS", "1042 Nordlys AS", "1041 Sørfold AS"),
        ("starts_on", "2026-03-02", "2026-04-02", "2026-03-02"),
        ("notes", "First", "Second", "First"),
    ],
)
def test_where_both_changed_a_field_both_values_are_shown(
    as_kari, project, field, first, second, told
):
    CustomerFactory(number="1041", name="Sørfold AS")
    CustomerFactory(number="1042", name="Nordlys AS")
    ours = form_of(as_kari)
    assert post(as_kari, **{field: first}).status_code == 302
    response = as_kari.post(URL, ours | {field: second})
    assert response.status_code == 422
    assert f"Changed meanwhile to “{told}”" in errors(response, field)
    again = as_browsers_do(fields_of(response, "form.edit"))
    assert again[field] == second
    assert as_kari.post(URL, again).status_code == 302


def test_the_leader_and_tags_that_both_changed_are_told_by_name(as_kari, project):
    users = [UserFactory(first_name=name) for name in ("Ada", "Bo")]
    tags = [ProjectTag.objects.create(name=name) for name in ("Bridge", "Road")]
    ours = form_of(as_kari)
    post(as_kari, leader=users[0].pk, tags=[tags[0].pk])
    response = as_kari.post(URL, ours | {"leader": users[1].pk, "tags": [tags[1].pk]})
    assert "“Ada Last”" in errors(response, "leader")
    assert "“Bridge”" in errors(response, "tags")


@pytest.mark.parametrize("seen", ["", "no", "[]", '{"version": "1"}', "[" * 50_000])
def test_a_form_that_does_not_know_what_it_showed_saves_nothing_at_first(as_kari, project, seen):
    response = as_kari.post(URL, form_of(as_kari) | {"seen": seen, "name": "New name"})
    assert response.status_code == 422
    assert Project.objects.get().name == "Kvaløya skole"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_save_at_once_one_does(kari):
    ProjectFactory(number="5001", name="Kvaløya skole")
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.force_login(kari)
    forms = [form_of(client) for client in clients]
    answers = at_once(
        4, lambda n: clients[n].post(URL, forms[n] | {"name": f"Name {n}"}).status_code
    )
    assert sorted(answers) == [302, 422, 422, 422]
    project = Project.objects.get()
    assert project.version == 2
    assert project.name == f"Name {answers.index(302)}"
