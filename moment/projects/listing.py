"""The list of projects as one object: from the parameters of its address to the rows it shows."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Case, Count, DateField, IntegerField, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.listing import Listing
from customers.overview import Column, Page
from moment.models import CompanySettings, User
from moment.projects import rows
from moment.projects.filters import ProjectFilter
from moment.projects.models import Project

OPEN, ALL = "open", "all"
# Without a last day a project goes on for ever.
_LAST_OF_ALL = date.max


def _stage() -> Case:
    """Return how far a project has come, by its state, as a number to order by."""
    places = (When(state=state, then=Value(n)) for n, state in enumerate(Project.State.values))
    return Case(*places, default=Value(len(Project.State)), output_field=IntegerField())


class ProjectList(Listing):
    """The projects that a user asks for; only who may see amounts gets any."""

    url_name = "projects:projects"
    tab_labels: ClassVar = {
        ALL: gettext_lazy("All"),
        OPEN: gettext_lazy("Open"),
        **dict(Project.State.choices),
    }
    usual_tab = OPEN
    sums = (ALL, OPEN)
    heads = (
        ("number", gettext_lazy("No.")),
        ("name", gettext_lazy("Project")),
        ("customer", gettext_lazy("Customer")),
        ("", gettext_lazy("Leader")),
        ("state", gettext_lazy("State")),
        ("last_day", gettext_lazy("Last day")),
        ("", gettext_lazy("Hours")),
    )
    sorts: ClassVar = {
        "number": ["sort_number", "id"],
        "name": ["sort_name", "id"],
        "customer": ["customer__sort_name", "sort_number", "id"],
        "state": ["stage", "sort_number", "id"],
        "last_day": ["last_day", "sort_number", "id"],
    }
    usual_sort = "-number"
    descending_first = ("number",)

    def __init__(self, data: QueryDict, user: User) -> None:
        super().__init__(data)
        self.filter = ProjectFilter(data, Project.objects.visible_to(user), user)
        self.amounts = user.has_perm("projects.view_amounts")

    # What there is

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many there are by state, of all that the filters let through. One query."""
        by_state = self.filter.found().order_by().values_list("state").annotate(Count("pk"))
        found = dict.fromkeys(Project.State.values, 0) | dict(by_state)
        open_ones = sum(found[state] for state in Project.OPEN)
        return {ALL: sum(found.values()), OPEN: open_ones, **found}

    @cached_property
    def columns(self) -> list[Column]:
        columns = super().columns
        columns[0].is_number = columns[-1].is_number = True
        if self.amounts:
            heading = _("Not yet invoiced, %(currency)s") % {"currency": self.currency}
            columns.append(Column(heading, is_number=True))
        return columns

    @cached_property
    def currency(self) -> str:
        """The company's currency; amounts in another one say so."""
        return CompanySettings.current().currency

    # The page

    @cached_property
    def page(self) -> Page:
        """The rows of the page: those after or before one, from the start, or the last."""
        page = self.page_of(
            self._found, place=self._place, shown=list, key=lambda project: project.number
        )
        page.rows = rows.rows_of(page.rows, self.filter.own_tags, amounts=self.amounts)
        return page

    def sheet_rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the spreadsheet's cells of all that is asked for, in the order of the page."""
        found = self.ordered(self._found)
        return rows.sheet_rows(found, self.filter.own_tags, amounts=self.amounts)

    @property
    def _found(self) -> QuerySet[Project]:
        found = self.filter.found()
        if self.tab == OPEN:
            found = found.filter(state__in=Project.OPEN)
        elif self.tab != ALL:
            found = found.filter(state=self.tab)
        return self._keyed(found).select_related("customer", "leader")

    def _keyed(self, projects: QuerySet) -> QuerySet:
        """Return the projects with what the order needs and no column holds."""
        if self.sort_key == "state":
            return projects.annotate(stage=_stage())
        if self.sort_key == "last_day":
            last = Coalesce("ends_on", Value(_LAST_OF_ALL), output_field=DateField())
            return projects.annotate(last_day=last)
        return projects

    def _place(self, number: str) -> tuple[Any, ...] | None:
        """Return where the project with the number stands in the order."""
        if not number:
            return None
        projects = self._keyed(Project.objects.numbered(number))
        return projects.values_list(*self.order).first()
