"""What an invoice charges: lines, summary and hours, by the settings in force.

All amounts are Decimal in the invoice's currency, rounded half up to its smallest coin. A line is
rounded once, so that what stands on the invoice adds up (see `customers.invoice_totals`). Hours are
never mixed on a line with those of another `part`.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from babel.numbers import format_decimal
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from moment.invoice_settings.choices import HoursGrouping, LineGrouping, Summary, VatCode
from moment.invoice_settings.levels import Values
from moment.money import rounded

HUNDRED = Decimal(100)
# Per cent; the rates of 2026.
VAT_RATES = {
    VatCode.STANDARD: Decimal(25),
    VatCode.FOOD: Decimal(15),
    VatCode.LOW: Decimal(12),
    VatCode.ZERO: Decimal(0),
    VatCode.EXPORT: Decimal(0),
    VatCode.OUTSIDE: Decimal(0),
    VatCode.NO_TREATMENT: Decimal(0),
}


@dataclass(frozen=True)
class Work:
    """Hours of one colleague on one day."""

    project: str
    activity: str
    employee: str
    role: str
    day: date
    hours: Decimal
    rate: Decimal  # of an hour, excluding VAT
    comment: str = ""
    key: int | None = None  # of the time entry
    # What is invoiced by itself, such as under a price model that others share.
    part: Hashable = None

    @property
    def amount(self) -> Decimal:
        """Return what the hours cost, not rounded."""
        return self.hours * self.rate


@dataclass(frozen=True)
class Expense:
    text: str
    day: date
    amount: Decimal  # excluding VAT, before any surcharge
    # In per cent; None: by the settings.
    surcharge: Decimal | None = None
    key: int | None = None


@dataclass(frozen=True)
class Line:
    """One line of the invoice.

    `rate` is None where the hours of the line have several, `hours` where there are none.
    """

    text: str
    amount: Decimal
    hours: Decimal | None = None
    rate: Decimal | None = None
    period: tuple[date, date] | None = None
    # What the line stands under: a project, or nothing.
    heading: str = ""
    # As `moment.ledger.models.InvoiceLine` has them; empty the unit is hours of work.
    kind: str = "work"
    unit: str = ""
    # What it is made of.
    work: tuple[Work, ...] = ()
    expense: Expense | None = None
    # Per cent; shown where an invoice has several.
    vat_rate: Decimal | None = None


@dataclass(frozen=True)
class Row:
    """One row of the summary or of the hours specification, `rate` as of a line."""

    cells: tuple[str, ...]
    hours: Decimal
    rate: Decimal | None
    amount: Decimal
    day: date | None = None


def vat_rate(code: str, *, registered: bool) -> Decimal:
    """Return the rate of a VAT code in per cent: 0 for a seller who is not in the VAT register."""
    return VAT_RATES[VatCode(code)] if registered else Decimal(0)


def lines(work: Sequence[Work], expenses: Sequence[Expense], settings: Values) -> list[Line]:
    """Return the lines of an invoice in order: work, discount, expenses, surcharge, charge."""
    found = work_lines(work, settings)
    found += discount_lines(found, settings)
    found += expense_lines(expenses, settings)
    return found + charge_lines(settings)


def work_lines(work: Sequence[Work], settings: Values) -> list[Line]:
    """Return the lines of hours, by the grouping in force."""
    currency, with_period = settings.value("currency"), settings.value("line_period")
    by_project = [entry for entries in _grouped(work, _project).values() for entry in entries]
    kind = _kind(settings)
    return [
        _work_line(entries, heading, text, currency, with_period)
        for (_part, (heading, text, _nth)), entries in _grouped(
            by_project, lambda entry: (entry.part, kind(entry))
        ).items()
    ]


def discount_lines(found: Sequence[Line], settings: Values) -> list[Line]:
    """Return what is taken off these lines, as one line or none."""
    discount = settings.value("discount")
    if not (found and discount):
        return []
    text = settings.value("discount_text") or _("Discount")
    amount = -rounded(_sum(found) * discount / HUNDRED, settings.value("currency"))
    return [Line(f"{text} ({percent(discount)})", amount, kind="discount")]


def expense_lines(expenses: Sequence[Expense], settings: Values) -> list[Line]:
    """Return a line for each expense, and one for the surcharge of each percentage.

    With its surcharge each expense comes to what it comes to by itself, rounded once.
    """
    currency, with_period = settings.value("currency"), settings.value("line_period")
    inherited = settings.value("expense_surcharge")
    found = []
    surcharges: dict[Decimal, Decimal] = {}
    for expense in expenses:
        cost = rounded(expense.amount, currency)
        period = (expense.day, expense.day) if with_period else None
        found.append(
            Line(
                expense.text,
                cost,
                period=period,
                heading=_("Expenses"),
                kind="expense",
                expense=expense,
            )
        )
        rate = inherited if expense.surcharge is None else expense.surcharge
        if rate:
            charged = rounded(expense.amount * (1 + rate / HUNDRED), currency)
            surcharges[rate] = surcharges.get(rate, Decimal(0)) + charged - cost
    for rate, amount in surcharges.items():
        text = f"{_('Surcharge on expenses')} ({percent(rate)})"
        found.append(Line(text, amount, heading=_("Expenses"), kind="surcharge"))
    return found


def charge_lines(settings: Values) -> list[Line]:
    """Return the administrative charge, if there is any."""
    charge = settings.value("charge_amount")
    if not charge:
        return []
    text = settings.value("charge_text") or _("Administrative charge")
    return [Line(text, rounded(charge, settings.value("currency")), kind="charge")]


def summary(work: Sequence[Work], settings: Values) -> list[Row]:
    """Return hours and amounts by what the summary is about; empty where none is wanted."""
    currency = settings.value("currency")
    key: Callable[[Work], str]
    match settings.value("summary"):
        case Summary.PROJECT:
            key = _project
        case Summary.ACTIVITY:
            key = _activity
        case Summary.EMPLOYEE:
            key = _employee
        case _:
            return []
    return [_row((text,), entries, currency) for text, entries in _grouped(work, key).items()]


def hours(work: Sequence[Work], settings: Values) -> list[Row]:
    """Return the rows of the hours specification, by the grouping in force."""
    currency = settings.value("currency")
    match settings.value("hours_grouping"):
        case HoursGrouping.ACTIVITY:
            return [_row((n,), of, currency) for n, of in _grouped(work, _activity).items()]
        case HoursGrouping.EMPLOYEE:
            return [_row((n,), of, currency) for n, of in _grouped(work, _employee).items()]
        case HoursGrouping.EMPLOYEE_DAY:
            days = _grouped(work, lambda entry: (entry.employee, entry.day))
            return [_row((n,), days[n, day], currency, day) for n, day in sorted(days)]
    return [
        _row((entry.employee, described(entry)), [entry], currency, entry.day)
        for entry in sorted(work, key=lambda entry: entry.day)
    ]


def described(entry: Work) -> str:
    """Return what was done: the activity, and the comment where there is one."""
    return f"{entry.activity}: {entry.comment}" if entry.comment else entry.activity


def percent(value: Decimal) -> str:
    """Return `12.5 %` as the language writes it, with as few digits as it takes."""
    number = format_decimal(value, "#,##0.##", locale=to_locale(get_language() or "en"))
    return f"{number}\u00a0%"


def _kind(settings: Values) -> Callable[[Work], tuple[str, str, int]]:
    """Return what tells the lines of work apart: the project it stands under, and its text."""
    match settings.value("line_grouping"):
        case LineGrouping.PROJECT:
            return lambda entry: ("", entry.project, 0)
        case LineGrouping.EMPLOYEE:
            return lambda entry: (entry.project, entry.employee, 0)
        case LineGrouping.ROLE:
            return lambda entry: (entry.project, entry.role, 0)
        case LineGrouping.ENTRY:
            # Each entry by itself, however alike two are.
            return lambda entry: (
                entry.project,
                f"{entry.employee}, {described(entry)}",
                id(entry),
            )
    return lambda entry: (entry.project, entry.activity, 0)


def _work_line(
    entries: Sequence[Work], heading: str, text: str, currency: str, with_period: bool
) -> Line:
    row = _row((text,), entries, currency)
    days = [entry.day for entry in entries]
    period = (min(days), max(days)) if with_period else None
    return Line(
        text, row.amount, row.hours, row.rate, period, heading, kind="work", work=tuple(entries)
    )


def _row(
    cells: tuple[str, ...], entries: Sequence[Work], currency: str, day: date | None = None
) -> Row:
    rates = {entry.rate for entry in entries}
    amount = sum((entry.amount for entry in entries), Decimal(0))
    return Row(
        cells,
        sum((entry.hours for entry in entries), Decimal(0)),
        rates.pop() if len(rates) == 1 else None,
        rounded(amount, currency),
        day,
    )


Key = TypeVar("Key", bound=Hashable)


def _grouped(work: Iterable[Work], key: Callable[[Work], Key]) -> dict[Key, list[Work]]:
    """Return the entries by key, in the order in which the keys first come."""
    found: dict[Key, list[Work]] = {}
    for entry in work:
        found.setdefault(key(entry), []).append(entry)
    return found


def _sum(found: Iterable[Line]) -> Decimal:
    return sum((line.amount for line in found), Decimal(0))


def _project(entry: Work) -> str:
    return entry.project


def _activity(entry: Work) -> str:
    return entry.activity


def _employee(entry: Work) -> str:
    return entry.employee
