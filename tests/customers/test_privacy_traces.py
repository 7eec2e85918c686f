"""What names a person in free text is found, whatever its case, and told: it has to be kept."""

import pytest
from auditlog.models import LogEntry

from customers import holding, privacy, restoring, traces
from customers.invoicing import NoSuchContact, save
from customers.models import Customer, MailingList
from tests.factories import ContactFactory, CustomerFactory, NoteFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db):
    return PersonFactory(name="Åse Ørland")


def found(person) -> dict[str, list[int]]:
    return traces.in_free_text(traces.known_of(person))


@pytest.mark.parametrize("query", ["q=%C3%A5se+%C3%B8rland", "status=all&q=%C3%85SE+%C3%98RLAND"])
def test_a_list_that_searches_for_the_person_is_told(person, kari, query):
    kept = MailingList.objects.create(name="x", query=query, created_by=kari)
    MailingList.objects.create(name="y", query="q=ås", created_by=kari)
    assert found(person)["lists"] == [kept.pk]


@pytest.mark.parametrize("text", ["snakket med åse ørland", "ÅSE ØRLAND ringte"])
def test_a_note_is_found_whatever_the_case(person, text):
    note = NoteFactory(text=text)
    assert found(person)["notes"] == [note.pk]


def test_what_a_deleted_note_said_is_told_as_history(person):
    note = NoteFactory(text="Snakket med Åse Ørland om taket.")
    customer = note.customer
    holding.delete(note)
    NoteFactory(text="Om noe annet.")
    assert found(person) == {"history": [customer.pk]}
    [told] = traces.mentions(found(person))
    assert told.places == [
        (f"{customer.number} {customer.name}", f"/customers/{customer.number}/history/")
    ]


def test_nobody_erased_becomes_the_contact_on_invoices_again(anne, kari):
    customer = CustomerFactory()
    contact = ContactFactory(customer=customer)
    for chosen in (contact, None):
        customer.invoice_contact = chosen
        customer.save()
    entry = LogEntry.objects.filter(changes__has_key="invoice_contact").latest("pk")
    privacy.erase(contact.person, anne)
    customer = Customer.objects.get(pk=customer.pk)
    with pytest.raises(restoring.CannotPutBack):
        restoring.offer(entry, "invoice_contact", kari, customer)
    with pytest.raises(NoSuchContact):
        save(customer, {"invoice_contact": contact.pk}, {"invoice_contact": ""})
