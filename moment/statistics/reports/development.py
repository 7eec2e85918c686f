"""How customers develop: one figure of each in the same days of the last five years."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from moment.statistics.figures import percent
from moment.statistics.periods import Name, Period
from moment.statistics.reports import figures
from moment.statistics.reports.forms import YearForm
from moment.statistics.reports.report import Report
from moment.statistics.reports.table import HOURS, MONEY, PERCENT, Measure

YEARS = 5
NOTHING = Decimal(0)
INCOME, PROFIT, WORKED = "income", "profit", "hours"
CHOICES = {INCOME: _("Income"), PROFIT: _("Profit"), WORKED: _("Hours")}
LATEST = "y0"


@dataclass
class Years:
    """What a customer, or some together, came to in each of the years, the latest first."""

    amounts: list[Decimal] = field(default_factory=lambda: [NOTHING] * YEARS)
    uncosted: Decimal = NOTHING
    unexchanged: int = 0

    @property
    def change(self) -> Decimal | None:
        """By how many per cent the latest year is more than the one before; None without that."""
        return percent(self.amounts[0] - self.amounts[1], abs(self.amounts[1]))

    def add(self, other: "Years") -> None:
        pairs = zip(self.amounts, other.amounts, strict=True)
        self.amounts = [ours + theirs for ours, theirs in pairs]
        self.uncosted += other.uncosted
        self.unexchanged += other.unexchanged


class DevelopmentReport(Report):
    url_name, export_name = "statistics:development", "statistics:development_export"
    title = _("Development by year")
    usual_sort = f"-{LATEST}"
    form_class = YearForm
    usual_period = Name.THIS_YEAR

    def read(self, data: QueryDict) -> None:
        self.of = data.get("of", INCOME)
        if self.of not in CHOICES:
            self.of = INCOME

    @cached_property
    def params(self) -> dict[str, Any]:
        return {**({"of": self.of} if self.of != INCOME else {}), **super().params}

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """What can be compared: address, words, and whether it is shown."""
        return [
            (self.url(of=None if value == INCOME else value), str(label), value == self.of)
            for value, label in CHOICES.items()
        ]

    @cached_property
    def periods(self) -> list[Period]:
        """The same days of the years, the latest first."""
        found = [self.period]
        while len(found) < YEARS:
            found.append(found[-1].before)
        return found

    @cached_property
    def measures(self) -> list[Measure]:
        kind = HOURS if self.of == WORKED else MONEY
        names = [f"y{place}" for place in range(YEARS)]
        if not self.form.is_valid():
            return [Measure(name, name, kind) for name in names]
        labels = [_label(period) for period in self.periods]
        years = [Measure(name, label, kind) for name, label in zip(names, labels, strict=True)]
        # The earliest first, as one reads, and at the end what has become of it.
        return [*reversed(years), Measure("change", _("Change"), PERCENT)]

    def figures_of(self, customers: Collection[int]) -> Mapping[int, Years]:
        found: dict[int, Years] = {}
        for place, by_customer in enumerate(figures.by_period(customers, self.periods, self.of)):
            for customer, one in by_customer.items():
                years = found.setdefault(customer, Years())
                years.amounts[place] += getattr(one, self.of)
                years.uncosted += one.uncosted
                years.unexchanged += one.unexchanged
        return found

    def nothing(self) -> Years:
        return Years()

    def value(self, figures: Years, name: str) -> Decimal | None:
        return figures.change if name == "change" else figures.amounts[int(name[1:])]

    @property
    def charted_words(self) -> str:
        return f"{CHOICES[self.of]} {self.charted.label}"

    def before(self, figures: Years, measure: Measure) -> Decimal | None:
        place = int(measure.name[1:])
        return figures.amounts[place + 1] if place + 1 < YEARS else None

    def url_behind(self, customer: Customer, measure: Measure) -> str:
        place = 0 if measure.name == "change" else int(measure.name[1:])
        page = reverse("statistics:of_customer", args=[customer.number])
        return f"{page}?{self.periods[place].query}"


def _label(period: Period) -> str:
    """Return `2026`, or `2025/26` of a period in both years."""
    first, last = period.first.year, period.last.year
    return str(last) if first == last else f"{first}/{last % 100:02}"
