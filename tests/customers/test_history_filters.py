"""The history by kind, person and day, page by page, however long it is."""

import re
from datetime import UTC, date, datetime

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers import history, notes
from customers.models import ChangeOf, Customer, File
from moment.models import Content
from tests.conftest import signed_in
from tests.customers.changes import titles, told
from tests.factories import (
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
    TagFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
URL = "/customers/77/history/"


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def content(db):
    return Content.objects.create(sha256="a" * 64, size=9, kind="application/pdf", path="aa/a")


@pytest.fixture
def eventful(customer, content, kari):
    """A customer with something of each kind, done by Kari but for the note."""
    ola = UserFactory(username="ola2", first_name="Ola", last_name="Moe")
    with set_actor(kari):
        ContactFactory(customer=customer)
        InvoiceRecipientFactory(customer=customer)
        HourlyRateFactory(customer=customer)
        OtherAddressFactory(customer=customer)
        customer.tags.add(TagFactory(name="Bygg"))
        customer.phone = "77 00 00 00"
        customer.save()
        customer.credit_terms = 14
        customer.save()
        File.objects.create(customer=customer, name="a", content=content, uploaded_by=kari)
    with set_actor(ola):
        NoteFactory(customer=customer)
    told_of = {"register": [{"kind": "name", "old": "", "new": "X", "changed_on": "2026-11-20",
                             "answer": "kept"}]}  # fmt: skip
    LogEntry.objects.log_create(
        customer, action=LogEntry.Action.UPDATE, changes={}, additional_data=told_of
    )
    return customer


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("data", {"Customer created", "Customer changed", "Address added"}),
        ("invoicing", {"Customer changed", "Invoice recipient added", "Hourly rate added"}),
        ("contacts", {"Contact added"}),
        ("files", {"File added"}),
        ("notes", {"Note written"}),
        ("register", {"Kept ours, though the register changed"}),
    ],
)
def test_a_kind_shows_that_alone(eventful, kari, kind, expected):
    assert set(titles(eventful, kari, kind=kind)) == expected


def test_a_changed_setting_is_invoicing_and_a_changed_phone_is_customer_data(eventful, kari):
    def labels(kind):
        entries = told(eventful, kari, kind=kind)
        return {label for title, _s, lines in entries if "changed" in title for label, *_ in lines}

    assert labels("data") == {"Tags", "Phone"}
    assert labels("invoicing") == {"Credit terms"}


def test_a_person_shows_what_they_did(eventful, kari):
    ola = history.actors(eventful, kari)[-1]
    assert [str(user) for user in history.actors(eventful, kari)] == ["Kari Lunde", "Ola Moe"]
    assert titles(eventful, kari, person=str(ola.pk)) == ["Note written"]
    assert "Customer created" in titles(eventful, kari, person="moment")
    assert "Note written" not in titles(eventful, kari, person=str(kari.pk))


def test_days_are_those_of_the_office_and_both_within(customer):
    LogEntry.objects.all().delete()
    for day in (1, 2, 3):
        # Half past midnight in Oslo is the day before in UTC.
        moment = datetime(2026, 6, day - 1 or 1, 22 if day > 1 else 0, 30, tzinfo=UTC)
        note = NoteFactory(customer=customer, text=f"dag {day}")
        LogEntry.objects.filter(object_repr=str(note)).update(timestamp=moment)

    def texts(**filters):
        return [lines[0][2] for _t, _s, lines in told(customer, **filters)]

    assert texts(since=date(2026, 6, 2), until=date(2026, 6, 2)) == ["dag 2"]
    assert texts(since=date(2026, 6, 2)) == ["dag 3", "dag 2"]
    assert texts(until=date(2026, 6, 1)) == ["dag 1"]
    assert texts(since=date(2027, 1, 1)) == []


@pytest.mark.parametrize(
    "query",
    ["kind=x", "person=x", "person=-1", f"person={'9' * 30}", "since=2026-13-45", "since=x",
     "until=0001-01-01", "until=9999-12-31", "older=x", "older=²", "kind=notes%00"],
)  # fmt: skip
def test_filters_that_make_no_sense_are_dropped(as_per, customer, query):
    response = as_per.get(f"{URL}?{query}")
    assert response.status_code == 200
    assert b"Customer created" in response.content


def test_filters_stand_in_the_address_of_the_next_page(as_kari, customer, kari):
    with set_actor(kari):
        for n in range(105):
            notes.add(customer, text=f"Notat {n}.", author=kari)
    html = as_kari.get(f"{URL}?kind=notes&person={kari.pk}&since=2020-01-01").content.decode()
    link = re.search(r'href="(\?[^"]*older=\d+)"', html)[1].replace("&amp;", "&")
    assert f"kind=notes&person={kari.pk}&since=2020-01-01&older=" in link
    older = as_kari.get(URL + link).content.decode()
    assert "Notat 4." in older
    assert "Notat 5." not in older
    assert '<option value="notes" selected>' in older


def test_nothing_that_fits_is_said_with_a_way_back(as_per, customer):
    html = as_per.get(f"{URL}?kind=files").content.decode()
    assert "Nothing has happened that fits." in html
    assert f'href="{URL}"' in html


# Many


def test_ten_thousand_entries_are_read_by_keys_and_never_all(customer, kari):
    types = history.entries.ContentType.objects.get_for_models(Customer, type(NoteFactory()))
    note_type = next(t for model, t in types.items() if model is not Customer)
    now = timezone.now()
    logs = LogEntry.objects.bulk_create(
        LogEntry(
            content_type=types[Customer] if n % 2 else note_type,
            object_pk=str(customer.pk if n % 2 else n),
            object_repr="x", action=LogEntry.Action.UPDATE, actor=kari, timestamp=now,
            changes={"phone": ["", str(n)]} if n % 2 else {"text": ["", str(n)]},
        )
        for n in range(10_000)
    )  # fmt: skip
    ChangeOf.objects.bulk_create(
        ChangeOf(entry=log, customer=customer) for log in logs if log.content_type == note_type
    )
    seen, older, pages = [], "", 0
    while older is not None and pages < 3:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page = history.of(customer, older_than=str(older))
        assert len(captured) <= 5
        seen += [entry.log.pk for entry in page.entries]
        older, pages = page.older_than, pages + 1
    assert seen == [log.pk for log in reversed(logs)][:300]


def test_a_name_with_many_pages_is_read_only_by_who_sees_the_customer(ola, customer):
    assert signed_in(ola).get(URL).status_code == 403


def test_the_page_asks_no_more_for_many_changes_of_each_thing(as_anne, customer, content, anne):
    """Of rows that can be put back, too: they are read by kind, not one by one."""

    def change(count):
        for n in range(count):
            contact = ContactFactory(customer=customer, person__emails=[f"{n}@b.example"])
            rows = [
                (contact, "title"),
                (contact.person, "mobile"),
                (OtherAddressFactory(customer=customer), "city"),
                (NoteFactory(customer=customer, author=anne), "text"),
                (HourlyRateFactory(customer=customer), "rate"),
                (InvoiceRecipientFactory(customer=customer), "email"),
                (
                    File.objects.create(
                        customer=customer, name=f"{n}", content=content, uploaded_by=anne
                    ),
                    "note",
                ),
                (customer, "phone"),
            ]
            for row, field in rows:
                setattr(row, field, 7 if field == "rate" else f"{n}{count}@c.example")
                row.save()
            contact.tags.set([ContactTagFactory()])
            contact.tags.clear()
            customer.responsible = UserFactory()
            customer.invoice_contact = contact
            customer.tags.set([TagFactory()])
            customer.save()

    def queries():
        with CaptureQueriesContext(connection) as captured:
            html = as_anne.get(URL).content.decode()
        assert "/phone/" in html
        return len(captured)

    change(4)
    queries()
    few = queries()
    change(12)
    assert queries() <= few <= 32
