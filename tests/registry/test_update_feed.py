"""Following the change feed: `registry_update` where the whole register is loaded."""

from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples_of
from hypothesis import strategies as st

from registry import alerts, feed
from registry.models import Alert, Entity, Mirror
from tests.registry.following import LEGAL, SUB, cursor, load, names, pages, questions, rows, run
from tests.standin.register import Register, enhet, fictional_number, underenhet

TEKNIKK, NARVIK, EIENDOM = fictional_number(0), fictional_number(1), fictional_number(2)
KOMMUNE, HANDEL = fictional_number(5), fictional_number(6)


def test_every_type_of_event_is_followed(mirrored):
    new = enhet("NYSTARTET AS")
    mirrored.appear(new)
    mirrored.change(TEKNIKK, navn="VARDEFJORD ENERGI AS")
    mirrored.change(HANDEL, "Ukjent", navn="LØSE HANDEL AS")
    mirrored.delete(EIENDOM, "2026-11-01")
    last = mirrored.remove(KOMMUNE)
    out = run()
    assert names()[new["organisasjonsnummer"]] == "NYSTARTET AS"
    assert names()[TEKNIKK] == "VARDEFJORD ENERGI AS"
    assert names()[HANDEL] == "LØSE HANDEL AS"
    gone = Entity.objects.get(pk=EIENDOM)
    assert (gone.deleted_on, gone.business_city) == (date(2026, 11, 1), "TROMSØ")
    assert KOMMUNE not in names()
    assert cursor() == last
    assert "Legal entities: 5 events, 4 stored, 1 erased, 0 alerts." in out
    assert "Places of business: 0 events, 0 stored" in out


def test_places_of_business_have_a_feed_of_their_own(mirrored):
    new = underenhet("AVD ALTA", TEKNIKK)
    mirrored.appear(new)
    last = mirrored.change(NARVIK, navn="AVD NARVIK HAVN")
    run()
    assert names()[NARVIK] == "AVD NARVIK HAVN"
    added = Entity.objects.get(pk=new["organisasjonsnummer"])
    assert (added.kind, added.parent_org_number) == (SUB, TEKNIKK)
    assert (cursor(SUB), cursor(LEGAL)) == (last, None)


def test_it_is_told_that_the_feed_was_read_to_its_end(mirrored):
    mirrored.change(TEKNIKK)
    before = timezone.now()
    assert not Mirror.objects.get(pk=LEGAL).is_current
    run()
    for state in Mirror.objects.all():
        assert state.updated_at >= before
        assert state.is_current


def test_reading_begins_at_a_date_and_goes_on_after_the_last_event(mirrored):
    begin = datetime(2026, 11, 19, 12, 30, 15, 250_999, tzinfo=UTC)
    Mirror.objects.filter(pk=LEGAL).update(read_from=begin)
    old = mirrored.change(HANDEL, dato="2026-11-19T12:30:15.249Z", navn="FOR TIDLIG AS")
    first = mirrored.change(TEKNIKK, dato="2026-11-19T12:30:15.250Z")
    pages()
    assert cursor() == first > old
    assert "FOR TIDLIG AS" not in names().values()
    mirrored.requests.clear()
    second = mirrored.change(TEKNIKK)
    pages()
    assert cursor() == second
    # The last event is asked for once more: the feed must still reach back to it.
    assert [query.get("oppdateringsid") for query in questions(mirrored)] == [
        str(first),
        str(first + 1),
        str(second + 1),
    ]
    assert questions(mirrored)[0]["size"] == "1"


def test_ids_have_gaps_and_pages_follow_each_other(mirrored, monkeypatch):
    monkeypatch.setattr(feed, "PAGE", 3)
    numbers = [mirrored.add(enhet(f"FIRMA {n} AS")) for n in range(10)]
    for number in numbers:
        mirrored.tell(number, "Ny")
    assert [page.events for page in pages()] == [3, 3, 3, 1]
    assert set(numbers) <= set(names())
    assert cursor() == mirrored.events["enheter"][-1]["oppdateringsid"]
    assert pages() == []


def test_a_short_page_is_not_taken_for_the_last_one(mirrored, monkeypatch):
    """A register that gives less than it is asked for is read to its end all the same."""
    monkeypatch.setattr(feed, "PAGE", 9_000)
    whole = mirrored.updates
    monkeypatch.setattr(mirrored, "updates", lambda kind, query: whole(kind, query | {"size": "2"}))
    for _time in range(5):
        mirrored.change(TEKNIKK)
    assert [page.events for page in pages()] == [2, 2, 1]


def test_what_happened_several_times_is_asked_for_once(mirrored):
    for n in range(7):
        mirrored.change(TEKNIKK, navn=f"NAVN {n} AS")
    mirrored.requests.clear()
    assert [page.stored for page in pages()] == [1]
    assert names()[TEKNIKK] == "NAVN 6 AS"
    assert mirrored.asked("enheter") == 1
    assert mirrored.asked(f"enheter/{TEKNIKK}") == 0


def test_whole_entities_are_asked_for_in_lists_of_a_hundred(mirrored):
    numbers = [mirrored.add(enhet(f"FIRMA {n} AS")) for n in range(250)]
    for number in numbers:
        mirrored.tell(number, "Endring")
    mirrored.requests.clear()
    assert [page.stored for page in pages()] == [250]
    lists = [r.query["organisasjonsnummer"] for r in mirrored.requests if r.path == "enheter"]
    assert [text.count(",") + 1 for text in lists] == [100, 100, 50]
    assert not [r.path for r in mirrored.requests if r.path.startswith("enheter/")]


def test_what_was_deleted_since_its_change_is_asked_for_alone(mirrored):
    mirrored.change(TEKNIKK)
    mirrored.delete(TEKNIKK, "2026-11-05")
    mirrored.events["enheter"].pop()  # the event of it is still to come
    pages()
    assert Entity.objects.get(pk=TEKNIKK).deleted_on == date(2026, 11, 5)


def test_what_was_removed_since_its_change_is_erased(mirrored):
    mirrored.change(TEKNIKK)
    mirrored.removed.add(TEKNIKK)
    assert [page.erased for page in pages()] == [1]
    assert TEKNIKK not in names()


def test_what_is_published_again_after_its_removal_is_stored(mirrored):
    mirrored.remove(TEKNIKK)
    mirrored.removed.clear()
    mirrored.change(TEKNIKK, "Ny", navn="TILBAKE AS")
    pages()
    assert names()[TEKNIKK] == "TILBAKE AS"


def test_what_is_deleted_without_a_trace_keeps_what_we_knew(mirrored):
    del mirrored.entities[HANDEL]
    mirrored.tell(HANDEL, "Sletting", "2026-11-18T05:00:00.000Z")
    pages()
    gone = Entity.objects.get(pk=HANDEL)
    assert (gone.deleted_on, gone.name) == (date(2026, 11, 18), "BJØRKELØSE HANDEL AS")


def test_what_the_register_does_not_know_is_left_alone_and_told(mirrored):
    unknown = fictional_number(77)
    last = mirrored.tell(unknown, "Endring")
    before = rows()
    assert f"1 not in the register, left as they were: {unknown}" in run()
    assert rows() == before
    assert cursor() == last


def test_an_entity_that_makes_no_sense_does_not_hold_up_the_others(mirrored):
    mirrored.change(TEKNIKK, navn=None)
    last = mirrored.change(HANDEL, navn="LØSE HANDEL AS")
    out = run()
    assert f"1 unreadable, left as they were: {TEKNIKK}" in out
    assert names()[TEKNIKK] == "VARDEFJORD TEKNIKK AS"
    assert names()[HANDEL] == "LØSE HANDEL AS"
    assert cursor() == last


# Alerts


def test_events_raise_one_alert_each_with_the_date_of_the_event(mirrored):
    alerts.watch(TEKNIKK, HANDEL, EIENDOM, KOMMUNE)
    # Shortly before midnight in UTC is the next day in Norway.
    mirrored.change(TEKNIKK, dato="2026-11-20T23:30:00.000Z", navn="VARDEFJORD ENERGI AS")
    mirrored.change(HANDEL, konkurs=True, konkursdato="2026-11-17")
    mirrored.delete(EIENDOM, "2026-11-16")
    mirrored.remove(KOMMUNE, "2026-11-21T10:00:00.000Z")
    assert "4 alerts." in run()
    found = Alert.objects.values_list("org_number", "kind", "changed_on")
    assert set(found) == {
        (TEKNIKK, "name", date(2026, 11, 21)),
        (HANDEL, "bankrupt", date(2026, 11, 17)),
        (EIENDOM, "deleted", date(2026, 11, 16)),
        (KOMMUNE, "withdrawn", date(2026, 11, 21)),
    }


def test_the_same_page_twice_changes_nothing_and_raises_no_second_alert(mirrored):
    alerts.watch(TEKNIKK, EIENDOM, KOMMUNE)
    mirrored.change(TEKNIKK, navn="VARDEFJORD ENERGI AS")
    mirrored.delete(EIENDOM)
    mirrored.remove(KOMMUNE)
    pages()
    before = rows(), list(Alert.objects.order_by("pk").values())
    Mirror.objects.update(last_event=None)
    assert [(page.events, page.alerts) for page in pages()] == [(3, 0)]
    assert (rows(), list(Alert.objects.order_by("pk").values())) == before


@examples_of(max_examples=20)
@given(st.data())
@pytest.mark.django_db(transaction=True)
def test_any_pages_with_any_repeats_leave_what_the_register_says(data):
    """However large the pages are and however often they come, the result is the same."""

    def read_again(after: int | None) -> None:
        """Read the feed from there on: nothing may change by it."""
        before = rows(), list(Alert.objects.order_by("pk").values())
        Mirror.objects.filter(pk=LEGAL).update(last_event=after)
        pages()
        assert (rows(), list(Alert.objects.order_by("pk").values())) == before

    for model in (Entity, Alert, Mirror):
        model.objects.all().delete()
    numbers = [fictional_number(n) for n in range(4)]
    alerts.watch(*numbers)
    with pytest.MonkeyPatch.context() as patch, Register() as register:
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setattr(settings, "REGISTRY_URL", register.url)
        patch.setattr(feed, "PAGE", data.draw(st.integers(1, 4)))
        for number in numbers:
            register.add(enhet("FØRST AS", number))
        load(register)
        for step in range(data.draw(st.integers(1, 8))):
            number = data.draw(st.sampled_from(numbers))
            match data.draw(st.sampled_from(["Endring", "Sletting", "Fjernet", "Ny", "Ukjent"])):
                case "Sletting" if number not in register.removed:
                    register.delete(number)
                case "Fjernet":
                    register.remove(number)
                case what if number not in register.removed:
                    register.add(enhet(f"NAVN {step} AS", number))
                    register.tell(number, what)
            if data.draw(st.booleans()):
                pages()
                events = [event["oppdateringsid"] for event in register.events["enheter"]]
                read_again(after=data.draw(st.sampled_from([None, *events])))
        pages()
        read_again(after=None)
        for number in numbers:
            kept = Entity.objects.filter(pk=number).first()
            if number in register.removed:
                assert kept is None
            else:
                told = register.entities[number]
                assert (kept.name, bool(kept.deleted_on)) == (told["navn"], "slettedato" in told)
