"""History tells who took which value of the register's, and who kept ours."""

from datetime import date

import pytest
from auditlog.models import LogEntry

from customers import answering, history
from customers.alerting import Act
from registry.models import Alert
from tests.customers.telling import MOVED, customer_of, named, tell
from tests.factories import CustomerFactory, EntityFactory

pytestmark = pytest.mark.django_db


def last_entry(customer) -> history.Entry:
    return history.of(customer).entries[0]


def lines(entry: history.Entry) -> list[tuple[str, str, str]]:
    return [(change.label, change.old, change.new) for change in entry.changes]


def test_a_value_taken_shows_with_old_and_new_by_whom_and_from_where(kari):
    customer = customer_of(name="Fjell AS", postal_city="Bodø")
    alerts = tell(customer, name="VIDDE AS", **MOVED)
    answering.answer(named(alerts), Act.TAKE, kari)
    entry = last_entry(customer)
    assert (entry.actor, entry.title) == ("Kari Lunde", "Changed as in the register")
    assert lines(entry) == [
        ("Name", "Fjell AS", "Vidde AS"),
        ("Postal address, street", "", "Postboks 17"),
        ("Postal address, postcode", "", "9008"),
        ("Postal address, city", "Bodø", "Tromsø"),
    ]


def test_it_is_one_entry_for_each_customer(kari):
    customer = customer_of(name="Fjell AS")
    other = CustomerFactory(org_number=customer.org_number, name="Dal AS")
    before = LogEntry.objects.count()
    answering.answer(named(tell(customer, name="VIDDE AS", **MOVED)), Act.TAKE, kari)
    assert LogEntry.objects.count() == before + 2
    assert lines(last_entry(other))[0] == ("Name", "Dal AS", "Vidde AS")


def test_keeping_ours_says_what_the_register_says(kari):
    customer = customer_of(name="Fjell AS")
    answering.answer(named(tell(customer, **MOVED)), Act.KEEP, kari)
    entry = last_entry(customer)
    assert (entry.actor, entry.title) == ("Kari Lunde", "Kept ours, though the register changed")
    assert lines(entry) == [
        ("Kept ours: Postal address", "", "The register says: Postboks 17, 9008 Tromsø")
    ]


def test_what_was_noted_beside_a_value_taken_has_its_own_line(kari):
    customer = customer_of(name="Fjell AS")
    answering.answer(named(tell(customer, name="VIDDE AS", form_code="ASA")), Act.TAKE, kari)
    assert lines(last_entry(customer)) == [
        ("Name", "Fjell AS", "Vidde AS"),
        ("Noted: Form of organisation", "", "The register says: ASA"),
    ]


def test_blocking_tells_why(kari):
    customer = customer_of()
    alerts = tell(customer, bankrupt=True, bankrupt_on=date(2026, 11, 19))
    answering.answer(named(alerts), Act.BLOCK, kari)
    label, old, new = lines(last_entry(customer))[1]
    assert lines(last_entry(customer))[0] == ("Status", "Active", "Blocked")
    assert (label, old) == ("Bankruptcy", "")
    assert new.startswith("The register says: Bankrupt since 19 Nov")


def test_it_is_told_still_when_the_alert_itself_is_forgotten(as_kari, kari):
    customer = customer_of(EntityFactory(**MOVED), number="77")
    answering.answer(named(tell(customer, postal_address="<b>Boks</b>")), Act.KEEP, kari)
    Alert.objects.all().delete()
    html = as_kari.get("/customers/77/history/").content.decode()
    assert "Kept ours: Postal address" in html
    assert "The register says: &lt;b&gt;Boks&lt;/b&gt;, 9008 Tromsø" in html
