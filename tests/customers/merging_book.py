"""What the base must hold while customers are merged and made several again, kept on the side.

A book holds every row that hangs on customers as it should be now, and as it would be had nothing
ever been merged. What merging does to a value is read off the base, so the book knows nothing of
merging's own log; what undoing has to bring back follows from it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from auditlog.models import LogEntry
from django.db import connection

from customers.merging.fields import groups
from customers.merging.relations import column_of, rules
from customers.models import Contact, Customer, Person, PersonEmail
from moment.fields import _Made
from tests.customers.merging_book_of_ledger import (
    INVOICE,
    OF_MATCHES,
    PAYMENT,
    follow_ledger,
    owner_apart,
)
from tests.customers.merging_book_of_work import (
    OFFER,
    PROJECT,
    follow_offers,
    name_nobody_else,
    offer_of,
)
from tests.customers.merging_values import Cell, Row, State, differences, undone_value

# They go with what they hang on, or came of.
FOLLOWING = ("customers.invoicerecipient", OFFER, PROJECT, INVOICE, PAYMENT)


CUSTOMER, CONTACT, RATE = "customers.customer", "customers.contact", "customers.hourlyrate"
PERSON, RECIPIENT, CHANGE = "customers.person", "customers.invoicerecipient", "customers.changeof"
# Merging's own log, and what is made again from the customers.
NOT_KEPT = {
    "customers.merge",
    "customers.mergedcustomer",
    "customers.matchkey",
    "customers.duplicatepair",
}
# Several of a row, kept as a set of keys in the row itself.
MANY = {
    "customers.customer_tags": (Customer.tags.through, CUSTOMER, "customer_id", "tag_id"),
    "customers.contact_tags": (Contact.tags.through, CONTACT, "contact_id", "contacttag_id"),
}
# They say when something was done, or count how often.
_PASSING = {"created_at", "edited_at", "last_activity_at", "taken_at", "uploaded_at"}


@cache
def tables() -> dict[str, Any]:
    """Return the models kept in the book, by table: all that have a rule, and persons."""
    ruled = [column_of(label).model for label in rules()]
    named = {model._meta.label_lower: model for model in [*ruled, Customer, Person, PersonEmail]}
    return {label: model for label, model in named.items() if label not in {*NOT_KEPT, *MANY}}


@cache
def columns(label: str) -> list[Any]:
    model = tables()[label]
    passing = _PASSING | (set() if label == "customers.file" else {"version"})
    passing |= OF_MATCHES if label in (INVOICE, PAYMENT) else set()
    return [
        column
        for column in model._meta.concrete_fields
        if not column.primary_key and column.name not in passing and not isinstance(column, _Made)
    ]


@cache
def _queries() -> dict[str, tuple[str, list[str]]]:
    """Return how each table is read and what its columns are called.

    Not by way of the models, which takes ten times as long: there are thousands of steps.
    """
    found = {}
    for label, model in tables().items():
        read = [model._meta.pk, *columns(label)]
        names = ", ".join(connection.ops.quote_name(column.column) for column in read)
        sql = f"SELECT {names} FROM {model._meta.db_table} ORDER BY 1"
        found[label] = sql, [column.name for column in read[1:]]
    return found


def stored() -> State:
    """Return all rows as the base has them, values as the engine gives them; a query a table."""
    state: State = {}
    with connection.cursor() as cursor:
        for label, (sql, names) in _queries().items():
            cursor.execute(sql)
            for pk, *values in cursor.fetchall():
                state[label, pk] = dict(zip(names, values, strict=True))
    for through, owner, ours, theirs in MANY.values():
        many = defaultdict(set)
        for key, other in through._base_manager.values_list(ours, theirs):
            many[key].add(other)
        for row, values in state.items():
            if row[0] == owner:
                values["tags"] = frozenset(many.get(row[1], ()))
    return state


def sums(state: State) -> Counter[str]:
    """Return how many rows each table has, and the sum of each of its amounts."""
    found: Counter[str] = Counter()
    amounts = {
        label: [c.name for c in columns(label) if c.get_internal_type() == "DecimalField"]
        for label in tables()
    }
    for (label, _pk), values in state.items():
        found[label] += 1
        if label != CUSTOMER:  # whose own amounts are settings, and chosen
            for name in amounts[label]:
                found[f"{label}.{name}"] += values[name] or 0
    del found[CHANGE]  # merging tells of itself
    return found


@dataclass
class Act:
    """One merge that is not undone: what it changed."""

    pk: int
    kept: int
    others: Mapping[int, str]  # with the numbers they had
    last_entry: int
    changed: dict[Cell, tuple[Any, Any]]
    told: set[Row]  # entries of its own in the history, which may have moved at once


@dataclass
class Book:
    now: State = field(default_factory=stored)
    # As if nothing had been merged.
    apart: State = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    # Entries of the history that merging made: they tell of what was joined where it was joined.
    told: set[int] = field(default_factory=set)
    # Rows that stayed where they were when a merge was undone, with cause.
    stuck: set[Row] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.apart = {row: dict(values) for row, values in self.now.items()}

    def rows(self, label: str) -> list[Row]:
        return [row for row in self.now if row[0] == label]

    def living(self) -> list[int]:
        return [pk for _, pk in self.rows(CUSTOMER) if not self.now[CUSTOMER, pk]["merged_into"]]

    def at(self, label: str, customer: int) -> list[Row]:
        return [row for row in self.rows(label) if self.now[row]["customer"] == customer]

    # What people do

    def note(
        self,
        touched: Iterable[Row] = (),
        *,
        made: Mapping[str, int | None] | None = None,
        gone: Iterable[Row] = (),
        passing: Iterable[Cell] = (),
    ) -> list[Row]:
        """Take over what somebody did, which may have changed the rows `touched` alone.

        `made` says of how many rows there are more; None is any number. What `passing` names is
        settled by undoing, whatever people do meanwhile. Returns the rows that were made.
        """
        new = stored()
        made, touched, passing = made or {}, set(touched), set(passing)
        added = [row for row in new if row not in self.now and row[0] != CHANGE]
        counted = Counter(label for label, _pk in added)
        assert set(counted) <= set(made), f"made without being asked: {added}"
        for label, count in made.items():
            assert count is None or counted[label] == count, (label, counted)
        assert self.now.keys() - new.keys() == set(gone)
        changed = differences(self.now, new)
        stray = {cell: values for cell, values in changed.items() if cell[0] not in touched}
        assert not stray, f"changed beside what was asked: {stray}"
        self.now = new
        for row in gone:
            self.apart.pop(row)
        for row in new.keys() - self.apart.keys():
            self.apart[row] = dict(new[row])
        for row in added:
            self._make_apart(row)
        for cell in changed.keys() - passing:
            self._change_apart(cell)
        return added

    def _make_apart(self, row: Row) -> None:
        """What hangs on another row, or came of it, is where that would be."""
        values = self.apart[row]
        if row[0] == RECIPIENT and values["contact"]:
            values["customer"] = self.apart[CONTACT, values["contact"]]["customer"]
        if row[0] == OFFER and values["replaces"]:
            values["customer"] = self.apart[OFFER, values["replaces"]]["customer"]
        if row[0] == PROJECT and (offer := offer_of(row, self.now)):
            values["customer"] = self.apart[offer]["customer"]
        if row[0] in (INVOICE, PAYMENT):
            values["customer"] = owner_apart(row, self.apart)

    def _change_apart(self, cell: Cell) -> None:
        """Somebody else's word goes; saying the same as a merge is to agree to it."""
        row, name = cell
        value = self.now[row][name]
        for act in reversed(self.acts):
            if cell in act.changed:
                value = undone_value(value, act.changed[cell])
        self.apart[row][name] = value

    def forget(self, row: Row) -> None:
        """Have what merges did to a row be what it is: it is erased."""
        for act in self.acts:
            for cell in [cell for cell in act.changed if cell[0] == row and cell[1] != "customer"]:
                del act.changed[cell]
        self.apart[row] |= {
            name: value for name, value in self.now[row].items() if name != "customer"
        }

    # Merging and taking it back

    def merged(self, pk: int, kept: int, others: Iterable[int], last_entry: int) -> Act:
        """Take over what a merge did, having looked that no row is gone or doubled."""
        new = stored()
        made = [row for row in new if row not in self.now and row[0] != CHANGE]
        assert not made, f"merging made {made}"
        assert not self.now.keys() - new.keys(), "merging lost rows"
        assert sums(new) == sums(self.now)
        numbers = {other: self.now[CUSTOMER, other]["number"] for other in others}
        told = new.keys() - self.now.keys()
        self.told |= {new[row]["entry"] for row in told}
        act = Act(pk, kept, numbers, last_entry, differences(self.now, new), told)
        self.acts.append(act)
        self.now = new
        for row in new.keys() - self.apart.keys():
            self.apart[row] = dict(new[row])
        return act

    def undone(self, act: Act, expected: State, as_is: Iterable[Cell]) -> None:
        """Compare the base with what it must hold after this merge was undone."""
        new = stored()
        assert not self.now.keys() - new.keys(), "undoing lost rows"
        made = [row for row in new if row not in self.now and row[0] != CHANGE]
        assert not made, f"undoing made {made}"
        assert sums(new) == sums(self.now)
        wrong = {
            cell: values
            for cell, values in differences(expected, new).items()
            if not self._history_followed(act, cell, new)
        }
        assert not wrong, f"(expected, found) after undoing: {wrong}"
        self.acts.remove(act)
        self.now = new
        for row in new.keys() - self.apart.keys():
            self.apart[row] = dict(new[row])
        of_all = [(CUSTOMER, pk) for pk in (act.kept, *act.others)]
        for cell in {*as_is, *((row, "invoice_contact") for row in of_all)}:
            self._change_apart(cell)

    def without(
        self, act: Act, forced: Iterable[str] = (), stuck: Iterable[Row] = ()
    ) -> tuple[State, set[Cell]]:
        """Return what there is once this merge is undone, and which values are somebody's word.

        `forced` are columns of the kept customer that get their value back in any case, and
        `stuck` are rows that cannot go back.
        """
        expected = {row: dict(values) for row, values in self.now.items()}
        as_is = {(row, "customer") for row in stuck}
        concerned = {(CUSTOMER, pk) for pk in (act.kept, *act.others)}
        cells = [c for c in act.changed if c[0] in expected and c[0] not in concerned]
        for row, name in cells:
            if (row, name) not in as_is:
                expected[row][name] = undone_value(expected[row][name], act.changed[row, name])
        for row in {row for row, _name in cells if row[0] == CONTACT}:
            days = expected[row]["employed_from"], expected[row]["employed_until"]
            if None not in days and str(days[0]) > str(days[1]):
                # What was there does not fit what it was changed to since.
                texts = {c for c in cells if c[0] == row and c[1] not in ("customer", "tags")}
                as_is |= texts
                expected[row] |= {name: self.now[row][name] for _row, name in texts}
        for row, values in expected.items():
            if row[0] == RECIPIENT and values["contact"] and values["customer"] == act.kept:
                there = expected[CONTACT, values["contact"]]["customer"]
                values["customer"] = there if there in act.others else act.kept
        follow_offers(act.kept, act.others, expected)
        follow_ledger(act.pk, act.kept, act.others, expected)
        as_is |= name_nobody_else({act.kept, *act.others}, expected)
        for pk in (act.kept, *act.others):
            as_is |= self._free(act, pk, expected, forced)
        return expected, as_is

    def _free(self, act: Act, pk: int, expected: State, forced: Iterable[str]) -> set[Cell]:
        """Give one of the customers its values back: of those chosen together all or none."""
        row, as_is = (CUSTOMER, pk), set()
        values = expected[row]
        changed = {name: values for (of, name), values in act.changed.items() if of == row}
        together = [*(group.columns for group in groups().values()), ("tags",), ("merged_into",)]
        for names in together:
            ours = [name for name in names if name in changed]
            since = any(values[n] != changed[n][1] for n in ours if n != "tags")
            if since:
                # Whichever of the two it is: it was somebody's word.
                as_is |= {(row, name) for name in ours}
                if not set(forced) & set(names):
                    continue
            for name in ours:
                tags = name == "tags"
                values[name] = (
                    undone_value(values[name], changed[name]) if tags else changed[name][0]
                )
        if pk in act.others:
            values["number"] = act.others[pk]
        if not self._own(pk, values["invoice_contact"], expected):
            before = changed.get("invoice_contact", (None,))[0]
            values["invoice_contact"] = before if self._own(pk, before, expected) else None
        return as_is

    def _own(self, customer: int, contact: Any, state: State) -> bool:
        """Tell whether invoices of the customer may name this contact, or nobody."""
        if contact is None:
            return True
        values = state.get((CONTACT, contact))
        if values is None or values["customer"] != customer:
            return False
        return not state[PERSON, values["person"]]["erased_at"]

    def _history_followed(self, act: Act, cell: Cell, new: State) -> bool:
        """Tell whether it is an entry made by the merge or since that went with what it tells."""
        row, name = cell
        return (
            row[0] == CHANGE
            and name == "customer"
            and (row in act.told or new[row]["entry"] > act.last_entry)
            and new[row]["customer"] in act.others
        )

    # What must always hold

    def clashes(self, state: State, customers: Iterable[int]) -> list[tuple[Row, Row]]:
        """Return the rates of these customers that hold for the same person on the same day."""
        among = set(customers)
        days = defaultdict(list)
        for row, rate in state.items():
            if row[0] == RATE and rate["customer"] in among:
                # Days as text, as SQLite has them.
                whose = rate["customer"], rate["user"], rate["role"]
                begin, end = str(rate["valid_from"] or ""), str(rate["valid_until"] or "9999")
                days[whose].append((begin, end, row))
        return [
            (one, other)
            for some in days.values()
            for (_b, end, one), (begin, _e, other) in pairwise(sorted(some))
            if begin <= end
        ]

    def check_apart(self) -> None:
        """Compare every value that no merge has changed with what it would be without any."""
        changed = {cell for act in self.acts for cell in act.changed}
        wrong = {
            (row, name): (value, self.now[row][name])
            for row, values in self.apart.items()
            if row[0] != CHANGE
            for name, value in values.items()
            if self.now[row][name] != value
            and (row, name) not in changed
            # It goes with its contact, its offer, or what it credits or pays.
            and not (self.acts and row[0] in FOLLOWING and name == "customer")
            and not (self.acts and name in ("invoice_contact", "number"))
        }
        assert not wrong, f"(had nothing been merged, now): {wrong}"
        assert self.apart.keys() == self.now.keys()

    def check_history(self) -> None:
        """With nothing merged, entries about a row are found at the customer that has it."""
        entries = {self.now[row]["entry"] for row in self.rows(CHANGE)} - self.told
        found = {(self.now[r]["entry"], self.now[r]["customer"]) for r in self.rows(CHANGE)}
        rows = LogEntry.objects.filter(pk__in=entries).select_related("content_type")
        for entry in rows:
            row = (entry.content_type.model_class()._meta.label_lower, entry.object_id)
            if row in self.now and "customer" in self.now[row] and row not in self.stuck:
                assert (entry.pk, self.now[row]["customer"]) in found, (row, entry.changes)
