"""The warning of customers that are like one whose name is being typed, letter by letter."""

from collections.abc import Callable
from functools import partial
from random import Random
from statistics import median
from typing import Any

from rich.progress import track

from customers import duplicates
from customers.duplicates import finding
from customers.models import Customer
from moment.models import User
from tests.benchmarks.clock import p95, timed
from tests.benchmarks.report import Target, figures_table

NAMES = 150
SEED = 20_261_122


def run(engine: str, with_typo: Callable[[str, Random], str]) -> list[Target]:
    """Measure names as they are typed, right and with a typo, over all customers."""
    if finding.not_compared():
        finding.scan()
    rng = Random(SEED)
    names = _names(rng)
    mistyped = [with_typo(name, rng) for name in names]
    ask = partial(duplicates.alike, Customer.with_merged.visible_to(_kari()))
    ask(name="warm")
    right, wrong = [], []
    for name, other in track(list(zip(names, mistyped, strict=True)), "Warning"):
        right += [timed(partial(ask, name=name[:end])) for end in range(2, len(name) + 1)]
        wrong += [timed(partial(ask, name=other[:end])) for end in range(2, len(other) + 1)]
    found = sum(bool(ask(name=name)) for name in mistyped) / len(mistyped)
    customers = Customer.objects.count()
    figures_table(
        f"Warning while typing, {customers:,} customers, {engine}, {len(right):,} questions: "
        "p50 / p95 ms",
        [
            ("duplicates.alike", _pair(right)),
            ("with one typo", _pair(wrong)),
            ("somebody found for the whole name with a typo", f"{found:.1%}"),
        ],
    )
    slower = max(p95(right), p95(wrong)) * 1000
    return [Target(engine, f"warning while typing, p95, {customers:,}", slower, 10, "ms")]


def _names(rng: Random) -> list[str]:
    every = list(Customer.objects.order_by("pk").values_list("name", flat=True))
    return [name.lower() for name in rng.sample(every, min(NAMES, len(every)))]


def _kari() -> Any:
    return User.objects.get(username="kari")


def _pair(seconds: list[float]) -> str:
    return f"{median(seconds) * 1000:.2f} / {p95(seconds) * 1000:.2f}"
