"""What the client makes of the register's change feed and of lists of numbers."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from registry import brreg
from registry.brreg import Change, Event
from registry.models import Entity
from tests.standin.register import enhet, fictional_number

LEGAL, SUB = Entity.Kind.LEGAL, Entity.Kind.SUB
TEKNIKK, NARVIK, HANDEL = fictional_number(0), fictional_number(1), fictional_number(6)
FEED = {LEGAL: "oppdateringer/enheter", SUB: "oppdateringer/underenheter"}
GOOD = {
    "oppdateringsid": 16666472,
    "dato": "2023-01-17T05:01:31.544Z",
    "organisasjonsnummer": TEKNIKK,
    "endringstype": "Sletting",
}
AT = datetime(2023, 1, 17, 5, 1, 31, 544_000, tzinfo=UTC)
EVENT = Event(16666472, AT, TEKNIKK, Change.DELETED)


def told(register, *rows, name="oppdaterteEnheter", kind=LEGAL) -> list[Event]:
    """Return what the client makes of a page with these rows."""
    register.junk = {"_embedded": {name: list(rows)}, "page": {"number": 0}}
    register.fail("junk", 1)
    return brreg.updates(kind)


def test_an_event_is_read_whole(register):
    assert told(register, GOOD) == [EVENT]


@pytest.mark.parametrize("word", [change.value for change in Change])
def test_every_type_is_known(register, word):
    assert [event.change.value for event in told(register, GOOD | {"endringstype": word})] == [word]


@pytest.mark.parametrize("word", ["Sammenslåing", "", None, 7, ["Ny"]])
def test_a_type_that_is_not_known_means_that_something_changed(register, word):
    assert told(register, GOOD | {"endringstype": word})[0].change is Change.UNKNOWN


@pytest.mark.parametrize("number", ["9876543", "", None, 310000000, "31000000X", "١٢٣٤٥٦٧٨٩", [1]])
def test_an_event_about_no_number_still_counts_for_the_order(register, number):
    (event,) = told(register, GOOD | {"organisasjonsnummer": number})
    assert (event.id, event.org_number) == (16666472, "")


@pytest.mark.parametrize(
    "date", ["", None, 7, "i går", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2023-13-01"]
)
def test_a_date_that_makes_no_sense_is_no_date(register, date):
    assert told(register, GOOD | {"dato": date})[0].at is None


def test_dates_know_their_zone(register):
    winter = timezone(timedelta(hours=1))
    (event,) = told(register, GOOD | {"dato": "2023-01-17T06:01:31.544+01:00"})
    assert event.at == datetime(2023, 1, 17, 6, 1, 31, 544_000, tzinfo=winter)
    (event,) = told(register, GOOD | {"dato": "2023-01-17T05:01:31.544"})
    assert event.at == AT


@pytest.mark.parametrize("number", [None, "16666472", 0, -1, 1.5, True, 2**63, [], {}])
def test_an_event_without_an_id_is_left_out(register, number):
    assert told(register, GOOD | {"oppdateringsid": number}, GOOD) == [EVENT]


@pytest.mark.parametrize("row", [None, 7, "text", [], {}])
def test_what_is_no_event_is_left_out(register, row):
    assert told(register, row, GOOD) == [EVENT]
    with pytest.raises(brreg.RegisterDown, match="unknown shape"):
        told(register, row)


@pytest.mark.parametrize(
    "page",
    [
        *([], {}, None, "text", {"_embedded": None}, {"_embedded": []}),
        *({"_embedded": {}}, {"_embedded": {"oppdaterteEnheter": {}}, "page": {}}),
        {"_embedded": {"enheter": []}, "page": {}},
    ],
)
def test_an_answer_of_another_shape_is_no_answer(register, page):
    register.junk = page
    register.fail("junk")
    with pytest.raises(brreg.RegisterDown, match="unknown shape"):
        brreg.updates(LEGAL)


@pytest.mark.parametrize("kind", Entity.Kind)
def test_nothing_new_is_no_event(register, kind):
    assert brreg.updates(kind, after=5) == []


@pytest.mark.parametrize("name", ["oppdaterteEnheter", "oppdaterteUnderenheter"])
def test_places_of_business_may_come_under_either_name(register, name):
    assert told(register, GOOD, name=name, kind=SUB) == [EVENT]


@pytest.mark.parametrize("kind", Entity.Kind)
def test_the_question_says_where_to_begin_and_which_version_is_understood(register, kind):
    since = datetime(2026, 11, 1, 1, 30, 15, 250_999, tzinfo=timezone(timedelta(hours=1)))
    brreg.updates(kind, after=25_017_143, size=700)
    brreg.updates(kind, since=since)
    by_id, by_date = register.requests
    assert by_id.path == by_date.path == FEED[kind]
    assert by_id.query == {"oppdateringsid": "25017144", "size": "700"}
    assert by_date.query == {"dato": "2026-11-01T00:30:15.250Z", "size": "1000"}
    name = {LEGAL: "enhet", SUB: "underenhet"}[kind]
    media_type = f"application/vnd.brreg.enhetsregisteret.oppdatering.{name}.v1+json"
    assert by_id.headers["accept"] == media_type


def test_a_place_that_the_feed_does_not_know_is_refused(register):
    with pytest.raises(brreg.InvalidQuestion):
        brreg.updates(LEGAL, after=2**31)


def test_of_a_list_those_come_that_live_and_are_of_the_kind(register):
    gone = register.add(enhet("SNART BORTE AS"))
    register.delete(gone)
    numbers = [TEKNIKK, NARVIK, gone, HANDEL, fictional_number(77), TEKNIKK]
    assert {entity.org_number for entity in brreg.entities(LEGAL, numbers)} == {TEKNIKK, HANDEL}
    assert [entity.kind for entity in brreg.entities(SUB, numbers)] == [SUB]
    assert len(register.requests) == 2


def test_of_a_list_what_was_not_asked_for_or_cannot_be_read_is_left_out(register):
    rows = [enhet("ANNEN AS", HANDEL), enhet("VARDEFJORD TEKNIKK AS", TEKNIKK), {"navn": "X"}, None]
    register.junk = {"_embedded": {"enheter": rows}}
    register.fail("junk")
    found = brreg.entities(LEGAL, [TEKNIKK])
    assert [entity.org_number for entity in found] == [TEKNIKK]


def test_an_empty_list_asks_nothing(register):
    assert brreg.entities(LEGAL, []) == []
    assert register.requests == []


def test_lists_are_of_a_hundred_numbers_at_most(register):
    numbers = [fictional_number(n) for n in range(101)]
    assert len(brreg.entities(LEGAL, numbers[:100])) == 7
    for wrong in (numbers, ["12345678"], ["310000000,310000001"]):
        with pytest.raises(brreg.InvalidQuestion):
            brreg.entities(LEGAL, wrong)
    assert len(register.requests) == 1


def test_an_entity_may_be_asked_for_as_one_kind_alone(register):
    assert brreg.entity(NARVIK, (SUB,)).kind == SUB
    with pytest.raises(brreg.NotInRegister):
        brreg.entity(NARVIK, (LEGAL,))
    assert [request.path.split("/")[0] for request in register.requests] == [
        "underenheter",
        "enheter",
    ]


@pytest.mark.parametrize("kinds", [(LEGAL,), (LEGAL, SUB)])
def test_an_entity_that_makes_no_sense_is_told_from_a_register_that_is_down(register, kinds):
    register.change(TEKNIKK, navn=None)
    with pytest.raises(brreg.UnreadableEntity) as error:
        brreg.entity(TEKNIKK, kinds)
    assert error.value.org_number == TEKNIKK
    register.fail("junk")
    with pytest.raises(brreg.RegisterDown) as down:
        brreg.entity(TEKNIKK, kinds)
    assert not isinstance(down.value, brreg.UnreadableEntity)
