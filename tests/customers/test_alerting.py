"""Answering alerts: what customers become, once, for all who have the number, or not at all."""

from datetime import date

import pytest
from auditlog.models import LogEntry

from customers import alerting, answering, counts
from customers.alerting import Act
from customers.models import Customer
from registry.models import Alert, Entity
from tests.customers.telling import MOVED, customer_of, named, tell
from tests.customers.test_editing import form_of
from tests.factories import CustomerFactory, EntityFactory, UserFactory
from tests.together import at_once

pytestmark = pytest.mark.django_db


def do(act: str, alerts: list[Alert], by) -> answering.Outcome:
    return answering.answer(named(alerts), Act(act), by)


def answers() -> dict[str, str]:
    return dict(Alert.objects.values_list("kind", "answer"))


# The new value


def test_a_new_name_is_taken_the_way_people_write_it(kari):
    customer = customer_of(name="Fjell AS")
    do("take", tell(customer, name="FJELL OG VIDDE AS"), kari)
    customer.refresh_from_db()
    assert customer.name == "Fjell og Vidde AS"
    assert customer.search_text.startswith(" fjell og vidde as")
    assert answers() == {"name": "taken"}
    assert Alert.objects.get().handled_by == kari


def test_a_business_address_becomes_the_visiting_address(kari):
    customer = customer_of(visiting_street="Gamle vei 1", visiting_country="SE")
    facts = {"business_address": "Kaigata 3\n2. etasje", "business_postcode": "5003"}
    do("take", tell(customer, **facts, business_city="BERGEN"), kari)
    customer.refresh_from_db()
    assert customer.visiting.lines == ["Kaigata 3", "2. etasje", "5003 Bergen"]
    assert customer.sort_city == "bergen"
    assert not customer.postal


def test_a_postal_address_abroad_keeps_its_country(kari):
    customer = customer_of()
    box = {"postal_address": "Box 1", "postal_postcode": "411 01", "postal_city": "GÖTEBORG"}
    do("take", tell(customer, **box, postal_country="SE"), kari)
    customer.refresh_from_db()
    assert customer.postal.lines == ["Box 1", "411 01 Göteborg", "Sweden"]


def test_an_address_that_is_no_more_is_taken_as_none(kari):
    entity = EntityFactory(**MOVED)
    customer = customer_of(entity, postal_street="Postboks 17", postal_postcode="9008")
    do("take", tell(customer, **dict.fromkeys(MOVED, "")), kari)
    customer.refresh_from_db()
    assert not customer.postal


def test_a_street_longer_than_ours_may_be_is_cut(kari):
    customer = customer_of()
    do("take", tell(customer, business_address="lang " * 100), kari)
    customer.refresh_from_db()
    assert customer.visiting_street == ("lang " * 100)[:300]


def test_all_customers_of_the_number_change_and_no_others(kari):
    one = customer_of(name="Fjell AS")
    two = CustomerFactory(org_number=one.org_number, name="Fjell AS avd. Nord", status="blocked")
    swede = CustomerFactory(org_number=one.org_number, name="Fjell AB", country="SE")
    do("take", tell(one, name="VIDDE AS"), kari)
    names = Customer.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == ["Vidde AS", "Vidde AS", "Fjell AB"]
    assert {one.pk, two.pk, swede.pk} == set(Customer.objects.values_list("pk", flat=True))


def test_a_value_that_we_have_already_only_closes_the_alert(kari):
    customer = customer_of(name="Fjell AS")
    alerts = tell(customer, name="VIDDE AS")
    Customer.objects.filter(pk=customer.pk).update(name="Vidde AS")
    do("take", alerts, kari)
    assert answers() == {"name": "taken"}
    assert Customer.objects.get().version == 1
    assert not LogEntry.objects.get_for_object(customer).filter(actor=kari).exists()


def test_what_customers_have_no_field_of_is_noted(kari):
    customer = customer_of()
    tell(customer, form_code="ASA", industry_code="71.121")
    alerts = tell(customer, vat_registered=True, winding_up=True)
    outcome = do("take", alerts, kari)
    assert set(answers().values()) == {"noted"}
    assert len(outcome.answered) == 4
    assert Customer.objects.get().version == 1


def test_keeping_ours_changes_nothing(kari):
    customer = customer_of(name="Fjell AS")
    do("keep", tell(customer, name="VIDDE AS"), kari)
    assert (Customer.objects.get().name, Customer.objects.get().version) == ("Fjell AS", 1)
    assert answers() == {"name": "kept"}


# Status


def test_a_bankrupt_customer_is_blocked(kari):
    customer = customer_of()
    CustomerFactory(org_number=customer.org_number, status="potential")
    do("block", tell(customer, bankrupt=True, bankrupt_on=date(2026, 11, 19)), kari)
    assert set(Customer.objects.values_list("status", "version")) == {("blocked", 2)}
    assert answers() == {"bankrupt": "taken"}


def test_a_deleted_customer_becomes_inactive_but_nobody_blocked_does(kari):
    customer = customer_of()
    blocked = CustomerFactory(org_number=customer.org_number, status="blocked")
    alerts = tell(customer, deleted_on=date(2026, 11, 19))
    do("inactivate", alerts, kari)
    customer.refresh_from_db()
    blocked.refresh_from_db()
    assert (customer.status, customer.version) == ("inactive", 2)
    assert (blocked.status, blocked.version) == ("blocked", 1)


def test_what_is_offered_follows_from_the_kind_and_the_customers():
    def offered(status: str, **facts) -> list[str]:
        customer = customer_of(status=status)
        (alert,) = tell(customer, **facts)
        return [str(act) for act in alerting.acts_for(alert, [customer])]

    day = date(2026, 11, 19)
    assert offered("active", bankrupt=True) == ["block", "note"]
    assert offered("blocked", bankrupt=True) == ["note"]
    assert offered("inactive", compulsory_dissolution=True) == ["block", "note"]
    assert offered("potential", deleted_on=day) == ["inactivate", "block", "note"]
    assert offered("inactive", deleted_on=day) == ["block", "note"]
    assert offered("active", winding_up=True) == ["note"]
    assert offered("active", name="VIDDE AS") == ["take", "keep"]


def test_good_news_blocks_nobody(kari):
    customer = customer_of(EntityFactory(bankrupt=True))
    alerts = tell(customer, bankrupt=False)
    outcome = do("block", alerts, kari)
    assert (outcome.answered, outcome.unsuited) == ([], alerts)
    assert Customer.objects.get().status == "active"
    assert [str(act) for act in alerting.acts_for(alerts[0], [customer])] == ["note"]


# Several at once


def test_several_kinds_at_once_each_by_its_meaning_and_one_new_version_each(kari):
    one, two = customer_of(name="Fjell AS"), customer_of(name="Dal AS")
    alerts = tell(one, name="VIDDE AS", bankrupt=True, **MOVED) + tell(two, name="LI AS")
    left = tell(customer_of(), name="ANDRE AS")
    outcome = do("take", alerts, kari)
    assert len(outcome.answered) == 4
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.name, one.postal_city, one.status, one.version) == (
        "Vidde AS", "Tromsø", "active", 2,
    )  # fmt: skip
    assert (two.name, two.version) == ("Li AS", 2)
    given = Alert.objects.filter(org_number=one.org_number).values_list("kind", "answer")
    assert dict(given) == {"bankrupt": "noted", "name": "taken", "postal": "taken"}
    assert list(Alert.objects.open()) == left


def test_all_or_nothing(kari, monkeypatch):
    one, two = customer_of(name="Fjell AS"), customer_of(name="Dal AS")
    alerts = tell(one, name="VIDDE AS") + tell(two, name="LI AS")
    log = LogEntry.objects.log_create
    monkeypatch.setattr(
        LogEntry.objects,
        "log_create",
        lambda customer, **rest: log(customer, **rest) if customer == one else 1 / 0,
    )
    with pytest.raises(ZeroDivisionError):
        do("take", alerts, kari)
    assert set(Customer.objects.values_list("name", flat=True)) == {"Fjell AS", "Dal AS"}
    assert Alert.objects.open().count() == 2


# Somebody or something else meanwhile


def test_an_alert_that_somebody_handled_is_told_with_who(kari, per):
    customer = customer_of(name="Fjell AS")
    alerts = tell(customer, name="VIDDE AS")
    do("keep", alerts, per)
    outcome = do("take", alerts, kari)
    assert outcome.answered == []
    assert [(a.handled_by, a.answer) for a in outcome.handled] == [(per, "kept")]
    assert Customer.objects.get().name == "Fjell AS"


def test_an_alert_renewed_since_it_was_shown_stays_open(kari):
    customer = customer_of(name="Fjell AS")
    seen = tell(customer, name="VIDDE AS")
    tell(customer, name="HEIM AS")
    outcome = do("take", seen, kari)
    assert [alert.new for alert in outcome.renewed] == ["HEIM AS"]
    assert Customer.objects.get().name == "Fjell AS"
    assert Alert.objects.open().count() == 1


def test_an_alert_that_is_gone_is_told(kari):
    customer = customer_of(name="Fjell AS")
    seen = tell(customer, name="VIDDE AS")
    tell(customer, name="FJELL AS")
    Alert.objects.all().delete()
    assert do("take", seen, kari).gone == 1


def test_without_our_copy_there_is_nothing_to_take_but_ours_can_be_kept(kari):
    customer = customer_of(name="Fjell AS")
    alerts = tell(customer, name="VIDDE AS")
    Entity.objects.all().delete()
    assert do("take", alerts, kari).unsuited == alerts
    assert do("keep", alerts, kari).answered == alerts


def test_alerts_of_a_number_that_no_visible_customer_has_are_out_of_reach(kari, ola):
    customer = customer_of(name="Fjell AS")
    alerts = tell(customer, name="VIDDE AS")
    assert do("take", alerts, ola).gone == 1
    Customer.objects.update(country="SE")
    assert do("take", alerts, kari).gone == 1
    assert Alert.objects.open().count() == 1


@pytest.mark.parametrize("name", ["", "x", "-", "-5", "1", "²-1", "9" * 400, "9" * 18 + "-1"])
def test_names_that_make_no_sense_do_nothing(kari, name):
    customer = customer_of(name="Fjell AS")
    tell(customer, name="VIDDE AS")
    assert answering.answer([name], Act.TAKE, kari).answered == []
    assert Customer.objects.get().name == "Fjell AS"


def test_an_edit_form_opened_before_meets_changed_meanwhile(as_kari, per):
    customer = customer_of(number="77", name="Fjell AS")
    per.is_superuser = True
    seen = form_of(as_kari, "/customers/77/edit/")
    do("take", tell(customer, name="VIDDE AS"), per)
    response = as_kari.post("/customers/77/edit/", seen | {"name": "Mitt AS", "phone": "22000000"})
    assert response.status_code == 422
    assert "Changed meanwhile to “Vidde AS”" in response.content.decode()
    assert Customer.objects.get().name == "Vidde AS"


def test_a_customer_edited_since_the_alert_keeps_what_was_edited(as_kari, kari):
    customer = customer_of(number="77", name="Fjell AS")
    alerts = tell(customer, name="VIDDE AS")
    form = form_of(as_kari, "/customers/77/edit/")
    as_kari.post("/customers/77/edit/", form | {"email": "ny@fjell.example"})
    do("take", alerts, kari)
    stored = Customer.objects.get()
    assert (stored.name, stored.email, stored.version) == ("Vidde AS", "ny@fjell.example", 3)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_one_does_and_the_other_is_told(kari):
    people = [kari, UserFactory(is_superuser=True)]
    for n in range(5):
        customer = customer_of(name=f"Fjell {n} AS")
        CustomerFactory(org_number=customer.org_number, name="Fjell AS avd. Nord")
        alerts = tell(customer, name=f"VIDDE {n} AS", **MOVED)
        acts = ["take", "keep"]
        outcomes = at_once(2, lambda who, a=alerts, acts=acts: do(acts[who], a, people[who]))
        first = 0 if outcomes[0].answered else 1
        assert [len(outcome.answered) for outcome in outcomes] in ([2, 0], [0, 2])
        assert {a.handled_by for a in outcomes[1 - first].handled} == {people[first]}
        name = f"Vidde {n} AS" if first == 0 else f"Fjell {n} AS"
        customer.refresh_from_db()
        assert (customer.name, customer.version) == (name, 2 if first == 0 else 1)


@pytest.mark.django_db(transaction=True)
def test_the_register_and_people_get_through_at_once(kari):
    """What one of them locks the other waits for, in the same order: none gets stuck."""
    customers = [customer_of(name=f"Fjell {n} AS") for n in range(6)]
    for customer in customers:
        tell(customer, name="VIDDE AS", **MOVED)

    def act(who: int) -> None:
        for turn in range(5):
            if who % 2:
                for customer in customers:
                    tell(customer, name=f"VIDDE {who} {turn} AS", vat_registered=bool(turn % 2))
            else:
                do("take", list(Alert.objects.open()), kari)

    at_once(4, act)
    do("take", list(Alert.objects.open()), kari)
    assert not Alert.objects.open().exists()
    for customer in Customer.objects.all():
        assert customer.name == Entity.objects.get(pk=customer.org_number).display_name


# Which customers


def test_customers_with_an_open_alert_are_found(kari):
    one, two = customer_of(), customer_of()
    CustomerFactory(org_number=one.org_number, country="SE")
    alerts = tell(one, name="VIDDE AS")
    tell(two, bankrupt=True)
    assert set(Customer.objects.filter(alerting.has_open_alert())) == {one, two}
    do("keep", alerts, kari)
    assert set(Customer.objects.filter(alerting.has_open_alert())) == {two}


def test_open_alerts_are_counted_anew_when_one_is_answered(
    kari, django_capture_on_commit_callbacks, django_assert_num_queries
):
    customer = customer_of()
    alerts = tell(customer, name="VIDDE AS", bankrupt=True)
    Alert.objects.create(org_number="999999999", kind="vat", new="1", changed_on="2026-11-20")
    assert counts.open_alerts() == 2
    with django_assert_num_queries(0):
        assert counts.open_alerts() == 2
    with django_capture_on_commit_callbacks(execute=True):
        do("keep", alerts[:1], kari)
    assert counts.open_alerts() == 1
