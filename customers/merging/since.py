"""What has happened since customers were merged, to tell before the merge is taken back."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from auditlog.models import LogEntry
from django.utils.translation import gettext as _

from customers.merging import log
from customers.merging.fields import groups
from customers.merging.making import RIGHT
from customers.merging.relations import column_of, rules
from customers.models import ChangeOf, Customer, Merge, MergeMove
from moment.models import User


@dataclass(frozen=True)
class Changed:
    """A column of the kept customer that somebody has changed since, with its values as logged."""

    name: str
    before: Any
    after: Any
    now: Any


class Since:
    """What there is to know of a merge, as things are now."""

    def __init__(self, merge: Merge) -> None:
        self.merge = merge
        self.moves = list(merge.moves.order_by("pk"))

    @cached_property
    def problem(self) -> str:
        """What stands in the way, empty for nothing."""
        if self.merge.undone_at:
            return _("This merge was undone already.")
        if self.resting is not None:
            return _("A later merge rests on this one. Undo that first.")
        by_relation: dict[str, list[MergeMove]] = defaultdict(list)
        for step in self.moves:
            by_relation[step.relation].append(step)
        found = [
            rules()[label].refusal(column_of(label), steps) for label, steps in by_relation.items()
        ]
        return " ".join(filter(None, found))

    def denied(self, by: User) -> str:
        """Return which right taking it back would take, that the user does not have."""
        if not by.has_perm(RIGHT):
            return _("Your role does not allow it.")
        for step in self.moves:
            rule = rules()[step.relation]
            if rule.right and not by.has_perm(rule.right):
                told = {"what": rule.words % {"count": step.count}}
                return _("Your role does not allow it: there are %(what)s.") % told
        return ""

    @cached_property
    def resting(self) -> Merge | None:
        """Return the latest merge that rests on this one and is not undone; None for none.

        Either the customer kept here took in more, or it is itself merged into another.
        """
        later = Merge.objects.filter(pk__gt=self.merge.pk, undone_at=None)
        kept = self.merge.kept_id
        found = later.filter(kept=kept) | later.filter(merged__customer=kept)
        return found.distinct().order_by("-pk").first()

    def stuck(self, step: MergeMove) -> dict[Any, str]:
        """Return the rows of a move that cannot go back as they are now, and why."""
        return rules()[step.relation].stuck(column_of(step.relation), step)

    @cached_property
    def changed(self) -> list[Changed]:
        """Return the columns of the kept customer that somebody has changed since."""
        kept = self.merge.kept
        return [
            Changed(name, values[0], values[1], now)
            for change in self.merge.changes.filter(model=Customer._meta.label_lower, key=kept.pk)
            for name, values in change.values.items()
            if isinstance(values, list) and (now := log.plain(kept, name)) != values[1]
        ]

    @cached_property
    def touched(self) -> set[str]:
        """The columns that somebody changed since, with those that only make sense beside them."""
        names = {one.name for one in self.changed}
        return {
            column
            for group in groups().values()
            if names & {*group.columns}
            for column in group.columns
        }

    def gone(self, step: MergeMove) -> int:
        """Return how many rows of a move are gone, or have been moved elsewhere."""
        column = column_of(step.relation)
        # What gave way to another of them was moved once more.
        places = {other.target for other in self.moves if other.relation == step.relation}
        return step.count - log.rows_of(step).filter(**{f"{column.attname}__in": places}).count()

    def entries_about(self, model: Any) -> dict[str, list[int]]:
        """Return the entries since the merge about rows of a model, by the key as they have it."""
        return self._entries.get(model, {})

    @cached_property
    def _entries(self) -> dict[Any, dict[str, list[int]]]:
        """Return what happened since to what hangs on the kept customer, by model; one query."""
        found: dict[Any, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        newer = LogEntry.objects.filter(
            pk__gt=self.merge.last_entry,
            pk__in=ChangeOf.objects.filter(
                customer=self.merge.kept_id, entry__gt=self.merge.last_entry
            ).values("entry"),
        )
        for entry in newer.select_related("content_type").only("object_pk", "content_type"):
            found[entry.content_type.model_class()][entry.object_pk].append(entry.pk)
        return found
