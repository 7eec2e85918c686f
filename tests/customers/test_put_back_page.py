"""Putting a value back over the web: asked first, told, and safe for two at once."""

import re

import pytest
from auditlog.models import LogEntry

from customers import restoring
from customers.models import Customer, NumberSeries, UsedNumber
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import on
from registry.models import Watch
from tests.conftest import signed_in
from tests.customers.putting_back import changed
from tests.factories import CustomerFactory, NoteFactory, UserFactory, org_number
from tests.standin.mail import part
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/customers/77/history/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def entry(customer):
    return changed(customer, "phone", "77 00 00 01", "77 00 00 02")


def path(entry: LogEntry, field: str = "phone") -> str:
    return f"{URL}{entry.pk}/{field}/"


def seen(html: bytes) -> str:
    return re.search(r'name="seen" value="(\w+)"', html.decode())[1]


def agree(client, entry, field="phone", headers=None):
    asked = client.get(path(entry, field))
    return client.post(path(entry, field), {"seen": seen(asked.content)}, headers=headers)


def test_the_history_offers_it_where_it_is_possible(as_kari, as_per, entry):
    assert path(entry) in as_kari.get(URL).content.decode()
    assert path(entry) not in as_per.get(URL).content.decode()


@pytest.mark.parametrize("headers", [None, HTMX])
def test_the_question_shows_both_values_and_changes_nothing(as_kari, entry, headers):
    html = as_kari.get(path(entry), headers=headers).content.decode()
    assert html.index("77 00 00 02") < html.index("77 00 00 01")
    assert ("<html" in html) == (headers is None)
    assert Customer.objects.get().phone == "77 00 00 02"


def test_saying_yes_puts_it_back_and_says_so(as_kari, entry):
    response = agree(as_kari, entry)
    assert (response.status_code, response["Location"]) == (302, URL)
    assert Customer.objects.get().phone == "77 00 00 01"
    html = as_kari.get(URL).content.decode()
    assert "Phone is put back: 77 00 00 01." in html
    assert "Value put back" in html
    assert "Kari Lunde" in html


def test_from_the_dialog_the_whole_page_follows(as_kari, entry):
    assert agree(as_kari, entry, headers=HTMX)["HX-Redirect"] == URL


def test_what_somebody_else_changed_meanwhile_is_shown_and_kept(as_kari, customer, entry):
    shown = seen(as_kari.get(path(entry)).content)
    customer.phone = "77 00 00 03"
    customer.save()
    response = as_kari.post(path(entry), {"seen": shown}, headers=HTMX)
    assert response.status_code == 422
    assert "Somebody has changed it meanwhile" in response.content.decode()
    assert "77 00 00 03" in response.content.decode()
    assert Customer.objects.get().phone == "77 00 00 03"
    assert agree(as_kari, entry).status_code == 302
    assert Customer.objects.get().phone == "77 00 00 01"


@pytest.mark.parametrize("shown", ["", "x", "0" * 16])
def test_a_yes_to_nothing_puts_nothing_back(as_kari, entry, shown):
    assert as_kari.post(path(entry), {"seen": shown}).status_code == 422
    assert Customer.objects.get().phone == "77 00 00 02"


def test_why_not_is_said_in_the_dialog(as_kari, entry):
    agree(as_kari, entry)
    for response in (as_kari.get(path(entry)), as_kari.post(path(entry), {"seen": "x"})):
        html = response.content.decode()
        assert "This value cannot be put back." in html
        assert "It is “77 00 00 01” already." in html
        assert 'name="seen"' not in html


def test_who_may_only_look_is_refused(as_per, entry):
    assert as_per.get(path(entry)).status_code == 403
    assert as_per.post(path(entry), {"seen": "x"}).status_code == 403


@pytest.mark.parametrize("field", ["email", "sort_name", "id", "pk", "version", "x"])
def test_what_the_entry_did_not_change_is_not_found(as_anne, entry, field):
    assert as_anne.get(path(entry, field)).status_code == 404


@pytest.mark.parametrize("field", ["version", "sort_name", "last_activity_at", "id"])
def test_what_nobody_types_is_never_put_back(as_anne, customer, field):
    entry = LogEntry.objects.log_create(
        customer, action=LogEntry.Action.UPDATE, changes={field: ["1", "2"]}
    )
    assert as_anne.get(path(entry, field)).status_code == 403


def test_an_entry_of_another_customer_is_not_found(as_anne, entry):
    CustomerFactory(number="78")
    assert as_anne.get(f"/customers/78/history/{entry.pk}/phone/").status_code == 404
    assert as_anne.post(f"/customers/78/history/{entry.pk}/phone/").status_code == 404
    assert as_anne.get(f"{URL}{'9' * 18}/phone/").status_code == 404


# Numbers


def test_a_number_comes_back_and_the_other_goes_on_leading_here(as_kari, customer):
    UsedNumber.objects.create(number="78", customer=customer)
    entry = changed(customer, "number", "77", "78")
    asked = as_kari.get(f"/customers/78/history/{entry.pk}/number/")
    response = as_kari.post(
        f"/customers/78/history/{entry.pk}/number/", {"seen": seen(asked.content)}
    )
    assert response["Location"] == "/customers/77/history/"
    assert Customer.objects.get().number == "77"
    assert as_kari.get("/customers/78/")["Location"] == "/customers/77/"


def test_a_series_that_gives_out_the_numbers_gives_none_back(as_kari, customer):
    entry = changed(customer, "number", "77", "78")
    NumberSeries.objects.update(locked=True)
    html = as_kari.get(f"/customers/78/history/{entry.pk}/number/").content.decode()
    assert "gives out the numbers itself" in html


def test_a_number_of_another_is_never_taken(as_kari, customer):
    entry = changed(customer, "number", "90", "77")
    CustomerFactory(number="90", name="Dal AS")
    for response in (as_kari.get(path(entry, "number")), as_kari.post(path(entry, "number"))):
        assert "This number is already used." in response.content.decode()
    assert Customer.objects.filter(number="77").exists()


def test_the_number_in_the_register_is_followed_again(as_kari, customer):
    old, new = org_number(1), org_number(2)
    entry = changed(customer, "org_number", old, new)
    agree(as_kari, entry, "org_number")
    assert set(Watch.objects.values_list("org_number", flat=True)) == {old}


# Settings


# The contact is one of the customer's own, tested with those.
SETTINGS = [setting for setting in on(Level.CUSTOMER) if setting.name != "invoice_contact"]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_invoice_setting_can_be_put_back_to_inherit(kari, customer, setting):
    if setting.choices:
        value = setting.choices.values[0]
    else:
        by_kind = {"switch": True, "whole": 7, "percent": "5.00", "amount": "5.00",
                   "email": "a@b.example", "currency": "SEK"}  # fmt: skip
        by_name = {"endpoint_scheme": "0007"}
        value = by_name.get(setting.name, by_kind.get(setting.kind, "4000"))
    empty = "" if setting.name in ("invoice_type", "currency", "language") else None
    entry = changed(customer, setting.name, empty, value)
    customer.refresh_from_db()
    offer = restoring.offer(entry, setting.name, kari, customer)
    assert offer.then in ("Company value", "No value")
    restoring.put_back(entry, setting.name, kari, customer, seen=offer.seen)
    assert getattr(Customer.objects.get(), setting.name) == empty


# Notes


def test_a_colleague_named_in_a_note_that_comes_back_is_told(as_kari, kari, mail_server, customer):
    UserFactory(username="ida", email="ida@moment.example", roles=["View customers"])
    entry = changed(NoteFactory(customer=customer, author=kari), "text", "Hei @ida", "Hei")
    agree(as_kari, entry, "text")
    assert mail_server.to == ["ida@moment.example"]
    assert "Hei @ida" in part(mail_server.letters[0], "plain")


# Two at once


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_put_the_same_value_back_one_does(kari, customer, entry):
    clients = [signed_in(kari) for _ in range(8)]
    shown = seen(clients[0].get(path(entry)).content)

    def act(person: int) -> int:
        return clients[person].post(path(entry), {"seen": shown}).status_code

    assert sorted(at_once(8, act)) == [302] + [422] * 7
    assert Customer.objects.get().phone == "77 00 00 01"
    put_back = LogEntry.objects.filter(additional_data__has_key="put_back")
    assert put_back.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_form_opened_before_is_told_of_it(as_kari, kari, customer, entry):
    version = customer.version
    agree(as_kari, entry)
    assert Customer.objects.get().version == version + 1
