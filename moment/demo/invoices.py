"""Which of the demo's work is invoiced when, and the invoices and credit notes made of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from customers.invoice_lines import VAT_RATES
from customers.models import Customer
from moment.demo import jobs, names
from moment.invoice_settings.choices import InvoiceType, VatCode
from moment.ledger import crediting, drafting, editing, finalising, unbilled
from moment.ledger.crediting import CannotCredit
from moment.ledger.drafting import CannotDraft
from moment.ledger.finalising import CannotFinalise
from moment.ledger.models import Invoice, InvoiceLine
from moment.ledger.parties import Ours
from moment.ledger.unbilled import Choice, Unbilled
from moment.models import User
from moment.projects.models import PriceModel, Project
from moment.projects.pricing import Prices
from moment.unsent import NotSaved

SEED = 9_001_337
EURO, EURO_RATE = "EUR", Decimal("11.684")
# Who gets an invoice every other month, or each; and who gets one for each project.
NAMED = set(jobs.NAMED)
_EACH_MONTH = {"Storfjell kommune", "Skagerrak Geomatikk AS", "Østvang Prosjektledelse AS"}
_EACH_PROJECT = {"Storfjell kommune", "Fjordkraft Teknikk AS"}
FOR_EURO = (
    ("Grunnundersøkelser, fase {place}", 46, 158),
    ("Technical due diligence, part {place}", 62, 142),
)
_VAT_CODES = {"domestic": "vat_code", "foreign": "vat_code_foreign"}
_REFUSED = (CannotDraft, CannotFinalise, CannotCredit, NotSaved, ValidationError)


@dataclass(frozen=True)
class Task:
    """Work of a customer that is to be invoiced on a day."""

    day: date
    customer: Customer
    choice: Choice
    together: bool


def plan(projects: Sequence[Project], today: date, since: datetime) -> list[Task]:
    """Return what of the work up to the month before last is invoiced when, oldest first.

    Plans and subscriptions are invoiced a month sooner for some. Hours registered after `since` are
    people's own.
    """
    found = unbilled.of(Prices(projects))
    written = set(
        unbilled.ready_entries().filter(created_at__lte=since).values_list("pk", flat=True)
    )
    models = PriceModel.objects.exclude(shares=None).order_by()
    sharing = set(models.values_list("project__customer", flat=True))
    choices: dict[tuple[int, date], Choice] = {}
    customers = {}
    for one in found.values():
        customer = one.project.customer
        customers[customer.pk] = customer
        for day, piece in _pieces(one, written):
            is_shared = customer.pk in sharing
            if month := _month_of(customer, day, piece, today, is_shared=is_shared):
                key = customer.pk, month
                choices[key] = _join(choices.get(key, Choice()), piece)
    tasks = [
        Task(_issued(customers[key], month, today), customers[key], choice,
             customers[key].name not in _EACH_PROJECT)
        for (key, month), choice in choices.items()
    ]  # fmt: skip
    return sorted(tasks, key=lambda task: (task.day, task.customer.name))


def _pieces(one: Unbilled, written: set[int]) -> Iterator[tuple[date, Choice]]:
    """Yield each thing that can be invoiced, with its day."""
    for hours in one.hours:
        if hours.key in written:
            yield hours.day, Choice(entries=frozenset([hours.key]))
    for spent in one.expenses:
        yield spent.expense.day, Choice(expenses=frozenset([spent.expense.pk]))
    for item in one.items:
        yield item.due_on or date.min, Choice(items=frozenset([item.pk]))
    for begun in one.periods:
        yield begun.first_day, Choice(periods=frozenset([begun.key]))


def _month_of(
    customer: Customer, day: date, piece: Choice, today: date, *, is_shared: bool
) -> date | None:
    """Return the first day of the month in which a piece is invoiced; None: not yet."""
    rng = Random(f"{SEED} {customer.name}")
    cycle, place, sooner = rng.choice((3, 4, 6, 6)), rng.randrange(12), rng.random() < 0.6
    this = today.replace(day=1)
    last = _before(this)
    if day >= (this if (piece.items or piece.periods) and sooner else last):
        return None
    if customer.name in NAMED:
        cycle = 1 if customer.name in _EACH_MONTH else 2
    elif is_shared:
        cycle = 6
    month = _after(day.replace(day=1))
    while (month.year * 12 + month.month + place) % cycle and month < last:
        month = _after(month)
    return month


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _join(one: Choice, other: Choice) -> Choice:
    return Choice(
        one.entries | other.entries,
        one.items | other.items,
        one.periods | other.periods,
        one.expenses | other.expenses,
    )


def _issued(customer: Customer, month: date, today: date) -> date:
    rng = Random(f"{SEED} {customer.name} {month}")
    return min(today, workday(month + timedelta(days=rng.randrange(8))))


def workday(day: date) -> date:
    """Return a day, or the Monday after where it is at a weekend."""
    return day + timedelta(days=max(0, 8 - day.isoweekday())) if day.isoweekday() > 5 else day


class Desk:
    """Where invoices are made: by one person, each at ten in the morning of its day."""

    def __init__(self, by: User, now: datetime) -> None:
        self.by, self.now, self.ours = by, now, Ours.now()

    def at(self, day: date, minute: int = 0) -> datetime:
        there = datetime.combine(day, time(10, minute), timezone.get_current_timezone())
        return min(self.now, there)

    def invoice(self, task: Task) -> list[Invoice]:
        """Return the final invoices for a task; none where it cannot be invoiced."""
        try:
            with transaction.atomic(), _as_before(task.customer):
                drafts = self.draft(task)
                return [self.finalise(one, task.day) for one in drafts]
        except _REFUSED:
            return []

    def draft(self, task: Task) -> list[Invoice]:
        """Return drafts of a task."""
        made = drafting.draft(task.customer, task.choice, by=self.by, together=task.together)
        for one in made:
            self._write(one, task.day)
        return made

    def in_euro(self, customer: Customer, day: date | None, place: int) -> Invoice:
        """Return a draft by hand, in euro, without its exchange rate."""
        draft = editing.create(customer)
        draft.currency = EURO
        text, hours, price = FOR_EURO[place % len(FOR_EURO)]
        where = "domestic" if customer.is_norwegian else "foreign"
        code = VatCode(draft.written.value(_VAT_CODES[where]))
        line = InvoiceLine(
            text=text.format(place=place + 1),
            quantity=Decimal(hours + 3 * place),
            price=Decimal(price),
            amount=Decimal(0),
            vat_code=code,
            vat_rate=VAT_RATES[code],
            sales_account=draft.written.value(f"sales_account_{where}") or "",
        )
        editing.save(draft, [line], version=draft.version)
        draft.refresh_from_db()
        if day:
            self._write(draft, day)
        return draft

    def credit(
        self, invoice: Invoice, day: date, *, part: Decimal | None, release: bool, reason: str
    ) -> Invoice | None:
        """Return the credit note for an invoice, or for a part of its largest line."""
        parts = None
        if part is not None:
            line = max(invoice.lines.all(), key=lambda line: line.amount)
            parts = {line.pk: (line.amount * part).quantize(Decimal(1))}
        try:
            with transaction.atomic():
                note = crediting.draft_credit(
                    invoice, parts=parts, release=release, by=self.by, reason=reason
                )
                self._write(note, day)
                return self.finalise(note, day)
        except _REFUSED:
            return None

    def finalise(self, draft: Invoice, day: date) -> Invoice:
        at = self.at(day, 12)
        return finalising.finalise(draft, version=draft.version, by=self.by, ours=self.ours, at=at)

    def _write(self, draft: Invoice, day: date) -> None:
        """Write on a draft what somebody would type: its date, and whom EHF refers to."""
        settings = draft.invoice_settings
        by_ehf = draft.written.value("invoice_type") == InvoiceType.EHF
        if by_ehf and not draft.references:
            settings = {**settings, "your_reference": names.person(Random(draft.customer.name))}
        typed = {"issued_on": day, "invoice_settings": settings, "created_at": self.at(day)}
        Invoice.objects.filter(pk=draft.pk).update(**typed)
        for name, value in typed.items():
            setattr(draft, name, value)


@contextmanager
def _as_before(customer: Customer) -> Iterator[None]:
    """Let a customer that is blocked by now be invoiced for what was done before that."""
    rows = Customer.objects.filter(pk=customer.pk, status=Customer.Status.BLOCKED)
    was_blocked = rows.update(status=Customer.Status.ACTIVE)
    yield
    if was_blocked:
        Customer.objects.filter(pk=customer.pk).update(status=Customer.Status.BLOCKED)


def abroad() -> Customer | None:
    """Return the customer that is invoiced in euro: one that is used to it, if there is any."""
    rows = Customer.objects.filter(status=Customer.Status.ACTIVE)
    usual = rows.filter(currency=EURO).order_by("pk").first()
    return usual or rows.exclude(country="NO").order_by("pk").first()
