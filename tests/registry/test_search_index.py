"""The index says what the table says, whatever happens to the rows and to the table."""

import random

import pytest
from django.db import connection, transaction

from registry import copies, search, typos
from registry.models import Entity
from tests.factories import EntityFactory, org_number

pytestmark = pytest.mark.django_db
STAGING = "registry_entity_tried"


def found(question: str) -> list[str]:
    ranks = list(search.best(question))
    return sorted(Entity.objects.filter(rank__in=ranks).values_list("name", flat=True))


def ranks_in_index(word: str) -> list[int]:
    """Return what the index of words itself says, whether there are such rows or not."""
    engine = search._ENGINES[connection.vendor]
    return engine.with_words(search.Question.typed(word), 100)


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def rows_of_index() -> int:
    return len(ranks_in_index("norvik"))


def test_a_changed_name_is_found_and_the_old_one_is_not():
    entity = EntityFactory(name="NORVIK AS")
    entity.name = "SØRVIK AS"
    entity.save()
    assert (found("norvik"), found("sørvik")) == ([], ["SØRVIK AS"])
    assert ranks_in_index("norvik") == []


def test_a_changed_size_moves_the_entity():
    small, large = EntityFactory(name="NORVIK A AS"), EntityFactory(name="NORVIK B AS", employees=9)
    assert list(search.best("norv")) == [large.rank, small.rank]
    small.employees = 99
    small.save()
    assert list(search.best("norv")) == [small.rank, large.rank]
    assert ranks_in_index("norvik") == [small.rank, large.rank]


def test_deleted_rows_are_gone_from_the_index():
    EntityFactory.create_batch(3, name="NORVIK AS")
    Entity.objects.order_by("pk").first().delete()
    assert rows_of_index() == 2
    Entity.objects.all().delete()
    assert rows_of_index() == 0


def test_what_the_register_says_anew_is_found_anew():
    EntityFactory(org_number=org_number(1), name="NORVIK AS")
    fresh = [
        EntityFactory.build(org_number=org_number(1), name="SØRVIK AS", employees=5),
        EntityFactory.build(org_number=org_number(2), name="ØSTVIK AS", former_names="NORVIK AS"),
    ]
    copies.store(fresh)
    copies.store(fresh)
    assert (found("norvik"), found("sørvik")) == (["ØSTVIK AS"], ["SØRVIK AS"])
    assert (rows_of_index(), len(ranks_in_index("sørvik"))) == (1, 1)


def test_a_rolled_back_change_leaves_the_index_as_it_was():
    entity = EntityFactory(name="NORVIK AS")
    with transaction.atomic():
        entity.delete()
        transaction.set_rollback(True)
    assert found("norvik") == ["NORVIK AS"]


def test_many_changes_in_any_order_leave_the_index_right():
    rng = random.Random(3)
    words = ["NORVIK", "SØRVIK", "ØSTVIK", "VESTVIK", "AS"]
    for _ in range(150):
        number = org_number(rng.randrange(25))
        name = " ".join(rng.sample(words, 3))
        match rng.randrange(3):
            case 0:
                Entity.objects.filter(pk=number).delete()
            case 1:
                EntityFactory.build(
                    org_number=number, name=name, employees=rng.randrange(500)
                ).save()
            case 2:
                copies.store([EntityFactory.build(org_number=number, name=name)])
    for word in words:
        expected = Entity.objects.filter(words__contains=word.lower().replace("ø", "o"))
        assert ranks_in_index(word) == sorted(expected.values_list("rank", flat=True))


def test_installing_again_changes_nothing():
    EntityFactory.create_batch(3, name="NORVIK AS")
    before = _everything_in_the_schema()
    search.install("default")
    search.install("default")
    assert _everything_in_the_schema() == before
    assert rows_of_index() == 3


def test_what_is_missing_is_made_again_from_the_rows():
    EntityFactory.create_batch(3, name="NORVIK AS")
    before = _everything_in_the_schema()
    execute(*_loss())
    EntityFactory(name="NORVIK NY AS")
    search.install("default")
    assert _everything_in_the_schema() == before
    assert rows_of_index() == 4
    Entity.objects.all().delete()
    assert rows_of_index() == 0


def test_a_dictionary_that_is_missing_is_made_from_the_names():
    EntityFactory(name="NORVIK AS")
    execute(f"DROP TABLE {typos.TABLE}")
    search.install("default")
    assert found("norivk") == ["NORVIK AS"]


def test_a_staging_table_takes_the_live_ones_place_with_its_indexes():
    EntityFactory(name="GAMMEL AS", org_number=org_number(50))
    before = _everything_in_the_schema()
    for generation in range(3):
        old = list(Entity.objects.values_list("name", flat=True))
        _staging([f"NORVIK {generation} AS", f"NORVIK {generation} STOR AS"])
        assert list(search.prepare("default", STAGING))
        assert sorted(Entity.objects.values_list("name", flat=True)) == sorted(old)
        assert [found(name) for name in old] == [[name] for name in old]
        # What changes in the staging table now is kept track of as well.
        execute(
            f"UPDATE {STAGING} SET name = 'SØRVIK', name_key = 'sorvik', words = 'sorvik as'"
            f" WHERE org_number = '{org_number(1)}'"
        )
        _swap()
        assert found("norvik") == [f"NORVIK {generation} AS"]
        assert found("gammel") == []
        assert len(ranks_in_index("sørvik")) == 1
        assert _shape(_everything_in_the_schema()) == _shape(before)
    EntityFactory(name="NORVIK NY AS", org_number=org_number(60))
    assert found("norvik") == ["NORVIK 2 AS", "NORVIK NY AS"]
    search.install("default")
    assert _shape(_everything_in_the_schema()) == _shape(before)


@pytest.mark.parametrize("steps", [0, 1, 2, 5, 8, 9, 10, 99])
def test_a_run_that_was_killed_leaves_nothing_in_the_way(steps):
    EntityFactory(name="GAMMEL AS", org_number=org_number(50))
    before = _everything_in_the_schema()
    _staging(["NORVIK AS"])
    for _word, _step in zip(search.prepare("default", STAGING), range(steps), strict=False):
        pass
    search.discard("default", STAGING)
    search.discard("default", STAGING)
    execute(f"DROP TABLE {STAGING}")
    assert _everything_in_the_schema() == before
    assert found("gammel") == ["GAMMEL AS"]
    _staging(["NORVIK AS"])
    list(search.prepare("default", STAGING))
    _swap()
    assert (found("norvik"), found("gammel")) == (["NORVIK AS"], [])


def test_a_table_larger_than_one_step_is_indexed_whole(monkeypatch):
    if connection.vendor == "sqlite":
        monkeypatch.setattr(search._ENGINES["sqlite"], "BATCH", 7)
    _staging([f"NORVIK {number} AS" for number in range(30)])
    list(search.prepare("default", STAGING))
    _swap()
    assert rows_of_index() == 30


def _staging(names: list[str]) -> None:
    """Make a table like the live one with these entities in it."""
    if connection.vendor == "postgresql":
        execute(f"CREATE TABLE {STAGING} (LIKE registry_entity INCLUDING DEFAULTS)")
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'registry_entity'")
            statement = cursor.fetchone()[0]
        execute(statement.replace("registry_entity", STAGING, 1))
    kept = Entity._meta.db_table
    rows = [
        EntityFactory.build(org_number=org_number(n), name=name) for n, name in enumerate(names)
    ]
    Entity._meta.db_table = STAGING
    try:
        Entity.objects.bulk_create(rows)
    finally:
        Entity._meta.db_table = kept


def _swap() -> None:
    with transaction.atomic():
        execute("DROP TABLE registry_entity", f"ALTER TABLE {STAGING} RENAME TO registry_entity")
        search.adopt("default", STAGING)


def _loss() -> list[str]:
    """Return statements that lose what Django does not know of, as remaking a table does."""
    if connection.vendor == "postgresql":
        return ["DROP INDEX registry_entity_by_rank", "DROP INDEX registry_entity_by_words2"]
    return ["DROP INDEX registry_entity_by_rank_0", "DROP TRIGGER registry_entity_words_insert"]


def _everything_in_the_schema() -> list[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                """SELECT indexname FROM pg_indexes
                   WHERE tablename LIKE 'registry_entity%' AND indexname LIKE '%by_%'"""
            )
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'registry_%'")
        return sorted(name for (name,) in cursor.fetchall())


def _shape(names: list[str]) -> list[str]:
    """Return the names without the numbers that end those of SQLite's indexes."""
    return [
        name if connection.vendor == "postgresql" else name.rstrip("0123456789") for name in names
    ]
