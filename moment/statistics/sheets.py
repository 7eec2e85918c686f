"""The key statistics as a spreadsheet."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from moment.models import User
from moment.statistics import chart
from moment.statistics.figures import Statistics, Sums
from moment.tabular import Column


def columns() -> list[Column]:
    return [
        Column(_("Key statistics"), 22),
        Column(_("Name"), 34),
        Column(_("Value"), 16),
        Column(_("Unit"), 10),
        Column(_("Hours"), 12),
        Column(_("Income"), 16),
        Column(_("The year before"), 16),
        Column(_("Cost"), 16),
        Column(_("Profit"), 16),
        Column(_("Margin, %"), 12),
    ]


def rows(statistics: Statistics, user: User) -> Iterator[list[Any]]:
    """Yield the figures, then the months, colleagues, roles and projects, amounts not rounded."""
    first, last = statistics.period.first, statistics.period.last
    yield _row(_("Period"), _("From"), first)
    yield _row(_("Period"), _("Until"), last)
    for words, value, unit in _figures(statistics, user):
        yield _row(_("Figure"), words, value, unit)
    for month in statistics.months:
        yield [_("Month"), chart.long(month), None, None, None, month.amount, month.before]
    for sums in statistics.people:
        yield _sums(_("Colleague"), sums, _("Not by hours"))
    for sums in statistics.roles:
        yield _sums(_("Project role"), sums, _("Not by hours"))
    for sums in statistics.projects:
        yield _sums(_("Project"), sums, _("No project"))


def _figures(found: Statistics, user: User) -> Iterator[tuple[str, Any, str]]:
    money, hours, percent, days = found.currency, _("hours"), "%", _("days")
    yield _("Invoiced, excl. VAT"), found.invoiced, money
    yield _("The year before"), found.invoiced_before, money
    yield _("Cost of hours"), found.cost_of_hours, money
    yield _("Cost of expenses"), found.cost_of_expenses, money
    yield _("Profit"), found.profit, money
    yield _("Margin"), found.margin, percent
    yield _("Hours"), found.hours, hours
    yield _("Billable"), found.billable_share, percent
    yield _("Average hourly rate"), found.average_rate, money
    yield _("Pays in"), found.paid.days, days
    yield _("Terms"), found.paid.terms, days
    for currency, amount in found.not_invoiced.items():
        yield _("Not yet invoiced"), amount, currency
    for currency, amount in found.waiting_long.items():
        yield _("Not yet invoiced, older than 30 days"), amount, currency
    if user.has_perm("offers.view_offer"):
        yield _("Offers sent"), found.offered.sent, ""
        yield _("Offers won"), found.offered.won, ""


def _row(kind: str, name: str, value: Any, unit: str = "") -> list[Any]:
    return [kind, name, value, unit]


def _sums(kind: str, sums: Sums, rest: str) -> list[Any]:
    name = rest if sums.of is None else str(sums.of or _("No role"))
    hours = sums.hours or (None if sums.of is None else Decimal(0))
    money = [sums.income, None, sums.cost, sums.profit, sums.margin]
    return [kind, name, None, None, hours, *money]
