"""What people get when they look for a company, and what of it is kept."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from registry import brreg, lookup
from registry.lookup import Answer, Found, Problem
from registry.models import Entity
from tests.standin.register import enhet, fictional_number, slettet, underenhet

TEKNIKK, NARVIK, EIENDOM, GJENBRUK, ARKIV, _, _, _, LONDON = map(fictional_number, range(9))
UNKNOWN = fictional_number(500)

pytestmark = pytest.mark.django_db


def copy(name, number, age=timedelta(0), **fields):
    return Entity.objects.create(
        org_number=number, name=name, fetched_at=timezone.now() - age, **fields
    )


def copies(count, name="VARDEFJORD {}"):
    for index in range(count):
        copy(name.format(index), fictional_number(100 + index))


def names(answer):
    return [entity.name for entity in answer.entities]


# Our own copies


def test_copies_are_found_without_asking(register):
    copy("BJØRKELØSE HANDEL AS", UNKNOWN)
    assert names(lookup.local("bjorkel")) == ["BJØRKELØSE HANDEL AS"]
    assert names(lookup.local("Bjørkeløse Handel AS")) == ["BJØRKELØSE HANDEL AS"]
    assert names(lookup.local("hand bjørk")) == ["BJØRKELØSE HANDEL AS"]
    assert register.requests == []


@pytest.mark.parametrize(
    "question", ["kjerkeløse", "bjørkeløse bank", "handelshus", "ndel", "%", "b_"]
)
def test_copies_that_do_not_match_are_not_found(question):
    copy("BJØRKELØSE HANDEL AS", UNKNOWN)
    assert names(lookup.local(question)) == []


def test_copies_are_found_by_the_beginning_of_their_number(register):
    copy("VARDEFJORD TEKNIKK AS", TEKNIKK)
    copy("EN ANNEN AS", fictional_number(5000))
    assert names(lookup.search("310 000 00")) == ["VARDEFJORD TEKNIKK AS"]
    assert register.requests == []


@pytest.mark.parametrize("question", ["", " ", "v", "3", "&", "\0", "\ud800", "æ"])
def test_a_question_too_short_to_mean_something_finds_nothing(register, question):
    copy("V AS", UNKNOWN)
    assert lookup.search(question) == Answer([])
    assert register.requests == []


def test_copies_alone_are_not_all_the_register_may_know():
    copy("VARDEFJORD TEKNIKK AS", TEKNIKK)
    assert not lookup.local("vardefjord").complete


def test_of_many_copies_the_best_are_found():
    copies(30)
    copy("VARDEFJORD STOR AS", UNKNOWN, employees=900)
    copy("VARDEFJORD A AS", TEKNIKK, bankrupt=True)
    assert names(lookup.local("vardefjord", limit=2)) == ["VARDEFJORD STOR AS", "VARDEFJORD 0"]


# Names


def test_a_search_asks_the_register_and_keeps_what_it_says(register):
    answer = lookup.search("vardefjord")
    expected = ["VARDEFJORD TEKNIKK AS", "VARDEFJORD EIENDOM AS", "VARDEFJORD GJENBRUK AS"]
    assert (names(answer), answer.problem, answer.complete) == (expected, "", True)
    kept = Entity.objects.get(pk=TEKNIKK)
    assert (kept.name_key, kept.business_city, kept.phone) == (
        "vardefjord teknikk",
        "TROMSØ",
        "77 00 00 01",
    )
    assert kept.is_fresh


def test_a_search_brings_copies_and_the_register_together(register):
    copy("VARDEFJORD AS", UNKNOWN)
    copy("VARDEFJORD GAMMELT NAVN", EIENDOM, age=timedelta(days=9))
    answer = lookup.search("vardefjord")
    assert names(answer) == [
        "VARDEFJORD AS",
        "VARDEFJORD TEKNIKK AS",
        "VARDEFJORD EIENDOM AS",
        "VARDEFJORD GJENBRUK AS",
    ]


def test_a_search_gives_no_more_than_was_asked_for(register):
    assert names(lookup.search("vardefjord", limit=1)) == ["VARDEFJORD TEKNIKK AS"]
    assert Entity.objects.count() == 3


def test_the_same_question_is_asked_once_a_day(register):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = lookup.search("vardefjord")
        assert names(lookup.search("  Vardefjord ")) == names(first)
        clock.shift(timedelta(hours=23))
        assert lookup.search("vardefjord").complete
        assert len(register.requests) == 1
        clock.shift(timedelta(hours=2))
        lookup.search("vardefjord")
        assert len(register.requests) == 2


def test_a_question_without_answer_is_asked_once_a_day_too(register):
    assert lookup.search("finnesikke") == lookup.search("finnesikke") == Answer([])
    assert len(register.requests) == 2  # with the prefix method and without


def test_what_the_register_finds_its_own_way_is_found_again(register, monkeypatch):
    """The register also matches earlier names, and spellings that we do not."""
    only = enhet("HELT ANDRE ORD AS", UNKNOWN)
    page = {"_embedded": {"enheter": [only]}}
    monkeypatch.setattr(register, "answer", lambda request: (200, page))
    assert names(lookup.search("gammelt navn")) == ["HELT ANDRE ORD AS"]
    assert names(lookup.search("gammelt navn")) == ["HELT ANDRE ORD AS"]
    assert len(register.requests) == 1


def test_a_question_with_other_letters_is_another_question(register):
    """To the register `ø` is no `o`: having asked for one says nothing about the other."""
    assert names(lookup.search("bjorkelose")) == []
    assert names(lookup.search("bjørkeløse")) == ["BJØRKELØSE HANDEL AS"]


def test_enough_copies_that_begin_like_the_question_need_no_asking(register):
    copies(5)
    answer = lookup.search("vardefjord", limit=5)
    assert (len(answer.entities), answer.complete) == (5, True)
    assert register.requests == []


def test_enough_copies_that_match_less_well_do_not_suffice(register):
    copies(5, "ALTA VARDEFJORD {}")
    assert "VARDEFJORD TEKNIKK AS" in names(lookup.search("vardefjord", limit=5))


def test_a_question_that_the_register_refuses_gets_our_copies(register, monkeypatch):
    monkeypatch.setattr(register, "answer", lambda request: (400, {"feilmelding": "Nei"}))
    copy("VARDEFJORD AS", UNKNOWN)
    answer = lookup.search("vardefjord")
    assert (names(answer), answer.problem) == (["VARDEFJORD AS"], Problem.INVALID)


# Numbers


@pytest.mark.parametrize("question", [TEKNIKK, "310 000 000", "NO310000000MVA"])
def test_a_number_as_a_question_finds_the_company(register, question):
    assert names(lookup.search(question)) == ["VARDEFJORD TEKNIKK AS"]


def test_a_place_of_business_is_found_and_leads_to_its_owner(register):
    (place,) = lookup.search(NARVIK).entities
    assert place.is_sub_entity
    owner = lookup.parent(place)
    assert (owner.entity.org_number, owner.problem) == (TEKNIKK, "")


def test_a_company_that_nobody_owns_has_no_parent(register):
    assert lookup.parent(lookup.find(TEKNIKK).entity) == Found(None)


def test_a_fresh_copy_is_not_asked_for_again(register):
    lookup.find(TEKNIKK)
    assert lookup.find(TEKNIKK).entity.is_fresh
    assert lookup.search(TEKNIKK).complete
    assert register.asked(f"enheter/{TEKNIKK}") == 1


def test_a_stale_copy_is_brought_up_to_date(register):
    copy("GAMMELT NAVN AS", TEKNIKK, age=timedelta(days=2), business_city="ET STED")
    found = lookup.find(TEKNIKK)
    assert (found.entity.name, found.problem) == ("VARDEFJORD TEKNIKK AS", "")
    kept = Entity.objects.get(pk=TEKNIKK)
    assert (kept.name, kept.name_key, kept.business_city, kept.is_fresh) == (
        "VARDEFJORD TEKNIKK AS",
        "vardefjord teknikk",
        "TROMSØ",
        True,
    )


def test_what_the_register_no_longer_says_of_a_living_company_goes(register):
    copy("VARDEFJORD EIENDOM AS", EIENDOM, age=timedelta(days=2), phone="12", bankrupt=True)
    found = lookup.find(EIENDOM)
    assert (found.entity.phone, found.entity.bankrupt) == ("", False)


def test_checking_again_asks_even_for_a_fresh_copy(register):
    lookup.find(TEKNIKK)
    register.add(enhet("NYTT NAVN AS", TEKNIKK))
    assert lookup.refresh(TEKNIKK).entity.name == "NYTT NAVN AS"
    assert Entity.objects.get(pk=TEKNIKK).name_key == "nytt navn"


@pytest.mark.parametrize("number", [TEKNIKK, NARVIK])
@pytest.mark.parametrize("ask", [lookup.find, lookup.refresh])
def test_what_the_register_withdraws_is_erased_here_too(register, number, ask):
    copy("TREKKES", number, age=timedelta(days=2))
    copy("BLIR", UNKNOWN)
    register.removed.add(number)
    assert ask(number) == Found(None, Problem.REMOVED)
    assert names(Answer(list(Entity.objects.all()))) == ["BLIR"]


def test_a_number_that_the_register_does_not_know_keeps_our_copy(register):
    kept = copy("BARE HOS OSS AS", UNKNOWN, age=timedelta(days=2))
    assert lookup.find(UNKNOWN) == Found(kept, Problem.UNKNOWN)
    assert Entity.objects.filter(pk=UNKNOWN).exists()


def test_a_number_that_nobody_knows_is_unknown(register):
    assert lookup.find(UNKNOWN) == Found(None, Problem.UNKNOWN)
    assert lookup.search(UNKNOWN) == Answer([], Problem.UNKNOWN)


@pytest.mark.parametrize("number", ["", "310000001", "999999999", "x" * 9, "\0", "12 34"])
def test_what_cannot_be_a_number_is_not_asked_for(register, number):
    assert lookup.find(number) == lookup.refresh(number) == Found(None, Problem.INVALID)
    assert register.requests == []


def test_nine_digits_that_are_no_number_are_said_to_be_none(register):
    assert lookup.search("310 000 001") == Answer([], Problem.INVALID)
    assert register.requests == []


def test_a_deleted_company_keeps_the_address_we_knew(register):
    lookup.find(TEKNIKK)
    register.add(slettet(register.entities[TEKNIKK], "2026-05-06"))
    found = lookup.refresh(TEKNIKK).entity
    for entity in (found, Entity.objects.get(pk=TEKNIKK)):
        assert entity.deleted_on == date(2026, 5, 6)
        assert (entity.business_city, entity.postal_address) == ("TROMSØ", "Postboks 17")
        assert (entity.email, entity.employees) == ("post@vardefjord-teknikk.example", 12)


def test_a_deleted_company_that_is_new_to_us_has_its_name(register):
    found = lookup.find(ARKIV).entity
    assert (found.name, found.deleted_on) == ("VARDEFJORD ARKIV AS", date(2024, 3, 9))


def test_the_network_is_not_waited_for_inside_a_transaction(register):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        lookup.find(TEKNIKK)


# When the register does not answer


@pytest.mark.parametrize("mode", ["down", "500", "429", "html", "half", "cut", "junk", "redirect"])
def test_a_register_that_is_down_leaves_people_with_our_copies(register, mode):
    stale = copy("VARDEFJORD TEKNIKK AS", TEKNIKK, age=timedelta(days=2))
    register.fail(mode)
    assert lookup.search("vardefjord") == Answer([stale], Problem.DOWN, complete=False)
    cache.clear()
    assert lookup.find(TEKNIKK) == Found(stale, Problem.DOWN)
    assert not lookup.find(TEKNIKK).entity.is_fresh
    cache.clear()
    assert lookup.search(TEKNIKK) == Answer([stale], Problem.DOWN, complete=False)
    assert lookup.find(UNKNOWN) == Found(None, Problem.DOWN)


def test_a_fresh_copy_does_not_care_whether_the_register_is_down(register):
    lookup.find(TEKNIKK)
    register.stop()
    assert lookup.find(TEKNIKK).problem == ""


def test_a_register_that_was_down_is_left_alone_for_half_a_minute(register):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        register.fail("html")
        assert lookup.search("vardefjord").problem == Problem.DOWN
        register.fail("ok")
        clock.shift(29)
        assert lookup.search("vardefjord") == Answer([], Problem.DOWN, complete=False)
        assert lookup.find(TEKNIKK) == Found(None, Problem.DOWN)
        assert len(register.requests) == 1
        clock.shift(2)
        assert lookup.search("vardefjord").complete
        assert lookup.find(LONDON).entity.business_city == "SW1Y 5EA LONDON"


def test_a_register_that_wants_a_longer_rest_gets_it(register):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        register.fail("429", times=1)
        register.retry_after = "120"
        lookup.search("vardefjord")
        clock.shift(100)
        assert lookup.search("vardefjord").problem == Problem.DOWN
        clock.shift(30)
        assert lookup.search("vardefjord").problem == ""


def test_checking_again_asks_at_once_and_ends_the_pause(register):
    register.fail("html", times=1)
    assert lookup.find(TEKNIKK).problem == Problem.DOWN
    assert lookup.refresh(TEKNIKK).problem == ""
    assert lookup.search("vardefjord").complete


def test_a_register_that_knows_no_such_number_is_up_again(register):
    register.fail("html", times=1)
    assert lookup.find(UNKNOWN).problem == Problem.DOWN
    assert lookup.refresh(UNKNOWN).problem == Problem.UNKNOWN
    assert lookup.find(TEKNIKK).problem == ""


def test_an_unknown_number_does_not_count_as_down(register):
    lookup.find(UNKNOWN)
    assert lookup.find(TEKNIKK).problem == ""


def test_a_failure_is_not_remembered_as_an_answer(register):
    register.fail("html", times=1)
    lookup.search("vardefjord")
    cache.delete("registry:down")
    assert names(lookup.search("vardefjord", limit=1)) == ["VARDEFJORD TEKNIKK AS"]


def test_a_mistake_of_ours_is_not_taken_for_the_register_being_down(register, monkeypatch):
    monkeypatch.setattr(brreg, "entity", lambda number: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lookup.find(TEKNIKK)
    monkeypatch.undo()
    assert cache.get("registry:down") is None


def test_a_place_of_business_ranks_with_its_kind_after_its_owner(register):
    lookup.find(NARVIK)
    register.add(underenhet("VARDEFJORD UTE", TEKNIKK))
    assert names(lookup.search("vardefjord"))[-1] == "VARDEFJORD GJENBRUK AS"  # bankrupt
    assert names(lookup.search("vardefjord"))[-2] == "VARDEFJORD TEKNIKK AVD NARVIK"
