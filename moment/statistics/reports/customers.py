"""Customers by what they are worth in a period, and what they owe at its end."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from moment.statistics.reports import figures
from moment.statistics.reports.figures import Figures
from moment.statistics.reports.report import Report
from moment.statistics.reports.table import HOURS, PERCENT, Measure

MEASURES = [
    Measure("income", _("Income")),
    Measure("cost", _("Cost")),
    Measure("profit", _("Profit")),
    Measure("margin", _("Margin"), PERCENT),
    Measure("hours", _("Hours"), HOURS),
    Measure("billable_share", _("Billable"), PERCENT),
    Measure("outstanding", _("Outstanding")),
    Measure("overdue", _("Overdue")),
]
# The rows behind a figure, where they are not the page of the customer's own statistics.
_BEHIND: dict[str, str] = {"income": "invoiced", "hours": "hours", "billable_share": "hours"}


class CustomersReport(Report):
    url_name, export_name = "statistics:customers_report", "statistics:customers_report_export"
    title = _("Customers by figures")
    usual_sort = "-income"
    measures: ClassVar = MEASURES

    def figures_of(self, customers: Collection[int]) -> Mapping[int, Figures]:
        return figures.of_customers(customers, self.period, self.currency)

    def nothing(self) -> Figures:
        return Figures()

    def value(self, figures: Figures, name: str) -> Any:
        return getattr(figures, name)

    @property
    def owed_on(self) -> date:
        """The day of which outstanding and overdue are."""
        return min(self.period.last, timezone.localdate())

    def url_behind(self, customer: Customer, measure: Measure) -> str:
        args = [customer.number]
        if measure.name in ("outstanding", "overdue"):
            return f"{reverse('ledger:ledger', args=args)}?at={self.owed_on.isoformat()}&open=1"
        figure = _BEHIND.get(measure.name)
        if figure == "invoiced" or (figure and self.user.has_perm("projects.view_project")):
            rows = reverse("statistics:rows", args=args)
            return f"{rows}?figure={figure}&{self.period.query}"
        return f"{reverse('statistics:of_customer', args=args)}?{self.period.query}"
