"""The order of answers. No network, no database."""

import random
from datetime import date

import pytest

from registry.lookup import rank_key
from registry.models import Entity


def company(name, number="310000000", **fields):
    return Entity(org_number=number, name=name, **fields)


def ranked(entities, question):
    return [entity.name for entity in sorted(entities, key=lambda e: rank_key(e, question))]


@pytest.mark.parametrize(
    ("question", "best_first"),
    [
        # the name itself, names that begin with it, words that do, whatever else the register gave
        ("norvik", ["NORVIK AS", "NORVIK TEKNIKK AS", "ALTA NORVIKA AS", "BYGG AS"]),
        ("norvik tek", ["NORVIK TEKNIKK AS", "TEKNISK NORVIK AS", "NORVIK AS"]),
        ("Bjørkeløs", ["BJØRKELØS", "BJØRKELØSA", "HANDEL BJØRKELØS"]),
        ("bjorkelos", ["BJØRKELØS", "BJØRKELØSA", "HANDEL BJØRKELØS"]),
        ("NORVIK AS", ["NORVIK", "NORVIK ASFALT", "ALTA NORVIK"]),
    ],
)
def test_the_better_a_name_matches_the_earlier_it_comes(question, best_first):
    # Size speaks against the order, so that it cannot be what makes it.
    entities = [company(name, employees=place) for place, name in enumerate(best_first)]
    random.Random(1).shuffle(entities)
    assert ranked(entities, question) == best_first


def test_a_former_name_and_a_typo_are_matches_too():
    entities = [
        company("HELT ANDRE ORD", employees=900),
        company("NORVIG", employees=9),
        company("NORVIG BYGG", employees=90),
        company("NYTT NAVN", former_names="ET TIL\nNORVIK BYGG AS"),
        company("NORVIK"),
    ]
    expected = ["NORVIK", "NYTT NAVN", "NORVIG", "NORVIG BYGG", "HELT ANDRE ORD"]
    assert ranked(entities, "norvik") == expected


def test_an_unfinished_company_form_is_no_hindrance():
    entities = [company("EQUINOR ANGOLA AS", employees=900), company("EQUINOR ASA")]
    assert ranked(entities, "equinor a") == ["EQUINOR ASA", "EQUINOR ANGOLA AS"]


def test_of_equal_matches_the_living_come_before_the_troubled_before_the_deleted():
    entities = [
        company("NORVIK D", employees=9, deleted_on=date(2024, 1, 1)),
        company("NORVIK C", employees=7, compulsory_dissolution=True),
        company("NORVIK B", employees=8, bankrupt=True),
        company("NORVIK A", employees=0),
    ]
    expected = ["NORVIK A", "NORVIK B", "NORVIK C", "NORVIK D"]
    assert ranked(entities, "norvik") == expected


def test_of_equal_matches_a_legal_entity_comes_before_a_place_of_business():
    entities = [company("NORVIK A", kind=Entity.Kind.SUB, employees=50), company("NORVIK B")]
    assert ranked(entities, "norvik") == ["NORVIK B", "NORVIK A"]


def test_of_equal_matches_the_largest_come_first():
    entities = [
        company("NORVIK A"),
        company("NORVIK B", has_employees=True),  # one to four
        company("NORVIK C", employees=5, has_employees=True),
        company("NORVIK D", employees=5000, has_employees=True),
    ]
    assert ranked(entities, "norvik") == ["NORVIK D", "NORVIK C", "NORVIK B", "NORVIK A"]


def test_all_else_equal_the_beginning_of_the_name_decides():
    names = ["ALTA NORVIK", "BODØ NORVIK", "ØREN NORVIK", "SKIEN NORVIK", "ŁODZ NORVIK"]
    entities = [company(name) for name in reversed(names)]
    # Folded, so that one spelling of a name stands beside the other.
    assert ranked(entities, "norvik") == names


def test_a_well_matched_bankrupt_comes_before_a_badly_matched_living():
    entities = [company("ALTA NORVIK", employees=100), company("NORVIK AS", bankrupt=True)]
    assert ranked(entities, "norvik") == ["NORVIK AS", "ALTA NORVIK"]
