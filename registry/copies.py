"""Storing what the register said. Everything that becomes a copy of ours goes through here."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from moment.turns import in_turn
from registry import alerts, typos
from registry.models import Entity

_NOT_WRITTEN = frozenset({"org_number"})
COLUMNS = [f.attname for f in Entity._meta.concrete_fields if f.attname not in _NOT_WRITTEN]
# Made anew from the others when a row is stored.
_MADE = frozenset({"name_key", "words", "rank"})


# Held by whoever brings many copies up to date (`moment.turns.only_one`).
LOCK = "registry"


class Stored(NamedTuple):
    entities: list[Entity]  # in the order they came
    alerts: int  # that were raised


class Erased(NamedTuple):
    copies: int
    alerts: int  # that were raised


def keep(entities: Iterable[Entity], dates: Mapping[str, date] | None = None) -> list[Entity]:
    """Store what the register said, raise the alerts that follow, return it in the same order.

    A transaction of its own, which fails inside another one, where nobody may wait for the network.
    """
    with in_turn(), transaction.atomic(durable=True):
        return store(entities, dates).entities


@transaction.atomic
def store(entities: Iterable[Entity], dates: Mapping[str, date] | None = None) -> Stored:
    """Do what `keep` does within the caller's transaction, for those who store more beside it.

    Of a deleted entity the register tells little more than the name: what we knew of it stays.
    Where an entity comes twice the last one counts.
    """
    entities = list(entities)
    latest = {entity.org_number: entity for entity in entities}
    # In the order of their keys, so that two who store the same rows do not deadlock.
    rows = sorted(latest.values(), key=lambda entity: entity.pk)
    before = {
        entity.pk: entity
        for entity in Entity.objects.select_for_update().filter(pk__in=list(latest)).order_by("pk")
    }
    now = timezone.now()
    for entity in entities:
        entity.fetched_at = now
        if entity.deleted_on and (known := before.get(entity.pk)):
            _complete(entity, known)
    Entity.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["org_number"], update_fields=COLUMNS
    )
    raised = alerts.raise_for([(before.get(row.pk), row) for row in rows], dates)
    words = {word for row in rows for word in row.words.split()}
    transaction.on_commit(lambda: typos.learn(words))
    return Stored(entities, raised)


@transaction.atomic
def erase(org_numbers: Iterable[str], dates: Mapping[str, date] | None = None) -> Erased:
    """Forget what the register has withdrawn: by its terms copies must be given up too.

    `dates` holds, by number, the day on which it did.
    """
    numbers = sorted(set(org_numbers))
    # Locked in the order of their keys, like those that are stored.
    rows = Entity.objects.select_for_update().filter(pk__in=numbers).order_by("pk")
    known = {entity.pk for entity in rows.only("pk")}
    Entity.objects.filter(pk__in=known).delete()
    return Erased(len(known), alerts.raise_withdrawn(numbers, dates, known))


def _complete(entity: Entity, known: Entity) -> None:
    for column in COLUMNS:
        if column not in _MADE and not getattr(entity, column):
            setattr(entity, column, getattr(known, column))
