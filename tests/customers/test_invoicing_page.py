"""The page of a customer's invoice settings: what it shows, refuses, warns of and keeps."""

from datetime import timedelta
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.utils import timezone
from lxml import html

from customers.models import Contact, Customer
from moment.models import CompanySettings
from tests.customers.invoicing_pages import CUSTOMER, badge, field, form_on, posted, row
from tests.factories import ContactFactory, CustomerFactory, PersonFactory, org_number
from tests.reaching import customer as customer_reached

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell AS", email="post@fjell.example")


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


# What people type


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("credit_terms", "0", 0),
        ("credit_terms", " 365 ", 365),
        ("credit_terms", "14 days", 14),
        ("discount", "12,5", Decimal("12.5")),
        ("discount", "12.5", Decimal("12.5")),
        ("discount", "12,50 %", Decimal("12.5")),
        ("discount", "100", Decimal(100)),
        ("charge_amount", "1 204,50", Decimal("1204.5")),
        ("charge_amount", "1\xa0204,50", Decimal("1204.5")),
        ("charge_amount", "1.204,50", Decimal("1204.5")),
        ("charge_amount", "1,204.50", Decimal("1204.5")),
        ("charge_amount", "1000000", Decimal(1_000_000)),
        ("your_reference", "  Avd.\t4 ", "Avd. 4"),
        ("invoice_text", "a\r\n\r\nb\x0bc", "a\n\nb\nc"),
        ("ledger_account", "15000000", "15000000"),
    ],
)
def test_it_is_kept_as_people_mean_it(as_kari, customer, name, typed, kept):
    assert as_kari.post(CUSTOMER, posted(as_kari, **{name: typed})).status_code == 302
    assert getattr(Customer.objects.get(), name) == kept


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("credit_terms", "-1", "It must be between 0 and 365 days."),
        ("credit_terms", "−1", "It must be between 0 and 365 days."),
        ("credit_terms", "9999", "It must be between 0 and 365 days."),
        ("credit_terms", "1" * 40, "It must be between 0 and 365 days."),
        ("credit_terms", "1" * 41, "at most 40 characters"),
        ("credit_terms", "a month", "This is not a number."),
        ("credit_terms", "1e3", "This is not a number."),
        ("credit_terms", "14.5", "Write a whole number."),
        ("discount", "100.01", "It must be between 0 and 100 %."),
        ("discount", "-5", "It must be between 0 and 100 %."),
        ("discount", "1.2.3", "This is not a number."),
        ("expense_surcharge", "5,4321", "Write it with two decimals at most."),
        ("charge_amount", "0." + "0" * 30 + "1", "Write it with two decimals at most."),
        ("charge_amount", "1 000 001", "It must be between 0 and 1,000,000."),
        ("charge_amount", "NaN", "This is not a number."),
        ("sales_account_domestic", "30", "An account has four to eight digits."),
        ("accounting_department", "<b>", "A code has up to 20 letters"),
        ("external_receiver", "scan", "valid email"),
        ("your_reference", "x" * 201, "at most 200 characters"),
        ("invoice_text", "x" * 2001, "at most 2000 characters"),
        ("invoice_text", "a\x00b", "Null characters are not allowed."),
        ("currency", "XYZ", "not one of the available choices"),
        ("invoice_type", "fax", "not one of the available choices"),
        ("invoice_contact", "999", "not one of the available choices"),
        ("invoice_contact", "' or 1=1", "not one of the available choices"),
        ("hours_rates", "maybe", "not one of the available choices"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_all_else_is_kept(
    as_kari, customer, name, typed, told
):
    other = "discount_text" if name != "discount_text" else "charge_text"
    response = as_kari.post(CUSTOMER, posted(as_kari, **{name: typed, other: "Typed"}))
    assert response.status_code == 422
    assert told in row(response, name).replace("e-mail", "email")
    assert "Not saved yet" in text_of(response)
    assert field(response, other) == "Typed"
    if "not one of" not in told and "\x00" not in typed:
        assert field(response, name) == typed
    assert 'aria-invalid="true"' in response.content.decode()
    stored = Customer.objects.get()
    assert (stored.version, stored.discount_text) == (1, None)


def test_many_settings_are_saved_at_once_as_one_change(as_kari, customer):
    before = timezone.now()
    changes = {"credit_terms": "45", "currency": "EUR", "hours_rates": "yes", "discount": "0"}
    response = as_kari.post(CUSTOMER, posted(as_kari, **changes), follow=True)
    assert response.redirect_chain == [(CUSTOMER, 302)]
    assert "Saved." in text_of(response)
    stored = Customer.objects.get()
    assert (stored.credit_terms, stored.currency, stored.hours_rates) == (45, "EUR", True)
    assert (stored.discount, stored.version) == (0, 2)
    assert stored.last_activity_at >= before
    log = LogEntry.objects.filter(action=LogEntry.Action.UPDATE)
    assert [entry.actor.username for entry in log] == ["kari"]
    assert set(log.get().changes) == set(changes)


def test_saving_what_is_there_already_changes_nothing(as_kari, customer):
    assert as_kari.post(CUSTOMER, posted(as_kari)).status_code == 302
    assert Customer.objects.get().version == 1
    assert not LogEntry.objects.filter(action=LogEntry.Action.UPDATE).exists()


def test_the_history_tells_of_settings_in_words(as_kari, customer):
    person = PersonFactory(name="Marit Olsen")
    contact = ContactFactory(customer=customer, person=person)
    as_kari.post(CUSTOMER, posted(as_kari, credit_terms="45", invoice_contact=str(contact.pk)))
    as_kari.post(CUSTOMER, posted(as_kari, reset="credit_terms"))
    told = " ".join(
        html.fromstring(as_kari.get("/customers/77/history/").content.decode())
        .get_element_by_id("main").text_content().split()
    )  # fmt: skip
    assert "Credit terms Company value 45 days" in told
    assert "Credit terms 45 days Company value" in told
    assert "Customer contact No value Marit Olsen" in told


def test_hostile_texts_are_shown_as_texts(as_kari, customer):
    hostile = '"><script>alert(1)</script>'
    as_kari.post(CUSTOMER, posted(as_kari, your_reference=hostile, invoice_text=hostile))
    response = as_kari.get(CUSTOMER)
    assert field(response, "your_reference") == field(response, "invoice_text") == hostile
    assert "<script>alert" not in response.content.decode()


def test_only_what_was_posted_is_changed(as_kari, customer):
    Customer.objects.update(credit_terms=14, discount=3)
    seen = posted(as_kari)["seen"]
    assert as_kari.post(CUSTOMER, {"seen": seen, "discount": "4"}).status_code == 302
    stored = Customer.objects.get()
    assert (stored.credit_terms, stored.discount) == (14, 4)


# Contacts


def test_the_contacts_of_today_are_offered_and_a_former_one_stays_where_it_was_chosen(
    as_kari, customer
):
    yesterday = timezone.localdate() - timedelta(days=1)
    here = ContactFactory(customer=customer, person=PersonFactory(name="Marit Olsen"))
    gone = {"employed_until": yesterday}
    left = ContactFactory(customer=customer, person=PersonFactory(name="Nils Berg"), **gone)
    ContactFactory(customer=customer, person=PersonFactory(name="Eva Dahl"), **gone)
    ContactFactory(person=PersonFactory(name="Somebody Else"))
    Customer.objects.filter(pk=customer.pk).update(invoice_contact=left)
    page = form_on(as_kari.get(CUSTOMER))
    names = [option.text for option in page.inputs["invoice_contact"].iter("option")]
    assert names == ["None", "Marit Olsen", "Nils Berg (former)"]
    assert field(as_kari.get(CUSTOMER), "invoice_contact") == str(left.pk)
    as_kari.post(CUSTOMER, posted(as_kari, invoice_contact=str(here.pk)))
    assert Customer.objects.get(pk=customer.pk).invoice_contact == here
    assert "Marit Olsen" in row(as_kari.get(CUSTOMER), "invoice_contact")


def test_a_contact_removed_meanwhile_cannot_be_chosen(as_kari, customer, monkeypatch):
    contact = ContactFactory(customer=customer)
    data = posted(as_kari, invoice_contact=str(contact.pk))
    lock = Customer.with_merged.select_for_update

    def locked_too_late(*args, **options):
        Contact.objects.update(customer=CustomerFactory())  # when the form has let it pass
        return lock(*args, **options)

    monkeypatch.setattr(Customer.with_merged, "select_for_update", locked_too_late)
    response = as_kari.post(CUSTOMER, data)
    assert response.status_code == 422
    assert "This contact is not here any more." in row(response, "invoice_contact")
    assert Customer.objects.get(number="77").invoice_contact is None


# Abroad


def test_only_customers_abroad_have_a_scheme_and_an_identifier(as_kari, customer):
    norwegian = as_kari.get(CUSTOMER)
    assert "endpoint_scheme" not in norwegian.content.decode()
    assert "EHF address" in text_of(norwegian)
    as_kari.post(CUSTOMER, posted(as_kari) | {"endpoint_scheme": "0007"})
    assert Customer.objects.get().endpoint_scheme is None
    Customer.objects.update(country="SE")
    abroad = as_kari.get(CUSTOMER)
    assert "EHF address" not in text_of(abroad)
    data = posted(as_kari, endpoint_scheme="0007", endpoint_id="5560360793")
    assert as_kari.post(CUSTOMER, data).status_code == 302
    stored = Customer.objects.get()
    assert (stored.endpoint_scheme, stored.endpoint_id) == ("0007", "5560360793")
    response = as_kari.post(CUSTOMER, posted(as_kari, endpoint_scheme="7"))
    assert "A scheme has four digits, like 0007." in row(response, "endpoint_scheme")


@pytest.mark.parametrize("scheme", ["9999", "0001", "0177"])
def test_a_scheme_is_one_of_peppols(as_kari, customer, scheme):
    Customer.objects.update(country="SE")
    sent = posted(as_kari, endpoint_scheme=scheme, endpoint_id="5560360793")
    response = as_kari.post(CUSTOMER, sent)
    assert response.status_code == 422
    assert f"Peppol has no scheme {scheme}." in row(response, "endpoint_scheme")
    assert field(response, "endpoint_scheme") == scheme
    assert Customer.objects.get().endpoint_scheme is None


def test_a_scheme_that_is_stored_already_is_shown_and_warned_of(as_kari, customer):
    Customer.objects.update(country="SE", endpoint_scheme="9999", endpoint_id="1")
    page = as_kari.get(CUSTOMER)
    assert field(page, "endpoint_scheme") == "9999"
    assert "Peppol has no scheme 9999." in row(page, "endpoint_scheme")
    assert as_kari.post(CUSTOMER, posted(as_kari, discount="5")).status_code == 302
    assert Customer.objects.get().endpoint_scheme == "9999"


# Warnings


REFERENCE = "EHF needs your reference or the order reference"


@pytest.mark.parametrize(
    ("reach", "told"),
    [
        ("none", "EHF is not possible: there is no company reg. no."),
        ("no", "EHF is not possible: the customer has not registered to receive it."),
        ("never", "It is not known yet whether EHF arrives."),
        ("yes", ""),
    ],
)
def test_ehf_that_may_not_arrive_is_warned_of(as_kari, reach, told):
    customer_reached(reach, number="77", invoice_type="ehf", order_reference="B-12")
    shown = row(as_kari.get(CUSTOMER), "invoice_type")
    assert (told in shown) if told else ("EHF is" not in shown and "not known" not in shown)


def test_ehf_without_any_reference_is_warned_of(as_kari):
    customer_reached("yes", number="77", invoice_type="ehf")
    assert REFERENCE in row(as_kari.get(CUSTOMER), "your_reference")
    as_kari.post(CUSTOMER, posted(as_kari, order_reference="B-12"))
    assert REFERENCE not in text_of(as_kari.get(CUSTOMER))
    as_kari.post(CUSTOMER, posted(as_kari, order_reference="", your_reference="Marit"))
    assert REFERENCE not in text_of(as_kari.get(CUSTOMER))
    as_kari.post(CUSTOMER, posted(as_kari, your_reference="", invoice_type="letter"))
    assert REFERENCE not in text_of(as_kari.get(CUSTOMER))


def test_ehf_abroad_without_an_address_is_warned_of(as_kari, customer):
    Customer.objects.update(country="SE", invoice_type="ehf", your_reference="Marit")
    page = as_kari.get(CUSTOMER)
    assert "EHF needs the scheme" in row(page, "endpoint_scheme")
    assert "EHF needs the receiver's identifier" in row(page, "endpoint_id")
    Customer.objects.update(endpoint_scheme="0007", invoice_type="email")
    page = as_kari.get(CUSTOMER)  # half an address is none, however invoices go
    assert "EHF needs" not in row(page, "endpoint_scheme")
    assert "EHF needs the receiver's identifier" in row(page, "endpoint_id")
    Customer.objects.update(endpoint_scheme=None)
    assert "EHF needs" not in text_of(as_kari.get(CUSTOMER))


def test_e_mail_without_anybody_to_write_to_is_warned_of(as_kari, customer):
    told = "There is no e-mail address to send invoices to."
    assert told not in row(as_kari.get(CUSTOMER), "invoice_type")
    Customer.objects.update(email="")
    assert told in row(as_kari.get(CUSTOMER), "invoice_type")
    as_kari.post(CUSTOMER, posted(as_kari, external_receiver="scan@fjell.example"))
    page = as_kari.get(CUSTOMER)
    assert told not in text_of(page)
    assert "scan@fjell.example" in text_of(page)


def test_the_address_of_ehf_is_shown_with_what_is_known_of_it(as_kari):
    number = org_number(900)
    customer_reached("yes", 900, number="77")
    shown = text_of(as_kari.get(CUSTOMER))
    assert f"0192:{number}" in shown
    assert "Can receive invoices and credit notes" in shown
    assert "Register" in shown


# Rights


def test_who_may_only_look_sees_the_values_and_no_field(as_per, customer):
    Customer.objects.update(credit_terms=14, invoice_text="En linje\nog en til")
    CompanySettings(pk=1, discount=5).save()
    response = as_per.get(CUSTOMER)
    html = response.content.decode()
    assert "14 days" in row(response, "credit_terms")
    assert badge(response, "credit_terms") == "Customer"
    assert "5 %" in row(response, "discount")
    assert badge(response, "discount") == "Company"
    assert "En linje<br>og en til" in html
    for sign in ('name="seen"', 'name="credit_terms"', "Use company value", ">Save<"):
        assert sign not in html
    assert as_per.post(CUSTOMER, {"credit_terms": "1"}).status_code == 403
    assert as_per.post(CUSTOMER, {"reset": "credit_terms"}).status_code == 403
    assert as_per.post("/customers/404404/invoicing/").status_code == 403
    assert Customer.objects.get().credit_terms == 14


def test_hourly_rates_are_linked_for_those_who_may_see_money(as_per, as_kari, customer):
    assert "Hourly rates" in text_of(as_kari.get(CUSTOMER))
    assert "Hourly rates" not in text_of(as_per.get(CUSTOMER))


def test_an_old_number_leads_to_the_page_of_the_present_one(as_kari, customer):
    customer.used_numbers.create(number="76")
    response = as_kari.get("/customers/76/invoicing/")
    assert (response.status_code, response["Location"]) == (302, CUSTOMER)
    data = posted(as_kari, credit_terms="9")
    assert as_kari.post("/customers/76/invoicing/", data)["Location"] == CUSTOMER
    assert Customer.objects.get().credit_terms == 9
    assert as_kari.get("/customers/404404/invoicing/").status_code == 404
