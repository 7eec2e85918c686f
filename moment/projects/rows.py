"""The cells of the list of projects, on its page and in its spreadsheet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.rows import tags_of
from moment.projects import figures
from moment.projects.models import Project, ProjectTag, TimeEntry
from moment.projects.sums import exact
from moment.tabular import Column

_BATCH = 200


@dataclass(frozen=True)
class Row:
    """A project as the list shows it; without the right to amounts `to_invoice` is None."""

    project: Project
    tags: Sequence[tuple[str, str]]  # names and colours
    hours: Decimal
    to_invoice: Decimal | None = None
    currency: str = ""
    # Billable hours of which nobody knows the price, so that the amount is too low.
    unpriced: Decimal = Decimal(0)

    @property
    def is_late(self) -> bool:
        """Tell whether the last day is over and work may still go on."""
        last = self.project.ends_on
        return self.project.takes_hours and last is not None and last < timezone.localdate()


def rows_of(projects: Sequence[Project], tags: Iterable[ProjectTag], *, amounts: bool) -> list[Row]:
    """Return the cells of these projects, which bring their customers and leaders.

    `tags` are all there are, in their order. Two queries, and with amounts those of `figures.of`.
    """
    tagged = tags_of(Project, [project.pk for project in projects], tags)
    if not amounts:
        hours = _hours_of(projects)
        return [
            Row(project, tagged.get(project.pk, ()), hours.get(project.pk, Decimal(0)))
            for project in projects
        ]
    found = figures.of(projects)
    return [
        Row(
            project,
            tagged.get(project.pk, ()),
            found[project.pk].hours,
            found[project.pk].to_invoice,
            found[project.pk].currency,
            found[project.pk].unpriced,
        )
        for project in projects
    ]


def _hours_of(projects: Sequence[Project]) -> Mapping[int, Decimal]:
    """Return the hours on each of these projects that has any, by key. One query."""
    rows = TimeEntry.objects.filter(activity__project__in=[project.pk for project in projects])
    sums = rows.order_by().values_list("activity__project").annotate(Sum("hours"))
    return {project: exact(hours) for project, hours in sums}


def columns(*, amounts: bool) -> list[Column]:
    """Return the columns of the spreadsheet."""
    always = [
        Column(_("No."), 10),
        Column(_("Project"), 40),
        Column(_("Customer no."), 12),
        Column(_("Customer"), 36),
        Column(_("Customer status"), 14),
        Column(_("Leader"), 24),
        Column(_("State"), 14),
        Column(_("Tags"), 30),
        Column(_("From"), 12),
        Column(_("Until"), 12),
        Column(_("Hours"), 10),
    ]
    if not amounts:
        return always
    return [
        *always,
        Column(_("Not yet invoiced"), 16),
        Column(_("Currency"), 10),
        Column(_("Hours without a price"), 12),
    ]


def sheet_rows(
    projects: QuerySet[Project], tags: Sequence[ProjectTag], *, amounts: bool
) -> Iterator[tuple[Any, ...]]:
    """Yield the spreadsheet's cells of each project.

    Some hundreds at a time, so that memory stays the same; a few queries more for each.
    """
    rows = projects.iterator(_BATCH)
    while batch := list(islice(rows, _BATCH)):
        for row in rows_of(batch, tags, amounts=amounts):
            yield _cells(row, amounts=amounts)


def _cells(row: Row, *, amounts: bool) -> tuple[Any, ...]:
    project, customer = row.project, row.project.customer
    always = (
        project.number,
        project.name,
        customer.number,
        customer.name,
        str(customer.get_status_display()),
        str(project.leader or ""),
        str(project.get_state_display()),
        ", ".join(name for name, _color in row.tags),
        project.starts_on,
        project.ends_on,
        row.hours,
    )
    return (*always, row.to_invoice, row.currency, row.unpriced or None) if amounts else always
