"""The demo's profiles: contacts, recipients, rates, sites, settings, papers, the company."""

from io import BytesIO, StringIO

import pypdf
import pytest
from django.core.management import call_command
from stdnum.no import kontonr

from customers import search
from customers.invoicing import effective
from customers.models import (
    Contact,
    Customer,
    File,
    HourlyRate,
    InvoiceRecipient,
    OtherAddress,
    Person,
)
from moment.content import open_content
from moment.invoice_settings.choices import Level
from moment.models import BankAccount, CompanySettings, Content
from registry import postcodes
from registry.org_number import is_valid

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def debug(settings, tmp_path):
    settings.DEBUG = True
    settings.MEDIA_ROOT = str(tmp_path)


def demo(customers=60, entities=300):
    said = StringIO()
    call_command("demo", customers=customers, entities=entities, weeks=0, stdout=said)
    return said.getvalue()


def test_what_hangs_on_customers_would_pass_the_forms():
    demo()
    for model in (Person, Contact, InvoiceRecipient, HourlyRate, OtherAddress, BankAccount):
        rows = model.objects.all()
        assert rows, model
        for row in rows:
            row.full_clean()
    assert Contact.objects.filter(employed_until__isnull=False).exists()
    assert any(person.contacts.count() > 1 for person in Person.objects.all())
    for customer in Customer.objects.all():
        customer.full_clean()


def test_the_search_finds_persons_and_their_customers():
    demo()
    contact = Contact.objects.filter(employed_until=None).first()
    words = contact.person.name
    assert contact.customer in Customer.objects.filter(search.walked(words))
    assert contact.person.search_text == contact.person.searchable()


def test_some_customers_have_settings_of_their_own():
    demo()
    storfjell = effective(Customer.objects.get(name="Storfjell kommune"))
    assert storfjell["your_reference"].value == "AVD-4410 Marit Olsen"
    assert storfjell["your_reference"].origin == Level.CUSTOMER
    assert storfjell["invoice_footer"].origin == Level.COMPANY
    assert storfjell["discount"].origin == Level.STANDARD


def test_the_company_is_fictional_and_whole():
    demo()
    company = CompanySettings.current()
    assert is_valid(company.org_number)
    assert company.org_number[0] in "23"
    assert company.logo.kind == "image/png"
    assert kontonr.is_valid(BankAccount.objects.first().number)


def test_files_are_what_they_are_called():
    demo()
    storfjell = Customer.objects.get(name="Storfjell kommune")
    agreement = storfjell.files.get(name="Rammeavtale 2024-118.pdf")
    with open_content(agreement.content) as file:
        assert len(pypdf.PdfReader(BytesIO(file.read())).pages) == 1
    assert storfjell.files.filter(is_invoice_attachment=True).count() == 1
    kinds = set(File.objects.values_list("content__kind", flat=True))
    assert {"application/pdf", "image/jpeg", "image/png"} < kinds


def test_postcodes_are_learnt_from_the_fictional_register():
    demo()
    assert postcodes.place_of("9008") == "Tromsø"


def test_twice_changes_nothing_whatever_people_did_meanwhile():
    demo()
    File.objects.first().delete()
    Contact.objects.first().delete()
    CompanySettings.objects.update(name="Vårt navn AS", logo=None)
    models = (
        *(Contact, Content, Customer, File, HourlyRate, InvoiceRecipient, OtherAddress, Person),
        *(BankAccount, CompanySettings),
    )
    before = {model: list(model.objects.order_by("pk").values()) for model in models}
    assert "nothing to add" in demo()
    assert before == {model: list(model.objects.order_by("pk").values()) for model in models}


def test_a_larger_number_fills_only_the_new_ones():
    demo(customers=30)
    first = set(Contact.objects.values_list("pk", flat=True))
    demo(customers=60)
    assert first < set(Contact.objects.values_list("pk", flat=True))
