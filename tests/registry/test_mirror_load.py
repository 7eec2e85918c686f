"""Taking in a full file: what it says, what stays of what was here, and what it may not do."""

import gzip
import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from registry import alerts, brreg, copies, mirror
from registry.bulk import Broken, NotARegister
from registry.models import Alert, Entity, Mirror
from registry.org_number import is_valid
from tests.benchmarks import register_file
from tests.factories import EntityFactory
from tests.registry.catalog import catalog
from tests.standin.bulk import packed
from tests.standin.register import adresse, enhet, examples, fictional_number, slettet, underenhet

pytestmark = pytest.mark.django_db(transaction=True)
KIND = Entity.Kind
NIGHT = datetime(2026, 11, 20, 4, tzinfo=UTC)
SAMPLES = Path(__file__).resolve().parents[3] / "shared/samples/brreg/bulk"


@pytest.fixture
def load(tmp_path):
    """Load a file of these entities, dated NIGHT unless said otherwise."""

    def load(entities, kind=KIND.LEGAL, **options):
        path = tmp_path / "file.json.gz"
        path.write_bytes(entities if isinstance(entities, bytes) else packed(entities))
        return mirror.load(kind, path, **{"published_at": NIGHT} | options)

    return load


def several(count=20):
    return [enhet(f"FJELLSKUGGE {n} AS", fictional_number(n)) for n in range(count)]


def told_of(entity) -> dict:
    return {name: getattr(entity, name) for name in copies.COLUMNS if name != "fetched_at"}


def live() -> set[str]:
    return set(Entity.objects.values_list("pk", flat=True))


def legal(entities) -> list[dict]:
    return [e for e in entities if "overordnetEnhet" not in e and "slettedato" not in e]


# What the file says


def test_every_entity_is_stored_as_a_lookup_would_have_stored_it(load):
    rows = legal(examples())
    by_lookup = {}
    for row in rows:
        entity = brreg.to_entity(row, KIND.LEGAL)
        entity.save()
        by_lookup[entity.pk] = told_of(entity)
    Entity.objects.all().delete()
    loaded = load(rows)
    assert loaded.entities == len(rows)
    assert (loaded.skipped, loaded.doubles, loaded.alerts) == (0, 0, 0)
    assert {e.pk: told_of(e) for e in Entity.objects.all()} == by_lookup
    assert {e.fetched_at for e in Entity.objects.all()} == {NIGHT}
    assert all(e.rank and e.name_key and e.words for e in Entity.objects.all())


def test_a_file_that_is_not_packed_is_read_too(load):
    rows = several()
    assert load(gzip.decompress(packed(rows))).entities == len(rows)
    assert live() == {row["organisasjonsnummer"] for row in rows}


def test_places_of_business_are_loaded_beside_legal_entities(load):
    owners = several(5)
    load(owners)
    places = [underenhet(f"AVD {n}", owners[0]["organisasjonsnummer"]) for n in range(7)]
    load(places, KIND.SUB)
    assert Entity.objects.filter(kind=KIND.LEGAL).count() == 5
    assert Entity.objects.filter(kind=KIND.SUB).count() == 7
    load(owners[:4])
    assert Entity.objects.filter(kind=KIND.LEGAL).count() == 4
    assert Entity.objects.filter(kind=KIND.SUB).count() == 7
    assert {m.kind: m.entities for m in Mirror.objects.all()} == {KIND.LEGAL: 4, KIND.SUB: 7}


def test_the_mirror_notes_the_file_and_where_the_feed_goes_on(load):
    before = datetime(2026, 11, 1, tzinfo=UTC)
    Mirror.objects.create(kind=KIND.LEGAL, last_event=17, read_from=before, updated_at=before)
    load(several(), etag='"e"')
    noted = Mirror.objects.get()
    assert (noted.etag, noted.published_at, noted.entities) == ('"e"', NIGHT, 20)
    assert (noted.last_event, noted.read_from) == (None, NIGHT - timedelta(days=1))
    assert noted.updated_at == before
    assert noted.loaded_at > NIGHT


def test_a_file_without_a_date_is_as_old_as_it_is_on_disk(tmp_path):
    path = tmp_path / "file.json"
    path.write_text(json.dumps(several()))
    os.utime(path, (NIGHT.timestamp(), NIGHT.timestamp()))
    mirror.load(KIND.LEGAL, path)
    assert Mirror.objects.get().published_at == NIGHT


def test_entities_without_a_number_or_a_name_are_left_out_and_counted(load):
    rows = several(5)
    bad = [
        enhet("", fictional_number(90)),
        enhet("UTEN NUMMER", "12"),
        {"navn": "UTEN NUMMER"},
        "text",
        None,
    ]
    content = json.dumps([*bad[:2], *rows, *bad[2:]]).encode()
    loaded = load(content)
    assert (loaded.entities, loaded.skipped) == (5, 5)
    assert live() == {row["organisasjonsnummer"] for row in rows}


def test_a_form_nobody_has_heard_of_is_loaded(load):
    new = enhet("NYTT SLAG", fictional_number(1), "XYZ", nyttFelt={"a": [1.5, None]}, links=[])
    load([new])
    assert Entity.objects.get().form_code == "XYZ"


def test_of_a_number_that_comes_twice_the_last_one_counts(load):
    rows = several(6)
    again = enhet("ETTERPÅ AS", rows[2]["organisasjonsnummer"])
    loaded = load([*rows, again, rows[4]])
    assert (loaded.entities, loaded.doubles) == (6, 2)
    assert Entity.objects.get(pk=again["organisasjonsnummer"]).name == "ETTERPÅ AS"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*")) or [None])
def test_samples_of_the_real_file_are_read(path, tmp_path):
    if path is None:
        path = tmp_path / "file.json"
        owner = fictional_number(0)
        path.write_text(json.dumps([underenhet("FJELLSKUGGE AVD NORD", owner, links=[])]))
    assert mirror.load(KIND.SUB, path).entities >= 1


# What stays of what was here


def test_what_has_left_the_register_is_gone(load):
    rows = several()
    load(rows)
    load(rows[:15], published_at=NIGHT + timedelta(days=1))
    assert live() == {row["organisasjonsnummer"] for row in rows[:15]}


def test_deleted_entities_stay_because_the_file_never_has_them(load):
    rows = several()
    load(rows)
    copies.keep([brreg.to_entity(slettet(rows[3]), KIND.LEGAL)])
    Entity.objects.filter(pk=rows[3]["organisasjonsnummer"]).update(fetched_at=NIGHT)
    load(rows[:3] + rows[4:], published_at=NIGHT + timedelta(days=1))
    kept = Entity.objects.get(pk=rows[3]["organisasjonsnummer"])
    assert kept.deleted_on == date(2024, 3, 9)
    assert Entity.objects.count() == 20


def test_an_entity_that_came_back_is_as_the_newer_file_says(load):
    EntityFactory(org_number=fictional_number(2), deleted_on="2024-01-01", fetched_at=NIGHT)
    load(several(), published_at=NIGHT + timedelta(days=1))
    assert Entity.objects.get(pk=fictional_number(2)).deleted_on is None


def test_copies_newer_than_the_file_know_more(load):
    newer = EntityFactory(org_number=fictional_number(2), name="NYTT NAVN AS")
    alone = EntityFactory(org_number=fictional_number(70), name="NYREGISTRERT AS")
    load(several())
    assert Entity.objects.get(pk=newer.pk).name == "NYTT NAVN AS"
    assert Entity.objects.get(pk=alone.pk).name == "NYREGISTRERT AS"
    assert Entity.objects.count() == 21


def test_what_lookups_do_during_the_load_is_not_lost(load):
    rows = several()
    load(rows)
    places = [underenhet("AVD ØST", fictional_number(0), fictional_number(60))]
    load(places, KIND.SUB)
    changed = enhet("NYTT NAVN AS", rows[1]["organisasjonsnummer"])
    new = enhet("NYREGISTRERT AS", fictional_number(70))

    def meanwhile(step):
        if step.name == "Swapping":
            copies.keep([brreg.to_entity(row, KIND.LEGAL) for row in (changed, new)])
            copies.erase([rows[5]["organisasjonsnummer"], fictional_number(60)])

    load(rows, published_at=NIGHT + timedelta(days=1), progress=meanwhile)
    assert Entity.objects.get(pk=changed["organisasjonsnummer"]).name == "NYTT NAVN AS"
    assert Entity.objects.get(pk=new["organisasjonsnummer"]).name == "NYREGISTRERT AS"
    numbers = {row["organisasjonsnummer"] for row in [*rows[:5], *rows[6:], new]}
    assert live() == numbers


def test_an_older_file_takes_nothing_back(load):
    load([enhet("NYTT NAVN AS", fictional_number(1))])
    load([enhet("GAMMELT NAVN AS", fictional_number(1))], published_at=NIGHT - timedelta(days=9))
    assert Entity.objects.get().name == "NYTT NAVN AS"


# Alerts


def test_changes_to_watched_numbers_raise_each_one_alert(load):
    rows = several()
    load(rows)
    alerts.watch(*(row["organisasjonsnummer"] for row in rows[:3]))
    changed = [
        enhet("NYTT NAVN AS", rows[0]["organisasjonsnummer"]),
        {**rows[1], "konkurs": True, "konkursdato": "2026-11-19"},
        rows[2],
        {**rows[3], "forretningsadresse": adresse("Nygata 1")},
        *rows[4:],
    ]
    assert load(changed, published_at=NIGHT + timedelta(days=1)).alerts == 2
    assert load(changed, published_at=NIGHT + timedelta(days=2)).alerts == 0
    told = set(Alert.objects.values_list("org_number", "kind", "old", "new", "changed_on"))
    assert told == {
        (rows[0]["organisasjonsnummer"], "name", "FJELLSKUGGE 0 AS", "NYTT NAVN AS",
         date(2026, 11, 21)),
        (rows[1]["organisasjonsnummer"], "bankrupt", "", "1", date(2026, 11, 19)),
    }  # fmt: skip


def test_alerts_of_more_numbers_than_are_compared_at_once_all_come(load, monkeypatch):
    monkeypatch.setattr("registry.staging.base.PAIRS", 3)
    rows = several()
    load(rows)
    alerts.watch(*live())
    renamed = [{**row, "navn": row["navn"] + "A"} for row in rows]
    assert load(renamed, published_at=NIGHT + timedelta(days=1)).alerts == 20
    assert Alert.objects.values("org_number").distinct().count() == 20


def test_watched_numbers_that_the_file_lacks_are_asked_for_afterwards(load, register):
    rows = several(8)
    load(rows)
    gone, renamed, withdrawn, unknown = rows[:4]
    alerts.watch(*(row["organisasjonsnummer"] for row in rows[:5]))
    register.entities = {}
    register.add(slettet(gone, "2026-11-20"))
    register.add({**renamed, "navn": "NYTT NAVN AS"})
    register.removed.add(register.add(withdrawn))
    load(rows[4:], published_at=NIGHT + timedelta(days=1))
    assert live() == {row["organisasjonsnummer"] for row in rows}
    assert mirror.ask_for_missing(KIND.LEGAL) == mirror.Asked(4, 0)
    assert set(Alert.objects.values_list("org_number", "kind")) == {
        (gone["organisasjonsnummer"], "deleted"),
        (renamed["organisasjonsnummer"], "name"),
        (withdrawn["organisasjonsnummer"], "withdrawn"),
    }
    assert withdrawn["organisasjonsnummer"] not in live()
    asked = len(register.requests)
    # Only of the one that the register has never heard of is there still nothing new.
    assert mirror.ask_for_missing(KIND.LEGAL) == mirror.Asked(1, 0)
    assert {r.path.split("/")[1] for r in register.requests[asked:]} == {
        unknown["organisasjonsnummer"]
    }


def test_while_the_register_is_down_watched_numbers_wait_for_the_next_run(load, register):
    rows = several(8)
    load(rows)
    alerts.watch(*(row["organisasjonsnummer"] for row in rows[:2]))
    load(rows[2:], published_at=NIGHT + timedelta(days=1))
    register.fail("down")
    assert mirror.ask_for_missing(KIND.LEGAL) == mirror.Asked(0, 2)
    register.fail("ok")
    register.entities = {}
    register.add(slettet(rows[0]))
    register.add(slettet(rows[1]))
    assert mirror.ask_for_missing(KIND.LEGAL) == mirror.Asked(2, 0)
    assert Alert.objects.filter(kind="deleted").count() == 2


# Files that are no register


def cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


PLAIN = json.dumps(several()).encode()
BAD = {
    "a packed file cut short": (cut(gzip.compress(PLAIN)), Broken, "cut short"),
    "a packed file without its end": (gzip.compress(PLAIN)[:-6], Broken, "cut short"),
    "a packed file with a wrong sum": (gzip.compress(PLAIN)[:-8] + bytes(8), Broken, "damaged"),
    "packed bytes that are wrong": (
        gzip.compress(PLAIN, mtime=0)[:10] + b"\xff" * 99,
        Broken,
        "damaged",
    ),
    "JSON cut short": (cut(PLAIN), Broken, "cut short"),
    "packed JSON cut short": (gzip.compress(cut(PLAIN)), Broken, "cut short"),
    "JSON with a tail": (PLAIN + b"]", Broken, "JSON"),
    "text that is no UTF-8": (PLAIN.replace(b"FJELL", b"FJ\xe6LL"), Broken, "JSON"),
    "nothing": (b"", NotARegister, "is empty"),
    "nothing, packed": (gzip.compress(b""), NotARegister, "is empty"),
    "an empty array": (b" [ ] ", NotARegister, "Of 0 elements"),
    "an object": (b'{"item": [1, 2]}', NotARegister, "no array"),
    "an object with an array": (b'{"item": ' + PLAIN + b"}", NotARegister, "no array"),
    "a page of HTML": (b"<!doctype html><title>Log in</title>", NotARegister, "no array"),
    "an array of something else": (b'[1, "a", null]', NotARegister, "0 are entities"),
    "hardly any entities": (
        json.dumps([*several(2), 1, 2, 3]).encode(),
        NotARegister,
        "Of 5 elements of the file, 2 are",
    ),
    "a number without end": (b"[" + b"9" * 10_000 + b"]", Broken, "JSON"),
    "arrays in arrays without end": (b"[" * 3000, Broken, "JSON"),
    "places of business": (
        packed(underenhet(f"AVD {n}", fictional_number(0)) for n in range(9)),
        NotARegister,
        "Place of business",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_and_the_old_mirror_untouched(load, case):
    load(several(4), etag='"e"')
    before = {entity.pk: told_of(entity) for entity in Entity.objects.all()}
    noted = Mirror.objects.values().get()
    here = catalog()
    content, error, said = BAD[case]
    with pytest.raises(error, match=said):
        load(content, published_at=NIGHT + timedelta(days=1))
    assert {entity.pk: told_of(entity) for entity in Entity.objects.all()} == before
    assert Mirror.objects.values().get() == noted
    assert catalog() == here


def test_a_file_of_legal_entities_is_no_file_of_places_of_business(load):
    with pytest.raises(NotARegister, match="Legal entity"):
        load(several(), KIND.SUB)


def test_a_file_far_smaller_than_the_last_one_needs_to_be_forced(load):
    rows = several()
    load(rows)
    later = {"published_at": NIGHT + timedelta(days=1)}
    with pytest.raises(mirror.TooSmall, match=r"holds 9 entities; the last one held 20"):
        load(rows[:9], **later)
    assert Entity.objects.count() == 20
    load(rows[:10], **later)
    load(rows[:3], force=True, **later)
    assert Entity.objects.count() == 3


@pytest.mark.parametrize("kind", list(KIND))
def test_the_register_that_benchmarks_write_is_a_whole_and_always_the_same_one(tmp_path, kind):
    path, again = tmp_path / "one.json.gz", tmp_path / "two.json.gz"
    register_file.write(path, 2500, kind)
    register_file.write(again, 2500, kind)
    assert path.read_bytes() == again.read_bytes()
    loaded = mirror.load(kind, path)
    assert (loaded.entities, loaded.skipped, loaded.doubles) == (2500, 0, 0)
    assert all(is_valid(number) and number[0] in "23" for number in live())
    assert 10 < Entity.objects.filter(employees__gte=10).count() < 500
