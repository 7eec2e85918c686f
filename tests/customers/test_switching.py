"""Switching customers to EHF: who is switched, what history tells, and many at once."""

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers import history
from customers.einvoicing import Standing, switch_chosen, switch_to_ehf
from customers.models import Customer
from moment.models import CompanySettings
from registry.models import Reachability
from tests.conftest import signed_in
from tests.customers.test_editing import form_of
from tests.factories import CustomerFactory, UserFactory
from tests.reaching import customer, kept
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/customers/einvoicing/switch/"


def everyone():
    return Customer.objects.all()


def changes_of(one: Customer) -> list[tuple[str, dict]]:
    """Return who changed what on a customer since it was made, oldest first."""
    entries = LogEntry.objects.get_for_object(one).filter(action=LogEntry.Action.UPDATE)
    return [(str(entry.actor), entry.changes) for entry in entries.order_by("pk")]


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("before", ["", "email", "letter"])
def test_a_customer_who_can_receive_ehf_gets_it(kari, before):
    one = customer("yes", invoice_type=before)
    active_at = one.last_activity_at
    assert switch_to_ehf(everyone(), kari) == 1
    one.refresh_from_db()
    assert one.invoice_type == "ehf"
    assert one.version == 2
    assert one.last_activity_at == active_at
    assert changes_of(one) == [("Kari Lunde", {"invoice_type": [before, "ehf"]})]


@pytest.mark.parametrize("reach", ["no", "failed", "waiting", "never", "none"])
def test_whom_ehf_would_not_reach_is_left_alone(kari, reach):
    one = customer(reach, invoice_type="email")
    assert switch_to_ehf(everyone(), kari) == 0
    one.refresh_from_db()
    assert (one.invoice_type, one.version) == ("email", 1)
    assert changes_of(one) == []


def test_who_gets_ehf_already_is_not_switched_again(kari):
    CompanySettings.objects.create(pk=1, invoice_type="ehf")
    by_standard, own = customer(invoice_type=""), customer(invoice_type="ehf")
    by_letter = customer(invoice_type="letter")
    assert switch_to_ehf(everyone(), kari) == 1
    assert changes_of(by_standard) == changes_of(own) == []
    assert changes_of(by_letter) == [("Kari Lunde", {"invoice_type": ["letter", "ehf"]})]


def test_a_foreign_customer_with_the_digits_of_a_norwegian_is_none(kari):
    one = customer("yes")
    abroad = CustomerFactory(country="SE", org_number=one.org_number)
    assert switch_to_ehf(Customer.objects.filter(pk=abroad.pk), kari) == 0


def test_an_answer_about_another_scheme_says_nothing(kari):
    one = CustomerFactory(org_number="211111118")
    kept("211111118", "yes", scheme="0088").save()
    assert switch_to_ehf(everyone(), kari) == 0
    assert changes_of(one) == []


def test_only_the_customers_asked_for_are_switched(kari):
    active, blocked = customer(), customer(status="blocked")
    assert switch_to_ehf(Customer.objects.filter(status="active"), kari) == 1
    assert changes_of(blocked) == []
    assert len(changes_of(active)) == 1


def test_history_tells_it_in_words(kari):
    one = customer(invoice_type="letter")
    switch_to_ehf(everyone(), kari)
    newest = history.of(one).entries[0]
    assert newest.actor == "Kari Lunde"
    [change] = newest.changes
    assert (change.label, change.old, change.new) == ("Preferred invoice type", "Letter", "EHF")


def test_hundreds_of_customers_cost_a_few_statements(kari):
    Customer.objects.bulk_create(
        Customer(number=str(n), name=f"Kunde {n}", org_number=str(200_000_000 + n))
        for n in range(1200)
    )
    Reachability.objects.bulk_create(kept(str(200_000_000 + n), "yes") for n in range(1200))
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert switch_to_ehf(everyone(), kari) == 1200
    assert len(captured) < 60
    entries = LogEntry.objects.filter(action=LogEntry.Action.UPDATE)
    assert entries.values("object_id").distinct().count() == entries.count() == 1200
    assert set(Customer.objects.values_list("invoice_type", "version")) == {("ehf", 2)}


def test_of_the_chosen_it_is_told_why_some_were_left(kari):
    chosen = [
        customer("yes"), customer("yes", invoice_type="ehf"), customer("no"), customer("failed"),
        customer("none"), CustomerFactory(country="SE"),
    ]  # fmt: skip
    gone = CustomerFactory(country="DK").pk + 1
    result = switch_chosen([one.pk for one in chosen] + [gone], everyone(), kari)
    assert result.count == 1
    assert result.left == {
        Standing.GETS_EHF: 1, Standing.UNREACHABLE: 1, Standing.UNKNOWN: 1, Standing.NO_NUMBER: 1,
        None: 2,
    }  # fmt: skip


# The dialog


def test_asking_changes_nothing_and_says_what_will_happen(as_kari):
    picked, other = customer(name="Fjell AS"), customer(name="Vidde AS")
    html = as_kari.get(URL, {"customer": picked.pk}).content.decode()
    assert "1 customer gets its invoices as EHF from now on." in html
    assert "Fjell AS" in html
    assert "Vidde AS" not in html
    assert not LogEntry.objects.filter(action=LogEntry.Action.UPDATE).exists()
    assert set(Customer.objects.values_list("invoice_type", flat=True)) == {""}
    assert other.version == 1


def test_the_question_names_a_few_and_counts_the_rest(as_kari):
    for n in range(7):
        customer(name=f"Fjell {n} AS")
    html = as_kari.get(URL, {"all": 1}).content.decode()
    assert "7 customers get their invoices as EHF from now on." in html
    assert "Fjell 4 AS" in html
    assert "Fjell 5 AS" not in html
    assert "and 2 more" in html


def test_the_chosen_are_switched(as_kari):
    picked, other = customer(), customer()
    response = as_kari.post(URL, {"customer": picked.pk, "status": "active"}, follow=True)
    assert response.redirect_chain == [("/customers/einvoicing/", 302)]
    assert said(response) == [
        "1 customer gets EHF from now on. What they got before stands in their history."
    ]
    assert changes_of(picked) == [("Kari Lunde", {"invoice_type": ["", "ehf"]})]
    assert changes_of(other) == []


def test_all_of_a_status_are_switched(as_kari):
    active = [customer(), customer()]
    blocked = customer(status="blocked")
    response = as_kari.post(URL, {"all": "1", "status": "active"}, follow=True)
    assert "2 customers get EHF from now on." in said(response)[0]
    assert [len(changes_of(one)) for one in active] == [1, 1]
    assert changes_of(blocked) == []
    response = as_kari.post(URL, {"all": "1", "status": "all"}, follow=True)
    assert response.redirect_chain == [("/customers/einvoicing/?status=all", 302)]
    assert len(changes_of(blocked)) == 1
    response = as_kari.post(URL, {"all": "1", "status": "all"}, follow=True)
    assert said(response) == ["There was nobody left to switch."]


def test_what_changed_between_asking_and_doing_is_decided_anew_and_told(as_kari):
    still, taken, lost, moved = customer(), customer(), customer(), customer()
    chosen = {"customer": [one.pk for one in (still, taken, lost, moved)]}
    assert "4 customers get their" in as_kari.get(URL, chosen).content.decode()
    Customer.objects.filter(pk=taken.pk).update(invoice_type="ehf")
    Reachability.objects.filter(identifier=lost.org_number).update(invoice=False)
    Customer.objects.filter(pk=moved.pk).update(country="SE")
    html = as_kari.get(URL, chosen).content.decode()
    assert "3 of those you chose cannot be switched any more" in html
    done, left = said(as_kari.post(URL, chosen, follow=True))
    assert "1 customer gets EHF from now on." in done
    assert left.startswith("Left as they are: ")
    for reason in (
        "1 gets EHF already", "1 cannot receive EHF", "1 is no Norwegian customer any more",
    ):  # fmt: skip
        assert reason in left


@pytest.mark.parametrize(
    "data", [{}, {"customer": ["", "x", "-1", "²", "9" * 30]}, {"status": "all"}]
)
def test_without_a_choice_nothing_is_done_and_that_is_said(as_kari, data):
    one = customer()
    for response, status in ((as_kari.get(URL, data), 200), (as_kari.post(URL, data), 422)):
        assert response.status_code == status
        assert "Tick the customers to switch first." in response.content.decode()
    assert changes_of(one) == []


def test_htmx_gets_the_dialog_and_is_sent_on(as_kari):
    one, headers = customer(), {"HX-Request": "true"}
    asked = as_kari.get(URL, {"customer": one.pk}, headers=headers)
    assert b"<html" not in asked.content
    assert b'id="dialog-title"' in asked.content
    done = as_kari.post(URL, {"customer": one.pk, "status": "all"}, headers=headers)
    assert done["HX-Redirect"] == "/customers/einvoicing/?status=all"


def test_only_those_who_may_change_may_switch(as_per, as_ola):
    one = customer()
    for client in (as_per, as_ola):
        assert client.get(URL, {"customer": one.pk}).status_code == 403
        assert client.post(URL, {"all": "1"}).status_code == 403
    assert changes_of(one) == []


def test_an_edit_form_that_was_open_meanwhile_is_told(as_kari):
    one = customer(number="77")
    form = form_of(as_kari)
    as_kari.post(URL, {"customer": one.pk})
    response = as_kari.post("/customers/77/edit/", form | {"name": "Over AS"})
    assert response.status_code == 422
    assert "Changed meanwhile" in response.content.decode()
    one.refresh_from_db()
    assert one.invoice_type == "ehf"
    assert one.name != "Over AS"


# Many at once


@pytest.mark.django_db(transaction=True)
def test_of_several_who_switch_all_at_once_each_customer_is_switched_by_one():
    boss = UserFactory(username="boss", is_superuser=True)
    customers = [customer() for _ in range(12)]
    clients = [signed_in(boss) for _ in range(6)]
    answers = at_once(6, lambda n: clients[n].post(URL, {"all": "1"}).status_code)
    assert answers == [302] * 6
    assert [len(changes_of(one)) for one in customers] == [1] * 12
    assert set(Customer.objects.values_list("invoice_type", "version")) == {("ehf", 2)}


@pytest.mark.django_db(transaction=True)
def test_overlapping_choices_at_once_add_up():
    people = [UserFactory() for _ in range(6)]
    pks = [customer().pk for _ in range(12)]

    def switch(n: int):
        # Each in another order, which must lead nobody into a deadlock.
        mine = pks[n:] + pks[:n] if n % 2 else pks[::-1]
        return switch_chosen(mine[:9], Customer.objects.all(), people[n])

    results = at_once(6, switch)
    switched = Customer.objects.filter(invoice_type="ehf").count()
    assert sum(result.count for result in results) == switched
    assert all(result.count + result.left.total() == 9 for result in results)
    entries = LogEntry.objects.filter(action=LogEntry.Action.UPDATE)
    assert entries.values("object_id").distinct().count() == entries.count() == switched
