"""Two years of the demo's invoices: drafted, finalised, credited, delivered, paid and exported.

Once, where there is nothing of it yet. Nothing is sent; documents are made when they are opened.
"""

import heapq
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.db import transaction
from django.utils import timezone

from customers.models import NumberSeries
from moment.demo import dating, handing, invoices, leftovers, loading, marks, work
from moment.demo.invoices import EURO_RATE, Desk, Task
from moment.demo.payments import Payers
from moment.ledger import exporting
from moment.ledger.exporting import NothingToExport
from moment.ledger.models import AccountingExport, Invoice, Payment
from moment.models import User
from moment.projects.models import Project

_MARK = "demo ledger"
# What people make of a project of the demo's comes later than the demo itself.
_WHILE = timedelta(hours=1)
# Days ago on which a customer abroad is invoiced in euro, and invoices are handed to accounting.
_IN_EURO = (410, 230, 100, 22)
_EXPORTS = (330, 25)
# Which invoices are credited after how many days: how much of them, with the work set free, why.
_CREDITS: dict[int, tuple[int, Decimal | None, bool, str]] = {
    4: (6, None, True, "Feil bestiller på fakturaen. Ny faktura følger."),
    12: (9, Decimal("0.1"), False, "Avtalt prisavslag for forsinket leveranse."),
    20: (80, Decimal("0.15"), False, "Timer ført på feil prosjekt."),
    31: (12, Decimal("0.05"), False, "Avtalt prisavslag."),
}
_SET_FREE = "Fakturert for tidlig, etter avtale med kunden."


def load(now: datetime, colleagues: dict[str, User]) -> int:
    """Make it all; return how many invoices there are then, 0 where that was done before."""
    since = _begin()
    if since is None:
        return 0
    newest, idle = dating.newest(), dating.idle_since()
    with set_actor(colleagues["kari"]), transaction.atomic():
        years = _Years(now, since, colleagues["kari"])
        if not years.tasks:
            return 0
        years.pass_by()
        leftovers.load(years.desk, years.payers, colleagues, years.today)
    with transaction.atomic():
        handing.load(now, colleagues)
        _date_back(newest, now, idle)
    return Invoice.objects.final().count()


@transaction.atomic
def _begin() -> datetime | None:
    """Return until when the work that is invoiced was made; None where nothing is to be done."""
    series = NumberSeries.objects.select_for_update().get(kind=NumberSeries.Kind.CUSTOMER)
    made_at = marks.reached_at(work.MARK)
    models: list[Any] = [Invoice, Payment]
    if marks.reached(_MARK) or not made_at or any(m.objects.exists() for m in models):
        return None
    marks.reach(_MARK, loading.loaded(), series, {})
    return made_at + _WHILE


class _Years:
    """What happens day by day, so that numbers come in the order of dates."""

    def __init__(self, now: datetime, since: datetime, by: User) -> None:
        self.today = timezone.localdate(now)
        self.desk = Desk(by, now)
        self.payers = Payers(self.desk, self.today)
        self._events: list[tuple[date, int, int, Any]] = []
        self._order = count()
        self._invoices = 0
        self._set_free = False  # whether some work was
        projects = Project.objects.filter(created_at__lte=since).select_related("customer")
        self.tasks = invoices.plan(list(projects.order_by("pk")), self.today, since)

    def pass_by(self) -> None:
        for task in self.tasks:
            self._plan(task.day, 0, partial(self._invoice, task))
        for place, ago in enumerate(_IN_EURO):
            self._plan(self._ago(ago), 1, partial(self._invoice_in_euro, place))
        for ago in _EXPORTS:
            self._plan(self._ago(ago), 3, self._export)
        for day in self._month_ends():
            self._plan(day, 2, self.payers.come_in)
        while self._events:
            day, _order, _number, happens = heapq.heappop(self._events)
            happens(day)

    def _plan(self, day: date, order: int, happens: Any) -> None:
        if self.tasks[0].day <= day <= self.today:
            heapq.heappush(self._events, (day, order, next(self._order), happens))

    def _ago(self, days: int) -> date:
        return invoices.workday(self.today - timedelta(days=days))

    def _month_ends(self) -> Iterator[date]:
        month = self.tasks[0].day.replace(day=1)
        while (month := (month + timedelta(days=32)).replace(day=1)) <= self.today:
            yield month - timedelta(days=1)
        yield self.today

    def _invoice(self, task: Task, day: date, *, again: bool = False) -> None:
        made = self.desk.invoice(task)
        if len(made) == 1 and 10_000 < made[0].gross < 200_000 and not again:
            self._invoices += 1
            if self._credit_later(made[0], task):
                return
        for one in made:
            self.payers.ask(one)

    def _credit_later(self, invoice: Invoice, task: Task) -> bool:
        """Plan a credit note for some; tell whether nothing of the invoice will be paid."""
        days, part, release, reason = _CREDITS.get(self._invoices, (0, None, False, ""))
        if not days and not self._set_free and task.day >= self.today - timedelta(days=60):
            self._set_free = bool(task.choice.entries)
            days, release, reason = (7, True, _SET_FREE) if self._set_free else (0, False, "")
        day = invoices.workday(task.day + timedelta(days=days))
        if not days or day > self.today:
            return False

        def credit(on: date) -> None:
            note = self.desk.credit(invoice, on, part=part, release=release, reason=reason)
            if note is None:
                return
            if part is None and reason != _SET_FREE:
                again = Task(on, task.customer, task.choice, task.together)
                self._invoice(again, on, again=True)
            elif part is not None:
                self.payers.less(invoice, -note.gross)

        self._plan(day, 1, credit)
        return part is None

    def _invoice_in_euro(self, place: int, day: date) -> None:
        customer = invoices.abroad()
        if customer is None:
            return
        draft = self.desk.in_euro(customer, day, place)
        Invoice.objects.filter(pk=draft.pk).update(rate=EURO_RATE + Decimal(place) / 50)
        self.payers.ask(self.desk.finalise(draft, day))

    def _export(self, day: date) -> None:
        try:
            made = exporting.export(by=self.desk.by)
        except NothingToExport:
            return
        AccountingExport.objects.filter(pk=made.pk).update(made_at=self.desk.at(day, 55))


def _date_back(newest: int, now: datetime, idle: dict[int, datetime]) -> None:
    """Let the change log tell of each invoice and payment on its day."""
    made = {row.pk: row for row in Invoice.objects.only("created_at", "finalised_at")}
    paid = dict(Payment.objects.values_list("pk", "made_at"))

    def when(entry: LogEntry) -> datetime | None:
        model = entry.content_type.model
        if model == "payment":
            return paid.get(entry.object_id)
        if model != "invoice" or entry.object_id not in made:
            return None
        invoice = made[entry.object_id]
        is_final = "number" in (entry.changes or {}) and entry.action == LogEntry.Action.UPDATE
        return invoice.finalised_at if is_final else invoice.created_at

    dating.date_back(when, newest, now, idle)
