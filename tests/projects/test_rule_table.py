"""Who can be chosen for projects and their price models: every cell, through the pages' forms.

The table itself stands in `customers.places`; of offers there is a file beside theirs.
"""

import pytest
from django.core.exceptions import ValidationError
from lxml import html

from customers.models import Customer
from moment.projects import creating, editing, price_models
from moment.projects.models import PriceModel, PriceModelShare, Project, TimeEntry
from tests.factories import CustomerFactory, EmployeeFactory, ProjectFactory
from tests.pages import fields_of
from tests.projects.price_model_pages import address, fields, new_address, press
from tests.rule_table import EVERYBODY, WHO, becomes, beside, cells, offered, who, why_not

pytestmark = pytest.mark.django_db
NEW = "/projects/new/"
EDIT = "/projects/P-1/edit/"
everybody = pytest.mark.parametrize(("status", "relation"), EVERYBODY)


def new_project(client, query="") -> dict:
    """Return the dialog as it opens, with what is typed at least."""
    typed = {"name": "Bru", "model-rates_from": "employee"}
    return fields_of(client.get(f"{NEW}{query}"), "form.dialog") | typed


def with_share(client, url) -> dict:
    """Return a price model's dialog with a row for a further customer, filled in."""
    filled = press(client, url, fields(client.get(url)), "add-share")
    return filled | {"share-0-customer": WHO, "share-0-percent": "40", "own-percent": "60"}


# A new project


@cells("project")
def test_a_new_project(as_kari, status, relation, can):
    customer = who(status, relation)
    response = as_kari.post(NEW, new_project(as_kari) | {"customer": WHO})
    assert response.status_code == (302 if can else 422)
    assert [one.customer for one in Project.objects.all()] == [customer] * can
    if not can:
        assert beside(response, "customer") == (WHO, why_not("project", status))
        assert beside_nothing(response, "name") == "Bru"


def beside_nothing(response, name) -> str:
    """Return what stands in a field that nothing is said of."""
    page = html.fromstring(response.content.decode())
    (field,) = page.xpath(f"//input[@name='{name}']")
    assert not page.xpath(f"//*[@id='{field.get('id')}_error']")
    return field.get("value")


@cells("project")
def test_the_list_under_the_field_of_a_new_project(as_kari, status, relation, can):
    who(status, relation)
    assert offered(as_kari, as_kari.get(NEW), "customer") == [WHO] * can


@cells("project")
def test_a_new_project_opened_from_a_customer(as_kari, status, relation, can):
    who(status, relation)
    tab = html.fromstring(as_kari.get("/customers/1033/projects/").content.decode())
    links = set(tab.xpath("//main//a[starts-with(@href, '/projects/new/')]/@href"))
    assert links == ({f"{NEW}?customer=1033"} if can else set())
    assert (why_not("project", status) in tab.text_content()) != can
    # The same address typed, or kept from before: it is said before anything is filled in.
    opened = as_kari.get(f"{NEW}?customer=1033")
    assert (why_not("project", status) in opened.content.decode()) != can
    response = as_kari.post(f"{NEW}?customer=1033", new_project(as_kari, "?customer=1033"))
    assert response.status_code == (302 if can else 422)
    assert Project.objects.count() == can


@cells("project")
def test_what_a_customer_becomes_between_opening_and_saving_a_new_project(
    as_kari, status, relation, can
):
    customer = who()
    filled = new_project(as_kari, "?customer=1033")
    becomes(customer, status, relation)
    response = as_kari.post(NEW, filled)
    assert Project.objects.count() == can
    if not can:
        assert beside(response, "customer") == (WHO, why_not("project", status))
        again = fields_of(response, "form.dialog")
        becomes(customer, "active", "customer")
        assert as_kari.post(NEW, again).status_code == 302
        assert Project.objects.get().name == "Bru"


@cells("project")
def test_what_a_customer_becomes_between_checking_and_saving_a_new_project(
    db, status, relation, can
):
    checked = who()
    becomes(Customer.objects.get(), status, relation)
    made = Project(name="Bru", customer=checked)
    model = PriceModel(kind="hourly", rates_from="employee")
    if can:
        assert creating.create(made, model).customer == checked
        return
    with pytest.raises(ValidationError) as told:
        creating.create(made, model)
    assert told.value.message_dict == {"customer": [why_not("project", status)]}
    assert not Project.objects.exists()


# A project that there is


@cells("project")
def test_another_customer_of_a_project(as_kari, status, relation, can):
    customer, project = who(status, relation), ProjectFactory(number="P-1")
    before, opened = project.customer, as_kari.get(EDIT)
    assert offered(as_kari, opened, "customer") == [WHO] * can
    response = as_kari.post(EDIT, fields_of(opened, "form.edit") | {"customer": WHO})
    assert response.status_code == (302 if can else 422)
    project.refresh_from_db()
    assert project.customer == (customer if can else before)
    if not can:
        assert beside(response, "customer") == (WHO, why_not("project", status))


@cells("project")
def test_what_another_customer_becomes_between_checking_and_saving(db, status, relation, can):
    checked, project = who(), ProjectFactory()
    values = {"customer": checked}
    becomes(Customer.objects.get(pk=checked.pk), status, relation)
    if can:
        editing.save(project, project.version, values, [])
    else:
        with pytest.raises(ValidationError) as told:
            editing.save(project, project.version, values, [])
        assert told.value.message_dict == {"customer": [why_not("project", status)]}
    assert (Project.objects.get().customer == checked) == can


@everybody
def test_the_customer_of_a_project_stays_whatever_becomes_of_it(as_kari, status, relation):
    customer = who()
    project = ProjectFactory(number="P-1", customer=customer)
    opened_before = fields_of(as_kari.get(EDIT), "form.edit") | {"name": "Ny bru"}
    becomes(customer, status, relation)
    assert as_kari.post(EDIT, opened_before).status_code == 302
    opened = fields_of(as_kari.get(EDIT), "form.edit")
    assert as_kari.post(EDIT, opened | {"state": "paused"}).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.state, project.customer) == ("Ny bru", "paused", customer)
    assert "Ny bru" in as_kari.get("/customers/1033/projects/").content.decode()


@everybody
def test_hours_are_imported_for_whomever_the_project_is_already(as_kari, kari, status, relation):
    EmployeeFactory(user=kari)
    ProjectFactory(number="P-1", customer=who(status, relation))
    rows = {"rows": "2026-11-02\tP-1\t\t7.5\tBefaring", "do": "check"}
    shown = as_kari.post("/projects/hours/import/", rows)
    fields_shown = fields_of(shown, "form.hours-import") | {"do": "import"}
    assert as_kari.post("/projects/hours/import/", fields_shown).status_code == 302
    assert TimeEntry.objects.get().activity.project.customer.name == "Storgata"


# Further customers of a price model


@cells("price_model")
def test_a_further_customer_of_a_price_model(as_kari, status, relation, can):
    customer, model = who(status, relation), ProjectFactory().price_models.get()
    response = as_kari.post(address(model), with_share(as_kari, address(model)))
    assert response.status_code == (302 if can else 422)
    assert [share.customer for share in PriceModelShare.objects.all()] == [customer] * can
    if not can:
        assert beside(response, "share-0-customer") == (WHO, why_not("price_model", status))
        assert beside_nothing(response, "share-0-percent") == "40"


@cells("price_model")
def test_a_further_customer_of_a_new_price_model(as_kari, status, relation, can):
    customer, project = who(status, relation), ProjectFactory()
    filled = with_share(as_kari, new_address(project)) | {"kind": "hourly", "rates_from": "role"}
    response = as_kari.post(new_address(project), filled)
    assert response.status_code == (302 if can else 422)
    assert project.price_models.count() == 1 + can
    assert [share.customer for share in PriceModelShare.objects.all()] == [customer] * can
    if not can:
        assert beside(response, "share-0-customer") == (WHO, why_not("price_model", status))


@cells("price_model")
def test_the_list_under_the_field_of_a_further_customer(as_kari, status, relation, can):
    who(status, relation)
    url = address(ProjectFactory().price_models.get())
    opened = as_kari.post(url, fields(as_kari.get(url)) | {"rows": "add-share"})
    assert offered(as_kari, opened, "share-0-customer") == [WHO] * can


@cells("price_model")
def test_what_a_further_customer_becomes_between_opening_and_saving(as_kari, status, relation, can):
    customer, model = who(), ProjectFactory().price_models.get()
    filled = with_share(as_kari, address(model))
    becomes(customer, status, relation)
    response = as_kari.post(address(model), filled)
    assert PriceModelShare.objects.count() == can
    if not can:
        assert beside(response, "share-0-customer") == (WHO, why_not("price_model", status))


@cells("price_model")
def test_what_a_further_customer_becomes_between_checking_and_saving(
    as_kari, monkeypatch, status, relation, can
):
    customer, model = who(), ProjectFactory().price_models.get()
    filled, save = with_share(as_kari, address(model)), price_models.save

    def after_the_change(*args, **options):
        becomes(customer, status, relation)
        return save(*args, **options)

    monkeypatch.setattr(price_models, "save", after_the_change)
    response = as_kari.post(address(model), filled)
    assert PriceModelShare.objects.count() == can
    if not can:
        assert beside(response, "share-0-customer") == (WHO, why_not("price_model", status))


@everybody
def test_a_further_customer_stays_whatever_becomes_of_it(as_kari, status, relation):
    customer, model = who(), ProjectFactory().price_models.get()
    PriceModelShare.objects.create(price_model=model, customer=customer, percent=40)
    becomes(customer, status, relation)
    again = fields(as_kari.get(address(model))) | {"share-0-percent": "30", "own-percent": "70"}
    assert as_kari.post(address(model), again).status_code == 302
    assert [(one.percent, one.customer) for one in model.shares.all()] == [(30, customer)]
    # Once taken out, it is added again only where it could be.
    away = fields(as_kari.get(address(model))) | {"share-0-customer": "", "share-0-percent": ""}
    assert as_kari.post(address(model), away | {"own-percent": "100"}).status_code == 302
    assert not model.shares.exists()
    response = as_kari.post(address(model), with_share(as_kari, address(model)))
    assert response.status_code == (302 if status == "active" else 422)


def test_a_customer_that_cannot_be_chosen_is_not_even_offered_beside_others(as_kari):
    who("blocked")
    CustomerFactory(number="1034", name="Storgata Eiendom")
    assert offered(as_kari, as_kari.get(NEW), "customer") == ["1034 Storgata Eiendom"]
