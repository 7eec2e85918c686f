"""Whether invoices arrive: the three answers, and which document types count."""

import json
from pathlib import Path

import pytest

from registry import peppol, sml
from registry.models import Reachability
from tests.standin.peppol import CREDIT_NOTE, INVOICE, SMP_HOST, sml_host

pytestmark = pytest.mark.django_db
NUMBER = "923609016"
SAMPLES = Path(__file__).resolve().parents[3] / "shared/samples/peppol"
UBL = "busdox-docid-qns::urn:oasis:names:specification:ubl:schema:xsd:"
_EHF = f"{INVOICE.removesuffix('::2.1')}#conformant#urn:fdc:anskaffelser.no:2019:ehf"
# Mostly real ones, of code list 9.7; none of them is the invoice itself.
OTHERS = [
    f"{_EHF}:reminder:3.0::2.2",
    f"{_EHF}:forward-billing:3.0::2.2",
    f"{UBL}Invoice-2::Invoice##urn:peppol:pint:billing-1@jp-1::2.1",
    f"{UBL}Invoice-2::Invoice##urn:peppol:pint:billing-1::2.1".replace(
        "busdox-docid-qns", "peppol-doctype-wildcard"
    ),
    "busdox-docid-qns::urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
    "::CrossIndustryInvoice##urn:cen.eu:en16931:2017#compliant"
    "#urn:fdc:peppol.eu:2017:poacc:billing:3.0::D16B",
    INVOICE.replace("busdox-docid-qns", "peppol-doctype-wildcard"),
    f"{INVOICE}*",
    f"x{INVOICE}",
    INVOICE.upper(),
]


def answer(reachability: Reachability) -> tuple[str, bool | None, bool | None]:
    return (reachability.answer, reachability.invoice, reachability.credit_note)


# The name in the DNS


@pytest.mark.parametrize(
    ("participant", "label"),
    [
        ("0192:923609016", "XQK4T3FMTEZDUY5BOVJMTNAQ45N7E4TIBYHWFPGOT75BSP7UYG2A"),
        ("0192:991825827", "7I2243UOLQ5QZB6JXFVI6YEI4IQ7SFIPKV55HTZFNR6S54Y6YUFA"),
        ("0192:986252932", "JGPA45E5TP5QNMA3C3XUXV6V4ZE4LHDYW6AL2HZYU3NRLUFX3D3A"),
        # OpenPeppol's published example
        ("0088:123abc", "Y7DZFXAF3D4CJZ4KCGRXTEC6TWVCGA4KY7ZWA5BOIF6MSWD4TDRQ"),
        ("0088:123ABC", "Y7DZFXAF3D4CJZ4KCGRXTEC6TWVCGA4KY7ZWA5BOIF6MSWD4TDRQ"),
    ],
)
def test_the_host_name_is_made_as_published(participant, label, settings):
    settings.PEPPOL_SML_ZONE = "participant.sml.prod.tech.peppol.org"
    expected = f"{label}.iso6523-actorid-upis.participant.sml.prod.tech.peppol.org"
    assert sml.host_of(*participant.split(":")) == expected


# Yes


def test_who_lists_invoice_and_credit_note_can_receive_both(network):
    network.register(NUMBER)
    found = peppol.check("0192", NUMBER)
    assert answer(found) == ("yes", True, True)
    assert found.smp == f"{SMP_HOST}:{network.smp.port}"
    assert found.checked_at
    assert found.failed_at is None


def test_invoice_without_credit_note_is_told_apart(network):
    network.register(NUMBER, [INVOICE, *OTHERS])
    assert answer(peppol.check("0192", NUMBER)) == ("yes", True, False)


def test_credit_note_without_invoice_is_a_no(network):
    network.register(NUMBER, [CREDIT_NOTE])
    assert answer(peppol.check("0192", NUMBER)) == ("no", False, True)


def test_the_question_is_put_as_smps_want_it(network):
    """ELMA answers 406 to those who ask for XML, and 400 to two slashes."""
    network.register(NUMBER)
    peppol.check("0192", NUMBER)
    ((path, headers),) = network.smp.requests
    assert path == "/iso6523-actorid-upis%3A%3A0192%3A923609016"
    assert "accept" not in headers
    assert headers["host"] == f"{SMP_HOST}:{network.smp.port}"
    assert headers["user-agent"].startswith("Moment/")


def test_an_smp_below_a_folder_is_asked_there(network):
    network.register(NUMBER, url=f"{network.url}/folder/smp")
    assert peppol.check("0192", NUMBER).answer == "yes"
    assert network.smp.requests[0][0].startswith("/folder/smp/iso6523")


def test_a_gln_is_found_by_its_own_scheme(network):
    network.register("7300010000001", scheme="0088")
    found = peppol.check("0088", "7300010000001")
    assert answer(found) == ("yes", True, True)
    assert peppol.known("0088", "7300010000001") == found


def test_capitals_make_no_other_participant(network):
    network.register("de123x", scheme="9930")
    assert peppol.check("9930", " DE123X ").answer == "yes"
    assert peppol.known("9930", "de123x").identifier == "de123x"
    assert Reachability.objects.count() == 1


def test_a_number_may_be_written_with_blanks(network):
    network.register(NUMBER)
    assert peppol.check("0192", "923 609 016").identifier == NUMBER


def test_namespace_prefixes_are_the_smps_own_business(network):
    network.register(NUMBER)
    group = network.smp.groups[f"0192:{NUMBER}"]
    plain = group.replace(b"smp:", b"").replace(b"xmlns:smp=", b"xmlns=")
    network.smp.groups[f"0192:{NUMBER}"] = plain
    assert peppol.check("0192", NUMBER).answer == "yes"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("smp/*.xml")), ids=lambda path: path.stem)
def test_what_real_smps_answered_is_understood(network, path):
    number = next(part for part in path.stem.split("_") + path.stem.split("-") if len(part) == 9)
    network.register(number)
    network.smp.groups[f"0192:{number}"] = path.read_bytes()
    assert answer(peppol.check("0192", number)) == ("yes", True, True)


# No


def test_an_unknown_name_is_a_no(network):
    found = peppol.check("0192", NUMBER)
    assert answer(found) == ("no", False, False)
    assert found.smp == ""
    assert network.smp.requests == []


def test_a_name_without_naptr_is_a_no(network):
    network.dns.add(sml_host(NUMBER), "A", "127.0.0.1")
    assert peppol.check("0192", NUMBER).answer == "no"


def test_an_smp_that_does_not_know_the_participant_says_no(network):
    """ELMA's 404 comes with a body that is no XML document."""
    network.name(NUMBER, f"!.*!{network.url}/!")
    found = peppol.check("0192", NUMBER)
    assert answer(found) == ("no", False, False)
    assert found.smp == f"{SMP_HOST}:{network.smp.port}"


@pytest.mark.parametrize("other", OTHERS)
def test_what_only_looks_like_the_invoice_is_a_no(network, other):
    network.register(NUMBER, [other])
    assert answer(peppol.check("0192", NUMBER)) == ("no", False, False)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("codelists/document_types*.json")))
def test_of_the_whole_code_list_just_two_count(network, path):
    listed = {
        f"{value['scheme']}::{value['value']}" for value in json.loads(path.read_text())["values"]
    }
    assert {INVOICE, CREDIT_NOTE} < listed
    network.register(NUMBER, listed - {INVOICE, CREDIT_NOTE})
    assert answer(peppol.check("0192", NUMBER)) == ("no", False, False)


def test_a_participant_without_any_document_type_is_a_no(network):
    network.register(NUMBER, [])
    assert peppol.check("0192", NUMBER).answer == "no"


# What is nobody's identifier


@pytest.mark.parametrize(
    ("scheme", "identifier"),
    [
        ("0192", "923609017"),
        ("0192", "111111111"),
        ("0192", "Teknikk AS"),
        ("0192", ""),
        ("192", NUMBER),
        ("NO", NUMBER),
        ("0088", ""),
        ("0088", "1 2"),
        ("0088", "1" * 51),
        ("0088", "ø"),
        ("0088", "12\x00"),
    ],
)
def test_what_nobody_can_be_called_is_not_asked_about(network, scheme, identifier):
    with pytest.raises(peppol.InvalidParticipant):
        peppol.check(scheme, identifier)
    with pytest.raises(peppol.InvalidParticipant):
        peppol.known(scheme, identifier)
    assert network.dns.asked == []
