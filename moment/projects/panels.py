"""What a customer's profile shows of its projects."""

from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.panels import Panel
from moment.models import User
from moment.projects import figures, not_invoiced, payers
from moment.projects.figures import Figures
from moment.projects.models import Project, TimeEntry
from moment.projects.of_customer import Line, lines
from moment.projects.payers import Payers
from moment.projects.pricing import Prices
from moment.projects.sums import exact

SHOWN = 5
A_YEAR = timedelta(days=365)


class Work:
    """The projects of a customer, its own and those it pays a share of, with their figures."""

    def __init__(self, customer: Customer, request: HttpRequest) -> None:
        self.customer, self.user = customer, request.user
        self.sees_amounts = self.user.has_perm("projects.view_amounts")

    @cached_property
    def projects(self) -> list[Project]:
        """All of them, newest first."""
        rows = Project.objects.visible_to(self.user).of_customer(self.customer)
        return list(rows.select_related("customer", "leader").order_by("-sort_number", "-pk"))

    @cached_property
    def newest(self) -> list[Project]:
        """The newest that are open; where none is, the newest there were."""
        still_open = [project for project in self.projects if project.state in Project.OPEN]
        return (still_open or self.projects)[:SHOWN]

    @property
    def lines(self) -> list[Line]:
        return lines(self.customer, self.newest, self._figures, self._payers)

    @property
    def not_invoiced(self) -> not_invoiced.Sums:
        """What the customer pays of what is not yet invoiced, by currency; for who may see it."""
        return not_invoiced.together(self._figures, self._payers).get(self.customer.pk, {})

    @cached_property
    def last_year(self) -> list[tuple[int, Decimal]]:
        """The colleagues, by key, and their hours in the last twelve months; most hours first."""
        if not self.projects:
            return []
        since = timezone.localdate() - A_YEAR
        rows = TimeEntry.objects.filter(activity__project__in=self.projects, day__gt=since)
        sums = rows.order_by().values_list("user").annotate(Sum("hours"))
        hours = [(user, exact(found)) for user, found in sums]
        return sorted(hours, key=lambda row: (-row[1], row[0]))

    # What nobody sees is not added up.

    @cached_property
    def _prices(self) -> Prices:
        return Prices(self.projects if self.sees_amounts else self.newest)

    @cached_property
    def _figures(self) -> dict[int, Figures]:
        return figures.by(self._prices) if self.projects else {}

    @cached_property
    def _payers(self) -> dict[int, Payers]:
        return payers.by(self._prices) if self.projects else {}


# Read once for all panels of a page.
_works: WeakKeyDictionary[HttpRequest, Work] = WeakKeyDictionary()


class OfProjects(Panel):
    permission = "projects.view_project"

    @property
    def work(self) -> Work:
        if self.request not in _works:
            _works[self.request] = Work(self.customer, self.request)
        return _works[self.request]


class KeyFigures(OfProjects):
    """How much there is to do, and to invoice for who may see that."""

    title = _("Key figures")
    template = "projects/panel/_key_figures.html"

    def context(self) -> dict[str, Any]:
        states = [project.state for project in self.work.projects]
        return {
            "all": len(states),
            "in_progress": states.count(Project.State.PROGRESS),
            "hours_last_year": sum(hours for _user, hours in self.work.last_year),
            "sees_amounts": self.work.sees_amounts,
            "not_invoiced": self.work.not_invoiced if self.work.sees_amounts else {},
        }


class Projects(OfProjects):
    title = _("Projects")
    template = "projects/_panel.html"

    def context(self) -> dict[str, Any]:
        return {"lines": self.work.lines, "count": len(self.work.projects)}


class WorkedHere(OfProjects):
    """Who has worked here in the last twelve months, by hours."""

    title = _("Who has worked here")
    template = "projects/panel/_worked_here.html"

    def context(self) -> dict[str, Any]:
        most, others = self.work.last_year[:SHOWN], self.work.last_year[SHOWN:]
        people = User.objects.in_bulk([user for user, _hours in most]) if most else {}
        return {
            "colleagues": [
                # How long the bar is, in per cent of the longest.
                (people[user], hours, int(hours * 100 / most[0][1]))
                for user, hours in most
            ],
            "others": len(others),
            "others_hours": sum(hours for _user, hours in others),
        }
