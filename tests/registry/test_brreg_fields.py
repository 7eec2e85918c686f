"""What becomes of each of the register's fields. No network, no database."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from registry.brreg import to_entity
from registry.models import Entity
from tests.standin.register import adresse, enhet, fictional_number, slettet, underenhet

LEGAL, SUB = Entity.Kind.LEGAL, Entity.Kind.SUB
# Recorded answers of the real register; they stay outside the repository, so there may be none.
SAMPLES = Path(__file__).resolve().parents[3] / "shared/samples/brreg"


def test_an_ordinary_company_is_read_in_full():
    entity = to_entity(
        enhet(
            "VARDEFJORD TEKNIKK AS",
            fictional_number(0),
            epostadresse="post@example.com",
            telefon="77 00 00 01",
            mobil="900 00 001",
            hjemmeside="www.example.com",
            postadresse=adresse("Postboks 17", "9251"),
        ),
        LEGAL,
    )
    got = {field.attname: getattr(entity, field.attname) for field in Entity._meta.fields}
    del got["fetched_at"]
    assert got == {
        "org_number": fictional_number(0),
        "kind": "legal",
        "parent_org_number": "",
        "name": "VARDEFJORD TEKNIKK AS",
        "former_names": "",
        "name_key": "",
        "words": "",
        "rank": 0,
        "form_code": "AS",
        "form_name": "Aksjeselskap",
        "business_address": "Storgata 1",
        "business_postcode": "9008",
        "business_city": "TROMSØ",
        "business_country": "NO",
        "postal_address": "Postboks 17",
        "postal_postcode": "9251",
        "postal_city": "TROMSØ",
        "postal_country": "NO",
        "email": "post@example.com",
        "phone": "77 00 00 01",
        "website": "www.example.com",
        "industry_code": "62.100",
        "industry_name": "Programmeringstjenester",
        "sector_code": "2100",
        "employees": 12,
        "has_employees": True,
        "vat_registered": True,
        "registered_on": date(2015, 3, 2),
        "bankrupt": False,
        "bankrupt_on": None,
        "winding_up": False,
        "winding_up_on": None,
        "compulsory_dissolution": False,
        "compulsory_dissolution_on": None,
        "deleted_on": None,
        "merger": "",
    }


def read(kind=LEGAL, **overrides):
    return to_entity(enhet("PRØVE AS", **overrides), kind)


def test_only_number_and_name_are_needed():
    entity = to_entity({"organisasjonsnummer": fictional_number(0), "navn": "A"}, LEGAL)
    assert (entity.name, entity.business_city, entity.employees) == ("A", "", None)


def test_a_place_of_business_has_its_location_and_its_owner():
    entity = to_entity(underenhet("PRØVE AVD NORD", fictional_number(0)), SUB)
    assert (entity.kind, entity.parent_org_number) == ("sub", fictional_number(0))
    assert (entity.business_address, entity.business_postcode) == ("Sjøgata 2", "9008")


def test_a_foreign_address_keeps_its_postcode_in_the_city():
    foreign = {"landkode": "GB", "poststed": "SW1Y 5EA LONDON", "adresse": ["1 Nowhere Square"]}
    entity = read(forretningsadresse=foreign)
    assert entity.business_postcode == ""
    assert (entity.business_city, entity.business_country) == ("SW1Y 5EA LONDON", "GB")


def test_an_address_keeps_its_lines_and_drops_empty_ones():
    lines = ["c/o Kari Tenkt", "", None, "  Storgata  1 "]
    entity = read(postadresse=adresse() | {"adresse": lines})
    assert entity.postal_address == "c/o Kari Tenkt\nStorgata 1"


def test_a_mobile_number_stands_in_for_a_missing_telephone():
    assert read(mobil="900 00 001").phone == "900 00 001"


def test_one_to_four_employees_are_some():
    entity = read(antallAnsatte=None)
    assert (entity.employees, entity.has_employees, entity.employees_text) == (None, True, "1–4")


def test_no_employees_are_none():
    entity = read(antallAnsatte=0, harRegistrertAntallAnsatte=False)
    assert (entity.employees, entity.has_employees) == (0, False)


def test_a_bankruptcy_has_its_day():
    entity = read(konkurs=True, konkursdato="2026-02-03")
    assert (entity.bankrupt, entity.bankrupt_on) == (True, date(2026, 2, 3))


def test_a_winding_up_has_its_day():
    entity = read(underAvvikling=True, underAvviklingDato="2026-02-04")
    assert (entity.winding_up, entity.winding_up_on) == (True, date(2026, 2, 4))


def test_a_compulsory_dissolution_began_on_the_first_of_its_days():
    entity = read(
        underTvangsavviklingEllerTvangsopplosning=True,
        tvangsopplostPgaManglendeRevisorDato="2026-03-08",
        tvangsavvikletPgaManglendeSlettingDato="2026-03-06",
        tvangsopplostPgaMangelfulltStyreDato="",
    )
    assert entity.compulsory_dissolution
    assert entity.compulsory_dissolution_on == date(2026, 3, 6)


def test_trouble_without_a_day_is_trouble_all_the_same():
    entity = read(konkurs=True, konkursdato="", underTvangsavviklingEllerTvangsopplosning=True)
    assert (entity.bankrupt, entity.bankrupt_on) == (True, None)
    assert (entity.compulsory_dissolution, entity.compulsory_dissolution_on) == (True, None)


def test_a_deleted_entity_has_the_day():
    assert to_entity(slettet(enhet("BORTE AS")), LEGAL).deleted_on == date(2024, 3, 9)


def test_a_place_of_business_that_closed_is_deleted():
    closed = underenhet("STENGT", fictional_number(0), nedleggelsesdato="2024-01-04")
    assert to_entity(closed, SUB).deleted_on == date(2024, 1, 4)


def test_a_place_of_business_that_will_close_is_open():
    tomorrow = timezone.localdate() + timedelta(days=1)
    closing = underenhet("ÅPEN", fictional_number(0), nedleggelsesdato=str(tomorrow))
    assert to_entity(closing, SUB).deleted_on is None


@pytest.mark.parametrize(
    "row", [None, 7, "x", [], {}, {"navn": "A"}, enhet(" \0"), enhet("A", "1")]
)
def test_without_a_number_and_a_name_there_is_no_entity(row):
    with pytest.raises(ValueError, match=r"^no"):
        to_entity(row, LEGAL)


def test_texts_are_cut_to_their_columns():
    entity = to_entity(enhet("N" * 500, form="F" * 99, telefon="1" * 99), LEGAL)
    assert (len(entity.name), len(entity.form_code), len(entity.phone)) == (200, 10, 50)


def test_an_address_on_the_net_that_does_not_fit_is_left_out():
    """Half of one would lead to somebody else."""
    entity = read(epostadresse="a" * 300 + "@example.com", hjemmeside="x" * 300 + ".example")
    assert (entity.email, entity.website) == ("", "")


@pytest.mark.parametrize("website", ["javascript:alert(1)", "data:text/html,x", " JavaScript:x"])
def test_a_website_that_is_none_is_left_out(website):
    assert read(hjemmeside=website).website == ""


@pytest.mark.parametrize("website", ["www.a.example", "https://a.example/x:y", "a.example:8080"])
def test_a_website_is_kept_as_the_register_has_it(website):
    assert read(hjemmeside=website).website == website


def test_characters_that_no_database_takes_are_left_out():
    assert to_entity(enhet("A\0B\ud800C\x07  D\n"), LEGAL).name == "ABC D"


@pytest.mark.parametrize("date_text", ["", "2026-13-01", "yesterday", 20260101, None, []])
def test_a_day_that_makes_no_sense_is_unknown(date_text):
    assert read(registreringsdatoEnhetsregisteret=date_text).registered_on is None


@pytest.mark.parametrize("number", [-1, True, 2**31, "12", 1.5])
def test_a_number_of_employees_that_makes_no_sense_is_unknown(number):
    assert read(antallAnsatte=number).employees is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
fields = sorted(
    set(enhet("A") | underenhet("A", "")) - {"organisasjonsnummer", "navn"}
    | {"postadresse", "epostadresse", "telefon", "mobil", "hjemmeside", "slettedato"}
)


@given(st.dictionaries(st.sampled_from(fields), json_values))
def test_nonsense_in_any_field_leaves_an_entity_that_fits_the_table(nonsense):
    entity = to_entity(enhet("HEL AS", fictional_number(0)) | nonsense, LEGAL)
    entity.clean_fields(exclude=["name_key"])


def recorded_entities():
    for path in sorted(SAMPLES.glob("*/*.json")):
        if path.parent.name in {"error", "spec", "updates"}:
            continue
        kind = SUB if "underenhet" in str(path.relative_to(SAMPLES)) else LEGAL
        content = json.loads(path.read_bytes())
        if isinstance(content, dict):
            rows = next(iter(content.get("_embedded", {}).values()), [])
            content = [content] if "organisasjonsnummer" in content else rows
        for row in content:
            yield pytest.param(kind, row, id=f"{path.stem}-{row['organisasjonsnummer']}")


@pytest.mark.parametrize(("kind", "row"), list(recorded_entities()))
def test_what_the_real_register_answered_is_understood(kind, row):
    entity = to_entity(row, kind)
    entity.clean_fields(exclude=["name_key"])
    assert (entity.org_number, entity.name) == (row["organisasjonsnummer"], row["navn"])
    assert entity.form_code == row["organisasjonsform"]["kode"]
    assert entity.bankrupt == row.get("konkurs", False)
    assert str(entity.deleted_on or "") == row.get("slettedato", row.get("nedleggelsesdato", ""))
    address = row.get("forretningsadresse") or row.get("beliggenhetsadresse") or {}
    assert entity.business_city == address.get("poststed", "")
    assert entity.business_country == address.get("landkode", "")
    assert entity.employees == row.get("antallAnsatte")
