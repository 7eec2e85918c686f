"""What is true of the ledger whatever people do: it adds up, at every date and however divided."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from customers.models import Customer
from moment.ledger import ageing
from moment.ledger.entries import Entries
from moment.ledger.models import BILLED, Invoice, InvoiceLine, Match, Payment
from moment.ledger.unbilled import ready_entries, ready_expenses
from moment.models import CompanySettings, User
from moment.projects.models import Expense, TimeEntry
from moment.statistics import periods
from moment.statistics.figures import Statistics
from moment.statistics.periods import Period
from moment.statistics.rows import ALL, behind

NOTHING = Decimal(0)
Kind = InvoiceLine.Kind
# What those who share a price model divide between them.
SHARED = (Kind.WORK, Kind.DISCOUNT, Kind.PLAN, Kind.SUBSCRIPTION, Kind.EXPENSE, Kind.SURCHARGE)
# The figures that the totals of rows are, in their order.
FIGURES = {
    "invoiced": lambda s: [s.invoiced],
    "lines": lambda s: [s.invoiced],
    "hours": lambda s: [s.hours, s.cost_of_hours],
    "expenses": lambda s: [s.cost_of_expenses],
    "billed": lambda s: [s.billed_hours, s.income_by_hours],
    "paid": lambda s: [s.paid.days_given, s.paid.days_taken],
    "not_invoiced": lambda s: list(s.not_invoiced.values()),
}


def total(amounts) -> Decimal:
    return sum(amounts, NOTHING)


# The ledger


def check_ledger() -> None:
    """Each customer's balance at each date is the sum of its rows, and of what is open then."""
    currency = CompanySettings.current().currency
    items: dict[int, list[Invoice | Payment]] = defaultdict(list)
    for item in (*Invoice.objects.final(), *Payment.objects.all()):
        items[item.customer_id].append(item)
    assert items.keys() <= set(Customer.objects.values_list("pk", flat=True)), "of a merged one"
    matches = list(Match.objects.all())
    for on in _dates(matches):
        everybody = ageing.of_customers(None, on, currency)
        assert everybody.keys() <= items.keys()
        for customer, theirs in items.items():
            balance, left = _by_hand(theirs, matches, on)
            assert balance == left, (customer, on)
            aged = everybody[customer].by_currency if customer in everybody else {}
            assert {code: one.balance for code, one in aged.items()} == {
                code: amount for code, amount in left.items() if amount or code in aged
            }, (customer, on)
    for customer, theirs in items.items():
        _check_entries(customer, theirs, matches)


def _dates(matches: list[Match]) -> list[date]:
    """Return today, days before, and those from which counts what was matched last."""
    today = timezone.localdate()
    newest = sorted(matches, key=lambda one: one.pk)[-3:]
    near = {one.matched_on + timedelta(days=n) for one in newest for n in (-1, 0)}
    return sorted({today, today - timedelta(days=95), today - timedelta(days=365), *near})


def _by_hand(
    items: list[Invoice | Payment], matches: list[Match], on: date
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Return the balance and what is open at a date, by currency, adding up every row."""
    balance, left = defaultdict(Decimal), defaultdict(Decimal)
    for item in items:
        day = item.paid_on if isinstance(item, Payment) else item.issued_on
        if day > on:
            continue
        whole = -item.amount if isinstance(item, Payment) else item.gross
        taken = total(one.amount for one in matches if one.matched_on <= on and _is_of(one, item))
        assert 0 <= taken <= abs(whole), (item, on)
        balance[item.currency] += whole
        left[item.currency] += whole - taken if whole > 0 else whole + taken
    return dict(balance), dict(left)


def _is_of(match: Match, item: Invoice | Payment) -> bool:
    if isinstance(item, Payment):
        return item.pk in (match.payment_id, match.repayment_id)
    return item.pk in (match.invoice_id, match.credit_note_id)


def _check_entries(customer: int, items: list, matches: list[Match]) -> None:
    """What the ledger's page shows today is the same, row for row, and each row's own column."""
    on = timezone.localdate()
    balance, left = _by_hand(items, matches, on)
    for only_open, expected in ((True, left), (False, balance)):
        entries = Entries([customer], on, only_open).all()
        amounts, running = defaultdict(Decimal), {}
        for one in entries:
            amounts[one.currency] += one.left if only_open else one.amount
            running[one.currency] = one.running
            assert abs(one.left) == abs(one.item.remaining)
        assert {code: n for code, n in amounts.items() if n} == {
            code: n for code, n in expected.items() if n
        }
        if not only_open:
            assert running == dict(amounts)
    for item in items:
        assert item.is_open == bool(item.remaining)


def check_payments() -> None:
    """What reverses a payment takes back all of it, and once; neither settles anything since."""
    for back in Payment.objects.exclude(reverses=None).select_related("reverses"):
        payment = back.reverses
        assert (back.amount, back.currency) == (-payment.amount, payment.currency)
        assert (back.customer_id, back.rate) == (payment.customer_id, payment.rate)
        assert back.paid_on >= payment.paid_on
        assert not back.is_open, back
        assert not payment.is_open, back


def left_at(customer: int, on: date) -> dict[Invoice | Payment, Decimal]:
    """Return what is open of each item of a customer at a date."""
    items = [
        *Invoice.objects.final().filter(customer=customer),
        *Payment.objects.filter(customer=customer),
    ]
    matches = list(Match.objects.all())
    return {item: total(_by_hand([item], matches, on)[1].values()) for item in items}


def owners(customer: int) -> dict[tuple[type, int], int]:
    """Return what is in a customer's ledger."""
    return {
        (model, pk): customer
        for model, rows in ((Invoice, Invoice.objects.final()), (Payment, Payment.objects.all()))
        for pk in rows.filter(customer=customer).values_list("pk", flat=True)
    }


def check_owner(items: dict[tuple[type, int], int]) -> None:
    """What was in a customer's ledger is there again."""
    for (model, pk), customer in items.items():
        assert model.objects.get(pk=pk).customer_id == customer, (model, pk)


# Invoices


def check_numbers(first: int) -> None:
    """Invoices and credit notes have the numbers of the series, without gap or double."""
    numbers = [int(one) for one in Invoice.objects.final().values_list("number", flat=True)]
    assert sorted(numbers) == list(range(first, first + len(numbers)))


def check_invoices() -> None:
    """Each comes to its lines, and nobody gets more back than was invoiced."""
    lines: dict[int, list[InvoiceLine]] = defaultdict(list)
    credited: dict[int, Decimal] = defaultdict(Decimal)
    for line in InvoiceLine.objects.select_related("invoice"):
        lines[line.invoice_id].append(line)
        if line.credited_id and line.invoice.is_final:
            credited[line.credited_id] -= line.amount
    invoices = list(Invoice.objects.select_related("credits"))
    for one in invoices:
        assert one.net == total(line.amount for line in lines[one.pk])
        assert one.gross == one.net + one.vat
        assert not one.credits or one.customer_id == one.credits.customer_id, one
        for line in lines[one.pk]:
            taken = credited[line.pk]
            assert abs(taken) <= abs(line.amount)
            assert taken * line.amount >= 0
    for root in invoices:
        parts = [one for one in invoices if one.part_of_id == root.pk]
        if parts:
            _check_split(lines[root.pk], [line for one in parts for line in lines[one.pk]])


def _check_split(work: list[InvoiceLine], of_others: list[InvoiceLine]) -> None:
    """What is taken off the invoice with the work is what the others pay, to the coin."""
    taken_off = total(line.amount for line in work if line.kind == Kind.DEDUCTION)
    shares = [line for line in of_others if line.kind == Kind.SHARE]
    assert -taken_off == total(line.amount for line in shares)
    whole = total(line.amount for line in work if line.kind in SHARED)
    assert 0 <= -taken_off <= whole


# The work on them


def check_work() -> None:
    """What can be invoiced is on no invoice in force, all else once; and each line is spread."""
    of_entries = Q(billable=True, approved_at__isnull=False)
    for rows, ready in (
        (TimeEntry.objects.filter(of_entries), ready_entries()),
        (Expense.objects.filter(billable=True), ready_expenses()),
    ):
        waiting = set(ready.values_list("pk", flat=True))
        for row in rows.prefetch_related("billed"):
            held = [one for one in row.billed.all() if one.released_by_id is None]
            held = [one for one in held if getattr(one, "holds", True)]
            assert len(held) + (row.pk in waiting) == 1, row
    for invoice in Invoice.objects.filter(kind=Invoice.Kind.INVOICE):
        _check_spread(invoice)
        if not invoice.part_of_id and not invoice.parts.exists():
            _check_released(invoice)


def _check_released(invoice: Invoice) -> None:
    """Work is free again once its line is credited in whole, by a credit note that says so."""
    for line in invoice.lines.all():
        credited = InvoiceLine.objects.filter(credited=line, invoice__number__isnull=False)
        taken = list(credited.select_related("invoice").order_by("invoice__sort_number"))
        is_whole = line.amount and total(one.amount for one in taken) == -line.amount
        last = taken[-1].invoice if taken else None
        expected = last if is_whole and last and last.releases else None
        for model in BILLED:
            for row in model.objects.filter(line=line).select_related("released_by"):
                assert row.released_by == expected, (row, expected)


def _check_spread(invoice: Invoice) -> None:
    """What the pieces of work come to is what the lines about work come to."""
    if invoice.part_of_id:
        return  # its work is elsewhere: of expenses nothing is said here
    lines = list(invoice.lines.all())
    billed = [row for model in BILLED for row in model.objects.filter(line__invoice=invoice)]
    of_work = [line for line in lines if line.kind in (*SHARED, Kind.DEDUCTION)]
    assert total(row.amount for row in billed) == total(line.amount for line in of_work), invoice


def work_in_force(customer: int) -> Decimal:
    """Return what the hours on a customer's final invoices bring, in the company's currency."""
    rows = _billed_hours(customer)
    return total(amount * rate for amount, rate in rows)


def _billed_hours(customer: int) -> Iterator[tuple[Decimal, Decimal]]:
    mine = Invoice.objects.final().filter(customer=customer, kind=Invoice.Kind.INVOICE)
    for invoice in mine:
        for line in invoice.lines.all():
            for row in line.billedtime_set.select_related("released_by"):
                if row.released_by is None or not row.released_by.is_final:
                    yield row.amount, invoice.rate or NOTHING


# Key statistics


def spans() -> list[Period]:
    """Return the last twelve months, and a span of days that everything is in."""
    today = timezone.localdate()
    first = today - timedelta(days=500)
    return [
        periods.named(periods.Name.LAST_12),
        Period(periods.Name.OWN, first, today, today),
    ]


def check_statistics(user: User, customers: list[Customer]) -> None:
    """Figures are the sums of their rows, and those of all customers all that was invoiced."""
    last_year, whole = spans()
    invoiced = cost = NOTHING
    for customer in customers:
        for period in (last_year, whole):
            found = Statistics(customer, period)
            for figure in ALL:
                _check_rows(found, figure, user)
            for divided in (found.people, found.roles, found.projects):
                assert total(row.income for row in divided) == found.invoiced, divided
                assert total(row.cost for row in divided) == found.cost
            assert total(row.hours for row in found.people) == found.hours
        invoiced += found.invoiced
        cost += found.cost
        assert found.income_by_hours == work_in_force(customer.pk), customer
    if len(customers) == Customer.objects.count():
        final = Invoice.objects.final()
        assert invoiced == total(one.net * (one.rate or NOTHING) for one in final)
        # What is shared costs each its part.
        assert cost == total(_costs())


def _costs() -> Iterator[Decimal]:
    for entry in TimeEntry.objects.select_related("user__employee"):
        terms = entry.user.employee.terms.get()
        yield entry.hours * (terms.cost_rate if entry.cost is None else entry.cost)
    yield from Expense.objects.values_list("cost", flat=True)


def _check_rows(found: Statistics, figure: str, user: User) -> None:
    data = QueryDict(mutable=True)
    data["figure"] = figure
    rows = behind(found, data, user)
    assert rows is not None
    cells = list(rows.cells(rows.found))
    totals, sums = [], []
    for place, heading in enumerate(rows.headings):
        if heading.total is not None:
            totals.append(heading.total)
            sums.append(sum((row[place].value or 0 for row in cells), 0))
    assert sums == totals, figure
    if figure in FIGURES:
        shown = FIGURES[figure](found)
        assert totals == shown or (figure == "not_invoiced" and len(shown) != 1), figure
