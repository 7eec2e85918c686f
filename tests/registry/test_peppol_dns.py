"""What the DNS answers, and what nobody could tell: unknown is never a no."""

import time

import dns.resolver
import pytest

from registry import peppol, sml
from tests.benchmarks.engines import free_port
from tests.standin.peppol import SMP_HOST, ZONE, sml_host

pytestmark = pytest.mark.django_db
NUMBER = "923609016"


def failure() -> str:
    """Return why a check came to nothing, after making sure that it was taken for unknown."""
    found = peppol.check("0192", NUMBER)
    assert found.answer == "unknown"
    assert (found.invoice, found.credit_note, found.checked_at) == (None, None, None)
    assert found.failed_at
    return found.failure


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(sml, "LONGEST_WAIT", 0.4)
    monkeypatch.setattr(sml, "PATIENCE", 0.15)


# Records


def test_of_two_records_the_lower_order_counts_then_the_lower_preference(network):
    network.register(NUMBER)
    ours = f'"U" "Meta:SMP" "!.*!{network.url}/!" .'
    other = f'"U" "Meta:SMP" "!.*!http://{SMP_HOST}:1/!" .'
    for better, worse in (("100 10", "200 10"), ("100 10", "100 20"), ("9 20", "10 10")):
        network.records(NUMBER, f"{worse} {other}", f"{better} {ours}")
        assert peppol.check("0192", NUMBER, force=True).answer == "yes", (better, worse)


@pytest.mark.parametrize(
    "expression", ["!.*!{}/!", "!^.*$!{}/!", "!.*!{}!", "!^.*$!{}/!i", "#.*#{}/#"]
)
def test_expressions_that_replace_the_whole_name_are_understood(network, expression):
    network.register(NUMBER)
    network.name(NUMBER, expression.format(network.url))
    assert peppol.check("0192", NUMBER).answer == "yes"


JUNK = [
    '100 10 "S" "Meta:SMP" "" _smp._tcp.example.test.',
    '100 10 "U" "E2U+sip" "!.*!sip:info@example.test!" .',
    '100 10 "U" "Meta:SMP" "" .',
    '100 10 "U" "Meta:SMP" "!" .',
    '100 10 "U" "Meta:SMP" "!!!" .',
    '100 10 "U" "Meta:SMP" "!.*!" .',
    '100 10 "U" "Meta:SMP" "!.*!https://smp.test/" .',
    '100 10 "U" "Meta:SMP" "!(a+)+$!https://smp.test/!" .',
    '100 10 "U" "Meta:SMP" "!^(.*)$!https://\\\\1/!" .',
    '100 10 "U" "Meta:SMP" "!.*!https://smp.test/ x!" .',
    '100 10 "U" "Meta:SMP" "!.*!https://smp.test/\\013\\010Evil: 1!" .',
    '100 10 "U" "Meta:SMP" "!.*!\\255\\254!" .',
]


@pytest.mark.parametrize("junk", JUNK)
def test_junk_beside_a_good_record_is_passed_over(network, junk):
    network.register(NUMBER)
    network.records(NUMBER, junk, f'200 10 "u" "meta:smp" "!.*!{network.url}/!" .')
    assert peppol.check("0192", NUMBER).answer == "yes"


@pytest.mark.parametrize("junk", JUNK)
def test_junk_alone_is_not_understood_and_so_unknown(network, junk):
    """Somebody has registered the participant: saying no would be too much."""
    network.records(NUMBER, junk)
    assert "name no SMP" in failure()


def test_a_name_that_stands_for_another_is_followed(network):
    network.register(NUMBER)
    other = f"elsewhere.{ZONE}"
    network.dns.known[other] = network.dns.known.pop(sml_host(NUMBER))
    network.dns.add(sml_host(NUMBER), "CNAME", f"{other}.")
    assert peppol.check("0192", NUMBER).answer == "yes"


def test_an_answer_cut_off_is_asked_for_again_over_tcp(network):
    network.register(NUMBER)
    network.dns.faults[sml_host(NUMBER)] = "cut"
    assert peppol.check("0192", NUMBER).answer == "yes"
    assert [asked[2] for asked in network.dns.asked if asked[1] == "NAPTR"] == ["udp", "tcp"]


# Nobody could tell


@pytest.mark.parametrize("fault", ["servfail", "refused"])
def test_a_refusal_of_the_dns_is_unknown(network, fault):
    network.dns.faults[sml_host(NUMBER)] = fault
    assert fault.upper() in failure()


def test_an_answer_that_stays_cut_off_is_unknown(network):
    network.register(NUMBER)
    network.dns.faults[""] = "cut_always"
    assert failure()
    assert {asked[2] for asked in network.dns.asked} == {"udp", "tcp"}


def test_silence_is_unknown_and_does_not_take_long(network, impatient):
    network.dns.faults[""] = "silent"
    began = time.monotonic()
    assert "in time" in failure()
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "address",
    ["nowhere", "127.0.0.1:port", "127.0.0.1:99999", "resolver.example.test:53", "::1:::", "[::1"],
)
def test_a_resolver_that_makes_no_sense_is_unknown(network, settings, impatient, address):
    settings.PEPPOL_DNS = address
    assert failure()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("127.0.0.1", ("127.0.0.1", 53)),
        ("[::1]:5353", ("::1", 5353)),
        ("[::1]", ("::1", 53)),
        ("::1", ("::1", 53)),
    ],
)
def test_a_resolver_is_written_with_or_without_its_port(text, expected):
    assert sml._host_and_port(text) == expected


def test_without_a_resolver_the_answer_is_unknown(network, settings, monkeypatch):
    def unconfigured(*_args, **_options):
        raise dns.resolver.NoResolverConfiguration

    settings.PEPPOL_DNS = ""
    monkeypatch.setattr(dns.resolver, "Resolver", unconfigured)
    assert "no resolver" in failure()


@pytest.mark.parametrize("fault", ["servfail", "refused", "silent"])
def test_an_smp_whose_own_address_cannot_be_found_is_unknown(network, impatient, fault):
    network.register(NUMBER)
    network.dns.faults[SMP_HOST] = fault
    assert failure()
    # The resolver is well: others are asked about at once.
    assert not peppol.resolver_is_down()


def test_an_smp_without_an_address_is_unknown(network):
    network.register(NUMBER)
    del network.dns.known[SMP_HOST]
    assert "no address" in failure()


# A resolver that is down


def test_while_the_resolver_is_down_it_is_left_alone(network, settings):
    good, settings.PEPPOL_DNS = settings.PEPPOL_DNS, f"127.0.0.1:{free_port()}"
    began = time.monotonic()
    assert "cannot be reached" in failure()
    assert time.monotonic() - began < 1  # nobody listens: that is found out at once
    assert peppol.resolver_is_down()
    settings.PEPPOL_DNS = good
    network.register(NUMBER)
    assert peppol.check("0192", NUMBER).answer == "unknown"
    assert network.dns.asked == []


def test_a_person_who_asks_again_is_not_put_off(network, settings):
    network.register(NUMBER)
    good, settings.PEPPOL_DNS = settings.PEPPOL_DNS, f"127.0.0.1:{free_port()}"
    assert failure()
    settings.PEPPOL_DNS = good
    assert peppol.check("0192", NUMBER, force=True).answer == "yes"
    assert not peppol.resolver_is_down()


def test_while_the_resolver_is_down_what_is_known_is_told(network, settings):
    network.register(NUMBER)
    peppol.check("0192", NUMBER)
    settings.PEPPOL_DNS = f"127.0.0.1:{free_port()}"
    found = peppol.check("0192", NUMBER, force=True)
    assert (found.answer, found.failure) == ("yes", "the resolver cannot be reached")
    assert peppol.check("0192", NUMBER).answer == "yes"
    unknown = peppol.check("0192", "991825827")
    assert (unknown.answer, unknown.pk) == ("unknown", None)


def test_servfail_is_not_the_resolver_being_down(network):
    network.dns.faults[sml_host(NUMBER)] = "servfail"
    failure()
    assert not peppol.resolver_is_down()


def test_a_zone_that_the_dns_does_not_know_makes_no_number_a_no(network, settings):
    settings.PEPPOL_SML_ZONE = "mistyped.test"
    assert failure() == "the DNS does not know mistyped.test"
    settings.PEPPOL_SML_ZONE = ZONE
    assert peppol.check("0192", NUMBER).answer == "no"


@pytest.mark.parametrize("zone", ["", "."])
def test_without_a_zone_nothing_is_asked_and_nothing_is_a_no(network, settings, zone):
    settings.PEPPOL_SML_ZONE = zone
    assert failure() == "PEPPOL_SML_ZONE names no zone"
    assert network.dns.questions("NAPTR") == 0


def test_whether_the_zone_is_there_is_asked_once_for_many(network):
    for number in (NUMBER, "991825827", "986252932"):
        assert peppol.check("0192", number).answer == "no"
    assert network.dns.questions("SOA") == 1
