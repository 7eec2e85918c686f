"""Two people at the same invoice settings: on one level, on two, and when one is given up."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers import invoicing
from customers.models import Customer
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import on
from moment.models import CompanySettings
from moment.setup.saving import save_invoicing
from tests.conftest import signed_in
from tests.customers.invoicing_pages import COMPANY, CUSTOMER, badge, field, fields, posted, row
from tests.factories import CustomerFactory, UserFactory
from tests.moment.setting_values import project
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell AS", email="post@fjell.example")


@pytest.fixture
def theirs():
    """Somebody else, who may do everything."""
    return signed_in(UserFactory(is_superuser=True))


# On one level


def test_what_others_changed_meanwhile_is_kept_without_a_word(as_kari, customer, theirs):
    mine = posted(as_kari, credit_terms="14")
    theirs.post(CUSTOMER, posted(theirs, discount="5", invoice_type="ehf"))
    assert as_kari.post(CUSTOMER, mine).status_code == 302
    stored = Customer.objects.get()
    assert (stored.credit_terms, stored.discount, stored.invoice_type) == (14, 5, "ehf")
    assert stored.version == 3


@pytest.mark.parametrize("url", [CUSTOMER, COMPANY])
def test_what_both_changed_is_told_with_both_values(as_anne, customer, theirs, url):
    mine = posted(as_anne, url, credit_terms="14", charge_text="Typed by me")
    theirs.post(url, posted(theirs, url, credit_terms="45", discount="12,5"))
    response = as_anne.post(url, mine)
    assert response.status_code == 422
    html = response.content.decode()
    assert "Changed meanwhile by somebody else, so nothing is saved yet." in html
    assert "Changed meanwhile to “45 days”." in row(response, "credit_terms")
    assert field(response, "credit_terms") == "14"
    assert field(response, "charge_text") == "Typed by me"
    assert field(response, "discount") == "12.5"  # what I left alone follows
    level = CompanySettings if url == COMPANY else Customer
    assert level.objects.get().credit_terms == 45
    assert level.objects.get().charge_text is None
    assert as_anne.post(url, fields(response)).status_code == 302
    stored = level.objects.get()
    assert (stored.credit_terms, stored.charge_text, stored.discount) == (14, "Typed by me", 12.5)


def test_a_value_that_others_gave_up_is_told_in_words(as_kari, customer, theirs):
    Customer.objects.update(credit_terms=45)
    mine = posted(as_kari, credit_terms="14")
    theirs.post(CUSTOMER, posted(theirs, reset="credit_terms"))
    response = as_kari.post(CUSTOMER, mine)
    assert "Changed meanwhile to “Company value”." in row(response, "credit_terms")
    assert Customer.objects.get().credit_terms is None


def test_the_same_change_by_two_is_one(as_kari, customer, theirs):
    mine = posted(as_kari, credit_terms="45")
    theirs.post(CUSTOMER, posted(theirs, credit_terms="45"))
    assert as_kari.post(CUSTOMER, mine).status_code == 302
    assert Customer.objects.get().version == 2


@pytest.mark.parametrize(
    "seen", ["", "{", "[]", "3", "[" * 100_000, '{"credit_terms": 3}', '{"x": "\\ud800"}']
)
def test_a_form_that_does_not_say_what_it_saw_overwrites_nothing(as_kari, customer, seen):
    Customer.objects.update(credit_terms=45)
    data = posted(as_kari, credit_terms="14") | {"seen": seen}
    response = as_kari.post(CUSTOMER, data)
    assert response.status_code == 422
    assert "Changed meanwhile to “45 days”." in row(response, "credit_terms")
    assert field(response, "credit_terms") == "14"
    assert Customer.objects.get().credit_terms == 45


def test_an_edit_form_opened_before_is_told_of_a_changed_setting(as_kari, customer):
    version = Customer.objects.get().version
    as_kari.post(CUSTOMER, posted(as_kari, currency="EUR"))
    assert Customer.objects.get().version == version + 1


# Giving one up


def test_one_click_gives_up_one_value_and_saves_nothing_else(as_kari, customer):
    Customer.objects.update(credit_terms=14, discount=3)
    CompanySettings(pk=1, credit_terms=20).save()
    data = posted(as_kari, reset="credit_terms", discount="wrong", your_reference="Typed")
    response = as_kari.post(CUSTOMER, data)
    assert response.status_code == 200
    assert (badge(response, "credit_terms"), field(response, "credit_terms")) == ("Company", "")
    assert field(response, "discount") == "wrong"  # told when it is saved
    assert "This is not a number." not in response.content.decode()
    stored = Customer.objects.get()
    assert (stored.credit_terms, stored.discount, stored.your_reference) == (None, 3, None)

    again = as_kari.post(CUSTOMER, fields(response) | {"discount": "4"})
    assert again.status_code == 302
    stored = Customer.objects.get()
    assert (stored.credit_terms, stored.discount, stored.your_reference) == (None, 4, "Typed")


def test_what_others_changed_before_is_not_given_up_unseen(as_kari, customer, theirs):
    Customer.objects.update(credit_terms=14)
    data = posted(as_kari, reset="credit_terms", your_reference="Typed")
    theirs.post(CUSTOMER, posted(theirs, credit_terms="45"))
    response = as_kari.post(CUSTOMER, data)
    assert response.status_code == 422
    assert "Changed meanwhile to “45 days”." in row(response, "credit_terms")
    assert Customer.objects.get().credit_terms == 45
    assert field(response, "your_reference") == "Typed"
    again = as_kari.post(CUSTOMER, fields(response) | {"reset": "credit_terms"})
    assert again.status_code == 200
    assert Customer.objects.get().credit_terms is None


def test_what_others_changed_elsewhere_is_not_undone_after_a_reset(as_kari, customer, theirs):
    Customer.objects.update(credit_terms=14, discount=3)
    data = posted(as_kari, reset="credit_terms")
    theirs.post(CUSTOMER, posted(theirs, discount="5"))
    response = as_kari.post(CUSTOMER, data)
    assert field(response, "discount") == "3"  # as it was shown
    assert as_kari.post(CUSTOMER, fields(response)).status_code == 302
    assert Customer.objects.get().discount == 5


@pytest.mark.parametrize("name", ["nothing", "name", "pk", "seen", "endpoint_id", "__class__"])
def test_only_a_setting_can_be_given_up(as_kari, customer, name):
    Customer.objects.update(credit_terms=14)
    assert as_kari.post(CUSTOMER, posted(as_kari, reset=name)).status_code in (200, 302)
    stored = Customer.objects.get()
    assert (stored.credit_terms, stored.name) == (14, "Fjell AS")


def test_the_company_has_always_a_currency_and_an_invoice_type(as_anne):
    for name in ("currency", "invoice_type"):
        assert as_anne.post(COMPANY, posted(as_anne, COMPANY, reset=name)).status_code == 200
        assert as_anne.post(COMPANY, posted(as_anne, COMPANY, **{name: ""})).status_code == 422
    company = CompanySettings.current()
    assert (company.currency, company.invoice_type) == ("NOK", "email")


# On two levels at once


@pytest.mark.django_db(transaction=True)
def test_two_levels_changed_at_once_are_both_kept(anne):
    CustomerFactory(number="77", name="Fjell AS", email="post@fjell.example")
    clients = [signed_in(anne), signed_in(anne)]
    urls = [CUSTOMER, COMPANY]
    values = [{"credit_terms": "14", "discount": ""}, {"credit_terms": "45", "discount": "5"}]
    forms = [
        posted(client, url, **value)
        for client, url, value in zip(clients, urls, values, strict=True)
    ]
    codes = at_once(2, lambda n: clients[n].post(urls[n], forms[n]).status_code)
    assert codes == [302, 302]
    found = invoicing.effective(Customer.objects.get())
    assert (found.value("credit_terms"), found["credit_terms"].origin) == (14, Level.CUSTOMER)
    assert (found.value("discount"), found["discount"].origin) == (5, Level.COMPANY)
    assert found.inherited("credit_terms", Level.CUSTOMER).value == 45


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("url", [CUSTOMER, COMPANY])
def test_of_eight_who_change_one_setting_at_once_one_wins_and_the_others_are_told(anne, url):
    CustomerFactory(number="77", name="Fjell AS")
    clients = [signed_in(anne) for _ in range(8)]
    forms = [posted(client, url, credit_terms=str(n + 1)) for n, client in enumerate(clients)]
    codes = at_once(8, lambda n: clients[n].post(url, forms[n]).status_code)
    assert sorted(codes) == [302] + [422] * 7


@pytest.mark.django_db(transaction=True)
def test_eight_who_change_different_settings_at_once_all_succeed(anne):
    CustomerFactory(number="77", name="Fjell AS")
    names = [
        "your_reference", "order_reference", "contract_reference", "line_above_name",
        "line_below_name", "charge_text", "discount_text", "invoice_text",
    ]  # fmt: skip
    clients = [signed_in(anne) for _ in names]
    forms = [
        posted(client, **{name: f"Of {name}"}) for client, name in zip(clients, names, strict=True)
    ]
    codes = at_once(8, lambda n: clients[n].post(CUSTOMER, forms[n]).status_code)
    assert codes == [302] * 8
    stored = Customer.objects.get()
    assert [getattr(stored, name) for name in names] == [f"Of {name}" for name in names]
    assert stored.version == 9


# Asking what holds


def queries(act) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_what_holds_is_asked_in_one_query_for_one_or_a_hundred(customer):
    CompanySettings(pk=1, credit_terms=20).save()
    CustomerFactory.create_batch(99)
    Customer.objects.filter(number="77").update(credit_terms=14)
    stored = Customer.objects.get(number="77")
    assert queries(lambda: invoicing.effective(stored).value("credit_terms")) == 1
    customers = list(Customer.objects.order_by("pk"))

    def all_of_them():
        found = invoicing.effective_of(customers)
        assert len(found) == 100
        for one in customers:
            expected = (14, "customer") if one.number == "77" else (20, "company")
            held = found[one.pk]["credit_terms"]
            assert (held.value, held.origin) == expected
            assert len([held.value for held in found[one.pk].values()]) == len(found[one.pk])

    assert queries(all_of_them) == 1


def test_a_project_goes_before_its_customer(customer):
    CompanySettings(pk=1, credit_terms=20, discount=5, charge_amount=75).save()
    Customer.objects.update(credit_terms=14, discount=0)
    mine = project(credit_terms=7)
    found = invoicing.effective(Customer.objects.get(), mine)
    held = {name: (found.value(name), found[name].origin) for name in found}
    assert held["credit_terms"] == (7, Level.PROJECT)
    assert held["discount"] == (0, Level.CUSTOMER)
    assert held["charge_amount"] == (75, Level.COMPANY)
    assert held["language"] == ("nb", Level.STANDARD)
    assert {one.name for one in on(Level.PROJECT)} == set(found)


def test_the_company_is_made_when_somebody_first_changes_it(db):
    assert not CompanySettings.objects.exists()
    assert save_invoicing({"credit_terms": 20}, {"credit_terms": ""}) == ["credit_terms"]
    assert CompanySettings.objects.get().credit_terms == 20
