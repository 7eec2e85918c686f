"""The new register takes the old one's place: whole, under its names, and over what others left."""

import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations import operations
from django.db.migrations.executor import MigrationExecutor

from registry import brreg, copies, lookup, mirror, staging
from registry.models import Entity
from tests.registry.catalog import catalog
from tests.standin.bulk import packed
from tests.standin.register import enhet, fictional_number

pytestmark = pytest.mark.django_db(transaction=True)
KIND = Entity.Kind
NIGHT = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setattr(mirror, "BATCH", 50)
    monkeypatch.setattr(staging.base, "CHUNK", 70)
    monkeypatch.setattr(mirror, "PAUSE", 0.05)

    def load(names, days=0, **options):
        path = tmp_path / "file.json.gz"
        path.write_bytes(packed(enhet(name, fictional_number(n)) for n, name in enumerate(names)))
        return mirror.load(KIND.LEGAL, path, published_at=NIGHT + timedelta(days=days), **options)

    return load


def named(what, count):
    return [f"{what} {n} AS" for n in range(count)]


@contextmanager
def meanwhile(act):
    """Do this again and again in another thread; yield what it returned so far."""
    stop, results = threading.Event(), []

    def run():
        try:
            while not stop.is_set():
                results.append(act())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield results
    finally:
        stop.set()
        thread.join(60)


def test_readers_see_the_old_register_or_the_new_and_never_a_mixture(load):
    load(named("GAMMEL", 300))

    def read():
        names = list(Entity.objects.values_list("name", flat=True))
        return len(names), frozenset(name.split()[0] for name in names)

    with meanwhile(read) as seen:
        load(named("NY", 400), days=1)
        load(named("NYEST", 350), days=2)
    seen.append(read())
    whole = [(300, {"GAMMEL"}), (400, {"NY"}), (350, {"NYEST"})]
    assert all(look in whole for look in seen), {str(look) for look in seen}
    assert len(seen) > 10
    order = [whole.index(look) for look in seen]
    assert order == sorted(order)
    assert {0, 2} <= set(order)


def test_others_go_on_writing_all_the_while(load):
    load(named("GAMMEL", 300))
    serial = iter(range(1000, 100_000))
    kept = []

    def write():
        row = enhet("NYREGISTRERT AS", fictional_number(next(serial)))
        copies.keep([brreg.to_entity(row, KIND.LEGAL)])
        kept.append(row["organisasjonsnummer"])

    with meanwhile(write) as outcomes:
        load(named("NY", 400), days=1)
    assert set(outcomes) == {None}
    assert len(kept) > 5
    assert Entity.objects.filter(pk__in=kept).count() == len(kept)
    assert Entity.objects.count() == 400 + len(kept)


def test_names_of_tables_indexes_and_constraints_are_those_of_the_migrations(load):
    before = catalog()
    load(named("GAMMEL", 60))
    assert catalog() == before
    load(named("NY", 60), days=1)
    assert catalog() == before
    call_command("makemigrations", "registry", check=True, verbosity=0)


def test_later_migrations_find_a_table_they_can_change(load):
    before = catalog()
    load(named("NY", 60))
    wider, narrow = (models.CharField(max_length=n, primary_key=True) for n in (12, 9))
    condition = {"condition": ~models.Q(name=""), "name": "registry_entity_has_name"}
    state = MigrationExecutor(connection).loader.project_state()
    for change in (
        operations.AddField("entity", "extra", models.CharField(default="x", max_length=9)),
        operations.AddIndex("entity", models.Index(fields=["extra"], name="by_extra")),
        operations.AlterField("entity", "org_number", wider),
        operations.AlterField("entity", "org_number", narrow),
        operations.RemoveConstraint("entity", "registry_entity_has_name"),
        operations.AddConstraint("entity", models.CheckConstraint(**condition)),
        operations.RemoveIndex("entity", "by_extra"),
        operations.RemoveField("entity", "extra"),
    ):
        after = state.clone()
        change.state_forwards("registry", after)
        with connection.schema_editor() as editor:
            change.database_forwards("registry", editor, state, after)
        state = after
    call_command("migrate", "registry", verbosity=0)  # which looks after search
    assert catalog() == before
    load(named("NYEST", 70), days=1)
    assert Entity.objects.count() == 70
    assert catalog() == before


def test_what_was_loaded_is_found_by_name_and_kept_up(load):
    load(named("FJELLSKUGGE", 60))
    load([*named("NORDLYSVIKA", 60), "BJØRKELØSE HANDEL AS"], days=1)
    assert [e.name for e in lookup.local("bjørkeløse").entities] == ["BJØRKELØSE HANDEL AS"]
    assert [e.name for e in lookup.local("handel").entities] == ["BJØRKELØSE HANDEL AS"]
    assert lookup.local("fjellskugge").entities == []
    changed = enhet("TJELDVANG HANDEL AS", fictional_number(60))
    copies.keep([brreg.to_entity(changed, KIND.LEGAL)])
    assert [e.name for e in lookup.local("tjeldvang").entities] == ["TJELDVANG HANDEL AS"]
    assert lookup.local("bjørkeløse").entities == []


@pytest.mark.parametrize("step", ["create", "fill", "seal", "index", "done"])
def test_what_a_killed_run_leaves_does_no_harm_and_is_cleared_by_the_next(load, step):
    load(named("GAMMEL", 60))
    before = catalog()
    # As far as it came, without the clearing up that an error would bring.
    table = staging.opened()
    table.create()
    if step != "create":
        rows = [enhet(name, fictional_number(n)) for n, name in enumerate(named("HALV", 30))]
        table.fill([brreg.to_entity(row, KIND.LEGAL) for row in rows], NIGHT)
    if step in ("seal", "index", "done"):
        table.seal()
    if step in ("index", "done"):
        steps = table.index()
        next(steps)
        if step == "done":
            list(steps)
    new = enhet("NYREGISTRERT AS", fictional_number(70))
    copies.keep([brreg.to_entity(new, KIND.LEGAL)])
    copies.erase([fictional_number(3)])
    assert Entity.objects.count() == 60
    load(named("NY", 60), days=1)
    assert Entity.objects.filter(name__startswith="NY ").count() == 60
    assert Entity.objects.count() == 61
    assert catalog() == before


def test_an_error_at_the_last_moment_leaves_the_old_register(load, monkeypatch):
    load(named("GAMMEL", 60))
    before = catalog()

    def fail(self):
        raise RuntimeError("the lights went out")

    monkeypatch.setattr(type(staging.opened()), "_replace", fail)
    with pytest.raises(RuntimeError, match="the lights went out"):
        load(named("NY", 60), days=1)
    assert set(Entity.objects.values_list("name", flat=True)) == set(named("GAMMEL", 60))
    assert catalog() == before


def test_a_reader_who_takes_his_time_is_not_disturbed(load, monkeypatch):
    """SQLite lets him read on in the old one; on PostgreSQL the load waits, and then gives up."""
    load(named("GAMMEL", 60))
    monkeypatch.setattr(mirror, "ATTEMPTS", 2)
    monkeypatch.setattr(staging.base, "PATIENCE", "SET LOCAL lock_timeout = '100ms'")
    reading = connection.copy()
    with closing(reading):
        reading.set_autocommit(False)
        with reading.cursor() as cursor:
            cursor.execute("BEGIN" if connection.vendor == "sqlite" else "SELECT 1")
            cursor.execute("SELECT count(*) FROM registry_entity WHERE name LIKE 'GAMMEL%'")
            assert cursor.fetchone() == (60,)
            if connection.vendor == "sqlite":
                load(named("NY", 70), days=1)
            else:
                with pytest.raises(mirror.Busy, match="keeps the register in use"):
                    load(named("NY", 70), days=1)
            cursor.execute("SELECT count(*) FROM registry_entity WHERE name LIKE 'GAMMEL%'")
            assert cursor.fetchone() == (60,)
        reading.rollback()
    load(named("NY", 80), days=2)
    assert Entity.objects.count() == 80


def test_a_load_within_a_transaction_is_refused(load):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        load(named("NY", 60))
    assert not Entity.objects.exists()
