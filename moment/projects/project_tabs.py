"""The tabs of a project, in order."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, IntegerField, Subquery, Sum
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from moment.projects.hours_text import hours_text
from moment.projects.models import Expense, Project, TimeEntry

_TABS: list[tuple[str, str | Promise]] = [
    ("projects:project", _("Overview")),
    ("projects:hours", _("Hours")),
    ("projects:expenses", _("Expenses")),
    ("projects:invoicing", _("Invoicing options")),
]


@dataclass(frozen=True)
class Shown:
    """A tab: `name` is also that of its address. `count` in words, empty for none."""

    name: str
    title: str | Promise
    url: str
    count: str = ""


def of(project: Project) -> list[Shown]:
    """Return the tabs of a project, with how many hours and expenses there are, in one query."""
    counted = {"hour_sum": _hours(project), "expense_count": _expenses(project)}
    counts: Any = Project.objects.values(**counted).get(pk=project.pk)
    words = {
        "projects:hours": hours_text(counts["hour_sum"] or Decimal(0)),
        "projects:expenses": str(counts["expense_count"] or 0),
    }
    return [
        Shown(name, title, reverse(name, args=[project.number]), words.get(name, ""))
        for name, title in _TABS
    ]


def _hours(project: Project) -> Subquery:
    rows = TimeEntry.objects.filter(activity__project=project).order_by()
    sums = rows.values("activity__project").annotate(sum=Sum("hours")).values("sum")
    return Subquery(sums, output_field=DecimalField())


def _expenses(project: Project) -> Subquery:
    rows = Expense.objects.filter(project=project).order_by()
    counts = rows.values("project").annotate(count=Count("pk")).values("count")
    return Subquery(counts, output_field=IntegerField())
