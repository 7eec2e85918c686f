"""A small office without the mirror: `registry_update` asks for the watched numbers alone."""

from datetime import date, timedelta
from itertools import chain

import pytest
from django.core.management.base import CommandError
from django.utils import timezone

from registry import alerts, brreg, feed
from registry.models import Alert, Entity, Mirror
from tests.factories import EntityFactory
from tests.registry.following import LEGAL, SUB, load, names, rows, run
from tests.standin.register import Register, enhet, fictional_number

TEKNIKK, NARVIK, EIENDOM = fictional_number(0), fictional_number(1), fictional_number(2)
ARKIV, KOMMUNE, HANDEL = fictional_number(4), fictional_number(5), fictional_number(6)
UNKNOWN = fictional_number(77)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(feed, "PAUSE", 0)


def paths(register: Register) -> list[str]:
    return [request.path for request in register.requests]


def lists(register: Register, path: str = "enheter") -> list[list[str]]:
    """Return the numbers of each list that was asked for."""
    return [
        request.query["organisasjonsnummer"].split(",")
        for request in register.requests
        if request.path == path
    ]


def test_only_the_watched_numbers_are_asked_for(register, db):
    alerts.watch(TEKNIKK, HANDEL)
    out = run()
    assert names() == {TEKNIKK: "VARDEFJORD TEKNIKK AS", HANDEL: "BJØRKELØSE HANDEL AS"}
    assert lists(register) == [[TEKNIKK, HANDEL]]
    assert paths(register) == ["enheter"]
    assert out.strip() == "Watched numbers: 2 stored, 0 erased, 0 alerts."


def test_without_watched_numbers_nothing_is_asked(register, db):
    assert run().strip() == "No numbers are watched: nothing to do."
    assert register.requests == []


def test_changes_since_the_last_run_raise_alerts_once(register, db):
    alerts.watch(TEKNIKK, NARVIK, EIENDOM, KOMMUNE, HANDEL)
    run()
    register.change(TEKNIKK, navn="VARDEFJORD ENERGI AS")
    register.change(NARVIK, overordnetEnhet=HANDEL)
    register.delete(EIENDOM, "2026-11-02")
    register.remove(KOMMUNE)
    register.change(HANDEL, konkurs=True, konkursdato="2026-11-05")
    assert "4 stored, 1 erased, 5 alerts" in run()
    assert "0 alerts" in run()
    found = set(Alert.objects.values_list("org_number", "kind", "changed_on"))
    today = timezone.localdate()
    assert found == {
        (TEKNIKK, "name", today),
        (NARVIK, "owner", today),
        (EIENDOM, "deleted", date(2026, 11, 2)),
        (KOMMUNE, "withdrawn", today),
        (HANDEL, "bankrupt", date(2026, 11, 5)),
    }


def test_places_of_business_are_found_in_their_own_list(register, db):
    alerts.watch(TEKNIKK, NARVIK)
    run()
    assert Entity.objects.get(pk=NARVIK).kind == SUB
    assert lists(register, "underenheter") == [[NARVIK]]
    assert paths(register) == ["enheter", "underenheter"]


def test_what_no_list_has_is_asked_for_alone(register, db):
    alerts.watch(ARKIV, NARVIK, UNKNOWN)
    run()
    assert lists(register, "underenheter") == [[NARVIK, ARKIV, UNKNOWN]]
    assert [path for path in paths(register) if "/" in path] == [
        f"enheter/{ARKIV}",
        f"enheter/{UNKNOWN}",
        f"underenheter/{UNKNOWN}",
    ]
    assert Entity.objects.get(pk=ARKIV).deleted_on == date(2024, 3, 9)


def test_a_number_that_is_nowhere_is_left_alone_and_told(register, db):
    EntityFactory(org_number=UNKNOWN, name="HVOR BLE DET AV AS")
    before = rows()
    alerts.watch(UNKNOWN)
    assert f"1 not in the register, left as they were: {UNKNOWN}" in run()
    assert rows() == before


@pytest.mark.parametrize(
    "text", ["", "12345678", "SE556677", "١٢٣٤٥٦٧٨٩", "31 000 00", "918212445", "999999999"]
)
def test_what_is_no_number_is_not_asked_about(register, db, text):
    alerts.watch(TEKNIKK)
    alerts.Watch.objects.create(org_number=text)
    assert "1 not in the register" in run()
    assert lists(register) == [[TEKNIKK]]


def test_an_entity_that_makes_no_sense_is_left_alone_and_told(register, db):
    alerts.watch(TEKNIKK, HANDEL)
    run()
    register.change(TEKNIKK, navn=None)
    register.change(HANDEL, navn="LØSE HANDEL AS")
    assert f"1 unreadable, left as they were: {TEKNIKK}" in run()
    assert names() == {TEKNIKK: "VARDEFJORD TEKNIKK AS", HANDEL: "LØSE HANDEL AS"}


def test_lists_are_of_a_hundred_the_never_fetched_first_then_the_oldest(register, db):
    numbers = [register.add(enhet(f"FIRMA {n} AS", fictional_number(n))) for n in range(200, 450)]
    alerts.watch(*numbers)
    oldest, newest = numbers[200:], numbers[:50]
    now = timezone.now()
    for number in (*oldest, *newest):
        days = 9 if number in oldest else 2
        EntityFactory(org_number=number, fetched_at=now - timedelta(days=days))
    assert "250 stored" in run()
    asked = lists(register)
    assert [len(numbers) for numbers in asked] == [100, 100, 50]
    assert [*chain(*asked)] == numbers[50:200] + oldest + newest


def test_lists_done_before_the_register_fails_stay_done_and_the_next_run_begins_with_the_rest(
    register, db
):
    numbers = [register.add(enhet(f"FIRMA {n} AS", fictional_number(n))) for n in range(200, 400)]
    alerts.watch(*numbers)
    steps = feed.refresh(feed.uncovered())
    assert next(steps).stored == 100
    register.fail("500")
    with pytest.raises(brreg.RegisterDown):
        next(steps)
    assert set(names()) == set(numbers[:100])
    with pytest.raises(CommandError, match="does not answer as it should") as error:
        run()
    assert error.value.returncode == 1
    register.fail("ok")
    register.requests.clear()
    run()
    assert lists(register)[0] == numbers[100:]
    assert set(names()) == set(numbers)


@pytest.mark.parametrize("mode", ["500", "down", "html", "cut", "half", "junk", "429", "redirect"])
def test_a_register_that_is_down_changes_nothing(register, db, mode):
    alerts.watch(TEKNIKK, ARKIV)
    run()
    before = rows()
    register.change(TEKNIKK, navn="VARDEFJORD ENERGI AS")
    register.fail(mode)
    with pytest.raises(CommandError, match="does not answer as it should"):
        run()
    assert rows() == before


def test_a_number_that_the_register_always_fails_at_keeps_no_other_waiting(
    register, db, monkeypatch
):
    monkeypatch.setattr(brreg.wire, "PAUSES", ())
    monkeypatch.setattr(brreg, "LONGEST_LIST", 2)
    alerts.watch(UNKNOWN, TEKNIKK, NARVIK, HANDEL)
    register.mode_of = lambda r: "500" if r.path == f"enheter/{UNKNOWN}" else "ok"
    with pytest.raises(CommandError, match=f"enheter/{UNKNOWN} answers 500"):
        run()
    assert set(names()) == {TEKNIKK, NARVIK, HANDEL}


def test_after_three_numbers_in_vain_the_register_counts_as_down(register, db, monkeypatch):
    monkeypatch.setattr(brreg.wire, "PAUSES", ())
    register.add(enhet("SIST AS", fictional_number(300)))
    alerts.watch(*(fictional_number(n) for n in range(90, 99)), fictional_number(300))
    asked = []

    def mode_of(request):
        alone = request.path.startswith("enheter/")
        asked.extend([request.path] * alone)
        return "500" if alone else "ok"

    register.mode_of = mode_of
    with pytest.raises(CommandError, match="does not answer as it should"):
        run()
    assert len(asked) == feed.IN_VAIN
    assert names() == {fictional_number(300): "SIST AS"}


def test_between_two_lists_is_a_pause(register, db, monkeypatch):
    slept = []
    monkeypatch.setattr(feed, "PAUSE", 0.25)
    monkeypatch.setattr(feed.time, "sleep", slept.append)
    alerts.watch(*(fictional_number(n) for n in range(200, 420)))
    monkeypatch.setattr(brreg, "entity", lambda number, kinds: EntityFactory.build(pk=number))
    list(feed.refresh(feed.uncovered()))
    assert slept == [0.25, 0.25]


def test_with_the_mirror_only_what_it_lacks_is_asked_for(register, db):
    load(register)
    Entity.objects.filter(pk=ARKIV).delete()
    alerts.watch(TEKNIKK, NARVIK, ARKIV)
    out = run()
    assert lists(register) == [[ARKIV]]
    assert "Watched numbers: 1 stored" in out
    assert Entity.objects.get(pk=ARKIV).deleted_on
    register.requests.clear()
    assert "Watched numbers" not in run()
    assert {path.partition("/")[0] for path in paths(register)} == {"oppdateringer"}


def test_with_a_mirror_of_one_kind_the_watched_of_the_other_are_asked_for(register, db):
    load(register)
    Mirror.objects.filter(pk=SUB).update(loaded_at=None)
    alerts.watch(TEKNIKK, NARVIK)
    register.change(TEKNIKK, navn="VARDEFJORD ENERGI AS")
    register.change(NARVIK, navn="AVD NARVIK HAVN")
    run()
    assert names()[TEKNIKK] == "VARDEFJORD ENERGI AS"
    assert names()[NARVIK] == "AVD NARVIK HAVN"
    assert Mirror.objects.get(pk=LEGAL).last_event
    assert Mirror.objects.get(pk=SUB).last_event is None
    assert paths(register).count("oppdateringer/underenheter") == 0
