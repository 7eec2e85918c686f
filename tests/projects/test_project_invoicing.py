"""The page of a project's invoice settings: the third level, below the customer and the company."""

from datetime import timedelta
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from customers import invoicing
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import on
from moment.models import CompanySettings
from moment.projects import invoicing as saving
from moment.projects.models import Project
from tests.conftest import said, signed_in
from tests.customers.invoicing_pages import CUSTOMER, badge, field, fields, form_on, posted, row
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    ExpenseFactory,
    ProjectFactory,
    UserFactory,
)
from tests.together import at_once

pytestmark = pytest.mark.django_db

PAGE = "/projects/5001/invoicing/"


@pytest.fixture
def project(db):
    customer = CustomerFactory(number="77", name="Fjell AS", email="post@fjell.example")
    return ProjectFactory(number="5001", name="Bro", customer=customer)


@pytest.fixture
def theirs():
    """Somebody else, who may do everything."""
    return signed_in(UserFactory(is_superuser=True))


def test_each_value_says_which_level_it_comes_from(as_kari, project):
    CompanySettings(pk=1, credit_terms=20, discount=2, invoice_footer="Ours").save()
    project.customer.discount = 3
    project.customer.your_reference = "Hallvard"
    project.customer.save()
    Project.objects.update(your_reference="Bro 7")
    page = as_kari.get(PAGE)
    assert badge(page, "your_reference") == "Project"
    assert badge(page, "discount") == "Customer"
    assert badge(page, "credit_terms") == "Company"
    assert badge(page, "language") == "Standard"
    assert "Use customer value" in row(page, "your_reference")
    assert "Hallvard" in row(page, "your_reference")
    assert field(page, "discount") == ""
    assert "E-mail – company standard" in row(page, "invoice_type")


def test_every_setting_of_a_project_is_on_its_page(as_kari, project):
    shown = set(fields(as_kari.get(PAGE))) - {"seen"}
    abroad = {"endpoint_scheme", "endpoint_id"}
    assert shown == {setting.name for setting in on(Level.PROJECT)} - abroad
    project.customer.country = "SE"
    project.customer.save()
    assert set(fields(as_kari.get(PAGE))) - {"seen"} == shown | abroad


def test_what_is_saved_holds_for_the_project_alone(as_kari, project):
    other = ProjectFactory(customer=project.customer)
    response = as_kari.post(PAGE, posted(as_kari, PAGE, credit_terms="0", discount="12,5"))
    assert (response.status_code, response["Location"]) == (302, PAGE)
    stored = Project.objects.get(pk=project.pk)
    assert (stored.credit_terms, stored.discount, stored.version) == (0, Decimal("12.5"), 2)
    assert invoicing.effective(stored.customer, stored).value("credit_terms") == 0
    assert invoicing.effective(stored.customer, other).value("credit_terms") == 30
    assert invoicing.effective(stored.customer).value("discount") == 0
    (entry,) = LogEntry.objects.get_for_object(project).filter(action=LogEntry.Action.UPDATE)
    assert set(entry.changes) == {"credit_terms", "discount"}


def test_saving_what_is_there_already_changes_nothing(as_kari, project):
    assert as_kari.post(PAGE, posted(as_kari, PAGE)).status_code == 302
    assert Project.objects.get().version == 1


def test_a_value_is_given_up_for_the_customers(as_kari, project):
    project.customer.credit_terms = 14
    project.customer.save()
    Project.objects.update(credit_terms=45)
    sent = posted(as_kari, PAGE, reset="credit_terms", charge_text="Typed")
    response = as_kari.post(PAGE, sent)
    assert response.status_code == 200
    assert (badge(response, "credit_terms"), field(response, "credit_terms")) == ("Customer", "")
    assert field(response, "charge_text") == "Typed"
    stored = Project.objects.get()
    assert (stored.credit_terms, stored.charge_text) == (None, None)


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("credit_terms", "9999", "It must be between 0 and 365 days."),
        ("discount", "100.01", "It must be between 0 and 100 %."),
        ("sales_account_domestic", "30", "An account has four to eight digits."),
        ("invoice_contact", "999", "not one of the available choices"),
        ("currency", "XYZ", "not one of the available choices"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_all_else_is_kept(
    as_kari, project, name, typed, told
):
    response = as_kari.post(PAGE, posted(as_kari, PAGE, **{name: typed, "charge_text": "Typed"}))
    assert response.status_code == 422
    assert told in row(response, name)
    assert field(response, "charge_text") == "Typed"
    assert Project.objects.get().version == 1


def test_the_contacts_are_the_customers_and_one_who_left_stays_where_chosen(as_kari, project):
    left = ContactFactory(
        customer=project.customer, employed_until=timezone.localdate() - timedelta(days=1)
    )
    ours = ContactFactory(customer=project.customer)
    strange = ContactFactory()
    choices = form_on(as_kari.get(PAGE)).inputs["invoice_contact"].value_options
    assert choices == ["", str(ours.pk)]
    Project.objects.update(invoice_contact=left)
    page = as_kari.get(PAGE)
    assert f"{left.person} (former)" in row(page, "invoice_contact")
    sent = posted(as_kari, PAGE, invoice_contact=str(strange.pk))
    assert "not one of the available choices" in row(as_kari.post(PAGE, sent), "invoice_contact")
    as_kari.post(PAGE, posted(as_kari, PAGE, invoice_contact=str(ours.pk)))
    assert Project.objects.get().invoice_contact == ours


def test_a_former_contact_of_the_customer_is_named_as_what_would_be_inherited(as_kari, project):
    left = ContactFactory(
        customer=project.customer, employed_until=timezone.localdate() - timedelta(days=1)
    )
    project.customer.invoice_contact = left
    project.customer.save()
    Project.objects.update(invoice_contact=ContactFactory(customer=project.customer))
    assert f"{left.person} (former)" in row(as_kari.get(PAGE), "invoice_contact")


def test_a_contact_that_is_removed_just_then_is_refused(as_kari, project, monkeypatch):
    contact = ContactFactory(customer=project.customer)
    sent = posted(as_kari, PAGE, invoice_contact=str(contact.pk))
    save = saving.save

    def after_removing(*args):
        contact.delete()
        return save(*args)

    monkeypatch.setattr(saving, "save", after_removing)
    response = as_kari.post(PAGE, sent)
    assert response.status_code == 422
    assert "This contact is not here any more." in row(response, "invoice_contact")


def test_where_an_invoice_would_go_follows_the_project(as_kari, project):
    as_kari.post(PAGE, posted(as_kari, PAGE, invoice_type="letter"))
    page = as_kari.get(PAGE).content.decode()
    assert "The project asks for letters." in page
    assert "The project asks for letters." not in as_kari.get(CUSTOMER).content.decode()


def test_hostile_texts_are_shown_as_texts(as_kari, project):
    hostile = '"><script>alert(1)</script>'
    as_kari.post(PAGE, posted(as_kari, PAGE, your_reference=hostile, invoice_text=hostile))
    assert "<script>alert" not in as_kari.get(PAGE).content.decode()
    assert field(as_kari.get(PAGE), "invoice_text") == hostile


# Who


def test_who_may_look_sees_the_settings_and_changes_none(as_per, project):
    page = as_per.get(PAGE)
    assert page.status_code == 200
    assert b'name="credit_terms"' not in page.content
    assert badge(page, "credit_terms") == "Standard"
    assert as_per.post(PAGE, {"credit_terms": "1", "seen": "{}"}).status_code == 403


def test_who_sees_no_amounts_neither_sees_nor_loses_them(project):
    client = signed_in(UserFactory(roles=["Administer projects"]))
    Project.objects.update(charge_amount=777, discount=33, expense_surcharge=44)
    page = client.get(PAGE)
    assert "777.00" not in page.content.decode()
    sent = fields(page)
    assert not {"charge_amount", "discount", "expense_surcharge"} & set(sent)
    assert client.post(PAGE, sent | {"discount": "1", "credit_terms": "5"}).status_code == 302
    client.post(PAGE, posted(client, PAGE, reset="charge_amount"))
    stored = Project.objects.get()
    assert (stored.charge_amount, stored.discount, stored.credit_terms) == (777, 33, 5)


# Two people at once


def test_what_others_changed_meanwhile_is_kept_without_a_word(as_kari, project, theirs):
    mine = posted(as_kari, PAGE, credit_terms="14")
    theirs.post(PAGE, posted(theirs, PAGE, discount="5", invoice_type="ehf"))
    assert as_kari.post(PAGE, mine).status_code == 302
    stored = Project.objects.get()
    assert (stored.credit_terms, stored.discount, stored.invoice_type) == (14, 5, "ehf")


def test_what_both_changed_is_told_with_both_values(as_kari, project, theirs):
    mine = posted(as_kari, PAGE, credit_terms="14", charge_text="Typed by me")
    theirs.post(PAGE, posted(theirs, PAGE, credit_terms="45", discount="12,5"))
    response = as_kari.post(PAGE, mine)
    assert response.status_code == 422
    assert "Changed meanwhile to “45 days”." in row(response, "credit_terms")
    assert (field(response, "credit_terms"), field(response, "discount")) == ("14", "12.5")
    assert as_kari.post(PAGE, fields(response)).status_code == 302
    assert Project.objects.get().credit_terms == 14


def test_giving_up_what_another_changed_is_refused_with_a_word(as_kari, project, theirs):
    Project.objects.update(credit_terms=45)
    mine = posted(as_kari, PAGE, reset="credit_terms")
    theirs.post(PAGE, posted(theirs, PAGE, credit_terms="50"))
    response = as_kari.post(PAGE, mine)
    assert response.status_code == 422
    assert "Changed meanwhile to “50 days”." in row(response, "credit_terms")
    assert Project.objects.get().credit_terms == 50


def test_a_project_that_was_given_another_customer_meanwhile_is_not_saved(
    as_kari, project, monkeypatch
):
    save = saving.save

    def after_moving(*args):
        Project.objects.update(customer=CustomerFactory())
        return save(*args)

    sent = posted(as_kari, PAGE, credit_terms="14")
    monkeypatch.setattr(saving, "save", after_moving)
    response = as_kari.post(PAGE, sent)
    assert response.status_code == 409
    assert "5001 Bro was given another customer just now." in response.content.decode()
    assert Project.objects.get().credit_terms is None


@pytest.mark.parametrize("has_amounts", [True, False])
def test_another_currency_tells_that_amounts_are_not_converted(as_kari, project, has_amounts):
    if has_amounts:
        ExpenseFactory(project=project)
    response = as_kari.post(PAGE, posted(as_kari, PAGE, currency="EUR"))
    assert response.status_code == 302
    told = "The project is in EUR from now on. Its amounts in NOK are not converted"
    assert (told in said(response)) == has_amounts
    back = as_kari.post(PAGE, posted(as_kari, PAGE, reset="currency")).content.decode()
    assert ("The project is in NOK from now on." in back) == has_amounts


def test_the_same_currency_set_on_the_project_tells_nothing(as_kari, project):
    ExpenseFactory(project=project)
    assert said(as_kari.post(PAGE, posted(as_kari, PAGE, currency="NOK"))) == "Saved."


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_change_one_setting_at_once_one_wins_and_the_others_are_told(anne):
    ProjectFactory(number="5001")
    clients = [signed_in(anne) for _ in range(8)]
    forms = [posted(client, PAGE, credit_terms=str(n + 1)) for n, client in enumerate(clients)]
    codes = at_once(8, lambda n: clients[n].post(PAGE, forms[n]).status_code)
    assert sorted(codes) == [302] + [422] * 7


@pytest.mark.django_db(transaction=True)
def test_the_customers_and_the_projects_settings_changed_at_once_are_both_kept(anne):
    ProjectFactory(number="5001", customer__number="77")
    clients = [signed_in(anne), signed_in(anne)]
    urls = [PAGE, CUSTOMER]
    forms = [
        posted(client, url, credit_terms=str(14 + n))
        for n, (client, url) in enumerate(zip(clients, urls, strict=True))
    ]
    assert at_once(2, lambda n: clients[n].post(urls[n], forms[n]).status_code) == [302, 302]
    stored = Project.objects.select_related("customer").get()
    assert (stored.credit_terms, stored.customer.credit_terms) == (14, 15)
