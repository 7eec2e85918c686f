"""Storing what the register said. Everything that becomes a copy of ours goes through here."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from moment.turns import in_turn
from registry import alerts, postcodes, typos
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
    return Stored(entities, renew(entities, (), dates).alerts)


@transaction.atomic
def erase(org_numbers: Iterable[str], dates: Mapping[str, date] | None = None) -> Erased:
    """Forget what the register has withdrawn: by its terms copies must be given up too.

    `dates` holds, by number, the day on which it did.
    """
    return renew((), org_numbers, dates)


@transaction.atomic
def renew(
    entities: Iterable[Entity], removed: Iterable[str], dates: Mapping[str, date] | None = None
) -> Erased:
    """Store some and forget others, within the caller's transaction; no number may be in both.

    Everyone locks copies, then what is watched of them, then alerts, each in the order of their
    keys. To store and then to erase in one transaction would begin anew: a deadlock with whoever
    is in between.
    """
    entities, numbers = list(entities), sorted(set(removed))
    latest = {entity.org_number: entity for entity in entities}
    rows = sorted(latest.values(), key=lambda entity: entity.pk)
    locked = Entity.objects.select_for_update().filter(pk__in=[*latest, *numbers])
    before = {entity.pk: entity for entity in locked.order_by("pk")}
    now = timezone.now()
    for entity in entities:
        entity.fetched_at = now
        if entity.deleted_on and (known := before.get(entity.pk)):
            _complete(entity, known)
    Entity.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["org_number"], update_fields=COLUMNS
    )
    given_up = before.keys() & set(numbers)
    Entity.objects.filter(pk__in=given_up).delete()
    if rows and numbers:
        alerts.hold([*latest, *numbers])
    raised = alerts.raise_for([(before.get(row.pk), row) for row in rows], dates)
    raised += alerts.raise_withdrawn(numbers, dates, given_up)
    words = {word for row in rows for word in row.words.split()}
    # What is stored stays stored, whatever becomes of this.
    transaction.on_commit(lambda: typos.learn(words), robust=True)
    transaction.on_commit(lambda: postcodes.teach(rows), robust=True)
    return Erased(len(given_up), raised)


def _complete(entity: Entity, known: Entity) -> None:
    for column in COLUMNS:
        if column not in _MADE and not getattr(entity, column):
            setattr(entity, column, getattr(known, column))
