"""What has happened since customers were merged, to tell before the merge is taken back."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from auditlog.models import LogEntry
from django.utils.translation import gettext as _

from customers.merging import log
from customers.merging.relations import column_of, rules
from customers.models import ChangeOf, Customer, Merge, MergeMove


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
        return " ".join(
            rule.refusal(column_of(step.relation), step)
            for step, rule in ((step, rules()[step.relation]) for step in self.moves)
        ).strip()

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

    def gone(self, step: MergeMove) -> int:
        """Return how many rows of a move are gone, or have been moved elsewhere."""
        rows = log.rows_of(step).filter(**{column_of(step.relation).attname: step.target})
        return step.count - rows.count()

    def entries_about(self, model: Any, keys: Collection[Any]) -> list[int]:
        """Return the entries since the merge about these rows."""
        among = {str(key) for key in keys}
        return [entry for key, entry in self._entries.get(model, ()) if key in among]

    @cached_property
    def _entries(self) -> dict[Any, list[tuple[str, int]]]:
        """Return what happened since to what hangs on the kept customer; one query.

        Entries about contacts of it, as (key of the row, key of the entry) by model.
        """
        found: dict[Any, list[tuple[str, int]]] = defaultdict(list)
        newer = LogEntry.objects.filter(
            pk__gt=self.merge.last_entry,
            pk__in=ChangeOf.objects.filter(
                customer=self.merge.kept_id, entry__gt=self.merge.last_entry
            ).values("entry"),
        )
        for entry in newer.select_related("content_type").only("object_pk", "content_type"):
            found[entry.content_type.model_class()].append((entry.object_pk, entry.pk))
        return found
