"""What invoices keep about a person is handed over, and erased where bookkeeping lets it be."""

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from customers import privacy
from moment.ledger.models import Delivery, Invoice, Statement
from moment.ledger.privacy import NOBODY
from tests.factories import ContactFactory, CustomerFactory
from tests.ledger.making import draft, invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact():
    return ContactFactory(
        customer=CustomerFactory(number="77"),
        person__name="Eva Moen",
        person__emails=["eva@moen.example"],
    )


def delivery(made, to, by, **columns):
    values = {"way": "email", "to": to, "message": "Hei Eva", "made_by": by}
    return Delivery.objects.create(invoice=made, **values | columns)


def statement(customer, to, by):
    return Statement.objects.create(
        customer=customer, at=timezone.localdate(), to=to, message="Hei Eva", made_by=by
    )


def test_invoices_and_deliveries_are_handed_over(contact, kari):
    made = invoice(contact.customer, by=kari, contact="Eva Moen")
    invoice(contact.customer, by=kari, contact="Eva Moene")
    delivery(made, "post@fjell.example, Eva@Moen.example", kari)
    delivery(made, "reva@moen.example", kari)
    statement(contact.customer, "eva@moen.example", kari)
    found = privacy.export(contact.person)
    assert found["invoices_to"] == [{"invoice": "20001", "issued_on": made.issued_on}]
    assert [one["address"] for one in found["deliveries_of_invoices"]] == [
        "post@fjell.example, Eva@Moen.example"
    ]
    assert [one["message"] for one in found["statements_of_account"]] == ["Hei Eva"]


def test_erasing_leaves_what_is_booked_and_forgets_where_it_was_sent(contact, kari, anne):
    made = invoice(contact.customer, by=kari, contact="Eva Moen")
    waiting = draft(contact.customer, contact="Eva Moen")
    mine = delivery(made, "post@fjell.example, Eva@Moen.example", kari, error="No such: eva@")
    copied = delivery(made, "post@fjell.example", kari, copy_to="eva@moen.example")
    other = delivery(made, "reva@moen.example", kari)
    told = statement(contact.customer, "eva@moen.example", kari)
    privacy.erase(contact.person, anne)
    for row in (made, waiting, mine, copied, other, told):
        row.refresh_from_db()
    assert (made.contact, waiting.contact, waiting.version) == ("Eva Moen", "", 2)
    assert (mine.to, mine.message, mine.error) == (f"post@fjell.example, {NOBODY}", "", "")
    assert (copied.to, copied.copy_to) == ("post@fjell.example", NOBODY)
    assert (other.to, other.message) == ("reva@moen.example", "Hei Eva")
    assert (told.to, told.message) == (NOBODY, "")
    for entry in LogEntry.objects.get_for_object(waiting):
        assert "Eva" not in f"{entry.changes}{entry.changes_text}"


def test_an_address_of_somebody_else_too_stays(contact, kari, anne):
    ContactFactory(person__emails=["eva@moen.example"])
    plain = delivery(invoice(contact.customer, by=kari), "eva@moen.example", kari)
    privacy.erase(contact.person, anne)
    plain.refresh_from_db()
    assert plain.to == "eva@moen.example"


def test_what_had_to_be_kept_is_told(contact, kari, anne, as_anne):
    made = invoice(contact.customer, by=kari, contact="Eva Moen")
    waiting = draft(CustomerFactory(name="Vidde AS"))
    waiting.lines.update(text="Workshop with Eva Moen")
    person = contact.person
    privacy.erase(person, anne)
    kept = {str(one.kind): one.places for one in privacy.kept_of(person)}
    assert [words for words, _url in kept["Invoices, kept by the Bookkeeping Act"]] == ["20001"]
    assert [words for words, _url in kept["Drafts of invoices"]] == ["Vidde AS"]
    for places in kept.values():
        assert all(as_anne.get(url).status_code == 200 for _words, url in places)
    assert Invoice.objects.get(pk=made.pk).contact == "Eva Moen"
