"""Customers created, changed, merged and made several again, in any order, held against a book."""

from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from django.test import TestCase
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from customers import creating, editing, merging, numbers, privacy
from customers.merging import rates
from customers.merging.fields import groups
from customers.models import Customer, HourlyRate, Merge, Person, UsedNumber
from customers.search import words_of
from customers.views.loading import visible_customer
from moment.fields import _Made
from tests.customers.merging_book import (
    CHANGE,
    CONTACT,
    CUSTOMER,
    PERSON,
    RATE,
    RECIPIENT,
    Act,
    Book,
    Row,
)
from tests.customers.merging_book_of_work import LETTER, OFFER, PROJECT
from tests.customers.merging_kinds import EMAIL, LEFT_OUT, World, naming, one_of, some_of
from tests.customers.merging_kinds_of_ledger import (
    BY_LABEL,
    KINDS,
    MODELS,
    check_ledgers,
    place_of,
)
from tests.factories import org_number

# What is chosen of some rows: a place among them, counted round.
PLACE = st.integers(0, 30)
SMALL = st.integers(0, 7)
MANY = st.integers(0, 200)
KIND = st.sampled_from([kind.label for kind in KINDS])
CHILD = st.tuples(KIND, PLACE, SMALL, SMALL)
GROUP = st.sampled_from(["number", "invoice_contact"]) | st.sampled_from(sorted(groups()))
# What merging may change beside whom rows belong to.
CHANGEABLE = {
    CONTACT: {"title", "email", "phone", "employed_from", "employed_until", "tags"},
    RECIPIENT: {"contact", "kind"},
    LEFT_OUT: {"contact"},
    "customers.otheraddress": {"label", "country"},
    "customers.file": {"note", "is_invoice_attachment"},
    "customers.note": {"pinned"},
    PROJECT: {"currency", "invoice_contact"},
    OFFER: {"currency", "contact"},
    LETTER: {"contact"},
}
EDITS: list[dict[str, list[Any]]] = [
    {"email": ["", "post@en.example", "post@to.example"]},
    {"phone": ["", "55 55 55 55"]},
    {"visiting_street": ["", "Havnegata 1", "Torget 3"], "visiting_city": ["Bergen", "Tromsø"]},
    {"status": ["active", "potential", "inactive", "blocked"]},
    {"country": ["NO", "SE"], "org_number": ["", org_number(1), org_number(2)]},
    {"currency": ["", "NOK", "EUR"]},
    {"discount": [None, 0, 5]},
    {"endpoint_scheme": ["", "0007"], "endpoint_id": ["", "5560001234"]},
    {"sales_account_domestic": ["", "3000", "3010"]},
]


class Form:
    """Stands for the form that a person has filled in: the customer as it is to be."""

    def __init__(self, customer: Customer, values: dict[str, Any], tags: list[Any] | None = None):
        self.instance, self.tags = customer, tags
        for name, value in values.items():
            column = customer._meta.get_field(name)
            setattr(customer, column.attname, None if value == "" and column.null else value)

    def save(self) -> None:
        self.instance.save()
        if self.tags is not None:
            self.instance.tags.set(self.tags)


class Merging(RuleBasedStateMachine):
    """Each run is one transaction, which is rolled back in the end."""

    # Who and what there is beside customers, made by the test.
    cast: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.sound = False
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.book = Book()
        self.world = World(self.book, **self.cast)
        self.by = self.cast["people"][0]

    def teardown(self) -> None:
        try:
            if self.sound:
                while self.book.acts:
                    self._undo(self.book.acts[-1], [])
                    self.everything_holds()
                self._numbers_lead_somewhere()
                self.book.check_history()
        finally:
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    def _living(self, place: int) -> Customer:
        return Customer.objects.get(pk=one_of(self.book.living(), place))

    # What people do

    @initialize(count=st.integers(2, 5), children=st.lists(CHILD, min_size=3, max_size=8))
    def begin(self, count: int, children: list[tuple[str, int, int, int]]) -> None:
        for place in range(count):
            self.create(place)
        for child in children:
            self.add(child)

    @precondition(lambda self: len(self.book.living()) < 7)
    @rule(x=SMALL)
    def create(self, x: int) -> None:
        values = {name: one_of(some, x) for name, some in one_of(EDITS, x).items()}
        customer = Form(Customer(name=self.world.fresh("Kunde")), values).instance
        if customer.country == "SE":
            customer.org_number = ""
        with self._after():
            creating.create(customer, tags=some_of(self.world.tags, x))
        self.book.numbers.add(customer.number)
        self.book.note(made={CUSTOMER: 1, "customers.usednumber": 1})

    @rule(child=CHILD)
    def add(self, child: tuple[str, int, int, int]) -> None:
        label, place, x, y = child
        with self._after():
            BY_LABEL[label].make(self.world, self._living(place), x, y)

    @rule(children=st.lists(CHILD, min_size=2, max_size=3))
    def add_some(self, children: list[tuple[str, int, int, int]]) -> None:
        for child in children:
            self.add(child)

    @precondition(lambda self: self._children())
    @rule(place=MANY, x=SMALL, y=SMALL)
    def change(self, place: int, x: int, y: int) -> None:
        label, pk = one_of(self._children(), place)
        with self._after():
            BY_LABEL[label].edit(self.world, MODELS[label].objects.get(pk=pk), x, y)

    @precondition(lambda self: self._joined())
    @rule(place=MANY, x=SMALL, y=SMALL)
    def change_joined(self, place: int, x: int, y: int) -> None:
        """Change a row that says something else since a merge."""
        label, pk = one_of(self._joined(), place)
        with self._after():
            BY_LABEL[label].edit(self.world, MODELS[label].objects.get(pk=pk), x, y)

    @precondition(lambda self: self._children())
    @rule(place=MANY)
    def remove(self, place: int) -> None:
        label, pk = one_of(self._children(), place)
        with self._after():
            BY_LABEL[label].remove(self.world, MODELS[label].objects.get(pk=pk))

    def _children(self) -> list[Row]:
        """Return the rows that people see: those of customers that are their own."""
        living = set(self.book.living())
        return [
            row for row in self.book.now if row[0] in MODELS and place_of(self.book, row) in living
        ]

    def _joined(self) -> list[Row]:
        cells = {cell for act in self.book.acts for cell in act.changed}
        changed = {row for row, name in cells if name not in ("customer", "contact")}
        return [row for row in self._children() if row in changed]

    @rule(place=PLACE, x=PLACE, y=SMALL)
    def edit(self, place: int, x: int, y: int) -> None:
        customer = self._living(place)
        values = {name: one_of(some, y) for name, some in one_of(EDITS, x).items()}
        if values.get("country") == "SE" and values["org_number"]:
            values["org_number"] = "5560001234"
        if len(set(map(bool, values.values()))) == 2 and "endpoint_id" in values:
            values = dict.fromkeys(values, "")
        self._save(customer, values, some_of(self.world.tags, y) if x % 4 == 0 else None)

    @rule(place=PLACE)
    def rename(self, place: int) -> None:
        self._save(self._living(place), {"name": self.world.fresh("Kunde")})

    @rule(place=PLACE, which=PLACE)
    def choose_invoice_contact(self, place: int, which: int) -> None:
        customer = self._living(place)
        there = [None, *customer.contacts.order_by("pk").values_list("pk", flat=True)]
        self._save(customer, {"invoice_contact": one_of(there, which)})

    @rule(place=PLACE, which=PLACE)
    def renumber(self, place: int, which: int) -> None:
        """Take a new number, or one that leads here already."""
        customer = self._living(place)
        known = UsedNumber.objects.filter(customer=customer).order_by("taken_at", "number")
        number = one_of([self.world.fresh("K").replace(" ", "-"), *known], which)
        try:
            self._save(customer, {"number": str(number)})
        except numbers.NumberTaken:
            self.book.note()

    def _save(self, customer: Customer, values: dict[str, Any], tags: Any = None) -> None:
        number = values.get("number", customer.number)
        with self._after():
            editing.save(Form(customer, values, tags), customer.version)
        # A number taken back may have been with one that was merged, which gets another meanwhile.
        merged = [row for row in self.book.rows(CUSTOMER) if self.book.now[row]["merged_into"]]
        new = number not in self.book.numbers
        self.book.numbers.add(number)
        self.book.note(
            [(CUSTOMER, customer.pk), *(merged if "number" in values else ())],
            made={"customers.usednumber": 1} if new else {},
            passing=[(row, "number") for row in merged],
        )

    @rule(place=PLACE)
    def erase(self, place: int) -> None:
        person = Person.objects.filter(erased_at=None).order_by("pk").first()
        if person is None or place % 4:  # seldom
            return
        posts = [
            row for row in self.book.rows(CONTACT) if self.book.now[row]["person"] == person.pk
        ]
        emails = [r for r in self.book.rows(EMAIL) if self.book.now[r]["person"] == person.pk]
        keys = [pk for _label, pk in posts]
        hanging = [
            row
            for row in [*self.book.rows(RECIPIENT), *self.book.rows(LEFT_OUT)]
            if self.book.now[row]["contact"] in keys
        ]
        named = naming(self.book, keys)
        with self._after():
            privacy.erase(person, self.by)
        self.book.note([(PERSON, person.pk), *posts, *named], gone=[*hanging, *emails])
        for row in posts:
            self.book.forget(row)

    # Merging

    @precondition(lambda self: len(self.book.living()) > 1)
    @rule(
        place=PLACE,
        others=st.sets(st.integers(1, 6), min_size=1, max_size=4),
        chosen=st.dictionaries(GROUP, SMALL, max_size=3),
        decided=PLACE,
    )
    def merge(self, place: int, others: Any, chosen: dict[str, int], decided: int) -> None:
        living = self.book.living()
        kept = one_of(living, place)
        # Counted on from the kept one.
        others = [one_of(living, place + n) for n in sorted(others) if n < len(living)]
        others = [*dict.fromkeys(others or [one_of(living, place + 1)])]
        found = Customer.objects.in_bulk([kept, *others])
        customers = [found[pk] for pk in (kept, *others)]
        choice = {name: one_of([kept, *others], place) for name, place in chosen.items()}
        word = {
            decision.key: one_of(decision.options, decided).value
            for decision in merging.decisions(customers, self.by)
            if decided % 3 or not decision.usual
        }
        note(f"{kept} takes in {others}, chosen {choice}, decided {word}")
        with self._after():
            made = merging.merge(kept, others, by=self.by, chosen=choice, decided=word)
        act = self.book.merged(made.pk, kept, others, made.last_entry)
        self._check_merged(act, choice, customers, left_out=rates.LEFT_OUT in word.values())
        self._numbers_lead_somewhere()

    def _check_merged(
        self, act: Act, choice: dict[str, int], before: list[Customer], *, left_out: bool
    ) -> None:
        book = self.book
        for row, name in act.changed:
            if row[0] == CUSTOMER:
                own = row[1] == act.kept or name in ("merged_into", "number")
                assert own, (row, name)
            else:
                assert name in {"customer", *CHANGEABLE.get(row[0], ())}, (row, name)
        kept = Customer.objects.get(pk=act.kept)
        for name, group in groups().items():
            whose = next((c for c in before if c.pk == choice.get(name)), before[0])
            if name != "invoice_contact" and (name in choice or not group.is_empty(whose)):
                values = zip(group.columns, group.values(kept), group.values(whose), strict=True)
                same = [a == b for column, a, b in values if not column.endswith("_country")]
                assert all(same), name
            elif name != "invoice_contact" and any(not group.is_empty(c) for c in before):
                assert not group.is_empty(kept), name
        left = [row for row in book.rows(CHANGE) if book.now[row]["customer"] in act.others]
        there = {book.now[row]["entry"] for row in book.at(CHANGE, act.kept)}
        assert {book.now[row]["entry"] for row in left} <= there
        for kind in KINDS:
            rows = book.rows(kind.label)
            likes = {kind.like(book, r) for r in rows if place_of(book, r) == act.kept}
            for row in rows:
                if place_of(book, row) in act.others and not (left_out and row[0] == RATE):
                    assert kind.like(book, row) in likes, f"{row} stayed behind for nothing"

    @precondition(lambda self: self.book.acts)
    @rule(which=PLACE, forced=st.sets(st.sampled_from(["name", "email", "status", "number"])))
    def undo(self, which: int, forced: set[str]) -> None:
        act = one_of(self.book.acts, which)
        later = self.book.acts[self.book.acts.index(act) + 1 :]
        if any(other.kept == act.kept or act.kept in other.others for other in later):
            try:
                merging.undo(act.pk, by=self.by)
            except merging.CannotUndo:
                self.book.note()
                return
            raise AssertionError("undone, though a later one rests on it")
        names = [name for name in sorted(forced) if ((CUSTOMER, act.kept), name) in act.changed]
        self._undo(act, names)
        self._numbers_lead_somewhere()

    def _undo(self, act: Act, names: list[str]) -> None:
        """Undo a merge; rates that would hold on the same days are removed first, as it asks."""
        while clashes := self._clashes_without(act, names):
            with pytest.raises(merging.CannotUndo):
                merging.undo(act.pk, by=self.by)
            self.book.note()
            living = set(self.book.living())
            row = next(r for r in clashes[0] if self.book.now[r]["customer"] in living)
            with self._after():
                BY_LABEL[RATE].remove(self.world, HourlyRate.objects.get(pk=row[1]))
        stuck = self._stuck(act)
        expected, as_is = self.book.without(act, names, stuck)
        with self._after():
            merging.undo(act.pk, by=self.by, decided=dict.fromkeys(names, merging.BACK))
        self.book.undone(act, expected, as_is)
        self.book.stuck.update(stuck)

    def _clashes_without(self, act: Act, names: list[str]) -> list[tuple[Row, Row]]:
        expected, _as_is = self.book.without(act, names)
        return self.book.clashes(expected, [act.kept, *act.others])

    def _stuck(self, act: Act) -> list[Row]:
        """Return the rows that will not go back, having looked that there is a cause."""
        since = merging.Since(Merge.objects.get(pk=act.pk))
        found: list[Row] = []
        for step in since.moves:
            label = step.relation.rpartition(".")[0]
            for pk in since.stuck(step):
                kind, row = BY_LABEL[label], (label, pk)
                mine = kind.only_one(self.book, row)
                likes = self.book.at(label, step.source)
                assert any(kind.only_one(self.book, like) == mine for like in likes), row
                found.append(row)
        return found

    # What always holds

    def _after(self) -> Any:
        """Do, after each step, what waits for the end of its transaction."""
        self.sound = False
        return TestCase.captureOnCommitCallbacks(execute=True)

    @invariant()
    def everything_holds(self) -> None:
        connection.check_constraints()
        book = self.book
        for pk in [pk for _label, pk in book.rows(CUSTOMER)]:
            into = book.now[CUSTOMER, pk]["merged_into"]
            assert into is None or book.now[CUSTOMER, into]["merged_into"] is None
        assert not book.clashes(book.now, book.living()), "two rates for the same day"
        book.check_apart()
        check_ledgers()
        self.sound = True

    def _numbers_lead_somewhere(self) -> None:
        """Every number ever used leads to one profile, which is found by it and by all names."""
        used = dict(UsedNumber.objects.values_list("number", "customer"))
        assert used.keys() == self.book.numbers
        living = Customer.objects.in_bulk()
        assert all(used[customer.number] == customer.pk for customer in living.values())
        assert set(used.values()) == set(living)
        assert {self.book.now[row]["number"] for row in self.book.rows(CUSTOMER)} <= used.keys()
        for number in sorted(used)[:: max(1, len(used) // 3)]:
            assert visible_customer(self.by, number).pk == used[number]
        for customer in living.values():
            for column in customer._meta.concrete_fields:
                if isinstance(column, _Made):
                    value = getattr(customer, column.attname)
                    assert column.made(column.make(customer)) == value, (column.name, value)
        for customer in Customer.with_merged.exclude(merged_into=None):
            text = living[customer.merged_into_id].search_text
            assert all(word in text for word in words_of(f"{customer.name} {customer.number}"))
