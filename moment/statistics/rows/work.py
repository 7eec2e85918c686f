"""The hours, expenses and offers, and what is not yet invoiced."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moment.offers.models import Offer
from moment.projects.models import Expense, TimeEntry
from moment.statistics import offered, waiting, worked
from moment.statistics.rows.listing import AMOUNT, COUNT, DAY, HOURS, NOTHING, Cell, Heading, Rows
from moment.statistics.waiting import Part


class Hours(Rows):
    """Hours and what they cost, of one person with `person`, on one project with `project`."""

    name, title = "hours", gettext_lazy("Hours and their cost")
    permission = "projects.view_project"

    @property
    def found(self) -> QuerySet[TimeEntry]:
        rows = worked.entries(self.statistics.scope, self.statistics.period)
        rows = rows.filter(activity__in=self._activities)
        if key := self._key("person"):
            rows = rows.filter(user=key)
        if key := self._key("project"):
            rows = rows.filter(activity__project=key)
        return rows.select_related("user").order_by("-day", "-pk")

    @cached_property
    def _activities(self) -> list[int]:
        """Those of which the customer pays a part, or whose project is its own."""
        return [
            key for key in self.statistics.scope.prices.activities if self._part(key) is not None
        ]

    def _part(self, activity: int) -> Decimal | None:
        scope = self.statistics.scope
        row = scope.prices.activities[activity]
        model = scope.prices.model_of(row)
        return scope.parts(row.project_id, model.pk if model else None).get(self.customers[0])

    @property
    def headings(self) -> list[Heading]:
        person, project = self._key("person"), self._key("project")
        rows = [
            row
            for row in self.statistics.worked
            if (not person or row.user == person) and (not project or row.project == project)
        ]
        return [
            Heading(_("Date"), DAY),
            Heading(_("Colleague")),
            Heading(_("Project")),
            Heading(_("Activity")),
            Heading(_("Billable")),
            Heading(_("Hours"), HOURS, sum((row.hours for row in rows), NOTHING)),
            Heading(_("Cost"), AMOUNT, sum((row.cost for row in rows), NOTHING)),
        ]

    def cells(self, rows: Iterable[TimeEntry]) -> Iterator[list[Cell]]:
        scope = self.statistics.scope
        for row in rows:
            activity = scope.prices.activities[row.activity_id]
            project = scope.projects[activity.project_id]
            rate = row.cost
            if rate is None:
                rate = scope.terms.cost(row.user_id, row.since)  # type: ignore[attr-defined]
            part = self._part(row.activity_id) or NOTHING
            yield [
                Cell(row.day),
                Cell(str(row.user)),
                Cell(project.name, project.get_absolute_url()),
                Cell(activity.title),
                Cell(_("Yes") if row.billable else _("No")),
                Cell(row.hours),
                Cell(None if rate is None else row.hours * rate * part),
            ]


class Expenses(Rows):
    name, title = "expenses", gettext_lazy("Cost of expenses")

    @property
    def found(self) -> QuerySet[Expense]:
        scope = self.statistics.scope
        ours = [key for key in scope.projects if self._part(key) is not None]
        rows = worked.expenses(scope, self.statistics.period).filter(project__in=ours)
        return rows.select_related("user").order_by("-day", "-pk")

    def _part(self, project: int) -> Decimal | None:
        return worked.parts_of_expenses(self.statistics.scope, project).get(self.customers[0])

    @property
    def headings(self) -> list[Heading]:
        return [
            Heading(_("Date"), DAY),
            Heading(_("Colleague")),
            Heading(_("Project")),
            Heading(_("Text")),
            Heading(_("Currency")),
            Heading(_("Amount"), AMOUNT),
            Heading(_("Cost"), AMOUNT, self.statistics.cost_of_expenses),
        ]

    def cells(self, rows: Iterable[Expense]) -> Iterator[list[Cell]]:
        scope = self.statistics.scope
        rates = worked.exchange(scope, scope.projects)
        for row in rows:
            project, rate = scope.projects[row.project_id], rates[row.project_id]
            part = self._part(row.project_id) or NOTHING
            yield [
                Cell(row.day),
                Cell(str(row.user)),
                Cell(project.name, project.get_absolute_url()),
                Cell(row.text),
                Cell(scope.prices.currency(project)),
                Cell(row.cost),
                Cell(None if rate is None else row.cost * rate * part),
            ]


class Offers(Rows):
    name, title = "offers", gettext_lazy("Offers sent")
    permission = "offers.view_offer"

    @property
    def found(self) -> QuerySet[Offer]:
        rows = offered.offers(self.customers, self.statistics.period)
        return rows.select_related("responsible").order_by("-sent_at", "-pk")

    @property
    def headings(self) -> list[Heading]:
        known = self.statistics.offered
        return [
            Heading(_("Sent"), DAY),
            Heading(_("No.")),
            Heading(_("Name")),
            Heading(_("Responsible")),
            Heading(_("State")),
            Heading(_("Won"), COUNT, known.won),
            Heading(_("Amount"), AMOUNT),
        ]

    def cells(self, rows: Iterable[Offer]) -> Iterator[list[Cell]]:
        for row in rows:
            yield [
                Cell(timezone.localdate(row.sent_at) if row.sent_at else None),
                Cell(row.number, row.get_absolute_url()),
                Cell(row.name),
                Cell(str(row.responsible)),
                Cell(row.get_state_display()),
                Cell(int(row.state == Offer.State.ACCEPTED)),
                Cell(row.amount),
            ]


class Waiting(Rows):
    """What is not yet invoiced, whatever the period: it is as of today."""

    name, title = "not_invoiced", gettext_lazy("Not yet invoiced")

    @cached_property
    def found(self) -> Sequence[Part]:
        parts = waiting.by_project(self.statistics.scope, self.customers[0])
        return sorted(parts, key=lambda part: (part.currency, -part.amount, part.project))

    @property
    def headings(self) -> list[Heading]:
        sums = self.statistics.not_invoiced
        only = next(iter(sums.values())) if len(sums) == 1 else None
        return [Heading(_("Project")), Heading(_("Currency")), Heading(_("Amount"), AMOUNT, only)]

    def cells(self, rows: Iterable[Part]) -> Iterator[list[Cell]]:
        for row in rows:
            project = self.statistics.scope.projects[row.project]
            yield [
                Cell(project.name, project.get_absolute_url()),
                Cell(row.currency),
                Cell(row.amount),
            ]
