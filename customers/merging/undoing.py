"""Taking a merge back: what moved goes back, what has happened since stays."""

from collections.abc import Mapping
from typing import Any

from auditlog.models import LogEntry
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from customers import contacts, counts
from customers.merging import log
from customers.merging.making import NO_NUMBER, ChangedMeanwhile, tell
from customers.merging.relations import column_of, rules
from customers.merging.since import Since
from customers.models import ChangeOf, Contact, Customer, Merge, MergeMove, Person
from moment.models import User
from moment.names import number_key
from moment.turns import in_turn

# What is decided of a value that was changed since; else it stays.
BACK = "back"


class CannotUndo(Exception):
    """The merge cannot be taken back as things are; the text says why."""


def undo(
    pk: int,
    *,
    by: User,
    seen: Mapping[int, int] | None = None,
    decided: Mapping[str, str] | None = None,
) -> Merge:
    """Take a merge back and return it.

    What moved goes back, also what was edited since; rows that are gone or were made since stay as
    they are. So does a value of the kept customer that was changed since, unless `decided` says
    `back` of its column. `seen` are the versions that the person was shown. Raises CannotUndo or
    ChangedMeanwhile; then nothing is changed. No e-mail and no alert comes of it.
    """
    with in_turn(), transaction.atomic():
        merge = Merge.objects.get(pk=pk)
        keys = [merge.kept_id, *merge.merged.values_list("customer", flat=True)]
        rows = Customer.with_merged.select_for_update().filter(pk__in=keys).order_by("pk")
        customers = {customer.pk: customer for customer in rows}
        merge.refresh_from_db()  # of two at once, the first has undone it
        since = Since(merge)
        if problem := since.problem:
            raise CannotUndo(problem)
        changed = [c for c in rows if seen is not None and seen.get(c.pk) != c.version]
        if changed:
            raise ChangedMeanwhile(changed)
        _move_back(merge, since)
        _put_back(merge, customers, decided or {})
        merge.undone_by, merge.undone_at = by, timezone.now()
        merge.save()
        tell(merge, LogEntry.Action.UPDATE, by)
        transaction.on_commit(counts.forget)
    return merge


def _move_back(merge: Merge, since: Since) -> None:
    """Send the rows back that moved, the last first, with what has become of them."""
    for step in merge.moves.order_by("-pk"):
        moved = log.move_back(step, but=since.stuck(step))
        rules()[step.relation].went_back(column_of(step.relation), step, moved)
        _take_history_along(step, since, moved)


def _take_history_along(step: MergeMove, since: Since, moved: list[Any]) -> None:
    """Have what has happened to rows since the merge follow them."""
    if not step.relation.endswith(".customer"):
        return
    entries = since.entries_about(column_of(step.relation).model, moved)
    there = ChangeOf.objects.filter(customer=step.source, entry__in=entries).values("entry")
    follow = ChangeOf.objects.filter(customer=step.target, entry__in=entries)
    follow.exclude(entry__in=list(there.values_list("entry", flat=True))).update(
        customer=step.source
    )


def _put_back(merge: Merge, customers: dict[int, Customer], decided: Mapping[str, str]) -> None:
    """Give rows the values back that they had, and the merged customers their own life."""
    kept = customers.pop(merge.kept_id)
    kept.refresh_from_db()
    own = dict(merge.merged.values_list("customer_id", "number"))
    forced = {name for name, value in (decided or {}).items() if value == BACK}
    if kept.number in own.values():
        forced.add("number")
    persons = []
    for change in merge.changes.order_by("-pk"):
        model = log.model_of(change)
        if (model, change.key) == (Customer, kept.pk):
            log.restore(kept, change.values, forced)
        elif model is not Customer:
            for row in model._base_manager.filter(pk=change.key):
                log.restore(row, change.values)
                row.save()
                persons += [row.person_id] if model is Contact else []
    for customer in customers.values():
        Customer.with_merged.filter(pk=customer.pk).update(
            merged_into=None, version=customer.version + 1, number=NO_NUMBER + str(customer.pk)
        )
    kept.version += 1
    kept.save()
    for customer in customers.values():
        number = own[customer.pk]
        Customer.with_merged.filter(pk=customer.pk).update(
            number=number, sort_number=number_key(number)
        )
    Person.objects.filter(pk__in=persons).update(version=F("version") + 1)
    contacts.finish(Customer.objects.filter(pk__in=customers))
