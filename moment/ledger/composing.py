"""The lines of a draft, from the work that is chosen and the settings in force. Pure."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from customers import invoice_lines
from customers.invoice_lines import Expense, Line, Work, percent
from customers.models import Customer
from moment.invoice_settings.choices import VatCode
from moment.invoice_settings.levels import Values
from moment.ledger.models import InvoiceLine
from moment.ledger.unbilled import Begun, Hours, Spent, Unbilled
from moment.models import CompanySettings
from moment.money import rounded
from moment.projects.models import PlanItem, PriceModel, Project
from moment.projects.sharing import Part

Kind = InvoiceLine.Kind


@dataclass
class Share:
    """What is chosen of one price model of a project, or of a project without any.

    Those who pay a part of it come with the one who gets the work first.
    """

    project: Project
    model: PriceModel | None
    payers: Sequence[Part]
    hours: list[Hours] = field(default_factory=list)
    items: list[PlanItem] = field(default_factory=list)
    periods: list[Begun] = field(default_factory=list)
    expenses: list[Spent] = field(default_factory=list)

    @property
    def key(self) -> Hashable:
        return self.project.pk, self.model.pk if self.model else None

    @property
    def payer(self) -> Customer:
        """Who gets the work."""
        return self.payers[0].customer

    @property
    def heading(self) -> str:
        return f"{self.project.number} {self.project.name}"


@dataclass(frozen=True)
class Composed:
    """A line as it will stand, and what of the work it is made of."""

    line: Line
    of: Share | None = None
    item: PlanItem | None = None
    period: Begun | None = None

    @property
    def amount(self) -> Decimal:
        return self.line.amount


@dataclass(frozen=True)
class Names:
    """What colleagues and their roles are called: users by key, roles by project and user."""

    users: Mapping[int, str]
    roles: Mapping[tuple[int, int, date], str]


def compose(shares: Sequence[Share], settings: Values, names: Names) -> list[Composed]:
    """Return the lines of all that is chosen, but for what others pay and the charge.

    Texts are in the language that is active.
    """
    by_key = {share.key: share for share in shares}
    work = [one for share in shares for one in _work(share, names)]
    lines = invoice_lines.work_lines(work, settings)
    found = [Composed(line, by_key[line.work[0].part]) for line in lines]
    found += _discounts(found, settings)
    for share in shares:
        found += _planned(share, settings)
    for share in shares:
        found += _spent(share, settings)
    return found


def rounding(found: Unbilled, settings: Values, names: Names) -> Decimal:
    """Return how much more lines of these hours come to than `Unbilled.sums` says of them.

    That rounds what one activity at one price comes to; lines are each rounded by themselves.
    """
    shares: dict[Hashable, Share] = {}
    for one in found.hours:
        share = Share(found.project, one.model, ())
        shares.setdefault(share.key, share).hours.append(one)
    work = [one for share in shares.values() for one in _work(share, names)]
    lines = invoice_lines.work_lines(work, settings)
    return sum((line.amount for line in lines), Decimal(0)) - found.sums.work


def charge(settings: Values) -> list[Composed]:
    return [Composed(line) for line in invoice_lines.charge_lines(settings)]


def deduction(share: Share, part: Part, amount: Decimal) -> Composed:
    """Return the line that takes off what another customer pays."""
    told = {"customer": part.customer.name, "percent": percent(part.percent)}
    text = _("Paid by %(customer)s (%(percent)s)") % told
    return Composed(Line(text, -amount, heading=share.heading, kind=Kind.DEDUCTION), share)


def part_of(share: Share, part: Part, amount: Decimal, days: tuple[date, date] | None) -> Composed:
    """Return the line of what one of the other customers pays: an amount, and nothing of hours."""
    name = share.model.name if share.model else ""
    text = _("Share (%(percent)s)") % {"percent": percent(part.percent)}
    text = f"{name}: {text}" if name else text
    return Composed(Line(text, amount, period=days, heading=share.heading, kind=Kind.SHARE), share)


def days_of(found: Iterable[Composed]) -> tuple[date, date] | None:
    """Return the first and the last day of what lines are about, where they tell."""
    days = [day for one in found if one.line.period for day in one.line.period]
    return (min(days), max(days)) if days else None


def stored(
    composed: Composed, place: int, settings: Values, customer: Customer, company: CompanySettings
) -> InvoiceLine:
    """Return the line as an invoice to a customer has it, not saved and of no invoice yet."""
    line, columns = composed.line, booked(settings, customer, company)
    if composed.of is not None:
        columns |= {"project": composed.of.project, "price_model": composed.of.model}
    first, last = line.period or (None, None)
    return InvoiceLine(
        order=place,
        kind=line.kind,
        heading=line.heading[:250],
        text=line.text[:1000],
        quantity=line.hours,
        unit=line.unit,
        price=line.rate,
        amount=line.amount,
        first_day=first,
        last_day=last,
        **columns,
    )


def booked(settings: Values, customer: Customer, company: CompanySettings) -> dict[str, Any]:
    """Return VAT code, rate and account of a line to a customer, as columns.

    Code and account are those of the settings, the rate 0 for a company without VAT.
    """
    where = "domestic" if customer.is_norwegian else "foreign"
    code = VatCode(settings.value("vat_code" if customer.is_norwegian else "vat_code_foreign"))
    return {
        "vat_code": code,
        "vat_rate": invoice_lines.vat_rate(code, registered=company.vat_registered),
        "sales_account": settings.value(f"sales_account_{where}") or "",
    }


def _work(share: Share, names: Names) -> Iterable[Work]:
    for one in share.hours:
        yield Work(
            project=share.heading,
            activity=one.activity.title,
            employee=names.users[one.user],
            role=names.roles.get((share.project.pk, one.user, one.day)) or _("Without a role"),
            day=one.day,
            hours=one.hours,
            rate=one.price or Decimal(0),
            comment=one.comment,
            key=one.key,
            part=share.key,
        )


def _discounts(work: Sequence[Composed], settings: Values) -> list[Composed]:
    """Return the discount of each price model: others may share one, and pay less then too."""
    by_share: dict[Hashable, list[Composed]] = {}
    for one in work:
        assert one.of
        by_share.setdefault(one.of.key, []).append(one)
    found = []
    for lines in by_share.values():
        share = lines[0].of
        assert share
        for line in invoice_lines.discount_lines([one.line for one in lines], settings):
            heading = share.heading if len(by_share) > 1 else ""
            found.append(
                Composed(Line(line.text, line.amount, heading=heading, kind=line.kind), share)
            )
    return found


def _planned(share: Share, settings: Values) -> Iterable[Composed]:
    currency = settings.value("currency")
    for item in share.items:
        amount = rounded(item.amount, currency)
        line = Line(item.text, amount, heading=share.heading, kind=Kind.PLAN)
        yield Composed(line, share, item=item)
    for begun in share.periods:
        amount, days = rounded(begun.amount, currency), (begun.first_day, begun.last_day)
        line = Line(
            str(begun.model), amount, period=days, heading=share.heading, kind=Kind.SUBSCRIPTION
        )
        yield Composed(line, share, period=begun)


def _spent(share: Share, settings: Values) -> Iterable[Composed]:
    expenses = [
        Expense(
            one.expense.text, one.expense.day, one.expense.cost, one.percent, key=one.expense.pk
        )
        for one in share.expenses
    ]
    for line in invoice_lines.expense_lines(expenses, settings):
        yield Composed(line, share)
