"""A table beside the live one, which takes its place whole: readers see the old or the new.

Everything but `swap` is done in short transactions of its own, so that others go on writing. What
they change in the live table meanwhile is noted by triggers, and the swap takes it along. A run
that is killed leaves things behind that do no harm; the next one's `clear` removes them.
"""

from contextlib import AbstractContextManager, nullcontext

from django.db import connection

from registry.staging.base import Staging, held_up, prepared
from registry.staging.postgresql import PostgreSQL
from registry.staging.sqlite import SQLite, frugal_sqlite

__all__ = ["Staging", "frugal", "held_up", "opened", "prepared"]


def opened() -> Staging:
    """Return the staging table of the database's engine."""
    return SQLite() if connection.vendor == "sqlite" else PostgreSQL()


def frugal() -> AbstractContextManager[None]:
    """Return what keeps a load within little memory."""
    return frugal_sqlite() if connection.vendor == "sqlite" else nullcontext()
