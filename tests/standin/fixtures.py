"""Fixtures that several apps' tests use; the root conftest imports them."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from registry.brreg import wire
from tests.standin.mail import MailServer
from tests.standin.peppol import Network
from tests.standin.register import Register, examples


@pytest.fixture
def register(settings, monkeypatch) -> Iterator[Register]:
    """A stand-in for the register that the settings point to, with tests.standin.register.examples.

    It has made no mistakes yet: nothing is remembered from the test before.
    """
    monkeypatch.setattr(wire, "PAUSES", (0.01, 0.01))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    cache.clear()
    with Register(examples()) as standin:
        settings.REGISTRY_URL = standin.url
        settings.REGISTRY_TIMEOUT = (2.0, 5.0)
        yield standin
    cache.clear()


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    """A mail server that the settings point to."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    try:
        yield server
    finally:
        server.go_down()


@pytest.fixture
def network(settings) -> Iterator[Network]:
    """A stand-in for the Peppol network that the settings point to; nobody is registered yet."""
    with Network() as standin:
        for name, value in standin.settings.items():
            setattr(settings, name, value)
        yield standin
