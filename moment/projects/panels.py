"""What a customer's profile shows of its projects."""

from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.panels import Panel, company_of
from moment.projects import figures, payers
from moment.projects.figures import Figures
from moment.projects.models import Project
from moment.projects.of_customer import Line, lines
from moment.projects.payers import Payers
from moment.projects.pricing import Prices

SHOWN = 5


class Work:
    """The projects of a customer, its own and those it pays a share of, with their figures."""

    def __init__(self, customer: Customer, request: HttpRequest) -> None:
        self.customer, self.user = customer, request.user
        self._company = company_of(request)

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
        return lines(self.customer, self.newest, self._figures, self.payers)

    @cached_property
    def prices(self) -> Prices:
        return Prices(self.projects, company=self._company)

    @cached_property
    def payers(self) -> dict[int, Payers]:
        return payers.by(self.prices) if self.projects else {}

    @cached_property
    def _figures(self) -> dict[int, Figures]:
        """Only of those that are shown is anything added up."""
        return figures.by(self.prices.among(self.newest)) if self.projects else {}


# Read once for all panels of a page.
_works: WeakKeyDictionary[HttpRequest, Work] = WeakKeyDictionary()


def work_of(customer: Customer, request: HttpRequest) -> Work:
    """Return the work for the customer whose page is asked for."""
    if request not in _works:
        _works[request] = Work(customer, request)
    return _works[request]


class Projects(Panel):
    title = _("Projects")
    template = "projects/_panel.html"
    permission = "projects.view_project"

    def context(self) -> dict[str, Any]:
        work = work_of(self.customer, self.request)
        return {"lines": work.lines, "count": len(work.projects)}
