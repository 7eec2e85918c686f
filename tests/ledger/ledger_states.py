"""Work invoiced, credited, paid, matched, moved and merged, in any order, and taken back again."""

from collections import Counter
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from unittest.mock import patch

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import TestCase
from django.utils import timezone
from hypothesis import currently_in_test_context, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from customers import merging
from customers.models import Customer, Merge
from moment.ledger import (
    correcting,
    crediting,
    discarding,
    drafting,
    editing,
    finalising,
    matching,
    open_items,
    paying,
)
from moment.ledger.correcting import CannotCredit, CannotDraft
from moment.ledger.discarding import CannotDiscard
from moment.ledger.finalising import CannotFinalise
from moment.ledger.matching import CannotMatch
from moment.ledger.models import Invoice, InvoiceLine, Match, Payment
from moment.ledger.paying import CannotReverse
from moment.projects.models import Project
from tests.factories import CustomerFactory, ExpenseFactory, ProjectFactory
from tests.ledger import ledger_truths as truths
from tests.ledger import work
from tests.ledger.making import draft as by_hand
from tests.statistics.making import share

PLACE = st.integers(0, 30)
# Over a year's end and both changes of the clocks.
DAYS = st.sampled_from([0, 0, 1, 27, 60, 150, 233, 365])
AMOUNT = st.sampled_from(["0.01", "99.99", "333.33", "1000", "4321.05", "25000"]).map(Decimal)
HOURS = st.sampled_from(["0.25", "1", "3.33", "7.5"]).map(Decimal)
PRICE = st.sampled_from(["999.99", "1000", "1333.33"]).map(Decimal)
RATES = {"NOK": Decimal(1), "EUR": Decimal("11.437512")}
# What people are refused. All else that is raised is a fault.
REFUSED = (
    CannotCredit, CannotDiscard, CannotDraft, CannotFinalise, CannotMatch, CannotReverse,
    merging.CannotUndo, ValidationError,
)  # fmt: skip


class Falls(Exception):
    """What goes wrong on the way, on purpose."""


def one_of(rows: Any, place: int) -> Any:
    found = list(rows)
    return found[place % len(found)] if found else None


class Ledgers(RuleBasedStateMachine):
    """Each run is one transaction, which is rolled back in the end."""

    # Who does it all, and who works; made by the test.
    cast: ClassVar[dict[str, Any]] = {}
    # How often each thing was done, and not refused, in all runs together.
    done: ClassVar[Counter] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.by, self.people = self.cast["by"], self.cast["people"]
        self.steps = 0
        self.today = timezone.localdate()
        self.first = self.cast["first"]
        # What was in the ledgers of those that were merged.
        self.merged: dict[int, dict] = {}

    def teardown(self) -> None:
        try:
            self.all_adds_up(thoroughly=True)
        finally:
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    @contextmanager
    def _doing(self, what: str):
        """Do something, whole or not at all; what is refused is no fault."""
        try:
            with transaction.atomic(), TestCase.captureOnCommitCallbacks(execute=True):
                yield
        except REFUSED as error:
            if currently_in_test_context():
                note(f"{what} refused: {error}")
        else:
            self.done[what] += 1

    def _ago(self, days: int):
        return self.today - timedelta(days=days)

    def _customer(self, place: int) -> Customer:
        return one_of(Customer.objects.order_by("pk"), place)

    def _project(self, place: int) -> Project:
        return one_of(Project.objects.select_related("customer").order_by("pk"), place)

    def _final(self, place: int) -> Invoice | None:
        rows = Invoice.objects.final().filter(kind=Invoice.Kind.INVOICE)
        return one_of(rows.select_related("customer").order_by("pk"), place)

    def _draft(self, place: int) -> Invoice | None:
        return one_of(Invoice.objects.drafts().select_related("customer").order_by("pk"), place)

    # The work

    @initialize()
    def begin(self) -> None:
        """Four customers; of three projects two are shared, one by three with odd parts."""
        a, b, c = (CustomerFactory(name=f"Kunde {name}") for name in "ABC")
        d = CustomerFactory(name="Kunde D", discount=Decimal("7.5"), charge_amount=Decimal(49))
        ProjectFactory(customer=a)
        share(ProjectFactory(customer=b), c, Decimal(40))
        third = ProjectFactory(customer=d)
        share(third, a, Decimal("33.33"))
        share(third, b, Decimal("12.50"))
        for place in range(3):
            self.work(place, Decimal("7.5"), Decimal("999.99"), 40, place)
            self.invoice(place)

    @rule(place=PLACE, hours=HOURS, price=PRICE, days=DAYS, who=PLACE)
    def work(self, place: int, hours: Decimal, price: Decimal, days: int, who: int) -> None:
        project = self._project(place)
        with self._doing("work"):
            more = {"user": one_of(self.people, who), "hours": hours, "day": self._ago(days)}
            work.approved(project, 1 + who % 3, by=self.by, price=price, **more)

    @rule(place=PLACE, cost=AMOUNT, days=DAYS)
    def spend(self, place: int, cost: Decimal, days: int) -> None:
        with self._doing("spend"):
            ExpenseFactory(project=self._project(place), cost=cost, day=self._ago(days))

    # Drafts

    @rule(place=PLACE, together=st.booleans())
    def draft(self, place: int, together: bool) -> None:
        project = self._project(place)
        projects = project.customer.projects.all() if together else [project]
        with self._doing("draft"):
            drafting.draft(
                project.customer, work.everything(*projects), by=self.by, together=together
            )

    @rule(place=PLACE, amount=AMOUNT, currency=st.sampled_from(["NOK", "NOK", "EUR"]), days=DAYS)
    def draft_by_hand(self, place: int, amount: Decimal, currency: str, days: int) -> None:
        more = {"currency": currency, "rate": RATES[currency], "issued_on": self._ago(days)}
        with self._doing("draft by hand"):
            made = by_hand(self._customer(place), amount, "12.34", **more)
            editing.save(made, made.lines.all(), version=made.version)

    @rule(place=PLACE, amount=AMOUNT)
    def write_a_line(self, place: int, amount: Decimal) -> None:
        draft = self._draft(place)
        if draft is None or draft.is_credit_note:
            return
        values = {"vat_code": "3", "vat_rate": 25, "sales_account": "3000"}
        line = InvoiceLine(text="Frakt", amount=amount, **values)
        with self._doing("write a line"):
            editing.save(draft, [*draft.lines.all(), line], version=draft.version)

    @rule(place=PLACE)
    def discard(self, place: int) -> None:
        if draft := self._draft(place):
            with self._doing("discard"):
                discarding.discard(draft, version=draft.version)

    # Finalising

    @rule(place=PLACE, days=DAYS)
    def finalise(self, place: int, days: int) -> None:
        draft = self._draft(place)
        if draft is None:
            return
        with self._doing("finalise"):
            first = draft.credits.issued_on if draft.credits else self._ago(days)
            Invoice.objects.filter(pk=draft.pk).update(issued_on=max(self._ago(days), first))
            finalising.finalise(draft, version=draft.version, by=self.by)

    @rule()
    def finalise_all(self) -> None:
        rows = Invoice.objects.drafts().select_related("customer").order_by("-pk")
        with self._doing("finalise all"):
            finalising.finalise_all(list(rows), self.by)

    @rule(place=PLACE, where=st.sampled_from(["attaching.attach", "_kid", "crediting.settle"]))
    def finalise_and_fall(self, place: int, where: str) -> None:
        """What goes wrong takes no number with it."""
        if draft := self._draft(place):
            with (
                self._doing("fall"),
                patch(f"moment.ledger.finalising.{where}", fall),
                suppress(Falls),
            ):
                finalising.finalise(draft, version=draft.version, by=self.by)

    def invoice(self, place: int) -> None:
        """Draft all of a project and finalise it."""
        self.draft(place, False)
        for draft in Invoice.objects.drafts().order_by("pk"):
            finalising.finalise(draft, version=draft.version, by=self.by)

    @rule(place=PLACE, hours=HOURS, price=PRICE, days=DAYS)
    def work_and_invoice(self, place: int, hours: Decimal, price: Decimal, days: int) -> None:
        self.work(place, hours, price, days, place)
        with self._doing("work and invoice"):
            self.invoice(place)

    # Credit notes

    @rule(place=PLACE, release=st.booleans(), half=st.booleans())
    def credit(self, place: int, release: bool, half: bool) -> None:
        if (invoice := self._final(place)) is None:
            return
        lines = [one for one in crediting.left(invoice) if not one.is_whole]
        if half and not lines:
            return
        parts = None
        if half:
            one = lines[place % len(lines)]
            parts = {one.line.pk: (one.amount / 3).quantize(Decimal("0.01"))}
        with self._doing("credit half" if half else "credit"):
            correcting.credit(invoice, parts=parts, release=release, by=self.by)

    @rule(place=PLACE)
    def draft_credit(self, place: int) -> None:
        if invoice := self._final(place):
            with self._doing("draft credit"):
                crediting.draft_credit(invoice, parts=None, release=bool(place % 2), by=self.by)

    @rule(place=PLACE)
    def credit_split(self, place: int) -> None:
        rows = Invoice.objects.final().filter(part_of__isnull=False, kind=Invoice.Kind.INVOICE)
        part = one_of(rows.order_by("pk"), place)
        if part:
            with self._doing("credit split"):
                correcting.credit_split(part, by=self.by)

    @rule(place=PLACE, to=PLACE)
    def move(self, place: int, to: int) -> None:
        if invoice := self._final(place):
            with self._doing("move"):
                correcting.move(invoice, self._customer(to), by=self.by)

    # Payments

    @rule(place=PLACE, how=st.sampled_from(["part", "whole", "over", "too much"]), days=DAYS)
    def pay(self, place: int, how: str, days: int) -> None:
        rows = Invoice.objects.still_open().filter(kind=Invoice.Kind.INVOICE)
        one = one_of(rows.select_related("customer").order_by("pk"), place)
        if one is None:
            return
        amount = {
            "part": (one.remaining / 3).quantize(Decimal("0.01")) or one.remaining,
            "whole": one.remaining,
            "over": one.remaining + Decimal("0.5"),
            "too much": one.remaining + Decimal("0.01"),
        }[how]
        with self._doing(f"pay {how}"):
            parts = {one.pk: amount if how == "too much" else min(amount, one.remaining)}
            paying.pay(self._payment(one.customer, amount, one.currency, days), parts)

    @rule(place=PLACE, amount=AMOUNT, is_back=st.booleans(), days=DAYS)
    def pay_freely(self, place: int, amount: Decimal, is_back: bool, days: int) -> None:
        """Money for nothing in particular, or back to the customer."""
        customer, amount = self._customer(place), -amount if is_back else amount
        with self._doing("pay freely"):
            paying.pay(self._payment(customer, amount, "NOK", days), {})

    def _payment(self, customer: Customer, amount: Decimal, currency: str, days: int) -> Payment:
        return Payment(
            customer=customer,
            amount=amount,
            currency=currency,
            rate=RATES[currency],
            paid_on=self._ago(days),
            made_by=self.by,
        )

    @rule(place=PLACE, days=DAYS)
    def reverse(self, place: int, days: int) -> None:
        payment = one_of(Payment.objects.select_related("customer").order_by("pk"), place)
        if payment:
            with self._doing("reverse"):
                on = max(payment.paid_on, self._ago(days))
                with self._as_it_was_before(payment.customer_id, on):
                    paying.reverse(payment, by=self.by, on=on)

    @rule(place=PLACE, part=st.sampled_from([1, 3]))
    def match_open(self, place: int, part: int) -> None:
        """Have what is to a customer's credit settle what it owes, as far as it goes."""
        customer = one_of(_with_credit(), place)
        for currency in open_items.currencies(customer) if customer else ():
            debits = open_items.debits(customer, currency)
            credits = open_items.credits(customer, currency)
            amount = min(_sum(debits), _sum(credits)) / part
            if not (amount := amount.quantize(Decimal("0.01"))):
                continue
            wanted = open_items.by_oldest(debits, amount) | open_items.by_oldest(credits, amount)
            with self._doing("match"):
                paying.settle_open(customer, wanted, by=self.by)

    @rule(place=PLACE, days=DAYS)
    def take_back(self, place: int, days: int) -> None:
        rows = Match.objects.filter(takes_back=None).order_by("pk")
        match = one_of(rows.select_related("payment__customer", "credit_note__customer"), place)
        if match:
            with self._doing("take back"):
                on, some = self._ago(days), match.payment or match.credit_note
                with self._as_it_was_before(some.customer_id, max(on, match.matched_on)):
                    paying.take_back(match, by=self.by, on=on)

    @contextmanager
    def _as_it_was_before(self, customer: int, on: date):
        """What counts from a day on changes nothing of what was open before it."""
        day = on - timedelta(days=1)
        before = truths.left_at(customer, day)
        yield
        after = truths.left_at(customer, day)
        assert {item: after[item] for item in before} == before

    # Customers

    @precondition(lambda self: Customer.objects.count() > 2)
    @rule(place=PLACE, other=st.integers(1, 3))
    def merge(self, place: int, other: int) -> None:
        kept, gone = self._customer(place), self._customer(place + other)
        if kept != gone:
            with self._doing("merge"):
                theirs = truths.owners(gone.pk)
                merge = merging.merge(kept.pk, [gone.pk], by=self.by)
                self.merged[merge.pk] = theirs

    @rule(place=PLACE)
    def undo(self, place: int) -> None:
        made = one_of(Merge.objects.filter(undone_at=None).order_by("-pk"), place)
        if made:
            with self._doing("undo"):
                merging.undo(made.pk, by=self.by)
                truths.check_owner(self.merged[made.pk])

    # What always holds

    @invariant()
    def all_adds_up(self, thoroughly: bool = False) -> None:
        connection.check_constraints()
        truths.check_numbers(self.first)
        truths.check_invoices()
        truths.check_work()
        truths.check_ledger()
        truths.check_payments()
        self.steps += 1
        customers = list(Customer.objects.order_by("pk"))
        some = customers if thoroughly else customers[self.steps % len(customers) :][:1]
        truths.check_statistics(self.by, some)


def _with_credit() -> list[Customer]:
    """Return customers who owe something and have something to their credit."""
    found = Customer.objects.order_by("pk")
    return [one for one in found if any(_both(one, code) for code in open_items.currencies(one))]


def _both(customer: Customer, currency: str) -> bool:
    return bool(open_items.debits(customer, currency) and open_items.credits(customer, currency))


def _sum(items: Any) -> Decimal:
    return sum((abs(matching.owed(item)) for item in items), Decimal(0))


def fall(*_args: Any, **_more: Any) -> None:
    raise Falls
