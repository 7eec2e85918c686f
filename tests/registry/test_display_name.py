import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.models import Entity
from registry.names import display_name


@pytest.mark.parametrize(
    ("registered", "shown"),
    [
        ("FJORDKRAFT TEKNIKK AS", "Fjordkraft Teknikk AS"),
        ("ØSTLYST ASA", "Østlyst ASA"),
        ("AS NORDVEST", "AS Nordvest"),
        ("A/S NORDVEST", "A/S Nordvest"),
        ("VANNVERKET SA", "Vannverket SA"),
        ("PARKERING KF", "Parkering KF"),
    ],
)
def test_company_forms_stay_in_capitals(registered, shown):
    assert display_name(registered) == shown


@pytest.mark.parametrize(
    ("registered", "shown"),
    [
        ("MUR OG PUSS AS", "Mur og Puss AS"),
        ("MO I RANA REGNSKAP AS", "Mo i Rana Regnskap AS"),
        ("HUSET PÅ HAUGEN", "Huset på Haugen"),
        ("LAGET FOR FREMME AV SANG", "Laget for Fremme av Sang"),
        ("HJELP TIL HAGEN", "Hjelp til Hagen"),
        ("KAFEEN VED SJØEN", "Kafeen ved Sjøen"),
        ("FISK MED MER", "Fisk med Mer"),
        ("MØBEL- OG INTERIØRHUSET", "Møbel- og Interiørhuset"),
    ],
)
def test_small_words_are_small_inside_a_name(registered, shown):
    assert display_name(registered) == shown


@pytest.mark.parametrize(
    ("registered", "shown"), [("I SKOGEN AS", "I Skogen AS"), ("BLI MED", "Bli Med")]
)
def test_small_words_are_large_at_either_end(registered, shown):
    assert display_name(registered) == shown


@pytest.mark.parametrize(
    ("registered", "shown"),
    [
        ("TROMSØ KOMMUNE", "Tromsø kommune"),
        ("TROMS FYLKESKOMMUNE", "Troms fylkeskommune"),
        ("KOMMUNE NORGE AS", "Kommune Norge AS"),
        ("KOMMUNE", "Kommune"),
    ],
)
def test_a_municipality_is_written_the_way_it_writes_itself(registered, shown):
    assert display_name(registered) == shown


@pytest.mark.parametrize(
    ("registered", "shown"),
    [
        ("NRK AS", "NRK AS"),
        ("HANSENS VVS", "Hansens VVS"),
        ("OSLO IT AS", "Oslo IT AS"),
        ("H&M HUSET", "H&M Huset"),
        ("EIENDOM III AS", "Eiendom III AS"),
        ("3D PRINT AS", "3D Print AS"),
        ("J.K. RUSING", "J.K. Rusing"),
    ],
)
def test_abbreviations_stay_in_capitals(registered, shown):
    assert display_name(registered) == shown


@pytest.mark.parametrize(
    ("registered", "shown"),
    [
        ("ST. HANS BAKERI", "St. Hans Bakeri"),
        ("SCHWTRZ AS", "Schwtrz AS"),
        ("24TIMER AS", "24Timer AS"),
    ],
)
def test_words_that_only_look_like_abbreviations_do_not(registered, shown):
    assert display_name(registered) == shown


@pytest.mark.parametrize(
    ("registered", "shown"),
    [
        ("SØR-VESTEN & SØNN", "Sør-Vesten & Sønn"),
        ("O'LEARY BYGG", "O'Leary Bygg"),
        ("HANSEN'S BAKERI", "Hansen's Bakeri"),
        ("HANSEN’S BAKERI", "Hansen’s Bakeri"),
        ("BYGG/ANLEGG (NORD)", "Bygg/Anlegg (Nord)"),
    ],
)
def test_every_part_of_a_joined_word_has_its_capital(registered, shown):
    assert display_name(registered) == shown


@pytest.mark.parametrize(
    "name", ["eSmart iT AS", "McTeknikk AS", "Møller og Sønn", "", "1881", "-"]
)
def test_a_name_written_with_care_is_left_alone(name):
    assert display_name(name) == name


@given(st.text(alphabet="ABDEGIKMOPRSTVÆØÅÉÖ .-&'’/()12"))
def test_nothing_but_the_case_of_a_name_changes(name):
    assert display_name(name).upper() == name


def test_an_entity_keeps_the_registers_spelling_and_shows_the_readable_one():
    entity = Entity(name="VARDEFJORD TEKNIKK AS")
    assert (entity.name, entity.display_name) == ("VARDEFJORD TEKNIKK AS", "Vardefjord Teknikk AS")
