"""With a mirror of the whole register, the network is asked only about what it has nothing of."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from registry import copies, lookup
from registry.lookup import Answer, Found, Problem
from registry.models import Entity, Mirror
from tests.factories import EntityFactory
from tests.standin.register import fictional_number

TEKNIKK, NARVIK = fictional_number(0), fictional_number(1)
UNKNOWN = fictional_number(500)
OLD = timedelta(days=9)

pytestmark = pytest.mark.django_db


def mirror(kind=Entity.Kind.LEGAL, age=timedelta(0), **fields) -> Mirror:
    now = timezone.now()
    return Mirror.objects.create(kind=kind, loaded_at=now - OLD, updated_at=now - age, **fields)


def copy(name: str, number: str = UNKNOWN, **fields) -> Entity:
    return EntityFactory(name=name, org_number=number, fetched_at=timezone.now() - OLD, **fields)


def names(answer: Answer) -> list[str]:
    return [entity.name for entity in answer.entities]


def test_one_hit_in_the_mirror_is_enough(register):
    mirror()
    copy("VARDEFJORD AS")
    assert lookup.local("vardefjord").complete
    assert names(lookup.search("vardefjord")) == ["VARDEFJORD AS"]
    assert register.requests == []


def test_what_the_mirror_has_nothing_of_is_asked_for(register):
    mirror()
    assert not lookup.local("vardefjord").complete
    assert "VARDEFJORD TEKNIKK AS" in names(lookup.search("vardefjord"))
    assert len(register.requests) == 1


@pytest.mark.parametrize("kind", [None, Entity.Kind.SUB])
def test_without_a_mirror_of_legal_entities_copies_do_not_suffice(register, kind):
    if kind:
        mirror(kind)
    copy("VARDEFJORD AS")
    assert not lookup.local("vardefjord").complete
    assert len(names(lookup.search("vardefjord"))) == 4


def test_a_mirror_that_was_never_loaded_is_none(register):
    Mirror.objects.create(kind=Entity.Kind.LEGAL)
    copy("VARDEFJORD AS")
    assert not lookup.local("vardefjord").complete


def test_a_copy_of_a_mirror_that_follows_the_register_is_fresh(register):
    mirror()
    kept = copy("GAMMELT NAVN AS", TEKNIKK)
    assert lookup.find(TEKNIKK) == Found(kept)
    assert lookup.local(TEKNIKK) == Answer([kept])
    assert register.requests == []


def test_a_copy_of_a_mirror_that_fell_behind_is_asked_for(register):
    mirror(age=timedelta(days=2))
    copy("GAMMELT NAVN AS", TEKNIKK)
    assert not lookup.local(TEKNIKK).complete
    assert lookup.find(TEKNIKK).entity.name == "VARDEFJORD TEKNIKK AS"


def test_each_kind_has_a_mirror_of_its_own(register):
    mirror(Entity.Kind.SUB)
    copy("GAMMELT NAVN AS", TEKNIKK)
    kept = copy("GAMMEL AVDELING", NARVIK, kind=Entity.Kind.SUB)
    assert lookup.find(NARVIK) == Found(kept)
    assert lookup.find(TEKNIKK).entity.name == "VARDEFJORD TEKNIKK AS"


def test_a_mirror_is_noticed_within_a_minute(register):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        copy("VARDEFJORD AS")
        assert not lookup.local("vardefjord").complete
        mirror()
        clock.shift(61)
        assert lookup.local("vardefjord").complete


def test_a_number_that_the_mirror_lacks_is_unknown_only_when_the_register_says_so(register):
    mirror()
    assert lookup.local(UNKNOWN) == Answer([], complete=False)
    assert lookup.find(UNKNOWN) == Found(None, Problem.UNKNOWN)
    assert register.asked(f"enheter/{UNKNOWN}") == 1
    register.fail("html")
    assert lookup.find(fictional_number(600)) == Found(None, Problem.DOWN)


def test_digits_are_names_too(register):
    mirror()
    copy("1881 AS", UNKNOWN)
    copy("24SEVEN AS", fictional_number(501))
    assert names(lookup.search("1881")) == ["1881 AS"]
    assert names(lookup.search("24")) == ["24SEVEN AS"]
    assert names(lookup.search(UNKNOWN[:4]))[0] == "1881 AS"
    assert register.requests == []


@pytest.mark.parametrize("shape", ["{}{}{}", "{} {} {}", "{}.{}.{}", " {} {}{} ", "{}\u00a0{} {}"])
def test_numbers_are_found_with_blanks_and_dots(register, shape):
    mirror()
    copy("VARDEFJORD AS", UNKNOWN)
    for end in range(3, 10):
        typed = UNKNOWN[:end]
        question = shape.format(typed[:3], typed[3:6], typed[6:])
        assert names(lookup.local(question)) == ["VARDEFJORD AS"]


@pytest.mark.django_db(transaction=True)
def test_what_the_register_said_is_found_with_a_typo_afterwards(register):
    copies.keep([EntityFactory.build(name="KVERNKNURREN AS", former_names="SAGMUGGEN AS")])
    assert names(lookup.local("kvernknuren")) == ["KVERNKNURREN AS"]
    assert names(lookup.local("samguggen")) == ["KVERNKNURREN AS"]
