"""The lookup while someone types a company's name, letter by letter, with and without a typo."""

from functools import partial
from itertools import chain
from random import Random
from statistics import median
from urllib.parse import urlencode

from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from rich.progress import track

from moment.models import User
from registry import lookup, search
from registry.matching import SHORTEST_TYPO, Match, Question
from registry.models import Entity
from tests.benchmarks import alike
from tests.benchmarks.clock import Visitor, p95, timed
from tests.benchmarks.report import Target, figures_table

LETTERS = 12  # typed of each name
PAGES = 1000  # requests of the page
COMPARED = 40  # questions answered by looking at every company as well
SEED = 20_261_102
_ALPHABET = "abcdefghijklmnopqrstuvwxyzæøå"


def run(engine: str, names: int) -> list[Target]:
    cache.clear()
    _learn_spelling()
    rng = Random(SEED)
    chosen = _chosen(names)
    mistyped = [(number, _with_typo(name, rng)) for number, name in chosen]
    right, wrong = _letter_by_letter(chosen), _letter_by_letter(mistyped)
    lookup.local("warm")
    inside, inside_typo, floor = [], [], []
    for question, other in track(list(zip(right, wrong, strict=False)), "Type-ahead"):
        inside.append(timed(partial(lookup.local, question)))
        inside_typo.append(timed(partial(lookup.local, other)))
        floor.append(timed(_nothing))
    page, empty = _pages(rng.sample(right, min(PAGES, len(right))))
    found, found_typo = _share_found(chosen), _share_found(mistyped)
    same = _same_as_looking_at_all(rng.sample([*right, *wrong], COMPARED))
    entities = Entity.objects.count()
    figures_table(
        f"Type-ahead, {entities:,} companies, {engine}, {len(inside):,} questions: p50 / p95 ms",
        [
            ("lookup.local", _pair(inside)),
            ("with one typo", _pair(inside_typo)),
            ("SELECT 1", _pair(floor)),
            ("GET /registry/search/", _pair(page)),
            ("empty page", _pair(empty)),
            ("ratio of p50", f"{median(page) / median(empty):.2f}"),
            ("ratio of p95", f"{p95(page) / p95(empty):.2f}"),
            ("right one in the first ten, full name", f"{found:.1%}"),
            ("with one typo", f"{found_typo:.1%}"),
            ("first ten the same as by looking at all", f"{same:.1%}"),
        ],
    )
    slower = max(p95(inside), p95(inside_typo)) * 1000
    return [
        Target(engine, f"type-ahead inside, p95, {entities:,}, typo or not", slower, 10, "ms"),
        Target(engine, "type-ahead to an empty page, p95", p95(page) / p95(empty), 2.5),
        Target(engine, "full names not in the first ten", 100 * (1 - found), 10, "%"),
        Target(engine, "… with one typo", 100 * (1 - found_typo), 15, "%"),
        Target(engine, "first ten unlike the best ten", 100 * (1 - same), 2, "%"),
        *alike.run(engine, _with_typo),
    ]


def _learn_spelling() -> None:
    """Make the dictionary of typos anew: measuring the load has emptied it at its end."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS registry_typo")
    search.install(connection.alias)


def _pair(seconds: list[float]) -> str:
    return f"{median(seconds) * 1000:.2f} / {p95(seconds) * 1000:.2f}"


def _nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _chosen(names: int) -> list[tuple[str, str]]:
    """Return companies from all over the register as (reg. no., name as people type it)."""
    every = list(Entity.objects.order_by("pk").values_list("pk", flat=True))
    numbers = every[:: max(1, len(every) // names)][:names]
    named = Entity.objects.filter(pk__in=numbers).order_by("pk").values_list("pk", "name")
    return [(number, name.lower()) for number, name in named]


def _letter_by_letter(chosen: list[tuple[str, str]]) -> list[str]:
    return [name[:end] for _, name in chosen for end in range(2, min(len(name), LETTERS) + 1)]


def _with_typo(name: str, rng: Random) -> str:
    """Return the name with a letter left out, too many, wrong or in its neighbour's place."""
    words = name.split(" ")
    long = [at for at, word in enumerate(words) if len(word) > SHORTEST_TYPO and word.isalpha()]
    if not long:
        return name
    at = rng.choice(long)
    word, place = words[at], rng.randrange(len(words[at]))
    letter = rng.choice(_ALPHABET)
    words[at] = rng.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + letter + word[place + 1 :],
            word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
        ]
    )
    return " ".join(words)


def _pages(questions: list[str]) -> tuple[list[float], list[float]]:
    """Return the seconds of the page for each question, and of the empty page in between."""
    visitor = Visitor(User.objects.get(username="kari"))
    send_empty = visitor.request("/bench/empty/")
    page, empty = [], []
    for question in track(questions, "Type-ahead, pages", transient=True):
        path = f"{reverse('customers:registry_search')}?{urlencode({'q': question})}"
        page.append(timed(visitor.request(path, htmx=True)))
        empty.append(timed(send_empty))
    return page, empty


def _share_found(chosen: list[tuple[str, str]]) -> float:
    found = sum(
        any(entity.pk == number for entity in lookup.local(name).entities)
        for number, name in chosen
    )
    return found / len(chosen)


def _same_as_looking_at_all(questions: list[str]) -> float:
    """Return the share of the ten best companies, by the rules alone, that the indexes found."""
    best = same = 0
    for text in track(questions, "Looking at all", transient=True):
        question = Question.typed(text)
        if question.words:
            expected = _by_looking_at_all(question)
            best += len(expected)
            same += len(expected & set(search.best(text)))
    return same / best


def _by_looking_at_all(question: Question) -> set[int]:
    """Return the ranks of the ten best, found by reading every company."""
    matches = _matches(question, [question.words])
    if len(matches) < search.FEW:
        others = [
            [*question.words[:place], *question.words[place + 1 :]]
            for place in range(len(question.words))
        ]
        matches |= _matches(question, others)
    return {rank for _match, rank in sorted(matches)[:10]}


def _matches(question: Question, all_of_any: list) -> set[tuple[Match, int]]:
    """Return (match, rank) of those in which words begin like all of one of these lists."""
    conditions = " OR ".join(
        " AND ".join(["' ' || words LIKE %s"] * len(words)) or "1 = 1" for words in all_of_any
    )
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name_key, words, rank FROM registry_entity WHERE {conditions}",
            [f"% {word}%" for word in chain(*all_of_any)],
        )
        while rows := cursor.fetchmany(10_000):
            for name_key, words, rank in rows:
                match = question.match(name_key, words)
                if match != Match.NONE:
                    found.add((match, rank))
    return found
