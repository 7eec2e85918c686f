"""Words that are one letter wrong, among all the words there are."""

import random
from contextlib import suppress

import pytest
from django.db import connection
from rapidfuzz.distance import OSA

from registry import typos
from registry.matching import Question, misspelled

LEARNED = {"norvik", "norvika", "nordvik", "sorvik", "norvikingen", "bodo", "hanskemakeri"}

pytestmark = pytest.mark.django_db


def spellings(text: str) -> list[list[str]]:
    """Return what the words may stand for, without the beginnings that are no words themselves."""
    *finished, last = typos.spellings(Question(text))
    return [*(sorted(meant & LEARNED) for meant in finished), sorted(last)]


@pytest.mark.parametrize(
    "typed", ["nrovik", "norvk", "norviik", "norvig", "orvik", "norvikk", "xnorvik"]
)
def test_a_letter_more_less_another_or_swapped_is_one_typo(typed):
    typos.learn(["norvik"])
    assert spellings(f"{typed} x") == [["norvik"], []]


@pytest.mark.parametrize("typed", ["nrovk", "norvigg", "vik", "nor", "noxxik", "kivron"])
def test_more_is_too_much(typed):
    typos.learn(["norvik"])
    assert spellings(f"{typed} x") == [[], []]


def test_the_last_word_may_be_unfinished_and_the_others_not():
    typos.learn(["hanskemakeri"])
    assert spellings("hanksem") == [["hanskem"]]
    assert spellings("hanksem x") == [[], []]


def test_a_word_that_is_spelled_right_stands_for_no_other_that_begins_so():
    typos.learn(["norvik", "norvika", "nordvik"])
    assert spellings("norvik x") == [["nordvik"], []]


def test_short_words_have_no_typos():
    typos.learn(["bod", "bodo", "as"])
    assert spellings("bdo as bo") == [[], [], []]
    assert spellings("bdoo") == [["bodo"]]


def test_learning_again_adds_nothing():
    typos.learn(["norvik", "sorvik"])
    before = size()
    typos.learn(["sorvik", "norvik", "norvik"])
    typos.learn([])
    typos.learn(["", "a", "abc"])
    assert size() == before


def test_a_word_is_learned_though_it_is_the_beginning_of_a_known_one():
    typos.learn(["norvikingen"])
    typos.learn(["norvik"])
    assert spellings("norivk x") == [["norvik"], []]


@pytest.mark.parametrize("lives", range(10))
def test_a_run_that_was_killed_is_made_up_for(monkeypatch, lives):
    """Whatever part of a word's rows was stored, learning it again stores the rest."""
    typos.learn(["norvik"])
    whole = size()
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {typos.TABLE}")
    insert, stored = typos._insert, []

    def killed(*arguments):
        if len(stored) == lives:
            raise KeyboardInterrupt
        stored.append(insert(*arguments))

    monkeypatch.setattr(typos, "ROWS", 2)
    monkeypatch.setattr(typos, "_insert", killed)
    with suppress(KeyboardInterrupt):
        typos.learn(["norvik"])
    monkeypatch.setattr(typos, "_insert", insert)
    assert len(stored) == lives
    assert size() < whole
    typos.learn(["norvik"])
    assert size() == whole


def test_very_long_words_are_cut():
    typos.learn(["a" * 1000, "å" * 500])
    assert spellings("b" + "a" * 39) == [["a" * 39]]
    assert spellings("b" * 1000) == [[]]


def test_what_is_found_is_what_looking_through_all_words_finds():
    rng = random.Random(5)
    words = {"".join(rng.choices("aeknrs", k=rng.randint(4, 11))) for _ in range(1500)}
    typos.learn(words)
    for word in rng.sample(sorted(words), 150):
        place = rng.randrange(len(word))
        typed = word[:place] + rng.choice(["", "x", "e", word[place] * 2]) + word[place + 1 :]
        if len(typed) < 4:
            continue
        whole, unfinished = typos.spellings(Question(f"{typed} {typed}"))
        others = [other for other in words if not other.startswith(typed)]
        # The dictionary has beginnings too: as whole words they lead nowhere.
        assert {w for w in whole if w in words} == {
            other for other in others if OSA.distance(typed, other) <= 1
        }
        expected = {misspelled(typed, other, unfinished=True) for other in others} - {""}
        assert reached(unfinished, others) == reached(expected, others)


def reached(beginnings: set[str], words: list[str]) -> set[str]:
    return {word for word in words if word.startswith(tuple(beginnings))}


def size() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {typos.TABLE}")
        return cursor.fetchone()[0]
