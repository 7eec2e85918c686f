"""How questions travel to the register, and what is made of every way it can fail to answer."""

import re
import time
from email.utils import formatdate

import pytest

from registry import brreg
from registry.brreg import InvalidQuestion, NotInRegister, RegisterDown, RemovedFromRegister, wire
from registry.models import Entity
from tests.standin.register import enhet, fictional_number, slettet

TEKNIKK, NARVIK, _, _, ARKIV = (fictional_number(index) for index in range(5))
UNKNOWN = fictional_number(500)


def names(entities):
    return [entity.name for entity in entities]


def test_a_search_finds_names_that_begin_like_the_question(register):
    assert names(brreg.search("vardefj")) == [
        "VARDEFJORD EIENDOM AS",
        "VARDEFJORD GJENBRUK AS",
        "VARDEFJORD TEKNIKK AS",
    ]
    (request,) = register.requests
    assert request.query == {
        "navn": "vardefj",
        "navnMetodeForSoek": "FORTLOEPENDE",
        "size": "50",
    }


def test_a_search_without_hits_is_tried_again_without_the_prefix_method(register, monkeypatch):
    # The prefix method takes no wildcard inside; the other one takes it at the end.
    register.add(enhet("HAVBLIKK VARDE AS"))
    monkeypatch.setattr(
        register, "answer", lambda request: without_prefix_method(register, request)
    )
    assert names(brreg.search("havblikk")) == ["HAVBLIKK VARDE AS"]
    assert ["navnMetodeForSoek" in request.query for request in register.requests] == [True, False]


def without_prefix_method(register, request):
    if "navnMetodeForSoek" in request.query:
        return 200, {"page": {"totalElements": 0}}
    return type(register).answer(register, request)


def test_a_search_that_finds_nothing_is_empty(register):
    assert brreg.search("finnesikke") == []


def test_a_search_for_nothing_does_not_ask(register):
    assert brreg.search(" \n\0 ") == []
    assert register.requests == []


def test_a_question_is_cut_to_what_the_register_takes(register):
    assert brreg.search("x" * 500) == []
    assert {len(request.query["navn"]) for request in register.requests} == {180}


def test_the_letters_of_a_question_arrive_as_typed(register):
    assert names(brreg.search("Bjørkeløse & Co")) == []
    assert register.requests[0].query["navn"] == "Bjørkeløse & Co"
    assert names(brreg.search("bjørkel")) == ["BJØRKELØSE HANDEL AS"]
    assert names(brreg.search("bjorkel")) == []


def test_rows_that_make_no_sense_are_left_out_of_a_search(register):
    register.fail("junk")
    rows = [None, 7, {"navn": "UTEN NUMMER"}, {"organisasjonsnummer": TEKNIKK}, enhet("HEL AS")]
    register.junk = {"_embedded": {"enheter": rows}}
    assert names(brreg.search("hel")) == ["HEL AS"]


def test_a_number_finds_the_legal_entity(register):
    found = brreg.entity(TEKNIKK)
    assert (found.org_number, found.name) == (TEKNIKK, "VARDEFJORD TEKNIKK AS")
    assert found.kind == Entity.Kind.LEGAL
    assert [request.path for request in register.requests] == [f"enheter/{TEKNIKK}"]


def test_a_number_that_is_no_legal_entity_is_looked_for_among_places_of_business(register):
    found = brreg.entity(NARVIK)
    assert found.kind == Entity.Kind.SUB
    assert found.parent_org_number == TEKNIKK
    paths = [request.path for request in register.requests]
    assert paths == [f"enheter/{NARVIK}", f"underenheter/{NARVIK}"]


def test_a_number_that_is_neither_is_not_in_the_register(register):
    with pytest.raises(NotInRegister):
        brreg.entity(UNKNOWN)
    assert len(register.requests) == 2


def test_a_deleted_entity_has_its_name_and_the_day(register):
    found = brreg.entity(ARKIV)
    assert str(found.deleted_on) == "2024-03-09"
    assert (found.name, found.form_code) == ("VARDEFJORD ARKIV AS", "AS")
    assert found.business_address == ""


@pytest.mark.parametrize("number", [TEKNIKK, NARVIK])
def test_a_withdrawn_entity_is_told_by_its_number(register, number):
    register.removed.add(number)
    with pytest.raises(RemovedFromRegister) as caught:
        brreg.entity(number)
    assert caught.value.org_number == number


@pytest.mark.parametrize("number", ["", "1", "31000000x", "../enheter", f"{TEKNIKK}0", "３" * 9])
def test_what_is_no_number_is_refused_without_asking(register, number):
    with pytest.raises(InvalidQuestion):
        brreg.entity(number)
    assert register.requests == []


def test_the_registers_own_words_come_with_a_refused_question(register):
    with pytest.raises(InvalidQuestion, match="Summen av size"):
        brreg.search("vardefjord", size=10_001)
    assert len(register.requests) == 1


def test_every_question_says_who_asks_and_for_which_version(register, settings):
    settings.REGISTRY_CONTACT = "moment@example.com"
    brreg.entity(NARVIK)
    legal, sub = (request.headers for request in register.requests)
    assert legal["accept"].startswith("application/vnd.brreg.enhetsregisteret.enhet.v2+json")
    assert sub["accept"].startswith("application/vnd.brreg.enhetsregisteret.underenhet.v2+json")
    assert re.fullmatch(r"Moment/\d[\w.]* \(\+moment@example\.com\)", legal["user-agent"])


def test_without_a_contact_only_the_program_is_named(settings):
    settings.REGISTRY_CONTACT = ""
    assert re.fullmatch(r"Moment/\d[\w.]*", brreg.user_agent())


# Faults


def ask_by_name():
    return brreg.search("vardefjord teknikk")


def ask_by_number():
    return brreg.entity(TEKNIKK)


either_way = pytest.mark.parametrize("ask", [ask_by_name, ask_by_number])


@either_way
@pytest.mark.parametrize("mode", ["down", "half", "500", "429"])
def test_a_passing_fault_is_tried_again(register, ask, mode):
    register.fail(mode, times=2)
    assert ask()
    assert len(register.requests) == 3


@either_way
@pytest.mark.parametrize("mode", ["down", "half", "500", "429"])
def test_a_lasting_fault_is_given_up_after_three_attempts(register, ask, mode):
    register.fail(mode)
    with pytest.raises(RegisterDown):
        ask()
    assert len(register.requests) == 3


@either_way
@pytest.mark.parametrize("mode", ["html", "404-html", "410-html", "cut", "redirect"])
def test_what_is_not_from_the_register_is_not_asked_for_again(register, ask, mode):
    register.fail(mode)
    with pytest.raises(RegisterDown):
        ask()
    assert len(register.requests) == 1


@either_way
@pytest.mark.parametrize(
    "junk",
    [
        None,
        7,
        "text",
        [],
        [{}],
        {},
        {"_embedded": []},
        {"_embedded": {"enheter": "text"}},
        {"organisasjonsnummer": None, "navn": "A"},
        {"organisasjonsnummer": "31000000", "navn": "A"},
        {"organisasjonsnummer": TEKNIKK, "navn": " \0 "},
        {"organisasjonsnummer": NARVIK, "navn": "EN ANNEN"},
    ],
    ids=str,
)
def test_json_of_another_shape_means_down(register, ask, junk):
    register.fail("junk")
    register.junk = junk
    with pytest.raises(RegisterDown):
        ask()


@either_way
def test_a_redirect_is_not_followed(register, ask):
    register.fail("redirect", times=1)
    register.redirect_to = register.url.replace("127.0.0.1", "localhost") + f"/enheter/{TEKNIKK}"
    with pytest.raises(RegisterDown):
        ask()
    assert len(register.requests) == 1


@either_way
def test_nobody_listening_means_down(register, ask):
    register.stop()
    with pytest.raises(RegisterDown, match="no connection"):
        ask()


@either_way
def test_a_register_that_takes_too_long_is_asked_only_once(register, settings, ask):
    settings.REGISTRY_TIMEOUT = (2.0, 0.2)
    register.fail("slow")
    register.slow_seconds = 3
    begun = time.monotonic()
    with pytest.raises(RegisterDown, match="in time"):
        ask()
    assert time.monotonic() - begun < 2
    assert len(register.requests) == 1


@either_way
def test_a_trickle_of_bytes_ends_with_the_time_for_a_call(register, monkeypatch, ask):
    monkeypatch.setattr(wire, "CALL_LIMIT", 0.4)
    register.fail("drip")
    begun = time.monotonic()
    with pytest.raises(RegisterDown, match="does not end"):
        ask()
    assert time.monotonic() - begun < 3


def test_attempts_end_with_the_time_for_a_call(register, monkeypatch):
    monkeypatch.setattr(wire, "CALL_LIMIT", 1)
    monkeypatch.setattr(wire, "PAUSES", (4, 4))
    register.fail("500")
    begun = time.monotonic()
    with pytest.raises(RegisterDown):
        ask_by_number()
    assert time.monotonic() - begun < 3
    assert len(register.requests) == 1


def test_an_endless_answer_is_cut_off(register, monkeypatch):
    monkeypatch.setattr(wire, "BODY_LIMIT", 1000)
    register.add(enhet("STOR AS", UNKNOWN, aktivitet=["x" * 2000]))
    with pytest.raises(RegisterDown, match="too large"):
        brreg.entity(UNKNOWN)


def test_the_register_is_given_the_time_it_asks_for(register):
    register.fail("429", times=1)
    register.retry_after = "1"
    begun = time.monotonic()
    assert ask_by_number()
    assert time.monotonic() - begun >= 1


@pytest.mark.parametrize("mode", ["429", "500"])
@pytest.mark.parametrize("seconds", [6, 120])
def test_a_register_that_wants_a_long_rest_is_down(register, mode, seconds):
    register.fail(mode)
    register.retry_after = str(seconds)
    with pytest.raises(RegisterDown) as caught:
        ask_by_number()
    assert caught.value.retry_after == seconds
    assert len(register.requests) == 1


def test_the_rest_can_be_asked_for_as_a_date(register):
    register.fail("429")
    register.retry_after = formatdate(time.time() + 3600, usegmt=True)
    with pytest.raises(RegisterDown) as caught:
        ask_by_number()
    assert caught.value.retry_after == pytest.approx(3600, abs=10)


@pytest.mark.parametrize("nonsense", ["soon", "-4", "1.5", ""])
def test_a_rest_that_makes_no_sense_is_not_kept(register, nonsense):
    register.fail("429", times=1)
    register.retry_after = nonsense
    assert ask_by_number()


def test_a_fault_of_the_first_path_is_not_taken_for_an_unknown_number(register):
    """Only the register itself may say that a number is a place of business or unknown."""
    register.fail("404-html", times=1)
    with pytest.raises(RegisterDown):
        brreg.entity(NARVIK)


@pytest.mark.parametrize("status", [404, 410])
def test_a_search_that_is_not_there_means_down(register, monkeypatch, status):
    """A wrong REGISTRY_URL, say: it says nothing about any company."""
    monkeypatch.setattr(register, "answer", lambda request: (status, None))
    with pytest.raises(RegisterDown, match=str(status)):
        ask_by_name()


def test_a_copy_is_not_erased_over_an_answer_about_another_number(register, monkeypatch):
    gone = {"organisasjonsnummer": NARVIK}
    monkeypatch.setattr(register, "answer", lambda request: (410, gone))
    with pytest.raises(RegisterDown):
        brreg.entity(TEKNIKK)


def test_deleted_entities_do_not_come_from_a_search(register):
    """As documented, so that nobody relies on a search to see deletions."""
    register.add(slettet(enhet("VARDEFJORD NEDLAGT AS")))
    assert "VARDEFJORD NEDLAGT AS" not in names(brreg.search("vardefjord"))
