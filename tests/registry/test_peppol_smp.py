"""An SMP can be broken or hostile: it costs little, reaches nothing of ours, and is unknown."""

import gzip
import ssl
import time

import pytest

from registry import peppol, smp
from registry.sml import Unanswered
from tests.benchmarks.engines import free_port
from tests.standin.peppol import SMP_HOST, Network, certificate_for, service_group
from tests.test_settings import manage

pytestmark = pytest.mark.django_db
NUMBER = "923609016"
PARTICIPANT = f"0192:{NUMBER}"
GROUP = service_group(PARTICIPANT, [peppol.INVOICE, peppol.CREDIT_NOTE])


def failure(limit: float = 5.0) -> str:
    """Return why a check came to nothing, after making sure that it was taken for unknown."""
    found = peppol.check("0192", NUMBER, limit=limit)
    assert (found.answer, found.checked_at) == ("unknown", None)
    return found.failure


@pytest.fixture
def answered(network):
    """Return a function: what the check says when the SMP answers with this body."""
    network.register(NUMBER)

    def ask(body: bytes) -> str:
        network.smp.groups[PARTICIPANT] = body
        return failure()

    return ask


# Answers that are none


@pytest.mark.parametrize("mode", ["500", "down", "hang_up"])
def test_an_smp_that_fails_is_unknown(network, mode):
    network.register(NUMBER)
    network.smp.mode = mode
    body = network.smp.groups[PARTICIPANT]
    network.smp.groups[PARTICIPANT] = body[: len(body) // 2]
    assert failure()


def test_an_smp_that_is_not_there_is_unknown(network):
    network.register(NUMBER)
    network.smp.stop()
    assert "ConnectionRefused" in failure()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"yes",
        b"<!doctype html><title>Log in</title>",
        b'{"documents": []}',
        b"\x00\xff" * 500,
        GROUP[:-20],
        GROUP + b"<more/>",
        GROUP.decode().encode("utf-16"),
        GROUP.replace(b"<smp:", b"<other:"),
        GROUP.replace(b"http://busdox.org/serviceMetadata", b"http://evil.example"),
        GROUP.replace(b"smp:ServiceGroup", b"smp:SignedServiceMetadata"),
        b"<a>" * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_not_a_service_group_is_unknown(answered, body):
    assert "something else than" in answered(body)


def test_a_billion_laughs_are_not_even_begun(answered):
    lines = ['<!DOCTYPE lolz [<!ENTITY lol "lol">']
    for n in range(1, 10):
        before = "lol" if n == 1 else f"lol{n - 1}"
        lines.append(f'<!ENTITY lol{n} "{f"&{before};" * 10}">')
    head = b'<?xml version="1.0" encoding="UTF-8"?>'
    bomb = "".join([*lines, "]>"]).encode() + GROUP.removeprefix(head)
    began = time.monotonic()
    assert "DTD" in answered(bomb.replace(b'href="', b'href="&lol9;'))
    assert "DTD" in answered(bomb.replace(b"0192:", b"&lol9;0192:"))
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-7", "cp037"])
def test_no_other_encoding_hides_a_dtd(answered, encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY e "x">]>'
    body = text + GROUP.decode().partition("?>")[2].replace("0192:", "&e;0192:")
    assert answered(body.encode(encoding))


def test_an_external_entity_is_not_fetched(answered, tmp_path, network):
    secret = tmp_path / "secret"
    secret.write_text("what nobody may read")
    for address in (secret.as_uri(), f"{network.url}/fetched", f"http://127.0.0.1:{free_port()}/"):
        head = f'<!DOCTYPE a [<!ENTITY e SYSTEM "{address}">]>'.encode()
        body = GROUP.replace(b"?>", b"?>" + head, 1).replace(b"0192:", b"&e;0192:", 1)
        assert "DTD" in answered(body)
    assert not any("fetched" in path for path, _headers in network.smp.requests)


# Too much


def test_fifty_megabytes_are_left_after_the_first(network):
    network.register(NUMBER)
    network.smp.mode = "flood"
    assert "more than 1 MiB" in failure()
    network.smp.pause(0.2)
    assert network.smp.sent < 20_000_000  # what lies in the sockets' buffers included


def test_a_gzip_bomb_is_not_unpacked(network):
    network.register(NUMBER)
    network.smp.mode = "bomb"
    assert "unpacked" in failure()


def test_a_packed_answer_is_understood(network):
    network.register(NUMBER)
    network.smp.mode = "gzip"
    assert peppol.check("0192", NUMBER).answer == "yes"
    assert network.smp.requests[0][1]["accept-encoding"] == "identity"


def test_an_answer_packed_twice_is_unknown(network):
    network.register(NUMBER)
    network.smp.mode = "gzip"
    network.smp.groups[PARTICIPANT] = gzip.compress(GROUP)
    assert "something else than" in failure()


def test_an_answer_just_within_the_limit_is_understood(network):
    network.register(NUMBER)
    room = smp.BODY_LIMIT - len(network.smp.groups[PARTICIPANT])
    network.smp.groups[PARTICIPANT] += b" " * room
    assert peppol.check("0192", NUMBER).answer == "yes"
    network.smp.groups[PARTICIPANT] += b" "
    found = peppol.check("0192", NUMBER, force=True)
    assert "more than 1 MiB" in found.failure


# Too slow


@pytest.mark.parametrize("mode", ["drip", "drip_head"])
def test_a_trickle_ends_at_the_limit(network, mode):
    network.register(NUMBER)
    network.smp.mode = mode
    began = time.monotonic()
    assert "in time" in failure(limit=0.6)
    assert time.monotonic() - began < 2


def test_silence_ends_at_the_time_limit(network, monkeypatch):
    monkeypatch.setattr(smp, "READ_LIMIT", 0.2)
    network.register(NUMBER)
    network.smp.mode, network.smp.slow_seconds = "slow", 5
    began = time.monotonic()
    assert "in time" in failure()
    assert time.monotonic() - began < 2


# Where it would send us


def test_a_redirect_is_not_followed(network):
    network.register(NUMBER)
    network.smp.mode = "redirect"
    for address in ("http://127.0.0.1:9/", f"{network.url}/elsewhere", "file:///etc/passwd"):
        network.smp.redirect_to = address
        assert "answers 302" in peppol.check("0192", NUMBER).failure
    assert {path for path, _headers in network.smp.requests} == {
        "/iso6523-actorid-upis%3A%3A0192%3A923609016"
    }


PRIVATE = [
    ("A", "10.0.0.1"),
    ("A", "127.0.0.1"),
    ("A", "169.254.169.254"),
    ("A", "172.16.0.1"),
    ("A", "192.168.1.1"),
    ("A", "100.64.0.1"),
    ("A", "0.0.0.0"),
    ("A", "255.255.255.255"),
    ("A", "224.0.0.1"),
    ("A", "240.0.0.1"),
    ("A", "192.0.2.1"),
    ("AAAA", "::1"),
    ("AAAA", "::"),
    ("AAAA", "fe80::1"),
    ("AAAA", "fc00::1"),
    ("AAAA", "fec0::1"),
    ("AAAA", "ff02::1"),
    ("AAAA", "2001:db8::1"),
    ("AAAA", "::ffff:10.0.0.1"),
    ("AAAA", "::ffff:9.9.9.9"),
    ("AAAA", "::127.0.0.1"),
    ("AAAA", "2002:7f00:1::"),
    ("AAAA", "2001:0:0:0::1"),
    ("AAAA", "64:ff9b::10.0.0.1"),
]


@pytest.mark.parametrize(("kind", "address"), PRIVATE)
@pytest.mark.parametrize("beside", ["", "public"])
def test_a_host_with_an_address_of_ours_is_refused(network, kind, address, beside):
    network.name(NUMBER, "!.*!https://evil.test/!")
    public = {"A": ["9.9.9.9"], "AAAA": ["2620:fe::fe"]} if beside else {"A": [], "AAAA": []}
    network.dns.add("evil.test", "A", *public["A"])
    network.dns.add("evil.test", "AAAA", *public["AAAA"])
    network.dns.add("evil.test", kind, *public[kind], address)
    assert "where we do not go" in failure()


@pytest.mark.parametrize(("kind", "address"), [("A", "9.9.9.9"), ("AAAA", "2620:fe::fe")])
def test_a_public_host_is_gone_to_on_443_at_the_very_address_looked_at(network, kind, address):
    network.name(NUMBER, "!.*!https://public.test/!")
    network.dns.add("public.test", kind, address)
    # The guard of all tests stops the connection, and says where it would have gone.
    with pytest.raises(AssertionError, match=rf"tried to reach \('{address}', 443"):
        peppol.check("0192", NUMBER)


def test_the_address_is_not_asked_for_twice(network):
    """A second answer could be another one. Nobody but the stand-in knows this host."""
    network.register(NUMBER)
    assert peppol.check("0192", NUMBER).answer == "yes"
    assert (network.dns.questions("A"), network.dns.questions("AAAA")) == (1, 1)


@pytest.mark.parametrize(
    "url",
    [
        "http://smp.example.test/",
        "http://smp.example.test:443/",
        "https://smp.example.test:8443/",
        "https://smp.example.test:80/",
        "https://user@smp.example.test/",
        "https://user:secret@smp.example.test/",
        "https://@smp.example.test/",
        "https://smp.example.test:99999/",
        "https://smp.example.test:x/",
        "https://smp.example.test/?a=b",
        "https://smp.example.test/#a",
        "https:///path",
        "https://",
        "//smp.example.test/",
        "smp.example.test",
        "ftp://smp.example.test/",
        "file:///etc/passwd",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://sm%70.example.test/",
    ],
)
def test_an_address_that_is_not_plain_https_is_refused(network, url):
    network.name(NUMBER, f"!.*!{url}!")
    with pytest.raises(Unanswered):
        smp.publisher(url)
    assert failure()
    assert network.dns.questions("A") == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_an_address_given_as_a_number_is_looked_at_too(network, host):
    network.name(NUMBER, f"!.*!https://{host}/!")
    assert "where we do not go" in failure()


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "017700000001"])
def test_a_number_written_otherwise_is_a_name_that_nobody_has(network, host):
    network.name(NUMBER, f"!.*!https://{host}/!")
    assert "no address" in failure()


def test_a_refused_address_is_passed_over_where_a_good_one_follows(network):
    network.register(NUMBER)
    network.name(NUMBER, "!.*!http://old.example.test/!", f"!.*!{network.url}/!")
    assert peppol.check("0192", NUMBER).answer == "yes"


# Hosts for tests


def test_hosts_for_tests_need_debug(network, settings):
    network.register(NUMBER)
    settings.DEBUG = False
    assert "not offered over https" in failure()
    assert network.smp.requests == []


def test_an_installation_with_hosts_for_tests_does_not_start():
    result = manage("check", SECRET_KEY="x" * 60, PEPPOL_TEST_HOSTS="127.0.0.1")
    assert result.returncode != 0
    assert "PEPPOL_TEST_HOSTS is for tests" in result.stderr


def test_a_host_for_tests_must_be_on_loopback(network):
    network.register(NUMBER)
    network.dns.add(SMP_HOST, "A", "127.0.0.1", "10.0.0.1")
    assert "where we do not go" in failure()
    network.dns.add(SMP_HOST, "A", "9.9.9.9")
    assert "where we do not go" in failure()


@pytest.mark.parametrize("entry", ["{host}", "{host}:{port}"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", SMP_HOST])
def test_a_host_for_tests_is_named_with_or_without_its_port(network, settings, entry, host):
    settings.PEPPOL_TEST_HOSTS = [entry.format(host=host, port=network.smp.port)]
    network.register(NUMBER, url=f"http://{host}:{network.smp.port}")
    assert peppol.check("0192", NUMBER).answer == "yes"


def test_another_port_of_a_host_for_tests_is_none(network, settings):
    settings.PEPPOL_TEST_HOSTS = [f"{SMP_HOST}:{network.smp.port + 1}"]
    network.register(NUMBER)
    assert "not offered over https" in failure()


# Certificates


@pytest.fixture
def over_tls(settings, tmp_path):
    """A network whose SMP speaks TLS, with a certificate of its own making; yields that too."""

    def start(host: str = SMP_HOST) -> Network:
        certificate = certificate_for(host, tmp_path)
        network = Network(certificate=certificate)
        for name, value in network.settings.items():
            setattr(settings, name, value)
        network.register(NUMBER)
        network.certificate = certificate
        started.append(network.__enter__())
        return network

    started: list[Network] = []
    yield start
    for network in started:
        network.__exit__()


def trusting(certificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)


def test_a_certificate_that_nobody_vouches_for_is_unknown(over_tls):
    network = over_tls()
    assert "self-signed certificate" in failure()
    assert network.smp.requests == []


def test_a_certificate_for_another_host_is_unknown(over_tls, monkeypatch):
    network = over_tls("other.test")
    monkeypatch.setattr(smp, "_trust", lambda: trusting(network.certificate))
    assert "Hostname mismatch" in failure()
    assert network.smp.requests == []


def test_a_good_certificate_is_one_for_the_host_by_name(over_tls, monkeypatch):
    network = over_tls()
    monkeypatch.setattr(smp, "_trust", lambda: trusting(network.certificate))
    assert peppol.check("0192", NUMBER).answer == "yes"
    assert network.smp.server_names == [SMP_HOST]
    assert network.smp.requests[0][1]["host"] == f"{SMP_HOST}:{network.smp.port}"


def test_certificates_are_verified_for_the_host():
    context = smp._trust()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.get_ca_certs()


def test_plain_http_behind_https_is_unknown(network):
    """A TLS handshake with something that does not speak it ends, and soon."""
    network.register(NUMBER, url=f"https://{SMP_HOST}:{network.smp.port}")
    began = time.monotonic()
    assert failure()
    assert time.monotonic() - began < 4
