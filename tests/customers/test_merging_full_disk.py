"""A database that has no room left in the middle of a merge: nothing is changed, and it is told."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection

from customers import merging
from customers.models import ChangeOf, Customer, Merge, MergeMove, Note, UsedNumber
from tests.customers.merged_rows import family, outcome, stored
from tests.customers.merging_pages import confirm, opened

pytestmark = pytest.mark.django_db(transaction=True)
# Where PostgreSQL runs out of room: from the first row that is written to the last.
TABLES = [Merge, MergeMove, Note, ChangeOf, UsedNumber, Customer]
NO_ROOM = "No space left on device" if connection.vendor == "postgresql" else "disk is full"
# Undoing writes no log of moves, and on SQLite needs hardly a page.
UNDOING = [0, 2, 3, 4, 5] if connection.vendor == "postgresql" else [0]
NOTES = 2000  # so that what is written down takes pages of its own


@contextmanager
def full(degree: int) -> Iterator[None]:
    """Let the database have no more room: on SQLite so many pages, on PostgreSQL up to a table."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA page_count")
            pages = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages + degree}")
        else:
            table = TABLES[degree]._meta.db_table
            cursor.execute(
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE"
                " EXCEPTION 'could not extend file: No space left on device'"
                " USING ERRCODE = 'disk_full'; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON {table}"
                " EXECUTE FUNCTION no_room()"
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA max_page_count = 1073741823")
            else:
                cursor.execute("DROP FUNCTION no_room() CASCADE")


@pytest.fixture
def customers(kari):
    """Three with rows of every kind, and a database that has no page to spare."""
    made = family(kari)
    Note.objects.bulk_create(
        Note(customer=made[1], author=kari, text=f"Note {n}") for n in range(NOTES)
    )
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
    return made


@pytest.mark.parametrize("degree", range(len(TABLES)))
def test_a_merge_for_which_there_is_no_room_changes_nothing_and_goes_well_later(
    as_kari, kari, customers, degree, caplog
):
    page = opened(as_kari, *customers)
    before = stored()
    as_kari.raise_request_exception = False
    with full(degree):
        answer = confirm(as_kari, page)
    assert answer.status_code == 500
    assert "Nothing was left half saved." in answer.content.decode()
    assert NO_ROOM in caplog.text
    assert stored() == before
    assert confirm(as_kari, page).status_code == 302
    assert [c.pk for c in Customer.objects.all()] == [customers[0].pk]


@pytest.mark.parametrize("degree", UNDOING)
def test_undoing_for_which_there_is_no_room_changes_nothing_and_goes_well_later(
    kari, customers, degree
):
    apart = outcome()
    merge = merging.merge(customers[0].pk, [c.pk for c in customers[1:]], by=kari)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
    before = stored()
    with full(degree), pytest.raises(OperationalError, match=NO_ROOM):
        merging.undo(merge.pk, by=kari)
    assert stored() == before
    merging.undo(merge.pk, by=kari)
    assert outcome() == apart
