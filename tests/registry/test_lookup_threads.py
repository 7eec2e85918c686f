"""People who look for the same company at the same time share one question to the register."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from registry import brreg, lookup
from registry.lookup import Problem, SingleFlight
from registry.models import Entity
from tests import together
from tests.standin.register import fictional_number

TEKNIKK = fictional_number(0)
PEOPLE = 6


def at_once(ask, count=PEOPLE):
    """Return what `ask` returns to each of `count` threads that start together."""
    return together.at_once(count, lambda _person: ask())


@pytest.fixture
def slow_register(register):
    """Slow enough for all threads to be waiting before the first has its answer."""
    register.fail("slow")
    register.slow_seconds = 0.5
    return register


@pytest.mark.django_db(transaction=True)
def test_people_who_want_the_same_number_share_one_question(slow_register):
    found = at_once(lambda: lookup.refresh(TEKNIKK))
    assert [(f.entity.name, f.problem) for f in found] == [("VARDEFJORD TEKNIKK AS", "")] * PEOPLE
    assert slow_register.asked(f"enheter/{TEKNIKK}") == 1
    assert Entity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_people_who_search_for_the_same_name_share_one_question(slow_register):
    answers = at_once(lambda: lookup.search("vardefjord"))
    assert {len(answer.entities) for answer in answers} == {3}
    assert slow_register.asked("enheter") == 1


@pytest.mark.django_db(transaction=True)
def test_people_who_ask_the_same_share_its_failure(slow_register, settings):
    settings.REGISTRY_TIMEOUT = (2.0, 0.4)
    slow_register.slow_seconds = 3
    found = at_once(lambda: lookup.refresh(TEKNIKK))
    assert {(f.entity, f.problem) for f in found} == {(None, Problem.DOWN)}
    assert len(slow_register.requests) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_withdrawn_is_withdrawn_for_all_who_asked(slow_register):
    slow_register.removed.add(TEKNIKK)
    Entity.objects.create(org_number=TEKNIKK, name="TREKKES")
    found = at_once(lambda: lookup.refresh(TEKNIKK))
    assert {f.problem for f in found} == {Problem.REMOVED}
    assert not Entity.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_different_questions_with_the_same_answer_do_not_get_in_each_others_way(slow_register):
    questions = iter(["vard", "varde", "vardef", "vardefj", "vardefjo", "vardefjor"])
    lock = threading.Lock()

    def ask():
        with lock:
            question = next(questions)
        return lookup.search(question)

    assert {len(answer.entities) for answer in at_once(ask)} == {3}
    assert slow_register.asked("enheter") == PEOPLE
    assert Entity.objects.count() == 3


def test_a_question_asked_later_is_asked_anew():
    flights, asked = SingleFlight(), []
    for _time in range(2):
        flights.share("key", lambda: asked.append(1) or [])
    assert len(asked) == 2


def test_a_failure_is_over_when_the_next_one_asks():
    flights = SingleFlight()
    with pytest.raises(ZeroDivisionError):
        flights.share("key", lambda: [1 / 0])
    assert flights.share("key", lambda: []) == []


def test_those_who_share_an_answer_do_not_share_its_rows():
    flights = SingleFlight()
    begun, done = threading.Event(), threading.Event()

    def ask():
        begun.set()
        done.wait(10)
        return [Entity(org_number=TEKNIKK, name="FELLES")]

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(flights.share, "key", ask)
        assert begun.wait(10)
        second = pool.submit(flights.share, "key", lambda: pytest.fail("asked twice"))
        threading.Timer(0.2, done.set).start()
        (one,), (other,) = first.result(10), second.result(10)
    one.name = "ENDRET"
    assert other.name == "FELLES"


def test_nobody_waits_forever_for_another_ones_answer():
    flights = SingleFlight()
    flights.longest_wait = 0.1
    begun, done = threading.Event(), threading.Event()

    def ask():
        begun.set()
        done.wait(10)
        return []

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(flights.share, "key", ask)
        assert begun.wait(10)
        with pytest.raises(brreg.RegisterDown):
            flights.share("key", ask)
        done.set()
        # The leader's own answer is there at once, so it never waits for it.
        assert first.result(10) == []
