"""What a merge did, in words: what its own page tells.

A fixed number of queries for each customer that was merged, whatever the number of rows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Min
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import Truncator

from customers import history
from customers.history.subjects import seen_by
from customers.history.telling import Teller, label_of
from customers.merging import log
from customers.merging.fields import groups
from customers.merging.making import applied, untold
from customers.merging.relations import column_of, rules
from customers.merging.rules import Rule
from customers.merging.since import Changed
from customers.models import (
    ChangeOf,
    Contact,
    Customer,
    InvoiceRecipient,
    Merge,
    MergeChange,
    MergedCustomer,
    MergeMove,
)
from moment.models import User

SHOWN = 50  # rows that are told of one by one


@dataclass(frozen=True)
class Kind:
    """So many rows of one kind, `3 files`, and where to see them; no address for nowhere."""

    words: str
    url: str


@dataclass(frozen=True)
class Share:
    """What came from one of the customers, or goes back to it."""

    whose: MergedCustomer
    kinds: Sequence[Kind]


@dataclass(frozen=True)
class Row:
    """A row of the kept customer that was joined with its like, or changed to fit beside it."""

    title: str
    name: str
    changes: Sequence[history.Change]


class Account:
    """What there is to tell of a merge, to a user; `since`, what changed later, is told too."""

    def __init__(self, merge: Merge, user: User, since: Sequence[Changed] = ()) -> None:
        self.merge, self.user = merge, user
        self.kept = merge.kept
        self.merged: list[MergedCustomer] = list(merge.merged.select_related("customer"))
        self._seen = {model._meta.label_lower for model in seen_by(user)}
        self._changes = self._told_changes()
        self.words = Words(self._changes, since)

    @cached_property
    def again_url(self) -> str:
        """The page that merges the same customers once more."""
        numbers = urlencode({"with": [one.customer.number for one in self.merged]}, doseq=True)
        return f"{reverse('customers:merge', args=[self.kept.number])}?{numbers}"

    @cached_property
    def fields(self) -> list[history.Change]:
        """The fields of the kept customer that became others, in the order of the merge page."""
        places = {name: n for n, name in enumerate(_columns())}
        found = [
            change
            for row in self._changes
            if (row.model, row.key) == (Customer._meta.label_lower, self.kept.pk)
            for change in self.words.of(row)
        ]
        return sorted(found, key=lambda change: places.get(change.field, len(places)))

    @cached_property
    def rows(self) -> list[Row]:
        """What of the kept customer was joined or changed, row by row, the first SHOWN."""
        found: dict[tuple[str, int], list[MergeChange]] = defaultdict(list)
        for change in self._changes:
            if change.model != Customer._meta.label_lower:
                found[change.model, change.key].append(change)
        return [
            Row(*self.words.called(some[0]), [told for row in some for told in self.words.of(row)])
            for some in found.values()
        ]

    @cached_property
    def more_rows(self) -> int:
        """How many more of them there are."""
        return max(self._hanging.values("model", "key").distinct().count() - SHOWN, 0)

    @cached_property
    def moved(self) -> list[Share]:
        """What moved to the kept customer and the user may see, by whom it came from."""
        return self.shares({step.pk: step.count for step in self._moves})

    @property
    def untold(self) -> bool:
        """Whether more may have moved than this user is told of."""
        return untold(self.user)

    @cached_property
    def gave_way(self) -> list[Kind]:
        """What of the kept customer gave way to rows that moved there."""
        return self.kinds_of(self.kept.pk, {step.pk: step.count for step in self._moves})

    @cached_property
    def stayed(self) -> list[Kind]:
        """What stayed with the merged ones, since the kept one has its like; none once undone."""
        if self.merge.undone_at:
            return []
        gave_way: Counter[str] = Counter()
        for step in self._moves:
            if step.source == self.kept.pk:
                gave_way[step.relation] += step.count
        found = []
        for label, rule, column in applied():
            if not rule.is_told_to(self.user) or column.model is ChangeOf:
                continue
            counts = rule.count(column, [one.customer for one in self.merged])
            if (left := sum(counts.values()) - gave_way[label]) > 0:
                # Nobody sees these, so there is no page of them.
                found.append(Kind(in_words(rule, left), ""))
        return found

    @cached_property
    def joined(self) -> list[str]:
        """The contacts that were joined, by name, the first SHOWN; none once undone.

        A contact that stayed is joined with the same person's at the kept customer.
        """
        if self.merge.undone_at:
            return []
        stayed = Contact.objects.filter(customer__in=[one.customer_id for one in self.merged])
        names = stayed.order_by("person__name").values_list("person__name", flat=True)
        return list(names.distinct()[:SHOWN])

    def shares(self, counts: Mapping[int, int]) -> list[Share]:
        """Return how many rows came from each, by how many did in each step."""
        found = [Share(one, self.kinds_of(one.customer_id, counts)) for one in self.merged]
        return [share for share in found if share.kinds]

    def kinds_of(self, source: int, counts: Mapping[int, int]) -> list[Kind]:
        """Return how many rows came from a customer, by how many did in each step."""
        by_relation: Counter[str] = Counter()
        for step in self._moves:
            if step.source == source:
                by_relation[step.relation] += counts[step.pk]
        return [
            Kind(in_words(rule, by_relation[label]), self._url(rule, column_of(label).model))
            for label, rule in rules().items()
            if by_relation[label] and rule.is_told_to(self.user)
        ]

    def _url(self, rule: Rule, model: type[models.Model]) -> str:
        may = model is ChangeOf or model._meta.label_lower in self._seen
        return reverse(rule.page, args=[self.kept.number]) if rule.page and may else ""

    @cached_property
    def _moves(self) -> list[MergeMove]:
        return list(self.merge.moves.defer("keys"))

    @property
    def _hanging(self) -> models.QuerySet[MergeChange]:
        seen = self._seen - {Customer._meta.label_lower}
        return self.merge.changes.filter(model__in=seen).order_by()

    def _told_changes(self) -> list[MergeChange]:
        about_kept = self.merge.changes.filter(model=Customer._meta.label_lower, key=self.kept.pk)
        # Whole rows: one can have several changes, of its columns and of its tags.
        rows = self._hanging.values_list("model", "key").annotate(first=Min("pk"))
        shown = {(model, key) for model, key, _first in rows.order_by("first")[:SHOWN]}
        some = self._hanging.filter(key__in={key for _model, key in shown}).order_by("pk")
        return [*about_kept, *(one for one in some if (one.model, one.key) in shown)]


class Words:
    """Tells logged values, and names the rows they are of; one query a model."""

    def __init__(self, changes: Sequence[MergeChange], since: Sequence[Changed]) -> None:
        keys: dict[Any, set[int]] = defaultdict(set)
        for one in since:
            column: Any = Customer._meta.get_field(one.name)
            if column.is_relation and one.now:
                keys[column.related_model].add(int(one.now))
        for row in changes:
            model = log.model_of(row)
            keys[model].add(row.key)
            for name, values in row.values.items():
                column = model._meta.get_field(name)
                if column.is_relation:
                    some = values[log.ADDED] if column.many_to_many else values
                    keys[column.related_model] |= {int(key) for key in some if key}
        self._teller = Teller([], also=keys)
        named = {model: some for model, some in keys.items() if model not in self._teller.names}
        self._rows = {model: _in_bulk(model, some) for model, some in named.items()}

    def called(self, row: MergeChange) -> tuple[str, str]:
        """Return what kind of thing a row is, and its name."""
        model = log.model_of(row)
        return str(model._meta.verbose_name).capitalize(), self._name(model, row.key)

    def of(self, row: MergeChange) -> list[history.Change]:
        """Return the values that a row had, and those it got."""
        model = log.model_of(row)
        found = []
        for name, values in row.values.items():
            column = model._meta.get_field(name)
            label = label_of(model, column)
            if column.many_to_many:
                new = ", ".join(self._name(column.related_model, key) for key in values[log.ADDED])
                found.append(history.Change(label, "", new, name))
            else:
                old, new = (self.value(model, name, value) for value in values)
                found.append(history.Change(label, old, new, name))
        return found

    def value(self, model: type[models.Model], name: str, value: Any) -> str:
        """Return a logged value in words."""
        return self._teller.value(model, name, value)

    def _name(self, model: type[models.Model], key: int) -> str:
        if model in self._teller.names:
            return self._teller.names[model].get(key, "")
        found = self._rows.get(model, {}).get(key)
        return Truncator(str(found)).chars(60) if found else ""


def in_words(rule: Rule, count: int) -> str:
    """Return so many rows in words: `3 files`."""
    return str(rule.words % {"count": count})


def _in_bulk(model: Any, keys: Iterable[int]) -> dict[int, Any]:
    rows = model._base_manager.all()
    if model is InvoiceRecipient:
        rows = rows.select_related("contact__person")
    return rows.in_bulk(list(keys))


def _columns() -> list[str]:
    return [column for group in groups().values() for column in group.columns]
