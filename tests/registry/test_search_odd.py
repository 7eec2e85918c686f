"""Whatever is typed, there is an answer, and the database is never talked into something else."""

import random

import pytest

from registry import lookup, search
from tests.factories import EntityFactory

pytestmark = pytest.mark.django_db

NASTY = [
    "AND", "OR", "NOT", "NEAR", "vardefjord AND", "vardefjord OR drift", "NOT vardefjord",
    '"', '""', '"vardefjord', 'vardefjord"*', "vardefjord*", "*", "^vardefjord", "{words} : x",
    "words:vardefjord", "(", ")", "+", "-", "--", ";", "'", "''", "' OR 1=1 --", "%", "_", "%%s",
    "%s", "{}", "{0}", "\\", "/", "$$", "\0", "var\0defjord", "\ud800", "\x1b[0m", "\u202e",
    "\ufeff", "🏔️", "🏔️ vardefjord", "👩‍👩‍👧", "ﬁ", "ǅ", "İ", "ß", "①", "½", "Ⅳ", "٣",
    "三菱", "한국", "नमस्ते",
    "Привет", "ŁÓDŹ", "a\u0300\u0301\u0302", "&", "& &", "...", "-,.;:!?", "a" * 200, "å" * 200,
    "a " * 100, "vardefjord " * 18, "9" * 200, "1" * 9, "12", "8 1 0", "N O", "\n\t", "\u00a0",
]  # fmt: skip


@pytest.mark.parametrize("question", NASTY)
def test_odd_questions_get_an_answer(question):
    EntityFactory(name="VARDEFJORD DRIFT AS", former_names="TIDLIGERE AS")
    for asked in (question, question * 2, f"vardefjord {question}", f"{question} vardefjord"):
        assert len(search.best(asked)) <= 1
        assert len(lookup.local(asked).entities) <= 1


@pytest.mark.parametrize("name", [n for n in NASTY if n.strip("\n\t \u00a0") and "\0" not in n])
def test_entities_of_odd_names_are_stored_found_and_deleted(name):
    if name == "\ud800":
        name = "\u2029"  # a half of a character cannot be stored anywhere
    entity = EntityFactory(name=name[:200])
    other = EntityFactory(name="VARDEFJORD AS")
    if sum(c.isalnum() for c in name) > 1:
        assert entity.rank in search.best(name[:200])
    entity.delete()
    assert entity.rank not in search.best(name[:200])
    assert list(search.best("vardefjord")) == [other.rank]


def test_random_questions_get_an_answer():
    rng = random.Random(7)
    for number in range(20):
        EntityFactory(name=f"VARDE{chr(97 + number)}FJORD AND NOT OR AS")
    alphabet = ["varde", "fjord", " ", "  ", "a", "ø", "aa", '"', "*", "AND ", "OR ", "(", ")", "-"]
    alphabet += ["🏔", "\u0301", "^", ":", "'", "%", "\\", "1", "²", "\u200d", "NOT ", "NEAR("]
    for _ in range(300):
        question = "".join(rng.choices(alphabet, k=rng.randint(1, 12)))
        assert len(search.best(question)) <= 10
