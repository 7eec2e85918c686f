"""A scan compares all customers with each other, while people work."""

import threading
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command

from customers import creating
from customers.duplicates import finding
from customers.duplicates.likeness import COLUMNS, Known, compare
from customers.models import Customer, DuplicatePair, MatchKey
from moment.turns import only_one
from tests.factories import CustomerFactory
from tests.together import at_once

pytestmark = pytest.mark.django_db

NAMES = ["Fjellheim Energi", "Strandvik Rør", "Håland Bygg", "Nordlys Konsult", "Vidde Maskin"]


def command() -> str:
    out = StringIO()
    call_command("find_duplicates", stdout=out)
    return out.getvalue()


def found() -> set[tuple[int, int]]:
    return set(DuplicatePair.objects.filter(dismissed_at=None).values_list("first", "second"))


def expected() -> set[tuple[int, int]]:
    """Return what comparing each with each other finds."""
    rows = [Known(values) for values in Customer.objects.order_by("pk").values(*COLUMNS)]
    return {
        (one.pk, other.pk)
        for place, one in enumerate(rows)
        for other in rows[place + 1 :]
        if compare(one, other)
    }


def a_few(count: int = 200, seed: int = 1) -> None:
    """Make customers of which some are alike, in names or in what they share."""
    rng = Random(seed)
    for _ in range(count):
        letters = list(f"{rng.choice(NAMES)} {rng.choice('ABCDEF') * 3}{rng.choice('GHIJKL') * 3}")
        if rng.random() < 0.3:
            letters.pop(rng.randrange(len(letters)))
        digits = f"{rng.randrange(40):02}"
        CustomerFactory(
            name="".join(letters),
            email=f"post{digits}@kunde.no" if rng.random() < 0.3 else "",
            phone=f"22 33 44 {digits}" if rng.random() < 0.3 else "",
        )


def test_a_scan_finds_what_comparing_each_with_each_other_does():
    a_few()
    scanned = finding.scan()
    assert found() == expected()
    assert scanned == (200, len(found()))
    assert len(found()) > 100


def test_a_scan_finds_what_following_each_change_does():
    a_few(60, seed=2)
    for customer in Customer.objects.all():
        finding.refresh([customer.pk])
    followed = found()
    DuplicatePair.objects.all().delete()
    finding.scan()
    assert found() == followed


def test_a_second_scan_changes_nothing():
    a_few(60)
    finding.scan()
    before = [list(model.objects.order_by("pk").values()) for model in (MatchKey, DuplicatePair)]
    finding.scan()
    after = [list(model.objects.order_by("pk").values()) for model in (MatchKey, DuplicatePair)]
    assert after == before


def test_in_small_parts_a_scan_finds_the_same(monkeypatch):
    for part in ("_CUSTOMERS", "_PAIRS", "_READ", "_REMEMBERED"):
        monkeypatch.setattr(finding, part, 3)
    a_few(60)
    finding.scan()
    assert found() == expected()


def test_a_scan_makes_good_what_was_changed_past_it():
    one, other = CustomerFactory(name=NAMES[0]), CustomerFactory(name=NAMES[0])
    third = CustomerFactory(name=NAMES[1])
    finding.scan()
    Customer.objects.filter(pk=other.pk).update(name=NAMES[1])
    finding.scan()
    assert found() == {(other.pk, third.pk)}
    assert MatchKey.objects.filter(customer=other, key="fjellheim energi").count() == 0
    assert one.match_keys.count() == 3


def test_those_without_keys_are_counted_until_they_are_compared():
    CustomerFactory(name=NAMES[0])
    CustomerFactory(name="!!!")
    assert finding.not_compared() == 2
    finding.scan()
    assert finding.not_compared() == 0


def test_the_number_of_queries_grows_with_parts_and_not_with_customers(
    django_assert_max_num_queries,
):
    a_few(200)
    finding.scan()
    DuplicatePair.objects.all().delete()
    with django_assert_max_num_queries(70):
        finding.scan()


def test_the_command_tells_what_it_does_and_found():
    CustomerFactory(name=NAMES[0])
    CustomerFactory(name=NAMES[0])
    first, *_steps, last = command().splitlines()
    assert first == "Reading customers …"
    assert last.startswith("Customers compared: 2. Likely duplicates: 1. It took 0.")


def test_the_command_shows_bars_on_a_terminal():
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    CustomerFactory(name=NAMES[0])
    out = Terminal()
    call_command("find_duplicates", stdout=out)
    assert out.getvalue().startswith("Customers compared: 1.")


def test_nobody_at_all_is_compared_with_nobody():
    assert "Customers compared: 0. Likely duplicates: 0." in command()


def test_two_runs_at_once_are_one_too_many():
    with only_one("duplicates"), pytest.raises(CommandError, match="comparing them already"):
        command()
    command()


@pytest.mark.django_db(transaction=True)
def test_two_who_are_changed_at_once_are_each_others_pair():
    customers = [CustomerFactory(name=f"{name} Unlike") for name in NAMES[:4]]
    finding.scan()

    def rename(person: int) -> None:
        customer = customers[person]
        customer.name = NAMES[0]
        customer.save()
        finding.refresh([customer.pk])

    at_once(4, rename)
    assert found() == expected()
    assert len(found()) == 6
    assert MatchKey.objects.count() == 12


@pytest.mark.django_db(transaction=True)
def test_one_customer_changed_by_several_at_once_has_its_last_keys():
    customer = CustomerFactory(name=NAMES[0])

    def rename(person: int) -> None:
        Customer.objects.filter(pk=customer.pk).update(name=NAMES[person])
        finding.refresh([customer.pk])

    at_once(4, rename)
    customer.refresh_from_db()
    keys = set(customer.match_keys.values_list("kind", "key"))
    assert keys == Known(Customer.objects.values(*COLUMNS).get(pk=customer.pk)).keys


@pytest.mark.django_db(transaction=True)
def test_people_create_and_change_while_a_scan_runs(monkeypatch):
    for part in ("_CUSTOMERS", "_PAIRS", "_READ"):
        monkeypatch.setattr(finding, part, 5)
    a_few(40)
    names = [f"{name} {word}" for name in NAMES for word in ("Unlike", "Elsewhere")]
    ready = threading.Event()

    def act(person: int) -> None:
        if person == 0:
            finding.scan(progress=lambda step: ready.set())
            return
        ready.wait(30)
        for name in names[person::3]:
            creating.create(Customer(name=name))
            customer = Customer.objects.order_by("pk")[person]
            customer.name = name
            customer.save()
            finding.refresh([customer.pk])

    at_once(4, act)
    assert found() == expected()
    assert MatchKey.objects.filter(kind="name").count() == Customer.objects.count()
    for customer in Customer.objects.values(*COLUMNS):
        keys = MatchKey.objects.filter(customer=customer["pk"]).values_list("kind", "key")
        assert set(keys) == Known(customer).keys
