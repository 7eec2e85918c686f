"""What taking a merge back would do, in words: what is asked before it is done.

A fixed number of queries for each customer that was merged, whatever the number of rows.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from customers import history
from customers.history.subjects import seen_by
from customers.merging.account import Account, Kind, Share, in_words
from customers.merging.fields import groups
from customers.merging.making import applied
from customers.merging.relations import column_of, rules
from customers.merging.since import Changed, Since
from customers.merging.undoing import BACK
from customers.models import ChangeOf, Contact, Customer, InvoiceRecipient, Merge, MergeMove
from moment.models import User

LEAVE = "leave"
# What a posted choice is called, before the name of its group.
FIELD = "decided-"
Action = LogEntry.Action


@dataclass(frozen=True)
class Choice:
    """A value of the kept customer that somebody has changed since: it stays, or goes back."""

    name: str
    label: str
    now: str  # in words, empty for none
    before: str
    columns: Sequence[str]
    chosen: str


@dataclass(frozen=True)
class Stuck:
    """So many rows that cannot go back, and why."""

    words: str
    reason: str


class Preview:
    """What would happen, to a user who has chosen this so far, by the names of posted fields."""

    def __init__(self, merge: Merge, user: User, posted: Mapping[str, Any] | None = None) -> None:
        self.merge, self.user = merge, user
        self.since = Since(merge)
        self.account = Account(merge, user, self.since.changed)
        self._posted = posted or {}

    @cached_property
    def problem(self) -> str:
        """What stands in the way, of whoever it is or of this user; empty for nothing."""
        return self.since.problem or self.since.denied(self.user)

    @property
    def customers(self) -> list[Customer]:
        """The kept customer, and those that would be back."""
        return [self.merge.kept, *(one.customer for one in self.account.merged)]

    @property
    def kept_again(self) -> str:
        """The number and name that the kept customer has afterwards."""
        back = {change.field: change.old for change in self.fields}
        kept = self.merge.kept
        return f"{back.get('number', kept.number)} {back.get('name', kept.name)}"

    @property
    def decided(self) -> dict[str, str]:
        """What is chosen, as `undo` takes it: by column."""
        return {
            column: choice.chosen
            for choice in self.choices
            for column in choice.columns
            if choice.chosen == BACK
        }

    @cached_property
    def back(self) -> list[Share]:
        """What goes back, by whom it goes to."""
        return self.account.shares(self._left)

    @cached_property
    def comes_back(self) -> list[Kind]:
        """What gave way and comes back to the kept customer."""
        return self.account.kinds_of(self.merge.kept_id, self._left)

    @cached_property
    def fields(self) -> list[history.Change]:
        """The fields of the kept customer that become again what they were."""
        asked = {column for choice in self.choices for column in choice.columns}
        return [change for change in self.account.fields if change.field not in asked]

    @cached_property
    def choices(self) -> list[Choice]:
        """What was changed since and needs a decision, in the order of the merge page.

        What only makes sense together, as an address does, is decided together.
        """
        since = {one.name: one for one in self.since.changed}
        merged = {change.field: change for change in self.account.fields}
        return [
            self._choice(group.name, str(group.label), columns, since)
            for group in groups().values()
            if (columns := [name for name in group.columns if name in merged])
            and any(name in since for name in columns)
        ]

    @cached_property
    def stuck(self) -> list[Stuck]:
        """What cannot go back as it is now, and why."""
        found: Counter[tuple[str, str]] = Counter()
        for step in self._told:
            for reason in self._stuck[step.pk].values():
                found[step.relation, str(reason)] += 1
        return [
            Stuck(in_words(rules()[label], count), reason)
            for (label, reason), count in found.items()
        ]

    @cached_property
    def edited(self) -> list[str]:
        """What was edited since, and goes back as it is now."""
        return self._counted(
            {
                step.pk: len(self._keys[step.pk] & self._since(step, Action.UPDATE))
                for step in self._told
            }
        )

    @cached_property
    def gone(self) -> list[str]:
        """What is no longer there."""
        return self._counted({step.pk: self._gone[step.pk] for step in self._told})

    @cached_property
    def new(self) -> list[str]:
        """What was made since, and stays with the kept customer."""
        moved: dict[Any, set[int]] = defaultdict(set)
        for step in self.since.moves:
            moved[column_of(step.relation).model] |= self._keys[step.pk]
        found = []
        for _label, rule, column in applied():
            model = column.model
            made = self._entries[model, Action.CREATE] - self._entries[model, Action.DELETE]
            made -= moved[model]
            if made and model is InvoiceRecipient:
                # Who was made a recipient goes where the contact goes.
                goes = model.objects.filter(pk__in=made, contact__in=moved[Contact])
                made -= set(goes.values_list("pk", flat=True))
            if made and rule.is_told_to(self.user):
                found.append(in_words(rule, len(made)))
        return found

    # The rows behind these numbers

    @property
    def _told(self) -> list[MergeMove]:
        """The steps whose rows the user knows of one by one; the history's never change."""
        return [
            step
            for step in self.since.moves
            if column_of(step.relation).model is not ChangeOf
            and rules()[step.relation].is_told_to(self.user)
        ]

    @cached_property
    def _keys(self) -> dict[int, set[int]]:
        return {step.pk: set(json.loads(step.keys)) for step in self.since.moves}

    @cached_property
    def _stuck(self) -> dict[int, dict[Any, str]]:
        return {step.pk: self.since.stuck(step) for step in self._told}

    @cached_property
    def _gone(self) -> dict[int, int]:
        return {step.pk: self.since.gone(step) for step in self._told}

    @cached_property
    def _left(self) -> dict[int, int]:
        """How many rows of each step go back."""
        return {
            step.pk: step.count - self._gone.get(step.pk, 0) - len(self._stuck.get(step.pk, ()))
            for step in self.since.moves
        }

    def _counted(self, counts: Mapping[int, int]) -> list[str]:
        by_relation: Counter[str] = Counter()
        for step in self._told:
            by_relation[step.relation] += counts[step.pk]
        return [in_words(rules()[label], count) for label, count in by_relation.items() if count]

    def _since(self, step: MergeMove, action: int) -> set[int]:
        model = column_of(step.relation).model
        return self._entries[model, action] - self._entries[model, Action.DELETE]

    @cached_property
    def _entries(self) -> dict[Any, set[int]]:
        """What has happened since to rows of the kept customer: keys by model and act; one query.

        Of what the user may see the history of.
        """
        models = [model for model in seen_by(self.user) if model not in (Customer, Merge)]
        types = ContentType.objects.get_for_models(*models)
        by_type = {of.pk: model for model, of in types.items()}
        last = self.merge.last_entry
        about = ChangeOf.objects.filter(customer=self.merge.kept_id, entry__gt=last).values("entry")
        newer = LogEntry.objects.filter(pk__gt=last, pk__in=about, content_type__in=by_type)
        found: dict[Any, set[int]] = defaultdict(set)
        for of, key, action in newer.order_by().values_list("content_type", "object_pk", "action"):
            found[by_type[of], action].add(int(key))
        return found

    def _choice(
        self, name: str, label: str, columns: Sequence[str], since: Mapping[str, Changed]
    ) -> Choice:
        kept = self.merge.kept
        merged = {change.field: change for change in self.account.fields}
        now = (self._in_words(kept, column, since) for column in columns)
        before = (merged[column].old for column in columns)
        chosen = BACK if self._posted.get(f"{FIELD}{name}") == BACK else LEAVE
        return Choice(name, label, _together(now), _together(before), columns, chosen)

    def _in_words(self, kept: Customer, column: str, since: Mapping[str, Changed]) -> str:
        if column not in since:
            return next(c.new for c in self.account.fields if c.field == column)
        return self.account.words.value(Customer, column, since[column].now)


def _together(values: Any) -> str:
    return ", ".join(value for value in values if value)
