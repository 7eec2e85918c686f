"""History tells of everything that hangs on a customer, in words."""

from datetime import date
from decimal import Decimal

import pytest
from auditlog.models import LogEntry

from customers import contacts, holding, notes, rates
from customers.contacts import Details, Post
from customers.models import Customer, File
from moment.models import Content
from tests.customers.changes import newest, titles, told
from tests.factories import (
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
    PersonFactory,
    ProjectRoleFactory,
)

pytestmark = pytest.mark.django_db
URL = "/customers/77/history/"


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def content(db):
    return Content.objects.create(sha256="a" * 64, size=9, kind="application/pdf", path="aa/a")


# What is told


def test_a_contact_is_told_from_the_beginning_to_the_end(customer):
    tag = ContactTagFactory(name="Økonomi")
    details = Details("Eva Berg", emails=["eva@fjell.example"], phone="77 00 00 01")
    contact = contacts.add_new(customer, details, Post(title="Leder", tags=[tag]))
    assert ("Contact added", "Eva Berg", [("Title", "", "Leder")]) in told(customer)
    assert ("Contact changed", "Eva Berg", [("Tags", "", "Økonomi")]) in told(customer)
    assert ("E-mail address added", "Eva Berg", [("E-mail", "", "eva@fjell.example")]) in told(
        customer
    )
    version = contact.person.version
    changed = Details("Eva Dahl", emails=["eva@fjell.example"])
    contacts.save(contact, version, changed, Post(employed_until=date(2020, 5, 17)))
    entries = told(customer)
    assert (
        "Contact changed",
        "Eva Dahl",
        [("Title", "Leder", ""), ("Employed until", "", "17 May 2020")],
    ) in entries
    assert (
        "Person changed",
        "Eva Dahl",
        [("Name", "Eva Berg", "Eva Dahl"), ("Phone", "77 00 00 01", "")],
    ) in entries
    assert ("Contact changed", "Eva Dahl", [("Tags", "Økonomi", "")]) in entries
    contacts.remove(contact)
    assert newest(customer) == (
        "Contact removed",
        "Eva Dahl",
        [("Employed until", "17 May 2020", "")],
    )


def test_what_happens_to_a_person_is_told_at_each_of_their_customers_alone(customer):
    other, stranger = CustomerFactory(), CustomerFactory()
    person = PersonFactory(name="Eva Berg")
    for where in (customer, other):
        ContactFactory(customer=where, person=person)
    person.mobile = "900 00 000"
    person.save()
    line = ("Person changed", "Eva Berg", [("Mobile", "", "900 00 000")])
    assert newest(customer) == newest(other) == line
    assert line not in told(stranger)


def test_a_file_is_told_also_when_it_is_gone(customer, content, kari):
    file = File.objects.create(
        customer=customer, name="avtale.pdf", content=content, uploaded_by=kari
    )
    assert newest(customer) == ("File added", "avtale.pdf", [])
    file.name, file.is_invoice_attachment = "rammeavtale.pdf", True
    file.save()
    assert newest(customer) == (
        "File changed",
        "rammeavtale.pdf",
        [("Name", "avtale.pdf", "rammeavtale.pdf"), ("Invoice attachment", "No", "Yes")],
    )
    file.content = Content.objects.create(sha256="b" * 64, size=9, kind="text/plain", path="b/b")
    file.save()
    assert newest(customer) == (
        "File replaced",
        "rammeavtale.pdf",
        [("Content", "", "A new version")],
    )
    file.delete()
    assert newest(customer)[:2] == ("File deleted", "rammeavtale.pdf")
    assert ("Invoice attachment", "Yes", "") in newest(customer)[2]


def test_rates_are_told_to_those_who_may_see_them_alone(customer, kari, per, as_per):
    role = ProjectRoleFactory(name="Tegner")
    rate = HourlyRateFactory(customer=customer, role=role, rate=Decimal("1250"))
    rate.rate, rate.valid_from = Decimal("1300.50"), date(2020, 1, 1)
    rates.save(rate, shown=rates.holding.seen(type(rate).objects.get(), rates.SHOWN))
    assert newest(customer, kari) == (
        "Hourly rate changed",
        "Tegner",
        [("Hourly rate", "1,250.00", "1,300.50"), ("From", "", "1 Jan 2020")],
    )
    for viewer in (per, None):
        assert not any("rate" in title for title in titles(customer, viewer))
    assert "1,300.50" not in as_per.get(URL).content.decode()
    entry = LogEntry.objects.latest("pk")
    assert as_per.get(f"{URL}{entry.pk}/rate/").status_code == 404


def test_the_colleague_of_a_rate_is_named(customer, kari):
    HourlyRateFactory(customer=customer, user=kari, role=None, rate=900)
    title, subject, changes = newest(customer, kari)
    assert (title, subject) == ("Hourly rate added", "Kari Lunde")
    assert changes == [("Hourly rate", "", "900.00")]


def test_recipients_and_other_addresses_are_told(customer):
    recipient = InvoiceRecipientFactory(customer=customer, email="faktura@fjell.example")
    recipient.kind = "cc"
    recipient.save()
    assert newest(customer) == (
        "Invoice recipient changed",
        "faktura@fjell.example",
        [("As", "To", "Copy")],
    )
    contact = ContactFactory(customer=customer, person__name="Eva Berg")
    InvoiceRecipientFactory(customer=customer, email="", contact=contact)
    assert newest(customer) == (
        "Invoice recipient added",
        "Eva Berg",
        [("As", "", "To")],
    )
    address = OtherAddressFactory(customer=customer, label="Lager", country="SE")
    address.country = ""
    address.save()
    assert newest(customer) == ("Address changed", "Lager", [("Country", "Sweden", "")])
    address.delete()
    title, subject, changes = newest(customer)
    assert (title, subject) == ("Address removed", "Lager")
    assert ("Street", "Havnegata 1", "") in changes


def test_notes_are_told_with_what_became_of_them(customer, kari):
    note = notes.add(customer, text="Ring Eva.", author=kari)
    notes.pin(note, True)
    notes.edit(note, text="Ring Ida.", version=1)
    holding.delete(note)
    assert told(customer)[:4] == [
        ("Note deleted", "", [("Note", "Ring Ida.", ""), ("Pinned", "Yes", "")]),
        ("Note changed", "", [("Note", "Ring Eva.", "Ring Ida.")]),
        ("Note pinned", "", [("Pinned", "No", "Yes")]),
        ("Note written", "", [("Note", "", "Ring Eva.")]),
    ]


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        ("credit_terms", 14, ("Credit terms", "Company value", "14 days")),
        ("credit_terms", 0, ("Credit terms", "Company value", "0 days")),
        ("attach_files", False, ("Attach files", "Company value", "No")),
        ("discount", Decimal("12.5"), ("Discount", "Company value", "12.5 %")),
        ("charge_amount", Decimal(1200), ("Administrative charge", "Company value", "1,200.00")),
        ("invoice_type", "ehf", ("Preferred invoice type", "Company value", "EHF")),
        ("your_reference", "Eva", ("Your reference", "No value", "Eva")),
        ("country", "SE", ("Country", "Norway", "Sweden")),
        ("status", "blocked", ("Status", "Active", "Blocked")),
        ("invoice_country", "DK", ("Invoice address, country", "", "Denmark")),
        ("number", "78", ("Number", "77", "78")),
        ("name", "None", ("Name", "Fjell AS", "None")),
    ],
)
def test_fields_of_the_customer_are_told_in_words(customer, field, value, line):
    setattr(customer, field, value)
    customer.save()
    assert newest(customer) == ("Customer changed", "", [line])


def test_people_and_contacts_are_named_and_who_is_gone_is_said_to_be(customer, kari):
    contact = ContactFactory(customer=customer, person__name="Eva Berg")
    customer.responsible, customer.invoice_contact = kari, contact
    customer.save()
    assert newest(customer)[2] == [
        ("Responsible", "", "Kari Lunde"),
        ("Customer contact", "No value", "Eva Berg"),
    ]
    Customer.objects.update(invoice_contact=None)
    type(contact).objects.all().delete()
    lines = [line for _title, _subject, lines in told(customer) for line in lines]
    assert ("Customer contact", "No value", "A contact no longer here") in lines


def test_an_entry_of_an_earlier_version_of_moment_is_told_without_what_is_gone(customer):
    LogEntry.objects.log_create(
        customer,
        action=LogEntry.Action.UPDATE,
        changes={"fax": ["1", "2"], "phone": ["", "77"], "customer_ptr": ["1", "2"]},
    )
    assert newest(customer) == ("Customer changed", "", [("Phone", "", "77")])


def test_nothing_of_another_customer_is_told(customer, kari):
    other = CustomerFactory(number="78")
    OtherAddressFactory(customer=other)
    # The key of a row that hangs on the other one may be this customer's.
    NoteFactory(pk=customer.pk, customer=other, text="Samme nøkkel")
    assert titles(customer, kari) == ["Customer created"]


def test_what_people_wrote_is_text_never_markup(as_per, customer):
    NoteFactory(customer=customer, text="<img src=x onerror=alert(1)>")
    OtherAddressFactory(customer=customer, label="<script>1</script>")
    html = as_per.get(URL).content.decode()
    assert "<img src=x" not in html
    assert "<script>1" not in html
    assert "&lt;script&gt;1" in html
