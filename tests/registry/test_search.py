"""What is found while someone types, and in which order."""

from datetime import date

import pytest

from registry import search, typos
from registry.matching import Match
from registry.models import Entity
from tests.factories import EntityFactory

pytestmark = pytest.mark.django_db


def have(*names: str, **fields) -> None:
    for name in names:
        entity = EntityFactory(name=name, **fields)
        typos.learn(entity.words.split())


def found(question: str, limit: int = 10) -> list[str]:
    ranks = list(search.best(question, limit))
    names = dict(Entity.objects.filter(rank__in=ranks).values_list("rank", "name"))
    return [names[rank] for rank in ranks]


@pytest.mark.parametrize(
    "question",
    [
        "v", "va", "var", "vard", "varde", "vardef", "vardefj", "vardefjord", "Vardefjord Øst",
        "VARDEFJORD ØSTRE ÆRLIG AS", "vardefjord a", "vardefjord as", "as vardefjord",
        "østre vardefjord", "ærl vard øst", "vardefjord østre ærlig a",
    ],
)  # fmt: skip
def test_a_name_is_found_by_its_beginning_and_by_those_of_its_words(question):
    have("VARDEFJORD ØSTRE ÆRLIG AS", "NOE ANNET AS")
    assert found(question)[0] == "VARDEFJORD ØSTRE ÆRLIG AS"


@pytest.mark.parametrize(
    "question", ["ardefjord", "vardefjord vestre", "fjord", "b", "vardefjordx"]
)
def test_a_name_is_not_found_by_the_middle_of_its_words(question):
    EntityFactory(name="VARDEFJORD ØSTRE AS")  # of whose words the dictionary knows none
    assert found(question) == []


@pytest.mark.parametrize(
    "question",
    [
        "håkon sørbæ", "HÅKON SØRBÆ", "haakon sørbæ", "haakon soerbae", "hakon sorbae",
        "håkon soerbæ", "Ha\u030akon Sørbæ", "håkon-sørbæ", "håkon.sørbæ", "“håkon” & sørbæ",
        "håkon sørbæ a/s", "håkon sørbæ A.S.", "haakon soerb",
    ],
)  # fmt: skip
def test_spelling_and_punctuation_do_not_matter(question):
    have("HÅKON & SØRBÆ AS")
    assert found(question) == ["HÅKON & SØRBÆ AS"]


@pytest.mark.parametrize(
    "question", ["equinor", "equinor a", "equinor as", "equinor asa", "EQUINOR"]
)
def test_a_company_form_neither_hides_nor_is_needed(question):
    have("EQUINOR ASA", employees=20_000)
    have(*(f"EQUINOR A{n} AS" for n in range(12)), employees=9)
    assert found(question)[0] == "EQUINOR ASA"


def test_a_company_form_that_the_name_does_not_have_is_no_whole_name():
    have("EQUINOR ASA", "EQUINOR ANGOLA AS")
    assert found("equinor g") == []
    assert found("equinor an") == ["EQUINOR ANGOLA AS"]


def test_former_names_are_found_after_present_ones():
    have("HELT NYTT NAVN AS", former_names="VARDEFJORD AS\nELDST AS", employees=900)
    have("VARDEFJORD DRIFT AS")
    assert found("vardefjord") == ["VARDEFJORD DRIFT AS", "HELT NYTT NAVN AS"]
    assert found("eldst") == ["HELT NYTT NAVN AS"]


def test_the_whole_name_comes_before_its_beginning_before_words():
    have("ALTA NORVIK AS", employees=5000)
    have("NORVIK TEKNIKK AS", employees=500)
    have("NORVIK AS", bankrupt=True)
    assert found("norvik") == ["NORVIK AS", "NORVIK TEKNIKK AS", "ALTA NORVIK AS"]


def test_of_equal_matches_the_living_then_the_larger_come_first():
    have("NORVIK A AS", deleted_on=date(2024, 1, 1), employees=70)
    have("NORVIK B AS", bankrupt=True, employees=70)
    have("NORVIK C", kind="sub", employees=70)
    have("NORVIK D AS")
    have("NORVIK E AS", has_employees=True)
    have("NORVIK F AS", employees=7)
    expected = [
        "NORVIK F AS",
        "NORVIK E AS",
        "NORVIK D AS",
        "NORVIK C",
        "NORVIK B AS",
        "NORVIK A AS",
    ]
    assert found("norvik") == expected
    assert found("norv") == expected


@pytest.mark.parametrize("limit", [1, 2, 5, 12])
def test_no_more_are_found_than_asked_for_and_those_are_the_best(limit):
    have(*(f"NORVIK {n} AS" for n in range(15)), employees=1)
    have("ALTA NORVIK AS", employees=500)
    have("NORVIK STOR AS", employees=40)
    all_of_them = found("norvik", 20)
    assert len(all_of_them) == 17
    assert (all_of_them[0], all_of_them[-1]) == ("NORVIK STOR AS", "ALTA NORVIK AS")
    assert found("norvik", limit) == all_of_them[:limit]


@pytest.mark.parametrize(
    "question",
    [
        "hansne", "hanse", "hannsen", "hamsen", "ansen", "hansen eiedom", "hasnen eiendom",
        "eiendom hanesn", "hansen eindom", "hansen eiendomm", "hansen eieno", "haansenn eiendom",
    ],
)  # fmt: skip
def test_one_typo_is_forgiven(question):
    have("HANSEN EIENDOM AS")
    assert found(question) == ["HANSEN EIENDOM AS"]


@pytest.mark.parametrize("question", ["hnasne", "hasnen eiedom", "hax", "hansen ei x", "hxnsxn"])
def test_two_typos_are_not(question):
    have("HANSEN EIENDOM AS")
    assert found(question) == []


def test_a_long_word_is_found_while_it_is_typed_with_a_typo():
    have("EIENDOMSUTVIKLINGSKOMPANIET AS")
    typed = "eiednomsutviklingskompaniet"  # the typo is in the fifth letter
    for end in range(6, len(typed) + 1):
        assert found(typed[:end]) == ["EIENDOMSUTVIKLINGSKOMPANIET AS"]
    for typed in (
        "eiendomsutviklignskompaniet",
        "eiendomsutviklingskompanet",
        "eiendomsutviklingskox",
    ):
        assert found(typed) == ["EIENDOMSUTVIKLINGSKOMPANIET AS"]


def test_with_a_typo_the_whole_name_comes_first_then_the_larger():
    have("NORVIK TEKNIKK AS", employees=500)
    have("NORVIK DRIFT AS", employees=50)
    have("NORVIK AS")
    assert found("norivk") == ["NORVIK AS", "NORVIK TEKNIKK AS", "NORVIK DRIFT AS"]
    assert list(search.best("norivk").values()) == [
        Match.TYPO_IN_NAME, Match.TYPO_IN_WORDS, Match.TYPO_IN_WORDS,
    ]  # fmt: skip


def test_typos_are_looked_for_only_where_next_to_nothing_fits():
    have("NORVIK A AS", "NORVIK B AS", "NARVIK AS")
    assert found("norvik") == ["NORVIK A AS", "NORVIK B AS", "NARVIK AS"]
    have("NORVIK C AS")
    assert found("norvik") == ["NORVIK A AS", "NORVIK B AS", "NORVIK C AS"]


def test_a_word_that_no_name_has_any_more_leads_to_nothing():
    typos.learn(["borteforalltid"])
    assert found("bortefroalltid") == []


@pytest.mark.parametrize("length", [1, 6, 7, 13, 14, 15, 18, 19, 25])
def test_words_of_any_length_are_found_by_any_of_their_beginnings(length):
    word = "ABCDEFGHIJKLMNOPQRSTUVWXY"
    have(f"X {word} AS")
    EntityFactory(name=f"X {word[: length - 1]}Æ AS")
    assert f"X {word} AS" in found(f"{word[:length]} x")
    assert found(f"{word[:length]}qzq x") == []


def test_only_the_words_themselves_count_when_more_letters_follow_than_the_index_has():
    have("X ABCDEFGHIJKLMNOPQRSTUVWXY AS")
    EntityFactory(name="X ABCDEFGHIJKLMNOPQRSTÆØÅ AS")
    assert found("x abcdefghijklmnopqrstu") == ["X ABCDEFGHIJKLMNOPQRSTUVWXY AS"]
