"""The demo: what the register and the Peppol network have told about its customers."""

from datetime import timedelta
from io import StringIO

import pytest
from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from django.core.management import call_command
from django.utils import timezone

from customers import alerting, history
from customers.models import (
    Contact,
    Customer,
    DuplicatePair,
    File,
    HourlyRate,
    InvoiceRecipient,
    MatchKey,
    OtherAddress,
)
from moment.management.commands.demo import Command
from registry import search
from registry.models import Alert, Entity, Reachability, ReachabilityChange, Watch
from registry.names import display_name

pytestmark = pytest.mark.django_db
Kind = Alert.Kind


@pytest.fixture(autouse=True)
def debug(settings):
    settings.DEBUG = True


def demo(customers=300, entities=300):
    said = StringIO()
    call_command("demo", customers=customers, entities=entities, weeks=0, stdout=said)
    return said.getvalue()


def of(alert):
    """Return the alert's customer and entity."""
    return (
        Customer.objects.filter(org_number=alert.org_number).earliest("pk"),
        Entity.objects.get(pk=alert.org_number),
    )


def says(entity, kind):
    """Return what a copy says now of such a thing, in part, as an alert has it."""
    return {
        Kind.NAME: entity.name,
        Kind.ADDRESS: entity.business_address.partition("\n")[0],
        Kind.POSTAL: entity.postal_address,
        Kind.INDUSTRY: entity.industry_code,
        Kind.MERGER: entity.merger,
        Kind.DELETED: str(entity.deleted_on),
        Kind.VAT: "1" if entity.vat_registered else "",
        Kind.BANKRUPT: "1" if entity.bankrupt else "",
        Kind.WINDING_UP: "1" if entity.winding_up else "",
        Kind.DISSOLUTION: "1" if entity.compulsory_dissolution else "",
    }[kind]


def test_some_alerts_wait_for_an_answer_and_the_customer_has_the_old_value():
    demo()
    waiting = Alert.objects.open()
    assert 12 <= waiting.count() <= 16
    assert len(set(waiting.values_list("kind", flat=True))) >= 8
    assert waiting.count() == alerting.about(Customer.objects.all()).open().count()
    now = timezone.now()
    for alert in waiting:
        customer, entity = of(alert)
        assert now - timedelta(days=8) < alert.raised_at <= now
        assert alert.changed_on <= timezone.localdate(alert.raised_at)
        assert alert.old != alert.new
        assert says(entity, alert.kind) in alert.new
        match alert.kind:
            case Kind.NAME:
                assert customer.name.upper() == alert.old.upper()
                assert entity.former_names.splitlines()[0] == alert.old
            case Kind.ADDRESS:
                assert customer.visiting_street.partition("\n")[0] in alert.old
                assert customer.visiting_street != entity.business_address
            case Kind.POSTAL:
                assert customer.postal_street == alert.old.partition(",")[0]


def test_the_companies_that_the_guide_tells_of_have_theirs():
    demo(customers=20, entities=20)
    told = {of(alert)[0].name: (alert.kind, alert.new) for alert in Alert.objects.open()}
    assert told == {
        "Brekke & Sønner Bygg AS": ("bankrupt", "1"),
        "Storfjell kommune": ("postal", "Postboks 690 Langnes, 9253 TROMSØ"),
        "Skagerrak Geomatikk AS": ("address", "Dronningens gate 12, 4610 KRISTIANSAND S"),
        "Østvang Prosjektledelse AS": ("name", "Østvang Prosjekt og Rådgivning AS"),
    }


def test_colleagues_have_answered_earlier_ones_and_history_tells():
    demo()
    answered = Alert.objects.exclude(handled_at=None)
    assert set(answered.values_list("answer", flat=True)) == {"taken", "kept", "noted"}
    for alert in answered:
        customer, entity = of(alert)
        assert alert.raised_at < alert.handled_at <= timezone.now()
        assert customer.created_at < alert.raised_at
        (entry,) = LogEntry.objects.get_for_object(customer).filter(
            additional_data__has_key=history.ANSWERED
        )
        assert (entry.actor, entry.timestamp) == (alert.handled_by, alert.handled_at)
        (newest, *_) = [e for e in history.of(customer).entries if e.at == alert.handled_at]
        assert str(alert.handled_by) == newest.actor
        if alert.answer != "taken":
            continue
        assert customer.last_activity_at == alert.handled_at
        match alert.kind:
            case Kind.NAME:
                assert customer.name == display_name(entity.name)
            case Kind.ADDRESS:
                assert customer.visiting_street == entity.business_address
            case Kind.POSTAL:
                assert customer.postal_street == entity.postal_address
            case Kind.BANKRUPT:
                assert customer.status == "blocked"


def test_every_norwegian_number_is_watched_and_no_other():
    demo(customers=100, entities=0)
    known = Customer.objects.exclude(org_number="")
    norwegian = set(known.filter(country="NO").values_list("org_number", flat=True))
    assert len(norwegian) > 60
    assert known.exclude(country="NO").exists()
    assert set(Watch.objects.values_list("pk", flat=True)) == norwegian


def test_companies_are_found_though_one_letter_is_wrong():
    demo(customers=20, entities=100)
    for name, question in (
        ("Fjordkraft Teknikk AS", "fjordkarft teknikk"),
        ("Østvang Prosjektledelse AS", "ostvang radgivnig"),  # its new name
        ("Østvang Prosjektledelse AS", "ostvang prosjektledlse"),  # its former one
    ):
        number = Customer.objects.get(name=name).org_number
        assert Entity.objects.get(pk=number).rank in search.best(question)


def test_who_can_receive_ehf():
    demo()
    answers = {answer.identifier: answer for answer in Reachability.objects.all()}
    numbers = Customer.objects.filter(country="NO").exclude(org_number="")
    numbers = set(numbers.values_list("org_number", flat=True))
    assert answers.keys() < numbers, "some were never asked, and none is foreign"
    living = [
        entity
        for entity in Entity.objects.filter(form_code__in=["AS", "KOMM"], pk__in=numbers)
        if not entity.in_trouble
    ]
    can = [e for e in living if e.pk in answers and answers[e.pk].invoice]
    assert 0.77 < len(can) / len(living) < 0.87
    for invoice, credit_note in ((True, True), (True, False), (False, False), (None, None)):
        some = Reachability.objects.filter(invoice=invoice, credit_note=credit_note)
        assert some.exists(), (invoice, credit_note)
    now = timezone.now()
    for answer in answers.values():
        if answer.invoice is None:
            assert answer.failed_at
            assert answer.failure
            assert not answer.changes.exists()
            continue
        assert now - timedelta(days=1) < answer.checked_at < now
        assert bool(answer.smp) == answer.invoice
        assert not answer.smp or answer.smp.endswith(".example")
        newest = answer.changes.first()
        assert (newest.invoice, newest.credit_note) == (answer.invoice, answer.credit_note)
        assert newest.at < answer.checked_at
    assert ReachabilityChange.objects.count() > Reachability.objects.exclude(invoice=None).count()


def test_customers_get_their_invoices_in_every_way():
    demo()
    norwegian = Customer.objects.filter(country="NO")
    assert set(norwegian.values_list("invoice_type", flat=True)) == {"", "ehf", "email", "letter"}
    wanting = norwegian.filter(invoice_type="ehf").values_list("org_number", flat=True)
    can = Reachability.objects.filter(identifier__in=wanting, invoice=True)
    assert 0.85 * len(wanting) < can.count()


def test_a_database_of_an_earlier_version_gets_what_it_lacks():
    demo(customers=60, entities=100)
    new = {
        model: set(model.objects.values_list(*key))
        for model, key in (
            (Alert, ("org_number", "kind", "old", "new", "answer")),
            (Reachability, ("identifier", "invoice", "credit_note", "smp")),
            (Customer, ("name", "postal_street", "status", "invoice_type")),
        )
    }
    profiles = (InvoiceRecipient, HourlyRate, OtherAddress, File, Contact)
    duplicates = (DuplicatePair, MatchKey)
    register = (Alert, ReachabilityChange, Reachability, Watch)
    for model in (*profiles, *duplicates, *register, LogEntry):
        model.objects.all().delete()
    with disable_auditlog():
        for customer in Customer.objects.all():
            customer.notes.all().delete()
            customer.used_numbers.all().delete()
            customer.delete()
    Entity.objects.all().delete()

    # What that version made.
    Command(stdout=StringIO()).load(60, 100)
    assert not Alert.objects.exists()
    said = demo(customers=60, entities=100)
    assert said.startswith("Demo data loaded: 0 customers, ")
    assert ", 0 companies in the register, " in said
    assert Contact.objects.exists()
    assert new == {
        Alert: set(Alert.objects.values_list("org_number", "kind", "old", "new", "answer")),
        Reachability: set(
            Reachability.objects.values_list("identifier", "invoice", "credit_note", "smp")
        ),
        Customer: set(
            Customer.objects.values_list("name", "postal_street", "status", "invoice_type")
        ),
    }
    assert "nothing to add" in demo(customers=60, entities=100)


def test_what_people_have_asked_and_chosen_meanwhile_stays():
    Command(stdout=StringIO()).load(60, 100)
    customer = Customer.objects.get(name="Fjordkraft Teknikk AS")
    Customer.objects.filter(pk=customer.pk).update(invoice_type="letter")
    asked = Reachability.objects.create(
        scheme="0192", identifier=customer.org_number, invoice=False, credit_note=False
    )
    demo(customers=60, entities=100)
    customer.refresh_from_db()
    assert customer.invoice_type == "letter"
    asked.refresh_from_db()
    assert asked.invoice is False
