"""What changes copies and who answers alerts lock the same rows: in one order, so none gets stuck.

On PostgreSQL a wrong order is a deadlock, which ends one of the transactions with an error.
"""

import pytest
from django.db import transaction

from moment.turns import in_turn
from registry import alerts, brreg, copies
from registry.models import Alert, Entity
from tests import together
from tests.standin.companies import enhet, fictional_number

NUMBERS = [fictional_number(n) for n in range(200, 240)]


def told(number: str, name: str) -> Entity:
    return brreg.to_entity(enhet(name, number), Entity.Kind.LEGAL)


def answer_all(person) -> None:
    """Answer as customers do: what is watched is held before any alert is touched."""
    with in_turn(), transaction.atomic():
        alerts.hold(NUMBERS)
        alerts.answer(Alert.objects.open(), Alert.Answer.NOTED, person)


@pytest.mark.django_db(transaction=True)
def test_a_page_that_stores_and_erases_and_people_who_answer_get_through(kari):
    alerts.watch(*NUMBERS)
    copies.keep(told(number, "FØR AS") for number in NUMBERS)

    def act(person: int) -> None:
        for step in range(8):
            if person % 2:
                answer_all(kari)
                continue
            # The lower half is withdrawn while the upper half changes, then the other way round.
            half = len(NUMBERS) // 2
            lower, upper = NUMBERS[:half], NUMBERS[half:]
            stored, removed = (upper, lower) if step % 2 == 0 else (lower, upper)
            with in_turn(), transaction.atomic():
                copies.renew([told(n, f"ETTER {person} {step} AS") for n in stored], removed)

    together.at_once(4, act)
    assert set(Entity.objects.values_list("pk", flat=True)) == set(NUMBERS[: len(NUMBERS) // 2])
    answer_all(kari)
    assert not Alert.objects.open().exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_published_again_and_people_who_answer_get_through(kari):
    alerts.watch(*NUMBERS)

    def act(person: int) -> None:
        for step in range(8):
            if person % 2:
                answer_all(kari)
            elif step % 2:
                with in_turn():
                    copies.erase(NUMBERS[::2])
            else:
                copies.keep(told(n, f"IGJEN {person} {step} AS") for n in NUMBERS)

    together.at_once(4, act)
    assert set(Entity.objects.values_list("pk", flat=True)) == set(NUMBERS[1::2])
