"""How merging treats the rows of a table that points to customers, or to their contacts.

A row moves to what is kept, or stays with what was merged: since the kept one has its like, or
since it is about the very customer. None is ever deleted; what stays goes on living with a customer
that nobody sees, until the merge is undone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from customers.merging import log, unique
from customers.models import Customer, Merge, MergeMove
from moment.models import User


class CannotMerge(Exception):
    """These customers cannot be merged, or not now; the text says why."""


@dataclass(frozen=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True)
class Decision:
    """Something that people have to settle before customers are merged."""

    key: str
    question: str
    options: Sequence[Option]
    # What is chosen at first; empty where nothing is right unless somebody says so.
    usual: str = ""


@dataclass
class Work:
    """One merge under way. All its customers are locked and as they were before."""

    merge: Merge
    kept: Customer
    others: Sequence[Customer]
    # What the kept customer's columns will hold.
    values: Mapping[str, Any]
    # What was decided, by the keys of the decisions.
    decided: Mapping[str, str] = field(default_factory=dict)
    # Who are contacts of several, locked.
    persons: list[int] = field(default_factory=list)
    # The contacts that stayed, and with which of the kept customer's each was joined.
    joined: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """All rows move.

    What people must settle first is asked by `decisions`: the answers are in `Work.decided` when
    the rows move. What must not be merged at all as it stands, such as open items in two currencies
    or ledger accounts, is said by `refusals`; the customers' own currency and account are chosen
    with their other fields, and `Work.values` tells which they will be.
    """

    # What so many rows are called: `ngettext_lazy(…, "count")`. Empty: people are not told of them.
    words: Promise | str = ""
    # The page of a customer that shows them, as the name of its address.
    page: str = ""
    # The right that merging takes where there are any, beside that to change customers.
    right: str = ""

    def is_told_to(self, by: User) -> bool:
        """Tell whether a user is told of the rows: of those only whose page they may open."""
        if not (self.words and self.page):
            return bool(self.words)
        guarded = resolve(reverse(self.page, args=["1"])).func
        return by.has_perms(getattr(guarded, "needs", ()))

    def count(self, column: Any, customers: Iterable[Customer]) -> dict[int, int]:
        """Return how many rows each of these customers has, by key; one query."""
        rows = column.model._base_manager.filter(**{f"{column.name}__in": customers})
        return dict(rows.order_by().values_list(column.attname).annotate(Count("pk")))

    def refusals(self, customers: Sequence[Customer], by: User) -> list[str]:
        """Return why these cannot be merged as their rows are, in words that the user may read.

        The kept customer is the first.
        """
        return []

    def decisions(self, customers: Sequence[Customer], by: User) -> list[Decision]:
        """Return what has to be settled about these rows, in words that the user may read.

        The kept customer is the first.
        """
        return []

    def remarks(self, customers: Sequence[Customer]) -> list[str]:
        """Return what people should know of these rows, though there is nothing to settle."""
        return []

    def hold(self, column: Any, customers: Collection[int]) -> None:
        """Lock what others lock without the customer, in their order, before anything moves.

        Both ways: `customers` are all of a merge, by key, and locked.
        """

    def begin(self, work: Work, column: Any) -> None:
        """Do what is done once, before anything of the column moves."""

    def apply(self, work: Work, column: Any, source: int, target: int) -> None:
        """Move what moves from one that is merged to the one that is kept."""
        log.move(work.merge, column, source, target, but=self.stay(work, column, source, target))

    def stay(self, work: Work, column: Any, source: int, target: int) -> Collection[Any]:
        """Return the keys of the rows that stay, having joined them with their likes."""
        return ()

    def like(self, stayed: Any, rows: QuerySet) -> Any:
        """Return the one of these rows that `stay` would join such a row with; None for none."""
        return None

    # Taking it back. Only what has been changed since can be in the way.

    def refusal(self, column: Any, steps: Sequence[MergeMove]) -> str:
        """Return why the moves of a column cannot be taken back as its rows are now.

        Empty for nothing. `steps` are all of them, in the order in which they were made.
        """
        return ""

    def stuck(self, column: Any, step: MergeMove) -> dict[Any, str]:
        """Return the rows of a move that have to stay, by key, and why."""
        found = unique.in_the_way(column, step.target, step.source)
        moved = found.intersection(log.keys_of(step)) if found else found
        return dict.fromkeys(sorted(moved), _("The same is there again."))

    def went_back(self, column: Any, step: MergeMove) -> Mapping[Any, Collection[Any]]:
        """Have what was made since, and hangs on the rows that went back, go with them.

        Returns the keys of what went along, by model.
        """
        return {}

    def undone(self, column: Any, customers: Collection[int], by: User) -> None:
        """Put in order what does not fit any more, once all has gone back to these customers."""


@dataclass(frozen=True)
class Stays(Rule):
    """No row moves: each is about the very customer, or is made again."""

    def count(self, column: Any, customers: Iterable[Customer]) -> dict[int, int]:
        return {}

    def apply(self, work: Work, column: Any, source: int, target: int) -> None:
        pass


@dataclass(frozen=True)
class OnceEach(Rule):
    """Rows move but for those whose like, by one column, is there already."""

    by: str = ""

    def stay(self, work: Work, column: Any, source: int, target: int) -> Collection[Any]:
        rows = column.model._base_manager.order_by()
        there = rows.filter(**{column.attname: target}).values(self.by)
        same = rows.filter(**{column.attname: source, f"{self.by}__in": there})
        return list(same.values_list("pk", flat=True))
