"""The lookup while someone types a company's name, letter by letter."""

from statistics import median
from urllib.parse import urlencode

from django.core.cache import cache
from django.urls import reverse
from rich.progress import track

from moment.models import User
from registry import lookup
from registry.models import Entity
from tests.benchmarks.clock import Visitor, p95, timed
from tests.benchmarks.report import Target, figures_table

LETTERS = 12  # typed of each name


def run(engine: str, names: int) -> list[Target]:
    visitor = Visitor(User.objects.get(username="kari"))
    empty = visitor.request("/bench/empty/")
    chosen = _chosen(names)
    questions = [name[:end] for _, name in chosen for end in range(2, min(len(name), LETTERS) + 1)]
    inside, page, floor = [], [], []
    cache.clear()
    for question in track(questions, "Type-ahead", transient=True):
        path = f"{reverse('customers:registry_search')}?{urlencode({'q': question})}"
        send = visitor.request(path, htmx=True)
        page.append(timed(send))
        floor.append(timed(empty))
    lookup.local("warm")
    for question in questions:
        inside.append(timed(lambda question=question: lookup.local(question)))
    found = sum(
        any(entity.pk == number for entity in lookup.local(name).entities)
        for number, name in chosen
    )
    entities = Entity.objects.count()
    title = f"Type-ahead, {entities:,} companies, {engine}, {len(questions):,} questions"
    figures_table(
        f"{title}: p50 / p95 ms",
        [
            ("lookup.local", _pair(inside)),
            ("GET /registry/search/", _pair(page)),
            ("empty page", _pair(floor)),
            ("ratio of p50", f"{median(page) / median(floor):.2f}"),
            ("p95 to the empty page's p50", f"{p95(page) / median(floor):.2f}"),
            ("right one in the first ten, full name", f"{found / len(chosen):.1%}"),
        ],
    )
    return [
        Target(engine, f"type-ahead inside, p95, {entities:,}", p95(inside) * 1000, 10, "ms"),
        Target(engine, "type-ahead to an empty page, p95", p95(page) / p95(floor), 2.5),
        Target(engine, "full names not in the first ten", 100 * (1 - found / len(chosen)), 10, "%"),
    ]


def _pair(seconds: list[float]) -> str:
    return f"{median(seconds) * 1000:.2f} / {p95(seconds) * 1000:.2f}"


def _chosen(names: int) -> list[tuple[str, str]]:
    """Return companies from all over the register as (reg. no., name as people type it)."""
    every = list(Entity.objects.order_by("pk").values_list("pk", "name"))
    return [(number, name.lower()) for number, name in every[:: max(1, len(every) // names)]]
