"""The keys that both what was typed and what is stored go through."""

from datetime import date

import pytest

from registry import keys
from registry.models import Entity


def entity(name="NORVIK AS", number="310000000", **fields) -> Entity:
    return Entity(org_number=number, name=name, **fields)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HÅGEN AS", "haagen"),
        ("SØRLIE", "soerlie"),
        ("SØRLIE", "sorlie"),
        ("BÆRUM", "baerum"),
        ("A/S NORVIK", "as norvik"),
        ("EQUINOR ASA", "equinor"),
        ("Müller & Sønn", "muller soenn"),
        ("  Nor-vik,  Bygg. ", "nor vik bygg"),
    ],
)
def test_spellings_of_one_name_share_a_key(one, other):
    assert keys.search_key(one) == keys.search_key(other) != ""


def test_a_key_that_has_been_made_stays_as_it_is():
    for name in ("HÅGEN SØR AS", "AS", "A/S", "Čuoika", "ﬁ ①"):
        key = keys.search_key(name)
        assert keys.search_key(key) == key


def test_words_are_those_of_all_names_each_once_with_company_forms():
    assert keys.search_words(["NORVIK ØST AS", "SØRVIK AS", "A/S NORVIK"]) == (
        "norvik ost as sorvik a s"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"employees": 9}, {"employees": 3}),
        ({"has_employees": True}, {}),
        ({"employees": 0}, {"kind": "sub", "employees": 900}),
        ({"kind": "sub"}, {"bankrupt": True, "employees": 900}),
        ({"winding_up": True}, {"deleted_on": date(2024, 1, 1), "employees": 900}),
        ({"name": "ALTA"}, {"name": "BODØ"}),
        ({"number": "310000000"}, {"number": "310000019"}),
    ],
)
def test_the_likelier_ranks_before(before, after):
    assert keys.rank(entity(**before)) < keys.rank(entity(**after))


@pytest.mark.parametrize("employees", [1, 10, 100, 5000])
def test_a_tier_holds_all_that_large(employees):
    edge = keys.rank_after(employees)
    for more in (employees, employees + 1, employees * 9):
        assert keys.rank(entity("ÅÅÅÅ", "999999999", employees=more)) < edge
    assert keys.rank(entity("    ", "200000000", employees=employees // 2)) >= edge


def test_ranks_fit_the_database():
    worst = entity("ÅÅÅÅ", "999999999", kind="sub", deleted_on=date(2024, 1, 1))
    assert 0 < keys.rank(worst) < 2**63
