"""The cast, and what every test may count on."""

import os
import socket
import sys
from importlib import import_module
from types import SimpleNamespace

import pygal  # noqa: F401  before what it leaves behind is removed
import pytest
from django.apps import apps
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseOperations
from django.db.models.signals import post_migrate
from django.test import Client
from django.utils import translation

from moment.models import CompanySettings
from registry import typos
from tests.factories import UserFactory, org_number
from tests.standin.fixtures import mail_server, network, register

__all__ = ["mail_server", "network", "register"]

# pygal adds a finder of the old kind, with which pytest's way of importing cannot do.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

# Playwright's own loop would make Django refuse the database in browser tests.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ALL_ROLES = [
    "View customers",
    "Administer customer details",
    "Administer customer contacts",
    "View customer economy",
    "Register hours",
    "Administer projects",
    "Administer offers",
    "Administer invoices",
]
_connect = socket.socket.connect


@pytest.fixture(autouse=True)
def _nothing_leaves_the_machine(monkeypatch):
    """Fail any connection to elsewhere than this machine."""

    def guarded(self, address):
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        return _connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _standard_language():
    """Forget the language of the last test's request: it stays until there is another request."""
    translation.deactivate()


def _make_roles_and_series(using: str, **_rest: object) -> None:
    """Make again what the migrations wrote, after a transactional test has emptied every table."""
    for name in (
        "customers.migrations.0002_roles_and_series",
        "customers.migrations.0006_roles",
        "moment.projects.migrations.0002_roles",
        "moment.offers.migrations.0002_roles",
        "moment.ledger.migrations.0003_roles",
    ):
        migration = import_module(name)
        migration.create(apps, SimpleNamespace(connection=connections[using]))


post_migrate.connect(
    _make_roles_and_series,
    sender=apps.get_app_config("customers"),
    dispatch_uid="tests: roles and series",
)


_flush = DatabaseOperations.execute_sql_flush


def _flush_what_is_sealed(self, sql_list):
    """Empty tables whose rows the database keeps: on SQLite a flush removes them one by one."""
    sealed = import_module("moment.ledger.migrations.0002_sealed")
    again = sealed.statements("sqlite", sealed._columns(apps))
    _flush(self, [*sealed.removals("sqlite"), *sql_list, *again])


DatabaseOperations.execute_sql_flush = _flush_what_is_sealed


def _forget_words(using: str, **_rest: object) -> None:
    """Empty the dictionary too: it is no model's table, so that a flush leaves it as it was."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"DELETE FROM {typos.TABLE}")


post_migrate.connect(
    _forget_words, sender=apps.get_app_config("registry"), dispatch_uid="tests: words"
)


@pytest.fixture(autouse=True)
def _our_reg_no(monkeypatch):
    """Have the company a reg. no., without which nothing is finalised, unless it has another."""
    column = CompanySettings._meta.get_field("org_number")
    monkeypatch.setitem(column.__dict__, "_get_default", lambda: org_number(4000))


@pytest.fixture
def kari(db):
    """She may do everything."""
    return UserFactory(username="kari", first_name="Kari", last_name="Lunde", roles=ALL_ROLES)


@pytest.fixture
def per(db):
    """He may look."""
    return UserFactory(
        username="per", first_name="Per", last_name="Haugen", roles=["View customers"]
    )


@pytest.fixture
def ola(db):
    """He has no role."""
    return UserFactory(username="ola", first_name="Ola", last_name="Hansen")


@pytest.fixture
def anne(db):
    """She is the administrator."""
    return UserFactory(
        username="anne", first_name="Anne", last_name="Dahl", is_staff=True, is_superuser=True
    )


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def said(response) -> str:
    """Return the messages that the next page shows, one after the other."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.fixture
def as_kari(kari):
    return signed_in(kari)


@pytest.fixture
def as_anne(anne):
    return signed_in(anne)


@pytest.fixture
def as_per(per):
    return signed_in(per)


@pytest.fixture
def as_ola(ola):
    return signed_in(ola)


def pytest_terminal_summary(terminalreporter):
    vendor = connection.vendor
    terminalreporter.write_line(f"Database: {vendor}.")
    if vendor != "postgresql":
        terminalreporter.write_line(
            "PostgreSQL was not tested. To do so: "
            "DATABASE_URL=postgres://user:password@localhost/moment make test"
        )
