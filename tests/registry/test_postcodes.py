"""Postcodes are learned from the addresses of the register."""

import gzip
import json

import pytest
from django.core.management import call_command

from registry import copies
from registry.models import Entity, Postcode
from registry.postcodes import is_place, learn, place_of, places_of, teach
from tests.factories import EntityFactory
from tests.standin.companies import adresse
from tests.standin.register import enhet, fictional_number

pytestmark = pytest.mark.django_db


def at(code: str, city: str, **fields) -> Entity:
    return EntityFactory(business_postcode=code, business_city=city, **fields)


def places() -> dict[str, str]:
    return dict(Postcode.objects.values_list("code", "place"))


def test_the_place_is_the_one_that_most_addresses_have():
    for city in ("TROMSØ", "TROMSØ", "OSLO", "Tromsø"):
        at("9008", city)
    at("0150", "OSLO", postal_postcode="9299", postal_city="TROMSØ", postal_country="NO")
    assert learn() == 3
    assert places() == {"9008": "Tromsø", "0150": "Oslo", "9299": "Tromsø"}
    assert place_of("9008") == "Tromsø"
    assert place_of("9999") == ""


def test_business_and_postal_addresses_count_alike():
    at("9008", "OSLO")
    for _ in range(2):
        at("0150", "OSLO", postal_postcode="9008", postal_city="TROMSØ", postal_country="NO")
    learn()
    assert places()["9008"] == "Tromsø"


def test_of_equally_many_the_first_of_the_alphabet_wins():
    at("1473", "LØRENSKOG")
    at("1473", "FJELLHAMAR")
    learn()
    assert places() == {"1473": "Fjellhamar"}


@pytest.mark.parametrize(
    ("code", "city", "country"),
    [
        ("9008", "TROMSØ", "SE"),
        ("90081", "TROMSØ", "NO"),
        ("908", "TROMSØ", "NO"),
        ("", "TROMSØ", "NO"),
        ("90 8", "TROMSØ", "NO"),
        ("٩٠٠٨", "TROMSØ", "NO"),
        ("9008", "", "NO"),
        ("9008", "  ", "NO"),
    ],
)
def test_what_is_no_norwegian_postcode_with_a_place_is_left_out(code, city, country):
    entity = at(code, city, business_country=country)
    learn()
    teach([entity])
    assert places() == {}


@pytest.mark.parametrize(
    ("written", "read"),
    [("NORDRE FOLLO", "Nordre Follo"), ("MO I RANA", "Mo i Rana"), ("SÆTRE", "Sætre"), ("Å", "Å")],
)
def test_places_are_written_as_people_write_them(written, read):
    at("9008", written)
    learn()
    assert place_of("9008") == read


def test_a_place_that_changed_its_name_is_learned_anew_and_old_ones_stay():
    Postcode.objects.create(code="9008", place="Tromsdalen")
    Postcode.objects.create(code="0001", place="Oslo")
    at("9008", "TROMSØ")
    assert learn() == 1
    assert places() == {"9008": "Tromsø", "0001": "Oslo"}
    assert learn() == 0


def test_single_copies_teach_what_is_missing_and_change_nothing(django_assert_num_queries):
    Postcode.objects.create(code="9008", place="Tromsø")
    entities = [
        Entity(business_postcode="9008", business_city="OSLO", business_country="NO"),
        Entity(postal_postcode="0150", postal_city="OSLO", postal_country="NO"),
    ]
    teach(entities)
    assert places() == {"9008": "Tromsø", "0150": "Oslo"}
    with django_assert_num_queries(1):
        teach(entities * 50)
    with django_assert_num_queries(0):
        teach([Entity(business_city="OSLO", business_country="NO")])


@pytest.mark.django_db(transaction=True)
def test_a_copy_that_is_kept_teaches_its_postcode():
    copies.keep([EntityFactory.build(business_postcode="9008", business_city="TROMSØ")])
    assert places() == {"9008": "Tromsø"}


@pytest.mark.django_db(transaction=True)
def test_a_full_load_teaches_all_postcodes(tmp_path):
    rows = [
        enhet(f"FJELL {n} AS", fictional_number(n), forretningsadresse=adresse(postnummer=code))
        for n, code in enumerate(["9008", "9009", "9009"])
    ]
    path = tmp_path / "legal.json.gz"
    path.write_bytes(gzip.compress(json.dumps(rows).encode()))
    call_command("registry_load", "--file", str(path))
    assert places() == {"9008": "Tromsø", "9009": "Tromsø"}


def test_the_lookup_of_many_takes_one_query(django_assert_num_queries):
    Postcode.objects.create(code="9008", place="Tromsø")
    with django_assert_num_queries(1):
        assert places_of(["9008", "9008", "0150", "x"]) == {"9008": "Tromsø"}
    with django_assert_num_queries(0):
        assert places_of(["", "90", "' OR 1=1"]) == {}


@pytest.mark.parametrize(
    ("city", "goes"), [("Tromsø", True), ("TROMSØ", True), (" tromsø ", True), ("Oslo", False)]
)
def test_a_city_is_compared_whatever_its_case(city, goes):
    assert is_place("9008", city, {"9008": "Tromsø"}) is goes
    assert is_place("9009", city, {"9008": "Tromsø"})
