"""A merge, or its undoing, that is killed at any moment has happened wholly or not at all."""

import random
from collections.abc import Callable

import pytest
from django.db import connection

from customers.models import Customer, Merge
from tests.customers.dying import dying
from tests.customers.merged_rows import family, growth, outcome, stored

pytestmark = pytest.mark.django_db(transaction=True)
SEED = 20_261_122
Act = Callable[..., int]
POINTS = 20  # half of them while merging, half while undoing


def moments(draw: random.Random, statements: int) -> list[int]:
    """Return after how many statements to kill: anywhere, after the last, and after the end."""
    anywhere = sorted(draw.sample(range(1, statements), POINTS // 2 - 2))
    return [*anywhere, statements, statements + 10]


def test_killed_at_twenty_points_a_merge_has_happened_wholly_or_not_at_all(kari):
    keys = [customer.pk for customer in family(kari)]
    draw = random.Random(SEED)
    connection.close()
    with dying() as process:

        def merge(after: int = 0) -> int:
            return process.merge(kari, *keys, after=after)

        def undo(after: int = 0) -> int:
            return process.undo(kari, Merge.objects.latest("pk").pk, after=after)

        merging = whole_when_killed(draw, merge, undo)
        merge()
        undoing = whole_when_killed(draw, undo, merge)
        undo()
    assert Customer.objects.count() == len(keys)
    for left in (merging, undoing):
        assert len(left) == POINTS // 2
        assert left[-1]  # all was done by then
        assert left.count(False) >= POINTS // 4


def whole_when_killed(draw: random.Random, act: Act, back: Act) -> list[bool]:
    """Kill an act at its moments, and return whether it had happened; fail on anything between."""
    before = stored()
    statements = act()
    after, grown = outcome(), growth(before, stored())
    back()
    happened = []
    before = stored()
    for moment in moments(draw, statements):
        assert act(moment) == 0  # was killed
        now = stored()
        happened.append(now != before)
        if happened[-1]:
            assert outcome() == after
            assert growth(before, now) == grown
            back()
            before = stored()
    return happened
