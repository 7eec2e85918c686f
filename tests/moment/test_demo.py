"""The demo: what it loads, and that it can be repeated."""

from io import StringIO
from itertools import pairwise

import pytest
from auditlog.models import LogEntry
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import Count, F
from stdnum.dk import cvr
from stdnum.no import kontonr
from stdnum.se import orgnr as se_orgnr

from customers import numbers
from customers.models import Customer, Note, NumberSeries, Tag, UsedNumber
from moment.models import User
from registry.models import Alert, Entity, Reachability, ReachabilityChange, Watch
from registry.org_number import is_valid

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def debug(settings):
    settings.DEBUG = True


def demo(customers=60, entities=300, weeks=0, **options):
    said = StringIO()
    call_command(
        "demo", customers=customers, entities=entities, weeks=weeks, stdout=said, **options
    )
    return said.getvalue()


def everything():
    return {
        model: list(model.objects.order_by("pk").values())
        for model in (
            *(Customer, Entity, LogEntry, Note, NumberSeries, Tag, UsedNumber, User),
            *(Alert, Reachability, ReachabilityChange, Watch),
        )
    }


def test_refused_without_debug(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        demo()
    assert not User.objects.exists()


@pytest.mark.parametrize("wrong", ["-1", "many", "2000001"])
def test_refuses_a_count_that_makes_no_sense(wrong):
    with pytest.raises(CommandError, match="from 0 to 2000000"):
        call_command("demo", f"--customers={wrong}")


def test_customers_of_every_status_relation_and_origin():
    demo()
    customers = Customer.objects.all()
    assert customers.count() == 60
    assert set(customers.values_list("status", flat=True)) == set(Customer.Status.values)
    assert set(customers.values_list("relation", flat=True)) == set(Customer.Relation.values)
    assert {"NO", "SE"} <= {str(customer.country) for customer in customers}
    assert customers.filter(country="NO", org_number="").exists()
    assert customers.filter(responsible=None).exists()
    assert customers.exclude(postal_street="").exists()
    assert not customers.filter(last_activity_at__lt=F("created_at")).exists()
    for customer in customers:
        customer.full_clean()
    newest = customers.order_by("-sort_number").first()
    assert newest.name == "Fjordkraft Teknikk AS"
    assert newest.sort_name == "fjordkraft teknikk as"


def test_numbers_of_other_kinds_pass_their_checks():
    demo(customers=300)
    for country, check in (("SE", se_orgnr), ("DK", cvr), ("GB", None), ("DE", None)):
        known = Customer.objects.filter(country=country).exclude(org_number="")
        assert known.exists() or country == "DE"
        assert all(check is None or check.is_valid(customer.org_number) for customer in known)
    accounts = Customer.objects.exclude(bank_account="").values_list("bank_account", flat=True)
    assert accounts
    assert all(len(account) == 11 and kontonr.is_valid(account) for account in accounts)
    currencies = set(Customer.objects.values_list("currency", flat=True))
    assert currencies == {"", "SEK", "DKK", "GBP", "EUR"}


def test_norwegian_customers_are_in_the_register_some_in_trouble():
    demo()
    known = Customer.objects.filter(country="NO").exclude(org_number="")
    entities = Entity.objects.in_bulk(list(known.values_list("org_number", flat=True)))
    assert len(entities) > 40
    assert all(customer.org_number in entities for customer in known)
    assert entities[known.get(name="Brekke & Sønner Bygg AS").org_number].bankrupt


def test_the_register_has_everything_a_lookup_can_meet():
    demo(customers=0, entities=2000)
    entities = Entity.objects.all()
    assert entities.count() == 2000
    assert all(is_valid(entity.pk) and entity.pk[0] in "23" for entity in entities)
    forms = set(entities.values_list("form_code", flat=True))
    assert forms >= {
        *("AS", "ASA", "ENK", "NUF", "SA", "DA", "ANS", "ESEK", "BRL", "KOMM", "FYLK", "ORGL"),
        *("KF", "IKS", "STI", "FLI", "KBO", "BEDR", "AAFY"),
    }
    for trouble in ("bankrupt", "winding_up", "compulsory_dissolution"):
        assert entities.filter(**{trouble: True, f"{trouble}_on__isnull": False}).exists()
    deleted = entities.exclude(deleted_on=None)
    assert deleted.exists()
    assert not deleted.exclude(business_address="").exists()
    assert entities.filter(employees=None, has_employees=True).exists()
    abroad = entities.exclude(business_country__in=["NO", ""])
    assert abroad.exists()
    assert not abroad.exclude(business_postcode="").exists()
    subs = entities.filter(kind=Entity.Kind.SUB)
    assert 200 < subs.count() < 300
    legal = set(entities.filter(kind=Entity.Kind.LEGAL).values_list("pk", flat=True))
    assert set(subs.values_list("parent_org_number", flat=True)) <= legal
    lengths = [len(entity.name) for entity in entities]
    assert min(lengths) < 6
    assert 150 < max(lengths) <= 180
    for name in ("FJORDKRAFT TEKNIKK DRIFT AS", "FJORDKRAFT TELEMARK DA"):
        assert entities.filter(name=name).exists()


def test_log_ins():
    said = demo()
    for name in ("admin", "kari", "per", "ola"):
        assert f"  {name} " in said
        assert authenticate(username=name, password="demo")
    rights = {
        name: User.objects.get(username=name).get_all_permissions()
        for name in ("kari", "per", "ola")
    }
    assert rights["per"] == {"customers.view_customer", "projects.view_project"}
    assert rights["ola"] == set()
    assert rights["kari"] >= {"customers.add_customer", "customers.change_customer"}
    assert not authenticate(username="marte", password="demo")
    assert not authenticate(username="marte", password="")


def test_twice_changes_nothing():
    demo()
    before = everything()
    assert "nothing to add" in demo()
    assert everything() == before


def test_twice_changes_nothing_whatever_people_did_meanwhile():
    demo()
    customer = Customer.objects.get(name="Nordlys Arkitekter AS")
    customer.name, customer.org_number = "Renamed", ""
    customer.save()
    Tag.objects.filter(name="Oslo").update(name="Capital")
    Entity.objects.filter(name="FJORDKRAFT TEKNIKK AS").update(employees=77)
    before = everything()
    demo()
    assert everything() == before


def test_a_larger_number_adds_the_missing_ones():
    demo(customers=20, entities=100)
    before = everything()
    demo(customers=50, entities=150)
    after = everything()
    assert len(after[Customer]) == 50
    assert len(after[Entity]) == 150
    for model in (Customer, Note, Tag, UsedNumber, User, Alert, Reachability, ReachabilityChange):
        assert before[model] == [row for row in after[model] if row in before[model]]
    assert Customer.objects.filter(name="Fjordkraft Teknikk AS").count() == 1


def test_numbers_come_from_the_series_and_step_over_those_in_use():
    own = Customer.objects.create(number="1003", name="Our own")
    UsedNumber.objects.create(number="1003", customer=own)
    UsedNumber.objects.create(number="1005", customer=own)
    demo()
    given = Customer.objects.exclude(pk=own.pk)
    assert set(given.values_list("number", flat=True)) == {
        str(number) for number in range(1000, 1062) if number not in (1003, 1005)
    }
    assert all(UsedNumber.objects.get(pk=c.number).customer_id == c.pk for c in given)
    assert numbers.propose().number == "1062"
    own.refresh_from_db()
    assert own.name == "Our own"


def test_a_series_that_is_too_short_gets_more_digits():
    NumberSeries.objects.filter(kind="customer").update(first=1, next=97, last=99)
    demo(customers=10)
    series = numbers.CUSTOMERS.series()
    assert (series.next, series.last) == (107, 999)


def test_created_over_years_in_the_order_of_the_numbers():
    demo(customers=200)
    made = list(Customer.objects.order_by("sort_number").values_list("created_at", flat=True))
    filled = made[:-20]
    assert all(earlier <= later for earlier, later in pairwise(filled))
    assert (made[-1] - made[0]).days > 1800


def test_tags_notes_and_history():
    demo(customers=200)
    tagged = Customer.objects.annotate(how_many=Count("tags")).values_list("how_many", flat=True)
    assert min(tagged) == 0
    assert 2 <= max(tagged) <= 3
    assert set(Tag.objects.values_list("color", flat=True)) <= set(Tag.Color.values)
    notes = Note.objects.all()
    assert notes.values("customer").distinct().count() > 40
    # What came with a merged customer may be older.
    own = notes.filter(customer__merges=None)
    assert not own.filter(created_at__lt=F("customer__created_at")).exists()
    customer = Customer.objects.get(name="Storfjell kommune")
    created = LogEntry.objects.get_for_object(customer).get(action=LogEntry.Action.CREATE)
    assert created.timestamp == customer.created_at
    assert created.changes["name"] == ["None", "Storfjell kommune"]
    changed = LogEntry.objects.get_for_objects(Customer.objects.all()).filter(
        action=LogEntry.Action.UPDATE, changes__has_key="status"
    )
    assert changed.exists()
